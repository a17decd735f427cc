#include "verifier/configuration.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/buffer.h"
#include "common/file.h"
#include "policy/policy.h"
#include "policy/trust.h"
#include "registry/metadata_files.h"
#include "registry/policy_files.h"
#include "registry/registrars.h"
#include "registry/registrars_file.h"
#include "registry/snapshot.h"
#include "registry/trust_files.h"
#include "verifier/host_rules.h"

struct paths {
	struct buffer config, data, registrars, shipped_trust, trust_updates, site_trust, metadata, policy, rules,
	    snapshot;
};

/* What the text files say; built as a whole, then put in the place of the one before. */
struct beliefs {
	struct registrars registrars;
	struct trust *trust;
	struct policy *policy;
	struct buffer stamp; /* which files it was read from: path and identity of each */
};

#define BELIEFS_EMPTY ((struct beliefs){.trust = NULL})

struct configuration {
	struct paths paths;
	struct beliefs beliefs;
	struct host_rules *rules;
	struct buffer rules_stamp;
	struct snapshot *snapshot;
};

static void beliefs_clear(struct beliefs *beliefs)
{
	registrars_clear(&beliefs->registrars);
	trust_free(beliefs->trust);
	policy_free(beliefs->policy);
	buffer_free(&beliefs->stamp);
	*beliefs = BELIEFS_EMPTY;
}

/* A file that is absent has a stamp too: its zeros are those of no file. */
static bool put_stamp(const char *path, struct buffer *stamp, struct error *err)
{
	struct stat status = {0};

	if (stat(path, &status) < 0 && errno != ENOENT)
		return error_set_errno(err, ERROR_FILE, "%s", path);
	return buffer_put_format(stamp, err, "%s %ju %ju %jd %jd.%09ld %jd.%09ld\n", path, (uintmax_t)status.st_dev,
	    (uintmax_t)status.st_ino, (intmax_t)status.st_size, (intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
	    (intmax_t)status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
}

static bool put_entry_stamp(const char *folder, const char *name, struct buffer *stamp, struct error *err)
{
	struct buffer path = BUFFER_EMPTY;
	bool done = buffer_put_format(&path, err, "%s/%s", folder, name) && put_stamp(buffer_text(&path), stamp, err);

	buffer_free(&path);
	return done;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool put_folder_stamp(const char *folder, struct buffer *stamp, struct error *err)
{
	struct dirent **entries = NULL;
	int num = scandir(folder, &entries, is_visible, alphasort);
	bool done = true;

	if (num < 0)
		return errno == ENOENT || error_set_errno(err, ERROR_FILE, "%s", folder);
	for (int i = 0; i < num; i++) {
		done = done && put_entry_stamp(folder, entries[i]->d_name, stamp, err);
		free(entries[i]);
	}
	free(entries);
	return done;
}

/* The whole folders: signatures and the lists that a policy names lie there too. */
static bool put_stamps(const struct paths *paths, struct buffer *stamp, struct error *err)
{
	return put_folder_stamp(buffer_text(&paths->config), stamp, err) &&
	       put_folder_stamp(buffer_text(&paths->site_trust), stamp, err) &&
	       put_folder_stamp(buffer_text(&paths->trust_updates), stamp, err) &&
	       put_folder_stamp(buffer_text(&paths->data), stamp, err);
}

static bool load_beliefs(const struct paths *paths, struct beliefs *beliefs, struct error *err)
{
	const struct trust_places places = {.shipped = buffer_text(&paths->shipped_trust),
	    .updates = buffer_text(&paths->trust_updates),
	    .site = buffer_text(&paths->site_trust),
	    .metadata = buffer_text(&paths->metadata)};

	return registrars_file_load(buffer_text(&paths->registrars), &beliefs->registrars, err) &&
	       trust_files_load(&places, &beliefs->trust, err) &&
	       policy_files_load(buffer_text(&paths->policy), &beliefs->policy, err);
}

/* The stamp is taken before the files are read: one that is replaced in between is read again at the next request. */
static bool refresh_beliefs(struct configuration *configuration, struct error *err)
{
	struct beliefs fresh = BELIEFS_EMPTY;
	bool done = false;

	if (!put_stamps(&configuration->paths, &fresh.stamp, err))
		goto out;
	if (configuration->beliefs.policy != NULL &&
	    bytes_equal(buffer_bytes(&fresh.stamp), buffer_bytes(&configuration->beliefs.stamp))) {
		done = true;
		goto out;
	}
	beliefs_clear(&configuration->beliefs);
	if (!load_beliefs(&configuration->paths, &fresh, err))
		goto out;
	configuration->beliefs = fresh;
	fresh = BELIEFS_EMPTY;
	done = true;
out:
	beliefs_clear(&fresh);
	return done;
}

static bool refresh_snapshot(struct configuration *configuration, struct error *err)
{
	const char *path = buffer_text(&configuration->paths.snapshot);

	if (configuration->snapshot != NULL && snapshot_is_current(configuration->snapshot))
		return true;
	snapshot_close(configuration->snapshot);
	configuration->snapshot = NULL;
	return file_is_absent(path) || snapshot_open(path, &configuration->snapshot, err);
}

bool configuration_refresh_rules(
    struct configuration *configuration, const struct host_rules **rules, struct error *err)
{
	const char *path = buffer_text(&configuration->paths.rules);
	struct buffer stamp = BUFFER_EMPTY;
	bool done = put_stamp(path, &stamp, err);

	if (done && (configuration->rules == NULL ||
	                !bytes_equal(buffer_bytes(&stamp), buffer_bytes(&configuration->rules_stamp)))) {
		host_rules_free(configuration->rules);
		configuration->rules = NULL;
		buffer_free(&configuration->rules_stamp);
		done = host_rules_load(path, &configuration->rules, err);
		configuration->rules_stamp = stamp;
		stamp = BUFFER_EMPTY;
	}
	buffer_free(&stamp);
	*rules = configuration->rules;
	return done;
}

bool configuration_new(
    const struct configuration_folders *folders, struct configuration **configuration, struct error *err)
{
	struct configuration *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the configuration");
	if (!buffer_put_format(&made->paths.registrars, err, "%s/registrars", folders->config) ||
	    !buffer_put_text(&made->paths.config, folders->config, err) ||
	    !buffer_put_text(&made->paths.data, folders->data, err) ||
	    !buffer_put_format(&made->paths.policy, err, "%s/policy.conf", folders->config) ||
	    !buffer_put_format(&made->paths.trust_updates, err, "%s/trust", folders->state) ||
	    !buffer_put_format(&made->paths.metadata, err, "%s/trust/" METADATA_FILE, folders->state) ||
	    !buffer_put_format(&made->paths.rules, err, "%s/" HOST_RULES_FILE, folders->config) ||
	    !buffer_put_format(&made->paths.site_trust, err, "%s/trust.d", folders->config) ||
	    !buffer_put_format(&made->paths.shipped_trust, err, "%s/trust.json", folders->data) ||
	    !buffer_put_format(&made->paths.snapshot, err, "%s/snapshot", folders->state)) {
		configuration_free(made);
		return false;
	}
	*configuration = made;
	return true;
}

void configuration_free(struct configuration *configuration)
{
	if (configuration == NULL)
		return;
	beliefs_clear(&configuration->beliefs);
	host_rules_free(configuration->rules);
	buffer_free(&configuration->rules_stamp);
	snapshot_close(configuration->snapshot);
	buffer_free(&configuration->paths.rules);
	buffer_free(&configuration->paths.registrars);
	buffer_free(&configuration->paths.config);
	buffer_free(&configuration->paths.data);
	buffer_free(&configuration->paths.policy);
	buffer_free(&configuration->paths.shipped_trust);
	buffer_free(&configuration->paths.trust_updates);
	buffer_free(&configuration->paths.metadata);
	buffer_free(&configuration->paths.site_trust);
	buffer_free(&configuration->paths.snapshot);
	free(configuration);
}

bool configuration_refresh(
    struct configuration *configuration, struct names *names, struct host_view *view, struct error *err)
{
	const struct host_rules *rules = NULL;

	if (!configuration_refresh_rules(configuration, &rules, err) || !refresh_beliefs(configuration, err) ||
	    !refresh_snapshot(configuration, err))
		return false;
	*view = (struct host_view){
	    .rules = rules,
	    .registrars = &configuration->beliefs.registrars,
	    .trust = configuration->beliefs.trust,
	    .policy = configuration->beliefs.policy,
	    .snapshot = configuration->snapshot,
	    .names = names,
	};
	return true;
}
