#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "enroll/desk.h"
#include "enroll/entries.h"
#include "registry/registrars.h"
#include "tests/unit/store_samples.h"

static int make_folder(void **state)
{
	char *folder = strdup("/tmp/keyenroll-desk.XXXXXX");

	assert_non_null(mkdtemp(folder));
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", (char *)*state);
	assert_int_equal(system(command), 0);
	free(*state);
	return 0;
}

static void settings_are_read_strictly(void **state)
{
	static const struct {
		const char *text, *key, *module;
		bool agent;
		const char *complaint; /* NULL: good */
	} rows[] = {
	    {"registrar-key /a/b\n", "/a/b", "", false, NULL},
	    {"# comment\n\nregistrar-key /a b\nregistrar-agent yes\n", "/a b", "", true, NULL},
	    {"registrar-key /a.pub\nregistrar-pkcs11 /m.so\nregistrar-agent no", "/a.pub", "/m.so", false, NULL},
	    {"registrar-key /a\nescrow-certificate /e.pem\n", "/a", "", false, NULL},
	    {"", NULL, NULL, false, "no registrar-key"},
	    {"registrar-agent yes\n", NULL, NULL, false, "no registrar-key"},
	    {"registrar-key a/b\n", NULL, NULL, false, "line 1"},
	    {"registrar-key /a\nregistrar-key /b\n", NULL, NULL, false, "line 2"},
	    {"registrar-key /a\nregistrar-agent maybe\n", NULL, NULL, false, "line 2"},
	    {"registrar-key /a\nregistrar-agent\n", NULL, NULL, false, "line 2"},
	    {"registrar-kye /a\n", NULL, NULL, false, "line 1"},
	    {"registrar-key\n", NULL, NULL, false, "line 1"},
	    {"registrar-key /a\nescrow-certificate e.pem\n", NULL, NULL, false, "line 2"},
	    {"registrar-key /a\tb\n", NULL, NULL, false, "line 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct desk_settings settings = DESK_SETTINGS_EMPTY;
		struct error err = ERROR_EMPTY;

		if (rows[i].complaint) {
			assert_refused(
			    desk_settings_parse(bytes_of_text(rows[i].text), &settings, &err), err, ERROR_TEXT);
			assert_non_null(strstr(err.text, rows[i].complaint));
			assert_int_equal(settings.key_path.len, 0);
			continue;
		}
		assert_done(desk_settings_parse(bytes_of_text(rows[i].text), &settings, &err), err);
		assert_string_equal(buffer_text(&settings.key_path), rows[i].key);
		assert_string_equal(buffer_text(&settings.pkcs11_module), rows[i].module);
		assert_int_equal(settings.agent, rows[i].agent);
		desk_settings_clear(&settings);
	}
}

static void settings_come_back_as_they_were_written(void **state)
{
	struct desk_settings settings = {.agent = true}, again = DESK_SETTINGS_EMPTY;
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(buffer_put_text(&settings.key_path, "/key.pub", &err), err);
	assert_done(buffer_put_text(&settings.pkcs11_module, "/module.so", &err), err);
	assert_done(buffer_put_text(&settings.escrow_certificate, "/escrow.pem", &err), err);
	assert_done(desk_settings_encode(&settings, &text, &err), err);
	assert_done(desk_settings_parse(buffer_bytes(&text), &again, &err), err);
	assert_true(again.agent);
	assert_true(bytes_equal(buffer_bytes(&settings.key_path), buffer_bytes(&again.key_path)));
	assert_true(bytes_equal(buffer_bytes(&settings.pkcs11_module), buffer_bytes(&again.pkcs11_module)));
	assert_string_equal(buffer_text(&again.escrow_certificate), "/escrow.pem");
	buffer_free(&text);
	desk_settings_clear(&settings);
	desk_settings_clear(&again);
}

static void load_file(const char *folder, const char *name, struct buffer *content)
{
	struct error err = ERROR_EMPTY;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_done(file_load(path, 65536, content, &err), err);
}

static void a_desk_is_made_once(void **state)
{
	char folder[128];
	struct desk_wish wish = {.folder = folder, .registrar_name = "helpdesk", .no_passphrase = true};
	struct buffer registrars = BUFFER_EMPTY, again = BUFFER_EMPTY;
	struct registrars parsed = REGISTRARS_EMPTY;
	struct desk desk = DESK_EMPTY;
	struct error err = ERROR_EMPTY;
	struct desk_made made;

	snprintf(folder, sizeof(folder), "%s/deep/registry", (const char *)*state);
	assert_done(desk_make(&wish, &made, &err), err);
	assert_true(made.key && made.settings && made.registrars && made.store);
	load_file(folder, "registrars", &registrars);
	assert_done(registrars_parse(buffer_bytes(&registrars), &parsed, &err), err);
	assert_int_equal(parsed.num, 1);
	assert_true(parsed.list[0].signs_enrollments);
	assert_string_equal(parsed.list[0].name, "helpdesk");

	wish.registrar_name = "other";
	assert_done(desk_make(&wish, &made, &err), err);
	assert_false(made.key || made.settings || made.registrars || made.store);
	load_file(folder, "registrars", &again);
	assert_true(bytes_equal(buffer_bytes(&registrars), buffer_bytes(&again)));

	assert_done(desk_open(folder, &desk, &err), err);
	assert_true(ssh_key_equal(&desk.registrar, &parsed.list[0].key));
	desk_close(&desk);
	wish.key_path = "/another/key";
	assert_refused(desk_make(&wish, &made, &err), err, ERROR_USAGE);
	registrars_clear(&parsed);
	buffer_free(&registrars);
	buffer_free(&again);
}

static void a_desk_that_is_not_there_is_said_to_be_so(void **state)
{
	struct desk desk = DESK_EMPTY;
	struct error err = ERROR_EMPTY;
	char folder[128];

	snprintf(folder, sizeof(folder), "%s/nothing", (const char *)*state);
	assert_refused(desk_open(folder, &desk, &err), err, ERROR_STORE);
	assert_null(desk.store);
	assert_refused(desk_open(*state, &desk, &err), err, ERROR_STORE);
}

static void an_agents_key_must_be_there(void **state)
{
	char folder[128];
	struct desk_wish wish = {.folder = folder, .registrar_name = "x", .agent = true, .key_path = "/none.pub"};
	struct error err = ERROR_EMPTY;
	struct desk_made made;

	snprintf(folder, sizeof(folder), "%s/agent", (const char *)*state);
	assert_refused(desk_make(&wish, &made, &err), err, ERROR_USAGE);
}

static bool note_device(const struct store_entry *entry, void *context, struct error *err)
{
	char *devices = context;

	(void)err;
	snprintf(devices + strlen(devices), sizeof(entry->device) + 1, "%s,", entry->device);
	return true;
}

/* The digits of one token's serial are also the bytes of another's: who revokes by serial means one of them. */
static void a_serial_means_one_token(void **state)
{
	static const struct {
		const char *word, *devices; /* NULL: nothing is enrolled for it */
	} rows[] = {
	    {"12345678", "piv 12345678,"},
	    {"0x12345678", "fido 0x12345678,"},
	    {"305419896", NULL},
	    {"0x", NULL},
	    {"0x1234567", NULL},
	    {"alice", "piv 12345678,fido 0x12345678,"},
	    {"0xeve", "piv 2,"},
	};
	struct store_fixture *fixture = *state;

	store_sample_add(fixture->store, &fixture->registrar, "alice", "piv 12345678", NULL);
	store_sample_add(fixture->store, &fixture->registrar, "alice", "fido 0x12345678", NULL);
	store_sample_add(fixture->store, &fixture->registrar, "0xeve", "piv 2", NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct error err = ERROR_EMPTY;
		char devices[256] = "";

		if (entries_each(fixture->store, rows[i].word, note_device, devices, &err) != (rows[i].devices != NULL))
			fail_msg("%s: %s", rows[i].word, err.text);
		assert_string_equal(devices, rows[i].devices ? rows[i].devices : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(settings_are_read_strictly),
	    cmocka_unit_test(settings_come_back_as_they_were_written),
	    cmocka_unit_test_setup_teardown(a_desk_is_made_once, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(a_desk_that_is_not_there_is_said_to_be_so, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(an_agents_key_must_be_there, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(a_serial_means_one_token, store_fixture_make, store_fixture_remove),
	};

	return cmocka_run_group_tests_name("enroll desk", tests, NULL, NULL);
}
