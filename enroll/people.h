/* people.h: the list of a batch: who gets a token, as a small CSV file. A line is "USER" or "USER,SERIAL"; a first line
 * "user,serial" is a heading, lines of # and empty ones are passed over. What spreadsheets make of that is read as well: CR LF, the
 * mark of UTF-8, semicolons, quotes and blanks around a cell; a name has none of these.
 * Knows nothing of tokens. */
#ifndef ENROLL_PEOPLE_H
#define ENROLL_PEOPLE_H

#include "common/account_name.h"
#include "common/buffer.h"

#define PEOPLE_MAXIMUM 10000

struct people_row {
	char name[ACCOUNT_NAME_MAXIMUM];
	char serial[16]; /* decimal; "" for any token */
};

struct people {
	struct people_row *rows; /* owned */
	size_t num;
};

#define PEOPLE_EMPTY ((struct people){.rows = NULL})

/* people_parse: all of a file's text.
 *   people  out: the caller's, to people_clear(); empty on error
 * Errors: ERROR_TEXT or ERROR_PERSON_NAME with the line's number; a name or a serial that stands there twice; none at all.
 * ERROR_LIMIT for too many. */
bool people_parse(struct bytes text, struct people *people, struct error *err) MUST_CHECK;

/* people_clear: frees what it owns; PEOPLE_EMPTY afterwards. */
void people_clear(struct people *people);

#endif
