#include "registry/trust_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"

static bool add_file(struct trust *trust, const char *path, enum trust_source source, struct error *err)
{
	struct buffer json = BUFFER_UP_TO(TRUST_FILE_MAXIMUM);
	bool done = file_load_trusted(path, TRUST_FILE_MAXIMUM, &json, err) &&
	            trust_add(trust, buffer_bytes(&json), path, source, err);

	buffer_free(&json);
	return done;
}

static int is_bundle(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && end && strcmp(end, ".json") == 0;
}

static int by_bytes(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

/* Whoever may write to the folder may add an issuer. */
static bool folder_check(const char *folder, struct error *err)
{
	struct stat status;

	if (stat(folder, &status) < 0)
		return error_set_errno(err, ERROR_FILE, "%s", folder);
	if ((status.st_uid != 0 && status.st_uid != geteuid()) || (status.st_mode & (S_IWGRP | S_IWOTH)))
		return error_set(err, ERROR_PERMISSIONS,
		    "%s can be changed by others, and so could whom this machine believes: chown root, chmod go-w",
		    folder);
	return true;
}

static bool add_entry(struct trust *trust, const char *folder, const char *name, struct error *err)
{
	struct buffer path = BUFFER_EMPTY;
	bool done = buffer_put_format(&path, err, "%s/%s", folder, name) &&
	            add_file(trust, buffer_text(&path), TRUST_SITE, err);

	buffer_free(&path);
	return done;
}

static bool add_folder(struct trust *trust, const char *folder, struct error *err)
{
	struct dirent **entries = NULL;
	bool done = true;
	int num = scandir(folder, &entries, is_bundle, by_bytes);

	if (num < 0)
		return errno == ENOENT ? true : error_set_errno(err, ERROR_FILE, "%s", folder);
	if (num > 0)
		done = folder_check(folder, err);
	for (int i = 0; i < num; i++) {
		done = done && add_entry(trust, folder, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return done;
}

bool trust_files_load(const char *shipped, const char *site_folder, struct trust **trust, struct error *err)
{
	struct trust *made = NULL;

	if (!trust_new(&made, err))
		return false;
	if (!add_file(made, shipped, TRUST_SHIPPED, err) || (site_folder && !add_folder(made, site_folder, err))) {
		trust_free(made);
		return false;
	}
	*trust = made;
	return true;
}
