#include <string.h>

#include <openssl/rand.h>

#include "tests/vtoken/fido_instructions.h"

enum { ALGORITHM_P256 = 0x11, ALGORITHM_ED25519 = 0xe0, COORDINATE = 32 };
enum { COSE_TYPE_OKP = 1, COSE_TYPE_EC = 2, COSE_CURVE_P256 = 1, COSE_CURVE_ED25519 = 6 };

int fido_algorithm_of(const struct algorithm *algorithm)
{
	return algorithm->family == FAMILY_ED25519 ? COSE_EDDSA : COSE_ES256;
}

const struct algorithm *fido_algorithm_find(const struct fido *fido, int64_t number)
{
	if (number == COSE_ES256)
		return algorithm_find(ALGORITHM_P256);
	return number == COSE_EDDSA && fido->shape->ed25519 ? algorithm_find(ALGORITHM_ED25519) : NULL;
}

static bool put_pair(struct buffer *out, int64_t key, int64_t value)
{
	return cbor_put_number(out, key, NULL) && cbor_put_number(out, value, NULL);
}

static bool put_coordinate(struct buffer *out, int64_t key, struct bytes value)
{
	return cbor_put_number(out, key, NULL) && cbor_put_bytes(out, value, NULL);
}

static bool put_point(EVP_PKEY *key, int algorithm, struct buffer *out)
{
	uint8_t *point = NULL, form;
	size_t len = EVP_PKEY_get1_encoded_public_key(key, &point);
	struct bytes in = bytes_of(point, len), x, y;
	bool done = bytes_take_u8(&in, &form) && bytes_take(&in, COORDINATE, &x) && bytes_take(&in, COORDINATE, &y) &&
	            cbor_put_map(out, 5, NULL) && put_pair(out, 1, COSE_TYPE_EC) && put_pair(out, 3, algorithm) &&
	            put_pair(out, -1, COSE_CURVE_P256) && put_coordinate(out, -2, x) && put_coordinate(out, -3, y);

	OPENSSL_free(point);
	return done;
}

bool fido_put_cose(const struct algorithm *algorithm, EVP_PKEY *key, struct buffer *out)
{
	uint8_t raw[COORDINATE];
	size_t len = sizeof(raw);

	if (algorithm->family == FAMILY_EC)
		return put_point(key, COSE_ES256, out);
	return EVP_PKEY_get_raw_public_key(key, raw, &len) == 1 && cbor_put_map(out, 4, NULL) &&
	       put_pair(out, 1, COSE_TYPE_OKP) && put_pair(out, 3, COSE_EDDSA) &&
	       put_pair(out, -1, COSE_CURVE_ED25519) && put_coordinate(out, -2, bytes_of(raw, len));
}

static bool put_attested(const struct fido *fido, const struct fido_credential *credential, struct buffer *out)
{
	return buffer_put(out, BYTES_OF(fido->shape->aaguid), NULL) &&
	       buffer_put_u16(out, FIDO_CREDENTIAL_ID_SIZE, NULL) && buffer_put(out, BYTES_OF(credential->id), NULL) &&
	       fido_put_cose(credential->algorithm, credential->key, out);
}

bool fido_put_data(const struct fido *fido, struct bytes rp_hash, unsigned flags,
    const struct fido_credential *credential, struct bytes extensions, struct buffer *out)
{
	if (credential != NULL)
		flags |= FIDO_FLAG_ATTESTED;
	if (extensions.len > 0)
		flags |= FIDO_FLAG_EXTENSIONS;
	return buffer_put(out, rp_hash, NULL) && buffer_put_u8(out, (uint8_t)flags, NULL) &&
	       buffer_put_u32(out, fido->counter, NULL) &&
	       (credential == NULL || put_attested(fido, credential, out)) && buffer_put(out, extensions, NULL);
}

bool fido_sign(
    const struct algorithm *algorithm, EVP_PKEY *key, struct bytes message, struct bytes rest, struct buffer *out)
{
	struct buffer whole = BUFFER_EMPTY;
	uint8_t hash[FIDO_HASH_SIZE];
	bool done = buffer_put(&whole, message, NULL) && buffer_put(&whole, rest, NULL);

	fido_hash(buffer_bytes(&whole), hash);
	done = done && algorithm_sign(algorithm, key,
	                   algorithm->family == FAMILY_EC ? BYTES_OF(hash) : buffer_bytes(&whole), out, NULL);
	buffer_free(&whole);
	return done;
}

bool fido_credential_make(const struct algorithm *algorithm, struct bytes rp_hash, struct fido_credential *made)
{
	*made = (struct fido_credential){.algorithm = algorithm, .protection = FIDO_PROTECTION_NONE};
	return bytes_take_to(&rp_hash, made->rp_hash, FIDO_HASH_SIZE) && RAND_bytes(made->id, sizeof(made->id)) == 1 &&
	       algorithm_generate(algorithm, &made->key, NULL);
}

bool fido_put_descriptor(const struct fido_credential *credential, struct buffer *out)
{
	return cbor_put_map(out, 2, NULL) && cbor_put_text(out, "id", NULL) &&
	       cbor_put_bytes(out, BYTES_OF(credential->id), NULL) && cbor_put_text(out, "type", NULL) &&
	       cbor_put_text(out, "public-key", NULL);
}

bool fido_put_user(const struct fido_credential *credential, bool named, struct buffer *out)
{
	bool name = named && credential->user_name.len > 0, display = named && credential->user_display_name.len > 0;

	return cbor_put_map(out, 1U + name + display, NULL) && cbor_put_text(out, "id", NULL) &&
	       cbor_put_bytes(out, buffer_bytes(&credential->user_id), NULL) &&
	       (!name || (cbor_put_text(out, "name", NULL) &&
	                     cbor_put_text(out, buffer_text(&credential->user_name), NULL))) &&
	       (!display || (cbor_put_text(out, "displayName", NULL) &&
	                        cbor_put_text(out, buffer_text(&credential->user_display_name), NULL)));
}
