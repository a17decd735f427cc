/* software_provider: a SecurityKeyProvider without any security key: what it makes looks like a sk key and lies in a file. That is why
 * the type of a key proves nothing. The key handle is the private key. */
#include "fido/provider.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

enum { KEY_SIZE = 32, SIGNATURE_SIZE = 64, PRESENT_AND_VERIFIED = 0x05 };

uint32_t sk_api_version(void)
{
	return SK_API_VERSION;
}

static uint8_t *copy_of(const uint8_t *from, size_t len)
{
	uint8_t *made = malloc(len);

	if (made != NULL)
		memcpy(made, from, len);
	return made;
}

int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags,
    const char *pin, struct sk_option **options, struct sk_enroll_response **response)
{
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct sk_enroll_response *made = calloc(1, sizeof(*made));
	uint8_t private_key[KEY_SIZE], public_key[KEY_SIZE];
	size_t private_len = KEY_SIZE, public_len = KEY_SIZE;

	(void)challenge;
	(void)challenge_len;
	(void)application;
	(void)pin;
	(void)options;
	if (alg != SK_ED25519 || made == NULL || EVP_PKEY_get_raw_private_key(pair, private_key, &private_len) != 1 ||
	    EVP_PKEY_get_raw_public_key(pair, public_key, &public_len) != 1) {
		free(made);
		return SK_ERROR_UNSUPPORTED;
	}
	made->flags = flags;
	made->public_key = copy_of(public_key, public_len);
	made->public_key_len = public_len;
	made->key_handle = copy_of(private_key, private_len);
	made->key_handle_len = private_len;
	EVP_PKEY_free(pair);
	*response = made;
	return 0;
}

int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application, const uint8_t *key_handle,
    size_t key_handle_len, uint8_t flags, const char *pin, struct sk_option **options,
    struct sk_sign_response **response)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key_handle, key_handle_len);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct sk_sign_response *made = calloc(1, sizeof(*made));
	uint8_t message[SHA256_DIGEST_LENGTH * 2 + 5] = {0}, signature[SIGNATURE_SIZE];
	size_t len = sizeof(signature);

	(void)alg;
	(void)flags;
	(void)pin;
	(void)options;
	SHA256((const uint8_t *)application, strlen(application), message);
	message[SHA256_DIGEST_LENGTH] = PRESENT_AND_VERIFIED;
	SHA256(data, data_len, message + SHA256_DIGEST_LENGTH + 5);
	if (made == NULL || EVP_DigestSignInit(context, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(context, signature, &len, message, sizeof(message)) != 1) {
		free(made);
		return SK_ERROR_GENERAL;
	}
	made->flags = PRESENT_AND_VERIFIED;
	made->sig_r = copy_of(signature, len);
	made->sig_r_len = len;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	*response = made;
	return 0;
}

int sk_load_resident_keys(const char *pin, struct sk_option **options, struct sk_resident_key ***keys, size_t *count)
{
	(void)pin;
	(void)options;
	(void)keys;
	(void)count;
	return SK_ERROR_UNSUPPORTED;
}
