/* doctor.h: every way past the gate and every trap of this host that can be found from its files and by one question to its
 * verifier, each as a question with an answer. It only looks; nothing is changed and nobody is logged in.
 * Knows nothing of how findings are shown. */
#ifndef ENROLL_DOCTOR_H
#define ENROLL_DOCTOR_H

#include "enroll/pam_stack.h"
#include "verifier/configuration.h"

struct sshd_settings;

#define DOCTOR_ACCOUNTS_MAXIMUM 64

enum health {
	HEALTH_GOOD,
	HEALTH_WARNING, /* weaker or more fragile than it has to be */
	HEALTH_PROBLEM, /* a way past the gate, or a way to be locked out */
};

struct finding {
	const char *id;       /* stable word, "sshd.keys-files" */
	const char *question; /* what was looked at */
	enum health health;
	char sentence[512];  /* what was found; "" where all is well and nothing is to be said */
	char next_step[256]; /* "" where there is none */
};

/* What is looked at; empty at first. */
struct doctor {
	/* From the caller. */
	const char *sshd_file;                /* sshd's configuration; NULL: the usual one */
	const char *address;                  /* from where the logins come that are judged */
	struct configuration_folders folders; /* the verifier's files */
	int64_t now;
	/* Filled by doctor_look. */
	struct sshd_settings *logins; /* owned */
	size_t num_logins;
	struct error sshd_error; /* why there are none */
	struct pam_stack session;
	struct error pam_error;
	struct configuration *configuration; /* owned */
	const struct host_rules *rules;      /* NULL: see rules_error */
	struct error rules_error;
	struct host_view view;
	struct error view_error; /* view is nothing then */
};

#define DOCTOR_EMPTY ((struct doctor){.logins = NULL})

/* doctor_look: gathers. What cannot be read is kept as an error for the checks.
 *   accounts  whose logins are judged; num 0: root and every local account with a login shell
 * Errors: ERROR_MEMORY, ERROR_PERSON_NAME (this machine knows no such account). */
bool doctor_look(struct doctor *doctor, const char *const *accounts, size_t num, struct error *err) MUST_CHECK;

/* doctor_clear: frees what it owns; DOCTOR_EMPTY afterwards. */
void doctor_clear(struct doctor *doctor);

/* doctor_check_at: makes the check of that number; false behind the last. */
bool doctor_check_at(const struct doctor *doctor, size_t index, struct finding *finding);

/* health_name: "good", "warning", "problem"; static storage. */
const char *health_name(enum health health);

/* doctor_find: what a check says, for the files doctor_*.c. A worse finding takes the place of a better one, the first of equals
 * stays.
 *   finding    out
 *   next_step  what an administrator does about it; "" for nothing
 *   format     of the sentence; translated here, as next_step is */
void doctor_find(struct finding *finding, enum health health, const char *next_step, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* doctor_file_is_roots: whether a file and all folders above it are root's alone to write; else says which is not. */
bool doctor_file_is_roots(const char *path, struct finding *finding);

/* doctor_judge_bundle: warns of a trust bundle that has grown old.
 *   version  the shipped one's, which is its date ("2026.11.24"); of another form: nothing is said */
void doctor_judge_bundle(const char *version, int64_t now, struct finding *finding);

/* doctor_judge_answer: what the verifier's answer about a key that nobody has enrolled says of its health: it ought to refuse.
 *   answer  why it did not accept, or could not be asked; ERROR_NONE: it accepted */
void doctor_judge_answer(const struct doctor *doctor, const struct error *answer, struct finding *finding);

typedef void doctor_check(const struct doctor *doctor, struct finding *finding);

doctor_check doctor_sshd_settings, doctor_sshd_keys_files, doctor_sshd_keys_command, doctor_sshd_command_file,
    doctor_sshd_passwords, doctor_sshd_hostbased, doctor_sshd_gssapi, doctor_sshd_authorities, doctor_sshd_pam,
    doctor_sshd_revoked_keys;
doctor_check doctor_pam_line, doctor_pam_control, doctor_pam_order, doctor_pam_module;
doctor_check doctor_host_rules, doctor_host_mode, doctor_host_files, doctor_host_snapshot, doctor_host_clock,
    doctor_host_break_glass, doctor_host_tokens, doctor_host_trust, doctor_verifier_account, doctor_verifier_socket,
    doctor_verifier_answer, doctor_host_owners, doctor_host_selinux;

#endif
