#include "registry/trust_update.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "policy/trust.h"

int trust_version_compare(const char *one, const char *other)
{
	while (*one != '\0' || *other != '\0') {
		char *one_end, *other_end;
		unsigned long left = strtoul(one, &one_end, 10), right = strtoul(other, &other_end, 10);

		if (left != right)
			return left < right ? -1 : 1;
		one = one_end + strcspn(one_end, ".");
		other = other_end + strcspn(other_end, ".");
		one += *one == '.' ? 1 : 0;
		other += *other == '.' ? 1 : 0;
	}
	return 0;
}

/* The version names a file: nothing that could lead elsewhere. */
static bool copy_version(const char *found, char version[TRUST_VERSION_SIZE], struct error *err)
{
	if (found[0] == '\0' || found[0] == '.' || strspn(found, "0123456789.") != strlen(found) ||
	    !bytes_to_text(bytes_of_text(found), version, TRUST_VERSION_SIZE))
		return error_set(
		    err, ERROR_TRUST_BUNDLE, "version '%s': an update has numbers with points between them", found);
	return true;
}

static bool load_update(const struct trust_places *places, const char *path, struct buffer *content,
    char version[TRUST_VERSION_SIZE], struct error *err)
{
	struct trust *trust = NULL;
	bool done;

	if (!trust_files_load_signed(places, path, content, &trust, err))
		return false;
	done = copy_version(trust_version(trust), version, err) || error_prefix(err, "%s", path);
	trust_free(trust);
	return done;
}

bool trust_update_check(
    const struct trust_places *places, const char *path, char version[TRUST_VERSION_SIZE], struct error *err)
{
	return load_update(places, path, NULL, version, err);
}

/* The site's folder has no say in which bundle is the newest. */
static bool check_newer(const struct trust_places *places, const char *version, struct error *err)
{
	const struct trust_places without_site = {.shipped = places->shipped, .updates = places->updates};
	struct trust *believed = NULL;
	bool done;

	if (!trust_files_load(&without_site, &believed, err))
		return false;
	done = trust_version_compare(version, trust_version(believed)) > 0 ||
	       error_set(err, ERROR_TRUST_ROLLBACK, "version %s is not newer than %s, which is believed now", version,
	           trust_version(believed));
	trust_free(believed);
	return done;
}

static bool store_pair(const char *folder, const char *version, struct bytes json, const char *from, struct error *err)
{
	struct buffer path = BUFFER_EMPTY, signature = BUFFER_EMPTY, armor = BUFFER_EMPTY;
	bool done = buffer_put_format(&path, err, "%s/%s.json", folder, version) &&
	            buffer_put_format(&signature, err, "%s.sig", from) &&
	            file_load(buffer_text(&signature), TRUST_FILE_MAXIMUM, &armor, err);

	buffer_free(&signature);
	done = done && buffer_put_format(&signature, err, "%s.sig", buffer_text(&path)) &&
	       file_store(buffer_text(&signature), buffer_bytes(&armor), 0644, err) &&
	       file_store(buffer_text(&path), json, 0644, err);
	buffer_free(&path);
	buffer_free(&signature);
	buffer_free(&armor);
	return done;
}

/* The bundle goes before its signature, so that no bundle is ever without one. What cannot be removed does no harm. */
static void remove_others(const char *folder, const char *version)
{
	static const char *const ends[] = {".json", ".json.sig"};
	DIR *listing = opendir(folder);
	char kept[TRUST_VERSION_SIZE + 8];

	if (listing == NULL)
		return;
	(void)snprintf(kept, sizeof(kept), "%s.json", version);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		rewinddir(listing);
		for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
			const char *end = strstr(entry->d_name, ".json");

			if (end != NULL && strcmp(end, ends[i]) == 0 && strncmp(entry->d_name, kept, strlen(kept)) != 0)
				(void)unlinkat(dirfd(listing), entry->d_name, 0);
		}
	}
	(void)closedir(listing);
}

bool trust_update_install(
    const struct trust_places *places, const char *path, char version[TRUST_VERSION_SIZE], struct error *err)
{
	struct buffer json = BUFFER_UP_TO(TRUST_FILE_MAXIMUM);
	bool done = false;

	if (!load_update(places, path, &json, version, err) || !check_newer(places, version, err))
		goto out;
	if (!file_make_folder(places->updates, 0755, err))
		goto out;
	done = store_pair(places->updates, version, buffer_bytes(&json), path, err);
	if (done)
		remove_others(places->updates, version);
out:
	buffer_free(&json);
	return done;
}
