#include "tests/vtoken/fido_protocol.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "tests/vtoken/algorithm.h"

enum { ALGORITHM_P256 = 0x11, BLOCK = 16, MAC_ONE = 16, MAC_TWO = 32 };

static bool derive(struct bytes secret, const char *info, uint8_t key[FIDO_SHARED_SIZE])
{
	uint8_t salt[FIDO_SHARED_SIZE] = {0};
	char digest[] = "SHA256";
	struct buffer secret_copy = BUFFER_EMPTY, info_copy = BUFFER_EMPTY;
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	bool done =
	    context != NULL && buffer_put(&secret_copy, secret, NULL) && buffer_put_text(&info_copy, info, NULL);

	if (done) {
		OSSL_PARAM params[] = {
		    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret_copy.data, secret_copy.len),
		    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof(salt)),
		    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info_copy.data, info_copy.len),
		    OSSL_PARAM_construct_end(),
		};

		done = EVP_KDF_derive(context, key, FIDO_SHARED_SIZE, params) == 1;
	}
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	buffer_free(&secret_copy);
	buffer_free(&info_copy);
	return done;
}

static bool derive_both(struct bytes secret, struct fido_shared *shared)
{
	if (shared->protocol == 2)
		return derive(secret, "CTAP2 HMAC key", shared->mac_key) &&
		       derive(secret, "CTAP2 AES key", shared->cipher_key);
	if (shared->protocol != 1 || SHA256(secret.data, secret.len, shared->mac_key) == NULL)
		return false;
	memcpy(shared->cipher_key, shared->mac_key, FIDO_SHARED_SIZE);
	return true;
}

bool fido_agree(EVP_PKEY *own, struct bytes peer, unsigned protocol, struct fido_shared *shared)
{
	struct buffer secret = BUFFER_EMPTY;
	bool done;

	*shared = (struct fido_shared){.protocol = protocol};
	done = algorithm_agree(algorithm_find(ALGORITHM_P256), own, peer, &secret, NULL) &&
	       derive_both(buffer_bytes(&secret), shared);
	buffer_free(&secret);
	return done;
}

static bool run_cipher(const uint8_t *key, const uint8_t *iv, bool encrypt, struct bytes in, struct buffer *out)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t *room;
	int len = 0;
	bool done = context != NULL && in.len > 0 && in.len % BLOCK == 0 && buffer_extend(out, in.len, &room, NULL) &&
	            EVP_CipherInit_ex(context, EVP_aes_256_cbc(), NULL, key, iv, encrypt ? 1 : 0) == 1 &&
	            EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
	            EVP_CipherUpdate(context, room, &len, in.data, (int)in.len) == 1 && (size_t)len == in.len;

	EVP_CIPHER_CTX_free(context);
	return done;
}

bool fido_decrypt(const struct fido_shared *shared, struct bytes in, struct buffer *out)
{
	uint8_t iv[BLOCK] = {0};

	if (shared->protocol == 2 && !bytes_take_to(&in, iv, sizeof(iv)))
		return false;
	return run_cipher(shared->cipher_key, iv, false, in, out);
}

bool fido_encrypt(const struct fido_shared *shared, struct bytes in, struct buffer *out)
{
	uint8_t iv[BLOCK] = {0};

	if (shared->protocol == 2 && (RAND_bytes(iv, sizeof(iv)) != 1 || !buffer_put(out, BYTES_OF(iv), NULL)))
		return false;
	return run_cipher(shared->cipher_key, iv, true, in, out);
}

bool fido_authentic(unsigned protocol, struct bytes key, struct bytes message, struct bytes mac)
{
	uint8_t whole[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (HMAC(EVP_sha256(), key.data, (int)key.len, message.data, message.len, whole, &len) == NULL)
		return false;
	return bytes_equal(mac, bytes_of(whole, protocol == 1 ? MAC_ONE : MAC_TWO));
}
