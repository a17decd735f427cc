#include "enroll/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "enroll/fetch.h"
#include "registry/revocation_list.h"

#define SNAPSHOT_NAME "snapshot"
#define SNAPSHOT_MAXIMUM ((size_t)1024 * 1024 * 1024)
#define LIST_MAXIMUM ((size_t)64 * 1024 * 1024)
/* HTTP's times are whole seconds, and clocks differ: one that is younger than this may be that of two contents. */
#define MARK_AGE_SECONDS 60

/* A file that is being brought: it grows beside its place. */
struct arrival {
	struct buffer path, temporary;
	int descriptor; /* of the temporary file, locked; -1: none */
};

struct side {
	struct snapshot *snapshot;
	struct buffer revoked_hashes;
	bool has_list;
};

struct sync {
	const struct sync_wish *wish;
	struct arrival snapshot, list;
	struct side present, next;
	int64_t newer_than, changed_at;
};

static bool name_places(struct sync *sync, struct error *err)
{
	const char *path = sync->wish->snapshot, *end = strrchr(path, '/');

	return buffer_put_text(&sync->snapshot.path, path, err) &&
	       buffer_put_format(&sync->snapshot.temporary, err, "%s.sync", path) &&
	       buffer_put_format(
	           &sync->list.path, err, "%.*s" REVOCATION_LIST_FILE, end == NULL ? 0 : (int)(end - path) + 1, path) &&
	       buffer_put_format(&sync->list.temporary, err, "%s.sync", buffer_text(&sync->list.path));
}

/* Whether the file that is open is the caller's own, and still the one at that path. */
static bool is_ours(int descriptor, const char *path)
{
	struct stat opened, there;

	return fstat(descriptor, &opened) == 0 && lstat(path, &there) == 0 && S_ISREG(opened.st_mode) &&
	       opened.st_uid == geteuid() && opened.st_nlink == 1 && opened.st_dev == there.st_dev &&
	       opened.st_ino == there.st_ino;
}

/* One name a file, so that a program that was killed leaves one behind and not one each time; the lock on it ends with the program. */
static bool open_arrival(struct arrival *arrival, struct error *err)
{
	const char *path = buffer_text(&arrival->temporary);
	int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (descriptor < 0)
		return error_set_errno(err, ERROR_FILE, "%s cannot be written", path);
	if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 || !is_ours(descriptor, path)) {
		(void)close(descriptor);
		return error_set(err, ERROR_FILE,
		    "%s is in use: another \"keyenroll sync\" is at work, or it is somebody else's file", path);
	}
	arrival->descriptor = descriptor;
	return ftruncate(descriptor, 0) == 0 || error_set_errno(err, ERROR_FILE, "%s cannot be written", path);
}

static void close_arrival(struct arrival *arrival)
{
	if (arrival->descriptor >= 0) {
		if (is_ours(arrival->descriptor, buffer_text(&arrival->temporary)))
			(void)unlink(buffer_text(&arrival->temporary));
		(void)close(arrival->descriptor);
	}
	buffer_free(&arrival->path);
	buffer_free(&arrival->temporary);
}

static bool load_list(const char *path, struct side *side, struct error *err)
{
	struct buffer list = BUFFER_UP_TO(LIST_MAXIMUM);

	side->revoked_hashes = BUFFER_UP_TO(LIST_MAXIMUM);
	side->has_list =
	    file_load_trusted(path, LIST_MAXIMUM, &list, err) &&
	    (revocation_list_parse(buffer_bytes(&list), &side->revoked_hashes, err) || error_prefix(err, "%s", path));
	if (!side->has_list)
		buffer_free(&side->revoked_hashes);
	buffer_free(&list);
	return side->has_list;
}

/* Of a snapshot that was put here by this function the time of its content is the server's, which has no fraction of a second. */
static void find_mark(struct sync *sync)
{
	struct stat status;

	if (sync->present.snapshot != NULL && sync->present.has_list && !sync->wish->terms.allow_older &&
	    stat(buffer_text(&sync->snapshot.path), &status) == 0 && status.st_mtim.tv_nsec == 0 &&
	    status.st_mtim.tv_sec > 0)
		sync->newer_than = status.st_mtim.tv_sec;
}

/* With a snapshot or a list that cannot be read nobody gets in: what comes mends that. What is no file of its owner alone is left to
 * whoever made it so. */
static bool open_present(struct sync *sync, struct error *err)
{
	const char *snapshot = buffer_text(&sync->snapshot.path), *list = buffer_text(&sync->list.path);
	struct error reason = ERROR_EMPTY;

	if ((!file_is_absent(snapshot) && !snapshot_open(snapshot, &sync->present.snapshot, &reason) &&
	        reason.code != ERROR_SNAPSHOT) ||
	    (!file_is_absent(list) && !load_list(list, &sync->present, &reason) &&
	        reason.code != ERROR_REVOCATION_LIST)) {
		*err = reason;
		return false;
	}
	find_mark(sync);
	return true;
}

static bool fetch(struct sync *sync, const char *name, size_t maximum, int64_t newer_than, struct arrival *arrival,
    struct download_news *news, struct error *err)
{
	const struct fetch wanted = {.source = sync->wish->source,
	    .name = name,
	    .ca_file = sync->wish->ca_file,
	    .seconds = sync->wish->seconds,
	    .newer_than = newer_than,
	    .maximum = maximum};

	return fetch_file(&wanted, arrival->descriptor, news, err);
}

/* The list is fetched last and takes its place first: a desk writes it first, so that it is never older than the snapshot. */
static bool fetch_both(struct sync *sync, bool *changed, struct error *err)
{
	struct download_news news, list_news;

	if (!fetch(sync, SNAPSHOT_NAME, SNAPSHOT_MAXIMUM, sync->newer_than, &sync->snapshot, &news, err))
		return false;
	*changed = news.changed;
	sync->changed_at = news.changed_at;
	return !news.changed || (open_arrival(&sync->list, err) &&
	                            fetch(sync, REVOCATION_LIST_FILE, LIST_MAXIMUM, 0, &sync->list, &list_news, err));
}

static bool check_next(struct sync *sync, struct sync_outcome *outcome, struct error *err)
{
	struct succession_side present, next;

	if (!snapshot_open(buffer_text(&sync->snapshot.temporary), &sync->next.snapshot, err) ||
	    !load_list(buffer_text(&sync->list.temporary), &sync->next, err))
		return false;
	present = (struct succession_side){sync->present.snapshot, buffer_bytes(&sync->present.revoked_hashes)};
	next = (struct succession_side){sync->next.snapshot, buffer_bytes(&sync->next.revoked_hashes)};
	outcome->made_at = snapshot_made_at(sync->next.snapshot);
	return snapshot_succession_check(&present, &next, &sync->wish->terms, &outcome->counts, err);
}

/* See find_mark. Without a mark the next call fetches the whole again. */
static bool set_mark(const struct sync *sync, struct error *err)
{
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)sync->changed_at}};

	return sync->changed_at <= 0 || sync->changed_at > sync->wish->terms.now - MARK_AGE_SECONDS ||
	       futimens(sync->snapshot.descriptor, times) == 0 ||
	       error_set_errno(err, ERROR_FILE, "%s", buffer_text(&sync->snapshot.temporary));
}

static bool put(const struct arrival *arrival, struct error *err)
{
	return file_replace(buffer_text(&arrival->temporary), buffer_text(&arrival->path), 0644, err);
}

static bool bring(struct sync *sync, struct sync_outcome *outcome, struct error *err)
{
	bool changed = false;

	if (!open_arrival(&sync->snapshot, err) || !open_present(sync, err) || !fetch_both(sync, &changed, err))
		return false;
	if (!changed) {
		*outcome = (struct sync_outcome){.made_at = snapshot_made_at(sync->present.snapshot)};
		return true;
	}
	*outcome = (struct sync_outcome){.changed = true};
	return check_next(sync, outcome, err) && put(&sync->list, err) && set_mark(sync, err) &&
	       put(&sync->snapshot, err);
}

bool sync_run(
    const struct sync_wish *wish, struct buffer *revocation_list, struct sync_outcome *outcome, struct error *err)
{
	struct sync sync = {.wish = wish, .snapshot = {.descriptor = -1}, .list = {.descriptor = -1}};
	bool done = fetch_source_check(wish->source, err) && name_places(&sync, err) && bring(&sync, outcome, err) &&
	            buffer_put(revocation_list, buffer_bytes(&sync.list.path), err);

	snapshot_close(sync.present.snapshot);
	snapshot_close(sync.next.snapshot);
	buffer_free(&sync.present.revoked_hashes);
	buffer_free(&sync.next.revoked_hashes);
	close_arrival(&sync.list);
	close_arrival(&sync.snapshot);
	return done;
}
