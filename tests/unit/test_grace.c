/* A grace: its record, two registrars' signatures, its dates; by ssh-keygen's own signatures. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "registry/grace.h"
#include "registry/grace_signer.h"
#include "registry/registrars.h"

#define SINCE 1764000000
#define DAY 86400

/* Keys of ssh-keygen in a folder: one and two may grant, three may only enroll, four is nobody's; one-more is of the same registrar
 * as one. */
struct fixture {
	char folder[64];
	struct registrars registrars;
	struct grace grace;
};

static struct fixture fixture;

static void run(const char *program, const char *const *words)
{
	char *argv[16] = {NULL};
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	size_t num = 0;

	argv[num++] = strdup(program);
	for (; *words != NULL; words++)
		argv[num++] = strdup(*words);
	assert_done(process_run(program, argv, NULL, BYTES_EMPTY, &output, 30000, &err), err);
	while (num > 0)
		free(argv[--num]);
	buffer_free(&output);
}

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", fixture.folder, name);
	return path;
}

static void load_line(const char *name, struct buffer *line)
{
	char file[32];
	struct error err = ERROR_EMPTY;

	(void)snprintf(file, sizeof(file), "%s.pub", name);
	assert_done(file_load(path_of(file), 4096, line, &err), err);
}

static void make_registrars(void)
{
	static const char *const rows[][3] = {
	    {"one", "one", "enrollment@keyenroll,grace@keyenroll"},
	    {"two", "two", "grace@*"},
	    {"three", "three", "enrollment@keyenroll"},
	    {"one-more", "one", "grace@keyenroll"},
	};
	struct buffer list = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer line = BUFFER_EMPTY;

		load_line(rows[i][0], &line);
		assert_done(buffer_put_format(
		                &list, &err, "%s namespaces=\"%s\" %s", rows[i][1], rows[i][2], buffer_text(&line)),
		    err);
		buffer_free(&line);
	}
	assert_done(registrars_parse(buffer_bytes(&list), &fixture.registrars, &err), err);
	buffer_free(&list);
}

static int make_fixture(void **state)
{
	static const char *const names[] = {"one", "two", "three", "four", "lost", "one-more"};
	struct buffer line = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	(void)snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/keyenroll-grace.XXXXXX");
	assert_non_null(mkdtemp(fixture.folder));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		run("ssh-keygen",
		    (const char *const[]){"-q", "-t", "ed25519", "-N", "", "-f", path_of(names[i]), NULL});
	make_registrars();
	load_line("lost", &line);
	fixture.grace =
	    (struct grace){.person = "alice", .since = SINCE, .until = SINCE + 3 * DAY, .because = "lost token"};
	assert_done(ssh_key_parse_line(buffer_bytes(&line), &fixture.grace.key, NULL, &err), err);
	buffer_free(&line);
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	grace_clear(&fixture.grace);
	registrars_clear(&fixture.registrars);
	run("rm", (const char *const[]){"-rf", fixture.folder, NULL});
	return 0;
}

static void make_grant(const char *first, const char *second, struct buffer *grant)
{
	struct buffer record = BUFFER_EMPTY, armors[2] = {BUFFER_EMPTY, BUFFER_EMPTY};
	struct error err = ERROR_EMPTY;

	assert_done(grace_put_record(&fixture.grace, &record, &err), err);
	assert_done(grace_sign(path_of(first), false, buffer_bytes(&record), &armors[0], &err), err);
	assert_done(grace_sign(path_of(second), false, buffer_bytes(&record), &armors[1], &err), err);
	assert_done(grace_put_grant(buffer_bytes(&record),
	                (struct bytes[2]){buffer_bytes(&armors[0]), buffer_bytes(&armors[1])}, grant, &err),
	    err);
	buffer_free(&record);
	buffer_free(&armors[0]);
	buffer_free(&armors[1]);
}

static void two_registrars_and_the_clock_decide(void **state)
{
	static const struct {
		const char *first, *second;
		int64_t now;
		enum error_code code;
	} rows[] = {
	    {"one", "two", SINCE, ERROR_NONE},
	    {"two", "one", SINCE + 3 * DAY - 1, ERROR_NONE},
	    {"one", "two", SINCE - 1, ERROR_GRACE_REFUSED},
	    {"one", "two", SINCE + 3 * DAY, ERROR_GRACE_REFUSED},
	    {"one", "one", SINCE, ERROR_GRACE_REFUSED},
	    {"one", "three", SINCE, ERROR_GRACE_REFUSED},
	    {"four", "two", SINCE, ERROR_GRACE_REFUSED},
	    {"one", "one-more", SINCE, ERROR_GRACE_REFUSED},
	    {"one-more", "two", SINCE, ERROR_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer grant = BUFFER_EMPTY;
		struct grace grace = GRACE_EMPTY;
		struct error err = ERROR_EMPTY;

		make_grant(rows[i].first, rows[i].second, &grant);
		if (grace_check(buffer_bytes(&grant), &fixture.registrars, rows[i].now, &grace, &err) !=
		        (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("row %zu: %s", i, err.text);
		assert_string_equal(grace.person, rows[i].code == ERROR_NONE ? "alice" : "");
		grace_clear(&grace);
		buffer_free(&grant);
	}
}

/* Each bit is signed or part of a signature; each end is one. */
static void no_changed_or_cut_grant_counts(void **state)
{
	struct buffer grant = BUFFER_EMPTY;
	struct grace grace = GRACE_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	make_grant("one", "two", &grant);
	for (size_t i = 0; i < grant.len; i++) {
		grant.data[i] ^= 1;
		if (grace_check(buffer_bytes(&grant), &fixture.registrars, SINCE, &grace, &err))
			fail_msg("byte %zu may be another", i);
		grant.data[i] ^= 1;
		if (grace_check(bytes_of(grant.data, i), &fixture.registrars, SINCE, &grace, &err))
			fail_msg("%zu bytes are enough", i);
	}
	assert_done(grace_check(buffer_bytes(&grant), &fixture.registrars, SINCE, &grace, &err), err);
	grace_clear(&grace);
	assert_done(buffer_put_u8(&grant, 0, &err), err);
	assert_refused(grace_check(buffer_bytes(&grant), &fixture.registrars, SINCE, &grace, &err), err, ERROR_GRACE);
	buffer_free(&grant);
}

static void a_record_says_who_until_when_and_why(void **state)
{
	static const struct {
		const char *person, *because;
		int64_t life;
		enum error_code code;
	} rows[] = {
	    {"alice", "lost", 31 * DAY, ERROR_NONE},
	    {"alice", "lost", 31 * DAY + 1, ERROR_GRACE},
	    {"alice", "lost", 0, ERROR_GRACE},
	    {"alice", "", DAY, ERROR_GRACE},
	    {"alice", "two\nlines", DAY, ERROR_GRACE},
	    {"al ice", "lost", DAY, ERROR_PERSON_NAME},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct grace grace = fixture.grace;
		struct buffer record = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		(void)snprintf(grace.person, sizeof(grace.person), "%s", rows[i].person);
		(void)snprintf(grace.because, sizeof(grace.because), "%s", rows[i].because);
		grace.until = grace.since + rows[i].life;
		if (grace_put_record(&grace, &record, &err) != (rows[i].code == ERROR_NONE) || err.code != rows[i].code)
			fail_msg("row %zu: %s", i, err.text);
		buffer_free(&record);
	}
}

/* "FROM" becomes "TO" in a record that is good without that. */
static void change(const struct buffer *record, const char *from, const char *to, struct buffer *changed)
{
	const char *found = strstr(buffer_text(record), from);
	struct error err = ERROR_EMPTY;

	assert_non_null(found);
	assert_done(buffer_put_format(changed, &err, "%.*s%s%s", (int)(found - buffer_text(record)),
	                buffer_text(record), to, found + strlen(from)),
	    err);
}

/* Two registrars may have signed it all the same: what they meant is for nobody to guess. */
static void a_record_has_one_form(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
	    {"grace 1\n", "grace 2\n"},
	    {"keyenroll grace 1\n", ""},
	    {"person alice\n", ""},
	    {"person alice\n", "person al ice\n"},
	    {"person alice\n", "person  alice\n"},
	    {"person alice\n", "account alice\n"},
	    {"key ssh-ed25519", "key ssh-ed25518"},
	    {"since 20", "since x20"},
	    {"Z\nuntil", "\nuntil"},
	    {"Z\nuntil", "Z \nuntil"},
	    {"until 20", "until +20"},
	    {"Z\nbecause", "Zx\nbecause"},
	    {"because lost token\n", ""},
	    {"because lost token\n", "because lost token"},
	    {"because lost token\n", "because \n"},
	    {"because lost token\n", "because lost token\n\n"},
	    {"because lost token\n", "because lost token\nuntil 2099-01-01T00:00:00Z\n"},
	};
	struct buffer record = BUFFER_EMPTY;
	struct grace grace = GRACE_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(grace_put_record(&fixture.grace, &record, &err), err);
	assert_done(grace_parse_record(buffer_bytes(&record), &grace, &err), err);
	grace_clear(&grace);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer changed = BUFFER_EMPTY;

		change(&record, rows[i].from, rows[i].to, &changed);
		if (grace_parse_record(buffer_bytes(&changed), &grace, &err))
			fail_msg("row %zu is a record: %s", i, buffer_text(&changed));
		assert_string_equal(grace.person, "");
		buffer_free(&changed);
	}
	buffer_free(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_registrars_and_the_clock_decide),
	    cmocka_unit_test(no_changed_or_cut_grant_counts),
	    cmocka_unit_test(a_record_has_one_form),
	    cmocka_unit_test(a_record_says_who_until_when_and_why),
	};

	return cmocka_run_group_tests_name("grace", tests, make_fixture, drop_fixture);
}
