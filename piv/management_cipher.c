#include "piv/management_cipher.h"

#include <openssl/evp.h>

#include "common/secret.h"

struct cipher_row {
	enum piv_algorithm algorithm;
	const char *name; /* the crypto library's; one block at a time is all that the protocol wants */
	size_t key, block;
};

static const struct cipher_row ciphers[] = {
    {PIV_3DES, "DES-EDE3-ECB", 24, 8},
    {PIV_AES128, "AES-128-ECB", 16, 16},
    {PIV_AES192, "AES-192-ECB", 24, 16},
    {PIV_AES256, "AES-256-ECB", 32, 16},
};

static const struct cipher_row *find(enum piv_algorithm algorithm)
{
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (ciphers[i].algorithm == algorithm)
			return &ciphers[i];
	return NULL;
}

size_t management_cipher_block(enum piv_algorithm algorithm)
{
	const struct cipher_row *row = find(algorithm);

	return row == NULL ? 0 : row->block;
}

size_t management_cipher_key(enum piv_algorithm algorithm)
{
	const struct cipher_row *row = find(algorithm);

	return row == NULL ? 0 : row->key;
}

static bool check(const struct cipher_row *row, const struct secret *key, struct bytes block, struct error *err)
{
	if (row == NULL)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "the token's management key is of an unknown kind");
	if (secret_bytes(key).len != row->key)
		return error_set(err, ERROR_MANAGEMENT_KEY,
		    "the management key has %zu bytes where the token wants %zu", secret_bytes(key).len, row->key);
	if (block.len != row->block)
		return error_set(err, ERROR_CARD_REPLY, "the token's challenge has %zu bytes where %zu belong",
		    block.len, row->block);
	return true;
}

static bool run(enum piv_algorithm algorithm, const struct secret *key, struct bytes block, int encrypt,
    struct buffer *out, struct error *err)
{
	const struct cipher_row *row = find(algorithm);
	size_t before = out->len;
	EVP_CIPHER_CTX *context;
	EVP_CIPHER *cipher;
	uint8_t *room;
	int len = 0;
	bool done;

	if (!check(row, key, block, err) || !buffer_extend(out, row->block, &room, err))
		return false;
	cipher = EVP_CIPHER_fetch(NULL, row->name, NULL);
	context = EVP_CIPHER_CTX_new();
	done = cipher != NULL && context != NULL &&
	       EVP_CipherInit_ex2(context, cipher, secret_bytes(key).data, NULL, encrypt, NULL) == 1 &&
	       EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
	       EVP_CipherUpdate(context, room, &len, block.data, (int)block.len) == 1 && (size_t)len == row->block;
	EVP_CIPHER_CTX_free(context);
	EVP_CIPHER_free(cipher);
	if (done)
		return true;
	buffer_cut(out, before);
	return error_set(err, ERROR_CRYPTO, "the crypto library has no %s", row->name);
}

bool management_cipher_encrypt(
    enum piv_algorithm algorithm, const struct secret *key, struct bytes block, struct buffer *out, struct error *err)
{
	return run(algorithm, key, block, 1, out, err);
}

bool management_cipher_decrypt(
    enum piv_algorithm algorithm, const struct secret *key, struct bytes block, struct buffer *out, struct error *err)
{
	return run(algorithm, key, block, 0, out, err);
}
