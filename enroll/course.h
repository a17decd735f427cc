/* course.h: the course of one enrollment, step by step, from a plugged token to a row of the registry. A step does one thing,
 * or nothing; the table in course.c is their order, and whoever calls is told before and after each, so that a journal can
 * stand around them.
 *
 *   preflight    can this token, slot and person be enrolled at all? nothing is changed before that is known
 *   codes        the PIN is asked for; it is not sent yet
 *   management   the management key is proved, both ways
 *   generate     the key is made; what was in the slot is gone from here on
 *   attest       the token's statement about it: before the PIN is verified
 *   appraise     the policy's word
 *   certificate  the slot's self-signed certificate: the first signature, directly behind the PIN
 *   possession   the record of the enrollment is signed by the new key
 *   install      the certificate and what other software looks for are written
 *   release      the token is let go: what follows does not need it
 *   sign         the registrar signs
 *   check        what was made is read and checked again, as a host will do
 *   record       one transaction of the registry
 *
 * A FIDO2 key goes the same way without management, certificate and install; instead
 *   files        the key handle and the public key are written, before anything rests on them
 *
 * Knows nothing of options, terminals and files. */
#ifndef ENROLL_COURSE_H
#define ENROLL_COURSE_H

#include "enroll/desk.h"
#include "enroll/token.h"
#include "fido/credential.h"
#include "piv/authenticate.h"
#include "piv/key.h"
#include "policy/appraise.h"

/* What is wanted of a FIDO2 token. */
struct course_fido {
	enum ssh_key_type type; /* SSH_KEY_SK_… */
	const char *application;
	bool resident, verification;
	const char *path; /* of the key handle; ".pub" is put behind it for the public key */
};

/* What is wanted. */
struct course_request {
	const char *person;
	const struct course_fido *fido; /* borrowed; NULL: a PIV key, which the next four are about */
	const struct piv_slot *slot;
	const struct piv_algorithm_row *algorithm;
	enum piv_pin_policy pin_policy;
	enum piv_touch_policy touch_policy;
	long days;                 /* the enrollment's life */
	const char *operator_name; /* who runs this, for the record */
	int64_t now;               /* seconds since 1970 */
};

/* What a course needs of the house; all of it is borrowed. */
struct course_means {
	struct desk *desk;
	const struct registrars *registrars;
	const struct trust *trust;
	const struct policy *policy;
	const struct secret *management_key; /* NULL: the factory's */
};

struct course;

/* What only a person, or whoever speaks for him, can say. */
struct course_dialogue {
	void *state;

	/* may_destroy: whether the key that is in the slot may be replaced. Errors: ERROR_DECLINED. */
	bool (*may_destroy)(void *state, const struct course *course, struct error *err) MUST_CHECK;

	/* ask_pin: the token's PIN.
	 *   again  the one before was wrong; `tries_left` more are left, at least two
	 *   pin    out: the course's, which frees it
	 * Errors: any; with `again` set and nobody to ask, *err is left as it is. */
	bool (*ask_pin)(void *state, const struct course *course, bool again, unsigned tries_left, struct secret **pin,
	    struct error *err) MUST_CHECK;

	/* new_pin: the first PIN of a token that has none.
	 *   shortest  how many characters it has at least */
	bool (*new_pin)(void *state, const struct course *course, unsigned shortest, struct secret **pin,
	    struct error *err) MUST_CHECK;

	/* touch: the token wants to be touched for the signature that is asked of it now. */
	void (*touch)(void *state);

	/* warn: something that is not well and does not stop the course. */
	void (*warn)(void *state, const char *sentence);

	/* before: a step begins. after: it ended, well or not; `err` is NULL when well. */
	void (*before)(void *state, const char *step, const char *sentence);
	void (*after)(void *state, const char *step, const struct error *err);
};

struct course {
	struct course_request request;
	struct course_means means;
	struct course_dialogue dialogue;
	struct token token;                 /* owned, empty after `release` */
	struct authenticator authenticator; /* the same of a FIDO2 token */
	struct credential credential;       /* the new key of a FIDO2 token */
	uint8_t challenge[32];              /* what its attestation covers */
	struct piv_identity identity;       /* kept beyond that */
	struct secret *pin;                 /* owned; gone after `install` */
	bool unlocked;                      /* the PIN was verified, and its policy says that this lasts */
	struct buffer spki;                 /* the new key, DER */
	struct ssh_key key;                 /* the same */
	struct buffer device_certificate;   /* f9, DER */
	struct evidence evidence;
	struct result result; /* of the appraisal; what `check` finds replaces it */
	struct buffer slot_certificate;
	struct possession possession;
	struct buffer possession_signature; /* SSHSIG */
	uint64_t serial;                    /* of the enrollment */
	int64_t valid_after, valid_before;
	struct buffer certificate; /* the enrollment's blob */
	struct enrollment enrollment;
	char device[64]; /* "piv 12345678"; empty where the evidence names none */
};

/* course_init: a course in caller's storage, with everything after `dialogue` empty.
 *   token  taken over, and empty afterwards */
void course_init(struct course *course, const struct course_request *request, const struct course_means *means,
    const struct course_dialogue *dialogue, struct token *token);

/* course_init_fido: the same for a FIDO2 token; request->fido says what is wanted. */
void course_init_fido(struct course *course, const struct course_request *request, const struct course_means *means,
    const struct course_dialogue *dialogue, struct authenticator *authenticator);
void course_clear(struct course *course);

/* course_token_name: the token in words.
 *   text  of at least TOKEN_NAME_SIZE bytes */
const char *course_token_name(const struct course *course, char text[TOKEN_NAME_SIZE]);

/* course_run: all steps in order; the first that fails ends it, and then the registry is as before.
 * Errors: those of the steps. */
bool course_run(struct course *course, struct error *err) MUST_CHECK;

/* The steps, for the table in course.c; what each does stands at the top. */

/* Errors: ERROR_NOT_ATTESTABLE, ERROR_CARD_UNSUPPORTED, ERROR_PIN_BLOCKED, ERROR_ENROLLMENT_EXISTS, ERROR_DECLINED. */
bool course_preflight(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of ask_pin. */
bool course_codes(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of piv_authenticate. */
bool course_management(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of piv_generate. */
bool course_generate(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of piv_attest. */
bool course_attest(struct course *course, struct error *err) MUST_CHECK;

/* Errors: the first reason of the result. */
bool course_appraise(struct course *course, struct error *err) MUST_CHECK;

/* Errors: ERROR_PIN_…, those of piv_sign. */
bool course_certificate(struct course *course, struct error *err) MUST_CHECK;

/* Errors: ERROR_PIN_…, those of piv_sign. */
bool course_possession(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of piv_certificate_write and piv_identifiers_ensure. */
bool course_install(struct course *course, struct error *err) MUST_CHECK;

/* Errors: none. */
bool course_release(struct course *course, struct error *err) MUST_CHECK;

/* The same for FIDO2 (course_fido.c). */

/* Errors: ERROR_CARD_UNSUPPORTED, ERROR_PIN_BLOCKED, ERROR_FILE (a key file is there already), ERROR_STORE. */
bool course_fido_preflight(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of ask_pin and new_pin, and of authenticator_set_pin. */
bool course_fido_codes(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of credential_make; ERROR_CREDENTIAL_EXISTS. */
bool course_fido_generate(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of evidence_of_fido. */
bool course_fido_attest(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of assertion_make. */
bool course_fido_possession(struct course *course, struct error *err) MUST_CHECK;

/* Errors: ERROR_FILE. */
bool course_fido_files(struct course *course, struct error *err) MUST_CHECK;

/* Errors: none. */
bool course_fido_release(struct course *course, struct error *err) MUST_CHECK;

/* The rest is the same for both. */

/* Errors: those of store_next_serial and signer_sign. */
bool course_sign(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of enrollment_parse and enrollment_check. */
bool course_check(struct course *course, struct error *err) MUST_CHECK;

/* Errors: those of store_add. */
bool course_record(struct course *course, struct error *err) MUST_CHECK;

#endif
