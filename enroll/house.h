/* house.h: what verbs that enroll open for one call, and close again whatever happens: desk, registrars, trust, policy, escrow
 * certificate, management key and the smart card service; and the trace of what goes to tokens.
 * Options are found by their names, so that each verb has the rows that it means.
 * Knows nothing of the course of an enrollment. */
#ifndef ENROLL_HOUSE_H
#define ENROLL_HOUSE_H

#include <stdio.h>

#include "enroll/desk.h"
#include "registry/registrars.h"

struct course_means;
struct escrow;
struct invocation;
struct policy;
struct reader_context;
struct secret;
struct token_choice;
struct trust;

struct house {
	struct desk desk;
	struct registrars registrars;
	struct trust *trust;
	struct policy *policy;
	struct escrow *escrow;         /* NULL: none */
	struct secret *management_key; /* NULL: none was given */
	struct reader_context *context;
	FILE *trace;          /* NULL: none */
	const char *registry; /* borrowed */
};

#define HOUSE_EMPTY ((struct house){.desk = DESK_EMPTY})

/* house_open: the desk, then the escrow certificate, then what tokens need: all three below.
 *   invocation  borrowed until house_close()
 *   house       HOUSE_EMPTY at first; to be closed in any case, here and below
 * Errors: those of house_open_desk, house_open_escrow and house_open_tokens. */
bool house_open(const struct invocation *invocation, struct house *house, struct error *err) MUST_CHECK;

/* house_open_desk: desk, registrars, trust and policy alone, for verbs that touch no token.
 * Errors: those of desk_open, registrars_file_load, configuration_trust and configuration_policy. */
bool house_open_desk(const struct invocation *invocation, struct house *house, struct error *err) MUST_CHECK;

/* house_open_tokens: the smart card service, the trace and the management key alone, for verbs that enroll nobody. From here on
 * this process leaves no core dump.
 * Errors: ERROR_USAGE (no such descriptor), ERROR_FILE (the trace), those of codes_management_key and reader_context_new. */
bool house_open_tokens(const struct invocation *invocation, struct house *house, struct error *err) MUST_CHECK;

/* house_open_escrow: the certificate alone that codes are sealed to, for verbs with that option: --escrow's, else the one that the
 * registry's desk.conf names, else none.
 * Errors: those of escrow_new and desk_settings_load. */
bool house_open_escrow(const struct invocation *invocation, struct house *house, struct error *err) MUST_CHECK;

/* house_close: closes and frees all that was opened. */
void house_close(struct house *house);

/* house_means: the same, as a course wants it; borrowed. */
struct course_means house_means(struct house *house);

/* house_descriptor: the descriptor that an option names; -1 when it is not given. Errors: ERROR_USAGE. */
bool house_descriptor(
    const struct invocation *invocation, const char *option, int *descriptor, struct error *err) MUST_CHECK;

/* house_choice: --serial and --reader. */
struct token_choice house_choice(const struct invocation *invocation);

#endif
