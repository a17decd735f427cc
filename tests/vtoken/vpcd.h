/* vpcd.h: the wire to the virtual reader of vsmartcard-vpcd, which listens on TCP.
 * A message is two bytes of big-endian length and that many bytes; one of length 1 is a control code, which only 04
 * (the ATR, please) is answered to; any other is an APDU. */
#ifndef TESTS_VTOKEN_VPCD_H
#define TESTS_VTOKEN_VPCD_H

#include "common/buffer.h"

enum vpcd_control { VPCD_POWER_OFF = 0, VPCD_POWER_ON = 1, VPCD_RESET = 2, VPCD_ATR = 4 };

/* vpcd_connect: to 127.0.0.1.
 *   fd  out: the caller's, to close(); -1 while nobody listens, which is no error
 * Errors: ERROR_SYSTEM. */
bool vpcd_connect(uint16_t port, int *fd, struct error *err) MUST_CHECK;

/* vpcd_receive: waits for one whole message and puts it into the empty buffer.
 * Errors: ERROR_CARD_REMOVED when the reader has gone. */
bool vpcd_receive(int fd, struct buffer *message, struct error *err) MUST_CHECK;

/* vpcd_send: Errors: ERROR_LIMIT above 65535 bytes, ERROR_CARD_REMOVED when the reader has gone. */
bool vpcd_send(int fd, struct bytes message, struct error *err) MUST_CHECK;

#endif
