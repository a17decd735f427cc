#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

#include "common/tlv.h"
#include "tests/vtoken/algorithm.h"

enum { TAG_PRIME_P = 0x01, TAG_PRIME_Q = 0x02, TAG_SCALAR = 0x06, TAG_ED25519 = 0x07, TAG_X25519 = 0x08 };

struct rsa_numbers {
	BIGNUM *p, *q, *n, *e, *d, *dp, *dq, *qinv;
};

static void rsa_numbers_clear(struct rsa_numbers *numbers)
{
	BN_clear_free(numbers->p);
	BN_clear_free(numbers->q);
	BN_free(numbers->n);
	BN_free(numbers->e);
	BN_clear_free(numbers->d);
	BN_clear_free(numbers->dp);
	BN_clear_free(numbers->dq);
	BN_clear_free(numbers->qinv);
}

static BIGNUM *take_number(struct bytes in)
{
	return in.len == 0 || in.len > 512 ? NULL : BN_bin2bn(in.data, (int)in.len, NULL);
}

/* d is the inverse of e modulo (p-1)(q-1); the rest is what the Chinese remainder theorem wants. */
static bool rsa_numbers_derive(struct rsa_numbers *numbers)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *p1 = BN_dup(numbers->p), *q1 = BN_dup(numbers->q), *phi = BN_new();
	bool done;

	numbers->n = BN_new();
	numbers->e = BN_new();
	numbers->dp = BN_new();
	numbers->dq = BN_new();
	done = context != NULL && p1 != NULL && q1 != NULL && phi != NULL && numbers->n != NULL && numbers->e != NULL &&
	       numbers->dp != NULL && numbers->dq != NULL && BN_mul(numbers->n, numbers->p, numbers->q, context) == 1 &&
	       BN_set_word(numbers->e, 65537) == 1 && BN_sub_word(p1, 1) == 1 && BN_sub_word(q1, 1) == 1 &&
	       BN_mul(phi, p1, q1, context) == 1 &&
	       (numbers->d = BN_mod_inverse(NULL, numbers->e, phi, context)) != NULL &&
	       BN_mod(numbers->dp, numbers->d, p1, context) == 1 && BN_mod(numbers->dq, numbers->d, q1, context) == 1 &&
	       (numbers->qinv = BN_mod_inverse(NULL, numbers->q, numbers->p, context)) != NULL;
	BN_clear_free(p1);
	BN_clear_free(q1);
	BN_clear_free(phi);
	BN_CTX_free(context);
	return done;
}

static bool key_from_parameters(const char *type, OSSL_PARAM_BLD *builder, EVP_PKEY **key)
{
	OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	bool done = parameters != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
	            EVP_PKEY_fromdata(context, key, EVP_PKEY_KEYPAIR, parameters) == 1;

	OSSL_PARAM_free(parameters);
	EVP_PKEY_CTX_free(context);
	return done;
}

static bool push_rsa(OSSL_PARAM_BLD *builder, const struct rsa_numbers *numbers)
{
	return OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, numbers->n) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, numbers->e) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_D, numbers->d) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_FACTOR1, numbers->p) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_FACTOR2, numbers->q) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_EXPONENT1, numbers->dp) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_EXPONENT2, numbers->dq) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, numbers->qinv) == 1;
}

static bool import_rsa(unsigned bits, struct bytes elements, EVP_PKEY **key, struct error *err)
{
	struct rsa_numbers numbers = {0};
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	struct bytes p, q;
	bool done = false;

	if (!tlv_find(elements, TAG_PRIME_P, &p, err) || !tlv_find(elements, TAG_PRIME_Q, &q, err))
		goto out;
	numbers.p = take_number(p);
	numbers.q = take_number(q);
	done = builder != NULL && numbers.p != NULL && numbers.q != NULL && rsa_numbers_derive(&numbers) &&
	       BN_num_bits(numbers.n) == (int)bits && push_rsa(builder, &numbers) &&
	       key_from_parameters("RSA", builder, key);
	if (!done)
		error_set(err, ERROR_CRYPTO, "the primes make no RSA key of %u bits", bits);
out:
	OSSL_PARAM_BLD_free(builder);
	rsa_numbers_clear(&numbers);
	return done;
}

/* The public point that belongs to a scalar, which libcrypto does not work out by itself. */
static bool push_ec(OSSL_PARAM_BLD *builder, const char *name, const BIGNUM *scalar, uint8_t **encoded)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(name));
	EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
	size_t len = 0;

	if (point != NULL && BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0 && !BN_is_zero(scalar) &&
	    EC_POINT_mul(group, point, scalar, NULL, NULL, NULL) == 1)
		len = EC_POINT_point2buf(group, point, POINT_CONVERSION_UNCOMPRESSED, encoded, NULL);
	EC_POINT_free(point);
	EC_GROUP_free(group);
	return len > 0 && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, name, 0) == 1 &&
	       OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, *encoded, len) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1;
}

static bool import_ec(const struct algorithm *algorithm, struct bytes elements, EVP_PKEY **key, struct error *err)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *scalar = NULL;
	uint8_t *encoded = NULL;
	struct bytes value;
	bool done = false;

	if (!tlv_find(elements, TAG_SCALAR, &value, err))
		goto out;
	scalar = value.len == algorithm->bits / 8 ? take_number(value) : NULL;
	done = builder != NULL && scalar != NULL && push_ec(builder, algorithm->group, scalar, &encoded) &&
	       key_from_parameters("EC", builder, key);
	if (!done)
		error_set(err, ERROR_CRYPTO, "the number makes no %s key", algorithm->name);
out:
	OPENSSL_free(encoded);
	BN_clear_free(scalar);
	OSSL_PARAM_BLD_free(builder);
	return done;
}

static bool import_raw(int type, uint32_t tag, struct bytes elements, EVP_PKEY **key, struct error *err)
{
	struct bytes value;

	if (!tlv_find(elements, tag, &value, err))
		return false;
	*key = EVP_PKEY_new_raw_private_key(type, NULL, value.data, value.len);
	return *key != NULL || error_set(err, ERROR_CRYPTO, "%zu bytes make no such key", value.len);
}

bool algorithm_import(const struct algorithm *algorithm, struct bytes elements, EVP_PKEY **key, struct error *err)
{
	*key = NULL;
	switch (algorithm->family) {
	case FAMILY_RSA:
		return import_rsa(algorithm->bits, elements, key, err);
	case FAMILY_EC:
		return import_ec(algorithm, elements, key, err);
	case FAMILY_ED25519:
		return import_raw(EVP_PKEY_ED25519, TAG_ED25519, elements, key, err);
	case FAMILY_X25519:
		return import_raw(EVP_PKEY_X25519, TAG_X25519, elements, key, err);
	}
	return error_set(err, ERROR_BUG, "no such family");
}
