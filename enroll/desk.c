#include "enroll/desk.h"

#include <string.h>

#include "common/file.h"
#include "common/text.h"
#include "registry/store.h"

#define DESK_FILE_MAXIMUM ((size_t)64 * 1024)

void desk_signer_clear(struct desk_signer *signer)
{
	buffer_free(&signer->key_path);
	buffer_free(&signer->pkcs11_module);
	signer->agent = false;
}

static bool take_path(struct bytes value, struct buffer *path, struct error *err)
{
	if (!bytes_start_with(value, "/") || !text_is_printable(value))
		return error_set(err, ERROR_TEXT, "a path from / is wanted");
	return buffer_put(path, value, err);
}

static bool take_key(struct bytes value, struct desk_signer *signer, struct error *err)
{
	return take_path(value, &signer->key_path, err);
}

static bool take_module(struct bytes value, struct desk_signer *signer, struct error *err)
{
	return take_path(value, &signer->pkcs11_module, err);
}

static bool take_agent(struct bytes value, struct desk_signer *signer, struct error *err)
{
	if (!bytes_equal_text(value, "yes") && !bytes_equal_text(value, "no"))
		return error_set(err, ERROR_TEXT, "yes or no is wanted");
	signer->agent = bytes_equal_text(value, "yes");
	return true;
}

static const struct keyword {
	const char *name;
	bool (*take)(struct bytes value, struct desk_signer *signer, struct error *err);
} keywords[] = {
    {"registrar-key", take_key},
    {"registrar-agent", take_agent},
    {"registrar-pkcs11", take_module},
};

#define KEYWORD_COUNT (sizeof(keywords) / sizeof(*keywords))

static bool take_line(struct bytes line, bool given[KEYWORD_COUNT], struct desk_signer *signer, struct error *err)
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
		return keywords[i].take(line, signer, err) || error_prefix(err, "%s", keywords[i].name);
	}
	return error_set(
	    err, ERROR_TEXT, "unknown keyword; there are registrar-key, registrar-agent, registrar-pkcs11");
}

bool desk_signer_parse(struct bytes text, struct desk_signer *signer, struct error *err)
{
	bool given[KEYWORD_COUNT] = {false};
	struct bytes line;

	for (unsigned number = 1; bytes_take_until(&text, '\n', &line); number++)
		if (!take_line(line, given, signer, err)) {
			desk_signer_clear(signer);
			return error_prefix(err, "line %u", number);
		}
	if (signer->key_path.len == 0) {
		desk_signer_clear(signer);
		return error_set(err, ERROR_TEXT, "no registrar-key is named");
	}
	return true;
}

bool desk_signer_encode(const struct desk_signer *signer, struct buffer *out, struct error *err)
{
	if (!text_is_printable(buffer_bytes(&signer->key_path)) ||
	    !text_is_printable(buffer_bytes(&signer->pkcs11_module)))
		return error_set(err, ERROR_TEXT, "a path with control characters in it cannot be kept");
	return buffer_put_format(out, err,
	           "# who signs enrollments at this desk\nregistrar-key %s\nregistrar-agent %s\n",
	           buffer_text(&signer->key_path), signer->agent ? "yes" : "no") &&
	       (signer->pkcs11_module.len == 0 ||
	           buffer_put_format(out, err, "registrar-pkcs11 %s\n", buffer_text(&signer->pkcs11_module)));
}

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

static bool load_signer(const char *folder, struct desk_signer *signer, struct error *err)
{
	struct buffer path = BUFFER_EMPTY, text = BUFFER_UP_TO(DESK_FILE_MAXIMUM);
	bool done =
	    buffer_put_format(&path, err, "%s/desk.conf", folder) &&
	    file_load(buffer_text(&path), DESK_FILE_MAXIMUM, &text, err) &&
	    (desk_signer_parse(buffer_bytes(&text), signer, err) || error_prefix(err, "%s", buffer_text(&path)));

	buffer_free(&path);
	buffer_free(&text);
	return done;
}

bool desk_open(const char *folder, struct desk *desk, struct error *err)
{
	struct desk opened = DESK_EMPTY;

	if (!desk_open_store(folder, &opened.store, err) || !load_signer(folder, &opened.signer, err) ||
	    !desk_load_public_key(buffer_text(&opened.signer.key_path), &opened.registrar, err)) {
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
	desk_signer_clear(&desk->signer);
}
