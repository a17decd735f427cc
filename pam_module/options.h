/* options.h: what stands behind pam_keyenroll.so in a PAM service file.
 *
 *   mode=ssh          the service is sshd's: SSH_AUTH_INFO_0 may be believed (nobody but sshd can set it there)
 *   mode=local        in auth: a token of the person's that is plugged in here, and its PIN
 *   mode=agent        in auth: a signature through the person's SSH agent, which may be forwarded; made for sudo,
 *                     whose sudoers then wants: Defaults env_keep += "SSH_AUTH_SOCK"
 *   wait=SECONDS      with mode=local: how long a token is waited for, 1 to 600 [30]
 *   talk              what the person is told (plug in, touch, how many tries are left) is shown also where the application wants
 *                     silence; sudo always does
 *   account=session   in account, with mode=ssh: what sshd does not tell there yet, this module's session line decides
 *   service=NAME      the name of that PAM service, where it is not "sshd"
 *   socket=PATH       where the verifier listens
 *
 * A word that is not in this table is an error, so that no typo weakens a login. libc only. */
#ifndef PAM_MODULE_OPTIONS_H
#define PAM_MODULE_OPTIONS_H

#include "common/error.h"

enum module_mode {
	MODULE_MODE_NONE, /* not said, and then nobody gets in */
	MODULE_MODE_SSH,
	MODULE_MODE_LOCAL,
	MODULE_MODE_AGENT,
};

struct module_options {
	enum module_mode mode;
	bool session_enforces;
	bool talk;
	unsigned wait_seconds;
	const char *service; /* borrowed from argv or static, as is: */
	const char *socket;
};

/* module_options_parse: reads the words of a line; without any, mode is MODULE_MODE_NONE and the rest as above.
 *   options  out: borrows from argv
 * Errors: ERROR_USAGE that names the word. */
bool module_options_parse(
    int argc, const char *const *argv, struct module_options *options, struct error *err) MUST_CHECK;

#endif
