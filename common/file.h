/* file.h: whole files in and out. A written file is there with all its content, or as it was before.
 * Knows nothing of what stands in them. */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <sys/types.h>

#include "common/buffer.h"

/* file_load: appends the content of a regular file of at most `maximum` bytes. The buffer's own maximum holds as well.
 * Errors: ERROR_FILE (with path and errno's word), ERROR_LIMIT; the content of the buffer is as before then. */
bool file_load(const char *path, size_t maximum, struct buffer *content, struct error *err) MUST_CHECK;

/* file_load_trusted: as file_load, for what decides about logins: no symbolic link at the end, regular, owned by root or
 * the caller, writable by its owner only. Errors: also ERROR_PERMISSIONS with the command that mends it. */
bool file_load_trusted(const char *path, size_t maximum, struct buffer *content, struct error *err) MUST_CHECK;

/* file_open_trusted: opens such a file for reading, for what is not read as a whole.
 *   descriptor  out: the caller's, to close(); -1 on error
 * Errors: those of file_load_trusted, but for ERROR_LIMIT. */
bool file_open_trusted(const char *path, int *descriptor, struct error *err) MUST_CHECK;

/* file_load_descriptor: appends all that comes from an open, blocking descriptor, up to `maximum` bytes.
 * Errors: as file_load, without a path. */
bool file_load_descriptor(int descriptor, size_t maximum, struct buffer *content, struct error *err) MUST_CHECK;

/* file_write_descriptor: writes all of it to an open, blocking descriptor. Errors: ERROR_FILE, without a path. */
bool file_write_descriptor(int descriptor, struct bytes content, struct error *err) MUST_CHECK;

/* file_store: writes a temporary file beside `path`, fsyncs it, renames it over `path`, fsyncs the folder.
 * A device, a pipe or a folder keeps its place, and so does a link to one.
 *   mode  permission bits, 0644 or 0600
 * Errors: ERROR_FILE; no temporary file is left behind then. */
bool file_store(const char *path, struct bytes content, mode_t mode, struct error *err) MUST_CHECK;

/* file_store_new: as file_store, for what must not take the place of anything, also of what came a moment ago.
 * Errors: as file_store; on any of them no file of this content is there. */
bool file_store_new(const char *path, struct bytes content, mode_t mode, struct error *err) MUST_CHECK;

/* file_replace: puts a finished file in the place of `path`: sets its mode, fsyncs it, renames it, fsyncs the folder.
 * What file_store leaves in its place, this does too.
 *   temporary  in the same folder; gone afterwards, whatever happens
 * Errors: ERROR_FILE; at `path` is what was there before, unless only the last fsync failed. */
bool file_replace(const char *temporary, const char *path, mode_t mode, struct error *err) MUST_CHECK;

/* file_sync_folder: fsyncs the folder that `path` is in: a file that was made, renamed or removed is so on the disk when its folder is.
 * Errors: ERROR_FILE. */
bool file_sync_folder(const char *path, struct error *err) MUST_CHECK;

/* file_make_folder: makes a folder, unless it is there, and fsyncs the one that it is made in.
 * Errors: ERROR_FILE. */
bool file_make_folder(const char *path, mode_t mode, struct error *err) MUST_CHECK;

/* file_exists: whether there is anything at `path`, a dangling symbolic link included. */
bool file_exists(const char *path);

/* file_is_absent: whether there is certainly nothing at `path`. Where that cannot be told it is false, and opening the file says why:
 * for files without which a host is less strict. */
bool file_is_absent(const char *path);

#endif
