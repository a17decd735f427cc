#include "tests/unit/unit.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/secret.h"

static void a_secret_holds_what_it_is_given(void **state)
{
	struct error err = ERROR_EMPTY;
	struct secret *secret = NULL;

	(void)state;
	assert_done(secret_new(8, &secret, &err), err);
	assert_string_equal(secret_text(secret), "");
	assert_done(secret_put(secret, bytes_of_text("1234"), &err), err);
	for (int i = 0; i < 4; i++)
		assert_done(secret_put_u8(secret, '5', &err), err);
	assert_string_equal(secret_text(secret), "12345555");
	assert_refused(secret_put_u8(secret, '6', &err), err, ERROR_LIMIT);
	assert_refused(secret_put(secret, bytes_of_text("67"), &err), err, ERROR_LIMIT);
	assert_true(bytes_equal_text(secret_bytes(secret), "12345555"));
	secret_wipe(secret);
	assert_int_equal(secret_bytes(secret).len, 0);
	assert_string_equal(secret_text(secret), "");
	secret_free(secret);
	secret_free(NULL);
}

static void the_size_of_a_secret_is_bounded(void **state)
{
	static const struct {
		size_t capacity;
		enum error_code code;
	} rows[] = {
	    {0, ERROR_LIMIT}, {1, ERROR_NONE}, {4096, ERROR_NONE}, {4097, ERROR_LIMIT}, {SIZE_MAX, ERROR_LIMIT}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct secret *secret = NULL;

		assert_int_equal(secret_new(rows[i].capacity, &secret, &err), rows[i].code == ERROR_NONE);
		assert_int_equal(err.code, rows[i].code);
		for (size_t j = 0; secret != NULL && j < rows[i].capacity; j++)
			assert_done(secret_put_u8(secret, 'x', &err), err);
		if (secret != NULL)
			assert_int_equal(strlen(secret_text(secret)), rows[i].capacity);
		secret_free(secret);
	}
}

static void a_forked_child_finds_nothing(void **state)
{
	struct error err = ERROR_EMPTY;
	struct secret *secret = NULL;
	int status;
	pid_t child;

	(void)state;
	assert_done(secret_new(8, &secret, &err), err);
	assert_done(secret_put(secret, bytes_of_text("1234"), &err), err);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		_exit(secret_bytes(secret).len == 0 && secret_text(secret)[0] == '\0' ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_string_equal(secret_text(secret), "1234");
	secret_free(secret);
}

static void secrets_are_compared_whole(void **state)
{
	(void)state;
	assert_true(secret_equal(bytes_of_text("abcd"), bytes_of_text("abcd")));
	assert_true(secret_equal(BYTES_EMPTY, BYTES_EMPTY));
	assert_false(secret_equal(bytes_of_text("abcd"), bytes_of_text("abce")));
	assert_false(secret_equal(bytes_of_text("abcd"), bytes_of_text("bbcd")));
	assert_false(secret_equal(bytes_of_text("abcd"), bytes_of_text("abc")));
	assert_false(secret_equal(bytes_of_text("abcd"), bytes_of_text("ABCD")));
}

static void no_core_is_written(void **state)
{
	struct error err = ERROR_EMPTY;
	struct rlimit limit;

	(void)state;
	assert_done(secret_forbid_dumps(&err), err);
	assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	assert_int_equal(limit.rlim_cur, 0);
	assert_int_equal(limit.rlim_max, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_secret_holds_what_it_is_given),
	    cmocka_unit_test(the_size_of_a_secret_is_bounded),
	    cmocka_unit_test(a_forked_child_finds_nothing),
	    cmocka_unit_test(secrets_are_compared_whole),
	    cmocka_unit_test(no_core_is_written),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
