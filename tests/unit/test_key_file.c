#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "common/file.h"
#include "fido/key_file.h"
#include "tests/unit/mutation.h"
#include "tests/unit/ssh_samples.h"

static void make_file(enum ssh_key_type type, struct key_file *file)
{
	struct ssh_sample sample;
	struct error err = ERROR_EMPTY;

	ssh_sample_init(type, &sample);
	*file = (struct key_file){.flags = 0x25};
	assert_done(ssh_key_parse(buffer_bytes(&sample.key.blob), &file->key, &err) &&
	                buffer_put_text(&file->key_handle, "a handle", &err) &&
	                buffer_put_text(&file->comment, "alice on a token", &err),
	    err);
	ssh_sample_clear(&sample);
}

static void what_was_written_is_read(void **state)
{
	static const enum ssh_key_type types[] = {SSH_KEY_SK_ECDSA, SSH_KEY_SK_ED25519};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct key_file file, again = KEY_FILE_EMPTY;
		struct buffer text = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		make_file(types[i], &file);
		assert_done(key_file_put(&file, &text, &err), err);
		assert_done(key_file_parse(buffer_bytes(&text), &again, &err), err);
		assert_true(ssh_key_equal(&file.key, &again.key));
		assert_int_equal(again.flags, 0x25);
		assert_string_equal(buffer_text(&again.key_handle), "a handle");
		assert_string_equal(buffer_text(&again.comment), "alice on a token");
		key_file_clear(&file);
		key_file_clear(&again);
		buffer_free(&text);
	}
}

/* ssh-keygen shows the public half of it. */
static void ssh_keygen_reads_it(void **state)
{
	char path[] = "/tmp/key_file-XXXXXX", command[64];
	struct key_file file;
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	make_file(SSH_KEY_SK_ED25519, &file);
	assert_done(key_file_put(&file, &text, &err) && file_store(path, buffer_bytes(&text), 0600, &err), err);
	(void)snprintf(command, sizeof(command), "ssh-keygen -y -f %s >/dev/null", path);
	assert_int_equal(system(command), 0);
	(void)unlink(path);
	key_file_clear(&file);
	buffer_free(&text);
}

static void refuse_damaged(struct bytes damaged, void *context)
{
	struct key_file file = KEY_FILE_EMPTY;
	struct error err = ERROR_EMPTY;
	bool parsed = key_file_parse(damaged, &file, &err);

	/* a damaged handle, comment or flag is as good as another one */
	assert_true(parsed || err.code != ERROR_NONE);
	*(size_t *)context += parsed ? 1 : 0;
	key_file_clear(&file);
}

static void damage_is_no_harm(void **state)
{
	struct key_file file;
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	size_t parsed = 0;

	(void)state;
	make_file(SSH_KEY_SK_ED25519, &file);
	assert_done(key_file_put(&file, &text, &err), err);
	every_mutation(buffer_bytes(&text), refuse_damaged, &parsed);
	assert_true(parsed < text.len * 2);
	key_file_clear(&file);
	buffer_free(&text);
}

static void other_files_are_refused(void **state)
{
	static const struct {
		const char *name, *text;
		enum error_code code;
	} rows[] = {
	    {"nothing", "", ERROR_SK_KEY_FILE},
	    {"PEM", "-----BEGIN PRIVATE KEY-----\n", ERROR_SK_KEY_FILE},
	    {"no end", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", ERROR_SK_KEY_FILE},
	    {"no base64", "-----BEGIN OPENSSH PRIVATE KEY-----\nA!AA\n-----END OPENSSH PRIVATE KEY-----\n",
	        ERROR_BASE64},
	    {"no head", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
	        ERROR_SK_KEY_FILE},
	};
	struct error err = ERROR_EMPTY;
	struct key_file file = KEY_FILE_EMPTY;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (key_file_parse(bytes_of_text(rows[i].text), &file, &err) || err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, err.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_is_read),
	    cmocka_unit_test(ssh_keygen_reads_it),
	    cmocka_unit_test(damage_is_no_harm),
	    cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests_name("key file", tests, NULL, NULL);
}
