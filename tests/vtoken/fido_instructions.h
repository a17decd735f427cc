/* fido_instructions.h: what the FIDO2 application does, one function a command, and what several of them share.
 *
 * Each command gets its parameters as a map that was checked for CTAP2's form, appends its answer without the status byte, and
 * returns a status; what it appended is dropped unless that is FIDO_OK. FIDO_PENDING is no status of CTAP: nothing was changed
 * yet, the finger is waited for, and the command runs again from its beginning.
 * Source: CTAP 2.1 6 and 11.3 (the way over NFC, which contact readers use as well). */
#ifndef TESTS_VTOKEN_FIDO_INSTRUCTIONS_H
#define TESTS_VTOKEN_FIDO_INSTRUCTIONS_H

#include "common/cbor.h"
#include "common/cbor_put.h"
#include "tests/vtoken/card.h"
#include "tests/vtoken/command.h"

enum fido_status {
	FIDO_OK = 0x00,
	FIDO_INVALID_COMMAND = 0x01,
	FIDO_INVALID_PARAMETER = 0x02,
	FIDO_INVALID_LENGTH = 0x03,
	FIDO_CBOR_TYPE = 0x11,
	FIDO_INVALID_CBOR = 0x12,
	FIDO_MISSING_PARAMETER = 0x14,
	FIDO_CREDENTIAL_EXCLUDED = 0x19,
	FIDO_UNSUPPORTED_ALGORITHM = 0x26,
	FIDO_STORE_FULL = 0x28,
	FIDO_UNSUPPORTED_OPTION = 0x2b,
	FIDO_INVALID_OPTION = 0x2c,
	FIDO_CANCELLED = 0x2d,
	FIDO_NO_CREDENTIALS = 0x2e,
	FIDO_USER_ACTION_TIMEOUT = 0x2f,
	FIDO_NOT_ALLOWED = 0x30,
	FIDO_PIN_INVALID = 0x31,
	FIDO_PIN_BLOCKED = 0x32,
	FIDO_PIN_AUTH_INVALID = 0x33,
	FIDO_PIN_AUTH_BLOCKED = 0x34,
	FIDO_PIN_NOT_SET = 0x35,
	FIDO_TOKEN_REQUIRED = 0x36,
	FIDO_PIN_POLICY = 0x37,
	FIDO_INVALID_SUBCOMMAND = 0x3e,
	FIDO_OTHER = 0x7f,
	FIDO_PENDING = 0x100,
};

enum {
	FIDO_FLAG_PRESENT = 0x01,
	FIDO_FLAG_VERIFIED = 0x04,
	FIDO_FLAG_ATTESTED = 0x40,
	FIDO_FLAG_EXTENSIONS = 0x80,
	COSE_ES256 = -7,
	COSE_EDDSA = -8,
};

/* fido_apdu.c: one APDU for the selected application; returns a status word. */
unsigned fido_answer(struct card *card, const struct command *command, struct buffer *reply);

/* fido_command.c: one CTAP2 request, its command byte in front. */
enum fido_status fido_command(struct card *card, struct bytes request, struct buffer *reply);

/* The commands. */
enum fido_status fido_get_info(struct card *card, const struct cbor_item *map, struct buffer *reply);
enum fido_status fido_make_credential(struct card *card, const struct cbor_item *map, struct buffer *reply);
enum fido_status fido_get_assertion(struct card *card, const struct cbor_item *map, struct buffer *reply);
enum fido_status fido_get_next_assertion(struct card *card, const struct cbor_item *map, struct buffer *reply);
enum fido_status fido_client_pin(struct card *card, const struct cbor_item *map, struct buffer *reply);
enum fido_status fido_manage(struct card *card, const struct cbor_item *map, struct buffer *reply);
enum fido_status fido_configure(struct card *card, const struct cbor_item *map, struct buffer *reply);

/* fido_u2f.c: 01 register, 02 authenticate, 03 version; returns a status word. */
unsigned fido_u2f(struct card *card, const struct command *command, struct buffer *reply);

/* fido_command.c: waits for the finger; FIDO_OK, FIDO_PENDING or FIDO_USER_ACTION_TIMEOUT. */
enum fido_status fido_presence(struct card *card);

/* fido_gate.c: what the host shows of the user's PIN: a MAC by the token that clientPIN gave out. */

/* fido_token_check: the MAC is right and the token may do this.
 *   rp_hash  whose credential it is about; empty: nobody's */
enum fido_status fido_token_check(struct fido *fido, int64_t protocol, struct bytes message, struct bytes mac,
    enum fido_permission permission, struct bytes rp_hash);

/* fido_gate: the same for makeCredential and getAssertion, from the parameters under these keys.
 *   verified  out: false where the host showed nothing */
enum fido_status fido_gate(struct card *card, const struct cbor_item *map, int64_t mac_key, struct bytes message,
    enum fido_permission permission, struct bytes rp_hash, bool *verified);

/* fido_request.c: parameters. FIDO_MISSING_PARAMETER, FIDO_CBOR_TYPE. */
enum fido_status fido_need(const struct cbor_item *map, int64_t key, enum cbor_kind kind, struct cbor_item *value);
enum fido_status fido_need_number(const struct cbor_item *map, int64_t key, int64_t *number);
enum fido_status fido_need_hash(const struct cbor_item *map, int64_t key, struct bytes *hash);

/* fido_option: a member of the options map under `key`; `otherwise` where it is absent. */
bool fido_option(const struct cbor_item *map, int64_t key, const char *name, bool otherwise);

/* fido_hash: SHA-256. */
void fido_hash(struct bytes in, uint8_t hash[FIDO_HASH_SIZE]);

/* fido_data.c: what is signed, and keys in COSE's form. False: no memory, or libcrypto refuses. */

/* fido_put_cose: appends the public key of a credential. */
bool fido_put_cose(const struct algorithm *algorithm, EVP_PKEY *key, struct buffer *out) MUST_CHECK;

/* fido_put_data: appends authenticatorData.
 *   credential  NULL in assertions: then no attested data
 *   extensions  encoded map, empty: none; sets their flag */
bool fido_put_data(const struct fido *fido, struct bytes rp_hash, unsigned flags,
    const struct fido_credential *credential, struct bytes extensions, struct buffer *out) MUST_CHECK;

/* fido_sign: appends the signature over message and rest, one behind the other. */
bool fido_sign(const struct algorithm *algorithm, EVP_PKEY *key, struct bytes message, struct bytes rest,
    struct buffer *out) MUST_CHECK;

/* fido_put_attestation: appends the statement and its format's name, as members 1, 2 and 3 (and 4) of makeCredential's answer.
 *   enterprise  the certificate of this one device instead of the batch's */
bool fido_put_attestation(const struct fido *fido, const struct fido_credential *credential, struct bytes data,
    struct bytes client_data_hash, bool enterprise, struct buffer *out) MUST_CHECK;

/* fido_credential_make: a fresh key and id for a relying party. */
bool fido_credential_make(
    const struct algorithm *algorithm, struct bytes rp_hash, struct fido_credential *made) MUST_CHECK;

/* fido_algorithm_of: COSE's number of a credential's algorithm; fido_algorithm_find: the other way, NULL for one that the card
 * does not have. */
int fido_algorithm_of(const struct algorithm *algorithm);
const struct algorithm *fido_algorithm_find(const struct fido *fido, int64_t number);

/* fido_put_descriptor: appends { "id": …, "type": "public-key" }. */
bool fido_put_descriptor(const struct fido_credential *credential, struct buffer *out) MUST_CHECK;

/* fido_put_user: appends the user of a resident credential; names only where `named`. */
bool fido_put_user(const struct fido_credential *credential, bool named, struct buffer *out) MUST_CHECK;

#endif
