/* logins.h: real logins out of sshd's own log ("Accepted METHOD for ACCOUNT from ADDRESS port N ssh2: TYPE FINGERPRINT"), each
 * kind of login once, with how often it came.
 * Knows nothing of who would be let in. Source: OpenSSH auth.c auth_log. */
#ifndef ENROLL_LOGINS_H
#define ENROLL_LOGINS_H

#include "common/account_name.h"
#include "common/buffer.h"

#define LOGINS_MAXIMUM 100000U

struct host_rules;

struct login {
	char account[ACCOUNT_NAME_MAXIMUM];
	char method[64];
	char fingerprint[64]; /* "SHA256:…"; "" where the method has no key */
	char address[64];     /* of break-glass accounts, whose rule it is; "" of others */
	uint64_t num;
};

struct logins {
	struct login *list; /* owned, in order of account, method, fingerprint and address */
	size_t num;
	uint64_t found;                 /* how many all of them are together */
	const struct host_rules *rules; /* which accounts are break-glass; borrowed; NULL: none */
};

#define LOGINS_EMPTY ((struct logins){.list = NULL})

/* logins_add: takes what a log's text has of them, behind sshd's name or at the beginning of a line; all else is skipped.
 * Errors: ERROR_LIMIT above 100,000 kinds, ERROR_MEMORY. */
bool logins_add(struct bytes text, struct logins *logins, struct error *err) MUST_CHECK;

/* logins_clear: frees what it owns; LOGINS_EMPTY afterwards. */
void logins_clear(struct logins *logins);

#endif
