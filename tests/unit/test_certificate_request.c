/* Requests that a slot's key signs, read by those who will get them: our own appraisal, and libcrypto. */
#include "tests/unit/unit.h"

#include <openssl/x509.h>

#include "piv/certificate_request.h"
#include "policy/evidence.h"
#include "policy/evidence_input.h"
#include "tests/forgery/chain.h"

struct row {
	enum piv_algorithm algorithm;
	const char *type, *group;
	size_t bits;
};

static const struct row rows[] = {
    {PIV_RSA2048, "RSA", NULL, 2048},
    {PIV_P256, "EC", "P-256", 0},
    {PIV_P384, "EC", "P-384", 0},
    {PIV_ED25519, "ED25519", NULL, 0},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static EVP_PKEY *make_key(const struct row *row)
{
	if (row->bits > 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, row->type, row->bits);
	return row->group != NULL ? EVP_PKEY_Q_keygen(NULL, NULL, row->type, row->group)
	                          : EVP_PKEY_Q_keygen(NULL, NULL, row->type);
}

static bool sign(void *state, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err)
{
	static const char *const digests[] = {
	    [PIV_SHA256] = "SHA256", [PIV_SHA384] = "SHA384", [PIV_SHA512] = "SHA512"};
	EVP_PKEY *key = state;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const char *name = EVP_PKEY_is_a(key, "ED25519") ? NULL : digests[digest];
	uint8_t made[1024];
	size_t len = sizeof(made);

	assert_int_equal(EVP_DigestSignInit_ex(context, NULL, name, NULL, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestSign(context, made, &len, message.data, message.len), 1);
	EVP_MD_CTX_free(context);
	return buffer_put(signature, bytes_of(made, len), err);
}

static void put_spki(EVP_PKEY *key, struct buffer *out)
{
	struct error err = ERROR_EMPTY;
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	assert_true(len > 0);
	assert_done(buffer_put(out, bytes_of(der, (size_t)len), &err), err);
	OPENSSL_free(der);
}

static void assert_good_for_libcrypto(struct bytes der, EVP_PKEY *key, const char *person)
{
	const unsigned char *at = der.data;
	X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)der.len);
	STACK_OF(X509_EXTENSION) * extensions;
	char name[256];

	assert_non_null(request);
	assert_ptr_equal(at, der.data + der.len);
	assert_int_equal(X509_REQ_verify(request, key), 1);
	assert_true(
	    X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(request), NID_commonName, name, sizeof(name)) > 0);
	assert_string_equal(name, person);
	extensions = X509_REQ_get_extensions(request);
	assert_int_equal(sk_X509_EXTENSION_num(extensions), 2);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	X509_REQ_free(request);
}

static void check_request(const struct row *row, struct bytes attestation, struct bytes device)
{
	struct certificate_request request = {.person = "J\xc3\xbcrgen",
	    .algorithm = row->algorithm,
	    .attestation = attestation,
	    .device_certificate = device};
	struct evidence evidence = EVIDENCE_EMPTY, wanted = EVIDENCE_EMPTY;
	struct buffer spki = BUFFER_EMPTY, der = BUFFER_EMPTY, found = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	EVP_PKEY *key = make_key(row);

	put_spki(key, &spki);
	request.spki = buffer_bytes(&spki);
	assert_done(certificate_request_make(&request, (struct x509_signer){key, sign}, &der, &err), err);
	assert_good_for_libcrypto(buffer_bytes(&der), key, request.person);
	assert_done(evidence_read_request(buffer_bytes(&der), &evidence, &found, &err), err);
	assert_true(bytes_equal(buffer_bytes(&found), request.spki));
	assert_done(evidence_of_piv(attestation, device, &wanted, &err), err);
	assert_true(bytes_equal(buffer_bytes(&evidence.content), buffer_bytes(&wanted.content)));
	evidence_clear(&evidence);
	evidence_clear(&wanted);
	buffer_free(&spki);
	buffer_free(&der);
	buffer_free(&found);
	EVP_PKEY_free(key);
}

static void a_request_carries_key_and_attestation(void **state)
{
	struct forged_chain chain;
	struct buffer parts[2] = {BUFFER_EMPTY, BUFFER_EMPTY};
	struct error err = ERROR_EMPTY;

	(void)state;
	forged_chain_honest(FORGED_S1, &chain);
	for (size_t i = 0; i < COUNT(parts); i++)
		assert_done(forged_certificate_put(&chain.certificates[i], &parts[i], &err), err);
	for (size_t i = 0; i < COUNT(rows); i++)
		check_request(&rows[i], buffer_bytes(&parts[ATTESTATION]), buffer_bytes(&parts[DEVICE]));
	for (size_t i = 0; i < COUNT(parts); i++)
		buffer_free(&parts[i]);
	forged_keys_free();
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

static void what_makes_no_request_says_so(void **state)
{
	static const struct {
		const char *person;
		enum piv_algorithm algorithm;
		enum error_code code;
	} bad[] = {
	    {"", PIV_P256, ERROR_TEXT},
	    {"\xff\xfe", PIV_P256, ERROR_TEXT},
	    {"anna", PIV_X25519, ERROR_CARD_UNSUPPORTED},
	    {"anna", PIV_P256, ERROR_TOUCH},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct certificate_request request = {.person = bad[i].person, .algorithm = bad[i].algorithm};
		struct buffer der = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_refused(certificate_request_make(&request, (struct x509_signer){NULL, refuse}, &der, &err), err,
		    bad[i].code);
		assert_int_equal(der.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_carries_key_and_attestation),
	    cmocka_unit_test(what_makes_no_request_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
