#include "common/language.h"
#include "enroll/course.h"
#include "enroll/desk.h"
#include "registry/attested_possession.h"

bool course_import_possession(struct course *course, struct error *err)
{
	bool drawn;

	if (!attested_possession_fill(&course->means.desk->registrar, course->request.person, &course->evidence,
	        course->request.now, &course->possession, &drawn, err))
		return false;
	if (!drawn)
		course->dialogue.warn(
		    course->dialogue.state, translated("no desk drew the challenge: when the key was made, and that "
		                                       "its token is this person's, nothing "
		                                       "shows"));
	return true;
}
