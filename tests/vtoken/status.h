/* status.h: the status words that the virtual card answers with.
 * A card has no other way to say what went wrong, so its handlers return one of these (or 63Cx) as an unsigned.
 * Source: ISO/IEC 7816-4 5.6, NIST SP 800-73-4 part 2. */
#ifndef TESTS_VTOKEN_STATUS_H
#define TESTS_VTOKEN_STATUS_H

enum {
	STATUS_DONE = 0x9000,
	STATUS_KEEP_ALIVE = 0x9100, /* FIDO over NFC: not yet; one byte says why */
	STATUS_MORE = 0x6100,       /* the low byte: how many bytes wait, 00 for 256 and above */
	STATUS_TRIES_LEFT = 0x63c0, /* the low four bits: how many */
	STATUS_OLD_TRIES_LEFT = 0x6300,
	STATUS_OTHER_LENGTH = 0x6c00, /* the low byte: the Le that would do */
	STATUS_LENGTH = 0x6700,
	STATUS_NOT_AUTHORISED = 0x6982,
	STATUS_BLOCKED = 0x6983,
	STATUS_CONDITIONS = 0x6985,
	STATUS_DATA = 0x6a80,
	STATUS_UNSUPPORTED = 0x6a81,
	STATUS_NOT_FOUND = 0x6a82,
	STATUS_FULL = 0x6a84,
	STATUS_PARAMETERS = 0x6a86,
	STATUS_NO_REFERENCE = 0x6a88,
	STATUS_INSTRUCTION = 0x6d00,
	STATUS_CLASS = 0x6e00,
	STATUS_FAILURE = 0x6f00, /* no memory, or libcrypto refused: a fault of the virtual card itself */
};

#endif
