/* status.h: what a card's status word means: the code, and a sentence that says what to do.
 * Source: ISO/IEC 7816-4 5.6, NIST SP 800-73-4 part 2. */
#ifndef PIV_STATUS_H
#define PIV_STATUS_H

#include <stdint.h>

#include "common/error.h"

#define STATUS_DONE 0x9000U
#define STATUS_NOT_AUTHORISED 0x6982U
#define STATUS_BLOCKED 0x6983U
#define STATUS_CONDITIONS 0x6985U
#define STATUS_DATA 0x6a80U
#define STATUS_OBJECT_ABSENT 0x6a82U
#define STATUS_REFERENCE_ABSENT 0x6a88U
#define STATUS_LENGTH 0x6700U
#define STATUS_INSTRUCTION 0x6d00U

/* status_check: true for 9000; otherwise the error that belongs to the word.
 *   doing  what was tried, for the front of the sentence ("reading the certificate")
 * Errors: ERROR_PIN_WRONG, ERROR_PIN_BLOCKED, ERROR_PIN_NEEDED, ERROR_CARD_OBJECT_ABSENT, ERROR_CARD_SLOT_EMPTY,
 * ERROR_CARD_FULL, ERROR_CARD_UNSUPPORTED, ERROR_CARD_REPLY (its data ended early), ERROR_CARD_STATUS for the rest. */
bool status_check(uint16_t status, const char *doing, struct error *err) MUST_CHECK;

/* status_tries_left: how many tries a wrong code has left, from 63Cx, the older 630x, or 6983 (none).
 * False: the word does not say. */
bool status_tries_left(uint16_t status, unsigned *tries);

#endif
