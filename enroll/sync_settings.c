#include "enroll/sync_settings.h"

#include "common/file.h"
#include "enroll/fetch.h"
#include "policy/strict_conf.h"

#define FILE_MAXIMUM ((size_t)64 * 1024)

void sync_settings_clear(struct sync_settings *settings)
{
	buffer_free(&settings->url);
	buffer_free(&settings->ca_file);
	*settings = SYNC_SETTINGS_EMPTY;
}

static bool take(cfg_t *cfg, const char *origin, struct sync_settings *settings, struct error *err)
{
	const char *url = cfg_getstr(cfg, "url"), *ca_file = cfg_getstr(cfg, "ca-file");

	if (url == NULL)
		return error_set(err, ERROR_TEXT, "%s: no url is named", origin);
	if (ca_file != NULL && ca_file[0] != '/')
		return error_set(err, ERROR_TEXT, "%s: ca-file: a path from / is wanted", origin);
	if (!fetch_source_check(url, err))
		return error_prefix(err, "%s: url", origin);
	return buffer_put_text(&settings->url, url, err) &&
	       (ca_file == NULL || buffer_put_text(&settings->ca_file, ca_file, err));
}

bool sync_settings_parse(struct bytes text, const char *origin, struct sync_settings *settings, struct error *err)
{
	cfg_opt_t words[] = {STRICT_CONF_TEXT("url"), STRICT_CONF_TEXT("ca-file"), STRICT_CONF_END};
	struct sync_settings taken = SYNC_SETTINGS_EMPTY;
	cfg_t *cfg = NULL;
	bool done;

	if (!strict_conf_read(text, origin, ERROR_TEXT, words, &cfg, err))
		return false;
	done = take(cfg, origin, &taken, err);
	(void)cfg_free(cfg);
	if (done)
		*settings = taken;
	else
		sync_settings_clear(&taken);
	return done;
}

bool sync_settings_load(const char *path, struct sync_settings *settings, struct error *err)
{
	struct buffer text = BUFFER_UP_TO(FILE_MAXIMUM);
	bool done;

	if (file_is_absent(path))
		return error_set(err, ERROR_USAGE, "no URL is given, and %s, which would name one, is not there", path);
	done = file_load_trusted(path, FILE_MAXIMUM, &text, err) &&
	       sync_settings_parse(buffer_bytes(&text), path, settings, err);
	buffer_free(&text);
	return done;
}
