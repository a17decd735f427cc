#include "policy/cose_key.h"

#include "common/cbor.h"

/* Labels of a COSE_Key. */
#define LABEL_TYPE 1
#define LABEL_ALGORITHM 3
#define LABEL_CURVE (-1)
#define LABEL_X (-2)
#define LABEL_Y (-3)
#define LABEL_MODULUS (-1)
#define LABEL_EXPONENT (-2)

#define TYPE_OKP 1
#define TYPE_EC2 2
#define TYPE_RSA 3

struct cose_row {
	int64_t number, type, curve;
	enum public_key_kind kind;
	size_t coordinate_len;
};

static const struct cose_row rows[] = {
    [SIGNATURE_RSA_SHA256] = {-257, TYPE_RSA, 0, PUBLIC_KEY_RSA, 0},
    [SIGNATURE_RSA_SHA384] = {-258, TYPE_RSA, 0, PUBLIC_KEY_RSA, 0},
    [SIGNATURE_RSA_SHA512] = {-259, TYPE_RSA, 0, PUBLIC_KEY_RSA, 0},
    [SIGNATURE_ECDSA_SHA256] = {-7, TYPE_EC2, 1, PUBLIC_KEY_P256, 32},
    [SIGNATURE_ECDSA_SHA384] = {-35, TYPE_EC2, 2, PUBLIC_KEY_P384, 48},
    [SIGNATURE_ECDSA_SHA512] = {-36, TYPE_EC2, 3, PUBLIC_KEY_P521, 66},
    [SIGNATURE_ED25519] = {-8, TYPE_OKP, 6, PUBLIC_KEY_ED25519, 32},
    [SIGNATURE_RSA_SHA1] = {-65535, TYPE_RSA, 0, PUBLIC_KEY_RSA, 0},
};

bool cose_algorithm_find(int64_t number, enum signature_algorithm *algorithm)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].number == number) {
			*algorithm = (enum signature_algorithm)i;
			return true;
		}
	}
	return false;
}

static bool malformed(struct error *err)
{
	return error_set(err, ERROR_FIDO_KEY, "the credential's public key is malformed");
}

static bool find_integer(const struct cbor_item *map, int64_t label, int64_t *value)
{
	struct cbor_item item;

	return cbor_find_number(map, label, &item) && cbor_number(&item, value);
}

static bool find_bytes(const struct cbor_item *map, int64_t label, struct bytes *value)
{
	struct cbor_item item;

	if (!cbor_find_number(map, label, &item) || item.kind != CBOR_BYTES)
		return false;
	*value = item.content;
	return true;
}

/* Four members: type, algorithm, modulus, exponent. */
static bool parse_rsa(const struct cbor_item *map, struct cose_key *out, struct error *err)
{
	struct bytes modulus, exponent;

	if (map->number != 4 || !find_bytes(map, LABEL_MODULUS, &modulus) ||
	    !find_bytes(map, LABEL_EXPONENT, &exponent))
		return malformed(err);
	return public_key_of_rsa(modulus, exponent, &out->key, err);
}

/* Type, algorithm, curve, x, and y where the curve has one. A compressed point, whose y is a boolean, is not read. */
static bool parse_point(
    const struct cbor_item *map, const struct cose_row *row, struct cose_key *out, struct error *err)
{
	struct bytes x, y;
	int64_t curve;
	size_t len = row->coordinate_len;

	if (map->number != (row->type == TYPE_EC2 ? 5 : 4) || !find_integer(map, LABEL_CURVE, &curve) ||
	    curve != row->curve || !find_bytes(map, LABEL_X, &x) || x.len != len)
		return malformed(err);
	if (row->type == TYPE_OKP)
		return public_key_of_point(row->kind, x, &out->key, err);
	if (!find_bytes(map, LABEL_Y, &y) || y.len != len)
		return malformed(err);
	out->point[0] = 4;
	if (!bytes_take_to(&x, &out->point[1], len) || !bytes_take_to(&y, &out->point[1 + len], len))
		return malformed(err);
	return public_key_of_point(row->kind, bytes_of(out->point, 1 + 2 * len), &out->key, err);
}

bool cose_key_parse(const struct cbor_item *map, struct cose_key *out, struct error *err)
{
	const struct cose_row *row;
	int64_t type, number;

	if (!find_integer(map, LABEL_TYPE, &type) || !find_integer(map, LABEL_ALGORITHM, &number))
		return malformed(err);
	if (!cose_algorithm_find(number, &out->algorithm))
		return error_set(err, ERROR_FIDO_KEY,
		    "the credential's key is for algorithm %lld, which is not known here", (long long)number);
	row = &rows[out->algorithm];
	if (type != row->type)
		return malformed(err);
	return type == TYPE_RSA ? parse_rsa(map, out, err) : parse_point(map, row, out, err);
}
