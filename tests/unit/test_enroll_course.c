#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "enroll/appraising.h"
#include "enroll/course.h"
#include "tests/unit/vtoken_transport.h"
#include "tests/vtoken/authority.h"

#define NOW 1800000000

/* A desk in a folder of its own, and two vendors of which it believes the first. */
struct world {
	char folder[64], vendor[128], stranger[128], registry[128];
	struct desk desk;
	struct registrars registrars;
	struct trust *trust;
	struct policy *policy;
};

/* What the clerk of a test says, and what he was asked. */
struct clerk {
	const char *pin;
	bool may_destroy;
	unsigned asked, asked_to_destroy, touches;
	char last_step[32];
};

static bool say_may_destroy(void *state, const struct course *course, struct error *err)
{
	struct clerk *clerk = state;

	(void)course;
	clerk->asked_to_destroy++;
	return clerk->may_destroy || error_set(err, ERROR_DECLINED, "no");
}

static bool say_pin(
    void *state, const struct course *course, bool again, unsigned tries_left, struct secret **pin, struct error *err)
{
	struct clerk *clerk = state;

	(void)course;
	(void)tries_left;
	clerk->asked++;
	return !again && secret_new(16, pin, err) && secret_put(*pin, bytes_of_text(clerk->pin), err);
}

static void touch_it(void *state)
{
	struct clerk *clerk = state;

	clerk->touches++;
}

static void hear_warning(void *state, const char *sentence)
{
	(void)state;
	(void)sentence;
}

static void hear_before(void *state, const char *step, const char *sentence)
{
	struct clerk *clerk = state;

	(void)sentence;
	snprintf(clerk->last_step, sizeof(clerk->last_step), "%s", step);
}

static void hear_after(void *state, const char *step, const struct error *err)
{
	struct clerk *clerk = state;

	(void)err;
	assert_string_equal(step, clerk->last_step);
}

static void load_trust(struct world *world)
{
	struct error err = ERROR_EMPTY;
	struct buffer json = BUFFER_EMPTY;
	char path[160];

	snprintf(path, sizeof(path), "%s/trust.json", world->vendor);
	assert_done(file_load(path, 1 << 20, &json, &err), err);
	assert_done(trust_new(&world->trust, &err), err);
	assert_done(trust_add(world->trust, buffer_bytes(&json), path, TRUST_SITE, &err), err);
	buffer_free(&json);
}

static int make_world(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct error err = ERROR_EMPTY;
	struct desk_made made;

	snprintf(world->folder, sizeof(world->folder), "/tmp/keyenroll-course.XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	snprintf(world->vendor, sizeof(world->vendor), "%s/vendor", world->folder);
	snprintf(world->stranger, sizeof(world->stranger), "%s/stranger", world->folder);
	snprintf(world->registry, sizeof(world->registry), "%s/registry", world->folder);
	assert_done(authorities_make(world->vendor, AUTHORITY_DEFAULT_PREFIX, &err), err);
	assert_done(authorities_make(world->stranger, "Stranger", &err), err);
	load_trust(world);
	assert_done(policy_new_default(&world->policy, &err), err);
	*state = world;
	assert_done(
	    desk_make(
	        &(struct desk_wish){.folder = world->registry, .registrar_name = "helpdesk", .no_passphrase = true},
	        &made, &err),
	    err);
	return 0;
}

static int end_world(void **state)
{
	struct world *world = *state;
	char command[128];

	trust_free(world->trust);
	policy_free(world->policy);
	snprintf(command, sizeof(command), "rm -rf %s", world->folder);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

/* Each test begins with an empty registry. */
static int open_desk(void **state)
{
	struct world *world = *state;
	struct error err = ERROR_EMPTY;
	struct desk_made made;
	char path[160];

	snprintf(path, sizeof(path), "%s/registry.db", world->registry);
	(void)unlink(path);
	assert_done(
	    desk_make(&(struct desk_wish){.folder = world->registry, .registrar_name = "helpdesk"}, &made, &err), err);
	assert_true(made.store && !made.key && !made.settings && !made.registrars);
	assert_done(desk_open(world->registry, &world->desk, &err), err);
	snprintf(path, sizeof(path), "%s/registrars", world->registry);
	assert_done(registrars_load(path, &world->registrars, &err), err);
	return 0;
}

static int close_desk(void **state)
{
	struct world *world = *state;

	desk_close(&world->desk);
	registrars_clear(&world->registrars);
	return 0;
}

static struct course_request request_of(const char *algorithm, enum piv_pin_policy pin_policy)
{
	return (struct course_request){
	    .person = "alice",
	    .slot = piv_slot_find("9a"),
	    .algorithm = piv_algorithm_find(algorithm),
	    .pin_policy = pin_policy,
	    .touch_policy = PIV_TOUCH_NEVER,
	    .days = 30,
	    .operator_name = "desk",
	    .now = NOW,
	};
}

static bool run_course(struct world *world, struct vtoken_plug *plug, const struct course_request *request,
    struct clerk *clerk, struct error *err)
{
	struct transport transport = vtoken_plug_transport(plug);
	struct course_means means = {
	    .desk = &world->desk, .registrars = &world->registrars, .trust = world->trust, .policy = world->policy};
	struct course_dialogue dialogue = {.state = clerk,
	    .may_destroy = say_may_destroy,
	    .ask_pin = say_pin,
	    .touch = touch_it,
	    .warn = hear_warning,
	    .before = hear_before,
	    .after = hear_after};
	struct token token = TOKEN_EMPTY;
	struct course course;
	bool done;

	if (!piv_open_over(&transport, &token.piv, err) || !piv_identify(token.piv, &token.identity, err)) {
		token_close(&token);
		return false;
	}
	course_init(&course, request, &means, &dialogue, &token);
	done = course_run(&course, err);
	course_clear(&course);
	return done;
}

static bool count_entry(const struct store_entry *entry, void *context, struct error *err)
{
	(void)err;
	assert_string_equal(entry->person, "alice");
	assert_string_equal(entry->operator_name, "desk");
	++*(unsigned *)context;
	return true;
}

static void assert_recorded(struct world *world, unsigned wanted)
{
	struct error err = ERROR_EMPTY;
	unsigned num = 0;

	assert_done(store_each(world->desk.store, NULL, NULL, count_entry, &num, &err), err);
	assert_int_equal(num, wanted);
}

static size_t place_of(struct bytes record, uint8_t instruction)
{
	for (size_t i = 0; i < record.len; i++)
		if (record.data[i] == instruction)
			return i;
	fail_msg("instruction %02x did not come", instruction);
	return 0;
}

static void every_token_and_algorithm_is_enrolled(void **state)
{
	static const struct {
		const char *personality, *algorithm;
		enum piv_pin_policy pin_policy;
	} rows[] = {
	    {"5.7.4", "ecdsa-p256", PIV_PIN_ONCE},
	    {"5.7.4", "ecdsa-p384", PIV_PIN_ALWAYS},
	    {"5.7.4", "ed25519", PIV_PIN_ONCE},
	    {"5.7.4", "rsa-2048", PIV_PIN_ALWAYS},
	    {"5.4.3", "rsa-2048", PIV_PIN_ONCE},
	    {"4.3.5", "rsa-2048", PIV_PIN_ONCE},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vtoken_plug *plug = vtoken_plug_new(rows[i].personality, world->vendor);
		struct course_request request = request_of(rows[i].algorithm, rows[i].pin_policy);
		struct clerk clerk = {.pin = "123456"};
		struct error err = ERROR_EMPTY;

		assert_done(run_course(world, plug, &request, &clerk, &err), err);
		assert_int_equal(clerk.asked, 1);
		assert_int_equal(clerk.asked_to_destroy, 0);
		assert_recorded(world, (unsigned)i + 1);
		vtoken_plug_free(plug);
	}
}

static void attestation_comes_before_the_pin_and_the_pin_before_the_signature(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = request_of("ecdsa-p256", PIV_PIN_ALWAYS);
	struct clerk clerk = {.pin = "123456"};
	struct error err = ERROR_EMPTY;
	struct bytes record;

	assert_done(run_course(world, plug, &request, &clerk, &err), err);
	record = vtoken_plug_record(plug);
	assert_true(place_of(record, 0xf9) < place_of(record, 0x20));
	for (size_t i = 1; i < record.len; i++)
		if (record.data[i - 1] == 0x20)
			assert_int_equal(record.data[i], 0x87);
	/* with one VERIFY for each of the two signatures */
	assert_true(record.len <= 21);
	vtoken_plug_free(plug);
}

static void a_strange_vendor_is_refused_before_the_pin_is_tried(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->stranger);
	struct course_request request = request_of("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "000000"};
	struct error err = ERROR_EMPTY;

	assert_refused(run_course(world, plug, &request, &clerk, &err), err, ERROR_PIV_ISSUER_UNKNOWN);
	assert_string_equal(clerk.last_step, "appraise");
	assert_int_equal(vtoken_plug_pin_tries(plug), 3);
	assert_recorded(world, 0);
	vtoken_plug_free(plug);
}

static void a_wrong_pin_costs_one_try(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = request_of("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "654321"};
	struct error err = ERROR_EMPTY;

	assert_refused(run_course(world, plug, &request, &clerk, &err), err, ERROR_PIN_WRONG);
	assert_int_equal(clerk.asked, 2);
	assert_int_equal(vtoken_plug_pin_tries(plug), 2);
	assert_recorded(world, 0);
	vtoken_plug_free(plug);
}

static void a_key_is_replaced_only_with_consent(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = request_of("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "123456"};
	struct error err = ERROR_EMPTY;
	size_t before;

	assert_done(run_course(world, plug, &request, &clerk, &err), err);
	before = vtoken_plug_record(plug).len;
	assert_refused(run_course(world, plug, &request, &clerk, &err), err, ERROR_DECLINED);
	for (struct bytes record = vtoken_plug_record(plug); before < record.len; before++)
		assert_int_not_equal(record.data[before], 0x47);
	clerk.may_destroy = true;
	assert_done(run_course(world, plug, &request, &clerk, &err), err);
	assert_recorded(world, 2);
	request.person = "bob";
	assert_refused(run_course(world, plug, &request, &clerk, &err), err, ERROR_ENROLLMENT_EXISTS);
	assert_string_equal(clerk.last_step, "preflight");
	assert_recorded(world, 2);
	vtoken_plug_free(plug);
}

static void a_touch_is_asked_for_where_the_attestation_says_so(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = request_of("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "123456", .may_destroy = true};
	struct error err = ERROR_EMPTY;

	assert_done(run_course(world, plug, &request, &clerk, &err), err);
	assert_int_equal(clerk.touches, 0);
	request.touch_policy = PIV_TOUCH_ALWAYS;
	assert_done(run_course(world, plug, &request, &clerk, &err), err);
	assert_int_equal(clerk.touches, 2);
	vtoken_plug_free(plug);
}

/* Wherever the card is pulled out, nothing is recorded and no try of the PIN is lost. */
static void a_pulled_card_records_nothing(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *whole = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = request_of("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "123456"};
	struct error err = ERROR_EMPTY;
	size_t apdus;

	assert_done(run_course(world, whole, &request, &clerk, &err), err);
	apdus = vtoken_plug_record(whole).len;
	vtoken_plug_free(whole);
	assert_true(apdus > 10);
	for (size_t at = 1; at <= apdus; at++) {
		struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);

		vtoken_plug_pull(plug, at);
		assert_refused(run_course(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
		assert_int_equal(vtoken_plug_pin_tries(plug), 3);
		assert_recorded(world, 1);
		vtoken_plug_free(plug);
	}
}

static void what_cannot_attest_is_refused_first(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("4.3.5", world->vendor);
	struct course_request request = request_of("ed25519", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "123456"};
	struct error err = ERROR_EMPTY;

	assert_refused(run_course(world, plug, &request, &clerk, &err), err, ERROR_CARD_UNSUPPORTED);
	assert_int_equal(clerk.asked, 0);
	assert_string_equal(clerk.last_step, "preflight");
	vtoken_plug_free(plug);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_token_and_algorithm_is_enrolled, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(
	        attestation_comes_before_the_pin_and_the_pin_before_the_signature, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(a_strange_vendor_is_refused_before_the_pin_is_tried, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(a_wrong_pin_costs_one_try, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(a_key_is_replaced_only_with_consent, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(a_touch_is_asked_for_where_the_attestation_says_so, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(a_pulled_card_records_nothing, open_desk, close_desk),
	    cmocka_unit_test_setup_teardown(what_cannot_attest_is_refused_first, open_desk, close_desk),
	};

	return cmocka_run_group_tests_name("enroll course", tests, make_world, end_world);
}
