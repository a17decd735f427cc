/* provider.h: what OpenSSH asks of a SecurityKeyProvider: its structures and functions as it knows them, written down here from the
 * interface's description. OpenSSH loads the library in ssh-sk-helper and frees what the functions hand out with free().
 * Source: OpenSSH sk-api.h, version 10 (9.1 and later). */
#ifndef FIDO_PROVIDER_H
#define FIDO_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#define SK_API_VERSION 0x000a0000U

enum sk_algorithm { SK_ECDSA = 0, SK_ED25519 = 1 };

/* What a function returns instead of 0. */
enum sk_error {
	SK_ERROR_GENERAL = -1,
	SK_ERROR_UNSUPPORTED = -2,
	SK_ERROR_PIN_REQUIRED = -3,
	SK_ERROR_DEVICE_NOT_FOUND = -4,
	SK_ERROR_CREDENTIAL_EXISTS = -5,
};

struct sk_enroll_response {
	uint8_t flags;
	uint8_t *public_key;
	size_t public_key_len;
	uint8_t *key_handle;
	size_t key_handle_len;
	uint8_t *signature;
	size_t signature_len;
	uint8_t *attestation_cert;
	size_t attestation_cert_len;
	uint8_t *authdata;
	size_t authdata_len;
};

struct sk_sign_response {
	uint8_t flags;
	uint32_t counter;
	uint8_t *sig_r;
	size_t sig_r_len;
	uint8_t *sig_s;
	size_t sig_s_len;
};

struct sk_resident_key {
	uint32_t alg;
	size_t slot;
	char *application;
	struct sk_enroll_response key;
	uint8_t flags;
	uint8_t *user_id;
	size_t user_id_len;
};

/* An option of the caller; `required` ones that are unknown must be refused. */
struct sk_option {
	char *name;
	char *value;
	uint8_t required;
};

#define SK_EXPORT __attribute__((visibility("default")))

/* The functions below return 0, or one of enum sk_error and hand out nothing. Arguments are borrowed for the call:
 *   alg          enum sk_algorithm
 *   application  the relying party's id, "ssh:" by habit
 *   flags        enum credential_flag
 *   pin          NULL: none was typed yet
 *   options      ends with NULL; may be NULL */

/* sk_api_version: SK_API_VERSION; OpenSSH takes no library whose upper half is another than its own. */
SK_EXPORT uint32_t sk_api_version(void);

/* sk_enroll: makes a key. Options: "device" (a path or a reader's name), "user".
 *   challenge  SHA-256 of it is what the attestation covers
 *   response   out: the caller's, and each member of it */
SK_EXPORT int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application,
    uint8_t flags, const char *pin, struct sk_option **options, struct sk_enroll_response **response);

/* sk_sign: signs a message by the key of that handle, in whichever token holds it.
 *   data      the message itself, not its hash
 *   response  out: the caller's, and each member of it */
SK_EXPORT int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application,
    const uint8_t *key_handle, size_t key_handle_len, uint8_t flags, const char *pin, struct sk_option **options,
    struct sk_sign_response **response);

/* sk_load_resident_keys: those of every token, or of the one that "device" names.
 *   keys  out: the caller's, each of them, and each member of each */
SK_EXPORT int sk_load_resident_keys(
    const char *pin, struct sk_option **options, struct sk_resident_key ***keys, size_t *count);

#endif
