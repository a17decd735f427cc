/* admin_data.h: where the management key of a token is kept so that the PIN's holder has it: in the object PRINTED, which is
 * read with the PIN only, and announced by the object "admin data". ykman and yubico-piv-tool keep it the same way.
 *
 *   5FFF00  80 { 81 flags, 82 salt, 83 time }   flags: 01 the PUK is blocked, 02 the key is in PRINTED
 *   5FC109  88 { 89 key [, 8A next key] }       8A stands there while the key is being changed: one of both holds
 * The older derived form (a salt, the key made from the PIN by PBKDF2) is known and refused: a PIN can be guessed.
 * Knows nothing of who may have the key. */
#ifndef PIV_ADMIN_DATA_H
#define PIV_ADMIN_DATA_H

#include "common/bytes.h"
#include "common/error.h"

struct piv;
struct secret;

#define PIV_OBJECT_ADMIN_DATA 0x5fff00U
#define PIV_OBJECT_PRINTED 0x5fc109U

struct piv_admin_data {
	bool puk_blocked;
	bool key_protected; /* in PRINTED */
	bool key_derived;   /* of the PIN, by the salt: not used here */
	bool has_time;
	uint32_t pin_changed; /* seconds since 1970 */
};

/* piv_admin_data_parse: the object's content. An empty one says nothing and is no error.
 * Errors: ERROR_TLV_…, ERROR_CARD_REPLY for a field of another length. */
bool piv_admin_data_parse(struct bytes content, struct piv_admin_data *data, struct error *err) MUST_CHECK;

/* piv_admin_data_read: what the token has of it; nothing is no error: one command.
 * Errors: those of piv_object_read and piv_admin_data_parse. */
bool piv_admin_data_read(struct piv *piv, struct piv_admin_data *data, struct error *err) MUST_CHECK;

/* piv_admin_data_write: one command. Needs piv_authenticate. Errors: those of piv_object_write. */
bool piv_admin_data_write(struct piv *piv, const struct piv_admin_data *data, struct error *err) MUST_CHECK;

/* piv_protected_keys_parse: the content of PRINTED.
 *   key, next  out: the caller's, to secret_free(); NULL for what is not there
 * Errors: ERROR_TLV_…, ERROR_CARD_REPLY when there is no key, or one of another length than a key can have. */
bool piv_protected_keys_parse(
    struct bytes content, struct secret **key, struct secret **next, struct error *err) MUST_CHECK;

/* piv_protected_keys_read: needs piv_pin_verify. One command.
 * Errors: ERROR_PIN_NEEDED, ERROR_CARD_OBJECT_ABSENT, those of piv_object_read and piv_protected_keys_parse. */
bool piv_protected_keys_read(struct piv *piv, struct secret **key, struct secret **next, struct error *err) MUST_CHECK;

/* piv_protected_keys_write: needs piv_authenticate. One command.
 *   next  NULL: no change is under way
 * Errors: those of piv_object_write. */
bool piv_protected_keys_write(
    struct piv *piv, const struct secret *key, const struct secret *next, struct error *err) MUST_CHECK;

#endif
