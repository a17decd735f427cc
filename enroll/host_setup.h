/* host_setup.h: closes the gate of this host, and opens it again: sshd's drop-in and the line of the module in PAM's file for sshd.
 * Whatever fails on the way, and a timer that nobody stops, puts all of it back.
 * Knows nothing of options and of how it is shown. */
#ifndef ENROLL_HOST_SETUP_H
#define ENROLL_HOST_SETUP_H

#include <stdint.h>

#include "common/error.h"

struct host_setup_wish {
	const char *try_command; /* a login, for /bin/sh: it must succeed before and after; NULL: none is tried */
	const char *reload;      /* how sshd is told, for /bin/sh; NULL: systemctl, or SIGHUP by its pid file */
	const char *program;     /* this program, for the timer */
	unsigned minutes;        /* until it is taken back unless confirmed */
	int64_t now;
};

/* host_setup: does it; true means that the new gate is closed, sshd has read it, the login that was given still works, and the
 * timer runs. On error all is as it was before.
 * Errors: ERROR_USAGE (set up already), ERROR_HOST_SETUP (with what stands against it, also another who is at it), ERROR_SYSTEM
 * (no timer), those of configuration_refresh and host_files.h. */
bool host_setup(const struct host_setup_wish *wish, struct error *err) MUST_CHECK;

/* host_confirm: it stays. Errors: ERROR_USAGE (nothing is set up), ERROR_HOST_SETUP (another is at it). */
bool host_confirm(struct error *err) MUST_CHECK;

/* host_undo: puts the files back and tells sshd.
 *   unconfirmed  only where nobody has confirmed (the timer's call, and that of a start during a trial); edited files do not
 *                stop it, nor a state that cannot be read, nor for long another who is at it, and where nothing is set up there is
 *                nothing to do
 *   force        also where somebody has edited the files since, or the state cannot be read
 * Errors: ERROR_USAGE (nothing is set up, or edited), ERROR_HOST_SETUP (another is at it), ERROR_FILE. */
bool host_undo(const char *reload, bool unconfirmed, bool force, struct error *err) MUST_CHECK;

#endif
