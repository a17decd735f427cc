#include "registry/trust_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "policy/trust.h"
#include "registry/metadata_files.h"
#include "registry/registrars.h"
#include "registry/trust_signature.h"
#include "registry/trust_update.h"

static bool load_signers(const char *shipped, struct registrars *signers, struct error *err)
{
	struct buffer path = BUFFER_EMPTY, list = BUFFER_EMPTY;
	struct bytes folder = bytes_of_text(shipped);
	const char *end = strrchr(shipped, '/');
	bool done;

	folder.len = end == NULL ? 0 : (size_t)(end - shipped) + 1;
	done = buffer_put(&path, folder, err) && buffer_put_text(&path, TRUST_SIGNERS, err) &&
	       file_load_trusted(buffer_text(&path), TRUST_FILE_MAXIMUM, &list, err) &&
	       (registrars_parse(buffer_bytes(&list), signers, err) || error_prefix(err, "%s", buffer_text(&path)));
	buffer_free(&path);
	buffer_free(&list);
	return done;
}

static bool check_signature(const char *shipped, const char *path, struct bytes json, struct error *err)
{
	struct registrars signers = REGISTRARS_EMPTY;
	struct buffer armor = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	bool done = load_signers(shipped, &signers, err) && buffer_put_format(&signature, err, "%s.sig", path) &&
	            file_load(buffer_text(&signature), TRUST_FILE_MAXIMUM, &armor, err) &&
	            (trust_signature_check(json, buffer_bytes(&armor), &signers, err) || error_prefix(err, "%s", path));

	registrars_clear(&signers);
	buffer_free(&armor);
	buffer_free(&signature);
	return done;
}

/* The signature makes up for where the file comes from, so an update may lie in anybody's folder before it is installed. */
bool trust_files_load_signed(const struct trust_places *places, const char *path, struct buffer *content,
    struct trust **trust, struct error *err)
{
	struct buffer json = BUFFER_UP_TO(TRUST_FILE_MAXIMUM);
	struct trust *made = NULL;
	bool done = file_load(path, TRUST_FILE_MAXIMUM, &json, err) &&
	            check_signature(places->shipped, path, buffer_bytes(&json), err) && trust_new(&made, err) &&
	            trust_add(made, buffer_bytes(&json), path, TRUST_SHIPPED, err) &&
	            (content == NULL || buffer_put(content, buffer_bytes(&json), err));

	buffer_free(&json);
	if (!done) {
		trust_free(made);
		return false;
	}
	*trust = made;
	return true;
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

/* What is done with each bundle of a folder. */
typedef bool bundle_visitor(const char *path, void *context, struct error *err);

static bool visit_entry(const char *folder, const char *name, bundle_visitor *visit, void *context, struct error *err)
{
	struct buffer path = BUFFER_EMPTY;
	bool done = buffer_put_format(&path, err, "%s/%s", folder, name) && visit(buffer_text(&path), context, err);

	buffer_free(&path);
	return done;
}

static bool each_bundle(const char *folder, bundle_visitor *visit, void *context, struct error *err)
{
	struct dirent **entries = NULL;
	bool done = true;
	int num = scandir(folder, &entries, is_bundle, by_bytes);

	if (num < 0)
		return errno == ENOENT ? true : error_set_errno(err, ERROR_FILE, "%s", folder);
	if (num > 0)
		done = folder_check(folder, err);
	for (int i = 0; i < num; i++) {
		done = done && visit_entry(folder, entries[i]->d_name, visit, context, err);
		free(entries[i]);
	}
	free(entries);
	return done;
}

static bool add_site(const char *path, void *context, struct error *err)
{
	struct trust *trust = context;
	struct buffer json = BUFFER_UP_TO(TRUST_FILE_MAXIMUM);
	bool done = file_load_trusted(path, TRUST_FILE_MAXIMUM, &json, err) &&
	            trust_add(trust, buffer_bytes(&json), path, TRUST_SITE, err);

	buffer_free(&json);
	return done;
}

/* The newest of what was signed; what is not newer than the shipped bundle is left over from an older package. */
struct choice {
	const struct trust_places *places;
	struct trust *newest; /* owned */
};

static bool take_newer(const char *path, void *context, struct error *err)
{
	struct choice *choice = context;
	struct trust *update = NULL;

	if (!trust_files_load_signed(choice->places, path, NULL, &update, err))
		return false;
	if (trust_version_compare(trust_version(update), trust_version(choice->newest)) > 0) {
		trust_free(choice->newest);
		choice->newest = update;
		return true;
	}
	trust_free(update);
	return true;
}

static bool check_shipped(const char *path, struct error *err)
{
	int descriptor;

	if (!file_open_trusted(path, &descriptor, err))
		return false;
	(void)close(descriptor);
	return true;
}

bool trust_files_load(const struct trust_places *places, struct trust **trust, struct error *err)
{
	struct choice choice = {.places = places};

	struct metadata *metadata = NULL;

	if (!check_shipped(places->shipped, err) ||
	    !trust_files_load_signed(places, places->shipped, NULL, &choice.newest, err) ||
	    (places->updates && !each_bundle(places->updates, take_newer, &choice, err)) ||
	    (places->site && !each_bundle(places->site, add_site, choice.newest, err)) ||
	    (places->metadata && !metadata_files_load(places->metadata, &metadata, err))) {
		trust_free(choice.newest);
		return false;
	}
	trust_take_metadata(choice.newest, metadata);
	*trust = choice.newest;
	return true;
}
