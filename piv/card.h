/* card.h: the connection to the card in one reader, through pcscd: shared with other programs, but in one transaction from
 * open to close, so that nobody's command comes between two of ours.
 * Knows nothing of APDUs' content. Of the other files only application.c and reader.c meet PC/SC. */
#ifndef PIV_CARD_H
#define PIV_CARD_H

#include "common/error.h"

struct reader_context;
struct transport;

/* card_open: connects, and waits until no other program holds a transaction.
 *   transport  out: the caller's, to its close(). After a reset by another program it connects again by itself, takes the
 *              transaction again and says ERROR_CARD_RESET once.
 * Errors: ERROR_READER_ABSENT, ERROR_CARD_ABSENT, ERROR_CARD_BUSY (somebody has it for himself alone; names the holder
 * where one is known to do that), ERROR_CARD_EXCHANGE, ERROR_PCSC, ERROR_MEMORY. */
bool card_open(
    struct reader_context *context, const char *reader_name, struct transport *transport, struct error *err) MUST_CHECK;

#endif
