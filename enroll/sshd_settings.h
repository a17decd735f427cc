/* sshd_settings.h: what sshd would do for one account, in its own words: `sshd -T -C user=…`, so that files, their order and
 * Match blocks are judged by sshd itself. Match blocks for other addresses than the one given here are not seen.
 * Knows nothing of what is good. Source: sshd(8) -T, sshd_config(5). */
#ifndef ENROLL_SSHD_SETTINGS_H
#define ENROLL_SSHD_SETTINGS_H

#include "common/account_name.h"
#include "common/buffer.h"

struct sshd_settings {
	char account[ACCOUNT_NAME_MAXIMUM];
	struct buffer lines; /* owned: "keyword value", lower case keywords */
};

#define SSHD_SETTINGS_EMPTY ((struct sshd_settings){.account = ""})

/* sshd_settings_load: asks sshd. Needs root, since sshd reads its host keys for this.
 *   file     its configuration; NULL: the usual one
 *   account  whose login
 *   address  where from
 * Errors: ERROR_PROGRAM (with what sshd says where it says it), ERROR_MEMORY. */
bool sshd_settings_load(const char *file, const char *account, const char *address, struct sshd_settings *settings,
    struct error *err) MUST_CHECK;

/* sshd_settings_clear: frees what they own; SSHD_SETTINGS_EMPTY afterwards. */
void sshd_settings_clear(struct sshd_settings *settings);

/* Room for any value that is of interest here. */
#define SSHD_VALUE_SIZE 4096

/* sshd_value: copies the value of a keyword; "" where sshd has no such keyword. What does not fit is cut.
 *   keyword  in lower case */
void sshd_value(const struct sshd_settings *settings, const char *keyword, char *value, size_t size);

/* sshd_value_is: whether a keyword has this value, "none" or "yes". */
bool sshd_value_is(const struct sshd_settings *settings, const char *keyword, const char *value);

/* sshd_demands_key: whether every way that AuthenticationMethods allows has a public key in it. */
bool sshd_demands_key(const struct sshd_settings *settings);

#endif
