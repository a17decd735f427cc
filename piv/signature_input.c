#include "piv/signature_input.h"

#include <openssl/evp.h>

/* DigestInfo in front of the digest itself. Source: RFC 8017 9.2, note 1. */
static const uint8_t sha256_info[] = {
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
static const uint8_t sha384_info[] = {
    0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30};
static const uint8_t sha512_info[] = {
    0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40};

static const struct digest_row {
	const char *name; /* the crypto library's */
	struct bytes info;
} digests[] = {
    [PIV_SHA256] = {"SHA256", {sha256_info, sizeof(sha256_info)}},
    [PIV_SHA384] = {"SHA384", {sha384_info, sizeof(sha384_info)}},
    [PIV_SHA512] = {"SHA512", {sha512_info, sizeof(sha512_info)}},
};

static bool put_digest(enum piv_digest digest, struct bytes message, struct buffer *out, struct error *err)
{
	uint8_t value[EVP_MAX_MD_SIZE];
	size_t len = 0;

	if (EVP_Q_digest(NULL, digests[digest].name, NULL, message.data, message.len, value, &len) != 1)
		return error_set(err, ERROR_CRYPTO, "the crypto library has no %s", digests[digest].name);
	return buffer_put(out, bytes_of(value, len), err);
}

/* 00 01 FF … FF 00 DigestInfo, as long as the modulus. */
static bool put_padded(struct bytes info, struct bytes digest, size_t len, struct buffer *out, struct error *err)
{
	size_t taken = 3 + info.len + digest.len;

	if (taken + 8 > len)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "the key is too short for this digest");
	if (!buffer_put_u16(out, 0x0001, err))
		return false;
	for (size_t i = taken; i < len; i++)
		if (!buffer_put_u8(out, 0xff, err))
			return false;
	return buffer_put_u8(out, 0, err) && buffer_put(out, info, err) && buffer_put(out, digest, err);
}

/* A digest longer than the curve loses its end. */
static struct bytes leftmost(struct bytes digest, size_t len)
{
	struct bytes part;

	return bytes_take(&digest, len, &part) ? part : digest;
}

bool piv_signature_input(
    enum piv_algorithm algorithm, enum piv_digest digest, struct bytes message, struct buffer *input, struct error *err)
{
	const struct piv_algorithm_row *row = piv_algorithm_row(algorithm);
	struct buffer value = BUFFER_EMPTY;
	bool done = false;

	if (row == NULL)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "algorithm %02x is not known", (unsigned)algorithm);
	switch (row->type) {
	case PIV_KEY_TYPE_RSA:
		done = put_digest(digest, message, &value, err) &&
		       put_padded(digests[digest].info, buffer_bytes(&value), row->bits / 8, input, err);
		break;
	case PIV_KEY_TYPE_EC:
		done = put_digest(digest, message, &value, err) &&
		       buffer_put(input, leftmost(buffer_bytes(&value), row->bits / 8), err);
		break;
	case PIV_KEY_TYPE_EDWARDS:
		done = buffer_put(input, message, err);
		break;
	case PIV_KEY_TYPE_AGREEMENT:
	case PIV_KEY_TYPE_SYMMETRIC:
		done = error_set(err, ERROR_CARD_UNSUPPORTED, "a key of type %s does not sign", row->title);
		break;
	}
	buffer_free(&value);
	return done;
}
