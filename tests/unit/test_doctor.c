/* What the doctor says of a trust bundle as it grows old; all else is looked at on a whole host, in tests/e2e/doctor.sh. */
#include "tests/unit/unit.h"

#include <string.h>

#include "enroll/doctor.h"

#define DAY ((int64_t)86400)
#define BUNDLE_MADE_AT 1795478400 /* 2026-11-24 */

static void a_bundle_grows_old(void **state)
{
	static const struct {
		const char *version;
		int64_t days;
		enum health health;
	} rows[] = {
	    {"2026.11.24", 0, HEALTH_GOOD},
	    {"2026.11.24", -30, HEALTH_GOOD},
	    {"2026.11.24", 270, HEALTH_GOOD},
	    {"2026.11.24", 271, HEALTH_WARNING},
	    {"2026.11.24", 3000, HEALTH_WARNING},
	    {"none", 3000, HEALTH_GOOD},
	    {"", 3000, HEALTH_GOOD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct finding finding = {.id = "host.trust"};

		doctor_judge_bundle(rows[i].version, BUNDLE_MADE_AT + rows[i].days * DAY, &finding);
		if (finding.health != rows[i].health ||
		    (finding.sentence[0] != '\0') != (rows[i].health != HEALTH_GOOD))
			fail_msg("%s after %d days: %s", rows[i].version, (int)rows[i].days, finding.sentence);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_bundle_grows_old),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
