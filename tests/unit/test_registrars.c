#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "registry/registrars.h"
#include "tests/unit/mutation.h"
#include "tests/unit/ssh_samples.h"

#define LATE 4102444800 /* 2100-01-01 */

struct fixture {
	struct ssh_sample key, other;
};

static int make_keys(void **state)
{
	static struct fixture fixture;

	ssh_sample_init(SSH_KEY_ED25519, &fixture.key);
	ssh_sample_init(SSH_KEY_SK_ECDSA, &fixture.other);
	*state = &fixture;
	/* far from UTC, so that a time without Z shows */
	return setenv("TZ", "XXX-10", 1);
}

static int free_keys(void **state)
{
	struct fixture *fixture = *state;

	ssh_sample_clear(&fixture->key);
	ssh_sample_clear(&fixture->other);
	return 0;
}

/* Replaces each KEY in a row's text by the fixture's key, OTHER by its other one. */
static void put_text(const struct fixture *fixture, const char *text, struct buffer *out)
{
	struct error err = ERROR_EMPTY;

	while (*text != '\0') {
		if (strncmp(text, "KEY", 3) == 0) {
			assert_done(ssh_key_put_line(&fixture->key.key, out, &err), err);
			text += 3;
		} else if (strncmp(text, "OTHER", 5) == 0) {
			assert_done(ssh_key_put_line(&fixture->other.key, out, &err), err);
			text += 5;
		} else {
			assert_done(buffer_put_u8(out, (uint8_t)*text++, &err), err);
		}
	}
}

static bool parse(const struct fixture *fixture, const char *text, struct registrars *registrars, struct error *err)
{
	struct buffer file = BUFFER_EMPTY;
	bool done;

	put_text(fixture, text, &file);
	done = registrars_parse(buffer_bytes(&file), registrars, err);
	buffer_free(&file);
	return done;
}

struct good_file {
	const char *text;
	size_t num;
	int64_t time;
	enum error_code code; /* what the fixture's key may do at that time */
};

static void assert_read(const struct good_file *rows, size_t num, void **state)
{
	for (size_t i = 0; i < num; i++) {
		const struct fixture *fixture = *state;
		struct registrars registrars = REGISTRARS_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_done(parse(fixture, rows[i].text, &registrars, &err), err);
		assert_int_equal(registrars.num, rows[i].num);
		if (registrars_check(&registrars, &fixture->key.key, rows[i].time, &err) !=
		        (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("%s: %s [%s]", rows[i].text, err.text, error_word(err.code));
		registrars_clear(&registrars);
	}
}

static void good_files_are_read(void **state)
{
	static const struct good_file rows[] = {
	    {"", 0, 0, ERROR_REGISTRAR_UNKNOWN},
	    {"# nobody\n\n \t\r\n", 0, 0, ERROR_REGISTRAR_UNKNOWN},
	    {"desk KEY", 1, 0, ERROR_NONE},
	    {"desk KEY\n", 1, -5, ERROR_NONE},
	    {"desk KEY a comment, with \"quotes\"\r\n", 1, 0, ERROR_NONE},
	    {"  desk@example.com,*@desk\t KEY\n# end\n", 1, 0, ERROR_NONE},
	    {"desk OTHER\n", 1, 0, ERROR_REGISTRAR_UNKNOWN},
	    {"one OTHER\ntwo KEY\n", 2, 0, ERROR_NONE},
	};

	assert_read(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void namespaces_are_patterns(void **state)
{
	static const struct good_file rows[] = {
	    {"desk namespaces=\"enrollment@keyenroll\" KEY\n", 1, 0, ERROR_NONE},
	    {"desk NameSpaces=\"file,enrollment@keyenroll\" KEY\n", 1, 0, ERROR_NONE},
	    {"desk namespaces=\"*@keyenroll\" KEY\n", 1, 0, ERROR_NONE},
	    {"desk namespaces=\"*ment*key????ll*\" KEY\n", 1, 0, ERROR_NONE},
	    {"desk namespaces=\"file,*\" KEY\n", 1, 0, ERROR_NONE},
	    {"desk namespaces=\"file\" KEY\n", 1, 0, ERROR_REGISTRAR_UNKNOWN},
	    {"desk namespaces=\"enrollment@keyenroll2\" KEY\n", 1, 0, ERROR_REGISTRAR_UNKNOWN},
	    {"desk namespaces=\"enrollment@keyenrol?l\" KEY\n", 1, 0, ERROR_REGISTRAR_UNKNOWN},
	    {"desk namespaces=\"*,!enrollment@*\" KEY\n", 1, 0, ERROR_REGISTRAR_UNKNOWN},
	    {"desk namespaces=\"!enrollment@*,*\" KEY\n", 1, 0, ERROR_REGISTRAR_UNKNOWN},
	    {"desk namespaces=\"!file\" KEY\n", 1, 0, ERROR_REGISTRAR_UNKNOWN},
	};

	assert_read(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void validity_is_kept(void **state)
{
	static const struct good_file rows[] = {
	    {"desk valid-after=\"19700102Z\" KEY\n", 1, 86399, ERROR_REGISTRAR_EXPIRED},
	    {"desk valid-after=\"19700102Z\" KEY\n", 1, 86400, ERROR_NONE},
	    {"desk valid-after=\"197001021000\" KEY\n", 1, 86400, ERROR_NONE},
	    {"desk valid-after=\"197001021000\" KEY\n", 1, 86399, ERROR_REGISTRAR_EXPIRED},
	    {"desk valid-before=\"19700101000130Z\" KEY\n", 1, 90, ERROR_NONE},
	    {"desk valid-before=\"19700101000130Z\" KEY\n", 1, 91, ERROR_REGISTRAR_EXPIRED},
	    {"desk valid-before=\"20400229Z\" KEY\n", 1, 2214086400, ERROR_NONE},
	    {"desk valid-before=\"20400229Z\" KEY\n", 1, 2214086401, ERROR_REGISTRAR_EXPIRED},
	    {"desk namespaces=\"*\",valid-after=\"19700101Z\",valid-before=\"20990101Z\" KEY\n", 1, LATE,
	        ERROR_REGISTRAR_EXPIRED},
	    {"old valid-before=\"19800101Z\" KEY\nnew valid-after=\"19900101Z\" KEY\n", 2, LATE, ERROR_NONE},
	    {"git namespaces=\"git\" KEY\ndesk KEY\n", 2, LATE, ERROR_NONE},
	};

	assert_read(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void bad_files_are_refused_by_line(void **state)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
	    {"desk\n", "line 1: "},
	    {"# a\n\ndesk KEY\ndesk ssh-ed25519 !!!!\n", "line 4: "},
	    {"desk ssh-ed25519\n", "line 1: "},
	    {"desk ssh-dss AAAA\n", "line 1: "},
	    {"\"desk\" KEY\n", "line 1: "},
	    {"de\x01sk KEY\n", "line 1: "},
	    {"KEY\n", "line 1: "},
	    {"desk cert-authority KEY\n", "line 1: cert-authority: "},
	    {"desk CERT-AUTHORITY,namespaces=\"*\" KEY\n", "line 1: cert-authority: "},
	    {"desk unknown KEY\n", "line 1: "},
	    {"desk namespaces=enrollment@keyenroll KEY\n", "line 1: namespaces"},
	    {"desk namespaces KEY\n", "line 1: namespaces"},
	    {"desk namespaces=\"\" KEY\n", "line 1: namespaces"},
	    {"desk namespaces=\"* KEY\n", "line 1: namespaces"},
	    {"desk namespaces=\"a\\\"b\" KEY\n", "line 1: namespaces"},
	    {"desk namespaces=\"a\",namespaces=\"b\" KEY\n", "line 1: namespaces"},
	    {"desk namespaces=\"a\", KEY\n", "line 1: "},
	    {"desk namespaces=\"a\"KEY\n", "line 1: "},
	    {"desk namespaces=\"a\"\n", "line 1: "},
	    {"desk ,namespaces=\"a\" KEY\n", "line 1: "},
	    {"desk valid-before=\"20300101Z\" namespaces=\"a\" KEY\n", "line 1: behind the options"},
	    {"desk valid-after=\"1970\" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"19700132Z\" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"19700230Z\" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"19701301Z\" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"1970010124Z\" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"197001012400Z\" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"197001012360Z\" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"19700101z\" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"19700101Z \" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"+9700101Z\" KEY\n", "line 1: valid-after"},
	    {"desk valid-after=\"20300101Z\",valid-before=\"20300101Z\" KEY\n", "line 1: "},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct registrars registrars = REGISTRARS_EMPTY;
		struct error err;

		assert_refused(parse(*state, rows[i].text, &registrars, &err), err, ERROR_REGISTRARS);
		if (strncmp(err.text, rows[i].line, strlen(rows[i].line)) != 0)
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_null(registrars.list);
	}
}

static void too_many_are_refused(void **state)
{
	struct buffer file = BUFFER_EMPTY;
	struct registrars registrars = REGISTRARS_EMPTY;
	struct error err = ERROR_EMPTY;

	for (int i = 0; i < 1024; i++)
		put_text(*state, "desk KEY\n", &file);
	assert_done(registrars_parse(buffer_bytes(&file), &registrars, &err), err);
	registrars_clear(&registrars);
	put_text(*state, "desk KEY\n", &file);
	assert_refused(registrars_parse(buffer_bytes(&file), &registrars, &err), err, ERROR_LIMIT);
	buffer_free(&file);
}

/* A damaged file may still be one; the key that signs is then still the fixture's or nobody's. */
static void check_damaged(struct bytes damaged, void *context)
{
	const struct fixture *fixture = context;
	struct registrars registrars = REGISTRARS_EMPTY;
	struct error err = ERROR_EMPTY;

	if (!registrars_parse(damaged, &registrars, &err)) {
		assert_int_not_equal(err.code, ERROR_NONE);
		return;
	}
	assert_false(registrars_check(&registrars, &fixture->other.key, 100, &err));
	registrars_clear(&registrars);
}

static void damage_adds_nobody(void **state)
{
	struct buffer file = BUFFER_EMPTY;

	put_text(*state, "desk namespaces=\"*@keyenroll\",valid-after=\"19700101Z\" KEY\n", &file);
	every_mutation(buffer_bytes(&file), check_damaged, *state);
	buffer_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_files_are_read),
	    cmocka_unit_test(namespaces_are_patterns),
	    cmocka_unit_test(validity_is_kept),
	    cmocka_unit_test(bad_files_are_refused_by_line),
	    cmocka_unit_test(too_many_are_refused),
	    cmocka_unit_test(damage_adds_nobody),
	};

	return cmocka_run_group_tests_name("registrars", tests, make_keys, free_keys);
}
