/* What FIDO's metadata says of a model, from the BLOB to the verdict: anchors by model, status reports, and each of its words as a
 * condition of a policy. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "policy/appraise.h"
#include "policy/mds_index.h"
#include "policy/metadata.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "tests/forgery/fido_recipe.h"
#include "tests/forgery/mds_recipe.h"

#define DAY 86400

#define UNTIL(status, day)                                                                                             \
	"{\"status\": \"" status "\", \"effectiveDate\": \"2020-01-01\", \"sunsetDate\": \"" day "\"}"
#define REPORT(status) "{\"status\": \"" status "\", \"effectiveDate\": \"2020-01-01\"}"
#define CERTIFIED REPORT("FIDO_CERTIFIED_L2")

static int tear_down(void **state)
{
	(void)state;
	forged_keys_free();
	return 0;
}

/* One appraisal: of what, with which metadata, under which policy. */
struct course {
	struct fido_recipe fido;
	struct mds_recipe mds;
	const char *conditions; /* of the one rule that accepts; NULL: evidence alone counts */
	bool without_bundle;    /* nobody is believed but the metadata's anchors */
	bool site_root;         /* the metadata is signed under a root that the site added */
	const char *distrusted; /* the name under which a bundle distrusts the root's key; NULL: none does */
	int64_t now;
};

static struct course honest(enum fido_format format)
{
	struct course course = {.now = (int64_t)time(NULL)};

	fido_recipe_honest(format, &course.fido);
	mds_recipe_honest(&course.mds);
	course.mds.key_identifier = format == FIDO_U2F;
	return course;
}

static struct trust *trust_of(const struct course *course)
{
	static const uint8_t hash[32];
	struct buffer text = BUFFER_EMPTY, index = BUFFER_EMPTY;
	struct metadata *metadata = NULL;
	struct error err = ERROR_EMPTY;
	struct mds_sum sum;
	struct trust *trust;

	assert_done(trust_new(&trust, &err), err);
	if (!course->without_bundle) {
		assert_done(fido_recipe_put_bundle(&text, &err), err);
		assert_done(trust_add(trust, buffer_bytes(&text), "test", TRUST_SHIPPED, &err), err);
		buffer_free(&text);
	}
	if (course->distrusted != NULL) {
		assert_done(fido_recipe_put_distrust(course->distrusted, KEY_ROOT, &text, &err), err);
		assert_done(trust_add(trust, buffer_bytes(&text), "site", TRUST_SITE, &err), err);
		buffer_free(&text);
	}
	assert_done(mds_recipe_put_payload(&course->mds, &text, &err), err);
	assert_done(mds_index_put(
	                buffer_bytes(&text), course->site_root ? TRUST_SITE : TRUST_SHIPPED, hash, &index, &sum, &err),
	    err);
	assert_done(metadata_parse(buffer_bytes(&index), "test", &metadata, &err), err);
	trust_take_metadata(trust, metadata);
	buffer_free(&text);
	buffer_free(&index);
	return trust;
}

static struct policy *policy_of(const char *conditions)
{
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;
	char text[512];

	if (conditions == NULL) {
		assert_done(policy_new_evidence_only(&policy, &err), err);
		return policy;
	}
	(void)snprintf(text, sizeof(text), "rule \"r\" {\n%s\nleast-grade = implied\nthen = accept\n}\n", conditions);
	assert_done(policy_parse(bytes_of_text(text), "test.conf", NULL, NULL, &policy, &err), err);
	return policy;
}

static void run(const struct course *course, struct result *result)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct trust *trust = trust_of(course);
	struct policy *policy = policy_of(course->conditions);
	struct appraisal appraisal = {.evidence = &evidence, .trust = trust, .policy = policy, .now = course->now};

	assert_done(fido_recipe_evidence(&course->fido, &evidence, &err), err);
	appraise(&appraisal, result);
	evidence_clear(&evidence);
	trust_free(trust);
	policy_free(policy);
}

static void assert_claim(const struct result *result, enum claim_name name, enum claim_grade grade, const char *value)
{
	const struct claim *claim = result_find_claim(result, name);

	assert_non_null(claim);
	assert_string_equal(claim->value, value);
	assert_string_equal(claim_grade_name(claim->grade), claim_grade_name(grade));
}

static const char *refusal(const struct result *result)
{
	const struct reason *reason = result_first_refusal(result);

	return reason == NULL ? "none" : error_word(reason->code);
}

static void the_model_is_described(void **state)
{
	static const enum fido_format formats[] = {FIDO_PACKED, FIDO_U2F};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct course course = honest(formats[i]);
		struct result result;

		run(&course, &result);
		assert_string_equal(refusal(&result), "none");
		assert_claim(&result, CLAIM_METADATA, CLAIM_PROVEN, "listed");
		assert_claim(&result, CLAIM_MODEL, CLAIM_IMPLIED, "Test Security Key");
		assert_claim(&result, CLAIM_MODEL_STATUS, CLAIM_IMPLIED, "good");
		assert_claim(&result, CLAIM_CERTIFICATION_LEVEL, CLAIM_IMPLIED, "L1");
		assert_claim(&result, CLAIM_KEY_PROTECTION, CLAIM_IMPLIED, "hardware,secure-element");
		assert_claim(&result, CLAIM_MATCHER_PROTECTION, CLAIM_IMPLIED, "on-chip");
		assert_claim(&result, CLAIM_KEY_RESTRICTED, CLAIM_IMPLIED, "yes");
	}
}

/* Nobody else is believed here: what makes the attestation genuine is the metadata's anchor for this model, and for no other. */
static void anchors_are_believed_for_their_model(void **state)
{
	static const struct {
		const char *name, *aaguid;
		int anchor;
		const char *refusal;
	} rows[] = {
	    {"the issuer", MDS_RECIPE_AAGUID, 0, "none"},
	    {"somebody else of the issuer's name", MDS_RECIPE_AAGUID, 2, "fido.issuer-unknown"},
	    {"no anchor at all", MDS_RECIPE_AAGUID, 3, "fido.issuer-unknown"},
	    {"the issuer of another model", "22222222-2222-2222-2222-222222222222", 0, "fido.issuer-unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct course course = honest(FIDO_PACKED);
		struct result result;

		course.without_bundle = true;
		course.mds.aaguid = rows[i].aaguid;
		course.mds.anchor = rows[i].anchor;
		run(&course, &result);
		if (strcmp(refusal(&result), rows[i].refusal) != 0)
			fail_msg("%s: %s", rows[i].name, refusal(&result));
		if (rows[i].anchor == 0 && i == 0)
			assert_claim(&result, CLAIM_VENDOR, CLAIM_PROVEN, "fido-metadata");
	}
}

/* What an anchor is worth, the root says under which the metadata was signed: a site's own makes no vendor's word. */
static void an_anchor_is_worth_its_root(void **state)
{
	(void)state;
	for (int site_root = 0; site_root < 2; site_root++) {
		struct course course = honest(FIDO_PACKED);
		struct result result;

		course.without_bundle = true;
		course.site_root = site_root != 0;
		run(&course, &result);
		assert_string_equal(refusal(&result), "none");
		assert_string_equal(assurance_name(result.assurance), site_root != 0 ? "organisation" : "vendor");
	}
}

/* An index of before does not say which root it was: it promises no more than it has to, and a word that is none is refused. */
static void an_index_says_where_it_comes_from(void **state)
{
	static const struct {
		const char *source;
		bool taken;
	} rows[] = {{"", true}, {"\"source\":\"shipped\",", true}, {"\"source\":\"site\",", true},
	    {"\"source\":\"vendor\",", false}, {"\"source\":1,", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct metadata *metadata = NULL;
		struct error err = ERROR_EMPTY;
		char text[256];

		(void)snprintf(text, sizeof(text),
		    "{\"format\":\"keyenroll-metadata-1\",\"number\":7,\"next_update\":\"2026-12-01\",\"blob\":\"%"
		    "064d\",%s"
		    "\"entries\":[]}",
		    0, rows[i].source);
		if (metadata_parse(bytes_of_text(text), "test", &metadata, &err) != rows[i].taken)
			fail_msg("%s", rows[i].source);
		metadata_free(metadata);
	}
}

/* The metadata may name the attestation certificate itself. Its dates are those of the second in which it is made. */
static void an_anchor_may_be_the_attestation_certificate(void **state)
{
	struct result result;
	time_t begun;

	(void)state;
	do {
		struct course course = honest(FIDO_PACKED);

		begun = time(NULL);
		course.without_bundle = true;
		course.mds.anchor = 1;
		run(&course, &result);
	} while (time(NULL) != begun);
	assert_string_equal(refusal(&result), "none");
}

/* The bundle believes the issuer, and the metadata says that the model has another one. */
static void the_bundle_does_not_overrule_the_metadata(void **state)
{
	struct course course = honest(FIDO_PACKED);
	struct result result;

	(void)state;
	course.mds.anchor = 2;
	run(&course, &result);
	assert_string_equal(refusal(&result), "fido.aaguid");
}

/* Nor does the metadata bring back whom a bundle distrusts, under whatever name. */
static void the_metadata_does_not_overrule_distrust(void **state)
{
	static const char *const names[] = {"Test FIDO Root", "Test FIDO Direct Root", "somebody"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (int without_bundle = 0; without_bundle < 2; without_bundle++) {
			struct course course = honest(FIDO_PACKED);
			struct result result;

			course.distrusted = names[i];
			course.without_bundle = without_bundle != 0;
			run(&course, &result);
			if (strcmp(refusal(&result), "issuer.compromised") != 0)
				fail_msg("%s, %d: %s", names[i], without_bundle, refusal(&result));
		}
	}
}

struct reported {
	const char *name, *reports, *level, *status, *advisory, *refusal;
};

static void assert_reports(const struct reported *rows, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct course course = honest(FIDO_PACKED);
		struct result result;

		course.mds.reports = rows[i].reports;
		run(&course, &result);
		if (strcmp(refusal(&result), rows[i].refusal) != 0 ||
		    (rows[i].advisory == NULL) != (result.num_advisories == 0) ||
		    (rows[i].advisory != NULL && strcmp(result.advisories[0].id, rows[i].advisory) != 0))
			fail_msg("%s: %s, %zu advisories", rows[i].name, refusal(&result), result.num_advisories);
		assert_claim(&result, CLAIM_CERTIFICATION_LEVEL, CLAIM_IMPLIED, rows[i].level);
		assert_claim(&result, CLAIM_MODEL_STATUS, CLAIM_IMPLIED, rows[i].status);
	}
}

static void certifications_are_told(void **state)
{
	static const struct reported rows[] = {
	    {"none", "", "none", "good", NULL, "none"},
	    {"not certified", REPORT("NOT_FIDO_CERTIFIED"), "none", "good", NULL, "none"},
	    {"self-asserted", REPORT("SELF_ASSERTION_SUBMITTED"), "none", "good", NULL, "none"},
	    {"certified", REPORT("FIDO_CERTIFIED"), "L1", "good", NULL, "none"},
	    {"level 1 plus", REPORT("FIDO_CERTIFIED_L1plus"), "L1plus", "good", NULL, "none"},
	    {"level 2", CERTIFIED, "L2", "good", NULL, "none"},
	    {"level 2 plus", REPORT("FIDO_CERTIFIED_L2plus"), "L2plus", "good", NULL, "none"},
	    {"level 3", REPORT("FIDO_CERTIFIED_L3"), "L3", "good", NULL, "none"},
	    {"level 3 plus", REPORT("FIDO_CERTIFIED_L3plus"), "L3plus", "good", NULL, "none"},
	    {"a level that was lost", CERTIFIED ", " REPORT("NOT_FIDO_CERTIFIED"), "none", "good", NULL, "none"},
	    {"FIPS", CERTIFIED ", " REPORT("FIPS140_CERTIFIED_L2"), "L2", "fips140-l2", NULL, "none"},
	};

	(void)state;
	assert_reports(rows, sizeof(rows) / sizeof(rows[0]));
}

static void weaknesses_are_told(void **state)
{
	static const struct reported rows[] = {
	    {"an update", CERTIFIED ", " REPORT("UPDATE_AVAILABLE"), "L2", "update-available", "MDS-UPDATE_AVAILABLE",
	        "none"},
	    {"retired", REPORT("RETIRED"), "none", "retired", "MDS-RETIRED", "none"},
	    {"no verification", REPORT("USER_VERIFICATION_BYPASS"), "none", "user-verification-bypass",
	        "MDS-USER_VERIFICATION_BYPASS", "none"},
	    {"keys from afar", REPORT("USER_KEY_REMOTE_COMPROMISE"), "none", "user-key-remote-compromise",
	        "MDS-USER_KEY_REMOTE_COMPROMISE", "none"},
	    {"keys in the hand", REPORT("USER_KEY_PHYSICAL_COMPROMISE"), "none", "user-key-physical-compromise",
	        "MDS-USER_KEY_PHYSICAL_COMPROMISE", "none"},
	    {"the attestation key", REPORT("ATTESTATION_KEY_COMPROMISE"), "none", "attestation-key-compromise", NULL,
	        "mds.status"},
	    {"revoked", REPORT("REVOKED"), "none", "revoked", NULL, "mds.status"},
	    {"revoked, certified since", REPORT("REVOKED") ", " CERTIFIED, "L2", "revoked", NULL, "mds.status"},
	    {"a word of tomorrow", CERTIFIED ", " REPORT("WHO_KNOWS"), "none", "unknown", NULL, "none"},
	};

	(void)state;
	assert_reports(rows, sizeof(rows) / sizeof(rows[0]));
}

static void reports_have_their_time(void **state)
{
	static const struct reported rows[] = {
	    {"revoked from 2098 on", "{\"status\": \"REVOKED\", \"effectiveDate\": \"2098-01-01\"}", "none", "good",
	        NULL, "none"},
	    {"certified until 2021", UNTIL("FIDO_CERTIFIED_L1", "2021-01-01"), "none", "good", NULL, "none"},
	    {"FIPS until 2021", UNTIL("FIPS140_CERTIFIED_L2", "2021-01-01"), "none", "good", NULL, "none"},
	    {"certified until 2098", UNTIL("FIDO_CERTIFIED_L1", "2098-01-01"), "L1", "good", NULL, "none"},
	};

	(void)state;
	assert_reports(rows, sizeof(rows) / sizeof(rows[0]));
}

/* A day that ends a certification ends no bad news. */
static void bad_news_has_no_sunset(void **state)
{
	static const struct reported rows[] = {
	    {"revoked", UNTIL("REVOKED", "2021-01-01"), "none", "revoked", NULL, "mds.status"},
	    {"the attestation key", UNTIL("ATTESTATION_KEY_COMPROMISE", "2021-01-01"), "none",
	        "attestation-key-compromise", NULL, "mds.status"},
	    {"keys from afar", UNTIL("USER_KEY_REMOTE_COMPROMISE", "2021-01-01"), "none", "user-key-remote-compromise",
	        "MDS-USER_KEY_REMOTE_COMPROMISE", "none"},
	    {"keys in the hand", UNTIL("USER_KEY_PHYSICAL_COMPROMISE", "2021-01-01"), "none",
	        "user-key-physical-compromise", "MDS-USER_KEY_PHYSICAL_COMPROMISE", "none"},
	    {"no verification", UNTIL("USER_VERIFICATION_BYPASS", "2021-01-01"), "none", "user-verification-bypass",
	        "MDS-USER_VERIFICATION_BYPASS", "none"},
	    {"a level that was lost", CERTIFIED ", " UNTIL("NOT_FIDO_CERTIFIED", "2021-01-01"), "none", "good", NULL,
	        "none"},
	    {"a word of tomorrow", CERTIFIED ", " UNTIL("WHO_KNOWS", "2021-01-01"), "none", "unknown", NULL, "none"},
	};

	(void)state;
	assert_reports(rows, sizeof(rows) / sizeof(rows[0]));
}

static void a_compromised_batch_is_one_batch(void **state)
{
	struct course course = honest(FIDO_PACKED);
	struct result result;

	(void)state;
	course.mds.reports_batch = KEY_DEVICE_P256 + 1;
	run(&course, &result);
	assert_string_equal(refusal(&result), "mds.status");
	course.mds.reports_batch = KEY_STRANGER + 1;
	run(&course, &result);
	assert_string_equal(refusal(&result), "none");
}

/* Whoever has the key of one model's batch may say that it is another model, of the same issuers or of one that is not listed. */
static void a_compromised_batch_is_of_every_model(void **state)
{
	static const enum fido_format formats[] = {FIDO_PACKED, FIDO_U2F};
	static const char *const models[] = {MDS_RECIPE_AAGUID, "33333333-3333-3333-3333-333333333333"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct course course = honest(formats[i / 2]);
		struct result result;

		course.mds.aaguid = models[i % 2];
		course.mds.key_identifier = formats[i / 2] == FIDO_U2F && i % 2 == 0;
		course.mds.other_batch = KEY_STRANGER + 1;
		run(&course, &result);
		assert_string_equal(refusal(&result), "none");
		course.mds.other_batch = KEY_DEVICE_P256 + 1;
		run(&course, &result);
		if (strcmp(refusal(&result), "mds.status") != 0)
			fail_msg("%zu: %s", i, refusal(&result));
	}
}

/* A report may name an issuer: then it is about all batches below, whether that certificate was sent along or is the anchor. */
static void a_compromised_issuer_is_all_its_batches(void **state)
{
	static const struct {
		int with_ca, without_bundle, batch;
	} rows[] = {{0, 0, KEY_ROOT}, {0, 1, KEY_ROOT}, {1, 0, KEY_ROOT}, {1, 1, KEY_ROOT}, {1, 0, KEY_ISSUING}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct course course = honest(FIDO_PACKED);
		struct result result;

		course.fido.with_ca = rows[i].with_ca;
		course.without_bundle = rows[i].without_bundle != 0;
		run(&course, &result);
		assert_string_equal(refusal(&result), "none");
		course.mds.reports_batch = rows[i].batch + 1;
		run(&course, &result);
		if (strcmp(refusal(&result), "mds.status") != 0)
			fail_msg("%zu: %s", i, refusal(&result));
	}
}

/* Of two entries of one model the bad news of either count. */
static void a_model_may_stand_there_twice(void **state)
{
	static const enum fido_format formats[] = {FIDO_PACKED, FIDO_U2F};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct course course = honest(formats[i]);
		struct result result;

		course.mds.reports = CERTIFIED;
		course.mds.twin_reports = CERTIFIED;
		run(&course, &result);
		assert_string_equal(refusal(&result), "none");
		course.mds.twin_reports = REPORT("REVOKED");
		run(&course, &result);
		assert_string_equal(refusal(&result), "mds.status");
		course.mds.reports = REPORT("REVOKED");
		course.mds.twin_reports = CERTIFIED;
		run(&course, &result);
		assert_string_equal(refusal(&result), "mds.status");
	}
}

/* Vendors report each update: the word that counts must not be cut off behind its repetitions. */
static void a_status_that_repeats_hides_no_other(void **state)
{
	struct course course = honest(FIDO_PACKED);
	char reports[2048] = REPORT("UPDATE_AVAILABLE");
	struct result result;

	(void)state;
	for (size_t i = 0; i < 12; i++)
		strncat(reports, ", " REPORT("UPDATE_AVAILABLE"), sizeof(reports) - strlen(reports) - 1);
	strncat(reports, ", " REPORT("RETIRED"), sizeof(reports) - strlen(reports) - 1);
	course.mds.reports = reports;
	run(&course, &result);
	assert_claim(&result, CLAIM_MODEL_STATUS, CLAIM_IMPLIED, "update-available,retired");
	assert_int_equal(result.num_advisories, 2);
}

struct asked {
	const char *conditions, *reports, *keys, *matcher, *restricted;
	bool holds;
};

static void assert_conditions(const struct asked *rows, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct course course = honest(FIDO_PACKED);
		struct result result;

		course.conditions = rows[i].conditions;
		course.mds.reports = rows[i].reports;
		course.mds.key_protection = rows[i].keys;
		course.mds.matcher_protection = rows[i].matcher;
		course.mds.key_restricted = rows[i].restricted;
		run(&course, &result);
		if ((result.verdict == VERDICT_ACCEPTED) != rows[i].holds)
			fail_msg("%s with %s: %s", rows[i].conditions, rows[i].reports, refusal(&result));
	}
}

static void conditions_ask_the_reports(void **state)
{
	static const struct asked rows[] = {
	    {"metadata = { listed }", CERTIFIED, "[\"hardware\"]", "[\"tee\"]", "true", true},
	    {"metadata = { unlisted }", CERTIFIED, "[\"hardware\"]", "[\"tee\"]", "true", false},
	    {"certification-level = { L2, L2plus, L3, L3plus }", CERTIFIED, "[\"hardware\"]", "[\"tee\"]", "true",
	        true},
	    {"certification-level = { L2, L3 }", REPORT("FIDO_CERTIFIED_L1"), "[\"hardware\"]", "[\"tee\"]", "true",
	        false},
	    {"certification-level = { L2 }", CERTIFIED ", " REPORT("FIDO_CERTIFIED_L1"), "[\"hardware\"]", "[\"tee\"]",
	        "true", false},
	    {"model-status = { good }", CERTIFIED, "[\"hardware\"]", "[\"tee\"]", "true", true},
	    {"model-status = { good }", REPORT("UPDATE_AVAILABLE"), "[\"hardware\"]", "[\"tee\"]", "true", false},
	    {"model-status = { update-available }", REPORT("UPDATE_AVAILABLE"), "[\"hardware\"]", "[\"tee\"]", "true",
	        true},
	};

	(void)state;
	assert_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

static void conditions_ask_the_statement(void **state)
{
	static const struct asked rows[] = {
	    {"key-protection = { secure-element }", "", "[\"hardware\", \"secure_element\"]", "[\"tee\"]", "true",
	        true},
	    {"key-protection = { secure-element }", "", "[\"hardware\", \"tee\"]", "[\"tee\"]", "true", false},
	    {"key-protection = { remote-handle }", "", "[\"hardware\", \"remote_handle\"]", "[\"tee\"]", "true", true},
	    {"key-protection = { hardware }", "", NULL, "[\"tee\"]", "true", false},
	    {"matcher-protection = { on-chip }", "", "[\"hardware\"]", "[\"on_chip\"]", "true", true},
	    {"matcher-protection = { on-chip }", "", "[\"hardware\"]", "[\"software\"]", "true", false},
	    {"key-restricted = { yes }", "", "[\"hardware\"]", "[\"tee\"]", "true", true},
	    {"key-restricted = { yes }", "", "[\"hardware\"]", "[\"tee\"]", NULL, true},
	    {"key-restricted = { yes }", "", "[\"hardware\"]", "[\"tee\"]", "false", false},
	};

	(void)state;
	assert_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

static void advisories_ask_the_reports(void **state)
{
	static const struct asked rows[] = {
	    {"advisory = { MDS-RETIRED }", REPORT("RETIRED"), "[\"hardware\"]", "[\"tee\"]", "true", true},
	    {"advisory = { MDS-USER_KEY_PHYSICAL_COMPROMISE }", REPORT("USER_KEY_PHYSICAL_COMPROMISE"),
	        "[\"hardware\"]", "[\"tee\"]", "true", true},
	    {"metadata = { listed }", REPORT("USER_VERIFICATION_BYPASS"), "[\"hardware\"]", "[\"tee\"]", "true", false},
	    {"metadata = { listed }", REPORT("USER_KEY_REMOTE_COMPROMISE"), "[\"hardware\"]", "[\"tee\"]", "true",
	        false},
	    {"advisory = { critical }", REPORT("USER_KEY_PHYSICAL_COMPROMISE"), "[\"hardware\"]", "[\"tee\"]", "true",
	        false},
	};

	(void)state;
	assert_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

/* Within the limit a warning, beyond it nothing rests on the metadata any more; its bad news stay bad news. */
static void late_metadata_warns_and_then_counts_no_more(void **state)
{
	static const struct {
		int days;
		const char *metadata;
		enum claim_grade grade;
		bool warns;
	} rows[] = {
	    {-1, "listed", CLAIM_IMPLIED, false},
	    {1, "listed", CLAIM_IMPLIED, true},
	    {90, "listed", CLAIM_IMPLIED, true},
	    {91, "outdated", CLAIM_CLAIMED, true},
	};
	int64_t due;

	(void)state;
	assert_true(metadata_date("2027-06-01", &due));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct course course = honest(FIDO_PACKED);
		struct result result;
		bool warned = false;

		course.mds.next_update = "2027-06-01";
		course.now = due + rows[i].days * (int64_t)DAY;
		run(&course, &result);
		for (size_t j = 0; j < result.num_reasons; j++)
			warned = warned || result.reasons[j].code == ERROR_MDS_LATE;
		assert_int_equal(warned, rows[i].warns);
		assert_claim(&result, CLAIM_METADATA, CLAIM_PROVEN, rows[i].metadata);
		assert_claim(&result, CLAIM_CERTIFICATION_LEVEL, rows[i].grade, "L1");
		course.mds.reports = REPORT("REVOKED");
		run(&course, &result);
		assert_string_equal(refusal(&result), "mds.status");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_model_is_described),
	    cmocka_unit_test(anchors_are_believed_for_their_model),
	    cmocka_unit_test(an_anchor_is_worth_its_root),
	    cmocka_unit_test(an_index_says_where_it_comes_from),
	    cmocka_unit_test(an_anchor_may_be_the_attestation_certificate),
	    cmocka_unit_test(the_bundle_does_not_overrule_the_metadata),
	    cmocka_unit_test(certifications_are_told),
	    cmocka_unit_test(weaknesses_are_told),
	    cmocka_unit_test(reports_have_their_time),
	    cmocka_unit_test(bad_news_has_no_sunset),
	    cmocka_unit_test(a_compromised_batch_is_one_batch),
	    cmocka_unit_test(a_compromised_batch_is_of_every_model),
	    cmocka_unit_test(a_compromised_issuer_is_all_its_batches),
	    cmocka_unit_test(a_model_may_stand_there_twice),
	    cmocka_unit_test(a_status_that_repeats_hides_no_other),
	    cmocka_unit_test(the_metadata_does_not_overrule_distrust),
	    cmocka_unit_test(conditions_ask_the_reports),
	    cmocka_unit_test(conditions_ask_the_statement),
	    cmocka_unit_test(advisories_ask_the_reports),
	    cmocka_unit_test(late_metadata_warns_and_then_counts_no_more),
	};

	return cmocka_run_group_tests_name("fido metadata", tests, NULL, tear_down);
}
