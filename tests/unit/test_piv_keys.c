#include "tests/unit/unit.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/tlv.h"
#include "piv/public_key.h"
#include "piv/signature_input.h"
#include "piv/slot_certificate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One software key of each kind, made once. */
static struct key_row {
	enum piv_algorithm algorithm;
	enum piv_digest digest;
	const char *type, *group;
	size_t bits;
	EVP_PKEY *key;
} keys[] = {
    {PIV_RSA2048, PIV_SHA256, "RSA", NULL, 2048, NULL},
    {PIV_RSA3072, PIV_SHA512, "RSA", NULL, 3072, NULL},
    {PIV_P256, PIV_SHA256, "EC", "P-256", 0, NULL},
    {PIV_P384, PIV_SHA384, "EC", "P-384", 0, NULL},
    {PIV_ED25519, PIV_SHA512, "ED25519", NULL, 0, NULL},
};

static const char *const digest_names[] = {[PIV_SHA256] = "SHA256", [PIV_SHA384] = "SHA384", [PIV_SHA512] = "SHA512"};

static int make_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (keys[i].bits > 0)
			keys[i].key = EVP_PKEY_Q_keygen(NULL, NULL, keys[i].type, keys[i].bits);
		else if (keys[i].group != NULL)
			keys[i].key = EVP_PKEY_Q_keygen(NULL, NULL, keys[i].type, keys[i].group);
		else
			keys[i].key = EVP_PKEY_Q_keygen(NULL, NULL, keys[i].type);
		if (keys[i].key == NULL)
			return -1;
	}
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		EVP_PKEY_free(keys[i].key);
	return 0;
}

static void put_number(struct buffer *out, uint32_t tag, const EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	struct error err = ERROR_EMPTY;
	unsigned char value[1024];
	int len;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);
	len = BN_bn2bin(number, value);
	assert_done(tlv_put(out, tag, bytes_of(value, (size_t)len), &err), err);
	BN_free(number);
}

/* What a card would answer for this key, inside 7F49. */
static void put_card_key(struct buffer *out, const struct key_row *row)
{
	struct error err = ERROR_EMPTY;
	unsigned char *point = NULL;
	size_t len;

	if (row->bits > 0) {
		put_number(out, 0x81, row->key, OSSL_PKEY_PARAM_RSA_N);
		put_number(out, 0x82, row->key, OSSL_PKEY_PARAM_RSA_E);
		return;
	}
	len = EVP_PKEY_get1_encoded_public_key(row->key, &point);
	if (row->group == NULL) {
		len = 32;
		point = OPENSSL_malloc(len);
		assert_int_equal(EVP_PKEY_get_raw_public_key(row->key, point, &len), 1);
	}
	assert_done(tlv_put(out, 0x86, bytes_of(point, len), &err), err);
	OPENSSL_free(point);
}

static void put_spki(struct buffer *out, const struct key_row *row)
{
	struct error err = ERROR_EMPTY;
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(row->key, &der);

	assert_true(len > 0);
	assert_done(buffer_put(out, bytes_of(der, (size_t)len), &err), err);
	OPENSSL_free(der);
}

static void a_card_s_key_becomes_the_same_spki(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct buffer fields = BUFFER_EMPTY, wanted = BUFFER_EMPTY, spki = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		put_card_key(&fields, &keys[i]);
		put_spki(&wanted, &keys[i]);
		assert_done(piv_public_key_parse(buffer_bytes(&fields), keys[i].algorithm, &spki, &err), err);
		assert_true(bytes_equal(buffer_bytes(&spki), buffer_bytes(&wanted)));
		for (size_t other = 0; other < COUNT(keys); other++)
			if (other != i)
				assert_false(
				    piv_public_key_parse(buffer_bytes(&fields), keys[other].algorithm, &spki, &err));
		assert_int_equal(spki.len, wanted.len);
		buffer_free(&spki);
		buffer_free(&wanted);
		buffer_free(&fields);
	}
}

static void damaged_keys_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct buffer fields = BUFFER_EMPTY, spki = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		put_card_key(&fields, &keys[i]);
		for (size_t len = 0; len < fields.len; len++)
			assert_false(piv_public_key_parse(bytes_of(fields.data, len), keys[i].algorithm, &spki, &err));
		assert_done(buffer_put_u8(&fields, 0, &err), err);
		assert_refused(
		    piv_public_key_parse(buffer_bytes(&fields), keys[i].algorithm, &spki, &err), err, ERROR_TLV_REST);
		assert_int_equal(spki.len, 0);
		buffer_free(&fields);
	}
}

/* Flipping any bit of y leaves the curve; 65 bytes of P-256 behind tag and length. */
/* An exponent of one signs whatever is there, an even number is nobody's: a token that answers so is broken, or none. */
static void rsa_numbers_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *name, *exponent;
		size_t exponent_len;
		uint8_t last; /* the modulus's */
		enum error_code code;
	} rows[] = {
	    {"as it should be", "\x01\x00\x01", 3, 0x01, ERROR_NONE},
	    {"three", "\x03", 1, 0x01, ERROR_NONE},
	    {"no exponent", "", 0, 0x01, ERROR_CARD_REPLY},
	    {"zero", "\x00", 1, 0x01, ERROR_CARD_REPLY},
	    {"one", "\x01", 1, 0x01, ERROR_CARD_REPLY},
	    {"an even exponent", "\x01\x00\x02", 3, 0x01, ERROR_CARD_REPLY},
	    {"an exponent of nine bytes", "\x01\x00\x00\x00\x00\x00\x00\x00\x01", 9, 0x01, ERROR_CARD_REPLY},
	    {"an even modulus", "\x01\x00\x01", 3, 0x02, ERROR_CARD_REPLY},
	};
	uint8_t modulus[256] = {0x80};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer fields = BUFFER_EMPTY, spki = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		modulus[sizeof(modulus) - 1] = rows[i].last;
		assert_done(tlv_put(&fields, 0x81, BYTES_OF(modulus), &err) &&
		                tlv_put(&fields, 0x82, bytes_of(rows[i].exponent, rows[i].exponent_len), &err),
		    err);
		if (piv_public_key_parse(buffer_bytes(&fields), PIV_RSA2048, &spki, &err) !=
		        (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("%s: %s [%s]", rows[i].name, err.text, error_word(err.code));
		buffer_free(&fields);
		buffer_free(&spki);
	}
}

static void points_off_the_curve_are_refused(void **state)
{
	struct buffer fields = BUFFER_EMPTY, spki = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	put_card_key(&fields, &keys[2]);
	for (size_t bit = 8 * 35; bit < 8 * 67; bit++) {
		fields.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_refused(
		    piv_public_key_parse(buffer_bytes(&fields), PIV_P256, &spki, &err), err, ERROR_CARD_REPLY);
		fields.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	buffer_free(&fields);
}

/* What the card does: the private key's operation on the input, and nothing else. */
static void sign_input(const struct key_row *row, struct bytes input, struct buffer *signature)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(row->key, NULL);
	EVP_MD_CTX *message = EVP_MD_CTX_new();
	struct error err = ERROR_EMPTY;
	unsigned char value[1024];
	size_t len = sizeof(value);

	if (row->algorithm == PIV_ED25519) {
		assert_int_equal(EVP_DigestSignInit(message, NULL, NULL, NULL, row->key), 1);
		assert_int_equal(EVP_DigestSign(message, value, &len, input.data, input.len), 1);
	} else {
		assert_int_equal(EVP_PKEY_sign_init(context), 1);
		if (row->bits > 0)
			assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
		assert_int_equal(EVP_PKEY_sign(context, value, &len, input.data, input.len), 1);
	}
	assert_done(buffer_put(signature, bytes_of(value, len), &err), err);
	EVP_MD_CTX_free(message);
	EVP_PKEY_CTX_free(context);
}

static bool verifies(const struct key_row *row, enum piv_digest digest, struct bytes message, struct bytes signature)
{
	const char *name = row->algorithm == PIV_ED25519 ? NULL : digest_names[digest];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = EVP_DigestVerifyInit_ex(context, NULL, name, NULL, NULL, row->key, NULL) == 1 &&
	            EVP_DigestVerify(context, signature.data, signature.len, message.data, message.len) == 1;

	EVP_MD_CTX_free(context);
	return good;
}

static void inputs_make_signatures_that_others_verify(void **state)
{
	static const enum piv_digest digests[] = {PIV_SHA256, PIV_SHA384, PIV_SHA512};

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		for (size_t j = 0; j < COUNT(digests); j++) {
			struct buffer input = BUFFER_EMPTY, signature = BUFFER_EMPTY;
			struct error err = ERROR_EMPTY;

			assert_done(
			    piv_signature_input(keys[i].algorithm, digests[j], BYTES_OF("message"), &input, &err), err);
			sign_input(&keys[i], buffer_bytes(&input), &signature);
			assert_true(verifies(&keys[i], digests[j], BYTES_OF("message"), buffer_bytes(&signature)));
			assert_false(verifies(&keys[i], digests[j], BYTES_OF("massage"), buffer_bytes(&signature)));
			buffer_free(&signature);
			buffer_free(&input);
		}
	}
}

static void keys_that_do_not_sign_are_refused(void **state)
{
	static const enum piv_algorithm rows[] = {PIV_3DES, PIV_AES192, PIV_X25519, 0x2e};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer input = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_refused(piv_signature_input(rows[i], PIV_SHA256, BYTES_OF("message"), &input, &err), err,
		    ERROR_CARD_UNSUPPORTED);
		assert_int_equal(input.len, 0);
	}
}

static bool sign(void *state, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err)
{
	const struct key_row *row = state;
	struct buffer input = BUFFER_EMPTY;
	bool done = piv_signature_input(row->algorithm, digest, message, &input, err);

	if (done)
		sign_input(row, buffer_bytes(&input), signature);
	buffer_free(&input);
	return done;
}

static bool refuse(
    void *state, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err)
{
	(void)state;
	(void)digest;
	(void)message;
	(void)signature;
	return error_set(err, ERROR_TOUCH, "nobody touched it");
}

static void check_certificate(struct bytes der, const char *person, int64_t not_after, EVP_PKEY *key)
{
	const unsigned char *at = der.data;
	X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
	char name[256];

	assert_non_null(certificate);
	assert_ptr_equal(at, der.data + der.len);
	assert_int_equal(X509_verify(certificate, key), 1);
	assert_int_equal(X509_get_version(certificate), X509_VERSION_3);
	assert_true(
	    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name)) > 0);
	assert_string_equal(name, person);
	assert_int_equal(X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)), 0);
	assert_int_equal(X509_check_ca(certificate), 0);
	assert_int_equal(X509_get_key_usage(certificate), X509v3_KU_DIGITAL_SIGNATURE);
	assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), (time_t)not_after), 0);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(certificate), key), 1);
	X509_free(certificate);
}

static void a_slot_certificate_is_a_good_one(void **state)
{
	/* Up to 2049 years have two digits, from 2050 on four. */
	static const int64_t ends[] = {1800000000, 2524607999, 2524608000, 253402300799};

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		for (size_t j = 0; j < COUNT(ends); j++) {
			struct buffer spki = BUFFER_EMPTY, der = BUFFER_EMPTY;
			struct error err = ERROR_EMPTY;
			struct slot_certificate wanted = {
			    "J\xc3\xbcrgen", 1700000000, ends[j], keys[i].algorithm, BYTES_EMPTY};

			put_spki(&spki, &keys[i]);
			wanted.spki = buffer_bytes(&spki);
			assert_done(
			    slot_certificate_make(&wanted, (struct x509_signer){&keys[i], sign}, &der, &err), err);
			check_certificate(buffer_bytes(&der), wanted.person, ends[j], keys[i].key);
			buffer_free(&der);
			buffer_free(&spki);
		}
	}
}

static void what_makes_no_certificate_says_so(void **state)
{
	static const char long_name[] = "12345678901234567890123456789012345678901234567890123456789012345";
	static const struct {
		const char *person;
		enum piv_algorithm algorithm;
		bool refuses;
		enum error_code code;
	} rows[] = {
	    {"", PIV_P256, false, ERROR_TEXT},
	    {long_name, PIV_P256, false, ERROR_TEXT},
	    {"\xff\xfe", PIV_P256, false, ERROR_TEXT},
	    {"anna", PIV_X25519, false, ERROR_CARD_UNSUPPORTED},
	    {"anna", PIV_RSA1024, false, ERROR_CARD_UNSUPPORTED},
	    {"anna", PIV_P256, true, ERROR_TOUCH},
	};
	struct buffer spki = BUFFER_EMPTY, der = BUFFER_EMPTY;

	(void)state;
	put_spki(&spki, &keys[2]);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slot_certificate wanted = {rows[i].person, 0, 1, rows[i].algorithm, buffer_bytes(&spki)};
		struct x509_signer signer = {&keys[2], rows[i].refuses ? refuse : sign};
		struct error err = ERROR_EMPTY;

		assert_refused(slot_certificate_make(&wanted, signer, &der, &err), err, rows[i].code);
		assert_int_equal(der.len, 0);
	}
	buffer_free(&spki);
}

static void a_public_key_tells_its_algorithm(void **state)
{
	static const char *const strange[] = {"secp256k1", "brainpoolP384r1"};
	struct buffer spki = BUFFER_EMPTY;

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct error err = ERROR_EMPTY;

		buffer_cut(&spki, 0);
		put_spki(&spki, &keys[i]);
		assert_int_equal(piv_public_key_algorithm(buffer_bytes(&spki))->algorithm, keys[i].algorithm);
		assert_done(buffer_put_u8(&spki, 0, &err), err);
		assert_null(piv_public_key_algorithm(buffer_bytes(&spki)));
	}
	for (size_t i = 0; i < COUNT(strange); i++) {
		struct key_row row = {.key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", strange[i])};

		buffer_cut(&spki, 0);
		put_spki(&spki, &row);
		assert_null(piv_public_key_algorithm(buffer_bytes(&spki)));
		EVP_PKEY_free(row.key);
	}
	assert_null(piv_public_key_algorithm(BYTES_EMPTY));
	buffer_free(&spki);
}

static void tables_agree_with_themselves(void **state)
{
	enum piv_pin_policy pin;
	enum piv_touch_policy touch;

	(void)state;
	for (size_t i = 0; piv_slot_at(i) != NULL; i++)
		assert_ptr_equal(piv_slot_find(piv_slot_at(i)->name), piv_slot_at(i));
	assert_null(piv_slot_find("9b"));
	assert_non_null(piv_slot_find("9A"));
	assert_int_equal(piv_slot_find("82")->object, 0x5fc10d);
	assert_int_equal(piv_slot_find("95")->object, 0x5fc120);
	for (unsigned i = 0; i < PIV_PIN_POLICY_COUNT; i++)
		assert_true(piv_pin_policy_find(piv_pin_policy_name((enum piv_pin_policy)i), &pin) && pin == i);
	for (unsigned i = 0; i < PIV_TOUCH_POLICY_COUNT; i++)
		assert_true(
		    piv_touch_policy_find(piv_touch_policy_name((enum piv_touch_policy)i), &touch) && touch == i);
	assert_false(piv_pin_policy_find("sometimes", &pin));
	assert_int_equal(piv_algorithm_find("ecdsa-p256")->algorithm, PIV_P256);
	assert_null(piv_algorithm_find("P256"));
	assert_true(piv_version_reaches((struct piv_version){4, 10, 0}, (struct piv_version){4, 9, 9}));
	assert_false(piv_version_reaches((struct piv_version){5, 6, 9}, (struct piv_version){5, 7, 0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_card_s_key_becomes_the_same_spki),
	    cmocka_unit_test(damaged_keys_are_refused),
	    cmocka_unit_test(rsa_numbers_that_are_none_are_refused),
	    cmocka_unit_test(points_off_the_curve_are_refused),
	    cmocka_unit_test(inputs_make_signatures_that_others_verify),
	    cmocka_unit_test(keys_that_do_not_sign_are_refused),
	    cmocka_unit_test(a_slot_certificate_is_a_good_one),
	    cmocka_unit_test(what_makes_no_certificate_says_so),
	    cmocka_unit_test(a_public_key_tells_its_algorithm),
	    cmocka_unit_test(tables_agree_with_themselves),
	};

	return cmocka_run_group_tests_name("piv keys", tests, make_keys, free_keys);
}
