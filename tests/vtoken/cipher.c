#include "tests/vtoken/cipher.h"

#include <openssl/evp.h>

static const struct cipher table[] = {
    {0x03, "3DES", "DES-EDE3-ECB", 24, 8},
    {0x08, "AES-128", "AES-128-ECB", 16, 16},
    {0x0a, "AES-192", "AES-192-ECB", 24, 16},
    {0x0c, "AES-256", "AES-256-ECB", 32, 16},
};

const struct cipher *cipher_find(uint8_t id)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].id == id)
			return &table[i];
	return NULL;
}

bool cipher_run(const struct cipher *cipher, const uint8_t *key, bool encrypt, const uint8_t *in, uint8_t *out)
{
	EVP_CIPHER *method = EVP_CIPHER_fetch(NULL, cipher->fetch, NULL);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int len = 0;
	bool done = method != NULL && context != NULL &&
	            EVP_CipherInit_ex2(context, method, key, NULL, encrypt ? 1 : 0, NULL) == 1 &&
	            EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
	            EVP_CipherUpdate(context, out, &len, in, (int)cipher->block_len) == 1 &&
	            len == (int)cipher->block_len;

	EVP_CIPHER_CTX_free(context);
	EVP_CIPHER_free(method);
	return done;
}
