/* What the doctor says of a trust bundle as it grows old, and of the verifier's answers; all else is looked at on a whole host, in
 * tests/e2e/doctor.sh. */
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

/* A refusal is what a key deserves that nobody has enrolled; what root sees too is another check's to say. */
static void the_verifier_answers(void **state)
{
	static const struct {
		const char *name;
		enum error_code answer, rules, view;
		enum health health;
		const char *next_step;
	} rows[] = {
	    {"not enrolled", ERROR_ENROLLMENT_ABSENT, ERROR_NONE, ERROR_NONE, HEALTH_GOOD, ""},
	    {"accepted", ERROR_NONE, ERROR_NONE, ERROR_NONE, HEALTH_PROBLEM, "stop keyenrolld and install it again"},
	    {"hung", ERROR_VERIFIER_DEADLINE, ERROR_NONE, ERROR_NONE, HEALTH_PROBLEM,
	        "restart keyenrolld: until then each login waits for it in vain"},
	    {"neither runs nor starts", ERROR_VERIFIER_UNREACHABLE, ERROR_NONE, ERROR_NONE, HEALTH_PROBLEM,
	        "mend that: until then nobody gets in; the log of keyenrolld has more"},
	    {"another release", ERROR_PROTOCOL_VERSION, ERROR_NONE, ERROR_NONE, HEALTH_PROBLEM,
	        "restart keyenrolld: it is of another release"},
	    {"not root", ERROR_PROTOCOL_PEER, ERROR_NONE, ERROR_NONE, HEALTH_PROBLEM, "run it as root"},
	    {"a file that only root reads", ERROR_FILE, ERROR_NONE, ERROR_NONE, HEALTH_PROBLEM,
	        "let the verifier's account read it: chmod a+r for a file, a+rx for its folders"},
	    {"a file that nobody reads", ERROR_FILE, ERROR_NONE, ERROR_FILE, HEALTH_GOOD, ""},
	    {"a wrong host.conf", ERROR_HOST_FILE, ERROR_HOST_FILE, ERROR_HOST_FILE, HEALTH_GOOD, ""},
	    {"no snapshot", ERROR_SNAPSHOT_ABSENT, ERROR_NONE, ERROR_NONE, HEALTH_GOOD, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct doctor doctor = DOCTOR_EMPTY;
		struct error answer = ERROR_EMPTY;
		struct finding finding = {.id = "verifier.answer"};

		doctor.rules_error.code = rows[i].rules;
		doctor.view_error.code = rows[i].view;
		answer.code = rows[i].answer;
		doctor_judge_answer(&doctor, &answer, &finding);
		if (finding.health != rows[i].health || strcmp(finding.next_step, rows[i].next_step) != 0)
			fail_msg("%s: %s, %s", rows[i].name, health_name(finding.health), finding.next_step);
		if (finding.health != HEALTH_GOOD && answer.code != ERROR_NONE)
			assert_non_null(strstr(finding.sentence, error_word(answer.code)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_bundle_grows_old),
	    cmocka_unit_test(the_verifier_answers),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
