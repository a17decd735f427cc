#include "tests/unit/unit.h"

#include "common/ssh_certificate.h"
#include "tests/unit/certificate_samples.h"
#include "tests/unit/mutation.h"

#define RAW(text) text, sizeof(text) - 1

/* Every test works with one key and one authority, made once. */
struct fixture {
	struct ssh_sample subject, authority;
};

static int make_keys(void **state)
{
	static struct fixture fixture;

	ssh_sample_init(SSH_KEY_ECDSA_P256, &fixture.subject);
	ssh_sample_init(SSH_KEY_ED25519, &fixture.authority);
	*state = &fixture;
	return 0;
}

static int free_keys(void **state)
{
	struct fixture *fixture = *state;

	ssh_sample_clear(&fixture->subject);
	ssh_sample_clear(&fixture->authority);
	return 0;
}

static void check_usual_content(const struct ssh_certificate *certificate, const struct certificate_content *content)
{
	struct bytes principals = certificate->principals, name;

	assert_true(ssh_key_equal(&certificate->key, &content->subject->key));
	assert_true(ssh_key_equal(&certificate->authority, &content->authority->key));
	assert_int_equal(certificate->serial, 7);
	assert_int_equal(certificate->valid_after, 1000);
	assert_int_equal(certificate->valid_before, 2000);
	assert_true(bytes_equal(certificate->key_id, content->key_id));
	assert_true(bytes_equal(certificate->extensions, content->extensions));
	assert_int_equal(certificate->critical_options.len, 0);
	assert_true(ssh_certificate_take_principal(&principals, &name) && bytes_equal_text(name, "alice"));
	assert_true(ssh_certificate_take_principal(&principals, &name) && bytes_equal_text(name, "bob"));
	assert_false(ssh_certificate_take_principal(&principals, &name));
}

static void each_type_certifies_each_type(void **state)
{
	struct ssh_sample samples[SSH_KEY_TYPE_COUNT];

	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++)
		ssh_sample_init(type, &samples[type]);
	for (size_t i = 0; i < (size_t)SSH_KEY_TYPE_COUNT * SSH_KEY_TYPE_COUNT; i++) {
		struct certificate_content content =
		    certificate_content_usual(&samples[i / SSH_KEY_TYPE_COUNT], &samples[i % SSH_KEY_TYPE_COUNT]);
		struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY, again = SSH_CERTIFICATE_EMPTY;
		struct buffer blob = BUFFER_EMPTY, line = BUFFER_EMPTY;
		struct bytes key_id;
		struct error err = ERROR_EMPTY;

		certificate_sample_put(&content, &blob);
		assert_true(ssh_certificate_is(buffer_bytes(&blob)));
		assert_false(ssh_certificate_is(buffer_bytes(&content.subject->key.blob)));
		assert_done(ssh_certificate_parse(buffer_bytes(&blob), &certificate, &err), err);
		check_usual_content(&certificate, &content);
		assert_true(ssh_certificate_peek_key_id(buffer_bytes(&blob), &key_id));
		assert_true(bytes_equal(key_id, content.key_id));
		assert_false(ssh_certificate_peek_key_id(buffer_bytes(&content.subject->key.blob), &key_id));
		assert_done(ssh_certificate_put_line(&certificate, &line, &err), err);
		assert_done(ssh_certificate_parse_line(buffer_bytes(&line), &again, &err), err);
		assert_true(bytes_equal(buffer_bytes(&again.blob), buffer_bytes(&blob)));
		ssh_certificate_clear(&certificate);
		ssh_certificate_clear(&again);
		buffer_free(&blob);
		buffer_free(&line);
	}
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++)
		ssh_sample_clear(&samples[type]);
}

enum field { KEY_ID, PRINCIPALS, CRITICAL_OPTIONS, EXTENSIONS, AUTHORITY };

static struct bytes *field_of(struct certificate_content *content, enum field field)
{
	switch (field) {
	case KEY_ID:
		return &content->key_id;
	case PRINCIPALS:
		return &content->principals;
	case CRITICAL_OPTIONS:
		return &content->critical_options;
	case EXTENSIONS:
		return &content->extensions;
	case AUTHORITY:
		break;
	}
	return &content->authority_blob;
}

static enum error_code parse_code(const struct certificate_content *content)
{
	struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
	struct buffer blob = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	certificate_sample_put(content, &blob);
	if (ssh_certificate_parse(buffer_bytes(&blob), &certificate, &err))
		assert_int_equal(err.code, ERROR_NONE);
	else
		assert_int_not_equal(err.code, ERROR_NONE);
	ssh_certificate_clear(&certificate);
	buffer_free(&blob);
	return err.code;
}

struct string_case {
	const char *name;
	enum field field;
	const char *content;
	size_t len;
	enum error_code code;
};

static void assert_strings(const struct string_case *rows, size_t num, void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < num; i++) {
		struct certificate_content content = certificate_content_usual(&fixture->subject, &fixture->authority);
		enum error_code code;

		*field_of(&content, rows[i].field) = bytes_of(rows[i].content, rows[i].len);
		code = parse_code(&content);
		if (code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(code));
	}
}

static void names_are_checked(void **state)
{
	static const struct string_case rows[] = {
	    {"UTF-8 key id", KEY_ID, RAW("Zo\xc3\xab"), ERROR_NONE},
	    {"empty key id", KEY_ID, RAW(""), ERROR_NONE},
	    {"NUL in key id", KEY_ID, RAW("a\0b"), ERROR_SSH_CERTIFICATE},
	    {"line end in key id", KEY_ID, RAW("a\nb"), ERROR_SSH_CERTIFICATE},
	    {"escape in key id", KEY_ID, RAW("\x1b[2J"), ERROR_SSH_CERTIFICATE},
	    {"no UTF-8 in key id", KEY_ID, RAW("\xff"), ERROR_SSH_CERTIFICATE},
	    {"no principal", PRINCIPALS, RAW(""), ERROR_SSH_CERTIFICATE_PRINCIPALS},
	    {"empty principal", PRINCIPALS, RAW("\0\0\0\0"), ERROR_SSH_CERTIFICATE_PRINCIPALS},
	    {"second principal empty", PRINCIPALS, RAW("\0\0\0\1a\0\0\0\0"), ERROR_SSH_CERTIFICATE_PRINCIPALS},
	    {"principal cut", PRINCIPALS, RAW("\0\0\0\2a"), ERROR_SSH_CERTIFICATE_PRINCIPALS},
	    {"junk behind principal", PRINCIPALS, RAW("\0\0\0\1ab"), ERROR_SSH_CERTIFICATE_PRINCIPALS},
	    {"NUL in principal", PRINCIPALS, RAW("\0\0\0\2a\0"), ERROR_SSH_CERTIFICATE_PRINCIPALS},
	};

	assert_strings(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void options_and_authority_are_checked(void **state)
{
	static const struct string_case rows[] = {
	    {"no extensions", EXTENSIONS, RAW(""), ERROR_NONE},
	    {"extension twice", EXTENSIONS, RAW("\0\0\0\1a\0\0\0\0\0\0\0\1a\0\0\0\0"), ERROR_SSH_CERTIFICATE},
	    {"extensions out of order", EXTENSIONS, RAW("\0\0\0\1b\0\0\0\0\0\0\0\1a\0\0\0\0"), ERROR_SSH_CERTIFICATE},
	    {"prefix first", EXTENSIONS, RAW("\0\0\0\1a\0\0\0\0\0\0\0\2ab\0\0\0\0"), ERROR_NONE},
	    {"prefix last", EXTENSIONS, RAW("\0\0\0\2ab\0\0\0\0\0\0\0\1a\0\0\0\0"), ERROR_SSH_CERTIFICATE},
	    {"extension without name", EXTENSIONS, RAW("\0\0\0\0\0\0\0\0"), ERROR_SSH_CERTIFICATE},
	    {"extension without value", EXTENSIONS, RAW("\0\0\0\1a"), ERROR_SSH_CERTIFICATE},
	    {"extension cut", EXTENSIONS, RAW("\0\0\0\1a\0\0\0\1"), ERROR_SSH_CERTIFICATE},
	    {"critical option", CRITICAL_OPTIONS, RAW("\0\0\0\1a\0\0\0\0"), ERROR_NONE},
	    {"critical option twice", CRITICAL_OPTIONS, RAW("\0\0\0\1a\0\0\0\0\0\0\0\1a\0\0\0\0"),
	        ERROR_SSH_CERTIFICATE},
	    {"no authority", AUTHORITY, RAW(""), ERROR_SSH_KEY},
	    {"authority of unknown type", AUTHORITY, RAW("\0\0\0\7ssh-dss"), ERROR_SSH_KEY_TYPE},
	    {"authority is a certificate", AUTHORITY, RAW("\0\0\0\x20ssh-ed25519-cert-v01@openssh.com"),
	        ERROR_SSH_CERTIFICATE_NESTED},
	    {"authority is an older certificate", AUTHORITY, RAW("\0\0\0\x1cssh-rsa-cert-v00@openssh.com"),
	        ERROR_SSH_CERTIFICATE_NESTED},
	};

	assert_strings(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void each_number_is_checked(void **state)
{
	static const struct {
		const char *name;
		uint32_t kind;
		uint64_t after, before;
		enum error_code code;
	} rows[] = {
	    {"for ever", 1, 0, UINT64_MAX, ERROR_NONE},
	    {"one second", 1, 5, 6, ERROR_NONE},
	    {"never", 1, 5, 5, ERROR_SSH_CERTIFICATE},
	    {"backwards", 1, 6, 5, ERROR_SSH_CERTIFICATE},
	    {"host", 2, 5, 6, ERROR_SSH_CERTIFICATE},
	    {"no kind", 0, 5, 6, ERROR_SSH_CERTIFICATE},
	    {"unknown kind", 3, 5, 6, ERROR_SSH_CERTIFICATE},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct certificate_content content = certificate_content_usual(&fixture->subject, &fixture->authority);
		enum error_code code;

		content.kind = rows[i].kind;
		content.valid_after = rows[i].after;
		content.valid_before = rows[i].before;
		code = parse_code(&content);
		if (code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(code));
	}
}

static void only_the_named_authority_can_have_signed(void **state)
{
	struct fixture *fixture = *state;
	struct certificate_content content = certificate_content_usual(&fixture->subject, &fixture->authority);
	struct ssh_sample other;

	ssh_sample_init(SSH_KEY_ED25519, &other);
	content.authority_blob = buffer_bytes(&other.key.blob);
	assert_int_equal(parse_code(&content), ERROR_SSH_SIGNATURE);
	content.authority_blob = buffer_bytes(&fixture->subject.key.blob);
	assert_int_equal(parse_code(&content), ERROR_SSH_SIGNATURE);
	ssh_sample_clear(&other);
}

static void an_rsa_authority_signs_with_sha2_only(void **state)
{
	struct fixture *fixture = *state;
	struct certificate_content content;
	struct ssh_sample authority;

	ssh_sample_init(SSH_KEY_RSA, &authority);
	content = certificate_content_usual(&fixture->subject, &authority);
	content.signature_format = "rsa-sha2-256";
	assert_int_equal(parse_code(&content), ERROR_NONE);
	content.signature_format = "ssh-rsa";
	assert_int_equal(parse_code(&content), ERROR_SSH_SIGNATURE);
	ssh_sample_clear(&authority);
}

static void extensions_are_found_and_unwrapped(void **state)
{
	static const char extensions[] = "\0\0\0\4flag\0\0\0\0"
	                                 "\0\0\0\4junk\0\0\0\6\0\0\0\1ab"
	                                 "\0\0\0\5value\0\0\0\7\0\0\0\3abc";
	struct ssh_certificate certificate = {.extensions = bytes_of(extensions, sizeof(extensions) - 1)};
	struct bytes content;

	(void)state;
	assert_true(ssh_certificate_find_extension(&certificate, "value", &content));
	assert_true(bytes_equal_text(content, "abc"));
	assert_false(ssh_certificate_find_extension(&certificate, "flag", &content));
	assert_false(ssh_certificate_find_extension(&certificate, "junk", &content));
	assert_false(ssh_certificate_find_extension(&certificate, "valu", &content));
	assert_false(ssh_certificate_find_extension(&certificate, "", &content));
}

static void check_damaged(struct bytes damaged, void *context)
{
	struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes key_id;

	(void)context;
	(void)!ssh_certificate_peek_key_id(damaged, &key_id); /* it may: it looks at no signature */
	assert_false(ssh_certificate_parse(damaged, &certificate, &err));
	assert_int_not_equal(err.code, ERROR_NONE);
	assert_null(certificate.blob.data);
}

static void a_damaged_certificate_is_never_taken(void **state)
{
	struct fixture *fixture = *state;

	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		struct certificate_content content;
		struct buffer blob = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct ssh_sample subject;

		ssh_sample_init(type, &subject);
		content = certificate_content_usual(&subject, &fixture->authority);
		certificate_sample_put(&content, &blob);
		every_mutation(buffer_bytes(&blob), check_damaged, NULL);
		assert_done(buffer_put_u8(&blob, 0, &err), err);
		check_damaged(buffer_bytes(&blob), NULL);
		buffer_free(&blob);
		ssh_sample_clear(&subject);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_type_certifies_each_type),
	    cmocka_unit_test(names_are_checked),
	    cmocka_unit_test(options_and_authority_are_checked),
	    cmocka_unit_test(each_number_is_checked),
	    cmocka_unit_test(only_the_named_authority_can_have_signed),
	    cmocka_unit_test(an_rsa_authority_signs_with_sha2_only),
	    cmocka_unit_test(extensions_are_found_and_unwrapped),
	    cmocka_unit_test(a_damaged_certificate_is_never_taken),
	};

	return cmocka_run_group_tests_name("ssh_certificate", tests, make_keys, free_keys);
}
