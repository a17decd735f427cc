/* Metadata BLOBs from the signature to the stored index: one that the alliance could have signed is taken, each lie is refused by its
 * reason, and the stored number never goes back. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "policy/mds_blob.h"
#include "policy/mds_index.h"
#include "policy/metadata.h"
#include "policy/trust.h"
#include "registry/metadata_files.h"
#include "tests/forgery/mds_recipe.h"

#define DAY 86400

/* A member of the recipe and what it becomes. */
struct change {
	size_t at;
	int number;
	const char *text; /* NULL: the number */
};

#define SET(member, value)                                                                                             \
	{                                                                                                              \
		offsetof(struct mds_recipe, member), (int)(value), NULL                                                \
	}
#define SAY(member, value)                                                                                             \
	{                                                                                                              \
		offsetof(struct mds_recipe, member), 0, (value)                                                        \
	}

struct fixture {
	struct trust *trust;
	char folder[64], path[80];
};

static int set_up(void **state)
{
	static struct fixture fixture;
	struct buffer bundle = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(trust_new(&fixture.trust, &err) && mds_recipe_put_bundle(&bundle, &err) &&
	                trust_add(fixture.trust, buffer_bytes(&bundle), "test", TRUST_SITE, &err),
	    err);
	buffer_free(&bundle);
	(void)snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/keyenroll-mds.XXXXXX");
	assert_non_null(mkdtemp(fixture.folder));
	(void)snprintf(fixture.path, sizeof(fixture.path), "%s/metadata", fixture.folder);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	trust_free(fixture->trust);
	(void)unlink(fixture->path);
	(void)rmdir(fixture->folder);
	forged_keys_free();
	return 0;
}

static void apply(struct mds_recipe *recipe, const struct change *change)
{
	char *member = (char *)recipe + change->at;

	if (change->text != NULL)
		memcpy(member, &change->text, sizeof(change->text));
	else
		memcpy(member, &change->number, sizeof(change->number));
}

static bool check(const struct fixture *fixture, const struct mds_recipe *recipe, struct error *err)
{
	struct buffer blob = BUFFER_EMPTY, payload = BUFFER_EMPTY;
	enum trust_source source = TRUST_SHIPPED;
	bool done;

	assert_done(mds_recipe_put(recipe, &blob, err), *err);
	done = mds_blob_check(buffer_bytes(&blob), fixture->trust, (int64_t)time(NULL), &payload, &source, err);
	assert_true(!done || (payload.len > 0 && source == TRUST_SITE));
	buffer_free(&blob);
	buffer_free(&payload);
	return done;
}

static void signed_blobs_are_believed(void **state)
{
	static const struct {
		const char *name;
		struct change changes[2];
	} rows[] = {
	    {"RS256", {SAY(algorithm, "RS256"), SET(signer, KEY_DEVICE)}},
	    {"ES256", {SAY(algorithm, "ES256"), SET(signer, KEY_DEVICE_P256)}},
	    {"the root sent along", {SET(root_behind, 1), SET(root_behind, 1)}},
	    {"the root sent along, cross-signed", {SET(root_behind, 2), SET(root_behind, 2)}},
	    {"keys of others offered",
	        {SAY(header,
	             "\"jku\": \"https://example.org/keys\", \"x5u\": \"https://example.org/certificates\", \"jwk\": "
	             "{\"kty\": \"oct\", \"k\": \"AAAA\"}, "),
	            SET(signer, KEY_DEVICE)}},
	    {"a line end behind it", {SAY(behind, "\n"), SAY(behind, "\n")}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct mds_recipe recipe;

		mds_recipe_honest(&recipe);
		apply(&recipe, &rows[i].changes[0]);
		apply(&recipe, &rows[i].changes[1]);
		if (!check(*state, &recipe, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
	}
}

static void lies_are_refused(void **state)
{
	static const struct {
		const char *name;
		struct change change;
		enum error_code code;
	} rows[] = {
	    {"no signature demanded", SAY(algorithm, "none"), ERROR_MDS_ALGORITHM},
	    {"a shared secret", SAY(algorithm, "HS256"), ERROR_MDS_ALGORITHM},
	    {"an algorithm of RSA that is not taken", SAY(algorithm, "PS256"), ERROR_MDS_ALGORITHM},
	    {"an algorithm that the key cannot", SAY(algorithm, "ES256"), ERROR_MDS_SIGNATURE},
	    {"another name", SAY(name, "mds.example.org"), ERROR_MDS_SIGNER},
	    {"a name that only begins like it", SAY(name, "mds.fidoalliance.org.example"), ERROR_MDS_SIGNER},
	    {"another root", SET(root_key, KEY_STRANGER), ERROR_MDS_SIGNER},
	    {"a CA that may not issue", SET(not_authority, 1), ERROR_MDS_SIGNER},
	    {"a link that is missing", SET(without_issuing, 1), ERROR_MDS_SIGNER},
	    {"a signer that has expired", SET(days_to, -1), ERROR_MDS_SIGNER},
	    {"a signer of tomorrow", SET(days_from, 1), ERROR_MDS_SIGNER},
	    {"a signer's key too short", SET(signer, KEY_RSA_1536), ERROR_CERTIFICATE_ALGORITHM},
	    {"no certificates", SAY(certificates, "[]"), ERROR_MDS_FORMAT},
	    {"no list of certificates", SAY(certificates, "\"AAAA\""), ERROR_MDS_FORMAT},
	    {"a certificate that is not base64", SAY(certificates, "[\"AAA\"]"), ERROR_MDS_FORMAT},
	    {"a certificate that is no text", SAY(certificates, "[1]"), ERROR_EVIDENCE_CERTIFICATE},
	    {"a certificate that is none", SAY(certificates, "[\"AAAA\"]"), ERROR_EVIDENCE_CERTIFICATE},
	    {"a header that is no JSON", SAY(certificates, "["), ERROR_MDS_FORMAT},
	    {"five certificates", SET(root_behind, 3), ERROR_MDS_FORMAT},
	    {"an extension that must be understood", SAY(header, "\"crit\": [\"exp\"], \"exp\": 1, "),
	        ERROR_MDS_FORMAT},
	    {"such a list with nothing in it", SAY(header, "\"crit\": [], "), ERROR_MDS_FORMAT},
	    {"such a list that is none", SAY(header, "\"crit\": null, "), ERROR_MDS_FORMAT},
	    {"a payload that is not encoded", SAY(header, "\"b64\": false, "), ERROR_MDS_FORMAT},
	    {"two algorithms", SAY(header, "\"alg\": \"RS256\", "), ERROR_MDS_FORMAT},
	    {"a signature with a changed bit", SET(signature_flipped, 1), ERROR_MDS_SIGNATURE},
	    {"a signature cut short", SET(signature_cut, 1), ERROR_MDS_SIGNATURE},
	    {"a changed payload", SET(payload_changed, 1), ERROR_MDS_SIGNATURE},
	    {"a fourth part", SAY(behind, ".e30"), ERROR_MDS_FORMAT},
	    {"a second line", SAY(behind, "\n\n"), ERROR_MDS_FORMAT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct mds_recipe recipe;

		mds_recipe_honest(&recipe);
		apply(&recipe, &rows[i].change);
		if (check(*state, &recipe, &err))
			fail_msg("%s: was believed", rows[i].name);
		if (err.code != rows[i].code)
			fail_msg("%s: %s [%s]", rows[i].name, err.text, error_word(err.code));
	}
}

/* Some bits of each region: a prime step meets every place in a byte. */
static void no_changed_bit_is_believed(void **state)
{
	const struct fixture *fixture = *state;
	const char *stride = getenv("KEYENROLL_TEST_STRIDE");
	size_t step = 7 * (stride == NULL ? 1 : strtoul(stride, NULL, 10));
	struct buffer blob = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct mds_recipe recipe;

	mds_recipe_honest(&recipe);
	assert_done(mds_recipe_put(&recipe, &blob, &err), err);
	for (size_t bit = 0; bit < blob.len * 8; bit += step) {
		struct buffer payload = BUFFER_EMPTY;
		enum trust_source source;

		blob.data[bit / 8] = (uint8_t)(blob.data[bit / 8] ^ 1U << bit % 8);
		if (mds_blob_check(buffer_bytes(&blob), fixture->trust, (int64_t)time(NULL), &payload, &source, &err))
			fail_msg("bit %zu of %zu", bit, blob.len * 8);
		buffer_free(&payload);
		blob.data[bit / 8] = (uint8_t)(blob.data[bit / 8] ^ 1U << bit % 8);
	}
	buffer_free(&blob);
}

/* Imports what one change makes of the honest BLOB. */
static bool import(const struct fixture *fixture, const char *number, const char *next_update, const char *reports,
    int64_t now, struct mds_sum *sum, struct error *err)
{
	struct buffer blob = BUFFER_EMPTY;
	struct mds_recipe recipe;
	bool done;

	mds_recipe_honest(&recipe);
	recipe.number = number;
	recipe.next_update = next_update;
	recipe.reports = reports;
	recipe.days_from = -3650;
	assert_done(mds_recipe_put(&recipe, &blob, err), *err);
	done = metadata_files_import(buffer_bytes(&blob), fixture->path, fixture->trust, now, sum, err);
	buffer_free(&blob);
	return done;
}

/* It may say that a model is revoked. */
static void an_index_that_nobody_can_look_for_is_not_absent(void **state)
{
	char path[512] = "/";
	struct metadata *metadata = NULL;
	struct error err = ERROR_EMPTY;

	(void)state;
	memset(path + 1, 'x', 300); /* no name is so long */
	assert_refused(metadata_files_load(path, &metadata, &err), err, ERROR_FILE);
}

static void the_number_never_goes_back(void **state)
{
	struct fixture *fixture = *state;
	struct metadata *metadata = NULL;
	struct error err = ERROR_EMPTY;
	struct mds_sum sum;
	int64_t now = (int64_t)time(NULL);
	const char *revoked = "{\"status\": \"REVOKED\"}";

	assert_done(import(fixture, "7", "2099-01-01", "", now, &sum, &err), err);
	assert_int_equal(sum.number, 7);
	assert_int_equal(sum.entries, 1);
	assert_done(import(fixture, "9", "2099-01-01", revoked, now, &sum, &err), err);
	assert_refused(import(fixture, "8", "2099-01-01", "", now, &sum, &err), err, ERROR_MDS_ROLLBACK);
	assert_refused(import(fixture, "9", "2099-01-02", "", now, &sum, &err), err, ERROR_MDS_ROLLBACK);
	assert_done(metadata_files_load(fixture->path, &metadata, &err), err);
	assert_int_equal(metadata->number, 9);
	assert_string_equal(metadata->entries[0].statuses[0].status, "REVOKED");
	metadata_free(metadata);
	(void)unlink(fixture->path);
}

static void the_next_update_has_a_limit(void **state)
{
	static const struct {
		int days;
		bool taken;
	} rows[] = {{-1, true}, {0, true}, {1, true}, {90, true}, {91, false}, {1000, false}};
	struct fixture *fixture = *state;
	int64_t due;

	assert_true(metadata_date("2026-06-01", &due));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct mds_sum sum;
		bool taken = import(fixture, "7", "2026-06-01", "", due + rows[i].days * (int64_t)DAY, &sum, &err);

		if (taken != rows[i].taken || (!taken && err.code != ERROR_MDS_LATE))
			fail_msg("%d days: %s [%s]", rows[i].days, err.text, error_word(err.code));
		(void)unlink(fixture->path);
	}
}

static void payloads_are_indexed(void **state)
{
	static const struct {
		const char *name, *json;
		size_t entries, skipped, anchors_skipped;
	} rows[] = {
	    {"nothing", "{\"no\": 1, \"nextUpdate\": \"2026-01-01\", \"entries\": []}", 0, 0, 0},
	    {"UAF",
	        "{\"no\": 1, \"nextUpdate\": \"2026-01-01\", \"entries\": [{\"aaid\": \"1#1\", \"metadataStatement\": "
	        "{}}]}",
	        0, 1, 0},
	    {"no statement",
	        "{\"no\": 1, \"nextUpdate\": \"2026-01-01\", \"entries\": [{\"aaguid\": \"" MDS_RECIPE_AAGUID "\"}]}",
	        0, 1, 0},
	    {"an AAGUID that is none",
	        "{\"no\": 1, \"nextUpdate\": \"2026-01-01\", \"entries\": [{\"aaguid\": \"1\", \"metadataStatement\": "
	        "{}}]}",
	        0, 1, 0},
	    {"an anchor that is none",
	        "{\"no\": 1, \"nextUpdate\": \"2026-01-01\", \"entries\": [{\"aaguid\": \"" MDS_RECIPE_AAGUID
	        "\", \"metadataStatement\": {\"attestationRootCertificates\": [\"AAAA\", 7]}}]}",
	        1, 0, 2},
	};
	static const uint8_t hash[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer index = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct mds_sum sum;

		assert_done(mds_index_put(bytes_of_text(rows[i].json), TRUST_SHIPPED, hash, &index, &sum, &err), err);
		if (sum.entries != rows[i].entries || sum.skipped != rows[i].skipped ||
		    sum.anchors_skipped != rows[i].anchors_skipped)
			fail_msg("%s: %zu %zu %zu", rows[i].name, sum.entries, sum.skipped, sum.anchors_skipped);
		buffer_free(&index);
	}
}

static void payloads_without_head_are_refused(void **state)
{
	static const char *const rows[] = {
	    "",
	    "[]",
	    "{}",
	    "{\"no\": 1, \"entries\": []}",
	    "{\"no\": 1, \"nextUpdate\": \"soon\", \"entries\": []}",
	    "{\"no\": -1, \"nextUpdate\": \"2026-01-01\", \"entries\": []}",
	    "{\"no\": \"1\", \"nextUpdate\": \"2026-01-01\", \"entries\": []}",
	    "{\"nextUpdate\": \"2026-01-01\", \"entries\": []}",
	    "{\"no\": 1, \"nextUpdate\": \"2026-01-01\", \"entries\": []} ]",
	    "{\"no\": 1, \"no\": 2, \"nextUpdate\": \"2026-01-01\", \"entries\": []}",
	};
	static const uint8_t hash[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer index = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct mds_sum sum;

		if (mds_index_put(bytes_of_text(rows[i]), TRUST_SHIPPED, hash, &index, &sum, &err) ||
		    err.code != ERROR_MDS_FORMAT)
			fail_msg("%s: %s", rows[i], error_word(err.code));
		buffer_free(&index);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signed_blobs_are_believed),
	    cmocka_unit_test(lies_are_refused),
	    cmocka_unit_test(no_changed_bit_is_believed),
	    cmocka_unit_test(an_index_that_nobody_can_look_for_is_not_absent),
	    cmocka_unit_test(the_number_never_goes_back),
	    cmocka_unit_test(the_next_update_has_a_limit),
	    cmocka_unit_test(payloads_are_indexed),
	    cmocka_unit_test(payloads_without_head_are_refused),
	};

	return cmocka_run_group_tests_name("mds", tests, set_up, tear_down);
}
