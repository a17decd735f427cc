/* registrar_options.h: the second field of a registrar's line: when its key is valid and for what.
 * Knows nothing of keys and names. Source: ssh-keygen(1) ALLOWED SIGNERS; ssh_config(5) PATTERNS. */
#ifndef REGISTRY_REGISTRAR_OPTIONS_H
#define REGISTRY_REGISTRAR_OPTIONS_H

#include "common/bytes.h"
#include "common/error.h"

struct registrar_options {
	int64_t valid_after, valid_before; /* seconds since 1970, both included */
	bool namespaces_given;
	struct bytes namespaces; /* pattern list, borrowed from the line */
};

#define REGISTRAR_OPTIONS_NONE ((struct registrar_options){.valid_after = INT64_MIN, .valid_before = INT64_MAX})

/* registrar_skip_blanks: moves past spaces, tabs and the carriage return of a file that was edited elsewhere. */
void registrar_skip_blanks(struct bytes *line);

/* registrar_take_word: what stands before the next blank; false when nothing is left. */
bool registrar_take_word(struct bytes *line, struct bytes *word) MUST_CHECK;

/* registrar_take_options: NAME="VALUE" with commas between, up to a blank. Each option once; values always in double quotes.
 * Times are YYYYMMDD[HHMM[SS]][Z]: with Z in UTC, without in the zone of this system.
 * Errors: ERROR_REGISTRARS with the option. */
bool registrar_take_options(struct bytes *line, struct registrar_options *options, struct error *err) MUST_CHECK;

/* registrar_namespaces_match: whether a list of patterns ('*', '?', "!" in front for what is not meant) holds a namespace. */
bool registrar_namespaces_match(struct bytes patterns, const char *name_space);

#endif
