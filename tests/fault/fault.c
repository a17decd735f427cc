/* Its functions take the place of the C library's, so it wants those without a second body in their headers, and it is compiled with
 * -fvisibility=default. */
#undef _FORTIFY_SOURCE

#include "tests/fault/fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define SIGNALLED FAULT_KIND_COUNT
#define NOBODY (FAULT_KIND_COUNT + 1)

static atomic_int armed = NOBODY;
static atomic_ulong met;
static unsigned long failing;
static enum fault_mode mode_of_failing;
static int signal_number;
static int log_descriptor = -1;

void fault_arm(enum fault_kind kind, unsigned long at, enum fault_mode mode)
{
	failing = at;
	mode_of_failing = mode;
	atomic_store(&met, 0);
	atomic_store(&armed, (int)kind);
}

void fault_arm_signal(unsigned long at, int number)
{
	fault_arm(SIGNALLED, at, FAULT_ONCE);
	signal_number = number;
}

unsigned long fault_disarm(void)
{
	atomic_store(&armed, NOBODY);
	return atomic_load(&met);
}

void fault_log(int descriptor)
{
	log_descriptor = descriptor;
}

/* Whether this call has to fail. */
static bool fails(enum fault_kind kind, int number)
{
	unsigned long now;

	if (atomic_load_explicit(&armed, memory_order_relaxed) != (int)kind)
		return false;
	now = atomic_fetch_add(&met, 1) + 1;
	if (failing == 0 || now < failing || (now > failing && mode_of_failing == FAULT_ONCE))
		return false;
	errno = number;
	return true;
}

/* ---- memory ----------------------------------------------------------------------------------------------------------------- */

/* The C library's own under another name; with the sanitizer's in between they are found as the others are, which takes no memory. */
#ifdef __SANITIZE_ADDRESS__
static void *next_of(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}
#define REAL(type, name) ((type)next_of(name))
#define REAL_MALLOC REAL(void *(*)(size_t), "malloc")
#define REAL_CALLOC REAL(void *(*)(size_t, size_t), "calloc")
#define REAL_REALLOC REAL(void *(*)(void *, size_t), "realloc")
#else
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t num, size_t size);
void *__libc_realloc(void *memory, size_t size);
#define REAL_MALLOC __libc_malloc
#define REAL_CALLOC __libc_calloc
#define REAL_REALLOC __libc_realloc
#endif

void *malloc(size_t size)
{
	return fails(FAULT_MEMORY, ENOMEM) ? NULL : REAL_MALLOC(size);
}

void *calloc(size_t num, size_t size)
{
	return fails(FAULT_MEMORY, ENOMEM) ? NULL : REAL_CALLOC(num, size);
}

void *realloc(void *memory, size_t size)
{
	return fails(FAULT_MEMORY, ENOMEM) ? NULL : REAL_REALLOC(memory, size);
}

/* ---- files: the log ----------------------------------------------------------------------------------------------------------- */

/* The functions that stand behind those of this file. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(const char *word, const char *path, const char *other)
{
	char line[8400];
	int len;

	if (fails(SIGNALLED, errno))
		(void)raise(signal_number);
	if (log_descriptor < 0)
		return;
	len = snprintf(
	    line, sizeof(line), "%s\t%s%s%s\n", word, path, other == NULL ? "" : "\t", other == NULL ? "" : other);
	if (len < 0 || (size_t)len >= sizeof(line) || NEXT(write)(log_descriptor, line, (size_t)len) != len)
		abort();
}

static void note_descriptor(const char *word, int descriptor)
{
	char link[64], path[4096];
	ssize_t len;

	if (log_descriptor < 0 && atomic_load(&armed) != SIGNALLED)
		return;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	len = readlink(link, path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	if (path[0] == '/')
		note(word, path, NULL);
}

/* ---- files: opening ------------------------------------------------------------------------------------------------------------- */

/* A folder is opened in order to sync it. */
static enum fault_kind kind_of_flags(int flags)
{
	return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_DIRECTORY)) != 0 ? FAULT_WRITE : FAULT_READ;
}

static int open_as(const char *name, int folder, const char *path, int flags, mode_t mode)
{
	int (*next)(int, const char *, int, ...) = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, name);
	enum fault_kind kind = kind_of_flags(flags);
	bool there = faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	int descriptor;

	if (fails(kind, kind == FAULT_WRITE ? ENOSPC : EIO))
		return -1;
	descriptor = next(folder, path, flags, mode);
	if (descriptor >= 0 && (flags & O_CREAT) != 0 && !there)
		note_descriptor("create", descriptor);
	return descriptor;
}

static mode_t take_mode(int flags, va_list *rest)
{
	return (flags & O_CREAT) == 0 ? 0 : va_arg(*rest, mode_t);
}

#define OPEN(name)                                                                                                     \
	int name(const char *path, int flags, ...)                                                                     \
	{                                                                                                              \
		va_list rest;                                                                                          \
		mode_t mode;                                                                                           \
		va_start(rest, flags);                                                                                 \
		mode = take_mode(flags, &rest);                                                                        \
		va_end(rest);                                                                                          \
		return open_as("openat", AT_FDCWD, path, flags, mode);                                                 \
	}

#define OPENAT(name)                                                                                                   \
	int name(int folder, const char *path, int flags, ...)                                                         \
	{                                                                                                              \
		va_list rest;                                                                                          \
		mode_t mode;                                                                                           \
		va_start(rest, flags);                                                                                 \
		mode = take_mode(flags, &rest);                                                                        \
		va_end(rest);                                                                                          \
		return open_as("openat", folder, path, flags, mode);                                                   \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/* What _FORTIFY_SOURCE calls. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);

int __open_2(const char *path, int flags)
{
	return open_as("openat", AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return open_as("openat", AT_FDCWD, path, flags, 0);
}

static int make_temporary(const char *name, char *template, int flags)
{
	int (*next)(char *, int) = (int (*)(char *, int))dlsym(RTLD_NEXT, name);
	int descriptor;

	if (fails(FAULT_WRITE, ENOSPC))
		return -1;
	descriptor = next(template, flags);
	if (descriptor >= 0)
		note_descriptor("create", descriptor);
	return descriptor;
}

int mkostemp(char *template, int flags)
{
	return make_temporary("mkostemp", template, flags);
}

int mkostemp64(char *template, int flags)
{
	return make_temporary("mkostemp", template, flags);
}

FILE *fopen(const char *path, const char *how)
{
	bool writes = strpbrk(how, "wa+") != NULL;

	return fails(writes ? FAULT_WRITE : FAULT_READ, writes ? ENOSPC : EIO) ? NULL : NEXT(fopen)(path, how);
}

FILE *fopen64(const char *path, const char *how)
{
	return fopen(path, how);
}

/* ---- files: reading and writing ------------------------------------------------------------------------------------------------ */

ssize_t read(int descriptor, void *content, size_t size)
{
	return fails(FAULT_READ, EIO) ? -1 : NEXT(read)(descriptor, content, size);
}

static ssize_t read_at(int descriptor, void *content, size_t size, off_t where)
{
	return fails(FAULT_READ, EIO) ? -1 : NEXT(pread)(descriptor, content, size, where);
}

ssize_t pread(int descriptor, void *content, size_t size, off_t where)
{
	return read_at(descriptor, content, size, where);
}

ssize_t pread64(int descriptor, void *content, size_t size, off64_t where)
{
	return read_at(descriptor, content, size, where);
}

/* What _FORTIFY_SOURCE calls; the C library's own dies where the room is too small. */
ssize_t __read_chk(int descriptor, void *content, size_t size, size_t room);
ssize_t __pread_chk(int descriptor, void *content, size_t size, off_t where, size_t room);
ssize_t __pread64_chk(int descriptor, void *content, size_t size, off64_t where, size_t room);

ssize_t __read_chk(int descriptor, void *content, size_t size, size_t room)
{
	return fails(FAULT_READ, EIO) ? -1 : NEXT(__read_chk)(descriptor, content, size, room);
}

ssize_t __pread_chk(int descriptor, void *content, size_t size, off_t where, size_t room)
{
	return fails(FAULT_READ, EIO) ? -1 : NEXT(__pread_chk)(descriptor, content, size, where, room);
}

ssize_t __pread64_chk(int descriptor, void *content, size_t size, off64_t where, size_t room)
{
	return fails(FAULT_READ, EIO) ? -1 : NEXT(__pread64_chk)(descriptor, content, size, where, room);
}

/* How much of a write gets through: all, nothing, or half where the disk becomes full just here. -1: nothing. */
static ssize_t let_through(size_t size)
{
	if (!fails(FAULT_WRITE, ENOSPC))
		return (ssize_t)size;
	return mode_of_failing == FAULT_FROM_THEN_ON && atomic_load(&met) == failing && size > 1 ? (ssize_t)(size / 2)
	                                                                                         : -1;
}

ssize_t write(int descriptor, const void *content, size_t size)
{
	ssize_t through = let_through(size);

	if (through < 0)
		return -1;
	note_descriptor("write", descriptor);
	return NEXT(write)(descriptor, content, (size_t)through);
}

static ssize_t write_at(int descriptor, const void *content, size_t size, off_t where)
{
	ssize_t through = let_through(size);

	if (through < 0)
		return -1;
	note_descriptor("write", descriptor);
	return NEXT(pwrite)(descriptor, content, (size_t)through, where);
}

ssize_t pwrite(int descriptor, const void *content, size_t size, off_t where)
{
	return write_at(descriptor, content, size, where);
}

ssize_t pwrite64(int descriptor, const void *content, size_t size, off64_t where)
{
	return write_at(descriptor, content, size, where);
}

static int truncate_at(int descriptor, off_t len)
{
	if (fails(FAULT_WRITE, ENOSPC))
		return -1;
	note_descriptor("write", descriptor);
	return NEXT(ftruncate)(descriptor, len);
}

int ftruncate(int descriptor, off_t len)
{
	return truncate_at(descriptor, len);
}

int ftruncate64(int descriptor, off64_t len)
{
	return truncate_at(descriptor, len);
}

int fchmod(int descriptor, mode_t mode)
{
	if (fails(FAULT_WRITE, EIO))
		return -1;
	note_descriptor("write", descriptor);
	return NEXT(fchmod)(descriptor, mode);
}

int fsync(int descriptor)
{
	if (fails(FAULT_WRITE, EIO))
		return -1;
	note_descriptor("sync", descriptor);
	return NEXT(fsync)(descriptor);
}

int fdatasync(int descriptor)
{
	if (fails(FAULT_WRITE, EIO))
		return -1;
	note_descriptor("sync", descriptor);
	return NEXT(fdatasync)(descriptor);
}

int close(int descriptor)
{
	bool failed = fails(FAULT_WRITE, EIO);
	int result = NEXT(close)(descriptor);

	if (!failed)
		return result;
	errno = EIO;
	return -1;
}

/* ---- folders --------------------------------------------------------------------------------------------------------------------- */

int rename(const char *from, const char *to)
{
	if (fails(FAULT_WRITE, ENOSPC))
		return -1;
	note("rename", from, to);
	return NEXT(rename)(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
	if (fails(FAULT_WRITE, ENOSPC))
		return -1;
	note("rename", from, to);
	return NEXT(renameat2)(from_folder, from, to_folder, to, flags);
}

int link(const char *from, const char *to)
{
	if (fails(FAULT_WRITE, ENOSPC))
		return -1;
	note("create", to, NULL);
	return NEXT(link)(from, to);
}

int mkdir(const char *path, mode_t mode)
{
	int result;

	if (fails(FAULT_WRITE, ENOSPC))
		return -1;
	result = NEXT(mkdir)(path, mode);
	if (result == 0)
		note("folder", path, NULL);
	return result;
}

char *mkdtemp(char *template)
{
	return fails(FAULT_WRITE, ENOSPC) ? NULL : NEXT(mkdtemp)(template);
}

int rmdir(const char *path)
{
	if (fails(FAULT_WRITE, EIO))
		return -1;
	note("remove", path, NULL);
	return NEXT(rmdir)(path);
}

int unlink(const char *path)
{
	if (fails(FAULT_WRITE, EIO))
		return -1;
	note("remove", path, NULL);
	return NEXT(unlink)(path);
}

int unlinkat(int folder, const char *path, int flags)
{
	return fails(FAULT_WRITE, EIO) ? -1 : NEXT(unlinkat)(folder, path, flags);
}
