#include "common/ssh_key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <string.h>

#include "common/base64.h"
#include "common/ssh_key_kind.h"
#include "common/ssh_line.h"
#include "common/text.h"

#define RSA_BITS_MINIMUM 2048
#define RSA_BITS_MAXIMUM 16384
/* FIPS 186-4 B.3.1: an exponent above 2^16 and below 2^256 */
#define RSA_EXPONENT_MINIMUM 65537U
#define RSA_EXPONENT_BITS_MAXIMUM 256
#define ED25519_SIZE 32
#define POINT_UNCOMPRESSED 0x04

void ssh_key_clear(struct ssh_key *key)
{
	buffer_free(&key->blob);
	buffer_free(&key->application);
	EVP_PKEY_free(key->public_key);
	*key = SSH_KEY_EMPTY;
}

/* Makes a key of what was pushed into the builder, which is freed.
 *   complete  whether every push went well */
static bool from_builder(
    const char *algorithm, OSSL_PARAM_BLD *builder, bool complete, EVP_PKEY **public_key, struct error *err)
{
	OSSL_PARAM *params = complete ? OSSL_PARAM_BLD_to_param(builder) : NULL;
	EVP_PKEY_CTX *context = params == NULL ? NULL : EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	bool done = false;

	if (context == NULL || EVP_PKEY_fromdata_init(context) != 1)
		error_set(err, ERROR_CRYPTO, "libcrypto makes no %s key", algorithm);
	else
		done = EVP_PKEY_fromdata(context, public_key, EVP_PKEY_PUBLIC_KEY, params) == 1 ||
		       error_set(err, ERROR_SSH_KEY, "libcrypto refuses this %s key", algorithm);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	return done;
}

static bool check_rsa(const BIGNUM *modulus, const BIGNUM *exponent, struct error *err)
{
	int bits = BN_num_bits(modulus);

	if (bits < RSA_BITS_MINIMUM || bits > RSA_BITS_MAXIMUM)
		return error_set(err, ERROR_SSH_KEY, "an RSA key of %d bits; %d to %d are taken", bits,
		    RSA_BITS_MINIMUM, RSA_BITS_MAXIMUM);
	if (!BN_is_odd(modulus))
		return error_set(err, ERROR_SSH_KEY, "an RSA modulus is even");
	if (!BN_is_odd(exponent) || BN_num_bits(exponent) > RSA_EXPONENT_BITS_MAXIMUM ||
	    BN_get_word(exponent) < RSA_EXPONENT_MINIMUM)
		return error_set(err, ERROR_SSH_KEY, "an RSA exponent is even, below %u or above %d bits",
		    RSA_EXPONENT_MINIMUM, RSA_EXPONENT_BITS_MAXIMUM);
	return true;
}

static bool build_rsa(const BIGNUM *modulus, const BIGNUM *exponent, EVP_PKEY **public_key, struct error *err)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	bool complete = builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	                OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1;

	return from_builder("RSA", builder, complete, public_key, err);
}

static bool take_rsa(struct bytes *in, struct ssh_key *key, struct error *err)
{
	BIGNUM *modulus = NULL, *exponent = NULL;
	struct bytes e, n;
	bool done = false;

	if (!bytes_take_ssh_number(in, &e) || !bytes_take_ssh_number(in, &n) || n.len > RSA_BITS_MAXIMUM / 8)
		return error_set(
		    err, ERROR_SSH_KEY, "an RSA number is cut short, too long or not in its shortest form");
	exponent = BN_bin2bn(e.data, (int)e.len, NULL);
	modulus = BN_bin2bn(n.data, (int)n.len, NULL);
	if (exponent == NULL || modulus == NULL) {
		error_set(err, ERROR_MEMORY, "no memory for an RSA key");
		goto out;
	}
	done = check_rsa(modulus, exponent, err) && build_rsa(modulus, exponent, &key->public_key, err);
out:
	BN_free(exponent);
	BN_free(modulus);
	return done;
}

/* libcrypto refuses a point that is not on the curve; these curves have no other subgroup that it could lie in. */
static bool build_ecdsa(const char *group, struct bytes point, EVP_PKEY **public_key, struct error *err)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	bool complete = builder != NULL &&
	                OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
	                OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.len) == 1;

	return from_builder("EC", builder, complete, public_key, err);
}

static bool take_ecdsa(struct bytes *in, const struct ssh_key_kind *kind, struct ssh_key *key, struct error *err)
{
	struct bytes curve, point, rest;
	uint8_t form;

	if (!bytes_take_ssh_string(in, &curve) || !bytes_equal_text(curve, kind->curve))
		return error_set(err, ERROR_SSH_KEY, "%s with another curve inside", kind->name);
	if (!bytes_take_ssh_string(in, &point) || point.len != 1 + 2 * kind->field_size)
		return error_set(err, ERROR_SSH_KEY, "%s: a point has %zu bytes", kind->name, 1 + 2 * kind->field_size);
	rest = point;
	if (!bytes_take_u8(&rest, &form) || form != POINT_UNCOMPRESSED)
		return error_set(err, ERROR_SSH_KEY, "%s: a point that is not uncompressed", kind->name);
	return build_ecdsa(kind->group, point, &key->public_key, err);
}

/* The points of an order that divides 8, in every encoding but for the sign bit: a signature under one of these as key can
 * be made by anybody, for nearly any message. libcrypto takes them. */
static const uint8_t ed25519_small_points[][ED25519_SIZE] = {
    {0},
    {1},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac,
        0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53,
        0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {[0] = 0xec, [1 ... 30] = 0xff, [31] = 0x7f},
    {[0] = 0xed, [1 ... 30] = 0xff, [31] = 0x7f},
    {[0] = 0xee, [1 ... 30] = 0xff, [31] = 0x7f},
};

static bool is_small(struct bytes point)
{
	uint8_t last;
	struct bytes front;

	if (!bytes_take(&point, ED25519_SIZE - 1, &front) || !bytes_take_u8(&point, &last))
		return true;
	for (size_t i = 0; i < sizeof(ed25519_small_points) / sizeof(ed25519_small_points[0]); i++) {
		const uint8_t *small = ed25519_small_points[i];

		if (bytes_equal(front, bytes_of(small, ED25519_SIZE - 1)) && (last & 0x7fU) == small[ED25519_SIZE - 1])
			return true;
	}
	return false;
}

static bool take_ed25519(struct bytes *in, struct ssh_key *key, struct error *err)
{
	struct bytes point;

	if (!bytes_take_ssh_string(in, &point) || point.len != ED25519_SIZE)
		return error_set(err, ERROR_SSH_KEY, "an Ed25519 key has %d bytes", ED25519_SIZE);
	if (is_small(point))
		return error_set(err, ERROR_SSH_KEY, "an Ed25519 key that everybody can sign for");
	key->public_key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point.data, point.len);
	return key->public_key != NULL || error_set(err, ERROR_SSH_KEY, "libcrypto refuses this Ed25519 key");
}

static bool take_application(struct bytes *in, struct ssh_key *key, struct error *err)
{
	struct bytes application;

	if (!bytes_take_ssh_string(in, &application) || application.len == 0 || !text_is_printable(application))
		return error_set(err, ERROR_SSH_KEY, "a sk key without a sane application");
	return buffer_put(&key->application, application, err);
}

static bool take_numbers(struct bytes *in, struct ssh_key *key, struct error *err)
{
	const struct ssh_key_kind *kind = ssh_key_kind_of(key->type);

	switch (kind->algorithm) {
	case SSH_ALGORITHM_RSA:
		return take_rsa(in, key, err);
	case SSH_ALGORITHM_ECDSA:
		return take_ecdsa(in, kind, key, err);
	case SSH_ALGORITHM_ED25519:
		return take_ed25519(in, key, err);
	}
	return error_set(err, ERROR_BUG, "a key type without algorithm");
}

bool ssh_key_parse(struct bytes blob, struct ssh_key *key, struct error *err)
{
	struct ssh_key fresh = SSH_KEY_EMPTY;
	struct bytes in = blob, name;
	bool done = false;

	if (!bytes_take_ssh_string(&in, &name))
		return error_set(err, ERROR_SSH_KEY, "a key without type name");
	if (!ssh_key_kind_find(name, &fresh.type))
		return error_set(err, ERROR_SSH_KEY_TYPE, "a key of a type that cannot be taken: %.*s",
		    text_is_printable(name) ? (int)name.len : 0, (const char *)name.data);
	if (!take_numbers(&in, &fresh, err) ||
	    (ssh_key_kind_of(fresh.type)->token && !take_application(&in, &fresh, err)))
		goto out;
	if (in.len > 0) {
		error_set(err, ERROR_SSH_KEY, "%zu bytes stand behind the key", in.len);
		goto out;
	}
	if (!buffer_put(&fresh.blob, blob, err))
		goto out;
	*key = fresh;
	fresh = SSH_KEY_EMPTY;
	done = true;
out:
	ssh_key_clear(&fresh);
	return done;
}

bool ssh_key_parse_line(struct bytes line, struct ssh_key *key, struct bytes *comment, struct error *err)
{
	struct buffer blob = BUFFER_EMPTY;
	bool done =
	    ssh_line_parse(line, &blob, comment, ERROR_SSH_KEY, err) && ssh_key_parse(buffer_bytes(&blob), key, err);

	buffer_free(&blob);
	return done;
}

bool ssh_key_put_line(const struct ssh_key *key, struct buffer *out, struct error *err)
{
	return ssh_line_put(buffer_bytes(&key->blob), out, err);
}

bool ssh_key_equal(const struct ssh_key *one, const struct ssh_key *other)
{
	return bytes_equal(buffer_bytes(&one->blob), buffer_bytes(&other->blob));
}

bool ssh_key_hash(const struct ssh_key *key, uint8_t hash[SSH_KEY_HASH_SIZE], struct error *err)
{
	if (EVP_Digest(key->blob.data, key->blob.len, hash, NULL, EVP_sha256(), NULL) != 1)
		return error_set(err, ERROR_CRYPTO, "SHA-256 failed");
	return true;
}

bool ssh_key_fingerprint(const struct ssh_key *key, char text[SSH_KEY_FINGERPRINT_SIZE], struct error *err)
{
	struct buffer line = BUFFER_EMPTY;
	uint8_t hash[SSH_KEY_HASH_SIZE];
	struct bytes all, without_pad;
	bool done = false;

	if (!ssh_key_hash(key, hash, err) || !buffer_put_text(&line, "SHA256:", err) ||
	    !base64_put(BYTES_OF(hash), &line, err))
		goto out;
	all = buffer_bytes(&line);
	done = bytes_take_until(&all, '=', &without_pad) && bytes_to_text(without_pad, text, SSH_KEY_FINGERPRINT_SIZE);
	if (!done)
		error_set(err, ERROR_BUG, "a fingerprint does not fit");
out:
	buffer_free(&line);
	return done;
}

const char *ssh_key_type_name(enum ssh_key_type type)
{
	return ssh_key_kind_of(type)->name;
}
