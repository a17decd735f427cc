/* instruction.h: the instructions of PIV and of Yubico's extensions, once: what sends a command and the trace, which masks the secret
 * ones, mean the same number.
 * Knows nothing of what a command carries.
 * Source: NIST SP 800-73-4 part 2, Yubico's "PIV extensions". */
#ifndef PIV_INSTRUCTION_H
#define PIV_INSTRUCTION_H

/* The bit of a command's class that says that more pieces of it follow. */
#define CLASS_CHAINED 0x10U

#define INS_VERIFY 0x20U
#define INS_CHANGE_REFERENCE 0x24U
#define INS_RESET_RETRY 0x2cU
#define INS_GENERATE 0x47U
#define INS_GENERAL_AUTHENTICATE 0x87U
#define INS_SELECT 0xa4U
#define INS_GET_RESPONSE 0xc0U
#define INS_GET_DATA 0xcbU
#define INS_PUT_DATA 0xdbU

#define INS_MOVE 0xf6U
#define INS_METADATA 0xf7U
#define INS_SERIAL 0xf8U
#define INS_ATTEST 0xf9U
#define INS_TRIES 0xfaU
#define INS_RESET 0xfbU
#define INS_VERSION 0xfdU
#define INS_IMPORT 0xfeU
#define INS_SET_MANAGEMENT_KEY 0xffU

/* Of another application, Yubico's OTP, which older firmware has to be asked for its serial. */
#define INS_OTP_REQUEST 0x01U

#endif
