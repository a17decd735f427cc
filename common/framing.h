/* framing.h: the frame of every message between the verifier and its clients: a 4-byte length, then a byte of version and a byte
 * that says what the message is; the version stands first in every version of a protocol.
 * Knows nothing of what follows (request.h, conversation.h). libc only. */
#ifndef COMMON_FRAMING_H
#define COMMON_FRAMING_H

#include "common/buffer.h"

/* Bytes of the length. */
#define FRAMING_LENGTH_SIZE ((size_t)4)

/* framing_open: begins a message.
 *   mark  out: what framing_close wants
 * Errors: as buffer_put; nothing is appended then. */
bool framing_open(struct buffer *out, uint8_t version, uint8_t kind, size_t *mark, struct error *err) MUST_CHECK;

/* framing_close: writes the length of the message that began at `mark`, or takes all of it back.
 *   complete  whether its fields were appended; err is filled if not
 * Errors: ERROR_LIMIT over `maximum` bytes behind the length. */
bool framing_close(struct buffer *out, size_t mark, size_t maximum, bool complete, struct error *err) MUST_CHECK;

/* framing_take_version: the version off the front of a message without its length.
 * Errors: ERROR_PROTOCOL (nothing there, or more than `maximum` bytes), ERROR_PROTOCOL_VERSION for another one. */
bool framing_take_version(struct bytes *message, size_t maximum, uint8_t version, struct error *err) MUST_CHECK;

#endif
