/* host_files.h: the files of this host that `keyenroll host setup` changes, and how they were before: kept byte for byte until
 * `undo`. Knows nothing of sshd and PAM. */
#ifndef ENROLL_HOST_FILES_H
#define ENROLL_HOST_FILES_H

#include "common/buffer.h"

#define HOST_PAM_FILE "/etc/pam.d/sshd"
#define HOST_DROP_IN "/etc/ssh/sshd_config.d/00-keyenroll.conf"
#define HOST_SETUP_DIR KEYENROLL_STATE_DIR "/host-setup"

/* What is known of a setup. */
struct host_setup_state {
	int64_t since, until; /* seconds since 1970; `until` 0: confirmed, nothing takes it back */
};

/* host_files_lock: one at a time changes them: from here until close() of the lock nobody else does. Another is waited for, since most
 * are done in a moment, but not as long as a trial's login may take.
 *   lock  out: the caller's, to close(); -1 on error
 * Errors: ERROR_HOST_SETUP (another is at it), ERROR_FILE. */
bool host_files_lock(int *lock, struct error *err) MUST_CHECK;

/* host_files_keep: keeps each file as it is now, before the first is changed, and then the state: what was begun and broken off
 * before that is no setup, and nothing has to be taken back. On error nothing is kept.
 * Errors: ERROR_USAGE (a setup is kept already), ERROR_HOST_SETUP (one of them is a link), ERROR_FILE. */
bool host_files_keep(const struct host_setup_state *state, struct error *err) MUST_CHECK;

/* host_files_write: writes one of them, and notes what was written. A file that is there keeps its mode.
 *   path  HOST_PAM_FILE or HOST_DROP_IN
 * Errors: ERROR_FILE; ERROR_HOST_SETUP where nothing is kept any more that could be put back. */
bool host_files_write(const char *path, struct bytes content, struct error *err) MUST_CHECK;

/* host_files_unchanged: whether nobody has edited what setup wrote. Errors: ERROR_USAGE that names the file. */
bool host_files_unchanged(struct error *err) MUST_CHECK;

/* host_files_restore: puts each file back as it was kept, also on a full disk, and forgets the setup, with what a store of them that was
 * killed left beside them. A file that is as it was is not touched, and none where nothing is kept.
 * Errors: ERROR_FILE; what was kept is kept then, so that it can be tried again. */
bool host_files_restore(struct error *err) MUST_CHECK;

/* host_setup_load: reads what is known of the setup.
 *   state  out: zero where there is none
 *   there  out: whether there is one
 * Errors: ERROR_FILE, ERROR_PERMISSIONS; ERROR_TEXT for a file that is not in that form. */
bool host_setup_load(struct host_setup_state *state, bool *there, struct error *err) MUST_CHECK;

/* host_setup_is_confirmed: for a state that cannot be read: whether somebody has confirmed it. */
bool host_setup_is_confirmed(void) MUST_CHECK;

/* host_setup_store: writes it, for root alone to read. Errors: ERROR_FILE. */
bool host_setup_store(const struct host_setup_state *state, struct error *err) MUST_CHECK;

#endif
