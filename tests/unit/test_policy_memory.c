/* A policy that is read where memory is short. libconfuse dies of that, and its scanner ends the whole process: that would be the verifier,
 * when a file was replaced. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "policy/policy.h"

#define RULES 200
#define STEP ((size_t)64 << 10)
#define ENOUGH ((size_t)64 << 20)

enum { STATUS_READ = 10, STATUS_NO_MEMORY, STATUS_OTHER };

static bool limit_to(size_t more)
{
	struct buffer text = BUFFER_EMPTY;
	struct rlimit limit;
	unsigned long pages;

	if (!file_load("/proc/self/statm", 4096, &text, NULL))
		return false;
	pages = strtoul(buffer_text(&text), NULL, 10);
	buffer_free(&text);
	limit.rlim_cur = limit.rlim_max = pages * (size_t)sysconf(_SC_PAGESIZE) + more;
	return pages > 0 && setrlimit(RLIMIT_AS, &limit) == 0;
}

static int read_with(const struct buffer *text, size_t more)
{
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;

	if (!limit_to(more))
		return STATUS_OTHER;
	if (policy_parse(buffer_bytes(text), "test.conf", NULL, NULL, &policy, &err))
		return STATUS_READ;
	return err.code == ERROR_MEMORY ? STATUS_NO_MEMORY : STATUS_OTHER;
}

static void it_is_read_or_an_error(void **state)
{
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	size_t num_refused = 0;
	bool read = false;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* its shadow takes more than any limit */
#endif
	for (unsigned i = 0; i < RULES; i++)
		assert_done(buffer_put_format(&text, &err,
		                "rule \"rule %u\" {\nperson = {\"one-%u\", \"other-%u\"}\nthen = accept\n}\n", i, i, i),
		    err);
	for (size_t more = 0; !read && more < ENOUGH; more += STEP) {
		int status = -1;
		pid_t child = fork();

		if (child == 0)
			_exit(read_with(&text, more));
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFEXITED(status) ||
		    (WEXITSTATUS(status) != STATUS_READ && WEXITSTATUS(status) != STATUS_NO_MEMORY))
			fail_msg("with %zu KiB more: status 0x%x", more >> 10, (unsigned)status);
		read = WEXITSTATUS(status) == STATUS_READ;
		num_refused += read ? 0 : 1;
	}
	assert_true(read && num_refused > 0);
	buffer_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_read_or_an_error),
	};

	return cmocka_run_group_tests_name("policy without memory", tests, NULL, NULL);
}
