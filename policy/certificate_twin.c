#include "policy/certificate_twin.h"

#include <openssl/ec.h>

#include "policy/certificate.h"
#include "policy/der.h"
#include "policy/digest.h"

/* What numbers of a longer curve may add. */
#define TWIN_MAXIMUM (CERTIFICATE_MAXIMUM + 64)

/* The curves of those who sign certificates. */
enum twin_curve { TWIN_P256, TWIN_P384, TWIN_CURVE_COUNT };

/* A bit string has at most seven unused bits. */
#define UNUSED_BITS_COUNT 8

_Static_assert(CERTIFICATE_TWINS_MAXIMUM >= UNUSED_BITS_COUNT && CERTIFICATE_TWINS_MAXIMUM >= TWIN_CURVE_COUNT,
    "raise CERTIFICATE_TWINS_MAXIMUM");

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

static BIGNUM *number_of(struct bytes magnitude)
{
	return BN_bin2bn(magnitude.data, (int)magnitude.len, NULL);
}

/* n - s; NULL where s is none of this curve's numbers, or without memory.
 *   foreign  out: the former */
static BIGNUM *other_number(struct bytes s, enum twin_curve curve, bool *foreign)
{
	BIGNUM *order = number_of(orders[curve]), *number = number_of(s), *other = BN_new();
	bool made = order != NULL && number != NULL && other != NULL && BN_sub(other, order, number) == 1;

	BN_free(order);
	BN_free(number);
	*foreign = made && (BN_is_negative(other) || BN_is_zero(other));
	if (made && !*foreign)
		return other;
	BN_free(other);
	return NULL;
}

/* s is taken over. */
static bool put_pair(struct bytes r, BIGNUM *s, struct buffer *out, struct error *err)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *first = number_of(r), *second = s;
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

/* By hand and not by libcrypto, which does not tell a signature that cannot be read from a machine without memory: who takes the one for
 * the other lets in what is distrusted. */
static bool take_pair(struct bytes value, struct bytes *r, struct bytes *s)
{
	struct bytes fields;

	return der_take(&value, DER_SEQUENCE, &fields) && value.len == 0 && der_take_unsigned(&fields, r) &&
	       der_take_unsigned(&fields, s) && fields.len == 0;
}

/* Nothing is put where there is no other one; what is no signature, whoever checks it refuses. */
static bool put_other_signature(struct bytes value, enum twin_curve curve, struct buffer *out, struct error *err)
{
	struct bytes r, s;
	BIGNUM *other;
	bool foreign;

	if (!take_pair(value, &r, &s))
		return true;
	other = other_number(s, curve, &foreign);
	if (other != NULL)
		return put_pair(r, other, out, err);
	return foreign || error_set(err, ERROR_MEMORY, "no memory for a signature");
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

/* Who signed it is not asked: on the other curve the form is one that no certificate has.
 * Nothing is put where its signature is none on this curve. */
static bool put_turned(
    const struct certificate *certificate, enum twin_curve curve, struct buffer *out, struct error *err)
{
	struct buffer bits = BUFFER_UP_TO(TWIN_MAXIMUM), content = BUFFER_UP_TO(TWIN_MAXIMUM);
	struct bytes signed_part, algorithm;
	bool done = true;

	if (!take_front(certificate, &signed_part, &algorithm))
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

/* The signature ends the certificate, and before it stands how many bits of it are unused. */
static bool put_unused_bits(
    const struct certificate *certificate, uint8_t unused, struct buffer *out, struct error *err)
{
	struct bytes in = certificate->whole, before, value = certificate->signature.value;

	return in.len <= value.len || !bytes_take(&in, in.len - value.len - 1, &before) ||
	       (buffer_put(out, before, err) && buffer_put_u8(out, unused, err) && buffer_put(out, value, err));
}

typedef bool put_form(const struct certificate *certificate, size_t number, struct buffer *out, struct error *err);

static bool put_form_ecdsa(const struct certificate *certificate, size_t number, struct buffer *out, struct error *err)
{
	return put_turned(certificate, (enum twin_curve)number, out, err);
}

static bool put_form_rsa(const struct certificate *certificate, size_t number, struct buffer *out, struct error *err)
{
	return put_unused_bits(certificate, (uint8_t)number, out, err);
}

/* The algorithms of certificates whose signature has other forms, or whose encoding has. */
static const struct form_row {
	enum signature_algorithm algorithm;
	bool fido_only; /* whose defects are mended; of others the encoding is strict */
	size_t num_forms;
	put_form *put;
} forms[] = {
    {SIGNATURE_ECDSA_SHA256, false, TWIN_CURVE_COUNT, put_form_ecdsa},
    {SIGNATURE_ECDSA_SHA384, false, TWIN_CURVE_COUNT, put_form_ecdsa},
    {SIGNATURE_RSA_SHA256, true, UNUSED_BITS_COUNT, put_form_rsa},
};

/* NULL: there is but one form. */
static const struct form_row *find_forms(const struct certificate *certificate, enum evidence_format format)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].algorithm == certificate->signature.algorithm &&
		    (!forms[i].fido_only || format == EVIDENCE_FIDO))
			return &forms[i];
	return NULL;
}

bool certificate_hash_twins(const struct certificate *certificate, enum evidence_format format,
    uint8_t hashes[CERTIFICATE_TWINS_MAXIMUM][SHA256_DIGEST_LENGTH], size_t *num, struct error *err)
{
	struct buffer twin = BUFFER_UP_TO(TWIN_MAXIMUM);
	const struct form_row *row = find_forms(certificate, format);
	bool done = true;

	*num = 0;
	for (size_t i = 0; done && row != NULL && i < row->num_forms; i++) {
		buffer_cut(&twin, 0);
		done = row->put(certificate, i, &twin, err);
		if (done && twin.len > 0)
			digest_sha256(buffer_bytes(&twin), hashes[(*num)++]);
	}
	buffer_free(&twin);
	return done;
}
