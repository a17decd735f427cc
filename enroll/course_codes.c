#include <stdio.h>

#include "common/language.h"
#include "common/secret.h"
#include "enroll/course.h"
#include "enroll/escrow.h"
#include "piv/admin_data.h"
#include "piv/authenticate.h"
#include "piv/codes.h"
#include "piv/management_key.h"

static bool pin_is_wanted(const struct course *course)
{
	return course->pin_state.is_default || course->request.pin_policy != PIV_PIN_NEVER;
}

/* A new PIN is judged before anything is sent, and asked for until it is good. */
static bool ask_new_pin(struct course *course, const struct error *problem, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;
	struct error reason = ERROR_EMPTY;

	for (;;) {
		secret_free(course->pin);
		course->pin = NULL;
		if (!dialogue->ask_pin(dialogue->state, course, COURSE_PIN_NEW, problem, &course->pin, err))
			return false;
		reason = ERROR_EMPTY;
		if (piv_code_check(PIV_CODE_PIN, course->identity.firmware, course->pin, &reason))
			return true;
		problem = &reason;
	}
}

/* The factory's PIN on a token that cannot say so is recognised as well. */
static bool present_pin_check(const struct course *course, struct error *err)
{
	struct secret *factory = NULL;
	bool same;

	if (!piv_code_default(PIV_CODE_PIN, &factory, err))
		return false;
	same = secret_equal(secret_bytes(factory), secret_bytes(course->pin));
	secret_free(factory);
	return !same || error_set(err, ERROR_CODE_DEFAULT,
	                    "this is the factory's PIN, which may not stay: say --factory-codes, and give a new PIN");
}

bool course_codes(struct course *course, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;

	if (!pin_is_wanted(course))
		return true;
	if (course->pin_state.is_default)
		return ask_new_pin(course, NULL, err);
	return dialogue->ask_pin(dialogue->state, course, COURSE_PIN_PRESENT, NULL, &course->pin, err) &&
	       present_pin_check(course, err);
}

bool course_verify_pin(struct course *course, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;
	unsigned tries_left = 0;
	struct error problem = ERROR_EMPTY;

	while (!piv_pin_verify(course->token.piv, course->pin, &tries_left, &problem)) {
		/* The last try is the user's to lose, with the PUK at hand, and not this program's. */
		if (problem.code != ERROR_PIN_WRONG || tries_left < 2) {
			*err = problem;
			return false;
		}
		secret_free(course->pin);
		course->pin = NULL;
		if (!dialogue->ask_pin(dialogue->state, course, COURSE_PIN_PRESENT, &problem, &course->pin, err))
			return false;
	}
	return true;
}

bool course_verify_factory_pin(struct course *course, struct error *err)
{
	struct secret *factory = NULL;
	bool done =
	    piv_code_default(PIV_CODE_PIN, &factory, err) && piv_pin_verify(course->token.piv, factory, NULL, err);

	secret_free(factory);
	return done;
}

bool course_unlock(struct course *course, struct error *err)
{
	/* Of a token that cannot tell, a resumed course has most likely set the PIN. */
	bool is_set = !course->pin_state.is_default || (!course->knows_codes && course->record.pin_begun);

	return is_set ? course_verify_pin(course, err) : course_verify_factory_pin(course, err);
}

bool course_tries(struct course *course, struct error *err)
{
	if (course->request.pin_tries == 0 || course->record.tries_done)
		return true;
	if (!course->pin_state.is_default || !course->puk_state.is_default) {
		course->dialogue.warn(course->dialogue.state,
		    translated("the tries stay as they are: setting them would bring the factory's codes back"));
		return true;
	}
	return course_verify_factory_pin(course, err) &&
	       piv_tries_set(course->token.piv, course->request.pin_tries, course->request.puk_tries, err);
}

/* Of a token that cannot tell, a resumed course does not know whether the PIN is set. The PUK is the factory's as long as the course has
 * not begun to set that, and by it the PIN is set whatever it was: no try of it is spent on finding out. */
static bool change_pin(struct course *course, struct error *err)
{
	bool unknown = !course->knows_codes && course->record.pin_begun;
	struct secret *factory = NULL;
	bool done = piv_code_default(unknown ? PIV_CODE_PUK : PIV_CODE_PIN, &factory, err) &&
	            (unknown ? piv_pin_unblock(course->token.piv, factory, course->pin, NULL, err)
	                     : piv_code_change(course->token.piv, PIV_CODE_PIN, factory, course->pin, NULL, err));

	secret_free(factory);
	return done;
}

bool course_pin(struct course *course, struct error *err)
{
	bool was_set = !course->knows_codes && course->record.puk_begun;
	struct error problem = ERROR_EMPTY;

	while (course->pin_state.is_default && !was_set && !change_pin(course, &problem)) {
		/* The token has rules of its own: what it finds too simple costs no try. */
		if (problem.code != ERROR_CODE_WEAK) {
			*err = problem;
			return false;
		}
		if (!ask_new_pin(course, &problem, err))
			return false;
		problem = ERROR_EMPTY;
	}
	course->pin_state.is_default = false;
	return true;
}

static enum piv_algorithm new_algorithm(const struct course *course)
{
	return piv_management_algorithm(course->identity.firmware);
}

static bool draw_management_key(struct course *course, struct error *err)
{
	return course->new_management_key ||
	       piv_management_key_draw(new_algorithm(course), &course->new_management_key, err);
}

/* Of a token that cannot tell, a resumed course does not know whether the PUK is set. Before another is drawn, sealed or shown,
 * the factory's is changed to itself: if it does not hold any more, that costs a try of the PUK, and no way is cheaper. */
static bool find_puk_state(struct course *course, struct error *err)
{
	struct secret *factory = NULL;
	struct error reason = ERROR_EMPTY;
	bool holds;

	if (course->knows_codes || !course->puk_state.is_default || !course->record.puk_begun)
		return true;
	if (!piv_code_default(PIV_CODE_PUK, &factory, err))
		return false;
	holds = piv_code_change(course->token.piv, PIV_CODE_PUK, factory, factory, NULL, &reason);
	secret_free(factory);
	if (!holds && reason.code != ERROR_PUK_WRONG) {
		*err = reason;
		return false;
	}
	course->puk_state.is_default = holds;
	course->record.puk_begun = false;
	return true;
}

bool course_seal_codes(
    struct course *course, const struct secret *puk, const struct secret *management_key, struct error *err)
{
	struct escrow_content content = {.time = course->request.now, .puk = puk, .management_key = management_key};
	char device[16] = "unnamed";

	if (course->identity.has_serial)
		snprintf(device, sizeof(device), "%lu", (unsigned long)course->identity.serial);
	content.device = device;
	return escrow_seal(course->means.escrow, course->means.registry, &content, &course->sealed, err);
}

bool course_seal(struct course *course, struct error *err)
{
	bool changes_key = course->request.person && course->management.is_default;

	if (!find_puk_state(course, err))
		return false;
	if (!course->means.escrow || !(course->puk_state.is_default || changes_key))
		return true;
	if ((course->puk_state.is_default && !piv_code_draw(&course->new_puk, err)) ||
	    (changes_key && !draw_management_key(course, err)))
		return false;
	return course_seal_codes(course, course->new_puk, course->new_management_key, err) &&
	       course_note(course, "sealed", buffer_text(&course->sealed), err);
}

/* Before the token has it, somebody has it. */
static bool hand_over_puk(struct course *course, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;

	if (course->new_puk)
		return true;
	if (!dialogue->show_puk)
		return error_set(err, ERROR_PUK_RECIPIENT, "there is nobody to show the new PUK to");
	return piv_code_draw(&course->new_puk, err) &&
	       dialogue->show_puk(dialogue->state, course, course->new_puk, err) &&
	       course_note(course, "shown", "puk", err);
}

bool course_puk(struct course *course, struct error *err)
{
	struct secret *factory = NULL;
	bool done;

	if (!course->puk_state.is_default)
		return true;
	if (!hand_over_puk(course, err) || !piv_code_default(PIV_CODE_PUK, &factory, err))
		return false;
	done = piv_code_change(course->token.piv, PIV_CODE_PUK, factory, course->new_puk, NULL, err);
	secret_free(factory);
	course->puk_set = done;
	course->puk_state.is_default = !done;
	return done;
}

static bool store_management_key(struct course *course, struct error *err)
{
	const struct piv_admin_data data = {
	    .key_protected = true, .has_time = true, .pin_changed = (uint32_t)course->request.now};

	return piv_protected_keys_write(course->token.piv, course->new_management_key, NULL, err) &&
	       piv_admin_data_write(course->token.piv, &data, err);
}

bool course_management_key(struct course *course, struct error *err)
{
	if (!course->management.is_default)
		return true;
	if (!draw_management_key(course, err) || (!course->means.escrow && !store_management_key(course, err)) ||
	    !piv_management_key_set(course->token.piv, new_algorithm(course), course->new_management_key, err))
		return false;
	course->management_key_set = true;
	course->management.is_default = false;
	return true;
}
