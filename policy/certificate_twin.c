#include "policy/certificate_twin.h"

#include <openssl/ec.h>

#include "policy/certificate.h"
#include "policy/der.h"

/* What numbers of a longer curve may add. */
#define TWIN_MAXIMUM (CERTIFICATE_MAXIMUM + 64)

/* The orders n of the curves. Source: SEC 2 2.4.2 and 2.5.1. */
static const uint8_t order_p256[] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
static const uint8_t order_p384[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58,
    0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73};

static const struct bytes orders[] = {
    [TWIN_P256] = {order_p256, sizeof(order_p256)},
    [TWIN_P384] = {order_p384, sizeof(order_p384)},
};

static bool is_ecdsa(const struct certificate *certificate)
{
	enum signature_algorithm algorithm = certificate->signature.algorithm;

	return algorithm == SIGNATURE_ECDSA_SHA256 || algorithm == SIGNATURE_ECDSA_SHA384;
}

/* n - s; NULL where s is none of this curve's numbers, or without memory.
 *   foreign  out: the former */
static BIGNUM *other_number(const BIGNUM *s, enum twin_curve curve, bool *foreign)
{
	BIGNUM *order = BN_bin2bn(orders[curve].data, (int)orders[curve].len, NULL), *other = BN_new();
	bool made = order != NULL && other != NULL && BN_sub(other, order, s) == 1;

	BN_free(order);
	*foreign = made && (BN_is_negative(other) || BN_is_zero(other));
	if (made && !*foreign)
		return other;
	BN_free(other);
	return NULL;
}

static bool put_pair(const BIGNUM *r, BIGNUM *s, struct buffer *out, struct error *err)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *first = BN_dup(r), *second = s;
	unsigned char *der = NULL;
	int len = -1;
	bool done;

	if (pair != NULL && first != NULL && ECDSA_SIG_set0(pair, first, second) == 1) {
		first = second = NULL; /* handed over */
		len = i2d_ECDSA_SIG(pair, &der);
	}
	done = len > 0 ? buffer_put(out, bytes_of(der, (size_t)len), err)
	               : error_set(err, ERROR_CRYPTO, "libcrypto does not encode a signature");
	OPENSSL_free(der);
	BN_free(first);
	BN_free(second);
	ECDSA_SIG_free(pair);
	return done;
}

/* Nothing is put where there is no other one. */
static bool put_other_signature(struct bytes value, enum twin_curve curve, struct buffer *out, struct error *err)
{
	const unsigned char *at = value.data;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)value.len);
	BIGNUM *other = NULL;
	bool foreign = pair == NULL, done;

	if (pair != NULL)
		other = other_number(ECDSA_SIG_get0_s(pair), curve, &foreign);
	if (other != NULL)
		done = put_pair(ECDSA_SIG_get0_r(pair), other, out, err);
	else
		done = foreign || error_set(err, ERROR_MEMORY, "no memory for a signature");
	ECDSA_SIG_free(pair);
	return done;
}

/* Certificates are shorter than 64 KiB. */
static bool put_element(uint8_t tag, struct bytes content, struct buffer *out, struct error *err)
{
	bool done = buffer_put_u8(out, tag, err);

	if (content.len >= 0x100)
		done = done && buffer_put_u8(out, 0x82, err) && buffer_put_u16(out, (uint16_t)content.len, err);
	else
		done = done && (content.len < 0x80 || buffer_put_u8(out, 0x81, err)) &&
		       buffer_put_u8(out, (uint8_t)content.len, err);
	return done && buffer_put(out, content, err);
}

/* What stands before the signature, as it is. */
static bool take_front(const struct certificate *certificate, struct bytes *signed_part, struct bytes *algorithm)
{
	struct bytes in = certificate->whole, fields;

	return der_take(&in, DER_SEQUENCE, &fields) && der_take_whole(&fields, DER_SEQUENCE, signed_part) &&
	       der_take_whole(&fields, DER_SEQUENCE, algorithm);
}

bool certificate_put_twin(
    const struct certificate *certificate, enum twin_curve curve, struct buffer *out, struct error *err)
{
	struct buffer bits = BUFFER_UP_TO(TWIN_MAXIMUM), content = BUFFER_UP_TO(TWIN_MAXIMUM);
	struct bytes signed_part, algorithm;
	bool done = true;

	if (!is_ecdsa(certificate) || !take_front(certificate, &signed_part, &algorithm))
		goto out;
	done = buffer_put_u8(&bits, 0, err) && put_other_signature(certificate->signature.value, curve, &bits, err);
	if (!done || bits.len == 1)
		goto out;
	done = buffer_put(&content, signed_part, err) && buffer_put(&content, algorithm, err) &&
	       put_element(DER_BIT_STRING, buffer_bytes(&bits), &content, err) &&
	       put_element(DER_SEQUENCE, buffer_bytes(&content), out, err);
out:
	buffer_free(&bits);
	buffer_free(&content);
	return done;
}
