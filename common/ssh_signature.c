#include <openssl/ec.h>
#include <string.h>

#include "common/ssh_key.h"
#include "common/ssh_key_kind.h"

#define ED25519_SIGNATURE_SIZE 64
#define SHA256_SIZE 32
/* Source: CTAP 2.1 6.1, the flags of authenticator data */
#define FLAG_USER_PRESENT 0x01U
#define FLAG_USER_VERIFIED 0x04U

/* A signature blob taken apart. */
struct parts {
	struct bytes format;
	struct bytes bare; /* RSA: the number; ECDSA: two mpints; Ed25519: 64 bytes */
	uint8_t flags;     /* sk types */
	uint32_t counter;  /* sk types */
};

static bool parts_parse(struct bytes signature, bool token, struct parts *parts, struct error *err)
{
	*parts = (struct parts){.flags = 0};
	if (!bytes_take_ssh_string(&signature, &parts->format) || !bytes_take_ssh_string(&signature, &parts->bare) ||
	    (token && (!bytes_take_u8(&signature, &parts->flags) || !bytes_take_u32(&signature, &parts->counter))) ||
	    signature.len > 0)
		return error_set(err, ERROR_SSH_SIGNATURE, "a signature that is cut short or too long");
	return true;
}

/* The digest that the signature's format asks for; false when this key does not sign in that format. */
static bool find_digest(const struct ssh_key_kind *kind, struct bytes format, const EVP_MD **digest)
{
	if (kind->algorithm != SSH_ALGORITHM_RSA) {
		*digest = kind->digest == NULL ? NULL : kind->digest();
		return bytes_equal_text(format, kind->name);
	}
	*digest = bytes_equal_text(format, "rsa-sha2-512")   ? EVP_sha512()
	          : bytes_equal_text(format, "rsa-sha2-256") ? EVP_sha256()
	                                                     : NULL;
	return *digest != NULL;
}

/* Puts the DER form of two numbers. */
static bool put_der(struct bytes r, struct bytes s, struct buffer *der, struct error *err)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *first = BN_bin2bn(r.data, (int)r.len, NULL), *second = BN_bin2bn(s.data, (int)s.len, NULL);
	unsigned char *encoded = NULL;
	bool done = false;
	int len;

	if (pair == NULL || first == NULL || second == NULL || ECDSA_SIG_set0(pair, first, second) != 1) {
		error_set(err, ERROR_MEMORY, "no memory for a signature");
		goto out;
	}
	first = second = NULL;
	len = i2d_ECDSA_SIG(pair, &encoded);
	done = len > 0 ? buffer_put(der, bytes_of(encoded, (size_t)len), err)
	               : error_set(err, ERROR_CRYPTO, "libcrypto does not encode a signature");
out:
	OPENSSL_free(encoded);
	BN_free(first);
	BN_free(second);
	ECDSA_SIG_free(pair);
	return done;
}

/* Puts the signature as libcrypto wants it. */
static bool put_native(const struct ssh_key *key, struct bytes bare, struct buffer *native, struct error *err)
{
	const struct ssh_key_kind *kind = ssh_key_kind_of(key->type);
	size_t len =
	    kind->algorithm == SSH_ALGORITHM_RSA ? (size_t)EVP_PKEY_get_size(key->public_key) : ED25519_SIGNATURE_SIZE;
	struct bytes r, s;

	if (kind->algorithm == SSH_ALGORITHM_ECDSA) {
		if (!bytes_take_ssh_number(&bare, &r) || !bytes_take_ssh_number(&bare, &s) || bare.len > 0 ||
		    r.len > kind->field_size || s.len > kind->field_size)
			return error_set(err, ERROR_SSH_SIGNATURE, "an ECDSA signature is not two short numbers");
		return put_der(r, s, native, err);
	}
	if (bare.len != len)
		return error_set(err, ERROR_SSH_SIGNATURE, "a signature of %zu bytes, %zu belong there", bare.len, len);
	return buffer_put(native, bare, err);
}

static bool put_sha256(struct bytes bytes, struct buffer *out, struct error *err)
{
	uint8_t *room;

	if (!buffer_extend(out, SHA256_SIZE, &room, err))
		return false;
	if (EVP_Digest(bytes.data, bytes.len, room, NULL, EVP_sha256(), NULL) != 1)
		return error_set(err, ERROR_CRYPTO, "SHA-256 failed");
	return true;
}

/* A token signs H(application) | flags | counter | H(message). Source: OpenSSH PROTOCOL.u2f. */
static bool put_token_message(
    const struct ssh_key *key, const struct parts *parts, struct bytes message, struct buffer *out, struct error *err)
{
	return put_sha256(buffer_bytes(&key->application), out, err) && buffer_put_u8(out, parts->flags, err) &&
	       buffer_put_u32(out, parts->counter, err) && put_sha256(message, out, err);
}

static bool verify_native(
    EVP_PKEY *public_key, const EVP_MD *digest, struct bytes native, struct bytes message, struct error *err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context != NULL && EVP_DigestVerifyInit(context, NULL, digest, NULL, public_key) == 1 &&
	            EVP_DigestVerify(context, native.data, native.len, message.data, message.len) == 1;

	EVP_MD_CTX_free(context);
	return good || error_set(err, ERROR_SSH_SIGNATURE, "the signature is not by this key over this message");
}

static bool verify_parts(const struct ssh_key *key, const struct parts *parts, struct bytes message, struct error *err)
{
	const struct ssh_key_kind *kind = ssh_key_kind_of(key->type);
	struct buffer native = BUFFER_EMPTY, assembled = BUFFER_EMPTY;
	const EVP_MD *digest;
	bool done = false;

	if (!find_digest(kind, parts->format, &digest))
		return error_set(
		    err, ERROR_SSH_SIGNATURE, "a signature in a format that %s keys do not sign in", kind->name);
	if (!put_native(key, parts->bare, &native, err))
		goto out;
	if (kind->token) {
		if (!put_token_message(key, parts, message, &assembled, err))
			goto out;
		message = buffer_bytes(&assembled);
	}
	done = verify_native(key->public_key, digest, buffer_bytes(&native), message, err);
out:
	buffer_free(&native);
	buffer_free(&assembled);
	return done;
}

bool ssh_key_verify(const struct ssh_key *key, struct bytes signature, struct bytes message, struct ssh_sk_flags *flags,
    struct error *err)
{
	bool token = ssh_key_kind_of(key->type)->token;
	struct parts parts;

	if (!parts_parse(signature, token, &parts, err) || !verify_parts(key, &parts, message, err))
		return false;
	if (token && (parts.flags & FLAG_USER_PRESENT) == 0)
		return error_set(err, ERROR_SSH_SIGNATURE, "the token signed without a touch");
	if (flags != NULL)
		*flags = (struct ssh_sk_flags){
		    .user_present = (parts.flags & FLAG_USER_PRESENT) != 0,
		    .user_verified = (parts.flags & FLAG_USER_VERIFIED) != 0,
		    .counter = parts.counter,
		};
	return true;
}

const EVP_MD *ssh_key_signature_digest(const struct ssh_key *key)
{
	const struct ssh_key_kind *kind = ssh_key_kind_of(key->type);

	return kind->token || kind->digest == NULL ? NULL : kind->digest();
}

static bool put_number(const BIGNUM *number, size_t field_size, struct buffer *out, struct error *err)
{
	struct buffer plain = BUFFER_EMPTY;
	uint8_t *room;
	bool done = false;

	if (BN_is_negative(number) || BN_is_zero(number) || (size_t)BN_num_bytes(number) > field_size)
		return error_set(err, ERROR_SSH_SIGNATURE, "an ECDSA signature with a number out of range");
	if (buffer_extend(&plain, (size_t)BN_num_bytes(number), &room, err)) {
		(void)BN_bn2bin(number, room);
		done = buffer_put_ssh_number(out, buffer_bytes(&plain), err);
	}
	buffer_free(&plain);
	return done;
}

/* A token's DER becomes two mpints. */
static bool put_pair(struct bytes der, size_t field_size, struct buffer *out, struct error *err)
{
	const unsigned char *at = der.data;
	ECDSA_SIG *pair = der.len > (size_t)EVP_MAX_MD_SIZE * 8 ? NULL : d2i_ECDSA_SIG(NULL, &at, (long)der.len);
	size_t mark;
	bool done = false;

	if (pair == NULL || at != der.data + der.len) {
		error_set(err, ERROR_SSH_SIGNATURE, "an ECDSA signature that is not one DER pair of numbers");
		goto out;
	}
	if (!buffer_open_u32(out, &mark, err) || !put_number(ECDSA_SIG_get0_r(pair), field_size, out, err) ||
	    !put_number(ECDSA_SIG_get0_s(pair), field_size, out, err))
		goto out;
	buffer_close_u32(out, mark);
	done = true;
out:
	ECDSA_SIG_free(pair);
	return done;
}

static bool put_sized(struct bytes bare, size_t len, struct buffer *out, struct error *err)
{
	if (bare.len != len)
		return error_set(err, ERROR_SSH_SIGNATURE, "a signature of %zu bytes, %zu belong there", bare.len, len);
	return buffer_put_ssh_string(out, bare, err);
}

static bool put_bare(const struct ssh_key *key, struct bytes bare, struct buffer *out, struct error *err)
{
	const struct ssh_key_kind *kind = ssh_key_kind_of(key->type);

	switch (kind->algorithm) {
	case SSH_ALGORITHM_RSA:
		return put_sized(bare, (size_t)EVP_PKEY_get_size(key->public_key), out, err);
	case SSH_ALGORITHM_ECDSA:
		return put_pair(bare, kind->field_size, out, err);
	case SSH_ALGORITHM_ED25519:
		return put_sized(bare, ED25519_SIGNATURE_SIZE, out, err);
	}
	return error_set(err, ERROR_BUG, "a key type without algorithm");
}

bool ssh_key_put_signature(const struct ssh_key *key, struct bytes bare, struct buffer *out, struct error *err)
{
	const struct ssh_key_kind *kind = ssh_key_kind_of(key->type);
	const char *format = kind->algorithm == SSH_ALGORITHM_RSA ? "rsa-sha2-512" : kind->name;
	size_t before = out->len;

	if (kind->token)
		return error_set(err, ERROR_SSH_KEY_TYPE, "%s keys make whole signatures themselves", kind->name);
	if (buffer_put_ssh_text(out, format, err) && put_bare(key, bare, out, err))
		return true;
	buffer_cut(out, before);
	return false;
}
