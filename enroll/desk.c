#include "enroll/desk.h"

#include <string.h>

#include "common/file.h"
#include "common/text.h"
#include "registry/store.h"

#define DESK_FILE_MAXIMUM ((size_t)64 * 1024)

void desk_settings_clear(struct desk_settings *settings)
{
	buffer_free(&settings->key_path);
	buffer_free(&settings->pkcs11_module);
	buffer_free(&settings->escrow_certificate);
	*settings = DESK_SETTINGS_EMPTY;
}

/* The file is read in whatever folder a verb is called. */
static bool take_path(struct bytes value, struct buffer *path, struct error *err)
{
	if (!bytes_start_with(value, "/") || !text_is_printable(value))
		return error_set(err, ERROR_TEXT, "a path from / is wanted");
	return buffer_put(path, value, err);
}

static bool take_key(struct bytes value, struct desk_settings *settings, struct error *err)
{
	return take_path(value, &settings->key_path, err);
}

static bool take_module(struct bytes value, struct desk_settings *settings, struct error *err)
{
	return take_path(value, &settings->pkcs11_module, err);
}

static bool take_escrow(struct bytes value, struct desk_settings *settings, struct error *err)
{
	return take_path(value, &settings->escrow_certificate, err);
}

static bool take_agent(struct bytes value, struct desk_settings *settings, struct error *err)
{
	if (!bytes_equal_text(value, "yes") && !bytes_equal_text(value, "no"))
		return error_set(err, ERROR_TEXT, "yes or no is wanted");
	settings->agent = bytes_equal_text(value, "yes");
	return true;
}

static const struct keyword {
	const char *name;
	bool (*take)(struct bytes value, struct desk_settings *settings, struct error *err);
} keywords[] = {
    {"registrar-key", take_key},
    {"registrar-agent", take_agent},
    {"registrar-pkcs11", take_module},
    {"escrow-certificate", take_escrow},
};

#define KEYWORD_COUNT (sizeof(keywords) / sizeof(*keywords))

static bool take_line(struct bytes line, bool given[KEYWORD_COUNT], struct desk_settings *settings, struct error *err)
{
	struct bytes word;

	if (line.len == 0 || bytes_start_with(line, "#"))
		return true;
	if (!bytes_take_until(&line, ' ', &word))
		return error_set(err, ERROR_TEXT, "a keyword is missing");
	for (size_t i = 0; i < KEYWORD_COUNT; i++) {
		if (!bytes_equal_text(word, keywords[i].name))
			continue;
		if (given[i])
			return error_set(err, ERROR_TEXT, "%s stands there twice", keywords[i].name);
		given[i] = true;
		return keywords[i].take(line, settings, err) || error_prefix(err, "%s", keywords[i].name);
	}
	return error_set(err, ERROR_TEXT,
	    "unknown keyword; there are registrar-key, registrar-agent, registrar-pkcs11, escrow-certificate");
}

bool desk_settings_parse(struct bytes text, struct desk_settings *settings, struct error *err)
{
	bool given[KEYWORD_COUNT] = {false};
	struct bytes line;

	for (unsigned number = 1; bytes_take_until(&text, '\n', &line); number++)
		if (!take_line(line, given, settings, err)) {
			desk_settings_clear(settings);
			return error_prefix(err, "line %u", number);
		}
	if (settings->key_path.len == 0) {
		desk_settings_clear(settings);
		return error_set(err, ERROR_TEXT, "no registrar-key is named");
	}
	return true;
}

static bool put_path(const char *keyword, const struct buffer *path, struct buffer *out, struct error *err)
{
	if (path->len == 0)
		return true;
	if (!text_is_printable(buffer_bytes(path)))
		return error_set(err, ERROR_TEXT, "a path with control characters in it cannot be kept");
	return buffer_put_format(out, err, "%s %s\n", keyword, buffer_text(path));
}

bool desk_settings_encode(const struct desk_settings *settings, struct buffer *out, struct error *err)
{
	return buffer_put_text(out, "# who signs enrollments at this desk, and whom codes are sealed to\n", err) &&
	       put_path("registrar-key", &settings->key_path, out, err) &&
	       buffer_put_format(out, err, "registrar-agent %s\n", settings->agent ? "yes" : "no") &&
	       put_path("registrar-pkcs11", &settings->pkcs11_module, out, err) &&
	       put_path("escrow-certificate", &settings->escrow_certificate, out, err);
}

/* Of a key in an agent or in a token there is but the .pub, and that is what ssh-keygen -s is given then. */
bool desk_load_public_key(const char *key_path, struct ssh_key *key, struct error *err)
{
	struct buffer path = BUFFER_EMPTY, line = BUFFER_UP_TO(DESK_FILE_MAXIMUM);
	size_t len = strlen(key_path);
	const char *ending = len > 4 && strcmp(key_path + len - 4, ".pub") == 0 ? "" : ".pub";
	bool done =
	    buffer_put_format(&path, err, "%s%s", key_path, ending) &&
	    file_load(buffer_text(&path), DESK_FILE_MAXIMUM, &line, err) &&
	    (ssh_key_parse_line(buffer_bytes(&line), key, NULL, err) || error_prefix(err, "%s", buffer_text(&path)));

	buffer_free(&path);
	buffer_free(&line);
	return done;
}

bool desk_open_store(const char *folder, struct store **store, struct error *err)
{
	struct buffer path = BUFFER_EMPTY;
	bool done = false;

	if (!*folder)
		return error_set(err, ERROR_STORE, "HOME is not set, so there is no usual place for a registry");
	if (!file_exists(folder))
		return error_set(err, ERROR_STORE, "there is no registry at %s", folder);
	done = buffer_put_format(&path, err, "%s/registry.db", folder) &&
	       store_open(buffer_text(&path), false, store, err);
	buffer_free(&path);
	return done;
}

bool desk_settings_load(const char *folder, struct desk_settings *settings, struct error *err)
{
	struct buffer path = BUFFER_EMPTY, text = BUFFER_UP_TO(DESK_FILE_MAXIMUM);
	bool done =
	    buffer_put_format(&path, err, "%s/desk.conf", folder) &&
	    file_load(buffer_text(&path), DESK_FILE_MAXIMUM, &text, err) &&
	    (desk_settings_parse(buffer_bytes(&text), settings, err) || error_prefix(err, "%s", buffer_text(&path)));

	buffer_free(&path);
	buffer_free(&text);
	return done;
}

bool desk_open(const char *folder, struct desk *desk, struct error *err)
{
	struct desk opened = DESK_EMPTY;

	if (!desk_open_store(folder, &opened.store, err) || !desk_settings_load(folder, &opened.settings, err) ||
	    !desk_load_public_key(buffer_text(&opened.settings.key_path), &opened.registrar, err)) {
		desk_close(&opened);
		return false;
	}
	*desk = opened;
	return true;
}

void desk_close(struct desk *desk)
{
	store_close(desk->store);
	desk->store = NULL;
	ssh_key_clear(&desk->registrar);
	desk_settings_clear(&desk->settings);
}
