/* The functions of this file stand in front of the C library's, with the same declarations. */
#include "tests/unit/failing_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	const char *folder; /* NULL: all is well */
	enum failing_disk what;
	unsigned long at, count;
} disk;

void failing_disk_begin(const char *folder, enum failing_disk what, unsigned long at)
{
	disk.what = what;
	disk.at = at;
	disk.count = 0;
	disk.folder = folder;
}

unsigned long failing_disk_end(void)
{
	disk.folder = NULL;
	return disk.count;
}

static bool is_below(const char *path)
{
	return disk.folder && strncmp(path, disk.folder, strlen(disk.folder)) == 0;
}

static bool is_meant(int descriptor)
{
	char link[64], path[256];
	ssize_t len;

	if (!disk.folder)
		return false;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0)
		return false;
	path[len] = '\0';
	return is_below(path);
}

/* What becomes of a write that is meant. */
enum fate { FATE_DONE, FATE_HALF, FATE_NONE };

static enum fate step(void)
{
	disk.count++;
	if (disk.what == FAILING_DISK_COUNTS || disk.count < disk.at)
		return FATE_DONE;
	return disk.count == disk.at ? FATE_HALF : FATE_NONE;
}

static void die_if_wanted(void)
{
	if (disk.what == FAILING_DISK_KILLS)
		(void)raise(SIGKILL);
}

/* Half of it, which may be nothing. */
static ssize_t write_some(int descriptor, const void *data, size_t len, off_t offset, bool at_offset)
{
	enum fate fate = is_meant(descriptor) ? step() : FATE_DONE;
	ssize_t done = 0;

	if (fate == FATE_HALF)
		len /= 2;
	if (fate != FATE_NONE && (fate == FATE_DONE || len > 0))
		done = at_offset ? syscall(SYS_pwrite64, descriptor, data, len, offset)
		                 : syscall(SYS_write, descriptor, data, len);
	if (fate == FATE_HALF)
		die_if_wanted();
	if (fate == FATE_DONE || done != 0)
		return done;
	errno = ENOSPC;
	return -1;
}

/* What cannot be done by half is not done. */
static bool refuses(bool meant)
{
	enum fate fate = meant ? step() : FATE_DONE;

	if (fate == FATE_HALF)
		die_if_wanted();
	errno = fate == FATE_DONE ? errno : ENOSPC;
	return fate != FATE_DONE;
}

ssize_t write(int descriptor, const void *data, size_t len)
{
	return write_some(descriptor, data, len, 0, false);
}

ssize_t pwrite(int descriptor, const void *data, size_t len, off_t offset)
{
	return write_some(descriptor, data, len, offset, true);
}

ssize_t pwrite64(int descriptor, const void *data, size_t len, off64_t offset)
{
	return write_some(descriptor, data, len, offset, true);
}

int fsync(int descriptor)
{
	return refuses(is_meant(descriptor)) ? -1 : (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor)
{
	return refuses(is_meant(descriptor)) ? -1 : (int)syscall(SYS_fdatasync, descriptor);
}

int mkdir(const char *path, mode_t mode)
{
	return refuses(is_below(path)) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int rename(const char *from, const char *to)
{
	return refuses(is_below(to)) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static int open_some(const char *path, int flags, mode_t mode)
{
	struct stat status;
	bool makes = (flags & O_CREAT) != 0 && is_below(path) && lstat(path, &status) != 0;

	return refuses(makes) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static mode_t mode_of(int flags, va_list arguments)
{
	return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return open_some(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return open_some(path, flags, mode);
}

int mkostemp(char *template, int flags)
{
	char *end = template + strlen(template) - 6;
	int made;

	for (unsigned number = 0;; number++) {
		(void)snprintf(end, 7, "%06u", number % 1000000);
		made = open_some(template, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
		if (made >= 0 || errno != EEXIST)
			return made;
	}
}
