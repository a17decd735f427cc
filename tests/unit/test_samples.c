/* Genuine tokens' evidence, where it is there: every piv/ row of expected.tsv beside the tree, as it is and with changed bits. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "policy/appraise.h"
#include "policy/evidence_input.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"

#define INPUT_MAXIMUM ((size_t)1024 * 1024)

struct fixture {
	char folder[512];
	struct trust *trust;
	struct policy *policy;
	size_t num_flipped; /* samples */
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

static bool is_genuine(const struct fixture *fixture, const struct evidence *evidence, struct bytes spki)
{
	struct appraisal appraisal = {.evidence = evidence,
	    .trust = fixture->trust,
	    .policy = fixture->policy,
	    .expected_spki = spki,
	    .now = 1800000000};
	struct result result;

	appraise(&appraisal, &result);
	return result.verdict == VERDICT_ACCEPTED;
}

struct row {
	char folder[128];
	struct bytes arguments;
	bool accepted;
};

static void check_verdict(struct fixture *fixture, const struct row *row)
{
	struct buffer input = BUFFER_EMPTY, spki = BUFFER_EMPTY;
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	bool request = gather(fixture, row->folder, row->arguments, &input);
	bool accepted = (request ? evidence_read_request(buffer_bytes(&input), &evidence, &spki, &err)
	                         : evidence_read(buffer_bytes(&input), &evidence, &err)) &&
	                is_genuine(fixture, &evidence, buffer_bytes(&spki));

	if (accepted != row->accepted)
		fail_msg("%s", row->folder);
	buffer_free(&input);
	buffer_free(&spki);
	evidence_clear(&evidence);
}

/* All bits of the first sample, and some of each other one: a prime step meets every place in a byte. */
static void flip_bits(struct fixture *fixture, const struct row *row)
{
	size_t step = fixture->num_flipped == 0 ? 1 : 61;
	struct buffer input = BUFFER_EMPTY;
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;

	if (row->accepted && !gather(fixture, row->folder, row->arguments, &input)) {
		assert_done(evidence_read(buffer_bytes(&input), &evidence, &err), err);
		for (size_t i = 0; i < evidence.content.len * 8; i += step) {
			uint8_t bit = (uint8_t)(1U << (i % 8));

			evidence.content.data[i / 8] ^= bit;
			if (is_genuine(fixture, &evidence, BYTES_EMPTY))
				fail_msg("%s: bit %zu of byte %zu", row->folder, i % 8, i / 8);
			evidence.content.data[i / 8] ^= bit;
		}
		assert_true(is_genuine(fixture, &evidence, BYTES_EMPTY));
		fixture->num_flipped++;
	}
	evidence_clear(&evidence);
	buffer_free(&input);
}

static bool read_row(struct bytes line, struct row *row)
{
	struct bytes folder, expected;

	if (!bytes_start_with(line, "piv/") || !bytes_take_until(&line, '\t', &folder) ||
	    !bytes_take_until(&line, '\t', &expected))
		return false;
	assert_true(bytes_to_text(folder, row->folder, sizeof(row->folder)));
	row->arguments = line;
	row->accepted = bytes_equal_text(expected, "0");
	return true;
}

static void for_each_row(struct fixture *fixture, void (*check)(struct fixture *fixture, const struct row *row))
{
	struct buffer table = BUFFER_EMPTY;
	struct row row;
	struct bytes rest, line;
	char path[600];

	(void)snprintf(path, sizeof(path), "%.500s/expected.tsv", fixture->folder);
	if (!file_exists(path)) {
		print_message("%s is not there: genuine samples are not tried\n", path);
		skip();
	}
	load(path, &table);
	for (rest = buffer_bytes(&table); bytes_take_until(&rest, '\n', &line);)
		if (read_row(line, &row))
			check(fixture, &row);
	buffer_free(&table);
}

static void every_sample_is_judged_as_expected(void **state)
{
	for_each_row(*state, check_verdict);
}

static void no_sample_survives_a_changed_bit(void **state)
{
	struct fixture *fixture = *state;

	for_each_row(fixture, flip_bits);
	print_message("%zu genuine samples with bits changed\n", fixture->num_flipped);
	assert_true(fixture->num_flipped > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_sample_is_judged_as_expected),
	    cmocka_unit_test(no_sample_survives_a_changed_bit),
	};

	return cmocka_run_group_tests_name("samples", tests, set_up, tear_down);
}
