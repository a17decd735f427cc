#include "policy/verification_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <pthread.h>
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

/* What all keys of a curve have in common, and what takes most of the time to make. Made once, only read afterwards. */
struct curve {
	const char *group;
	int number; /* libcrypto's, of the same group */
	EVP_PKEY *parameters;
	EC_GROUP *equation;
};

static struct curve curves[] = {
    [PUBLIC_KEY_P256] = {"P-256", NID_X9_62_prime256v1, NULL, NULL},
    [PUBLIC_KEY_P384] = {"P-384", NID_secp384r1, NULL, NULL},
    [PUBLIC_KEY_P521] = {"P-521", NID_secp521r1, NULL, NULL},
};
static pthread_once_t curves_made = PTHREAD_ONCE_INIT;

static void make_curve(struct curve *curve)
{
	char name[8] = "";
	OSSL_PARAM parameters[2];
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

	if (bytes_to_text(bytes_of_text(curve->group), name, sizeof(name)) && context != NULL &&
	    EVP_PKEY_fromdata_init(context) == 1) {
		parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
		parameters[1] = OSSL_PARAM_construct_end();
		(void)EVP_PKEY_fromdata(context, &curve->parameters, EVP_PKEY_KEY_PARAMETERS, parameters);
	}
	curve->equation = EC_GROUP_new_by_curve_name(curve->number);
	EVP_PKEY_CTX_free(context);
}

/* A curve that could not be made is missing, which its users find. */
static void make_curves(void)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (curves[i].group != NULL)
			make_curve(&curves[i]);
	}
}

static const struct curve *find_curve(enum public_key_kind kind)
{
	bool is_there = (size_t)kind < sizeof(curves) / sizeof(curves[0]) && curves[kind].group != NULL &&
	                pthread_once(&curves_made, make_curves) == 0;

	return is_there && curves[kind].parameters != NULL && curves[kind].equation != NULL ? &curves[kind] : NULL;
}

static bool off_curve(struct error *err)
{
	return error_set(err, ERROR_KEY_WEAK, "the EC public key is not a valid one");
}

static bool ready_curve(struct verification_key *ready, struct error *err)
{
	const struct curve *curve = find_curve(ready->key.kind);

	if (curve != NULL)
		ready->loaded = EVP_PKEY_dup(curve->parameters);
	if (ready->loaded == NULL)
		return error_set(err, ERROR_CRYPTO, "the EC public key could not be loaded");
	return EVP_PKEY_set1_encoded_public_key(ready->loaded, ready->key.point.data, ready->key.point.len) == 1 ||
	       off_curve(err);
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
	case PUBLIC_KEY_P384:
	case PUBLIC_KEY_P521:
		return ready_curve(ready, err);
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

bool verification_key_check(const struct public_key *key, struct error *err)
{
	const struct curve *curve = find_curve(key->kind);
	EC_POINT *point;
	bool done;

	if (key->kind == PUBLIC_KEY_RSA || key->kind == PUBLIC_KEY_ED25519 || key->kind == PUBLIC_KEY_X25519)
		return true;
	point = curve == NULL ? NULL : EC_POINT_new(curve->equation);
	if (point == NULL)
		return error_set(err, ERROR_CRYPTO, "the EC public key could not be loaded");
	done = EC_POINT_oct2point(curve->equation, point, key->point.data, key->point.len, NULL) == 1 || off_curve(err);
	EC_POINT_free(point);
	return done;
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
