#include "tests/forgery/keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

static EVP_PKEY *keys[FORGED_KEY_COUNT];

struct key_row {
	const char *type;
	const char *group;
	unsigned bits;
};

static const struct key_row rows[FORGED_KEY_COUNT] = {
    [KEY_ROOT] = {"RSA", NULL, 2048},
    [KEY_ISSUING] = {"RSA", NULL, 2048},
    [KEY_STRANGER] = {"RSA", NULL, 2048},
    [KEY_PREVIEW] = {"RSA", NULL, 2048},
    [KEY_DEVICE] = {"RSA", NULL, 2048},
    [KEY_DEVICE_P256] = {"EC", "P-256", 0},
    [KEY_SLOT] = {"EC", "P-256", 0},
    [KEY_SLOT_P384] = {"EC", "P-384", 0},
    [KEY_SLOT_RSA] = {"RSA", NULL, 2048},
    [KEY_SLOT_ED25519] = {"ED25519", NULL, 0},
    [KEY_RSA_1024] = {"RSA", NULL, 1024},
    [KEY_RSA_1536] = {"RSA", NULL, 1536},
    [KEY_P521] = {"EC", "P-521", 0},
    [KEY_SECP256K1] = {"EC", "secp256k1", 0},
    [KEY_ROCA] = {"ROCA", NULL, 2048},
};

static void demand(bool made)
{
	if (!made)
		abort();
}

/* The product of the primes up to 701, as the flawed generator has it for primes of 1024 bits. */
static BIGNUM *primorial(void)
{
	BIGNUM *product = BN_new();

	demand(product != NULL && BN_one(product) == 1);
	for (unsigned number = 2; number <= 701; number++) {
		bool prime = true;

		for (unsigned divisor = 2; divisor * divisor <= number; divisor++)
			prime = prime && number % divisor != 0;
		if (prime)
			demand(BN_mul_word(product, number) == 1);
	}
	return product;
}

/* A prime of the form k * M + (65537^a mod M). */
static BIGNUM *flawed_prime(int bits, BN_CTX *context)
{
	BIGNUM *base = BN_new(), *power = BN_new(), *product = primorial(), *factor = BN_new(), *prime = BN_new();

	demand(base != NULL && power != NULL && factor != NULL && prime != NULL && BN_set_word(base, 65537) == 1);
	do {
		demand(BN_rand(power, 62, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
		       BN_mod_exp(power, base, power, product, context) == 1 &&
		       BN_rand(factor, bits - BN_num_bits(product) + 1, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
		       BN_mul(prime, factor, product, context) == 1 && BN_add(prime, prime, power) == 1);
	} while (BN_num_bits(prime) != bits || BN_check_prime(prime, context, NULL) != 1);
	BN_free(base);
	BN_free(power);
	BN_free(product);
	BN_free(factor);
	return prime;
}

static EVP_PKEY *key_of_numbers(const BIGNUM *n, const BIGNUM *e, const BIGNUM *d)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *parameters;
	EVP_PKEY *key = NULL;

	demand(builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_D, d) == 1);
	parameters = OSSL_PARAM_BLD_to_param(builder);
	demand(parameters != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
	       EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) == 1);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	return key;
}

static EVP_PKEY *make_flawed(unsigned bits)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *p = NULL, *q = NULL;
	BIGNUM *n = BN_new(), *e = BN_new(), *d = BN_new(), *order = BN_new();
	EVP_PKEY *key;

	demand(n != NULL && e != NULL && d != NULL && order != NULL);
	do {
		BN_free(p);
		BN_free(q);
		p = flawed_prime((int)bits / 2, context);
		q = flawed_prime((int)bits / 2, context);
		demand(BN_mul(n, p, q, context) == 1);
	} while (BN_num_bits(n) != (int)bits);
	demand(BN_set_word(e, 65537) == 1 && BN_sub_word(p, 1) == 1 && BN_sub_word(q, 1) == 1 &&
	       BN_mul(order, p, q, context) == 1 && BN_mod_inverse(d, e, order, context) != NULL);
	key = key_of_numbers(n, e, d);
	BN_free(p);
	BN_free(q);
	BN_free(n);
	BN_free(e);
	BN_free(d);
	BN_free(order);
	BN_CTX_free(context);
	return key;
}

static EVP_PKEY *make(const struct key_row *row)
{
	if (bytes_equal_text(bytes_of_text(row->type), "ROCA"))
		return make_flawed(row->bits);
	if (row->group != NULL)
		return EVP_EC_gen(row->group);
	return row->bits > 0 ? EVP_RSA_gen(row->bits) : EVP_PKEY_Q_keygen(NULL, NULL, row->type);
}

EVP_PKEY *forged_key(enum forged_key name)
{
	if (keys[name] == NULL)
		keys[name] = make(&rows[name]);
	demand(keys[name] != NULL);
	return keys[name];
}

bool forged_key_put_spki(enum forged_key name, struct buffer *out, struct error *err)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(forged_key(name), &der);
	bool done = len > 0 && buffer_put(out, bytes_of(der, (size_t)len), err);

	OPENSSL_free(der);
	return done;
}

void forged_keys_free(void)
{
	for (size_t i = 0; i < FORGED_KEY_COUNT; i++) {
		EVP_PKEY_free(keys[i]);
		keys[i] = NULL;
	}
}
