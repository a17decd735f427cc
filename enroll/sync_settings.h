/* sync_settings.h: sync.conf, the file that says where "keyenroll sync" fetches from: words url and ca-file, each at most once. It is
 * read by that verb alone: a mistake in it refuses no login.
 * Knows nothing of fetching. */
#ifndef ENROLL_SYNC_SETTINGS_H
#define ENROLL_SYNC_SETTINGS_H

#include "common/buffer.h"

#define SYNC_SETTINGS_FILE KEYENROLL_CONFIG_DIR "/sync.conf"

struct sync_settings {
	struct buffer url;
	struct buffer ca_file; /* path; empty: the system's authorities */
};

#define SYNC_SETTINGS_EMPTY ((struct sync_settings){.url = {.data = NULL}})

/* sync_settings_parse: the text of the file.
 *   origin    its name, for errors ("FILE:LINE: …")
 *   settings  out: the caller's, to sync_settings_clear()
 * Errors: ERROR_TEXT, ERROR_LIMIT, ERROR_MEMORY, those of fetch_source_check. */
bool sync_settings_parse(
    struct bytes text, const char *origin, struct sync_settings *settings, struct error *err) MUST_CHECK;

/* sync_settings_load: the file itself, which must be root's, or the caller's, to write.
 * Errors: those of file_load_trusted and sync_settings_parse; ERROR_USAGE where it is not there. */
bool sync_settings_load(const char *path, struct sync_settings *settings, struct error *err) MUST_CHECK;

/* sync_settings_clear: frees what they own; SYNC_SETTINGS_EMPTY afterwards. */
void sync_settings_clear(struct sync_settings *settings);

#endif
