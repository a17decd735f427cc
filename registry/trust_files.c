#include "registry/trust_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "registry/trust_signature.h"

static bool add_site(struct trust *trust, const char *path, struct error *err)
{
	struct buffer json = BUFFER_UP_TO(TRUST_FILE_MAXIMUM);
	bool done = file_load_trusted(path, TRUST_FILE_MAXIMUM, &json, err) &&
	            trust_add(trust, buffer_bytes(&json), path, TRUST_SITE, err);

	buffer_free(&json);
	return done;
}

static bool load_beside(const char *path, const char *name, struct buffer *content, struct error *err)
{
	struct buffer beside = BUFFER_EMPTY;
	struct bytes folder = bytes_of_text(path);
	const char *end = strrchr(path, '/');
	bool done;

	folder.len = end == NULL ? 0 : (size_t)(end - path) + 1;
	done = buffer_put(&beside, folder, err) && buffer_put_text(&beside, name, err) &&
	       file_load_trusted(buffer_text(&beside), TRUST_FILE_MAXIMUM, content, err);
	buffer_free(&beside);
	return done;
}

static bool load_signers(const char *path, struct registrars *signers, struct error *err)
{
	struct buffer list = BUFFER_EMPTY;
	bool done = load_beside(path, TRUST_SIGNERS, &list, err) &&
	            (registrars_parse(buffer_bytes(&list), signers, err) || error_prefix(err, "%s", TRUST_SIGNERS));

	buffer_free(&list);
	return done;
}

static bool check_signature(const char *path, struct bytes json, struct error *err)
{
	struct registrars signers = REGISTRARS_EMPTY;
	struct buffer armor = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	bool done = load_signers(path, &signers, err) && buffer_put_format(&signature, err, "%s.sig", path) &&
	            file_load_trusted(buffer_text(&signature), TRUST_FILE_MAXIMUM, &armor, err) &&
	            (trust_signature_check(json, buffer_bytes(&armor), &signers, err) || error_prefix(err, "%s", path));

	registrars_clear(&signers);
	buffer_free(&armor);
	buffer_free(&signature);
	return done;
}

static bool add_shipped(struct trust *trust, const char *path, struct error *err)
{
	struct buffer json = BUFFER_UP_TO(TRUST_FILE_MAXIMUM);
	bool done = file_load_trusted(path, TRUST_FILE_MAXIMUM, &json, err) &&
	            check_signature(path, buffer_bytes(&json), err) &&
	            trust_add(trust, buffer_bytes(&json), path, TRUST_SHIPPED, err);

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
	bool done = buffer_put_format(&path, err, "%s/%s", folder, name) && add_site(trust, buffer_text(&path), err);

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
	if (!add_shipped(made, shipped, err) || (site_folder && !add_folder(made, site_folder, err))) {
		trust_free(made);
		return false;
	}
	*trust = made;
	return true;
}
