#include "tests/vtoken/fido_instructions.h"

enum { ALGORITHM_P256 = 0x11, POINT = 65 };

static bool put_head(const char *format, struct bytes data, bool enterprise, struct buffer *out)
{
	return cbor_put_map(out, enterprise ? 4 : 3, NULL) && cbor_put_number(out, 1, NULL) &&
	       cbor_put_text(out, format, NULL) && cbor_put_number(out, 2, NULL) && cbor_put_bytes(out, data, NULL) &&
	       cbor_put_number(out, 3, NULL);
}

static bool put_tail(bool enterprise, struct buffer *out)
{
	return !enterprise || (cbor_put_number(out, 4, NULL) && cbor_put_boolean(out, true, NULL));
}

static bool put_signature(int algorithm, struct bytes signature, struct buffer *out)
{
	return cbor_put_text(out, "alg", NULL) && cbor_put_number(out, algorithm, NULL) &&
	       cbor_put_text(out, "sig", NULL) && cbor_put_bytes(out, signature, NULL);
}

static bool put_chain(const struct fido *fido, bool enterprise, struct buffer *out)
{
	const struct buffer *leaf = enterprise ? &fido->enterprise_certificate : &fido->attestation_certificate;
	bool issuer = fido->issuer_certificate.len > 0;

	return cbor_put_text(out, "x5c", NULL) && cbor_put_array(out, issuer ? 2 : 1, NULL) &&
	       cbor_put_bytes(out, buffer_bytes(leaf), NULL) &&
	       (!issuer || cbor_put_bytes(out, buffer_bytes(&fido->issuer_certificate), NULL));
}

static bool put_packed(const struct fido *fido, const struct fido_credential *credential, struct bytes data,
    struct bytes client_data_hash, bool enterprise, struct buffer *out)
{
	bool self = fido->shape->attestation == FIDO_ATTESTATION_SELF;
	const struct algorithm *algorithm = self ? credential->algorithm : algorithm_find(ALGORITHM_P256);
	struct buffer signature = BUFFER_EMPTY;
	bool done =
	    fido_sign(algorithm, self ? credential->key : fido->attestation_key, data, client_data_hash, &signature) &&
	    put_head("packed", data, enterprise, out) && cbor_put_map(out, self ? 2 : 3, NULL) &&
	    put_signature(fido_algorithm_of(algorithm), buffer_bytes(&signature), out) &&
	    (self || put_chain(fido, enterprise, out)) && put_tail(enterprise, out);

	buffer_free(&signature);
	return done;
}

/* 00, relying party, challenge, key handle, point. Source: WebAuthn Level 3 8.6. */
static bool put_u2f(const struct fido *fido, const struct fido_credential *credential, struct bytes data,
    struct bytes client_data_hash, struct buffer *out)
{
	struct buffer message = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	uint8_t *point = NULL;
	size_t len = EVP_PKEY_get1_encoded_public_key(credential->key, &point);
	bool done =
	    len == POINT && buffer_put_u8(&message, 0, NULL) &&
	    buffer_put(&message, BYTES_OF(credential->rp_hash), NULL) && buffer_put(&message, client_data_hash, NULL) &&
	    buffer_put(&message, BYTES_OF(credential->id), NULL) &&
	    fido_sign(algorithm_find(ALGORITHM_P256), fido->attestation_key, buffer_bytes(&message),
	        bytes_of(point, len), &signature) &&
	    put_head("fido-u2f", data, false, out) && cbor_put_map(out, 2, NULL) && cbor_put_text(out, "sig", NULL) &&
	    cbor_put_bytes(out, buffer_bytes(&signature), NULL) && put_chain(fido, false, out);

	OPENSSL_free(point);
	buffer_free(&message);
	buffer_free(&signature);
	return done;
}

bool fido_put_attestation(const struct fido *fido, const struct fido_credential *credential, struct bytes data,
    struct bytes client_data_hash, bool enterprise, struct buffer *out)
{
	switch (fido->shape->attestation) {
	case FIDO_ATTESTATION_BATCH:
		return fido->attestation_key != NULL &&
		       put_packed(fido, credential, data, client_data_hash, enterprise, out);
	case FIDO_ATTESTATION_SELF:
		return put_packed(fido, credential, data, client_data_hash, false, out);
	case FIDO_ATTESTATION_U2F:
		return fido->attestation_key != NULL && put_u2f(fido, credential, data, client_data_hash, out);
	case FIDO_ATTESTATION_NONE:
		return put_head("none", data, false, out) && cbor_put_map(out, 0, NULL);
	}
	return false;
}
