#include "tests/unit/ssh_samples.h"

#include "tests/unit/unit.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <string.h>

static EVP_PKEY *new_pair(enum ssh_key_type type)
{
	switch (type) {
	case SSH_KEY_RSA:
		return EVP_RSA_gen(2048);
	case SSH_KEY_SK_ECDSA:
	case SSH_KEY_ECDSA_P256:
		return EVP_EC_gen("P-256");
	case SSH_KEY_ECDSA_P384:
		return EVP_EC_gen("P-384");
	case SSH_KEY_ECDSA_P521:
		return EVP_EC_gen("P-521");
	case SSH_KEY_SK_ED25519:
	case SSH_KEY_ED25519:
	case SSH_KEY_TYPE_COUNT:
		break;
	}
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

/* The sk form of a plain key: another type name, and the application behind. */
static void make_token_key(enum ssh_key_type type, struct ssh_key *key)
{
	struct buffer blob = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	ssh_replace_field(buffer_bytes(&key->blob), 0, bytes_of_text(ssh_key_type_name(type)), &blob);
	assert_done(buffer_put_ssh_text(&blob, SAMPLE_APPLICATION, &err), err);
	ssh_key_clear(key);
	assert_done(ssh_key_parse(buffer_bytes(&blob), key, &err), err);
	buffer_free(&blob);
}

void ssh_sample_init(enum ssh_key_type type, struct ssh_sample *sample)
{
	struct error err = ERROR_EMPTY;

	*sample = (struct ssh_sample){.pair = new_pair(type), .key = SSH_KEY_EMPTY};
	assert_non_null(sample->pair);
	assert_done(ssh_key_of_public(sample->pair, &sample->key, &err), err);
	if (type == SSH_KEY_SK_ECDSA || type == SSH_KEY_SK_ED25519)
		make_token_key(type, &sample->key);
}

void ssh_sample_clear(struct ssh_sample *sample)
{
	EVP_PKEY_free(sample->pair);
	sample->pair = NULL;
	ssh_key_clear(&sample->key);
}

void ssh_sample_sign_bare(
    const struct ssh_sample *sample, const EVP_MD *digest, struct bytes message, struct buffer *bare)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct error err = ERROR_EMPTY;
	uint8_t *room;
	size_t len;

	assert_int_equal(EVP_DigestSignInit(context, NULL, digest, NULL, sample->pair), 1);
	assert_int_equal(EVP_DigestSign(context, NULL, &len, message.data, message.len), 1);
	assert_done(buffer_extend(bare, len, &room, &err), err);
	assert_int_equal(EVP_DigestSign(context, room, &len, message.data, message.len), 1);
	buffer_cut(bare, (size_t)(room - bare->data) + len);
	EVP_MD_CTX_free(context);
}

static void put_token_message(struct bytes message, uint8_t flags, struct buffer *out)
{
	struct error err = ERROR_EMPTY;
	uint8_t hash[32];

	assert_int_equal(EVP_Digest(SAMPLE_APPLICATION, strlen(SAMPLE_APPLICATION), hash, NULL, EVP_sha256(), NULL), 1);
	assert_done(buffer_put(out, BYTES_OF(hash), &err) && buffer_put_u8(out, flags, &err) &&
	                buffer_put_u32(out, SAMPLE_COUNTER, &err),
	    err);
	assert_int_equal(EVP_Digest(message.data, message.len, hash, NULL, EVP_sha256(), NULL), 1);
	assert_done(buffer_put(out, BYTES_OF(hash), &err), err);
}

static void put_pair(struct bytes der, struct buffer *out)
{
	const unsigned char *at = der.data;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
	struct error err = ERROR_EMPTY;
	uint8_t number[66];

	assert_non_null(pair);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), number, sizeof(number)), sizeof(number));
	assert_done(buffer_put_ssh_number(out, BYTES_OF(number), &err), err);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(pair), number, sizeof(number)), sizeof(number));
	assert_done(buffer_put_ssh_number(out, BYTES_OF(number), &err), err);
	ECDSA_SIG_free(pair);
}

static const EVP_MD *digest_of(enum ssh_key_type type, const char *format)
{
	switch (type) {
	case SSH_KEY_RSA:
		return strcmp(format, "rsa-sha2-256") == 0 ? EVP_sha256()
		       : strcmp(format, "ssh-rsa") == 0    ? EVP_sha1()
		                                           : EVP_sha512();
	case SSH_KEY_SK_ECDSA:
	case SSH_KEY_ECDSA_P256:
		return EVP_sha256();
	case SSH_KEY_ECDSA_P384:
		return EVP_sha384();
	case SSH_KEY_ECDSA_P521:
		return EVP_sha512();
	case SSH_KEY_ED25519:
	case SSH_KEY_SK_ED25519:
	case SSH_KEY_TYPE_COUNT:
		break;
	}
	return NULL;
}

void ssh_sample_sign(
    const struct ssh_sample *sample, const char *format, struct bytes message, uint8_t flags, struct buffer *signature)
{
	enum ssh_key_type type = sample->key.type;
	bool token = type == SSH_KEY_SK_ECDSA || type == SSH_KEY_SK_ED25519;
	const char *usual = type == SSH_KEY_RSA ? "rsa-sha2-512" : ssh_key_type_name(type);
	struct buffer assembled = BUFFER_EMPTY, bare = BUFFER_EMPTY, pair = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	if (format == NULL)
		format = usual;
	if (token) {
		put_token_message(message, flags, &assembled);
		message = buffer_bytes(&assembled);
	}
	ssh_sample_sign_bare(sample, digest_of(type, format), message, &bare);
	if (type != SSH_KEY_RSA && digest_of(type, format) != NULL)
		put_pair(buffer_bytes(&bare), &pair);
	assert_done(buffer_put_ssh_text(signature, format, &err), err);
	assert_done(buffer_put_ssh_string(signature, buffer_bytes(pair.len > 0 ? &pair : &bare), &err), err);
	if (token)
		assert_done(
		    buffer_put_u8(signature, flags, &err) && buffer_put_u32(signature, SAMPLE_COUNTER, &err), err);
	buffer_free(&assembled);
	buffer_free(&bare);
	buffer_free(&pair);
}

void ssh_replace_field(struct bytes blob, size_t index, struct bytes content, struct buffer *out)
{
	struct error err = ERROR_EMPTY;
	struct bytes field;

	for (size_t i = 0; blob.len > 0; i++) {
		assert_true(bytes_take_ssh_string(&blob, &field));
		assert_done(buffer_put_ssh_string(out, i == index ? content : field, &err), err);
	}
}
