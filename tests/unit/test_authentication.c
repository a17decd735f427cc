/* A person proves himself: whose keys could do it, and what a proof has to be. The signatures are those of the token's own key. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/client.h"
#include "common/conversation.h"
#include "common/file.h"
#include "tests/unit/enrolled_host.h"
#include "verifier/answer.h"
#include "verifier/authentication.h"
#include "verifier/decision.h"
#include "verifier/names.h"

#define NOBODY 65534

static struct fixture {
	struct enrolled_host host;
	struct configuration *configuration;
	struct host_view view;
	struct names names;
	struct buffer alice, stranger; /* key blobs */
	EVP_PKEY *alice_pair, *stranger_pair;
} fixture;

static void change_rules(const char *content)
{
	struct error err = ERROR_EMPTY;
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/host.conf", fixture.host.config);
	assert_done(file_store(path, bytes_of_text(content), 0644, &err), err);
	assert_done(configuration_refresh(fixture.configuration, &fixture.names, &fixture.view, &err), err);
}

static void make_stranger(void)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;

	fixture.stranger_pair = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	assert_done(ssh_key_of_public(fixture.stranger_pair, &key, &err), err);
	assert_done(buffer_put(&fixture.stranger, buffer_bytes(&key.blob), &err), err);
	ssh_key_clear(&key);
}

static int make_fixture(void **state)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;
	struct error err = ERROR_EMPTY;

	(void)state;
	order.pair = &fixture.alice_pair;
	assert_done(enrolled_host_make(&fixture.host, &err), err);
	assert_done(enrolled_host_enroll(&fixture.host, &order, &fixture.alice, &err), err);
	assert_done(enrolled_host_publish(&fixture.host, time(NULL), &err), err);
	assert_done(configuration_new(&fixture.host.folders, &fixture.configuration, &err), err);
	make_stranger();
	change_rules("account \"root\" {\nperson = alice\n}\naccount \"nobody\" {\nperson = alice\n}\n");
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	configuration_free(fixture.configuration);
	names_clear(&fixture.names);
	enrolled_host_clear(&fixture.host);
	buffer_free(&fixture.alice);
	buffer_free(&fixture.stranger);
	EVP_PKEY_free(fixture.alice_pair);
	EVP_PKEY_free(fixture.stranger_pair);
	return 0;
}

static bool begin(const struct request *request, bool trusted, struct authentication **begun, struct error *err)
{
	struct admission key = ADMISSION_EMPTY;
	struct buffer encoded = BUFFER_EMPTY;
	struct bytes rest, message;
	bool done;

	assert_done(request_encode(request, &encoded, err), *err);
	rest = buffer_bytes(&encoded);
	assert_true(bytes_take_ssh_string(&rest, &message));
	done = authentication_begin(request, message, &fixture.view, trusted, time(NULL), begun, &key, err);
	admission_clear(&key);
	buffer_free(&encoded);
	return done;
}

/* An SSH signature by a P-256 key. */
static void put_signature(EVP_PKEY *pair, struct bytes message, struct buffer *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t bare[128];
	size_t len = sizeof(bare);

	assert_done(ssh_key_of_public(pair, &key, &err), err);
	assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pair), 1);
	assert_int_equal(EVP_DigestSign(context, bare, &len, message.data, message.len), 1);
	assert_done(ssh_key_put_signature(&key, bytes_of(bare, len), signature, &err), err);
	ssh_key_clear(&key);
	EVP_MD_CTX_free(context);
}

/* What is said of a proof, in the shape that a worker reports. */
static enum error_code conclude(const struct authentication *begun, struct bytes offered, EVP_PKEY *signer,
    struct bytes message, const char *behind)
{
	struct decision decision = DECISION_EMPTY;
	struct buffer signature = BUFFER_EMPTY, proof = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	enum error_code code;

	if (signer != NULL)
		put_signature(signer, message, &signature);
	assert_done(buffer_put_ssh_string(&proof, offered, &err), err);
	assert_done(buffer_put_ssh_string(&proof, buffer_bytes(&signature), &err), err);
	assert_done(buffer_put_text(&proof, behind, &err), err);
	authentication_conclude(begun, buffer_bytes(&proof), &fixture.view, time(NULL), &decision);
	code = decision.error.code;
	assert_int_equal(decision.verdict, code == ERROR_NONE ? REQUEST_ACCEPTED : REQUEST_REFUSED);
	decision_clear(&decision);
	buffer_free(&signature);
	buffer_free(&proof);
	return code;
}

static void only_the_keys_own_signature_is_a_proof(void **state)
{
	const struct request request = {.code = REQUEST_AGENT,
	    .account = bytes_of_text("alice"),
	    .service = bytes_of_text("sudo"),
	    .methods = {{bytes_of_text("publickey"), buffer_bytes(&fixture.alice)}},
	    .num_methods = 1,
	    .wait_seconds = 1};
	struct authentication *begun = NULL, *other = NULL;
	struct error err = ERROR_EMPTY;
	struct bytes asked, another, alice = buffer_bytes(&fixture.alice), stranger = buffer_bytes(&fixture.stranger);

	(void)state;
	assert_done(begin(&request, true, &begun, &err) && begin(&request, true, &other, &err), err);
	asked = buffer_bytes(&begun->to_sign);
	another = buffer_bytes(&other->to_sign);
	assert_int_equal(conclude(begun, alice, fixture.alice_pair, asked, ""), ERROR_NONE);
	assert_int_equal(conclude(begun, alice, fixture.stranger_pair, asked, ""), ERROR_SSH_SIGNATURE);
	assert_int_equal(conclude(begun, alice, fixture.alice_pair, another, ""), ERROR_SSH_SIGNATURE);
	assert_int_equal(conclude(begun, alice, NULL, asked, ""), ERROR_SSH_SIGNATURE);
	assert_int_equal(conclude(begun, stranger, fixture.stranger_pair, asked, ""), ERROR_KEY_MISMATCH);
	assert_int_equal(conclude(begun, stranger, fixture.alice_pair, asked, ""), ERROR_KEY_MISMATCH);
	assert_int_equal(conclude(begun, alice, fixture.alice_pair, asked, "x"), ERROR_PROTOCOL);
	authentication_free(begun);
	authentication_free(other);
}

/* su by anybody: he says himself whom he is, and only a trusted peer knows. */
static void a_caller_counts_only_from_a_trusted_peer(void **state)
{
	static const struct {
		const char *account, *caller;
		bool trusted;
		enum error_code code;
	} rows[] = {
	    {"alice", "", true, ERROR_NONE},
	    {"alice", "", false, ERROR_NONE},
	    {"root", "alice", true, ERROR_NONE},
	    {"root", "alice", false, ERROR_ENROLLMENT_ABSENT},
	    {"root", "", true, ERROR_ENROLLMENT_ABSENT},
	    {"root", "bob", true, ERROR_ENROLLMENT_ABSENT},
	    {"bob", "alice", true, ERROR_ENROLLMENT_PERSON},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct request request = {.code = REQUEST_AUTHENTICATE,
		    .account = bytes_of_text(rows[i].account),
		    .service = bytes_of_text("su"),
		    .caller = bytes_of_text(rows[i].caller),
		    .wait_seconds = 1};
		struct authentication *begun = NULL;
		struct error err = ERROR_EMPTY;
		bool done = begin(&request, rows[i].trusted, &begun, &err);

		if (done != (rows[i].code == ERROR_NONE) || err.code != rows[i].code)
			fail_msg("row %zu: %s", i, error_word(err.code));
		assert_true(!done || begun->num_candidates == 1);
		authentication_free(begun);
	}
}

/* The same, from the socket's peer on. */
static void the_peer_says_whether_its_word_counts(void **state)
{
	static const struct {
		uid_t user;
		bool begins;
	} rows[] = {{0, true}, {NOBODY, false}};
	const struct request request = {.code = REQUEST_AUTHENTICATE,
	    .account = bytes_of_text("nobody"),
	    .service = bytes_of_text("su"),
	    .caller = bytes_of_text("alice"),
	    .wait_seconds = 1};
	struct buffer encoded = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes rest, message;

	(void)state;
	if (getuid() == NOBODY)
		skip(); /* whoever runs the verifier is trusted */
	assert_done(request_encode(&request, &encoded, &err), err);
	rest = buffer_bytes(&encoded);
	assert_true(bytes_take_ssh_string(&rest, &message));
	for (size_t i = 0; i < 2; i++) {
		const struct peer peer = {.user = rows[i].user, .process = getpid()};
		struct authentication *begun = NULL;
		struct buffer reply = BUFFER_EMPTY;

		assert_done(
		    answer(fixture.configuration, &peer, message, time(NULL), &fixture.names, &begun, &reply, &err),
		    err);
		assert_int_equal(begun != NULL, rows[i].begins);
		assert_int_equal(reply.len > 0, !rows[i].begins);
		authentication_free(begun);
		buffer_free(&reply);
	}
	buffer_free(&encoded);
}

/* The messages of a whole answer: the sentence of the warning that stands in front of a refusal, "" for none.
 *   code  out: the refusal's */
static const char *warning_of(struct buffer *reply, enum error_code *code)
{
	static char text[MESSAGE_TEXT_SIZE];
	struct bytes rest = buffer_bytes(reply), message;
	struct error err = ERROR_EMPTY;
	struct question question;
	struct reply parsed;

	text[0] = '\0';
	assert_true(bytes_take_ssh_string(&rest, &message));
	if (question_is(message)) {
		assert_done(question_parse(message, &question, &err), err);
		assert_int_equal(question.kind, QUESTION_WARN);
		assert_true(message_render(&question.message, NULL, text, sizeof(text)));
		assert_true(bytes_take_ssh_string(&rest, &message));
	}
	assert_int_equal(rest.len, 0);
	assert_done(reply_parse(message, &parsed, &err), err);
	assert_false(client_consent(&parsed, &err));
	*code = err.code;
	buffer_free(reply);
	return text;
}

static const struct peer root_asks = {.user = 0};

static void answer_request(const struct request *request, struct authentication **begun, struct buffer *reply)
{
	struct buffer encoded = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes rest, message;

	assert_done(request_encode(request, &encoded, &err), err);
	rest = buffer_bytes(&encoded);
	assert_true(bytes_take_ssh_string(&rest, &message));
	assert_done(
	    answer(fixture.configuration, &root_asks, message, time(NULL), &fixture.names, begun, reply, &err), err);
	buffer_free(&encoded);
}

/* Nobody sees the log: whoever sits there is told, but not twice. */
static void a_refusal_is_told_to_its_person(void **state)
{
	struct request request = {.code = REQUEST_AUTHENTICATE,
	    .account = bytes_of_text("carol"),
	    .service = bytes_of_text("login"),
	    .wait_seconds = 1};
	struct authentication *begun = NULL;
	const struct bytes no_proof = BYTES_EMPTY;
	struct error why = ERROR_EMPTY, err = ERROR_EMPTY;
	struct buffer reply = BUFFER_EMPTY;
	enum error_code code;

	(void)state;
	answer_request(&request, &begun, &reply);
	assert_null(begun);
	assert_string_equal(warning_of(&reply, &code), "no token is enrolled for carol");
	assert_int_equal(code, ERROR_ENROLLMENT_ABSENT);
	request.account = bytes_of_text("alice");
	answer_request(&request, &begun, &reply);
	assert_non_null(begun);
	assert_done(answer_proof(fixture.configuration, &root_asks, begun, &no_proof, NULL, time(NULL), &fixture.names,
	                &reply, &err),
	    err);
	assert_string_equal(warning_of(&reply, &code), "a proof that is cut short or too long");
	assert_int_equal(code, ERROR_PROTOCOL);
	begun->told = true;
	error_set(&why, ERROR_PIN_WRONG, "the PIN is wrong");
	assert_done(answer_proof(
	                fixture.configuration, &root_asks, begun, NULL, &why, time(NULL), &fixture.names, &reply, &err),
	    err);
	assert_string_equal(warning_of(&reply, &code), "");
	assert_int_equal(code, ERROR_PIN_WRONG);
	authentication_free(begun);
}

/* sshd's questions have no person who reads: their answer is the reply alone. */
static void sshd_is_told_nothing_but_the_reply(void **state)
{
	const struct request request = {.code = REQUEST_SESSION,
	    .account = bytes_of_text("bob"),
	    .service = bytes_of_text("sshd"),
	    .methods = {{bytes_of_text("publickey"), buffer_bytes(&fixture.alice)}},
	    .num_methods = 1};
	struct authentication *begun = NULL;
	struct buffer reply = BUFFER_EMPTY;
	enum error_code code;

	(void)state;
	answer_request(&request, &begun, &reply);
	assert_string_equal(warning_of(&reply, &code), "");
	assert_int_equal(code, ERROR_ENROLLMENT_PERSON);
}

/* Whoever has more tokens than are looked for gets in with one of those that are. */
static void a_person_with_many_tokens_is_asked_for_some(void **state)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;
	const struct request request = {.code = REQUEST_AUTHENTICATE,
	    .account = bytes_of_text("dave"),
	    .service = bytes_of_text("login"),
	    .wait_seconds = 1};
	struct authentication *begun = NULL;
	struct error err = ERROR_EMPTY;

	(void)state;
	order.person = "dave";
	for (size_t i = 0; i < AUTHENTICATION_CANDIDATES_MAXIMUM + 2; i++) {
		struct buffer blob = BUFFER_EMPTY;

		assert_done(enrolled_host_enroll(&fixture.host, &order, &blob, &err), err);
		buffer_free(&blob);
	}
	assert_done(enrolled_host_publish(&fixture.host, time(NULL), &err), err);
	assert_done(configuration_refresh(fixture.configuration, &fixture.names, &fixture.view, &err), err);
	assert_done(begin(&request, true, &begun, &err), err);
	assert_int_equal(begun->num_candidates, AUTHENTICATION_CANDIDATES_MAXIMUM);
	authentication_free(begun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_the_keys_own_signature_is_a_proof),
	    cmocka_unit_test(a_caller_counts_only_from_a_trusted_peer),
	    cmocka_unit_test(the_peer_says_whether_its_word_counts),
	    cmocka_unit_test(a_refusal_is_told_to_its_person),
	    cmocka_unit_test(sshd_is_told_nothing_but_the_reply),
	    cmocka_unit_test(a_person_with_many_tokens_is_asked_for_some),
	};

	return cmocka_run_group_tests_name("authentication", tests, make_fixture, drop_fixture);
}
