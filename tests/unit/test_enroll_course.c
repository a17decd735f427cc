#include "tests/unit/unit.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "policy/policy.h"
#include "registry/store.h"
#include "tests/unit/course_bench.h"
#include "tests/vtoken/card.h"
#include "tests/vtoken/cipher.h"

static void assert_recorded(struct world *world, unsigned wanted)
{
	assert_int_equal(bench_count(world), wanted);
}

static size_t place_of(struct bytes record, uint8_t instruction)
{
	for (size_t i = 0; i < record.len; i++)
		if (record.data[i] == instruction)
			return i;
	fail_msg("instruction %02x did not come", instruction);
	return 0;
}

static void attestation_comes_before_the_pin_and_the_pin_before_the_signature(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ALWAYS);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	struct bytes record;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	record = vtoken_plug_record(plug);
	assert_true(place_of(record, 0xf9) < place_of(record, 0x20));
	for (size_t i = 1; i < record.len; i++)
		if (record.data[i - 1] == 0x20)
			assert_int_equal(record.data[i], 0x87);
	/* with one VERIFY for each of the two signatures */
	assert_true(record.len <= 24);
	vtoken_plug_free(plug);
}

static void a_strange_vendor_is_refused_before_the_pin_is_tried(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->stranger);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "000000"};
	struct error err = ERROR_EMPTY;

	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_PIV_ISSUER_UNKNOWN);
	assert_string_equal(clerk.last_step, "preflight");
	assert_int_equal(clerk.asked, 0);
	assert_int_equal(vtoken_plug_pin_tries(plug), 3);
	assert_recorded(world, 0);
	vtoken_plug_free(plug);
}

static void a_wrong_pin_costs_one_try(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct error err = ERROR_EMPTY;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	clerk = (struct clerk){.pin = "654321", .may_destroy = true};
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_PIN_WRONG);
	assert_int_equal(clerk.asked, 2);
	assert_int_equal(vtoken_plug_pin_tries(plug), 2);
	assert_recorded(world, 1);
	assert_int_equal(bench_count_journals(world), 0);
	vtoken_plug_free(plug);
}

/* The last try is the user's: whoever has it wrong again blocks the token. */
static void the_last_try_of_the_pin_is_left_alone(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct error err = ERROR_EMPTY;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	vtoken_plug_card(plug)->pin.left = 2;
	clerk = (struct clerk){.pin = "654321", .may_destroy = true};
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_PIN_WRONG);
	assert_int_equal(clerk.asked, 1);
	assert_int_equal(vtoken_plug_pin_tries(plug), 1);
	vtoken_plug_free(plug);
}

/* What is no good as a PIN is not sent, and the factory's may not stay. */
static void a_bad_new_pin_is_refused_before_anything_changes(void **state)
{
	static const struct {
		const char *pin;
		enum error_code code;
	} rows[] = {{"123456", ERROR_CODE_WEAK}, {"000000", ERROR_CODE_WEAK}, {"12345", ERROR_PIN_LENGTH},
	    {"271828182", ERROR_PIN_LENGTH}};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
		struct clerk clerk = {.pin = rows[i].pin};
		struct error err = ERROR_EMPTY;

		assert_refused(bench_run(world, plug, &request, &clerk, &err), err, rows[i].code);
		assert_int_equal(clerk.asked_new, 2);
		assert_int_equal(vtoken_plug_pin_tries(plug), 3);
		assert_int_equal(bench_count_journals(world), 0);
		vtoken_plug_free(plug);
	}
}

static void the_factorys_codes_do_not_stay(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct card *card = vtoken_plug_card(plug);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;

	request.pin_tries = request.puk_tries = 5;
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_int_equal(clerk.asked_new, 1);
	assert_false(card_code_is_default(card, REFERENCE_PIN) || card_code_is_default(card, REFERENCE_PUK) ||
	             card_management_is_default(card));
	assert_int_equal(card->pin.total, 5);
	assert_memory_equal(card->puk.value, clerk.puk, 8);
	vtoken_plug_free(plug);
}

static void without_anybody_to_show_the_puk_to_nothing_begins(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .deaf = true};
	struct error err = ERROR_EMPTY;

	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_PUK_RECIPIENT);
	assert_string_equal(clerk.last_step, "preflight");
	vtoken_plug_free(plug);
}

static void a_token_that_says_another_serial_than_its_attestation_is_refused(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .renumbers = vtoken_plug_card(plug)};
	struct error err = ERROR_EMPTY;

	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_CHANGED);
	assert_string_equal(clerk.last_step, "appraise");
	assert_recorded(world, 0);
	assert_null(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->key);
	assert_int_equal(bench_count_journals(world), 0);
	vtoken_plug_free(plug);
}

/* The key that the journal names is not made a second time. */
static void a_resumed_enrollment_keeps_its_key(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	bool found = false;
	EVP_PKEY *made;

	vtoken_plug_pull(plug, 16);
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
	assert_int_equal(bench_count_journals(world), 1);
	made = card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->key;
	assert_non_null(made);
	assert_int_equal(EVP_PKEY_up_ref(made), 1);
	vtoken_plug_insert(plug);
	assert_done(bench_resume(world, plug, &clerk, &found, &err), err);
	assert_true(found);
	assert_ptr_equal(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->key, made);
	EVP_PKEY_free(made);
	assert_recorded(world, 1);
	vtoken_plug_free(plug);
}

/* Whoever has not finished one enrollment of a token begins no other with it. */
static void an_unfinished_token_is_not_enrolled_anew(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct error err = ERROR_EMPTY;

	vtoken_plug_pull(plug, 16);
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
	vtoken_plug_insert(plug);
	request.slot = piv_slot_find("9c");
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_JOURNAL_OPEN);
	assert_string_equal(clerk.last_step, "preflight");
	assert_null(card_slot(vtoken_plug_card(plug), SLOT_SIGNATURE)->key);
	vtoken_plug_free(plug);
}

static void a_key_is_replaced_only_with_consent(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	size_t before;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	before = vtoken_plug_record(plug).len;
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_DECLINED);
	for (struct bytes record = vtoken_plug_record(plug); before < record.len; before++)
		assert_int_not_equal(record.data[before], 0x47);
	clerk.may_destroy = true;
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_recorded(world, 2);
	request.person = "bob";
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_ENROLLMENT_EXISTS);
	assert_string_equal(clerk.last_step, "preflight");
	assert_recorded(world, 2);
	vtoken_plug_free(plug);
}

/* The states of the entries in order of their serials, 'a' or 'r' each. */
static bool note_state(const struct store_entry *entry, void *context, struct error *err)
{
	char *states = context;

	(void)err;
	states[strlen(states)] = entry->state == STORE_ACTIVE ? 'a' : 'r';
	return true;
}

static void assert_states(struct world *world, const char *wanted)
{
	char states[16] = "";
	struct error err = ERROR_EMPTY;

	assert_done(store_each(world->desk.store, NULL, NULL, note_state, states, &err), err);
	assert_string_equal(states, wanted);
}

/* Its key does not exist any more, so no list may call it active; that of another slot does. */
static void the_enrollment_of_a_replaced_key_ends(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct error err = ERROR_EMPTY;
	bool found = false;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	request.slot = piv_slot_find("9c");
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_states(world, "aa");
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_states(world, "ara");
	/* Pulled before the new key is made, and behind it: nothing ends before the new enrollment is there. */
	request.slot = piv_slot_find("9a");
	for (int commands = 8; commands < 26; commands += 4) {
		char before[16] = "", after[16] = "";

		assert_done(store_each(world->desk.store, NULL, NULL, note_state, before, &err), err);
		vtoken_plug_pull(plug, (unsigned)commands);
		if (bench_run(world, plug, &request, &clerk, &err))
			break;
		assert_states(world, before);
		vtoken_plug_insert(plug);
		err = ERROR_EMPTY;
		found = false;
		assert_done(bench_resume(world, plug, &clerk, &found, &err), err);
		if (!found)
			continue;
		assert_done(store_each(world->desk.store, NULL, NULL, note_state, after, &err), err);
		assert_int_equal(strlen(after), strlen(before) + 1);
		assert_int_equal(strcspn(after, "r"), 0);
		assert_int_equal(after[strlen(after) - 1], 'a');
	}
	vtoken_plug_free(plug);
}

static void a_touch_is_asked_for_when_the_token_waits_for_it(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct error err = ERROR_EMPTY;

	request.touch_policy = PIV_TOUCH_ALWAYS;
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_int_equal(clerk.touches, 0);
	vtoken_plug_card(plug)->touch.after_ms = 400;
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_int_equal(clerk.touches, 2);
	vtoken_plug_free(plug);
}

static const char touch_policy[] = "version = \"touch 1\"\n"
                                   "rule \"touched\" {\n"
                                   "\tassurance = { \"vendor\", \"organisation\" }\n"
                                   "\ttouch-policy = { \"always\" }\n"
                                   "\tthen = \"accept\"\n}\n";

/* What nobody asked for follows from the policy; what somebody asked for is not changed behind his back. */
static void the_policy_decides_what_nobody_asked_for(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct course_means means = bench_means(world);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;

	assert_done(policy_parse(bytes_of_text(touch_policy), "touch", NULL, NULL, &policy, &err), err);
	means.policy = policy;
	assert_false(bench_run_with(&means, plug, &request, &clerk, &err));
	assert_string_equal(clerk.last_step, "preflight");
	request.touch_policy_is_open = true;
	assert_done(bench_run_with(&means, plug, &request, &clerk, &err), err);
	assert_int_equal(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->touch_policy, TOUCH_ALWAYS);
	assert_int_equal(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->pin_policy, PIN_ONCE);
	policy_free(policy);
	vtoken_plug_free(plug);
}

static const char always_policy[] = "version = \"always 1\"\n"
                                    "rule \"each time\" {\n"
                                    "\tassurance = { \"vendor\", \"organisation\" }\n"
                                    "\tpin-policy = { \"always\" }\n"
                                    "\tthen = \"accept\"\n}\n";

static void the_policys_pin_policy_is_the_default(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct course_means means = bench_means(world);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;

	assert_done(policy_parse(bytes_of_text(always_policy), "always", NULL, NULL, &policy, &err), err);
	means.policy = policy;
	assert_false(bench_run_with(&means, plug, &request, &clerk, &err));
	assert_string_equal(clerk.last_step, "preflight");
	request.pin_policy_is_open = true;
	assert_done(bench_run_with(&means, plug, &request, &clerk, &err), err);
	assert_int_equal(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->pin_policy, PIN_ALWAYS);
	assert_int_equal(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->touch_policy, TOUCH_NEVER);
	policy_free(policy);
	vtoken_plug_free(plug);
}

static const char short_policy[] = "version = \"short 1\"\n"
                                   "rule \"for ten days\" {\n"
                                   "\tassurance = { \"vendor\", \"organisation\" }\n"
                                   "\tthen = \"accept\"\n\tmaximum-life = 10d\n}\n";

static bool take_end(const struct store_entry *entry, void *context, struct error *err)
{
	(void)err;
	*(int64_t *)context = entry->valid_before;
	return true;
}

/* Thirty days are asked for, and no host would take a longer life than the rule allows. */
static void an_enrollment_lives_no_longer_than_the_policy_lets_it(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct course_means means = bench_means(world);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;
	int64_t end = 0;

	assert_done(policy_parse(bytes_of_text(short_policy), "short", NULL, NULL, &policy, &err), err);
	means.policy = policy;
	assert_done(bench_run_with(&means, plug, &request, &clerk, &err), err);
	assert_done(store_each(world->desk.store, "alice", NULL, take_end, &end, &err), err);
	assert_int_equal(end, BENCH_NOW + 10 * 86400);
	policy_free(policy);
	vtoken_plug_free(plug);
}

static void what_cannot_attest_is_refused_first(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("4.3.5", world->vendor);
	struct course_request request = bench_request("ed25519", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;

	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_UNSUPPORTED);
	assert_int_equal(clerk.asked, 0);
	assert_string_equal(clerk.last_step, "preflight");
	vtoken_plug_free(plug);
}

/* The token's own judgement comes when the key is made already: another PIN is asked for, and no try is lost. */
static void what_the_token_finds_too_simple_is_asked_for_again(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4-complexity", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "sesame42", .next_pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_int_equal(clerk.asked_new, 2);
	assert_int_equal(clerk.problem, ERROR_CODE_WEAK);
	assert_true(bench_code_is(&vtoken_plug_card(plug)->pin, BENCH_PIN));
	assert_int_equal(vtoken_plug_pin_tries(plug), 3);
	assert_recorded(world, 1);
	vtoken_plug_free(plug);
}

/* Whoever has nobody to ask again goes on later, with another PIN. */
static void a_script_resumes_with_another_pin(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4-complexity", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "sesame42"};
	struct error err = ERROR_EMPTY;
	bool found = false;

	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CODE_WEAK);
	assert_string_equal(clerk.last_step, "pin");
	clerk.pin = BENCH_PIN;
	assert_done(bench_resume(world, plug, &clerk, &found, &err), err);
	assert_true(found);
	assert_recorded(world, 1);
	vtoken_plug_free(plug);
}

/* What the tries say is known before anybody is asked. */
static void tries_are_looked_at_first(void **state)
{
	static const struct {
		const char *personality;
		bool fresh;
		uint8_t pin_left, puk_left;
		enum error_code code;
	} rows[] = {
	    {"5.7.4", true, 0, 3, ERROR_PIN_BLOCKED}, {"5.7.4", true, 3, 0, ERROR_PUK_BLOCKED},
	    {"5.7.4", false, 0, 3, ERROR_PIN_BLOCKED}, {"4.3.5", true, 0, 3, ERROR_PIN_BLOCKED},
	    {"5.7.4", false, 3, 0, ERROR_NONE}, /* a PUK may be blocked on purpose, once it is not the factory's */
	    {"5.7.4", false, 1, 3, ERROR_NONE}, /* who asks for it warns */
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vtoken_plug *plug = bench_fresh_plug(world, rows[i].personality);
		struct card *card = vtoken_plug_card(plug);
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
		struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
		struct error err = ERROR_EMPTY;

		bench_begin_anew(world);
		request.factory_codes = rows[i].fresh;
		if (!rows[i].fresh)
			assert_done(bench_run(world, plug, &request, &clerk, &err), err);
		card->pin.left = rows[i].pin_left;
		card->puk.left = rows[i].puk_left;
		clerk = (struct clerk){.pin = BENCH_PIN, .may_destroy = true};
		if (rows[i].code == ERROR_NONE) {
			assert_done(bench_run(world, plug, &request, &clerk, &err), err);
		} else {
			assert_refused(bench_run(world, plug, &request, &clerk, &err), err, rows[i].code);
			assert_string_equal(clerk.last_step, "preflight");
			assert_int_equal(clerk.asked, 0);
		}
		vtoken_plug_free(plug);
	}
}

/* The management key is an AES one where the token can, and DES where it cannot. */
static void the_management_key_is_the_best_that_the_token_has(void **state)
{
	static const struct {
		const char *personality;
		uint8_t cipher;
	} rows[] = {{"5.7.4", 0x0a}, {"5.4.3", 0x0a}, {"4.3.5", 0x03}};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vtoken_plug *plug = bench_fresh_plug(world, rows[i].personality);
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
		struct clerk clerk = {.pin = BENCH_PIN};
		struct error err = ERROR_EMPTY;

		bench_begin_anew(world);
		request.factory_codes = true;
		assert_done(bench_run(world, plug, &request, &clerk, &err), err);
		assert_ptr_equal(vtoken_plug_card(plug)->management.cipher, cipher_find(rows[i].cipher));
		assert_false(card_management_is_default(vtoken_plug_card(plug)));
		vtoken_plug_free(plug);
	}
}

static void load_ended_journal(const struct world *world, struct buffer *text)
{
	struct error err = ERROR_EMPTY;
	glob_t found;
	char pattern[192];

	snprintf(pattern, sizeof(pattern), "%s/journal/ended/*", world->registry);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	assert_done(file_load(found.gl_pathv[0], 1 << 16, text, &err), err);
	globfree(&found);
}

/* Each step stands in the journal when it begins and when it is done, in their order, and no code does. */
static void the_journal_has_each_step_and_no_secret(void **state)
{
	static const char *const steps[] = {"preflight", "codes", "management", "generate", "attest", "appraise",
	    "tries", "pin", "certificate", "possession", "install", "seal", "puk", "management-key", "release", "sign",
	    "check", "record"};
	struct world *world = *state;
	struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	struct buffer text = BUFFER_UP_TO(1 << 16);
	const char *at;
	char line[64];

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	load_ended_journal(world, &text);
	at = buffer_text(&text);
	for (size_t i = 0; i < 2 * sizeof(steps) / sizeof(*steps); i++) {
		snprintf(line, sizeof(line), " %s %s\n", i % 2 ? "done" : "begin", steps[i / 2]);
		if ((at = strstr(at, line)) == NULL)
			fail_msg("no line%sin its place", line);
	}
	assert_null(strstr(buffer_text(&text), BENCH_PIN));
	assert_null(strstr(buffer_text(&text), clerk.puk));
	buffer_free(&text);
	vtoken_plug_free(plug);
}

struct left {
	unsigned count;
	char first[128], last[128];
};

static void hear_left(void *state, const char *sentence)
{
	struct left *left = state;

	if (left->count++ == 0)
		snprintf(left->first, sizeof(left->first), "%s", sentence);
	snprintf(left->last, sizeof(left->last), "%s", sentence);
}

/* Told before it is done: what is left behind the last step that was finished, without what was never wanted. */
static void what_is_left_to_do_is_known(void **state)
{
	struct journal_record record = JOURNAL_RECORD_EMPTY;
	struct left left = {0};

	(void)state;
	snprintf(record.person, sizeof(record.person), "alice");
	snprintf(record.done, sizeof(record.done), "generate");
	course_each_step_left(&record, hear_left, &left);
	assert_string_equal(left.first, "The token attests the key");
	assert_string_equal(left.last, "Recording it in the registry");
	assert_int_equal(left.count, 13); /* the tries were not asked for */
	record.pin_tries = record.puk_tries = 5;
	left.count = 0;
	course_each_step_left(&record, hear_left, &left);
	assert_int_equal(left.count, 14);
	record.person[0] = '\0';
	snprintf(record.done, sizeof(record.done), "tries");
	left.count = 0;
	course_each_step_left(&record, hear_left, &left);
	assert_string_equal(left.first, "Setting the PIN");
	assert_int_equal(left.count, 3);
}

/* What a host would not believe is not recorded, though the registrar has signed it. */
static void what_the_check_refuses_is_not_recorded(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct course_means means = bench_means(world);
	struct registrars nobody = REGISTRARS_EMPTY;
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	bool found = false;

	means.registrars = &nobody;
	assert_refused(bench_run_with(&means, plug, &request, &clerk, &err), err, ERROR_REGISTRAR_UNKNOWN);
	assert_string_equal(clerk.last_step, "check");
	assert_recorded(world, 0);
	assert_done(bench_resume(world, plug, &clerk, &found, &err), err);
	assert_true(found);
	assert_recorded(world, 1);
	vtoken_plug_free(plug);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
	        attestation_comes_before_the_pin_and_the_pin_before_the_signature, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        a_strange_vendor_is_refused_before_the_pin_is_tried, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(the_last_try_of_the_pin_is_left_alone, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        an_enrollment_lives_no_longer_than_the_policy_lets_it, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_wrong_pin_costs_one_try, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        a_token_that_says_another_serial_than_its_attestation_is_refused, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_resumed_enrollment_keeps_its_key, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        an_unfinished_token_is_not_enrolled_anew, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_key_is_replaced_only_with_consent, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(the_enrollment_of_a_replaced_key_ends, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        a_touch_is_asked_for_when_the_token_waits_for_it, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        a_bad_new_pin_is_refused_before_anything_changes, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(the_factorys_codes_do_not_stay, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        without_anybody_to_show_the_puk_to_nothing_begins, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        the_policy_decides_what_nobody_asked_for, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        what_the_token_finds_too_simple_is_asked_for_again, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_script_resumes_with_another_pin, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(tries_are_looked_at_first, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        the_management_key_is_the_best_that_the_token_has, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(the_journal_has_each_step_and_no_secret, bench_open_desk, bench_close_desk),
	    cmocka_unit_test(what_is_left_to_do_is_known),
	    cmocka_unit_test_setup_teardown(what_the_check_refuses_is_not_recorded, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(the_policys_pin_policy_is_the_default, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(what_cannot_attest_is_refused_first, bench_open_desk, bench_close_desk),
	};

	return cmocka_run_group_tests_name("enroll course", tests, bench_make_world, bench_end_world);
}
