/* fault.h: the n-th call of a kind fails, in this process and in every library that it uses: OpenSSL, jansson, SQLite and the C library's
 * own callers of malloc. A program that links fault.c with -export-dynamic has its functions in front of the C library's.
 *
 * What stdio writes and reads goes past it, and so do sockets and other processes. Tests only. */
#ifndef TESTS_FAULT_FAULT_H
#define TESTS_FAULT_FAULT_H

enum fault_kind {
	FAULT_MEMORY, /* malloc, calloc, realloc and what calls them: ENOMEM */
	FAULT_READ,   /* open for reading, read, pread: EIO */
	FAULT_WRITE, /* open for writing or creating, write, pwrite, mkdir, rename, ftruncate …: ENOSPC; fsync, close, unlink: EIO */
	FAULT_KIND_COUNT
};

enum fault_mode {
	FAULT_ONCE,
	FAULT_FROM_THEN_ON, /* of the first write that fails half gets through, as on a disk that has just become full */
};

/* fault_arm: from now on calls of this kind are counted, and number `at`, from 1, fails; 0: none. */
void fault_arm(enum fault_kind kind, unsigned long at, enum fault_mode mode);

/* fault_arm_signal: from now on the calls are counted that fault_log tells of, and at number `at`, from 1, the process gets this signal:
 * before it is done, or where it has made a file, after. fault_disarm ends it. */
void fault_arm_signal(unsigned long at, int number);

/* fault_disarm: none fails any more; returns how many calls were met. A close that fails has closed all the same. */
unsigned long fault_disarm(void);

/* fault_log: from now on one line for each call that changes a file goes to this descriptor, words and paths with tabs between them:
 * "create PATH", "write PATH", "sync PATH", "rename FROM TO", "remove PATH", "folder PATH"; -1: none. */
void fault_log(int descriptor);

#endif
