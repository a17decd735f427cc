#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/x509.h>

#include "common/ssh_key.h"
#include "common/ssh_key_kind.h"

#define ED25519_SIZE 32

static bool put_number(const EVP_PKEY *public_key, const char *name, struct buffer *blob, struct error *err)
{
	BIGNUM *number = NULL;
	uint8_t *room = NULL;
	struct buffer plain = BUFFER_EMPTY;
	bool done = false;

	if (EVP_PKEY_get_bn_param(public_key, name, &number) != 1 || BN_num_bytes(number) == 0) {
		error_set(err, ERROR_SSH_KEY, "a public key without %s", name);
		goto out;
	}
	if (!buffer_extend(&plain, (size_t)BN_num_bytes(number), &room, err))
		goto out;
	(void)BN_bn2bin(number, room);
	done = buffer_put_ssh_number(blob, buffer_bytes(&plain), err);
out:
	BN_free(number);
	buffer_free(&plain);
	return done;
}

static bool put_coordinate(
    const EVP_PKEY *public_key, const char *name, size_t size, struct buffer *blob, struct error *err)
{
	BIGNUM *number = NULL;
	uint8_t *room = NULL;
	bool done = false;

	if (EVP_PKEY_get_bn_param(public_key, name, &number) != 1) {
		error_set(err, ERROR_SSH_KEY, "a public key without %s", name);
		goto out;
	}
	if (!buffer_extend(blob, size, &room, err))
		goto out;
	done = BN_bn2binpad(number, room, (int)size) == (int)size ||
	       error_set(err, ERROR_SSH_KEY, "a coordinate is too long");
out:
	BN_free(number);
	return done;
}

static bool put_rsa(const EVP_PKEY *public_key, enum ssh_key_type type, struct buffer *blob, struct error *err)
{
	(void)type;
	return put_number(public_key, OSSL_PKEY_PARAM_RSA_E, blob, err) &&
	       put_number(public_key, OSSL_PKEY_PARAM_RSA_N, blob, err);
}

static bool put_ecdsa(const EVP_PKEY *public_key, enum ssh_key_type type, struct buffer *blob, struct error *err)
{
	const struct ssh_key_kind *kind = ssh_key_kind_of(type);
	size_t mark;

	if (!buffer_put_ssh_text(blob, kind->curve, err) || !buffer_open_u32(blob, &mark, err) ||
	    !buffer_put_u8(blob, 0x04, err) ||
	    !put_coordinate(public_key, OSSL_PKEY_PARAM_EC_PUB_X, kind->field_size, blob, err) ||
	    !put_coordinate(public_key, OSSL_PKEY_PARAM_EC_PUB_Y, kind->field_size, blob, err))
		return false;
	buffer_close_u32(blob, mark);
	return true;
}

static bool put_ed25519(const EVP_PKEY *public_key, enum ssh_key_type type, struct buffer *blob, struct error *err)
{
	uint8_t point[ED25519_SIZE];
	size_t len = sizeof(point);

	(void)type;
	if (EVP_PKEY_get_raw_public_key(public_key, point, &len) != 1 || len != sizeof(point))
		return error_set(err, ERROR_SSH_KEY, "libcrypto does not give the Ed25519 key");
	return buffer_put_ssh_string(blob, BYTES_OF(point), err);
}

static bool find_curve(const EVP_PKEY *public_key, enum ssh_key_type *type)
{
	static const enum ssh_key_type curves[] = {SSH_KEY_ECDSA_P256, SSH_KEY_ECDSA_P384, SSH_KEY_ECDSA_P521};
	char group[64];

	if (EVP_PKEY_get_utf8_string_param(public_key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) != 1)
		return false;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (bytes_equal_text(bytes_of_text(group), ssh_key_kind_of(curves[i])->group)) {
			*type = curves[i];
			return true;
		}
	}
	return false;
}

static bool find_type(const EVP_PKEY *public_key, enum ssh_key_type *type)
{
	if (EVP_PKEY_is_a(public_key, "EC"))
		return find_curve(public_key, type);
	*type = EVP_PKEY_is_a(public_key, "RSA") ? SSH_KEY_RSA : SSH_KEY_ED25519;
	return *type == SSH_KEY_RSA || EVP_PKEY_is_a(public_key, "ED25519");
}

bool ssh_key_of_public(EVP_PKEY *public_key, struct ssh_key *key, struct error *err)
{
	static bool (*const put[])(const EVP_PKEY *, enum ssh_key_type, struct buffer *, struct error *) = {
	    [SSH_ALGORITHM_RSA] = put_rsa,
	    [SSH_ALGORITHM_ECDSA] = put_ecdsa,
	    [SSH_ALGORITHM_ED25519] = put_ed25519,
	};
	struct buffer blob = BUFFER_EMPTY;
	enum ssh_key_type type;
	bool done;

	if (!find_type(public_key, &type))
		return error_set(err, ERROR_SSH_KEY_TYPE, "a kind of key that SSH has no name for");
	/* the parser has the last word, so that no key comes in by this door that it would refuse */
	done = buffer_put_ssh_text(&blob, ssh_key_type_name(type), err) &&
	       put[ssh_key_kind_of(type)->algorithm](public_key, type, &blob, err) &&
	       ssh_key_parse(buffer_bytes(&blob), key, err);
	buffer_free(&blob);
	return done;
}

/* What libcrypto decodes may still be another encoding of the same key (explicit curve parameters, BER lengths, a
 * compressed point); only the one that it would write itself is taken. */
static bool check_canonical(struct bytes spki, const struct ssh_key *key, struct error *err)
{
	struct buffer again = BUFFER_EMPTY;
	bool done = ssh_key_put_spki(key, &again, err) &&
	            (bytes_equal(buffer_bytes(&again), spki) ||
	                error_set(err, ERROR_SSH_KEY, "a SubjectPublicKeyInfo that is not in its one canonical form"));

	buffer_free(&again);
	return done;
}

bool ssh_key_of_spki(struct bytes spki, struct ssh_key *key, struct error *err)
{
	const unsigned char *at = spki.data;
	struct ssh_key fresh = SSH_KEY_EMPTY;
	EVP_PKEY *public_key = NULL;
	bool done = false;

	public_key = spki.len > LONG_MAX ? NULL : d2i_PUBKEY(NULL, &at, (long)spki.len);
	if (public_key == NULL) {
		error_set(err, ERROR_SSH_KEY, "no SubjectPublicKeyInfo that libcrypto can read");
		goto out;
	}
	if (!ssh_key_of_public(public_key, &fresh, err) || !check_canonical(spki, &fresh, err))
		goto out;
	*key = fresh;
	fresh = SSH_KEY_EMPTY;
	done = true;
out:
	ssh_key_clear(&fresh);
	EVP_PKEY_free(public_key);
	return done;
}

bool ssh_key_put_spki(const struct ssh_key *key, struct buffer *out, struct error *err)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key->public_key, &der);
	bool done = len > 0 ? buffer_put(out, bytes_of(der, (size_t)len), err)
	                    : error_set(err, ERROR_CRYPTO, "libcrypto does not encode the key");

	OPENSSL_free(der);
	return done;
}
