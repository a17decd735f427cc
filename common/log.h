/* log.h: one line for the machine's log: journald's native protocol with fields when its socket is there, syslog else.
 * Only the daemon and keyenroll-sshd call it (the PAM module has pam_syslog); libraries return errors instead.
 * Source: systemd.journal-fields(7), "Native Journal Protocol". */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stddef.h>

/* One field: KEYENROLL_… in capitals; value NULL leaves it out. Control characters in values are shown as '?'. */
struct log_field {
	const char *name;
	const char *value;
};

struct log_event {
	const char *program;  /* "keyenrolld" */
	int priority;         /* LOG_ERR, LOG_NOTICE, … of syslog.h */
	const char *sentence; /* MESSAGE= */
	const struct log_field *fields;
	size_t num_fields;
};

/* log_write: sends one event; a log that does not answer is no error, and it never blocks for longer than a send to a
 * local socket takes. In the syslog form the fields follow the sentence as NAME=VALUE. Opens and closes its own socket. */
void log_write(const struct log_event *event);

#endif
