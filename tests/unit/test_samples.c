/* Genuine tokens' evidence, where it is there: every piv/ row of expected.tsv beside the tree. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "policy/appraise.h"
#include "policy/evidence_input.h"

#define INPUT_MAXIMUM ((size_t)1024 * 1024)

struct fixture {
	char folder[512];
	struct trust *trust;
	struct policy *policy;
};

static void load(const char *path, struct buffer *content)
{
	struct error err = ERROR_EMPTY;

	assert_done(file_load(path, INPUT_MAXIMUM, content, &err), err);
}

static int set_up(void **state)
{
	static struct fixture fixture;
	const char *source = getenv("srcdir");
	struct buffer bundle = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char path[600];

	source = source == NULL ? "." : source;
	(void)snprintf(fixture.folder, sizeof(fixture.folder), "%.400s/../shared/data", source);
	(void)snprintf(path, sizeof(path), "%.400s/policy/data/trust.json", source);
	load(path, &bundle);
	assert_done(trust_new(&fixture.trust, &err), err);
	assert_done(trust_add(fixture.trust, buffer_bytes(&bundle), "trust.json", TRUST_SHIPPED, &err), err);
	assert_done(policy_new_evidence_only(&fixture.policy, &err), err);
	buffer_free(&bundle);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	trust_free(fixture->trust);
	policy_free(fixture->policy);
	return 0;
}

/* The arguments of `keyenroll verify`, as far as the rows have them: switches and file names. */
static bool gather(const struct fixture *fixture, const char *folder, struct bytes arguments, struct buffer *input)
{
	struct bytes word;
	bool request = false;

	while (bytes_take_until(&arguments, ' ', &word)) {
		char name[64], path[800];

		assert_true(bytes_to_text(word, name, sizeof(name)));
		request = request || strcmp(name, "--csr") == 0;
		if (name[0] == '-')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s/%s", fixture->folder, folder, name);
		load(path, input);
	}
	return request;
}

static bool is_accepted(const struct fixture *fixture, const char *folder, struct bytes arguments)
{
	struct buffer input = BUFFER_EMPTY, spki = BUFFER_EMPTY;
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct result result = {.verdict = VERDICT_REFUSED};
	bool request = gather(fixture, folder, arguments, &input);

	if (request ? evidence_read_request(buffer_bytes(&input), &evidence, &spki, &err)
	            : evidence_read(buffer_bytes(&input), &evidence, &err)) {
		struct appraisal appraisal = {.evidence = &evidence,
		    .trust = fixture->trust,
		    .policy = fixture->policy,
		    .expected_spki = buffer_bytes(&spki),
		    .now = 1800000000};

		appraise(&appraisal, &result);
	}
	buffer_free(&input);
	buffer_free(&spki);
	evidence_clear(&evidence);
	return result.verdict == VERDICT_ACCEPTED;
}

static void check_row(const struct fixture *fixture, struct bytes line)
{
	struct bytes folder, expected;
	char name[128];

	if (!bytes_start_with(line, "piv/") || !bytes_take_until(&line, '\t', &folder) ||
	    !bytes_take_until(&line, '\t', &expected))
		return;
	assert_true(bytes_to_text(folder, name, sizeof(name)));
	if (is_accepted(fixture, name, line) != bytes_equal_text(expected, "0"))
		fail_msg("%s", name);
}

static void every_sample_is_judged_as_expected(void **state)
{
	const struct fixture *fixture = *state;
	struct buffer table = BUFFER_EMPTY;
	struct bytes rest, line;
	char path[600];

	(void)snprintf(path, sizeof(path), "%.500s/expected.tsv", fixture->folder);
	if (!file_exists(path)) {
		print_message("%s is not there: genuine samples are not tried\n", path);
		skip();
	}
	load(path, &table);
	for (rest = buffer_bytes(&table); bytes_take_until(&rest, '\n', &line);)
		check_row(fixture, line);
	buffer_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_sample_is_judged_as_expected)};

	return cmocka_run_group_tests_name("samples", tests, set_up, tear_down);
}
