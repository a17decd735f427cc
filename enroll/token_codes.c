#include <stdio.h>

#include "common/secret.h"
#include "enroll/escrow.h"
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

bool token_codes_set_pin(struct course *course, const struct secret *wanted, struct error *err)
{
	return piv_code_check(PIV_CODE_PIN, course->identity.firmware, wanted, err) &&
	       change_code(course, PIV_CODE_PIN, course->pin_state.is_default ? NULL : course->pin, wanted, err);
}

static bool seal(struct course *course, const struct secret *puk, const struct secret *key, struct error *err)
{
	struct escrow_content content = {.time = course->request.now, .puk = puk, .management_key = key};
	char device[16] = "unnamed";

	if (course->identity.has_serial)
		snprintf(device, sizeof(device), "%lu", (unsigned long)course->identity.serial);
	content.device = device;
	return escrow_seal(course->means.escrow, course->means.registry, &content, &course->sealed, err);
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
	return course->means.escrow ? seal(course, course->new_puk, NULL, err)
	                            : dialogue->show_puk(dialogue->state, course, course->new_puk, err);
}

bool token_codes_new_puk(struct course *course, const struct secret *present, struct error *err)
{
	return hand_over_puk(course, err) && change_code(course, PIV_CODE_PUK, present, course->new_puk, err);
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
		return seal(course, NULL, course->new_management_key, err) && set_next(course, algorithm, err) &&
		       forget_stored(course, err);
	return store_next(course, err) && set_next(course, algorithm, err) &&
	       (!course->management_key ||
	           piv_protected_keys_write(course->token.piv, course->new_management_key, NULL, err));
}
