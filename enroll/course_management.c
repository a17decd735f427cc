#include "common/language.h"
#include "common/secret.h"
#include "enroll/course.h"
#include "piv/admin_data.h"
#include "piv/authenticate.h"
#include "piv/certificate.h"

static bool prove(struct course *course, const struct secret *key, struct error *err)
{
	course->managed =
	    piv_authenticate(course->token.piv, course->management.algorithm ? &course->management : NULL, key, err);
	return course->managed;
}

static bool prove_factory_key(struct course *course, struct error *err)
{
	struct secret *factory = NULL;
	bool done = piv_default_management_key(&factory, err) && prove(course, factory, err);

	secret_free(factory);
	return done;
}

/* Where a change of the key was broken off two keys stand there, and one of them holds: trying costs nothing. */
static bool prove_either(struct course *course, struct secret **key, struct secret **next, struct error *err)
{
	struct secret **holds = prove(course, *key, err) ? key : next;

	if (holds == next && (!*next || !prove(course, *next, err)))
		return false;
	secret_free(course->management_key);
	course->management_key = *holds;
	*holds = NULL;
	/* Other tools read the first one only. */
	return !*next && holds == key ? true
	                              : piv_protected_keys_write(course->token.piv, course->management_key, NULL, err);
}

static bool ask_for_pin(struct course *course, struct error *err)
{
	return course->pin ||
	       course->dialogue.ask_pin(course->dialogue.state, course, COURSE_PIN_PRESENT, NULL, &course->pin, err);
}

static bool prove_stored_key(struct course *course, struct error *err)
{
	struct secret *key = NULL, *next = NULL;
	bool done = ask_for_pin(course, err) && course_unlock(course, err) &&
	            piv_protected_keys_read(course->token.piv, &key, &next, err) &&
	            prove_either(course, &key, &next, err);

	secret_free(key);
	secret_free(next);
	return done;
}

static bool find_key(struct course *course, struct error *err)
{
	struct piv_admin_data data;

	if (course->means.management_key)
		return prove(course, course->means.management_key, err);
	if (course->management.says_default ? course->management.is_default : prove_factory_key(course, err)) {
		course->management.is_default = true;
		return course->managed || prove_factory_key(course, err);
	}
	if (!course->management.says_default && err->code != ERROR_MANAGEMENT_KEY)
		return false;
	if (!piv_admin_data_read(course->token.piv, &data, err))
		return false;
	if (data.key_protected)
		return prove_stored_key(course, err);
	return error_set(err, ERROR_MANAGEMENT_KEY,
	    data.key_derived ? "the management key is made from the PIN, which is unsafe: change it"
	                     : N_("the token has a management key of its own, and it is not stored in it"));
}

/* The slot's certificate is for the key that the journal names, and the PUK was set before the management key: then nothing on
 * the token is left to be written. Where the token does not tell of its PUK the journal does. */
static bool is_installed(struct course *course)
{
	bool puk_is_open = course->knows_codes ? course->puk_state.is_default : !course->record.puk_begun;
	struct buffer certificate = BUFFER_EMPTY;
	bool same = false, there;

	if (!course->resumes || !course->record.key[0] || puk_is_open)
		return false;
	there = piv_certificate_read(course->token.piv, course->request.slot, &certificate, NULL);
	buffer_free(&certificate);
	return there && course_take_attested(course, course->record.key, &same, NULL) && same;
}

bool course_management(struct course *course, struct error *err)
{
	struct error reason = ERROR_EMPTY;

	if (find_key(course, &reason))
		return true;
	/* The key was sealed and set last of all, so a course that has got so far needs it no more. */
	if (reason.code == ERROR_MANAGEMENT_KEY && is_installed(course))
		return true;
	*err = reason;
	return false;
}
