#include "enroll/course.h"
#include "piv/authenticate.h"
#include "piv/codes.h"

bool course_retries_preflight(struct course *course, struct error *err)
{
	if (!course_journal_check(course, err))
		return false;
	if (!course->means.escrow && !course->dialogue.show_puk)
		return error_set(err, ERROR_PUK_RECIPIENT,
		    "the token gets a new PUK, and there is nobody to show it to: say --escrow FILE or --puk-fd N");
	if (!course_wanted_tries_check(course, err))
		return false;
	if (!course->resumes && course->pin_state.is_default)
		return error_set(
		    err, ERROR_CODE_DEFAULT, "the PIN is the factory's: change that first, by \"token pin\"");
	return true;
}

/* A course that broke off around the command asks the token: its PIN was not the factory's before. One without metadata has the tries
 * that were wanted, and the factory's PIN; where it had as many before, a wrong try is given back by the PIN that follows. */
static bool find_out(struct course *course, struct error *err)
{
	const struct piv_metadata *pin = &course->pin_state;
	struct error reason = ERROR_EMPTY;

	course->tries_set = course->record.tries_done;
	if (course->tries_set || !course->record.tries_begun)
		return true;
	if (course->knows_codes) {
		course->tries_set = course->pin_state.is_default;
		return true;
	}
	if (pin->says_tries && pin->tries_left != course->request.pin_tries)
		return true;
	course->tries_set = course_verify_factory_pin(course, &reason);
	if (course->tries_set || reason.code == ERROR_PIN_WRONG)
		return true;
	*err = reason;
	return false;
}

bool course_retries_prove(struct course *course, struct error *err)
{
	return find_out(course, err) &&
	       (course->tries_set || (course_management(course, err) && course_verify_pin(course, err)));
}

bool course_retries_set(struct course *course, struct error *err)
{
	if (!course->tries_set &&
	    !piv_tries_set(course->token.piv, course->request.pin_tries, course->request.puk_tries, err))
		return false;
	/* What has been set again since then a token with metadata says, and of others the journal knows it. */
	if (!course->tries_set || !course->knows_codes)
		course->pin_state.is_default = course->puk_state.is_default = true;
	return true;
}
