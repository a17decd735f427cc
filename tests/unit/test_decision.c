/* The decision for a login, against a host whose files the real parts have made. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "registry/grace.h"
#include "registry/grace_signer.h"
#include "registry/snapshot.h"
#include "registry/store_grace.h"
#include "tests/unit/enrolled_host.h"
#include "verifier/authentication.h"
#include "verifier/decision.h"
#include "verifier/names.h"

/* Key blobs by what is odd about their enrollment. */
enum sample {
	GOOD,
	REVOKED,
	EXPIRED,
	NOT_YET,
	OTHER_VENDOR,
	FORGED_VENDOR,
	OTHER_REGISTRAR,
	BOB,
	UNKNOWN,
	GARBAGE,
	NO_KEY,
	SAMPLE_COUNT
};

struct fixture {
	struct enrolled_host host;
	struct configuration *configuration;
	struct host_view view;
	struct names names;
	struct buffer blobs[SAMPLE_COUNT];
	struct buffer certificates[SAMPLE_COUNT]; /* of the enrolled ones: the enrollments themselves */
};

static struct fixture fixture;

static void order_sample(enum sample sample, struct enrollment_order *order)
{
	*order = ENROLLMENT_ORDER_GOOD;
	if (sample == REVOKED)
		order->revoked = true;
	else if (sample == EXPIRED)
		order->valid_before = 5;
	else if (sample == NOT_YET)
		order->valid_after = 1800;
	else if (sample == OTHER_VENDOR)
		order->vendor = "other-vendor";
	else if (sample == FORGED_VENDOR)
		order->vendor = "forged-vendor";
	else if (sample == OTHER_REGISTRAR)
		order->registrar = "other-registrar";
	else if (sample == BOB)
		order->person = "bob";
}

/* A good key that no registry has. */
static bool put_unknown(struct buffer *blob, struct error *err)
{
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct ssh_key key = SSH_KEY_EMPTY;
	bool done = ssh_key_of_public(pair, &key, err) && buffer_put(blob, buffer_bytes(&key.blob), err);

	EVP_PKEY_free(pair);
	ssh_key_clear(&key);
	return done;
}

static bool copy_certificate(const struct store_entry *entry, void *context, struct error *err)
{
	return buffer_put(context, entry->certificate, err);
}

static void load_certificate(enum sample sample)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct error err = ERROR_EMPTY;

	assert_done(ssh_key_parse(buffer_bytes(&fixture.blobs[sample]), &key, &err), err);
	assert_done(ssh_key_fingerprint(&key, fingerprint, &err), err);
	assert_done(
	    store_each(fixture.host.store, NULL, fingerprint, copy_certificate, &fixture.certificates[sample], &err),
	    err);
	assert_true(fixture.certificates[sample].len > 0);
	ssh_key_clear(&key);
}

static int make_fixture(void **state)
{
	struct error err = ERROR_EMPTY;
	struct enrollment_order order;

	(void)state;
	assert_done(enrolled_host_make(&fixture.host, &err), err);
	for (enum sample sample = GOOD; sample < UNKNOWN; sample++) {
		order_sample(sample, &order);
		assert_done(enrolled_host_enroll(&fixture.host, &order, &fixture.blobs[sample], &err), err);
		load_certificate(sample);
	}
	assert_done(put_unknown(&fixture.blobs[UNKNOWN], &err), err);
	assert_done(buffer_put(&fixture.blobs[GARBAGE], BYTES_OF("no key at all"), &err), err);
	assert_done(enrolled_host_publish(&fixture.host, time(NULL) - 60, &err), err);
	assert_done(configuration_new(&fixture.host.folders, &fixture.configuration, &err), err);
	assert_done(configuration_refresh(fixture.configuration, &fixture.names, &fixture.view, &err), err);
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	configuration_free(fixture.configuration);
	names_clear(&fixture.names);
	enrolled_host_clear(&fixture.host);
	for (enum sample sample = GOOD; sample < SAMPLE_COUNT; sample++)
		buffer_free(&fixture.blobs[sample]), buffer_free(&fixture.certificates[sample]);
	return 0;
}

static struct request_method publickey(enum sample sample)
{
	return (struct request_method){bytes_of_text("publickey"), buffer_bytes(&fixture.blobs[sample])};
}

/* Ten seconds on, when the short enrollment is over. */
static int64_t later(void)
{
	return time(NULL) + 10;
}

struct offer {
	const char *account;
	enum sample sample;
	enum error_code code;
};

/* What is said of a key that is offered, and of its certificate too. */
static const struct offer offers[] = {
    {"alice", GOOD, ERROR_NONE},
    {"alice", REVOKED, ERROR_ENROLLMENT_REVOKED},
    {"alice", EXPIRED, ERROR_ENROLLMENT_EXPIRED},
    {"alice", NOT_YET, ERROR_ENROLLMENT_NOT_YET},
    {"alice", OTHER_VENDOR, ERROR_PIV_ISSUER_UNKNOWN},
    {"alice", FORGED_VENDOR, ERROR_PIV_DEVICE_SIGNATURE},
    {"alice", OTHER_REGISTRAR, ERROR_REGISTRAR_UNKNOWN},
    {"alice", BOB, ERROR_ENROLLMENT_PERSON},
    {"root", GOOD, ERROR_ENROLLMENT_PERSON},
};

static void assert_key_is_judged(const struct offer *offer)
{
	struct request request = {.code = REQUEST_AUTHORIZED_KEYS,
	    .account = bytes_of_text(offer->account),
	    .service = bytes_of_text("sshd"),
	    .methods = {publickey(offer->sample)},
	    .num_methods = 1};
	struct decision decision = DECISION_EMPTY;

	decide(&request, &fixture.view, later(), &decision);
	if (decision.error.code != offer->code)
		fail_msg("sample %d for \"%s\": %s: %s", (int)offer->sample, offer->account,
		    error_word(decision.error.code), decision.error.text);
	assert_int_equal(decision.verdict, offer->code == ERROR_NONE ? REQUEST_ACCEPTED : REQUEST_REFUSED);
	assert_int_equal(decision.output.len > 0, offer->code == ERROR_NONE);
	decision_clear(&decision);
}

static void each_offered_key_gets_its_answer(void **state)
{
	static const struct offer of_keys_alone[] = {
	    {"bob", GOOD, ERROR_ENROLLMENT_PERSON},
	    {"bob", BOB, ERROR_NONE},
	    {"alice", UNKNOWN, ERROR_ENROLLMENT_ABSENT},
	    {"alice", GARBAGE, ERROR_SSH_KEY},
	    {"alice", NO_KEY, ERROR_SSH_KEY},
	    {"", GOOD, ERROR_PERSON_NAME},
	    {"alice\n", GOOD, ERROR_PERSON_NAME},
	    {"alic", GOOD, ERROR_ENROLLMENT_PERSON},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++)
		assert_key_is_judged(&offers[i]);
	for (size_t i = 0; i < sizeof(of_keys_alone) / sizeof(of_keys_alone[0]); i++)
		assert_key_is_judged(&of_keys_alone[i]);
}

static void an_accepted_key_is_one_line_that_ends_in_time(void **state)
{
	struct request request = {.code = REQUEST_AUTHORIZED_KEYS,
	    .account = bytes_of_text("alice"),
	    .methods = {publickey(GOOD)},
	    .num_methods = 1};
	struct decision decision = DECISION_EMPTY;
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes line, options;
	char expiry[] = "expiry-time=\"20";

	(void)state;
	decide(&request, &fixture.view, later(), &decision);
	assert_int_equal(decision.verdict, REQUEST_ACCEPTED);
	line = buffer_bytes(&decision.output);
	assert_true(bytes_start_with(line, expiry));
	assert_int_equal(strlen(buffer_text(&decision.output)), decision.output.len);
	assert_true(bytes_take_until(&line, ' ', &options));
	assert_int_equal(options.len, sizeof("expiry-time=\"YYYYMMDDHHMMSSZ\"") - 1);
	assert_done(ssh_key_parse_line(line, &key, NULL, &err), err);
	assert_true(bytes_equal(buffer_bytes(&key.blob), buffer_bytes(&fixture.blobs[GOOD])));
	assert_string_equal(decision.key.person, "alice");
	assert_true(strncmp(decision.key.device, "piv 2000", 8) == 0);
	ssh_key_clear(&key);
	decision_clear(&decision);
}

static void a_session_is_judged_by_all_its_methods(void **state)
{
	static const char *const no = NULL;
	static const struct {
		const char *name;
		struct {
			const char *method;
			enum sample sample;
		} methods[3];
		enum error_code code;
	} rows[] = {
	    {"attested key", {{"publickey", GOOD}}, ERROR_NONE},
	    {"key, then PAM", {{"publickey", GOOD}, {"keyboard-interactive/pam", NO_KEY}}, ERROR_NONE},
	    {"password, then key", {{"password", NO_KEY}, {"publickey", GOOD}}, ERROR_NONE},
	    {"the key twice", {{"publickey", GOOD}, {"publickey", GOOD}}, ERROR_NONE},
	    {"a software key", {{"publickey", UNKNOWN}}, ERROR_ENROLLMENT_ABSENT},
	    {"a software key too", {{"publickey", GOOD}, {"publickey", UNKNOWN}}, ERROR_ENROLLMENT_ABSENT},
	    {"software key first", {{"publickey", UNKNOWN}, {"publickey", GOOD}}, ERROR_ENROLLMENT_ABSENT},
	    {"revoked", {{"publickey", REVOKED}}, ERROR_ENROLLMENT_REVOKED},
	    {"another's", {{"publickey", BOB}}, ERROR_ENROLLMENT_PERSON},
	    {"password alone", {{"password", NO_KEY}}, ERROR_AUTH_METHOD},
	    {"PAM alone", {{"keyboard-interactive/pam", NO_KEY}}, ERROR_AUTH_METHOD},
	    {"hostbased", {{"hostbased", GOOD}}, ERROR_AUTH_METHOD},
	    {"hostbased too", {{"publickey", GOOD}, {"hostbased", GOOD}}, ERROR_AUTH_METHOD},
	    {"gssapi too", {{"gssapi-with-mic", NO_KEY}, {"publickey", GOOD}}, ERROR_AUTH_METHOD},
	    {"a longer word", {{"publickey2", GOOD}}, ERROR_AUTH_METHOD},
	    {"a shorter word", {{"pass", NO_KEY}, {"publickey", GOOD}}, ERROR_AUTH_METHOD},
	    {"nothing", {{0}}, ERROR_AUTH_METHOD},
	};

	(void)state, (void)no;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request request = {.code = REQUEST_SESSION, .account = bytes_of_text("alice")};
		struct decision decision = DECISION_EMPTY;

		for (size_t j = 0; j < 3 && rows[i].methods[j].method != NULL; j++)
			request.methods[request.num_methods++] =
			    (struct request_method){bytes_of_text(rows[i].methods[j].method),
			        buffer_bytes(&fixture.blobs[rows[i].methods[j].sample])};
		decide(&request, &fixture.view, later(), &decision);
		if (decision.error.code != rows[i].code)
			fail_msg("%s: %s: %s", rows[i].name, error_word(decision.error.code), decision.error.text);
		assert_int_equal(decision.verdict, rows[i].code == ERROR_NONE ? REQUEST_ACCEPTED : REQUEST_REFUSED);
		assert_int_equal(decision.output.len, 0);
		decision_clear(&decision);
	}
}

static void a_request_of_another_form_is_refused(void **state)
{
	struct request two = {.code = REQUEST_AUTHORIZED_KEYS,
	    .account = bytes_of_text("alice"),
	    .methods = {publickey(GOOD), publickey(GOOD)},
	    .num_methods = 2};
	struct request strange = {.code = (enum request_code)99,
	    .account = bytes_of_text("alice"),
	    .methods = {publickey(GOOD)},
	    .num_methods = 1};
	struct decision decision = DECISION_EMPTY;

	(void)state;
	decide(&two, &fixture.view, later(), &decision);
	assert_int_equal(decision.error.code, ERROR_PROTOCOL);
	assert_int_equal(decision.verdict, REQUEST_REFUSED);
	decision = DECISION_EMPTY;
	decide(&strange, &fixture.view, later(), &decision);
	assert_int_equal(decision.error.code, ERROR_PROTOCOL);
	assert_int_equal(decision.verdict, REQUEST_REFUSED);
}

/* What a request for the good key meets after something on the host has changed. */
static enum error_code ask_again(void)
{
	struct request request = {
	    .code = REQUEST_SESSION, .account = bytes_of_text("alice"), .methods = {publickey(GOOD)}, .num_methods = 1};
	struct decision decision = DECISION_EMPTY;
	enum error_code code;

	if (configuration_refresh(fixture.configuration, &fixture.names, &fixture.view, &decision.error))
		decide(&request, &fixture.view, later(), &decision);
	code = decision.error.code;
	assert_int_equal(decision.verdict == REQUEST_ACCEPTED, code == ERROR_NONE);
	decision_clear(&decision);
	return code;
}

static void change(const char *name, const char *content)
{
	struct error err = ERROR_EMPTY;
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", fixture.host.folder, name);
	assert_done(file_store(path, bytes_of_text(content), 0644, &err), err);
}

static void move(const char *from, const char *to)
{
	char source[160], target[160];

	(void)snprintf(source, sizeof(source), "%s/%s", fixture.host.folder, from);
	(void)snprintf(target, sizeof(target), "%s/%s", fixture.host.folder, to);
	assert_int_equal(rename(source, target), 0);
}

static void a_changed_file_counts_at_the_next_request(void **state)
{
	static const struct {
		const char *file, *content;
		enum error_code code;
	} rows[] = {
	    {"config/registrars", "# nobody\n", ERROR_REGISTRAR_UNKNOWN},
	    {"config/registrars", "helpdesk ssh-ed25519 AAAA\n", ERROR_REGISTRARS},
	    {"config/registrars", NULL, ERROR_FILE},
	    {"data/trust.json", "{", ERROR_TRUST_SIGNATURE},
	    {"data/trust.json.sig", "{", ERROR_TRUST_SIGNATURE},
	    {"data/trust.json.sig", NULL, ERROR_FILE},
	    {"data/trust-signers", "# nobody\n", ERROR_TRUST_SIGNATURE},
	    {"config/policy.conf", "rule \"nobody\" {\nthen = refuse\n}\n", ERROR_POLICY},
	    {"config/policy.conf", "rule {", ERROR_POLICY_FILE},
	    {"data/trust.json", NULL, ERROR_FILE},
	    {"state/snapshot", "no snapshot\n", ERROR_SNAPSHOT},
	    {"state/snapshot", NULL, ERROR_SNAPSHOT_ABSENT},
	};

	(void)state;
	change("config/policy.conf", "rule \"all\" {\nthen = accept\n}\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum error_code code;

		assert_string_equal(error_word(ask_again()), error_word(ERROR_NONE));
		move(rows[i].file, "kept");
		if (rows[i].content != NULL)
			change(rows[i].file, rows[i].content);
		code = ask_again();
		if (code != rows[i].code)
			fail_msg("%s \"%s\": %s", rows[i].file, rows[i].content == NULL ? "" : rows[i].content,
			    error_word(code));
		move("kept", rows[i].file);
	}
	assert_string_equal(error_word(ask_again()), error_word(ERROR_NONE));
}

static void the_policy_file_decides_once_it_is_there(void **state)
{
	static const char strict[] =
	    "version = \"test 1\"\nrule \"touch\" {\n\ttouch-policy = { \"always\" }\n\tthen = \"accept\"\n}\n";
	char path[160];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/config/policy.conf", fixture.host.folder);
	assert_string_equal(error_word(ask_again()), error_word(ERROR_NONE));
	change("config/policy.conf", strict);
	assert_string_equal(error_word(ask_again()), error_word(ERROR_POLICY_NO_RULE));
	change("config/policy.conf", "rule");
	assert_string_equal(error_word(ask_again()), error_word(ERROR_POLICY_FILE));
	assert_int_equal(unlink(path), 0);
	assert_string_equal(error_word(ask_again()), error_word(ERROR_NONE));
}

static void a_host_without_files_admits_nobody(void **state)
{
	const struct configuration_folders nowhere = {"/nonexistent", "/nonexistent", "/nonexistent"};
	struct configuration *configuration = NULL;
	struct host_view view;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(configuration_new(&nowhere, &configuration, &err), err);
	assert_refused(configuration_refresh(configuration, NULL, &view, &err), err, ERROR_FILE);
	assert_refused(configuration_refresh(configuration, NULL, &view, &err), err, ERROR_FILE);
	configuration_free(configuration);
}

static struct request_method certificate(enum sample sample)
{
	return (struct request_method){bytes_of_text("publickey"), buffer_bytes(&fixture.certificates[sample])};
}

/* The verdict's code for one method, by the host's files as they are now. */
static enum error_code ask(
    enum request_code code, const char *account, struct request_method method, struct decision *decision)
{
	struct request request = {.code = code,
	    .account = bytes_of_text(account),
	    .service = bytes_of_text("sshd"),
	    .methods = {method},
	    .num_methods = 1};

	*decision = DECISION_EMPTY;
	if (configuration_refresh(fixture.configuration, &fixture.names, &fixture.view, &decision->error))
		decide(&request, &fixture.view, later(), decision);
	assert_int_equal(
	    decision->verdict == REQUEST_ACCEPTED, decision->error.code == ERROR_NONE || decision->pass != PASS_NONE);
	return decision->error.code;
}

static void a_certificate_is_judged_by_what_it_carries(void **state)
{
	struct decision decision;

	(void)state;
	for (int with_snapshot = 1; with_snapshot >= 0; with_snapshot--) {
		for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
			enum error_code wanted = offers[i].code, code;

			if (!with_snapshot && offers[i].sample == REVOKED)
				wanted = ERROR_NONE;
			code = ask(REQUEST_PRINCIPALS, offers[i].account, certificate(offers[i].sample), &decision);
			if (code != wanted)
				fail_msg("row %zu: %s: %s", i, error_word(code), decision.error.text);
			assert_int_equal(decision.output.len > 0, wanted == ERROR_NONE);
			decision_clear(&decision);
			assert_int_equal(
			    ask(REQUEST_SESSION, offers[i].account, certificate(offers[i].sample), &decision), wanted);
			decision_clear(&decision);
		}
		if (with_snapshot)
			move("state/snapshot", "kept");
	}
	assert_int_equal(ask(REQUEST_AUTHORIZED_KEYS, "alice", publickey(GOOD), &decision), ERROR_SNAPSHOT_ABSENT);
	decision_clear(&decision);
	move("kept", "state/snapshot");
	assert_int_equal(ask(REQUEST_PRINCIPALS, "alice", publickey(GOOD), &decision), ERROR_SSH_KEY_TYPE);
	decision_clear(&decision);
	assert_int_equal(ask(REQUEST_AUTHORIZED_KEYS, "alice", certificate(GOOD), &decision), ERROR_SSH_KEY_TYPE);
	decision_clear(&decision);
}

/* Also into another account: sshd compares with the names in the certificate. */
static void the_principal_is_the_person(void **state)
{
	struct decision decision;

	(void)state;
	change("config/host.conf", "account \"root\" {\nperson = alice\n}\n");
	assert_int_equal(ask(REQUEST_PRINCIPALS, "root", certificate(GOOD), &decision), ERROR_NONE);
	assert_true(bytes_start_with(buffer_bytes(&decision.output), "expiry-time=\""));
	assert_non_null(strstr(buffer_text(&decision.output), "\" alice\n"));
	decision_clear(&decision);
	assert_int_equal(ask(REQUEST_AUTHORIZED_KEYS, "root", publickey(GOOD), &decision), ERROR_NONE);
	decision_clear(&decision);
	assert_int_equal(ask(REQUEST_AUTHORIZED_KEYS, "root", publickey(BOB), &decision), ERROR_ENROLLMENT_PERSON);
	decision_clear(&decision);
	move("config/host.conf", "gone");
}

/* What was found stands in the decision, whatever the mode makes of it. */
static void a_mode_opens_sessions_and_never_gives_out_keys(void **state)
{
	static const struct {
		const char *rules, *account;
		enum sample sample;
		enum error_code code;
		enum pass pass;
	} rows[] = {
	    {"mode = enforce\n", "alice", UNKNOWN, ERROR_ENROLLMENT_ABSENT, PASS_NONE},
	    {"mode = audit\n", "alice", UNKNOWN, ERROR_ENROLLMENT_ABSENT, PASS_AUDIT},
	    {"mode = audit\n", "alice", GOOD, ERROR_NONE, PASS_NONE},
	    {"mode = audit\n", "al ice", GOOD, ERROR_PERSON_NAME, PASS_NONE},
	    {"mode = off\n", "alice", EXPIRED, ERROR_ENROLLMENT_EXPIRED, PASS_OFF},
	    {"stage x {\naccount = alice\nmode = audit\n}\n", "alice", BOB, ERROR_ENROLLMENT_PERSON, PASS_AUDIT},
	    {"stage x {\naccount = alice\nmode = audit\n}\n", "bob", GOOD, ERROR_ENROLLMENT_PERSON, PASS_NONE},
	    {"mode = audit\nbreak-glass alice {\nfrom = 192.0.2.7\n}\n", "alice", GOOD, ERROR_BREAK_GLASS, PASS_NONE},
	    {"mode = enforce\nbreak-glass alice {\nfrom = console\n}\n", "alice", UNKNOWN, ERROR_NONE,
	        PASS_BREAK_GLASS},
	    {"mode = enforce\nbreak-glass bob {\nfrom = console\n}\n", "alice", UNKNOWN, ERROR_ENROLLMENT_ABSENT,
	        PASS_NONE},
	    {"mode = sometimes\n", "alice", GOOD, ERROR_HOST_FILE, PASS_NONE},
	};
	struct decision decision;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum error_code code;

		change("config/host.conf", rows[i].rules);
		code = ask(REQUEST_SESSION, rows[i].account, publickey(rows[i].sample), &decision);
		if (code != rows[i].code || decision.pass != rows[i].pass ||
		    (decision.verdict == REQUEST_ACCEPTED) != (code == ERROR_NONE || rows[i].pass != PASS_NONE))
			fail_msg("row %zu: %s, pass %d", i, error_word(code), decision.pass);
		decision_clear(&decision);
		code = ask(REQUEST_AUTHORIZED_KEYS, rows[i].account, publickey(UNKNOWN), &decision);
		assert_int_equal(decision.verdict, REQUEST_REFUSED);
		assert_int_equal(decision.pass, PASS_NONE);
		decision_clear(&decision);
	}
	move("config/host.conf", "gone");
}

/* host.conf alone decides where another file is broken. */
static void a_broken_file_leaves_the_ways_out_open(void **state)
{
	static const struct {
		const char *rules;
		enum request_code request;
		enum pass pass;
	} rows[] = {
	    {"mode = enforce\n", REQUEST_SESSION, PASS_NONE},
	    {"mode = audit\n", REQUEST_SESSION, PASS_AUDIT},
	    {"mode = audit\n", REQUEST_AUTHORIZED_KEYS, PASS_NONE},
	    {"break-glass alice {\nfrom = console\n}\n", REQUEST_SESSION, PASS_BREAK_GLASS},
	    {"break-glass alice {\nfrom = 192.0.2.7\n}\n", REQUEST_SESSION, PASS_NONE},
	    {"break-glass alice {\nfrom = console\n}\n", REQUEST_AUTHORIZED_KEYS, PASS_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request request = {.code = rows[i].request,
		    .account = bytes_of_text("alice"),
		    .methods = {publickey(GOOD)},
		    .num_methods = 1};
		struct decision decision = DECISION_EMPTY;
		const struct host_rules *rules = NULL;

		change("config/host.conf", rows[i].rules);
		assert_done(
		    configuration_refresh_rules(fixture.configuration, &rules, &decision.error), decision.error);
		error_set(&decision.error, ERROR_TRUST_SIGNATURE, "broken");
		decide_without_view(&request, rules, &fixture.names, &decision);
		assert_int_equal(decision.pass, rows[i].pass);
		assert_int_equal(decision.verdict, rows[i].pass == PASS_NONE ? REQUEST_REFUSED : REQUEST_ACCEPTED);
		assert_int_equal(decision.output.len, 0);
		decision_clear(&decision);
	}
	move("config/host.conf", "gone");
}

static void an_old_snapshot_is_refused_where_the_host_says_so(void **state)
{
	struct error err = ERROR_EMPTY;
	struct decision decision;

	(void)state;
	assert_done(enrolled_host_publish(&fixture.host, time(NULL) - 7200, &err), err);
	change("config/host.conf", "refuse-age = 3h\n");
	assert_int_equal(ask(REQUEST_SESSION, "alice", publickey(GOOD), &decision), ERROR_NONE);
	decision_clear(&decision);
	change("config/host.conf", "refuse-age = 1h\n");
	assert_int_equal(ask(REQUEST_SESSION, "alice", publickey(GOOD), &decision), ERROR_SNAPSHOT_AGE);
	decision_clear(&decision);
	assert_int_equal(ask(REQUEST_PRINCIPALS, "alice", certificate(GOOD), &decision), ERROR_SNAPSHOT_AGE);
	decision_clear(&decision);
	move("state/snapshot", "gone.snapshot");
	assert_int_equal(ask(REQUEST_PRINCIPALS, "alice", certificate(GOOD), &decision), ERROR_SNAPSHOT_ABSENT);
	decision_clear(&decision);
	move("config/host.conf", "gone");
	assert_int_equal(ask(REQUEST_PRINCIPALS, "alice", certificate(GOOD), &decision), ERROR_NONE);
	decision_clear(&decision);
	assert_done(enrolled_host_publish(&fixture.host, time(NULL) - 60, &err), err);
}

/* One more key of bob's, in a token of its own or in one that he has. */
static void enroll_bob(uint32_t token, bool revoked)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;
	struct buffer blob = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	order.person = "bob";
	order.token = token;
	order.revoked = revoked;
	assert_done(enrolled_host_enroll(&fixture.host, &order, &blob, &err), err);
	assert_done(enrolled_host_publish(&fixture.host, time(NULL) - 60, &err), err);
	buffer_free(&blob);
}

static void assert_bob(enum error_code code)
{
	static const enum request_code codes[] = {REQUEST_AUTHORIZED_KEYS, REQUEST_SESSION, REQUEST_PRINCIPALS};
	struct decision decision;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		assert_int_equal(
		    ask(codes[i], "bob", codes[i] == REQUEST_PRINCIPALS ? certificate(BOB) : publickey(BOB), &decision),
		    code);
		assert_int_equal(decision.output.len > 0, code == ERROR_NONE && codes[i] != REQUEST_SESSION);
		decision_clear(&decision);
	}
}

static void who_has_no_spare_stays_out_where_the_host_says_so(void **state)
{
	struct error err = ERROR_EMPTY;
	char person[ACCOUNT_NAME_MAXIMUM];
	struct decision decision;
	uint64_t num = 0;

	(void)state;
	change("config/host.conf", "minimum-tokens = 1\n");
	assert_bob(ERROR_NONE);
	change("config/host.conf", "minimum-tokens = 2\n");
	assert_bob(ERROR_ENROLLMENT_SPARE);
	assert_done(snapshot_count_short(fixture.view.snapshot, 2, 0, &num, person, &err), err);
	assert_int_equal(num, 1);
	assert_string_equal(person, "bob");
	enroll_bob(0, true); /* one that was lost just now */
	assert_bob(ERROR_NONE);
	change("config/host.conf", "minimum-tokens = 3\n");
	assert_bob(ERROR_ENROLLMENT_SPARE);
	enroll_bob(20000500, false);
	assert_bob(ERROR_NONE);
	assert_done(snapshot_count_short(fixture.view.snapshot, 3, 0, &num, person, &err), err);
	assert_int_equal(num, 0);
	assert_string_equal(person, "");
	assert_done(snapshot_count_short(fixture.view.snapshot, 3, time(NULL) + 60, &num, person, &err), err);
	assert_string_equal(person, "bob");
	change("config/host.conf", "minimum-tokens = 4\n");
	enroll_bob(20000500, false); /* two keys, one token to lose */
	assert_bob(ERROR_ENROLLMENT_SPARE);
	change("config/host.conf", "minimum-tokens = 3\n");
	assert_bob(ERROR_NONE);
	move("state/snapshot", "gone.snapshot");
	assert_int_equal(ask(REQUEST_PRINCIPALS, "bob", certificate(BOB), &decision), ERROR_SNAPSHOT_ABSENT);
	decision_clear(&decision);
	move("gone.snapshot", "state/snapshot");
	move("config/host.conf", "gone");
}

/* Both registrars may enroll and grant. */
static void trust_both_registrars(void)
{
	static const char *const names[] = {"registrar", "other-registrar"};
	struct buffer lines = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char path[160];

	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s.pub", fixture.host.folder, names[i]);
		assert_done(
		    buffer_put_format(&lines, &err, "%s ", names[i]) && file_load(path, 4096, &lines, &err), err);
	}
	change("config/registrars", buffer_text(&lines));
	buffer_free(&lines);
}

static void put_grant(const struct grace *grace, struct buffer *grant)
{
	struct buffer record = BUFFER_EMPTY, armors[2] = {BUFFER_EMPTY, BUFFER_EMPTY};
	struct error err = ERROR_EMPTY;
	char path[160];

	assert_done(grace_put_record(grace, &record, &err), err);
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", fixture.host.folder, i == 0 ? "registrar" : "other-registrar");
		assert_done(grace_sign(path, false, buffer_bytes(&record), &armors[i], &err), err);
	}
	assert_done(grace_put_grant(buffer_bytes(&record),
	                (struct bytes[2]){buffer_bytes(&armors[0]), buffer_bytes(&armors[1])}, grant, &err),
	    err);
	buffer_free(&record);
	buffer_free(&armors[0]);
	buffer_free(&armors[1]);
}

/* Stores one key's grant in the place of another's. */
static void store_grant(struct grace *grace, struct bytes granted, struct bytes in_place_of)
{
	struct buffer grant = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(ssh_key_parse(granted, &grace->key, &err), err);
	put_grant(grace, &grant);
	ssh_key_clear(&grace->key);
	assert_done(ssh_key_parse(in_place_of, &grace->key, &err), err);
	assert_done(store_add_grace(fixture.host.store, grace, buffer_bytes(&grant), "tests", grace->since, &err), err);
	ssh_key_clear(&grace->key);
	buffer_free(&grant);
}

/* sudo with an agent that has this key. */
static enum error_code begin_with_agent(struct bytes blob)
{
	const struct request request = {.code = REQUEST_AGENT,
	    .account = bytes_of_text("alice"),
	    .service = bytes_of_text("sudo"),
	    .methods = {{bytes_of_text("publickey"), blob}},
	    .num_methods = 1,
	    .wait_seconds = 1};
	struct admission key = ADMISSION_EMPTY;
	struct authentication *begun = NULL;
	struct buffer encoded = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes rest, message;
	bool done;

	assert_done(request_encode(&request, &encoded, &err), err);
	rest = buffer_bytes(&encoded);
	assert_true(bytes_take_ssh_string(&rest, &message));
	done = authentication_begin(&request, message, &fixture.view, true, time(NULL), &begun, &key, &err);
	assert_true(done == (err.code == ERROR_NONE));
	authentication_free(begun);
	admission_clear(&key);
	buffer_free(&encoded);
	return err.code;
}

static void a_grace_is_its_own_keys_alone(void **state)
{
	struct grace grace = {
	    .person = "alice", .since = time(NULL) - 60, .until = time(NULL) + 3600, .because = "lost token"};
	struct buffer other = BUFFER_EMPTY;
	struct decision decision;
	struct error err = ERROR_EMPTY;

	(void)state;
	move("config/registrars", "kept");
	trust_both_registrars();
	assert_done(put_unknown(&other, &err), err);
	store_grant(&grace, buffer_bytes(&fixture.blobs[UNKNOWN]), buffer_bytes(&fixture.blobs[UNKNOWN]));
	store_grant(&grace, buffer_bytes(&fixture.blobs[UNKNOWN]), buffer_bytes(&other));
	assert_done(enrolled_host_publish(&fixture.host, time(NULL) - 60, &err), err);
	assert_int_equal(ask(REQUEST_SESSION, "alice", publickey(UNKNOWN), &decision), ERROR_NONE);
	decision_clear(&decision);
	assert_int_equal(ask(REQUEST_SESSION, "bob", publickey(UNKNOWN), &decision), ERROR_ENROLLMENT_PERSON);
	decision_clear(&decision);
	/* it is for ssh alone */
	assert_int_equal(begin_with_agent(buffer_bytes(&fixture.blobs[UNKNOWN])), ERROR_CARD_UNSUPPORTED);
	assert_int_equal(begin_with_agent(buffer_bytes(&fixture.blobs[GOOD])), ERROR_NONE);
	assert_int_equal(ask(REQUEST_SESSION, "alice",
	                     (struct request_method){bytes_of_text("publickey"), buffer_bytes(&other)}, &decision),
	    ERROR_SNAPSHOT);
	decision_clear(&decision);
	move("kept", "config/registrars");
	buffer_free(&other);
}

/* What the registry's clock says is over may still live by the clock of a host, and the key may have had a grace before. */
static void a_revoked_key_is_out_for_ever(void **state)
{
	struct grace grace = {
	    .person = "alice", .since = time(NULL) - 60, .until = time(NULL) + 86400, .because = "lost token"};
	struct request_method lost = {bytes_of_text("publickey"), BYTES_EMPTY};
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct buffer blob = BUFFER_EMPTY;
	struct decision decision;
	struct error err = ERROR_EMPTY;

	(void)state;
	move("config/registrars", "kept");
	trust_both_registrars();
	assert_done(enrolled_host_enroll(&fixture.host, &ENROLLMENT_ORDER_GOOD, &blob, &err), err);
	lost.blob = buffer_bytes(&blob);
	store_grant(&grace, lost.blob, lost.blob);
	assert_done(enrolled_host_publish(&fixture.host, time(NULL) + 7200, &err), err);
	assert_int_equal(ask(REQUEST_AUTHORIZED_KEYS, "alice", lost, &decision), ERROR_NONE);
	decision_clear(&decision);
	assert_done(ssh_key_parse(lost.blob, &grace.key, &err), err);
	assert_done(ssh_key_fingerprint(&grace.key, fingerprint, &err), err);
	assert_done(store_revoke(fixture.host.store, fingerprint, "stolen", time(NULL), &err), err);
	assert_done(enrolled_host_publish(&fixture.host, time(NULL) + 7200, &err), err);
	assert_int_equal(ask(REQUEST_AUTHORIZED_KEYS, "alice", lost, &decision), ERROR_ENROLLMENT_REVOKED);
	decision_clear(&decision);
	assert_int_equal(ask(REQUEST_SESSION, "alice", certificate(REVOKED), &decision), ERROR_ENROLLMENT_REVOKED);
	decision_clear(&decision);
	assert_refused(store_add_grace(fixture.host.store, &grace, lost.blob, "tests", grace.since, &err), err,
	    ERROR_ENROLLMENT_REVOKED);
	ssh_key_clear(&grace.key);
	buffer_free(&blob);
	move("kept", "config/registrars");
	assert_done(enrolled_host_publish(&fixture.host, time(NULL) - 60, &err), err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_offered_key_gets_its_answer),
	    cmocka_unit_test(an_accepted_key_is_one_line_that_ends_in_time),
	    cmocka_unit_test(a_session_is_judged_by_all_its_methods),
	    cmocka_unit_test(a_request_of_another_form_is_refused),
	    cmocka_unit_test(a_certificate_is_judged_by_what_it_carries),
	    cmocka_unit_test(the_principal_is_the_person),
	    cmocka_unit_test(a_mode_opens_sessions_and_never_gives_out_keys),
	    cmocka_unit_test(a_broken_file_leaves_the_ways_out_open),
	    cmocka_unit_test(an_old_snapshot_is_refused_where_the_host_says_so),
	    cmocka_unit_test(who_has_no_spare_stays_out_where_the_host_says_so),
	    cmocka_unit_test(a_changed_file_counts_at_the_next_request),
	    cmocka_unit_test(the_policy_file_decides_once_it_is_there),
	    cmocka_unit_test(a_grace_is_its_own_keys_alone),
	    cmocka_unit_test(a_revoked_key_is_out_for_ever),
	    cmocka_unit_test(a_host_without_files_admits_nobody),
	};

	return cmocka_run_group_tests_name("decision", tests, make_fixture, drop_fixture);
}
