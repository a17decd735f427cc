/* token_session.h: a token that a verb works on outside of an enrollment: chosen, open, its codes known as far as it tells, and
 * the management key proved where that is wanted. Stands on the steps of a course, so that both find a key in the same way.
 * Here as well no code may be lost: what a token is about to get is shown, sealed or stored before it gets it.
 * Knows nothing of options but the shared ones. */
#ifndef ENROLL_TOKEN_SESSION_H
#define ENROLL_TOKEN_SESSION_H

#include "enroll/course.h"
#include "enroll/enroll_dialogue.h"
#include "enroll/house.h"

struct token_session {
	const struct invocation *invocation; /* borrowed */
	struct house house;
	struct enroll_answers answers;
	struct course course; /* not run: its steps find keys and codes */
};

/* token_session_run: what a verb about one token does: opens the token, has `work` done with it, ends the report, closes. The
 * token is held for that long: no other program comes between.
 * Errors: those of token_session_open, of `work` and of report_end. */
bool token_session_run(const struct invocation *invocation,
    bool (*work)(struct token_session *session, struct error *err), struct error *err) MUST_CHECK;

/* token_session_open: the token that is meant, and which of its codes are the factory's.
 *   invocation  borrowed until the close
 *   session     out: to token_session_close() in any case
 * Errors: those of house_open_tokens, house_open_escrow and token_open. */
bool token_session_open(
    const struct invocation *invocation, struct token_session *session, struct error *err) MUST_CHECK;

/* token_session_close: closes token and house. */
void token_session_close(struct token_session *session);

/* token_session_slot: the slot of a key that the command line names.
 *   slot  out: a constant
 * Errors: ERROR_USAGE, for f9 as well: the attestation's key is nobody's. */
bool token_session_slot(const char *name, const struct piv_slot **slot, struct error *err) MUST_CHECK;

/* token_session_slot_used: whether a key is in the slot, as far as the token tells: of an empty one, an attestation that fails says no more
 * than of a token that cannot attest.
 * Errors: ERROR_CARD_SLOT_EMPTY, those of piv_metadata_read but ERROR_CARD_UNSUPPORTED. */
bool token_session_slot_used(
    const struct token_session *session, const struct piv_slot *slot, struct error *err) MUST_CHECK;

/* token_session_manage: proves the management key. Errors: those of course_management. */
bool token_session_manage(struct token_session *session, struct error *err) MUST_CHECK;

/* token_session_confirm: the operator knows what is lost: --yes, or the serial typed.
 *   loss  a sentence without full stop
 * Errors: ERROR_DECLINED. */
bool token_session_confirm(const struct token_session *session, const char *loss, struct error *err) MUST_CHECK;

/* token_session_puk_check: whether a try of the PUK is left, as far as the token tells. Errors: ERROR_PUK_BLOCKED. */
bool token_session_puk_check(const struct token_session *session, struct error *err) MUST_CHECK;

/* token_session_ask_puk: the present PUK; nobody is asked when no try of it is left.
 *   puk  out: the caller's, to secret_free()
 * Errors: those of token_session_puk_check, house_descriptor and codes_ask. */
bool token_session_ask_puk(const struct token_session *session, struct secret **puk, struct error *err) MUST_CHECK;

/* token_session_new_pin: asks for a new PIN and has it set. One that is no good is asked for again where somebody answers: that
 * costs no try, and what was proved before need not be typed anew.
 *   set  proves what it has to and sets the PIN, which piv_code_check has let pass
 * Errors: those of codes_ask_new, piv_code_check and `set`. */
bool token_session_new_pin(struct token_session *session,
    bool (*set)(struct course *course, const struct secret *wanted, const void *context, struct error *err),
    const void *context, struct error *err) MUST_CHECK;

/* token_codes_set_pin: the PIN that `course->pin` holds becomes `wanted`; from the factory's one where the token has that.
 *   context  NULL: this is a setter for token_session_new_pin
 * Errors: those of piv_code_change. */
bool token_codes_set_pin(
    struct course *course, const struct secret *wanted, const void *context, struct error *err) MUST_CHECK;

/* token_codes_new_puk: a random PUK in place of the present one, which is proved before; shown or sealed before it is set.
 *   present  NULL: the factory's
 * Errors: ERROR_PUK_RECIPIENT (nobody would learn it), those of show_puk, escrow_seal and piv_code_change. */
bool token_codes_new_puk(struct course *course, const struct secret *present, struct error *err) MUST_CHECK;

/* token_codes_new_management_key: a random management key in place of the one that is proved. In the token both stand in PRINTED
 * while the change is under way; or it is sealed, and nothing of it stays in the token.
 * Errors: those of the writes. */
bool token_codes_new_management_key(struct course *course, struct error *err) MUST_CHECK;

#endif
