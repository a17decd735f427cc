#include <stdio.h>

#include "common/language.h"
#include "common/secret.h"
#include "enroll/token_session.h"
#include "piv/admin_data.h"
#include "piv/codes.h"
#include "piv/management_key.h"
#include "piv/object.h"

/* The factory's value where none is given. */
static bool change_code(struct course *course, enum piv_code code, const struct secret *present,
    const struct secret *wanted, struct error *err)
{
	struct secret *factory = NULL;
	bool done = (present || piv_code_default(code, &factory, err)) &&
	            piv_code_change(course->token.piv, code, present ? present : factory, wanted, NULL, err);

	secret_free(factory);
	return done;
}

bool token_codes_set_pin(struct course *course, const struct secret *wanted, const void *context, struct error *err)
{
	(void)context;
	return change_code(course, PIV_CODE_PIN, course->pin_state.is_default ? NULL : course->pin, wanted, err);
}

/* Somebody has it before the token does. */
static bool hand_over_puk(struct course *course, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;

	if (!course->means.escrow && !dialogue->show_puk)
		return error_set(err, ERROR_PUK_RECIPIENT,
		    "the token gets a new PUK, and there is nobody to show it to: say --escrow FILE or --puk-fd N");
	if (!piv_code_draw(&course->new_puk, err))
		return false;
	return course->means.escrow ? course_seal_codes(course, course->new_puk, NULL, err)
	                            : dialogue->show_puk(dialogue->state, course, course->new_puk, err);
}

/* Nobody is shown a PUK that the token does not get because the present one is wrong: it is changed to itself first. */
static bool prove_puk(struct course *course, const struct secret *present, struct error *err)
{
	struct secret *factory = NULL;
	struct error reason = ERROR_EMPTY;
	bool done;

	if (!present && course->knows_codes)
		return true;
	if (!present && !piv_code_default(PIV_CODE_PUK, &factory, err))
		return false;
	done = change_code(course, PIV_CODE_PUK, present, present ? present : factory, &reason);
	secret_free(factory);
	/* One that was set before the token had rules is proved by their refusal. */
	if (done || reason.code == ERROR_CODE_WEAK)
		return true;
	*err = reason;
	return false;
}

bool token_codes_new_puk(struct course *course, const struct secret *present, struct error *err)
{
	if (!prove_puk(course, present, err) || !hand_over_puk(course, err))
		return false;
	if (change_code(course, PIV_CODE_PUK, present, course->new_puk, err))
		return true;
	course->dialogue.warn(course->dialogue.state,
	    translated("the token has the PUK of before, or the new one: keep both until one of them has helped"));
	return false;
}

/* The present key stays readable beside the next one until the token has that. */
static bool store_next(struct course *course, struct error *err)
{
	const struct piv_admin_data data = {
	    .key_protected = true, .has_time = true, .pin_changed = (uint32_t)course->request.now};
	const struct secret *present = course->management_key;

	return piv_protected_keys_write(course->token.piv, present ? present : course->new_management_key,
	           present ? course->new_management_key : NULL, err) &&
	       piv_admin_data_write(course->token.piv, &data, err);
}

static bool set_next(struct course *course, enum piv_algorithm algorithm, struct error *err)
{
	return piv_management_key_set(course->token.piv, algorithm, course->new_management_key, err);
}

/* What was stored in the token is an old key now, and goes. */
static bool forget_stored(struct course *course, struct error *err)
{
	const struct piv_admin_data nothing = {.has_time = false};

	return piv_object_write(course->token.piv, PIV_OBJECT_PRINTED, BYTES_EMPTY, err) &&
	       piv_admin_data_write(course->token.piv, &nothing, err);
}

bool token_codes_new_management_key(struct course *course, struct error *err)
{
	enum piv_algorithm algorithm = piv_management_algorithm(course->identity.firmware);

	if (!piv_management_key_draw(algorithm, &course->new_management_key, err))
		return false;
	if (course->means.escrow)
		return course_seal_codes(course, NULL, course->new_management_key, err) &&
		       set_next(course, algorithm, err) && forget_stored(course, err);
	return store_next(course, err) && set_next(course, algorithm, err) &&
	       (!course->management_key ||
	           piv_protected_keys_write(course->token.piv, course->new_management_key, NULL, err));
}
