/* The small files that an administrator writes for the command: sync.conf and desk.conf. What is taken can be used as it is, and is
 * written again and read as the same; what is not leaves nothing behind. */
#include "enroll/desk.h"
#include "enroll/fetch.h"
#include "enroll/sync_settings.h"
#include "tests/fuzz/fuzz.h"

static bool is_path(const struct buffer *path)
{
	return path->len == 0 || bytes_start_with(buffer_bytes(path), "/");
}

static bool equal(const struct buffer *one, const struct buffer *other)
{
	return bytes_equal(buffer_bytes(one), buffer_bytes(other));
}

static void try_sync(struct bytes in)
{
	struct sync_settings settings = SYNC_SETTINGS_EMPTY;
	struct error err = ERROR_EMPTY;

	if (sync_settings_parse(in, "fuzz", &settings, &err))
		demand(fetch_source_check(buffer_text(&settings.url), &err) && is_path(&settings.ca_file));
	else
		demand(err.code != ERROR_NONE && settings.url.len == 0 && settings.ca_file.len == 0);
	sync_settings_clear(&settings);
}

static void check_desk(const struct desk_settings *settings)
{
	struct desk_settings again = DESK_SETTINGS_EMPTY;
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	demand(settings->key_path.len > 0 && is_path(&settings->key_path) && is_path(&settings->pkcs11_module) &&
	       is_path(&settings->escrow_certificate));
	demand(desk_settings_encode(settings, &text, &err) && desk_settings_parse(buffer_bytes(&text), &again, &err));
	demand(equal(&settings->key_path, &again.key_path) && settings->agent == again.agent &&
	       equal(&settings->pkcs11_module, &again.pkcs11_module) &&
	       equal(&settings->escrow_certificate, &again.escrow_certificate));
	desk_settings_clear(&again);
	buffer_free(&text);
}

static void try_desk(struct bytes in)
{
	struct desk_settings settings = DESK_SETTINGS_EMPTY;
	struct error err = ERROR_EMPTY;

	if (desk_settings_parse(in, &settings, &err))
		check_desk(&settings);
	else
		demand(err.code == ERROR_TEXT && settings.key_path.len == 0 && settings.pkcs11_module.len == 0 &&
		       settings.escrow_certificate.len == 0);
	desk_settings_clear(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_sync(bytes_of(data, size));
	try_desk(bytes_of(data, size));
	return 0;
}
