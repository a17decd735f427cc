#include "policy/public_key.h"

#include <stdio.h>

#include "common/base64.h"
#include "policy/der.h"
#include "policy/digest.h"

#define RSA_BITS_MINIMUM 1024U
#define RSA_BITS_MAXIMUM (8U * RSA_MODULUS_MAXIMUM)

/* Each kind: the algorithm identifier's content as it must stand, and the length of the key behind it (0: RSA). */
struct key_kind {
	const char *name, *ssh_type, *ssh_curve;
	unsigned bits;
	size_t point_len;
	struct bytes algorithm;
};

#define IDENTIFIER(text)                                                                                               \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}

static const struct key_kind kinds[] = {
    [PUBLIC_KEY_RSA] = {"rsa", "ssh-rsa", NULL, 0, 0,
        IDENTIFIER("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00")},
    [PUBLIC_KEY_P256] = {"ecdsa-p256", "ecdsa-sha2-nistp256", "nistp256", 256, 65,
        IDENTIFIER("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")},
    [PUBLIC_KEY_P384] = {"ecdsa-p384", "ecdsa-sha2-nistp384", "nistp384", 384, 97,
        IDENTIFIER("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22")},
    [PUBLIC_KEY_P521] = {"ecdsa-p521", "ecdsa-sha2-nistp521", "nistp521", 521, 133,
        IDENTIFIER("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23")},
    [PUBLIC_KEY_ED25519] = {"ed25519", "ssh-ed25519", NULL, 256, 32, IDENTIFIER("\x06\x03\x2b\x65\x70")},
    [PUBLIC_KEY_X25519] = {"x25519", NULL, NULL, 256, 32, IDENTIFIER("\x06\x03\x2b\x65\x6e")},
};

static bool find_kind(struct bytes algorithm, enum public_key_kind *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (bytes_equal(algorithm, kinds[i].algorithm)) {
			*kind = (enum public_key_kind)i;
			return true;
		}
	}
	return false;
}

static unsigned bits_of(struct bytes number)
{
	unsigned bits = (unsigned)number.len * 8;
	uint8_t first;

	if (!bytes_take_u8(&number, &first))
		return 0;
	for (unsigned top = 0x80; top > first; top >>= 1)
		bits--;
	return bits;
}

static bool is_odd(struct bytes number)
{
	struct bytes last;
	uint8_t byte = 0;

	return number.len > 0 && bytes_take(&number, number.len - 1, &last) && bytes_take_u8(&number, &byte) &&
	       (byte & 1U) == 1;
}

static bool has_leading_zero(struct bytes number)
{
	uint8_t first;

	return bytes_take_u8(&number, &first) && first == 0;
}

static bool check_rsa(const struct public_key *key, struct error *err)
{
	if (has_leading_zero(key->modulus) || has_leading_zero(key->exponent))
		return error_set(err, ERROR_KEY_WEAK, "an RSA key whose numbers have zeros in front");
	if (key->bits < RSA_BITS_MINIMUM || key->bits > RSA_BITS_MAXIMUM)
		return error_set(err, ERROR_KEY_WEAK, "an RSA key of %u bits; %u to %u are read", key->bits,
		    RSA_BITS_MINIMUM, RSA_BITS_MAXIMUM);
	if (!is_odd(key->modulus) || !is_odd(key->exponent) || bits_of(key->exponent) < 2 ||
	    bits_of(key->exponent) > 64)
		return error_set(err, ERROR_KEY_WEAK, "an RSA key with an impossible modulus or exponent");
	return true;
}

static bool parse_rsa(struct bytes content, struct public_key *key, struct error *err)
{
	struct bytes fields;

	if (!der_take(&content, DER_SEQUENCE, &fields) || content.len > 0 ||
	    !der_take_unsigned(&fields, &key->modulus) || !der_take_unsigned(&fields, &key->exponent) || fields.len > 0)
		return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "the RSA public key is malformed");
	key->bits = bits_of(key->modulus);
	return check_rsa(key, err);
}

/* Whether a point lies on its curve is libcrypto's to say, when the key is loaded. */
static bool parse_point(struct bytes content, struct public_key *key, struct error *err)
{
	const struct key_kind *kind = &kinds[key->kind];

	if (content.len != kind->point_len || (kind->ssh_curve != NULL && !der_next_is(content, 0x04)))
		return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "the %s public key is malformed", kind->name);
	key->bits = kind->bits;
	key->point = content;
	return true;
}

bool public_key_parse(struct bytes spki, struct public_key *key, struct error *err)
{
	struct bytes fields, algorithm, content;

	*key = (struct public_key){.kind = PUBLIC_KEY_RSA};
	if (!der_take(&spki, DER_SEQUENCE, &fields) || spki.len > 0 || !der_take(&fields, DER_SEQUENCE, &algorithm) ||
	    !der_take_bit_string(&fields, &content) || fields.len > 0)
		return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "the public key is malformed");
	if (!find_kind(algorithm, &key->kind))
		return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "the public key's algorithm or curve is not known");
	return key->kind == PUBLIC_KEY_RSA ? parse_rsa(content, key, err) : parse_point(content, key, err);
}

bool public_key_of_point(enum public_key_kind kind, struct bytes point, struct public_key *key, struct error *err)
{
	*key = (struct public_key){.kind = kind};
	return parse_point(point, key, err);
}

bool public_key_of_rsa(struct bytes modulus, struct bytes exponent, struct public_key *key, struct error *err)
{
	*key = (struct public_key){
	    .kind = PUBLIC_KEY_RSA, .bits = bits_of(modulus), .modulus = modulus, .exponent = exponent};
	return check_rsa(key, err);
}

bool public_key_equal(const struct public_key *one, const struct public_key *other)
{
	return one->kind == other->kind && bytes_equal(one->modulus, other->modulus) &&
	       bytes_equal(one->exponent, other->exponent) && bytes_equal(one->point, other->point);
}

void public_key_put_name(const struct public_key *key, char name[PUBLIC_KEY_NAME_SIZE])
{
	if (key->kind == PUBLIC_KEY_RSA)
		snprintf(name, PUBLIC_KEY_NAME_SIZE, "rsa-%u", key->bits);
	else
		snprintf(name, PUBLIC_KEY_NAME_SIZE, "%s", kinds[key->kind].name);
}

static bool put_ssh_form(const struct public_key *key, struct buffer *out, struct error *err)
{
	const struct key_kind *kind = &kinds[key->kind];

	if (kind->ssh_type == NULL)
		return buffer_put(out, key->point, err);
	if (!buffer_put_ssh_text(out, kind->ssh_type, err))
		return false;
	if (key->kind == PUBLIC_KEY_RSA)
		return buffer_put_ssh_number(out, key->exponent, err) && buffer_put_ssh_number(out, key->modulus, err);
	return (kind->ssh_curve == NULL || buffer_put_ssh_text(out, kind->ssh_curve, err)) &&
	       buffer_put_ssh_string(out, key->point, err);
}

bool public_key_blob_fingerprint(struct bytes blob, char text[64], struct error *err)
{
	struct buffer base64 = BUFFER_EMPTY;
	uint8_t hash[SHA256_DIGEST_LENGTH];
	bool done;

	digest_sha256(blob, hash);
	done = base64_put(BYTES_OF(hash), &base64, err);
	if (done) {
		/* 32 bytes always end in one padding sign, which ssh-keygen leaves away. */
		buffer_cut(&base64, base64.len - 1);
		snprintf(text, 64, "SHA256:%s", buffer_text(&base64));
	}
	buffer_free(&base64);
	return done;
}

bool public_key_fingerprint(const struct public_key *key, char text[64], struct error *err)
{
	struct buffer form = BUFFER_EMPTY;
	bool done = put_ssh_form(key, &form, err) && public_key_blob_fingerprint(buffer_bytes(&form), text, err);

	buffer_free(&form);
	return done;
}
