/* control.h: the socket on which a test moves the card and makes things go wrong. One command a line, one answer a line:
 *   pull N           the card is taken out before APDU N from now runs
 *   pull-after N     the card is taken out when APDU N has run, before it is answered
 *   insert           the card is put in again
 *   eject            the card is taken out now
 *   reset N          the session is lost before APDU N
 *   status N SW      APDU N is not run, but answered with this status word (four hexadecimal digits)
 *   bytes N HEX      APDU N is not run, but answered with these bytes
 *   stop N           the program stops itself (SIGSTOP) before APDU N runs; SIGCONT lets it go on
 *   delay MS         every APDU takes that much longer
 *   touch WHEN       as the option --touch
 *   clear            no fault waits any longer, and no delay
 *   count            answers how many APDUs came since the last count
 *   serial           answers the card's serial number
 *   quit             the program ends
 * The answer is "ok", a number, or "error: SENTENCE". One client is served at a time. */
#ifndef TESTS_VTOKEN_CONTROL_H
#define TESTS_VTOKEN_CONTROL_H

#include "tests/vtoken/token.h"

/* control_listen: binds the socket, in place of an old one.
 *   fd  out: the caller's, to close()
 * Errors: ERROR_SYSTEM, ERROR_LIMIT for a path that is too long. */
bool control_listen(const char *path, int *fd, struct error *err) MUST_CHECK;

/* control_run: one line without its end.
 *   answer  out: appended, without a line end
 *   quit    out: set to true by "quit", else left alone
 * Errors: what the sentence of an "error:" answer says. */
bool control_run(
    struct token *token, struct bytes line, struct buffer *answer, bool *quit, struct error *err) MUST_CHECK;

/* control_serve: reads what a client sent and answers each whole line.
 *   pending  the client's unfinished line, kept between calls
 * False: the client has gone. */
bool control_serve(struct token *token, int client, struct buffer *pending, bool *quit) MUST_CHECK;

/* control_tell: the other end: sends one line and appends the answer.
 * Errors: ERROR_SYSTEM when nobody listens, ERROR_PROTOCOL for an answer that begins with "error:". */
bool control_tell(const char *path, const char *line, struct buffer *answer, struct error *err) MUST_CHECK;

/* touch_parse: "auto" (at once), "never" (the card gives up after 15 s), "never=MS", or MS.
 * Errors: ERROR_TEXT. */
bool touch_parse(struct bytes text, struct touch *touch, struct error *err) MUST_CHECK;

#endif
