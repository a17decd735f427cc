#include "policy/tpm_structures.h"

#include "common/language.h"

#define GENERATED_VALUE 0xff544347U
#define TYPE_CERTIFY 0x8017
#define CLOCK_INFO_SIZE 17
#define FIRMWARE_VERSION_SIZE 8

#define ALGORITHM_RSA 0x0001
#define ALGORITHM_RSASSA 0x0014
#define ALGORITHM_ECDSA 0x0018
#define ALGORITHM_NULL 0x0010
#define ALGORITHM_ECC 0x0023

#define ATTRIBUTE_FIXED_TPM 0x00000002U
#define ATTRIBUTE_FIXED_PARENT 0x00000010U
#define ATTRIBUTE_SENSITIVE_DATA_ORIGIN 0x00000020U

#define EXPONENT_BY_DEFAULT 65537U

struct hash_row {
	uint16_t number;
	const char *name;
};

static const struct hash_row hashes[] = {
    [TPM_SHA1] = {0x0004, "SHA1"},
    [TPM_SHA256] = {0x000b, "SHA256"},
    [TPM_SHA384] = {0x000c, "SHA384"},
    [TPM_SHA512] = {0x000d, "SHA512"},
};

struct curve_row {
	uint16_t number;
	enum public_key_kind kind;
	size_t coordinate_len;
};

static const struct curve_row curves[] = {
    {0x0003, PUBLIC_KEY_P256, 32},
    {0x0004, PUBLIC_KEY_P384, 48},
    {0x0005, PUBLIC_KEY_P521, 66},
};

static bool malformed(struct error *err, const char *what)
{
	return error_set(err, ERROR_FIDO_TPM, "the TPM's %s cannot be read", translated(what));
}

static bool take_sized(struct bytes *in, struct bytes *content)
{
	uint16_t len;

	return bytes_take_u16(in, &len) && bytes_take(in, len, content);
}

/* A signing key has no symmetric algorithm, and no scheme or its own with a hash. */
static bool take_scheme(struct bytes *in, uint16_t own_scheme)
{
	uint16_t symmetric, scheme, hash;

	return bytes_take_u16(in, &symmetric) && symmetric == ALGORITHM_NULL && bytes_take_u16(in, &scheme) &&
	       (scheme == ALGORITHM_NULL || (scheme == own_scheme && bytes_take_u16(in, &hash)));
}

/* Writes a number big-endian; gives back its bytes without leading zeros. */
static struct bytes put_exponent(uint32_t exponent, uint8_t out[4])
{
	size_t leading = 0;

	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(exponent >> (24 - 8 * i));
	while (leading < 3 && out[leading] == 0)
		leading++;
	return bytes_of(&out[leading], 4 - leading);
}

static bool parse_rsa(struct bytes *in, struct tpm_public *out, struct error *err)
{
	struct bytes modulus;
	uint16_t bits;
	uint32_t number;

	if (!take_scheme(in, ALGORITHM_RSASSA) || !bytes_take_u16(in, &bits) || !bytes_take_u32(in, &number) ||
	    !take_sized(in, &modulus) || in->len > 0)
		return malformed(err, "public area");
	return public_key_of_rsa(
	    modulus, put_exponent(number == 0 ? EXPONENT_BY_DEFAULT : number, out->exponent), &out->key, err);
}

/* Coordinates may come without their leading zeros. */
static bool put_coordinate(struct bytes coordinate, size_t len, uint8_t *out)
{
	return coordinate.len <= len && bytes_take_to(&coordinate, out + (len - coordinate.len), coordinate.len);
}

static bool parse_ecc(struct bytes *in, struct tpm_public *out, struct error *err)
{
	uint16_t number, derivation;
	struct bytes x, y;

	if (!take_scheme(in, ALGORITHM_ECDSA) || !bytes_take_u16(in, &number) || !bytes_take_u16(in, &derivation) ||
	    derivation != ALGORITHM_NULL || !take_sized(in, &x) || !take_sized(in, &y) || in->len > 0)
		return malformed(err, "public area");
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		size_t len = curves[i].coordinate_len;

		if (curves[i].number != number)
			continue;
		out->point[0] = 4;
		if (!put_coordinate(x, len, &out->point[1]) || !put_coordinate(y, len, &out->point[1 + len]))
			return malformed(err, "public area");
		return public_key_of_point(curves[i].kind, bytes_of(out->point, 1 + 2 * len), &out->key, err);
	}
	return error_set(err, ERROR_FIDO_TPM, "the TPM's key is of a curve that is not known here");
}

static bool find_hash(uint16_t number, enum tpm_hash *hash)
{
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (hashes[i].number == number) {
			*hash = (enum tpm_hash)i;
			return true;
		}
	}
	return false;
}

bool tpm_public_parse(struct bytes in, struct tpm_public *out, struct error *err)
{
	struct bytes policy;
	uint16_t type, name_hash;
	uint32_t attributes;

	*out = (struct tpm_public){.name_hash = TPM_SHA1};
	if (!bytes_take_u16(&in, &type) || !bytes_take_u16(&in, &name_hash) || !bytes_take_u32(&in, &attributes) ||
	    !take_sized(&in, &policy))
		return malformed(err, "public area");
	if (!find_hash(name_hash, &out->name_hash))
		return error_set(err, ERROR_FIDO_TPM, "the TPM's key is named by a hash that is not known here");
	out->fixed_tpm = (attributes & ATTRIBUTE_FIXED_TPM) != 0;
	out->fixed_parent = (attributes & ATTRIBUTE_FIXED_PARENT) != 0;
	out->sensitive_data_origin = (attributes & ATTRIBUTE_SENSITIVE_DATA_ORIGIN) != 0;
	if (type == ALGORITHM_RSA)
		return parse_rsa(&in, out, err);
	if (type == ALGORITHM_ECC)
		return parse_ecc(&in, out, err);
	return error_set(err, ERROR_FIDO_TPM, "the TPM's key is neither RSA nor of a curve");
}

bool tpm_certification_parse(struct bytes in, struct tpm_certification *out, struct error *err)
{
	struct bytes signer, clock, firmware, qualified_name;
	uint32_t generated;
	uint16_t type;

	if (!bytes_take_u32(&in, &generated) || generated != GENERATED_VALUE)
		return error_set(
		    err, ERROR_FIDO_TPM, "the certification was not made by a TPM (its magic value is missing)");
	if (!bytes_take_u16(&in, &type) || type != TYPE_CERTIFY)
		return error_set(err, ERROR_FIDO_TPM, "the TPM certifies something else than a key");
	if (!take_sized(&in, &signer) || !take_sized(&in, &out->extra_data) ||
	    !bytes_take(&in, CLOCK_INFO_SIZE, &clock) || !bytes_take(&in, FIRMWARE_VERSION_SIZE, &firmware) ||
	    !take_sized(&in, &out->name) || !take_sized(&in, &qualified_name) || in.len > 0)
		return malformed(err, "certification");
	return true;
}

bool tpm_name_check(struct bytes name, const struct tpm_public *public, struct bytes area, struct error *err)
{
	const struct hash_row *row = &hashes[public->name_hash];
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t len;
	uint16_t number;

	if (EVP_Q_digest(NULL, row->name, NULL, area.data, area.len, digest, &len) != 1)
		return error_set(err, ERROR_CRYPTO, "libcrypto cannot hash the TPM's public area");
	if (!bytes_take_u16(&name, &number) || number != row->number || !bytes_equal(name, bytes_of(digest, len)))
		return error_set(
		    err, ERROR_FIDO_TPM, "the TPM certifies another key than the one that stands beside it");
	return true;
}
