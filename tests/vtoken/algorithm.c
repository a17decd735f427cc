#include "tests/vtoken/algorithm.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "common/tlv.h"

enum { TAG_MODULUS = 0x81, TAG_EXPONENT = 0x82, TAG_POINT = 0x86, X25519_LENGTH = 32 };

static const struct algorithm table[] = {
    {.id = 0x06, .name = "RSA-1024", .family = FAMILY_RSA, .bits = 1024},
    {.id = 0x07, .name = "RSA-2048", .family = FAMILY_RSA, .bits = 2048},
    {.id = 0x05, .name = "RSA-3072", .family = FAMILY_RSA, .bits = 3072},
    {.id = 0x16, .name = "RSA-4096", .family = FAMILY_RSA, .bits = 4096},
    {.id = 0x11, .name = "P-256", .family = FAMILY_EC, .group = "P-256", .bits = 256},
    {.id = 0x14, .name = "P-384", .family = FAMILY_EC, .group = "P-384", .bits = 384},
    {.id = 0xe0, .name = "Ed25519", .family = FAMILY_ED25519, .bits = 256},
    {.id = 0xe1, .name = "X25519", .family = FAMILY_X25519, .bits = 256},
};

const struct algorithm *algorithm_find(uint8_t id)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].id == id)
			return &table[i];
	return NULL;
}

bool algorithm_generate(const struct algorithm *algorithm, EVP_PKEY **key, struct error *err)
{
	switch (algorithm->family) {
	case FAMILY_RSA:
		*key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)algorithm->bits);
		break;
	case FAMILY_EC:
		*key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", algorithm->group);
		break;
	case FAMILY_ED25519:
		*key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	case FAMILY_X25519:
		*key = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
		break;
	}
	return *key != NULL || error_set(err, ERROR_CRYPTO, "no %s key could be made", algorithm->name);
}

static bool put_number(struct buffer *out, uint32_t tag, EVP_PKEY *key, const char *name, struct error *err)
{
	BIGNUM *number = NULL;
	struct buffer plain = BUFFER_EMPTY;
	uint8_t *room;
	bool done = false;

	if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
		error_set(err, ERROR_CRYPTO, "the key has no number %s", name);
		goto out;
	}
	if (!buffer_extend(&plain, (size_t)BN_num_bytes(number), &room, err))
		goto out;
	(void)BN_bn2bin(number, room);
	done = tlv_put(out, tag, buffer_bytes(&plain), err);
out:
	BN_free(number);
	buffer_free(&plain);
	return done;
}

static bool put_point(struct buffer *out, EVP_PKEY *key, struct error *err)
{
	uint8_t *point = NULL;
	size_t len = EVP_PKEY_get1_encoded_public_key(key, &point);
	bool done;

	if (len == 0)
		return error_set(err, ERROR_CRYPTO, "the key has no public point");
	done = tlv_put(out, TAG_POINT, bytes_of(point, len), err);
	OPENSSL_free(point);
	return done;
}

static bool put_raw_public(struct buffer *out, EVP_PKEY *key, struct error *err)
{
	uint8_t point[X25519_LENGTH];
	size_t len = sizeof(point);

	if (EVP_PKEY_get_raw_public_key(key, point, &len) != 1)
		return error_set(err, ERROR_CRYPTO, "the key has no public half");
	return tlv_put(out, TAG_POINT, bytes_of(point, len), err);
}

bool algorithm_put_public(const struct algorithm *algorithm, EVP_PKEY *key, struct buffer *out, struct error *err)
{
	switch (algorithm->family) {
	case FAMILY_RSA:
		return put_number(out, TAG_MODULUS, key, OSSL_PKEY_PARAM_RSA_N, err) &&
		       put_number(out, TAG_EXPONENT, key, OSSL_PKEY_PARAM_RSA_E, err);
	case FAMILY_EC:
		return put_point(out, key, err);
	case FAMILY_ED25519:
	case FAMILY_X25519:
		return put_raw_public(out, key, err);
	}
	return error_set(err, ERROR_BUG, "no such family");
}

/* Runs EVP_PKEY_sign with no digest set: RSA without padding is the bare private operation, ECDSA takes a hash. */
static bool sign_digest(EVP_PKEY *key, bool rsa, struct bytes input, struct buffer *out, struct error *err)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	size_t before = out->len, len = (size_t)EVP_PKEY_get_size(key);
	uint8_t *room;
	bool done = false;

	if (context == NULL || EVP_PKEY_sign_init(context) != 1 ||
	    (rsa && EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) != 1)) {
		error_set(err, ERROR_CRYPTO, "the key cannot sign");
		goto out;
	}
	if (!buffer_extend(out, len, &room, err))
		goto out;
	done = EVP_PKEY_sign(context, room, &len, input.data, input.len) == 1;
	if (!done)
		error_set(err, ERROR_CRYPTO, "this input cannot be signed");
	buffer_cut(out, done ? before + len : before);
out:
	EVP_PKEY_CTX_free(context);
	return done;
}

static bool sign_message(EVP_PKEY *key, struct bytes input, struct buffer *out, struct error *err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t before = out->len, len = (size_t)EVP_PKEY_get_size(key);
	uint8_t *room;
	bool done = false;

	if (context == NULL || !buffer_extend(out, len, &room, err))
		goto out;
	done = EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
	       EVP_DigestSign(context, room, &len, input.data, input.len) == 1;
	if (!done)
		error_set(err, ERROR_CRYPTO, "the message cannot be signed");
	buffer_cut(out, done ? before + len : before);
out:
	EVP_MD_CTX_free(context);
	return done;
}

bool algorithm_sign(
    const struct algorithm *algorithm, EVP_PKEY *key, struct bytes input, struct buffer *out, struct error *err)
{
	size_t whole = algorithm->bits / 8;

	switch (algorithm->family) {
	case FAMILY_RSA:
		if (input.len != whole)
			return error_set(err, ERROR_CRYPTO, "%zu bytes are not a whole block", input.len);
		return sign_digest(key, true, input, out, err);
	case FAMILY_EC:
		if (input.len == 0 || input.len > whole)
			return error_set(err, ERROR_CRYPTO, "%zu bytes are not a hash for the curve", input.len);
		return sign_digest(key, false, input, out, err);
	case FAMILY_ED25519:
		return sign_message(key, input, out, err);
	case FAMILY_X25519:
		break;
	}
	return error_set(err, ERROR_CRYPTO, "%s does not sign", algorithm->name);
}

static EVP_PKEY *peer_key(const struct algorithm *algorithm, EVP_PKEY *key, struct bytes point)
{
	EVP_PKEY *peer;

	if (algorithm->family == FAMILY_X25519)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, point.data, point.len);
	peer = EVP_PKEY_new();
	if (peer == NULL || EVP_PKEY_copy_parameters(peer, key) != 1 ||
	    EVP_PKEY_set1_encoded_public_key(peer, point.data, point.len) != 1) {
		EVP_PKEY_free(peer);
		return NULL;
	}
	return peer;
}

bool algorithm_agree(
    const struct algorithm *algorithm, EVP_PKEY *key, struct bytes peer, struct buffer *out, struct error *err)
{
	EVP_PKEY *other = NULL;
	EVP_PKEY_CTX *context = NULL;
	size_t before = out->len, len = algorithm->bits / 8;
	uint8_t *room;
	bool done = false;

	if (algorithm->family != FAMILY_EC && algorithm->family != FAMILY_X25519)
		return error_set(err, ERROR_CRYPTO, "%s does not agree on secrets", algorithm->name);
	other = peer_key(algorithm, key, peer);
	context = EVP_PKEY_CTX_new(key, NULL);
	if (other == NULL || context == NULL || EVP_PKEY_derive_init(context) != 1 ||
	    EVP_PKEY_derive_set_peer(context, other) != 1) {
		error_set(err, ERROR_CRYPTO, "the peer's point is not one of %s", algorithm->name);
		goto out;
	}
	if (!buffer_extend(out, len, &room, err))
		goto out;
	done = EVP_PKEY_derive(context, room, &len) == 1;
	if (!done)
		error_set(err, ERROR_CRYPTO, "no secret could be agreed on");
	buffer_cut(out, done ? before + len : before);
out:
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(other);
	return done;
}
