#include "policy/verification_key.h"

#include <openssl/core_names.h>
#include <stdlib.h>

static bool ready_rsa(struct verification_key *ready, struct error *err)
{
	const struct public_key *key = &ready->key;
	BN_CTX *context = BN_CTX_new();
	bool done;

	ready->modulus = BN_bin2bn(key->modulus.data, (int)key->modulus.len, NULL);
	ready->exponent = BN_bin2bn(key->exponent.data, (int)key->exponent.len, NULL);
	ready->montgomery = BN_MONT_CTX_new();
	done = context != NULL && ready->modulus != NULL && ready->exponent != NULL && ready->montgomery != NULL &&
	       BN_MONT_CTX_set(ready->montgomery, ready->modulus, context) == 1;
	BN_CTX_free(context);
	return done || error_set(err, ERROR_CRYPTO, "the RSA public key could not be loaded");
}

static bool ready_curve(struct verification_key *ready, const char *group, struct error *err)
{
	uint8_t point[PUBLIC_KEY_POINT_MAXIMUM];
	char name[8];
	struct bytes rest = ready->key.point;
	const size_t len = rest.len;
	OSSL_PARAM parameters[3];
	EVP_PKEY_CTX *context;
	bool done;

	if (len > sizeof(point) || !bytes_take_to(&rest, point, len) ||
	    !bytes_to_text(bytes_of_text(group), name, sizeof(name)))
		return error_set(err, ERROR_BUG, "a point that was not checked");
	parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
	parameters[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, len);
	parameters[2] = OSSL_PARAM_construct_end();
	context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	done = context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
	       EVP_PKEY_fromdata(context, &ready->loaded, EVP_PKEY_PUBLIC_KEY, parameters) == 1;
	EVP_PKEY_CTX_free(context);
	return done || error_set(err, ERROR_KEY_WEAK, "the EC public key is not a valid one");
}

static bool ready_raw(struct verification_key *ready, const char *type, struct error *err)
{
	ready->loaded = EVP_PKEY_new_raw_public_key_ex(NULL, type, NULL, ready->key.point.data, ready->key.point.len);
	return ready->loaded != NULL || error_set(err, ERROR_CRYPTO, "the public key could not be loaded");
}

static bool make_ready(struct verification_key *ready, struct error *err)
{
	switch (ready->key.kind) {
	case PUBLIC_KEY_RSA:
		return ready_rsa(ready, err);
	case PUBLIC_KEY_P256:
		return ready_curve(ready, "P-256", err);
	case PUBLIC_KEY_P384:
		return ready_curve(ready, "P-384", err);
	case PUBLIC_KEY_P521:
		return ready_curve(ready, "P-521", err);
	case PUBLIC_KEY_ED25519:
		return ready_raw(ready, "ED25519", err);
	case PUBLIC_KEY_X25519:
		return ready_raw(ready, "X25519", err);
	}
	return error_set(err, ERROR_BUG, "a public key of no kind");
}

bool verification_key_new(const struct public_key *key, struct verification_key **ready, struct error *err)
{
	*ready = calloc(1, sizeof(**ready));
	if (*ready == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a public key");
	(*ready)->key = *key;
	if (make_ready(*ready, err))
		return true;
	verification_key_free(*ready);
	*ready = NULL;
	return false;
}

void verification_key_free(struct verification_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->loaded);
	BN_free(key->modulus);
	BN_free(key->exponent);
	BN_MONT_CTX_free(key->montgomery);
	free(key);
}

bool verification_key_open_rsa(
    const struct verification_key *key, struct bytes value, uint8_t *encoded, struct bytes *opened)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *signature = BN_bin2bn(value.data, (int)value.len, NULL), *message = BN_new();
	size_t len = key->key.modulus.len;
	bool done = context != NULL && signature != NULL && message != NULL && value.len == len &&
	            len <= RSA_MODULUS_MAXIMUM && BN_ucmp(signature, key->modulus) < 0 &&
	            BN_mod_exp_mont(message, signature, key->exponent, key->modulus, context, key->montgomery) == 1 &&
	            BN_bn2binpad(message, encoded, (int)len) == (int)len;

	*opened = done ? bytes_of(encoded, len) : BYTES_EMPTY;
	BN_free(signature);
	BN_free(message);
	BN_CTX_free(context);
	return done;
}
