#include "piv/public_key.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <string.h>

#include "common/tlv.h"

#define TAG_MODULUS 0x81U
#define TAG_EXPONENT 0x82U
#define TAG_POINT 0x86U
#define EXPONENT_BITS_MAXIMUM 32
#define NUMBER_BYTES_MAXIMUM 1024U
#define RAW_KEY_BYTES 32U

static bool crypto_failed(struct error *err)
{
	return error_set(err, ERROR_CRYPTO, "the crypto library failed on a public key");
}

static bool put_spki(EVP_PKEY *key, struct buffer *spki, struct error *err)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);
	bool done = len > 0 ? buffer_put(spki, bytes_of(der, (size_t)len), err) : crypto_failed(err);

	OPENSSL_free(der);
	return done;
}

/* The library's parameters become a key, or nothing: a point off the curve fails here. */
static EVP_PKEY *key_of(const char *type, OSSL_PARAM_BLD *build)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY *key = NULL;

	if (context == NULL || params == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	return key;
}

static bool take_number(struct bytes *fields, uint32_t tag, BIGNUM **number, struct error *err)
{
	struct bytes value;

	if (!tlv_take(fields, tag, &value, err))
		return false;
	if (value.len == 0 || value.len > NUMBER_BYTES_MAXIMUM)
		return error_set(err, ERROR_CARD_REPLY, "an RSA number has %zu bytes", value.len);
	*number = BN_bin2bn(value.data, (int)value.len, NULL);
	return *number != NULL || crypto_failed(err);
}

static bool check_rsa(const BIGNUM *modulus, const BIGNUM *exponent, unsigned bits, struct error *err)
{
	if (BN_num_bits(modulus) != (int)bits)
		return error_set(err, ERROR_CARD_REPLY, "the RSA key has %d bits where %u were asked for",
		    BN_num_bits(modulus), bits);
	if (!BN_is_odd(modulus) || !BN_is_odd(exponent) || BN_is_one(exponent) ||
	    BN_num_bits(exponent) > EXPONENT_BITS_MAXIMUM)
		return error_set(err, ERROR_CARD_REPLY, "the RSA key cannot be one");
	return true;
}

static bool rsa_spki(struct bytes fields, const struct piv_algorithm_row *row, struct buffer *spki, struct error *err)
{
	BIGNUM *modulus = NULL, *exponent = NULL;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;
	bool done = false;

	if (!take_number(&fields, TAG_MODULUS, &modulus, err) || !take_number(&fields, TAG_EXPONENT, &exponent, err) ||
	    !tlv_end(fields, err) || !check_rsa(modulus, exponent, row->bits, err))
		goto out;
	if (build != NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		key = key_of("RSA", build);
	done = key != NULL ? put_spki(key, spki, err) : crypto_failed(err);
out:
	EVP_PKEY_free(key);
	OSSL_PARAM_BLD_free(build);
	BN_free(exponent);
	BN_free(modulus);
	return done;
}

static bool take_point(struct bytes fields, size_t len, struct bytes *point, struct error *err)
{
	if (!tlv_take(&fields, TAG_POINT, point, err) || !tlv_end(fields, err))
		return false;
	if (point->len != len)
		return error_set(
		    err, ERROR_CARD_REPLY, "the public key has %zu bytes where %zu belong", point->len, len);
	return true;
}

static bool ec_spki(struct bytes fields, const struct piv_algorithm_row *row, struct buffer *spki, struct error *err)
{
	const char *group = row->algorithm == PIV_P256 ? "P-256" : "P-384";
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;
	struct bytes point;
	bool done = false;

	/* Uncompressed: 04, x, y. */
	if (!take_point(fields, 1 + 2 * (size_t)(row->bits / 8), &point, err))
		goto out;
	if (build != NULL && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.len) == 1)
		key = key_of("EC", build);
	done = key != NULL ? put_spki(key, spki, err)
	                   : error_set(err, ERROR_CARD_REPLY, "the public key is no point of %s", group);
out:
	EVP_PKEY_free(key);
	OSSL_PARAM_BLD_free(build);
	return done;
}

static bool raw_spki(struct bytes fields, const struct piv_algorithm_row *row, struct buffer *spki, struct error *err)
{
	const char *type = row->algorithm == PIV_ED25519 ? "ED25519" : "X25519";
	struct bytes point;
	EVP_PKEY *key;
	bool done;

	if (!take_point(fields, RAW_KEY_BYTES, &point, err))
		return false;
	key = EVP_PKEY_new_raw_public_key_ex(NULL, type, NULL, point.data, point.len);
	done = key != NULL ? put_spki(key, spki, err) : crypto_failed(err);
	EVP_PKEY_free(key);
	return done;
}

bool piv_public_key_parse(struct bytes fields, enum piv_algorithm algorithm, struct buffer *spki, struct error *err)
{
	const struct piv_algorithm_row *row = piv_algorithm_row(algorithm);

	if (row == NULL)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "algorithm %02x is not known", (unsigned)algorithm);
	switch (row->type) {
	case PIV_KEY_TYPE_RSA:
		return rsa_spki(fields, row, spki, err);
	case PIV_KEY_TYPE_EC:
		return ec_spki(fields, row, spki, err);
	case PIV_KEY_TYPE_EDWARDS:
	case PIV_KEY_TYPE_AGREEMENT:
		return raw_spki(fields, row, spki, err);
	case PIV_KEY_TYPE_SYMMETRIC:
		break;
	}
	return error_set(err, ERROR_CARD_UNSUPPORTED, "%s has no public key", row->title);
}

static const struct piv_algorithm_row *row_of(EVP_PKEY *key)
{
	static const struct {
		const char *type, *group; /* group NULL: by size */
		int bits;
		enum piv_algorithm algorithm;
	} kinds[] = {
	    {"RSA", NULL, 1024, PIV_RSA1024},
	    {"RSA", NULL, 2048, PIV_RSA2048},
	    {"RSA", NULL, 3072, PIV_RSA3072},
	    {"RSA", NULL, 4096, PIV_RSA4096},
	    {"EC", SN_X9_62_prime256v1, 256, PIV_P256},
	    {"EC", SN_secp384r1, 384, PIV_P384},
	    {"ED25519", NULL, 256, PIV_ED25519},
	    {"X25519", NULL, 253, PIV_X25519},
	};
	char group[64] = "";

	(void)EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (EVP_PKEY_is_a(key, kinds[i].type) && EVP_PKEY_get_bits(key) == kinds[i].bits &&
		    (kinds[i].group == NULL || strcmp(group, kinds[i].group) == 0))
			return piv_algorithm_row(kinds[i].algorithm);
	return NULL;
}

const struct piv_algorithm_row *piv_public_key_algorithm(struct bytes spki)
{
	const unsigned char *rest = spki.data;
	EVP_PKEY *key = spki.len <= LONG_MAX ? d2i_PUBKEY(NULL, &rest, (long)spki.len) : NULL;
	const struct piv_algorithm_row *row = key != NULL && rest == spki.data + spki.len ? row_of(key) : NULL;

	EVP_PKEY_free(key);
	ERR_clear_error();
	return row;
}
