/* An enrollment's files are on the disk when the course goes on: the journal before the registry's number is taken, all of them at the end.
 * What a write that fails does to a course, tests/unit/test_enroll_sweep tries. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "tests/fault/fault.h"
#include "tests/fault/order.h"
#include "tests/unit/course_bench.h"

static void what_is_written_is_synced(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct buffer log = BUFFER_UP_TO((size_t)1 << 22), complaint = BUFFER_EMPTY;
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	const char *number;
	char path[128];
	int descriptor;
	bool done;

	snprintf(path, sizeof(path), "%s/log", world->folder);
	descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(descriptor >= 0);
	request.factory_codes = true;
	fault_log(descriptor);
	done = bench_run(world, plug, &request, &clerk, &err);
	fault_log(-1);
	assert_done(done, err);
	(void)close(descriptor);
	assert_done(file_load(path, (size_t)1 << 22, &log, &err), err);
	/* The journal is there for good before the registry's number is taken. */
	number = strstr(buffer_text(&log), "registry.db-journal");
	assert_non_null(number);
	while (number > buffer_text(&log) && number[-1] != '\n')
		number--;
	if (!order_check(bytes_of(log.data, (size_t)(number - buffer_text(&log))), &complaint) ||
	    !order_check(buffer_bytes(&log), &complaint))
		fail_msg("%s\n%s", buffer_text(&complaint), buffer_text(&log));
	buffer_free(&log);
	buffer_free(&complaint);
	vtoken_plug_free(plug);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_written_is_synced, bench_open_desk, bench_close_desk),
	};

	return cmocka_run_group_tests_name("an enrollment on the disk", tests, bench_make_world, bench_end_world);
}
