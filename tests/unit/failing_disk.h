/* failing_disk.h: the disk under one folder fills up, or the process dies, at the n-th write: what goes through the C library's
 * write, pwrite, fsync, fdatasync, mkdir, rename and the making of files, also of libraries like SQLite, whose calls
 * find these functions first. What the C library calls itself and what other programs do is not met. */
#ifndef TESTS_UNIT_FAILING_DISK_H
#define TESTS_UNIT_FAILING_DISK_H

enum failing_disk {
	FAILING_DISK_COUNTS,  /* nothing goes wrong */
	FAILING_DISK_IS_FULL, /* the n-th write is done by half, and from then on all fail with ENOSPC */
	FAILING_DISK_KILLS,   /* the process dies by SIGKILL when the n-th is done by half */
};

/* failing_disk_begin: counts from here on, from 1.
 *   folder  borrowed until the end; what lies elsewhere is not meant */
void failing_disk_begin(const char *folder, enum failing_disk what, unsigned long at);

/* failing_disk_end: all is well again; returns how many there were. */
unsigned long failing_disk_end(void);

#endif
