#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/piv_extensions.h"
#include "policy/policy.h"

static struct result genuine(void)
{
	struct result result = {.verdict = VERDICT_ACCEPTED, .assurance = ASSURANCE_VENDOR, .appraised_at = 1000000000};

	(void)snprintf(result.format, sizeof(result.format), "piv");
	result_add_claim(&result, CLAIM_VENDOR, CLAIM_PROVEN, "yubico", "");
	result_add_claim(&result, CLAIM_FIRMWARE, CLAIM_PROVEN, "5.4.10", "");
	result_add_claim(&result, CLAIM_SERIAL, CLAIM_PROVEN, "12345678", "");
	result_add_claim(&result, CLAIM_PIN_POLICY, CLAIM_PROVEN, "once", "");
	result_add_claim(&result, CLAIM_TOUCH_POLICY, CLAIM_PROVEN, "never", "");
	result_add_claim(&result, CLAIM_EDITION, CLAIM_CLAIMED, "fips", "");
	result_add_claim(&result, CLAIM_KEY_ALGORITHM, CLAIM_PROVEN, "ecdsa-p256", "");
	result_add_claim(&result, CLAIM_GENERATED_INSIDE, CLAIM_PROVEN, "yes", "");
	result_add_claim(&result, CLAIM_NOT_EXPORTABLE, CLAIM_IMPLIED, "yes", "");
	return result;
}

/* As many as a list may have, and one of its own behind the others. */
static bool put_many_serials(char own, struct buffer *content, struct error *err)
{
	for (unsigned i = 0; i < 65000; i++)
		if (!buffer_put_format(content, err, "%u\n", 20000000 - i))
			return false;
	return buffer_put_format(content, err, "%d\n", own);
}

static bool load_serials(void *context, const char *path, struct buffer *content, struct error *err)
{
	(void)context;
	if (strncmp(path, "/many", 5) == 0)
		return put_many_serials(path[5], content, err);
	if (strcmp(path, "/long") == 0)
		return buffer_put_text(content, "1\n1234567890123456789012345678901234567890\n", err);
	if (strcmp(path, "/serials") != 0)
		return error_set(err, ERROR_FILE, "%s: not there", path);
	return buffer_put_text(content, "# stock\n1\n12345678  # alice\n\n", err);
}

static const char *const alice_groups[] = {"staff", "wheel"};
static const struct policy_subject alice = {.person = "alice",
    .groups = alice_groups,
    .num_groups = 2,
    .host_class = "bastion",
    .enrolled_at = 1000000000 - 86400 * 10};

/* One rule with these conditions that accepts: does it match? */
static bool matches(const char *conditions)
{
	struct result result = genuine();
	struct error err = ERROR_EMPTY;
	struct policy *policy = NULL;
	char text[512];

	(void)snprintf(text, sizeof(text), "rule \"r\" {\n%s\nthen = accept\n}\n", conditions);
	assert_done(policy_parse(bytes_of_text(text), "test.conf", load_serials, NULL, &policy, &err), err);
	policy_decide(policy, &alice, &result);
	policy_free(policy);
	if (result.verdict != VERDICT_ACCEPTED)
		assert_int_equal(result.reasons[0].code, ERROR_POLICY_NO_RULE);
	return result.verdict == VERDICT_ACCEPTED;
}

struct condition_case {
	const char *text;
	bool match;
};

static void assert_conditions(const struct condition_case *rows, size_t num)
{
	for (size_t i = 0; i < num; i++)
		if (matches(rows[i].text) != rows[i].match)
			fail_msg("%s", rows[i].text);
}

static void conditions_on_the_token_hold_or_not(void **state)
{
	static const struct condition_case rows[] = {
	    {"", true},
	    {"format = piv", true},
	    {"assurance = {vendor}", true},
	    {"assurance = {organisation}", false},
	    {"vendor = {yubico, other}", true},
	    {"vendor = {other}", false},
	    {"issuer = {any}", false},
	    {"firmware = {\"5.4.10\"}", true},
	    {"firmware = {\"5.4.9-5.4.11\"}", true},
	    {"firmware = {\"5.5.0-\"}", false},
	    {"firmware = {\"-5.4.9\"}", false},
	    {"firmware = {\"-5.4.9\", \"5.4.10-\"}", true},
	    {"pin-policy = {once, always}", true},
	    {"touch-policy = {always, cached}", false},
	    {"edition = {fips}", false},
	    {"edition = {fips}\nleast-grade = claimed", true},
	    {"edition = {fips}\nleast-grade = implied", false},
	    {"serial = {12345678}", true},
	    {"serial = {1234567}", false},
	    {"serial-file = \"/serials\"", true},
	    {"serial = {7}\nserial-file = \"/serials\"", true},
	};

	(void)state;
	assert_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

/* Whoever refuses needs no proof: what the FIDO metadata say of a model is implied at best, and "claimed" where they are old. */
static void a_refusal_rests_on_less_than_an_acceptance(void **state)
{
	static const struct {
		enum claim_grade grade;
		const char *least, *rule; /* the rule's line, and which rule decides */
	} rows[] = {
	    {CLAIM_PROVEN, "", "bad"},
	    {CLAIM_IMPLIED, "", "bad"},
	    {CLAIM_CLAIMED, "", "bad"},
	    {CLAIM_FAILED, "", "other"},
	    {CLAIM_NOT_PROVABLE, "", "other"},
	    {CLAIM_IMPLIED, "least-grade = implied\n", "bad"},
	    {CLAIM_CLAIMED, "least-grade = implied\n", "other"},
	    {CLAIM_IMPLIED, "least-grade = proven\n", "other"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result result = genuine();
		struct error err = ERROR_EMPTY;
		struct policy *policy = NULL;
		char text[256];

		result_add_claim(&result, CLAIM_MODEL_STATUS, rows[i].grade, "retired,update-available", "");
		(void)snprintf(text, sizeof(text),
		    "rule \"bad\" {\nmodel-status = {retired}\n%sthen = refuse\n}\nrule \"other\" {\nthen = "
		    "accept\n}\n",
		    rows[i].least);
		assert_done(policy_parse(bytes_of_text(text), "policy", NULL, NULL, &policy, &err), err);
		policy_decide(policy, &alice, &result);
		if (strcmp(result.rule, rows[i].rule) != 0)
			fail_msg("%zu: %s", i, result.rule);
		policy_free(policy);
	}
}

static void conditions_on_proof_hold_or_not(void **state)
{
	static const struct condition_case rows[] = {
	    {"proven = {generated-inside}", true},
	    {"proven = {generated-inside, not-exportable}", false},
	    {"proven = {not-exportable}\nleast-grade = implied", false},
	    {"proven = {not-exportable}\nleast-grade = claimed", false},
	    {"implied = {generated-inside, not-exportable}", true},
	    {"implied = {certified-module}", false},
	    {"advisory = {critical}", false},
	};

	(void)state;
	assert_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

static void conditions_on_the_subject_hold_or_not(void **state)
{
	static const struct condition_case rows[] = {
	    {"person = {alice}", true},
	    {"person = {bob}", false},
	    {"group = {wheel}", true},
	    {"group = {guests}", false},
	    {"host-class = {bastion}", true},
	    {"host-class = {web}", false},
	    {"age-below = 11d", true},
	    {"age-below = 10d", false},
	    {"age-above = 240h", true},
	    {"age-above = 14401m", false},
	    {"person = {alice}\ngroup = {guests}", false},
	};

	(void)state;
	assert_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

struct bad_policy {
	const char *name, *text, *part;
};

static void assert_errors_name_the_place(const struct bad_policy *rows, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct error err = ERROR_EMPTY;
		struct policy *policy = NULL;

		if (policy_parse(bytes_of_text(rows[i].text), "test.conf", load_serials, NULL, &policy, &err))
			fail_msg("%s: was read", rows[i].name);
		assert_null(policy);
		if (strstr(err.text, rows[i].part) == NULL)
			fail_msg("%s: %s", rows[i].name, err.text);
		assert_int_equal(error_exit_status(err.code), err.code == ERROR_FILE ? 4 : 2);
	}
}

static void errors_of_form_name_file_and_line(void **state)
{
	static const struct bad_policy rows[] = {
	    {"empty", "", "test.conf"},
	    {"no rules", "version = x\n", "test.conf"},
	    {"syntax", "rule \"a\" {\nthen accept\n}\n", "test.conf:2"},
	    {"unknown word", "rule \"a\" {\nthen = accept\ncolour = {red}\n}\n", "test.conf:3"},
	    {"unknown value", "rule \"a\" {\npin-policy = {sometimes}\nthen = accept\n}\n", "test.conf:2"},
	    {"condition twice", "rule \"a\" {\nslot = {9a}\nslot = {9c}\nthen = accept\n}\n", "test.conf:3"},
	    {"scalar twice", "rule \"a\" {\nthen = accept\nthen = refuse\n}\n", "test.conf:3"},
	    {"version twice", "version = a\nversion = b\nrule \"a\" {\nthen = accept\n}\n", "test.conf:2"},
	    {"rule twice", "rule \"a\" {\nslot = {9a}\nthen = accept\n}\nrule \"a\" {\nthen = accept\n}\n",
	        "test.conf:5"},
	    {"no effect", "rule \"a\" {\nslot = {9a}\n}\n", "test.conf:2"},
	    {"odd effect", "rule \"a\" {\nthen = perhaps\n}\n", "test.conf:2"},
	    {"text of an accepting rule", "rule \"a\" {\nthen = accept\ntext = hm\n}\n", "test.conf:2"},
	    {"options of a refusing rule", "rule \"a\" {\nthen = refuse\nkey-options = {restrict}\n}\n", "test.conf:2"},
	};

	(void)state;
	assert_errors_name_the_place(rows, sizeof(rows) / sizeof(rows[0]));
}

static void unreachable_rules_name_file_and_line(void **state)
{
	static const struct bad_policy rows[] = {
	    {"unreachable behind all", "rule \"a\" {\nthen = accept\n}\nrule \"b\" {\nslot = {9a}\nthen = refuse\n}\n",
	        "test.conf:5"},
	    {"unreachable behind a wider set",
	        "rule \"a\" {\nslot = {9a, 9c}\nthen = accept\n}\nrule \"b\" {\nslot = {9a}\nperson = {x}\nthen = "
	        "refuse\n}\n",
	        "test.conf:6"},
	    {"unreachable behind a wider range",
	        "rule \"a\" {\nfirmware = {\"5.0.0-\"}\nthen = accept\n}\nrule \"b\" {\nfirmware = "
	        "{\"5.7.0-5.7.4\"}\nthen = "
	        "refuse\n}\n",
	        "test.conf:6"},
	};

	(void)state;
	assert_errors_name_the_place(rows, sizeof(rows) / sizeof(rows[0]));
}

static void errors_of_values_name_file_and_line(void **state)
{
	static const struct bad_policy rows[] = {
	    {"range", "rule \"a\" {\nfirmware = {\"5.7\"}\nthen = accept\n}\n", "5.7"},
	    {"range backwards", "rule \"a\" {\nfirmware = {\"5.7.0-5.6.0\"}\nthen = accept\n}\n", "test.conf:2"},
	    {"time", "rule \"a\" {\nage-below = 3w\nthen = accept\n}\n", "test.conf:2"},
	    {"time without a number", "rule \"a\" {\nage-below = d\nthen = accept\n}\n", "test.conf:2"},
	    {"time with more behind", "rule \"a\" {\nage-below = 3days\nthen = accept\n}\n", "test.conf:2"},
	    {"time without end", "rule \"a\" {\nage-below = 99999999999d\nthen = accept\n}\n", "test.conf:2"},
	    {"serial", "rule \"a\" {\nserial = {0x123}\nthen = accept\n}\n", "test.conf:2"},
	    {"serial file with a long line", "rule \"a\" {\nserial-file = \"/long\"\nthen = refuse\n}\n", "/long"},
	    {"serial file absent", "rule \"a\" {\nserial-file = \"/none\"\nthen = accept\n}\n", "/none"},
	    {"claim", "rule \"a\" {\nproven = {magic}\nthen = accept\n}\n", "magic"},
	    {"grade", "rule \"a\" {\nleast-grade = maybe\nthen = accept\n}\n", "maybe"},
	    {"option", "rule \"a\" {\nkey-options = {\"command=id\"}\nthen = accept\n}\n", "command=id"},
	    {"quote in an option", "rule \"a\" {\nkey-options = {\"from=a\\\"b\"}\nthen = accept\n}\n", "test.conf:2"},
	    {"environment", "version = \"${HOME}\"\nrule \"a\" {\nthen = accept\n}\n", "test.conf:1"},
	    {"advisory twice",
	        "advisories {\nrefuse = {critical}\nwarn = {critical}\n}\nrule \"a\" {\nthen = accept\n}\n",
	        "critical"},
	    {"a severity with a slip",
	        "version = x\nadvisories {\nrefuse = {critcal}\n}\nrule \"a\" {\nthen = accept\n}\n",
	        "test.conf:3: advisories: 'critcal' is no severity: did you mean critical?"},
	    {"a severity in capitals",
	        "advisories {\nwarn = {\"YSA-1\", \"Warning\"}\n}\nrule \"a\" {\nthen = accept\n}\n",
	        "did you mean warning?"},
	    {"a severity with a letter too many",
	        "advisories {\nignore = {\"notes\"}\n}\nrule \"a\" {\nthen = accept\n}\n", "did you mean note?"},
	    {"a condition's severity with a slip",
	        "rule \"a\" {\nadvisory = {\"CVE-1\", \"wraning\"}\nthen = refuse\n}\n",
	        "test.conf:2: rule \"a\": advisory: 'wraning' is no severity: did you mean warning?"},
	    {"a rule behind a value", "version = x\n\n\nrule \"a\" {\nproven = {magic}\nthen = accept\n}\n",
	        "test.conf:5"},
	    {"the number of a line", "rule \"a\" {\nline = 7\nthen = accept\n}\n", "test.conf:2"},
	    {"cut", "rule \"a\" {\nthen = accept\n", "test.conf"},
	    {"an effect that is none", "rule \"a\" {\nthen = acept\n}\n", "then is accept or refuse, not 'acept'"},
	    {"the mark of UTF-8 in front", "\xef\xbb\xbfrule \"a\" {\nthen = acept\n}\n", "not 'acept'"},
	};

	(void)state;
	assert_errors_name_the_place(rows, sizeof(rows) / sizeof(rows[0]));
}

/* What libconfuse reads as something else than what stands there: a condition that is gone makes a rule wider. */
static void what_would_be_lost_is_an_error(void **state)
{
	static const struct bad_policy rows[] = {
	    {"empty list", "rule \"a\" {\ngroup = {}\nthen = accept\n}\n", "'group' is an empty list"},
	    {"a list emptied later", "rule \"a\" {\ngroup = {wheel}\ngroup = {}\nthen = accept\n}\n",
	        "'group' is an empty list"},
	    {"a list of two emptied later", "rule \"a\" {\ngroup = {wheel, staff}\ngroup = {}\nthen = accept\n}\n",
	        "'group' is an empty list"},
	    {"no options", "rule \"a\" {\nkey-options = {}\nthen = accept\n}\n", "'key-options' is an empty list"},
	    {"no advisories", "advisories {\nrefuse = {}\n}\nrule \"a\" {\nthen = accept\n}\n",
	        "'refuse' is an empty list"},
	    {"two sections of advisories",
	        "advisories {\nrefuse = {warning}\n}\nadvisories {\nignore = {note}\n}\nrule \"a\" {\nthen = "
	        "accept\n}\n",
	        "test.conf:6: 'advisories' is given twice"},
	    {"a comment without end", "rule \"a\" {\nthen = accept\n}\n/* rule \"b\" {\n", "no end"},
	    {"a comment without end in a rule", "rule \"a\" {\nthen = accept\n/* person = {bob}\n}\n", "no end"},
	    {"a string without end", "version = \"x\nrule \"a\" {\nthen = accept\n}\n", "test.conf"},
	    {"a string without end behind all", "rule \"a\" {\nthen = accept\n}\nversion = \"x\n", "test.conf"},
	    {"the mark of the end", "end-of-file = here\nrule \"a\" {\nthen = accept\n}\n", "test.conf"},
	};

	(void)state;
	assert_errors_name_the_place(rows, sizeof(rows) / sizeof(rows[0]));
}

/* The words of a condition are those of the claim. */
static void each_form_factor_can_be_asked_for(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= 8; i++) {
		struct error err = ERROR_EMPTY;
		struct policy *policy = NULL;
		char text[128];

		(void)snprintf(text, sizeof(text), "rule \"r\" {\nform-factor = {\"%s\"}\nthen = accept\n}\n",
		    piv_form_factor_name((uint8_t)i));
		assert_done(policy_parse(bytes_of_text(text), "test.conf", NULL, NULL, &policy, &err), err);
		policy_free(policy);
	}
}

/* A host reads its policy at each login where nobody keeps it. */
static void long_lists_are_read_at_once(void **state)
{
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct policy *policy = NULL;
	struct result result = genuine();

	(void)state;
	for (char own = 'a'; own < 'e'; own++)
		assert_done(buffer_put_format(
		                &text, &err, "rule \"%c\" {\nserial-file = \"/many%c\"\nthen = refuse\n}\n", own, own),
		    err);
	assert_done(buffer_put_text(&text, "rule \"other\" {\nthen = accept\n}\n", &err), err);
	(void)alarm(20);
	assert_done(policy_parse(buffer_bytes(&text), "test.conf", load_serials, NULL, &policy, &err), err);
	(void)alarm(0);
	policy_decide(policy, &alice, &result);
	assert_string_equal(result.rule, "other");
	(void)snprintf(result.claims[2].value, sizeof(result.claims[2].value), "19935001");
	policy_decide(policy, &alice, &result);
	assert_string_equal(result.rule, "a");
	(void)snprintf(result.claims[2].value, sizeof(result.claims[2].value), "%d", 'c');
	policy_decide(policy, &alice, &result);
	assert_string_equal(result.rule, "c");
	policy_free(policy);
	buffer_free(&text);
}

/* A rule that refuses by a word that no token can have refuses nobody. */
static void words_that_never_hold_are_errors(void **state)
{
	static const struct bad_policy rows[] = {
	    {"no life", "rule \"a\" {\nthen = accept\nmaximum-life = 0d\n}\n", "maximum-life"},
	    {"two ages", "rule \"a\" {\nage-above = {30d, 90d}\nthen = refuse\n}\n", "age-above"},
	    {"a serial with a zero", "rule \"a\" {\nserial = {\"0123456\"}\nthen = refuse\n}\n", "0123456"},
	    {"slot", "rule \"a\" {\nslot = {9A}\nthen = refuse\n}\n", "9A"},
	    {"form factor", "rule \"a\" {\nform-factor = {usb-c}\nthen = refuse\n}\n", "usb-c"},
	    {"AAGUID in capitals",
	        "rule \"a\" {\naaguid = {\"F8A011F3-8C0A-4D15-8006-17111F9EDC7D\"}\nthen = refuse\n}\n", "F8A011F3"},
	    {"AAGUID without dashes",
	        "rule \"a\" {\naaguid = {\"f8a011f38c0a4d15800617111f9edc7d\"}\nthen = refuse\n}\n", "f8a011f38"},
	    {"hash that is cut", "rule \"a\" {\ndevice-certificate = {0fa1386f}\nthen = refuse\n}\n", "0fa1386f"},
	    {"device type", "rule \"a\" {\ndevice-type = {YubiKey}\nthen = refuse\n}\n", "YubiKey"},
	    {"no device type", "rule \"a\" {\ndevice-type = {\"\"}\nthen = refuse\n}\n", "is no device-type"},
	    {"device type with a point behind",
	        "rule \"a\" {\ndevice-type = {\"1.3.6.1.4.1.41482.1.7.\"}\nthen = refuse\n}\n", "41482.1.7.'"},
	    {"device type with a zero in front",
	        "rule \"a\" {\ndevice-type = {\"1.3.6.1.4.1.41482.1.07\"}\nthen = refuse\n}\n", "41482.1.07'"},
	    {"status", "rule \"a\" {\nmodel-status = {REVOKED}\nthen = refuse\n}\n", "REVOKED"},
	};

	(void)state;
	assert_errors_name_the_place(rows, sizeof(rows) / sizeof(rows[0]));
}

static void the_first_match_decides(void **state)
{
	static const char text[] =
	    "version = v7\n"
	    "rule \"bob\" {\nperson = {bob}\nthen = accept\n}\n"
	    "rule \"touch\" {\ntouch-policy = {never}\nthen = refuse\ntext = \"touch it\"\n}\n"
	    "rule \"rest\" {\nthen = accept\nkey-options = {restrict, pty, \"from=10.0.0.0/8,!10.1.*\"}\n"
	    "maximum-life = 90d\n}\n";
	static const struct policy_subject bob = {.person = "bob"};
	struct result result = genuine();
	struct error err = ERROR_EMPTY;
	struct policy *policy = NULL;

	(void)state;
	assert_done(policy_parse(bytes_of_text(text), "test.conf", NULL, NULL, &policy, &err), err);
	policy_decide(policy, &alice, &result);
	assert_int_equal(result.verdict, VERDICT_REFUSED);
	assert_string_equal(result.rule, "touch");
	assert_string_equal(result.reasons[0].sentence, "touch it");
	assert_string_equal(result.policy_version, "v7");
	result = genuine();
	policy_decide(policy, &bob, &result);
	assert_int_equal(result.verdict, VERDICT_ACCEPTED);
	assert_string_equal(result.rule, "bob");
	result = genuine();
	(void)snprintf(result.claims[4].value, sizeof(result.claims[4].value), "always");
	policy_decide(policy, &alice, &result);
	assert_int_equal(result.verdict, VERDICT_ACCEPTED);
	assert_string_equal(result.key_options, "restrict,pty,from=\"10.0.0.0/8,!10.1.*\"");
	assert_int_equal(result.maximum_life, 90 * 86400);
	policy_free(policy);
}

static void nothing_turns_a_refusal_around(void **state)
{
	struct result result = genuine();
	struct error err = ERROR_EMPTY;
	struct policy *policy = NULL;

	(void)state;
	(void)error_set(&err, ERROR_PIV_LEAF, "forged");
	result_refuse(&result, &err, NULL);
	assert_done(
	    policy_parse(bytes_of_text("rule \"all\" {\nthen = accept\n}"), "t", NULL, NULL, &policy, &err), err);
	policy_decide(policy, &alice, &result);
	assert_int_equal(result.verdict, VERDICT_REFUSED);
	policy_free(policy);
}

static void advisories_are_refused_told_or_ignored(void **state)
{
	static const struct {
		const char *section;
		enum severity severity;
		enum verdict verdict;
		size_t reasons;
	} rows[] = {
	    {"", SEVERITY_CRITICAL, VERDICT_REFUSED, 1},
	    {"", SEVERITY_WARNING, VERDICT_ACCEPTED, 1},
	    {"advisories {\nrefuse = {warning}\n}\n", SEVERITY_WARNING, VERDICT_REFUSED, 1},
	    {"advisories {\nrefuse = {warning}\nignore = {\"YSA-1\"}\n}\n", SEVERITY_WARNING, VERDICT_ACCEPTED, 0},
	    {"advisories {\nignore = {critical}\n}\n", SEVERITY_CRITICAL, VERDICT_ACCEPTED, 0},
	    {"advisories {\nrefuse = {\"YSA-1\"}\nignore = {note}\n}\n", SEVERITY_NOTE, VERDICT_REFUSED, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result result = genuine();
		struct error err = ERROR_EMPTY;
		struct policy *policy = NULL;
		char text[256];

		result.advisories[result.num_advisories++] =
		    (struct advisory_hit){.id = "YSA-1", .severity = rows[i].severity, .text = "weak"};
		(void)snprintf(text, sizeof(text), "%srule \"all\" {\nthen = accept\n}\n", rows[i].section);
		assert_done(policy_parse(bytes_of_text(text), "t", NULL, NULL, &policy, &err), err);
		policy_decide(policy, &alice, &result);
		assert_int_equal(result.verdict, rows[i].verdict);
		assert_int_equal(result.num_reasons, rows[i].reasons);
		policy_free(policy);
	}
}

static bool keep_step(const struct policy_step *step, void *context, struct error *err)
{
	struct policy_step **next = context;

	(void)err;
	*(*next)++ = *step;
	return true;
}

static void an_explanation_names_the_condition_that_failed(void **state)
{
	static const char text[] =
	    "rule \"a\" {\nslot = {9c}\nthen = accept\n}\n"
	    "rule \"b\" {\nvendor = {yubico}\ntouch-policy = {always, cached}\nthen = accept\n}\n"
	    "rule \"c\" {\nthen = refuse\n}\n";
	struct policy_step steps[3], *next = steps;
	struct result result = genuine();
	struct error err = ERROR_EMPTY;
	struct policy *policy = NULL;

	(void)state;
	assert_done(policy_parse(bytes_of_text(text), "t", NULL, NULL, &policy, &err), err);
	assert_done(policy_explain(policy, &alice, &result, keep_step, &next, &err), err);
	assert_ptr_equal(next, steps + 3);
	assert_string_equal(steps[0].condition, "slot");
	assert_string_equal(steps[1].condition, "touch-policy");
	assert_string_equal(steps[1].wanted, "always, cached");
	assert_string_equal(steps[1].found, "never");
	assert_int_equal(steps[1].line, 6);
	assert_true(steps[2].matched && !steps[2].accepts);
	policy_free(policy);
}

static void the_built_in_policy_demands_a_pin(void **state)
{
	struct result result = genuine();
	struct error err = ERROR_EMPTY;
	struct policy *policy = NULL;

	(void)state;
	assert_done(policy_new_default(&policy, &err), err);
	policy_decide(policy, &alice, &result);
	assert_int_equal(result.verdict, VERDICT_ACCEPTED);
	result = genuine();
	(void)snprintf(result.claims[3].value, sizeof(result.claims[3].value), "never");
	policy_decide(policy, &alice, &result);
	assert_int_equal(result.verdict, VERDICT_REFUSED);
	assert_string_equal(result.rule, "no PIN");
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conditions_on_the_token_hold_or_not),
	    cmocka_unit_test(a_refusal_rests_on_less_than_an_acceptance),
	    cmocka_unit_test(conditions_on_proof_hold_or_not),
	    cmocka_unit_test(conditions_on_the_subject_hold_or_not),
	    cmocka_unit_test(errors_of_form_name_file_and_line),
	    cmocka_unit_test(unreachable_rules_name_file_and_line),
	    cmocka_unit_test(errors_of_values_name_file_and_line),
	    cmocka_unit_test(what_would_be_lost_is_an_error),
	    cmocka_unit_test(each_form_factor_can_be_asked_for),
	    cmocka_unit_test(long_lists_are_read_at_once),
	    cmocka_unit_test(words_that_never_hold_are_errors),
	    cmocka_unit_test(the_first_match_decides),
	    cmocka_unit_test(nothing_turns_a_refusal_around),
	    cmocka_unit_test(advisories_are_refused_told_or_ignored),
	    cmocka_unit_test(an_explanation_names_the_condition_that_failed),
	    cmocka_unit_test(the_built_in_policy_demands_a_pin),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
