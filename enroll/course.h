/* course.h: the course of one enrollment, step by step, from a plugged token to a row of the registry. A step does one thing, or
 * nothing where it is done already; the table in course.c is their order. The journal says of each when it begins and when it is
 * done; it is made before the first that changes something.
 *
 *   preflight       can this token, slot and person be enrolled at all? nothing is changed, and no PIN asked for, before that
 *                   is known: most refusals come here
 *   codes           the PIN is asked for; it is not sent yet
 *   management      the management key is proved, both ways
 *   generate        the key is made; what was in the slot is gone from here on
 *   attest          the token's statement about it: before the PIN is verified
 *   appraise        the policy's word; a key that it refuses is taken out of the token again
 *   tries           how often codes may be tried, where that was asked for: it brings the factory's codes back, so before them
 *   pin             the factory's PIN becomes the user's
 *   certificate     the slot's self-signed certificate: the first signature, directly behind the PIN
 *   possession      the record of the enrollment is signed by the new key
 *   install         the certificate and what other software looks for are written
 *   seal            codes that the token is going to get are sealed, where there is an escrow certificate
 *   puk             the factory's PUK becomes a random one
 *   management-key  the factory's management key becomes a random one
 *   release         the token is let go: what follows does not need it
 *   sign            the registrar signs
 *   check           what was made is read and checked again, as a host will do
 *   record          one transaction of the registry
 *
 * Setting the tries alone (course_retries.c) has codes, prove, tries, pin, seal and puk.
 * A FIDO2 key goes the same way without management, certificate and install; instead
 *   files        the key handle and the public key are written, before anything rests on them
 *
 * A FIDO2 key that was made elsewhere comes with its attestation, and goes the way from appraise on; in possession the attestation
 * stands for the signature that nobody can ask for (registry/attested_possession.h).
 *
 * No code may ever be lost, wherever the course breaks off:
 * - the PIN is the user's own, typed twice before it is set;
 * - the PUK is sealed, or has been shown, before the token gets it. Broken off in between, the token has the factory's one and
 *   the next course draws another; broken off behind, it has been sealed or shown;
 * - the management key is sealed, or stands in the token's PRINTED behind the PIN, before the token gets it. Broken off in
 *   between, the factory's one holds and is tried first (trying it costs nothing); broken off behind, the stored one holds;
 * - it comes last of all on the token, so that what is left to do after it needs no management key.
 * What a resumed course does follows from what the token shows now, not from what the journal hoped for: each step looks whether
 * it is done. Only for tokens without metadata (before firmware 5.3) the journal tells which codes may be set, and no PIN is
 * tried to find out: it is set by the PUK, which is the factory's until the course sets it.
 * Knows nothing of options, terminals and files. */
#ifndef ENROLL_COURSE_H
#define ENROLL_COURSE_H

#include "enroll/journal_record.h"
#include "enroll/token.h"
#include "fido/authenticator.h"
#include "fido/credential.h"
#include "piv/metadata.h"
#include "piv/signature_input.h"
#include "policy/device_name.h"
#include "policy/result.h"
#include "registry/enrollment.h"

struct desk;
struct escrow;
struct journal;
struct policy;
struct trust;

/* What is wanted of a FIDO2 token. */
struct course_fido {
	enum ssh_key_type type;  /* SSH_KEY_SK_… */
	const char *application; /* NULL: as the policy wants it, else "ssh:" */
	bool resident, verification;
	/* the token keeps the key from who shows neither its handle nor the PIN; resident keys have that anyway */
	bool protection;
	const char *path; /* of the key handle; ".pub" is put behind it for the public key; NULL: the key is imported */
};

/* What is wanted. */
struct course_request {
	const char *person;             /* NULL: nobody is enrolled, only the tries are set */
	const struct course_fido *fido; /* borrowed; NULL: a PIV key, which the next four are about */
	const struct piv_slot *slot;
	const struct piv_algorithm_row *algorithm;
	enum piv_pin_policy pin_policy;
	enum piv_touch_policy touch_policy;
	bool pin_policy_is_open, touch_policy_is_open; /* nobody asked for them: the appraisal policy may change them */
	long days;                                     /* the enrollment's life */
	const char *operator_name;                     /* who runs this, for the record */
	int64_t now;                                   /* seconds since 1970 */
	bool factory_codes;                            /* the operator says so, for tokens that cannot */
	unsigned pin_tries, puk_tries;                 /* 0: as they are */
	/* DER, for the key that is in the slot already; empty: make a key, and a certificate */
	struct bytes certificate;
};

/* What a course needs of the house; all of it is borrowed. */
struct course_means {
	struct desk *desk;
	const char *registry; /* the folder, for the journal and what is sealed */
	const struct registrars *registrars;
	const struct trust *trust;
	const struct policy *policy;
	const struct escrow *escrow;         /* NULL: the PUK is shown, the management key stays in the token */
	const struct secret *management_key; /* NULL: the token's own stored one, or the factory's */
};

struct course;

/* Which PIN a question is for. */
enum course_pin {
	COURSE_PIN_PRESENT, /* the one that the token has */
	COURSE_PIN_NEW,     /* the one that it will get, in place of the factory's */
};

/* What only a person, or whoever speaks for him, can say. */
struct course_dialogue {
	void *state;

	/* may_destroy: whether the key that is in the slot may be replaced, or the resident key of this person and application.
	 * Errors: ERROR_DECLINED. */
	bool (*may_destroy)(void *state, const struct course *course, struct error *err) MUST_CHECK;

	/* ask_pin: the token's PIN, or a new one.
	 *   problem  what was wrong with the one before; NULL at first. Of a present PIN at least two tries are left then
	 *   pin      out: the course's, which frees it
	 * Errors: any; with a problem and nobody to ask, that problem. */
	bool (*ask_pin)(void *state, const struct course *course, enum course_pin which, const struct error *problem,
	    struct secret **pin, struct error *err) MUST_CHECK;

	/* new_pin: the first PIN of a FIDO2 token that has none, or another one where it wants its PIN changed.
	 *   shortest  how many characters it has at least
	 *   problem   what was wrong with the one before; NULL at first */
	bool (*new_pin)(void *state, const struct course *course, unsigned shortest, const struct error *problem,
	    struct secret **pin, struct error *err) MUST_CHECK;

	/* may_share: whether a token that holds a key of another person may get one of this person as well.
	 * Errors: ERROR_DECLINED. */
	bool (*may_share)(void *state, const struct course *course, const char *holder, struct error *err) MUST_CHECK;

	/* show_puk: the operator has it when this returns. NULL: there is nobody to show it to. Errors: any. */
	bool (*show_puk)(
	    void *state, const struct course *course, const struct secret *puk, struct error *err) MUST_CHECK;

	/* touch: the token waits for a touch: it has not signed for 200 ms. Called in another thread. */
	void (*touch)(void *state);

	/* wait: the token is still making the key. Called in another thread, every few seconds. */
	void (*wait)(void *state);

	/* warn: something that is not well and does not stop the course. */
	void (*warn)(void *state, const char *sentence);

	/* before: a step begins. after: it ended, well or not; `err` is NULL when well.
	 *   sentence  NULL: it has nothing to do in this course */
	void (*before)(void *state, const char *step, const char *sentence);
	void (*after)(void *state, const char *step, const struct error *err);
};

struct course {
	struct course_request request;
	struct course_means means;
	struct course_dialogue dialogue;
	struct token token;                 /* owned, empty after `release` */
	struct authenticator authenticator; /* a FIDO2 token; owned, empty after `release` */
	struct course_fido wanted;          /* request.fido, and what the policy wants besides */
	struct credential credential;       /* the new key of a FIDO2 token */
	uint8_t challenge[32];              /* what its attestation covers */
	struct piv_identity identity;       /* kept beyond that */
	struct journal *journal;            /* owned; NULL before something is changed */
	/* of the course that is resumed; else only `before`. Its certificate is borrowed */
	struct journal_record record;
	bool resumes;
	bool knows_codes;                         /* the token says which codes are the factory's */
	struct piv_metadata pin_state, puk_state; /* is_default is right also where the token does not know */
	struct piv_metadata management;           /* algorithm and is_default */
	bool tries_set;                           /* by the course that is resumed */
	bool slot_used;                           /* there may be a key in the slot */
	bool managed;                             /* the management key is proved … */
	struct secret *management_key; /* … and is this one, where it stands in the token; owned, or NULL */
	bool made_key;                 /* by this course, or the one that it resumes */
	struct secret *pin;            /* owned; gone after `install` */
	struct secret *new_puk, *new_management_key; /* owned: drawn, and not yet set */
	bool puk_set, management_key_set;            /* by this course, for the summary */
	struct buffer sealed;                        /* path; empty: nothing was sealed */
	unsigned files_written;                      /* of a FIDO2 key; they go again where nothing is recorded */
	bool unlocked;                               /* the PIN was verified, and its policy says that this lasts */
	struct buffer spki;                          /* the new key, DER */
	struct ssh_key key;                          /* the same */
	struct buffer leaf;                          /* its attestation, DER */
	struct buffer device_certificate;            /* f9, DER */
	struct evidence evidence;
	struct result result; /* of the forecast, then the appraisal; what `check` finds replaces it */
	struct buffer slot_certificate;
	struct possession possession;
	struct buffer possession_signature; /* SSHSIG */
	uint64_t serial;                    /* of the enrollment */
	uint64_t ended; /* of the one whose key was in the slot before, and which `record` revoked; 0: none */
	int64_t valid_after, valid_before;
	struct buffer certificate; /* the enrollment's blob */
	struct enrollment enrollment;
	char device[DEVICE_NAME_SIZE]; /* as device_name() writes it */
};

/* course_init: a course in caller's storage, to course_clear(), with everything after `dialogue` empty. The three structs are copied;
 * what they point to has to live as long as the course.
 *   token  taken over, and empty afterwards */
void course_init(struct course *course, const struct course_request *request, const struct course_means *means,
    const struct course_dialogue *dialogue, struct token *token);

/* course_init_fido: the same for a FIDO2 token; request->fido says what is wanted.
 *   authenticator  taken over, and empty afterwards */
void course_init_fido(struct course *course, const struct course_request *request, const struct course_means *means,
    const struct course_dialogue *dialogue, struct authenticator *authenticator);

/* course_init_import: the same for a FIDO2 key that was made elsewhere; request->fido has no path.
 *   key, evidence  taken over, and empty afterwards
 * Errors: those of ssh_key_put_spki; *course is to be cleared in any case. */
bool course_init_import(struct course *course, const struct course_request *request, const struct course_means *means,
    const struct course_dialogue *dialogue, struct ssh_key *key, struct evidence *evidence,
    struct error *err) MUST_CHECK;

/* course_clear: wipes, closes and frees all that it owns; a journal that has not ended stays on disk, to be resumed. */
void course_clear(struct course *course);

/* course_token_name: the token in words.
 *   text  of at least TOKEN_NAME_SIZE bytes */
const char *course_token_name(const struct course *course, char text[TOKEN_NAME_SIZE]);

/* course_resume: makes a course out of course_init the continuation of a journal's.
 *   record   lives as long as the course: its certificate is viewed
 *   journal  taken over, and NULL afterwards */
void course_resume(struct course *course, const struct journal_record *record, struct journal **journal);

/* course_run: all steps in order; the first that fails ends it, and then the registry is as before. A journal stays where
 * something was changed that somebody has to finish or put back.
 * Errors: those of the steps; ERROR_JOURNAL, ERROR_PERSON_NAME (too long for one). */
bool course_run(struct course *course, struct error *err) MUST_CHECK;

/* course_run_retries: sets how often PIN and PUK may be tried, and both codes again, because the token forgets them over that:
 * the PIN as it was, the PUK a new one. The request has no person.
 * Errors: ERROR_JOURNAL, ERROR_JOURNAL_OPEN, ERROR_PUK_RECIPIENT, ERROR_CODE_DEFAULT, those of the steps. */
bool course_run_retries(struct course *course, struct error *err) MUST_CHECK;

/* course_each_step_left: what a course of that journal goes on with: the steps behind the last one that was finished, in their order. A
 * resumed course looks at the token first, and passes over what it finds done.
 *   visit  gets the step's sentence, translated */
void course_each_step_left(
    const struct journal_record *record, void (*visit)(void *state, const char *sentence), void *state);

/* course_look: the preflight alone, for those who want to know whether a token can be enrolled: nothing is asked for.
 * Errors: as course_preflight. */
bool course_look(struct course *course, struct error *err) MUST_CHECK;

/* course_can_attest: whether the token can prove what it makes: by its firmware, and by its device certificate, which is read.
 * Errors: ERROR_NOT_ATTESTABLE, those of piv_certificate_read. */
bool course_can_attest(struct course *course, struct error *err) MUST_CHECK;

/* course_abandon: takes back what an unfinished enrollment did to the token: its key and its certificate, if the slot holds that
 * very key; what else may be in the slot by now is nobody's to delete here, nor a key that the course found there. Where the
 * journal does not know the key, because its line was not written any more, it is the one that was not there before.
 * Codes stay as they are, since somebody has them.
 *   course   out of course_init and course_resume, not run
 *   held     out: whether the slot holds the key
 *   deleted  out: whether it is gone; firmware before 5.7 cannot do that
 * Errors: those of course_take_attested, course_management and course_put_back. */
bool course_abandon(struct course *course, bool *held, bool *deleted, struct error *err) MUST_CHECK;

/* course_put_back: takes the key of an unfinished course out of the token again, and the certificate that lies beside it;
 * where the firmware cannot delete keys, only the certificate. Codes stay as they are, since somebody has them.
 *   deleted  out: whether the key itself is gone
 * Errors: ERROR_MANAGEMENT_KEY, those of the card. */
bool course_put_back(struct course *course, bool *deleted, struct error *err) MUST_CHECK;

/* course_note: a line in the journal, where there is one. Errors: ERROR_JOURNAL. */
bool course_note(struct course *course, const char *word, const char *rest, struct error *err) MUST_CHECK;

/* course_take_attested: takes the slot's key out of its attestation, and says whether it is the one of that fingerprint ("": any).
 * Fills leaf, spki and key when it is. Errors: those of piv_attest and certificate_parse. */
bool course_take_attested(struct course *course, const char *fingerprint, bool *same, struct error *err) MUST_CHECK;

/* course_take_algorithm: which algorithm the key in course->spki is of, for the request. Errors: ERROR_CARD_UNSUPPORTED. */
bool course_take_algorithm(struct course *course, struct error *err) MUST_CHECK;

/* course_certificate_check: whether a certificate (DER) is for the key in the slot, which the token has to attest. Fills leaf, spki and
 * key. Errors: ERROR_KEY_MISMATCH, those of course_take_attested and slot_certificate_spki. */
bool course_certificate_check(struct course *course, struct bytes certificate, struct error *err) MUST_CHECK;

/* course_take_certificate: the operator brings a certificate: it must be for the key that the slot has, which is attested here.
 * Errors: ERROR_KEY_MISMATCH, those of piv_attest and slot_certificate_spki. */
bool course_take_certificate(struct course *course, struct error *err) MUST_CHECK;

/* course_key_sign: has the slot's key sign, as piv_sign does: after the PIN where `course->pin` holds one, with a word to the operator
 * where the attestation in `course->result` wants a touch and the token keeps waiting.
 *   signature  out, appended
 * Errors: those of course_verify_pin and piv_sign. */
bool course_key_sign(struct course *course, enum piv_digest digest, struct bytes message, struct buffer *signature,
    struct error *err) MUST_CHECK;

/* course_csr: a PKCS#10 request for the key in the request's slot, which stays as it is, with its attestation in it; what the trust of
 * the means does not believe gets none. The PIN is asked for where the key wants it.
 *   person   the subject's common name
 *   request  out, appended: DER
 * Errors: those of course_can_attest, course_take_attested, appraise, ask_pin, course_key_sign and certificate_request_make. */
bool course_csr(struct course *course, const char *person, struct buffer *request, struct error *err) MUST_CHECK;

/* course_codes_state: asks the token which codes are the factory's: three commands. Errors: those of piv_metadata_read. */
bool course_codes_state(struct course *course, struct error *err) MUST_CHECK;

/* course_blocked_check: whether tries are left of the codes that are asked for, or changed, as the token tells them.
 * Errors: ERROR_PIN_BLOCKED, ERROR_PUK_BLOCKED. */
bool course_blocked_check(const struct course *course, struct error *err) MUST_CHECK;

/* course_unlock: proves the PIN that the token has now: the factory's, where that is not changed yet, or course_verify_pin.
 * Errors: those of piv_pin_verify and ask_pin. */
bool course_unlock(struct course *course, struct error *err) MUST_CHECK;

/* course_journal_check: no other course of this token is unfinished. Errors: ERROR_JOURNAL_OPEN, ERROR_JOURNAL. */
bool course_journal_check(struct course *course, struct error *err) MUST_CHECK;

/* course_registry_check: the registry can be written to. Errors: ERROR_STORE. */
bool course_registry_check(struct course *course, struct error *err) MUST_CHECK;

/* course_seal_codes: seals what the token is going to get; the file's path into `sealed`.
 *   puk, management_key  NULL for what stays
 * Errors: those of escrow_seal. */
bool course_seal_codes(
    struct course *course, const struct secret *puk, const struct secret *management_key, struct error *err) MUST_CHECK;

/* course_wanted_tries_check: that more than one try is wanted where the token does not tell of its codes: what breaks off could not be gone
 * on with, since nothing could be tried. Errors: ERROR_USAGE. */
bool course_wanted_tries_check(const struct course *course, struct error *err) MUST_CHECK;

/* course_verify_factory_pin: proves that the PIN is the factory's. Errors: those of piv_pin_verify. */
bool course_verify_factory_pin(struct course *course, struct error *err) MUST_CHECK;

/* course_verify_pin: the present PIN, asking again while at least two tries are left.
 * Errors: those of piv_pin_verify and ask_pin. */
bool course_verify_pin(struct course *course, struct error *err) MUST_CHECK;

/* The steps, for the table in course.c, which is their order; each relies on what those before it have filled in, and does nothing
 * where it finds its work done. */

/* course_preflight: whether this token, slot and person can be enrolled; leaves the states of the codes, device_certificate, the
 * wishes that the policy settled, and in result the forecast. Reads from the token and changes nothing.
 * Errors: ERROR_NOT_ATTESTABLE, ERROR_CARD_UNSUPPORTED, ERROR_PIN_BLOCKED, ERROR_PUK_BLOCKED, ERROR_ENROLLMENT_EXISTS,
 * ERROR_JOURNAL_OPEN, ERROR_PUK_RECIPIENT, ERROR_USAGE (tries that this firmware cannot take), ERROR_DECLINED, those of
 * course_take_certificate; what the policy has against the token. */
bool course_preflight(struct course *course, struct error *err) MUST_CHECK;

/* course_codes: asks for the PIN, or a new one in the factory's place, into pin; nothing is sent yet. A key that never wants a PIN, in
 * a token whose PIN is not the factory's, needs none.
 * Errors: those of ask_pin; ERROR_CODE_DEFAULT for a PIN that is the factory's on a token that cannot say so. */
bool course_codes(struct course *course, struct error *err) MUST_CHECK;

/* course_management: finds the management key (given, the factory's, or the one that is stored behind the PIN) and proves it; managed
 * is true then. False it stays, without an error, where a resumed course has nothing left to write with it.
 * Errors: those of piv_authenticate, piv_admin_data_read, piv_protected_keys_read and course_unlock. */
bool course_management(struct course *course, struct error *err) MUST_CHECK;

/* course_generate: makes the key, into spki and key, and notes it in the journal, what it replaces first; a resumed course takes the
 * key of its journal where the slot still holds that. With a certificate that the operator brought, the slot's own key stays.
 * Errors: those of piv_generate and course_take_attested; ERROR_JOURNAL. */
bool course_generate(struct course *course, struct error *err) MUST_CHECK;

/* course_attest: has the key attested, into leaf and evidence. Errors: those of piv_attest and evidence_of_piv. */
bool course_attest(struct course *course, struct error *err) MUST_CHECK;

/* course_appraise: fills result, and from it the enrollment's dates and device. Warnings go to the dialogue.
 * Errors: the first reason of a result that refuses; ERROR_CARD_CHANGED where the signed serial is not the one that the token says. */
bool course_appraise(struct course *course, struct error *err) MUST_CHECK;

/* course_tries: sets how often codes may be tried, where that was asked for and both codes are the factory's still; else warns.
 * Errors: those of piv_pin_verify and piv_tries_set. */
bool course_tries(struct course *course, struct error *err) MUST_CHECK;

/* course_pin: sets pin in the factory's place, asking again where the token finds it too simple.
 * Errors: those of ask_pin, piv_code_change and piv_pin_unblock. */
bool course_pin(struct course *course, struct error *err) MUST_CHECK;

/* course_certificate: has the key sign its slot's certificate, into slot_certificate, unless a fitting one is there. PIN and signature
 * go directly one behind the other, here and in course_possession.
 * Errors: those of slot_certificate_make, course_verify_pin and piv_sign. */
bool course_certificate(struct course *course, struct error *err) MUST_CHECK;

/* course_possession: draws the record of the enrollment and has the key sign it: possession and possession_signature.
 * Errors: those of possession_draw, course_verify_pin and piv_sign. */
bool course_possession(struct course *course, struct error *err) MUST_CHECK;

/* course_install: wipes pin, which nothing behind it needs, and writes certificate, identifiers and key history.
 * Errors: those of piv_certificate_write, piv_identifiers_ensure and piv_key_history_ensure. */
bool course_install(struct course *course, struct error *err) MUST_CHECK;

/* course_seal: draws what takes the place of the factory's codes, into new_puk and new_management_key, and seals it; the file's path
 * into sealed. Without an escrow certificate nothing is drawn here.
 * Errors: those of piv_code_draw, piv_management_key_draw, piv_code_change and escrow_seal; ERROR_JOURNAL. */
bool course_seal(struct course *course, struct error *err) MUST_CHECK;

/* course_puk: sets new_puk in the factory's place; one that was not sealed is drawn and shown first.
 * Errors: ERROR_PUK_RECIPIENT, those of show_puk and piv_code_change; ERROR_JOURNAL. */
bool course_puk(struct course *course, struct error *err) MUST_CHECK;

/* course_management_key: sets new_management_key in the factory's place; one that was not sealed is stored behind the PIN first.
 * Errors: those of piv_protected_keys_write, piv_admin_data_write and piv_management_key_set. */
bool course_management_key(struct course *course, struct error *err) MUST_CHECK;

/* course_release: closes the token. Errors: none. */
bool course_release(struct course *course, struct error *err) MUST_CHECK;

/* The same for the tries alone (course_retries.c). */

/* course_retries_preflight: whether both codes can be given back afterwards; nothing is asked of the token.
 * Errors: ERROR_JOURNAL_OPEN, ERROR_PUK_RECIPIENT, ERROR_CODE_DEFAULT. */
bool course_retries_preflight(struct course *course, struct error *err) MUST_CHECK;

/* course_retries_prove: finds out whether a resumed course has set the tries, into tries_set, and proves both codes where not.
 * Errors: those of piv_pin_verify, course_management and course_verify_pin. */
bool course_retries_prove(struct course *course, struct error *err) MUST_CHECK;

/* course_retries_set: sets them; PIN and PUK count as the factory's from then on. Errors: those of piv_tries_set. */
bool course_retries_set(struct course *course, struct error *err) MUST_CHECK;

/* The same for FIDO2 (course_fido.c). */

/* course_fido_settle: finds what the policy wants of the key besides what was asked for: verification, protection, application.
 * Errors: ERROR_POLICY (it accepts no key that this token can make so). */
bool course_fido_settle(struct course *course, struct error *err) MUST_CHECK;

/* course_fido_holders: whether the token holds a key that is enrolled for somebody else; then the operator is asked.
 * Errors: ERROR_DECLINED, ERROR_PIN_…, those of assertion_find and store_each. */
bool course_fido_holders(struct course *course, struct error *err) MUST_CHECK;

/* course_fido_preflight: whether this token can make such a key, and where its files would go; nothing is changed.
 * Errors: ERROR_CARD_UNSUPPORTED, ERROR_PIN_BLOCKED, ERROR_FILE (a key file is there already, or cannot be written), those of
 * course_registry_check and course_fido_settle. */
bool course_fido_preflight(struct course *course, struct error *err) MUST_CHECK;

/* course_fido_codes: asks for the PIN, into pin; a token that has none and needs one, or wants it changed, gets another at once.
 * Errors: those of ask_pin and new_pin, and of authenticator_set_pin. */
bool course_fido_codes(struct course *course, struct error *err) MUST_CHECK;

/* course_fido_generate: draws the challenge and has the token make the key, into credential, key and spki, unless it holds one of this
 * person already. A wrong PIN is asked for again while at least two tries are left after it.
 * Errors: ERROR_CREDENTIAL_EXISTS, ERROR_CRYPTO, those of store_each, course_fido_holders, credential_make and ask_pin. */
bool course_fido_generate(struct course *course, struct error *err) MUST_CHECK;

/* course_fido_attest: wraps what came with the key, into evidence; the token is not asked. Errors: those of evidence_of_fido. */
bool course_fido_attest(struct course *course, struct error *err) MUST_CHECK;

/* course_fido_possession: as course_possession, by a signature with presence, and verification where that is wanted.
 * Errors: those of possession_draw and assertion_make. */
bool course_fido_possession(struct course *course, struct error *err) MUST_CHECK;

/* course_fido_files: writes key handle (0600) and public key (0644). Errors: those of key_file_put and file_store. */
bool course_fido_files(struct course *course, struct error *err) MUST_CHECK;

/* course_fido_forget_files: takes away what course_fido_files wrote, or began to write: no enrollment is going to name that key. */
void course_fido_forget_files(struct course *course);

/* course_fido_release: wipes pin and closes the authenticator. Errors: none. */
bool course_fido_release(struct course *course, struct error *err) MUST_CHECK;

/* course_import_possession: fills possession from the attestation; warns where no desk drew its challenge.
 * Errors: those of attested_possession_fill. */
bool course_import_possession(struct course *course, struct error *err) MUST_CHECK;

/* The rest is the same for all. */

/* course_sign: reserves a serial and has the registrar sign, into serial and certificate.
 * Errors: those of enrollment_put_extension, store_next_serial and signer_sign. */
bool course_sign(struct course *course, struct error *err) MUST_CHECK;

/* course_check: reads the certificate back into enrollment and checks it as a host will; fills result anew.
 * Errors: those of enrollment_parse and enrollment_check. */
bool course_check(struct course *course, struct error *err) MUST_CHECK;

/* course_record: one transaction of the registry, in which the enrollment of the key that was in the slot before, and is destroyed,
 * ends as well. Errors: those of store_add_in_place. */
bool course_record(struct course *course, struct error *err) MUST_CHECK;

#endif
