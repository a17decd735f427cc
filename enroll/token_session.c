#include "enroll/token_session.h"

#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "common/secret.h"
#include "enroll/options.h"
#include "enroll/prompt.h"
#include "enroll/report.h"
#include "enroll/terminal.h"
#include "enroll/verb.h"
#include "piv/codes.h"

static bool open_house(const struct invocation *invocation, struct token_session *session, struct error *err)
{
	session->house.registry = buffer_text(&invocation->configuration.registry);
	session->answers.yes = options_find(&invocation->options, "yes") != NULL;
	session->answers.pin.pinentry = options_find(&invocation->options, "pinentry") != NULL;
	return house_descriptor(invocation, "pin-fd", &session->answers.pin.descriptor, err) &&
	       house_descriptor(invocation, "puk-fd", &session->answers.puk_descriptor, err) &&
	       house_open_escrow(invocation, &session->house, err) &&
	       house_open_tokens(invocation, &session->house, err);
}

bool token_session_open(const struct invocation *invocation, struct token_session *session, struct error *err)
{
	struct token_choice choice = house_choice(invocation);
	struct course_request request = {.slot = piv_slot_find("9a"),
	    .now = invocation->now,
	    .factory_codes = options_find(&invocation->options, "factory-codes") != NULL};
	struct course_means means;
	struct course_dialogue dialogue;
	struct token token = TOKEN_EMPTY;

	*session = (struct token_session){.invocation = invocation, .house = HOUSE_EMPTY};
	if (!open_house(invocation, session, err) || !token_open(session->house.context, &choice, &token, err))
		return false;
	means = house_means(&session->house);
	dialogue = enroll_dialogue(&session->answers);
	course_init(&session->course, &request, &means, &dialogue, &token);
	return course_codes_state(&session->course, err);
}

void token_session_close(struct token_session *session)
{
	course_clear(&session->course);
	house_close(&session->house);
}

bool token_session_run(const struct invocation *invocation,
    bool (*work)(struct token_session *session, struct error *err), struct error *err)
{
	struct token_session session;
	bool done = token_session_open(invocation, &session, err) && work(&session, err) && report_end(err);

	token_session_close(&session);
	return done;
}

bool token_session_slot(const char *name, const struct piv_slot **slot, struct error *err)
{
	*slot = piv_slot_find(name);
	return (*slot && (*slot)->id != 0xf9) ||
	       error_set(err, ERROR_USAGE, "\"%s\" is no slot; there are 9a, 9c, 9d, 9e, 82 to 95", name);
}

bool token_session_slot_used(const struct token_session *session, const struct piv_slot *slot, struct error *err)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool used = piv_metadata_read(session->course.token.piv, slot->id, &metadata, &reason);

	piv_metadata_clear(&metadata);
	if (used || reason.code == ERROR_CARD_UNSUPPORTED)
		return true;
	return reason.code == ERROR_CARD_SLOT_EMPTY ? error_set(err, reason.code, "no key is in slot %s", slot->name)
	                                            : error_set(err, reason.code, "%s", reason.text);
}

bool token_session_manage(struct token_session *session, struct error *err)
{
	return course_management(&session->course, err);
}

bool token_session_confirm(const struct token_session *session, const char *loss, struct error *err)
{
	const struct course *course = &session->course;
	char name[TOKEN_NAME_SIZE], serial[16], question[64], answer[64];
	bool by_serial = course->identity.has_serial;

	token_name(&course->token, name);
	if (session->answers.yes)
		return true;
	if (!terminal_is_there())
		return error_set(err, ERROR_DECLINED, "%s: %s; say --yes", name, loss);
	snprintf(serial, sizeof(serial), "%lu", (unsigned long)course->identity.serial);
	terminal_warn("%s: %s.", name, loss);
	snprintf(question, sizeof(question), translated("Type %s to go on: "), by_serial ? serial : prompt_yes());
	if (!prompt_line(question, answer, sizeof(answer), err))
		return false;
	return (by_serial ? strcmp(answer, serial) == 0 : prompt_is_yes(answer)) ||
	       error_set(err, ERROR_DECLINED, "%s was left as it is", name);
}

bool token_session_puk_check(const struct token_session *session, struct error *err)
{
	const struct piv_metadata *puk = &session->course.puk_state;

	return !puk->says_tries || puk->tries_left > 0 ||
	       error_set(err, ERROR_PUK_BLOCKED, "the PUK is blocked: no try is left");
}

bool token_session_ask_puk(const struct token_session *session, struct secret **puk, struct error *err)
{
	const struct piv_metadata *state = &session->course.puk_state;
	struct codes_source source = session->answers.pin;
	char name[TOKEN_NAME_SIZE], question[TOKEN_NAME_SIZE + 16];

	snprintf(question, sizeof(question), translated("PUK of %s"), token_name(&session->course.token, name));
	codes_warn_last(state->says_tries, state->tries_left, question);
	return token_session_puk_check(session, err) &&
	       house_descriptor(session->invocation, "present-puk-fd", &source.descriptor, err) &&
	       codes_ask(&source, question, "--present-puk-fd", puk, err);
}

static bool new_pin_check(const struct secret *pin, const void *context, struct error *err)
{
	const struct course *course = context;

	return piv_code_check(PIV_CODE_PIN, course->identity.firmware, pin, err);
}

bool token_session_new_pin(struct token_session *session,
    bool (*set)(struct course *course, const struct secret *wanted, const void *context, struct error *err),
    const void *context, struct error *err)
{
	struct course *course = &session->course;
	struct codes_source source = session->answers.pin;
	struct secret *wanted = NULL;
	char name[TOKEN_NAME_SIZE], question[TOKEN_NAME_SIZE + 16];
	bool done, again;

	snprintf(question, sizeof(question), translated("new PIN of %s"), token_name(&course->token, name));
	if (!house_descriptor(session->invocation, "new-pin-fd", &source.descriptor, err))
		return false;
	do {
		if (!codes_ask_new(&source, question, "--new-pin-fd", new_pin_check, course, &wanted, err))
			return false;
		done = again = new_pin_check(wanted, course, err);
		done = done && set(course, wanted, context, err);
		secret_free(wanted);
		wanted = NULL;
		/* Of what goes wrong behind the check only the token's own judgement is about the new one. */
		again = !done && (!again || err->code == ERROR_CODE_WEAK) && codes_can_ask(&source);
		if (again)
			terminal_say("%s.", err->text);
	} while (again);
	return done;
}
