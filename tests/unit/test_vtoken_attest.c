#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/x509.h>

#include "tests/unit/unit.h"
#include "tests/unit/vtoken_bench.h"

#include "common/tlv.h"
#include "tests/vtoken/certificate.h"
#include "tests/vtoken/shared_vendor.h"
#include "tests/vtoken/state.h"
#include "tests/vtoken/vendor.h"

/* A folder with a test vendor in it, for all tests of this file. */
struct world {
	char folder[64]; /* a link to the vendor's */
};

static int make_world(void **state)
{
	static struct world world;
	struct error err = ERROR_EMPTY;

	(void)snprintf(world.folder, sizeof(world.folder), "/tmp/vtoken-test.%ld", (long)getpid());
	assert_done(shared_vendor_link(SHARED_VENDOR, world.folder, &err), err);
	*state = &world;
	return 0;
}

static int end_world(void **state)
{
	const struct world *world = *state;

	return unlink(world->folder);
}

static void open_with_vendor(struct bench *bench, const char *personality, const struct world *world)
{
	struct error err = ERROR_EMPTY;

	bench_open(bench, personality);
	assert_done(vendor_make_f9(&bench->token.card, world->folder, &err), err);
	bench_manage(bench);
}

static X509 *reply_certificate(const struct bench *bench)
{
	struct bytes der = buffer_bytes(&bench->reply);
	X509 *certificate = d2i_X509(NULL, &der.data, (long)der.len);

	assert_non_null(certificate);
	assert_ptr_equal(der.data, bench->reply.data + bench->reply.len);
	return certificate;
}

static X509 *read_f9(struct bench *bench)
{
	struct error err = ERROR_EMPTY;
	struct bytes reply, content, der;
	X509 *certificate;

	assert_int_equal(bench_send(bench, "00cb3fff055c035fff0100"), 0x9000);
	reply = buffer_bytes(&bench->reply);
	assert_done(tlv_take(&reply, 0x53, &content, &err) && tlv_take(&content, 0x70, &der, &err), err);
	certificate = d2i_X509(NULL, &der.data, (long)der.len);
	assert_non_null(certificate);
	return certificate;
}

static void assert_extension(const X509 *certificate, int place, const char *oid, const char *content, size_t len)
{
	X509_EXTENSION *extension = X509_get_ext(certificate, place);
	char text[64];

	assert_non_null(extension);
	(void)OBJ_obj2txt(text, sizeof(text), X509_EXTENSION_get_object(extension), 1);
	assert_string_equal(text, oid);
	assert_int_equal(X509_EXTENSION_get_critical(extension), 0);
	assert_int_equal(ASN1_STRING_length(X509_EXTENSION_get_data(extension)), len);
	assert_memory_equal(ASN1_STRING_get0_data(X509_EXTENSION_get_data(extension)), content, len);
}

static void assert_common_name(const X509_NAME *name, const char *wanted)
{
	char text[128];

	assert_true(X509_NAME_get_text_by_NID(name, NID_commonName, text, sizeof(text)) > 0);
	assert_string_equal(text, wanted);
}

static void leaf_has_the_bytes_of_its_firmware(void **state)
{
	static const struct {
		const char *personality, *issuer, *device, *firmware;
		int extensions;
		const char *form_factor;
	} rows[] = {
	    {"5.7.4", VENDOR_LONG_ISSUING, "YubiKey PIV Attestation", "\5\7\4", 4, "\1"},
	    {"5.4.3", VENDOR_SHORT_ROOT, "Yubico PIV Attestation", "\5\4\3", 4, "\4"},
	    {"4.3.5", VENDOR_SHORT_ROOT, "Yubico PIV Attestation", "\4\3\5", 3, NULL},
	};
	const struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct bench bench;
		X509 *leaf, *device, *issuer;

		open_with_vendor(&bench, rows[i].personality, world);
		assert_int_equal(bench_send(&bench, "0047009d0bac09800111aa0103ab0102"), 0x9000);
		assert_int_equal(bench_send(&bench, "00f99d00"), 0x9000);
		leaf = reply_certificate(&bench);
		device = read_f9(&bench);
		assert_done(vendor_load_certificate(world->folder, rows[i].issuer, &issuer, &err), err);
		assert_int_equal(X509_verify(leaf, X509_get0_pubkey(device)), 1);
		assert_int_equal(X509_verify(device, X509_get0_pubkey(issuer)), 1);
		assert_common_name(X509_get_subject_name(leaf), "YubiKey PIV Attestation 9d");
		assert_common_name(X509_get_subject_name(device), rows[i].device);
		assert_int_equal(X509_NAME_cmp(X509_get_issuer_name(leaf), X509_get_subject_name(device)), 0);
		assert_int_equal(X509_get_ext_count(leaf), rows[i].extensions);
		assert_extension(leaf, 0, OID_FIRMWARE, rows[i].firmware, 3);
		assert_extension(leaf, 1, OID_SERIAL, "\2\4\0\xbc\x61\x4e", 6);
		assert_extension(leaf, 2, OID_POLICY, "\3\2", 2);
		if (rows[i].form_factor != NULL)
			assert_extension(leaf, 3, OID_FORM_FACTOR, rows[i].form_factor, 1);
		assert_int_equal(ASN1_TIME_compare(X509_get0_notAfter(leaf), X509_get0_notAfter(device)), 0);
		assert_int_equal(ASN1_STRING_length(X509_get0_serialNumber(leaf)), 16);
		assert_int_equal(X509_get_version(leaf), X509_VERSION_3);
		X509_free(leaf);
		X509_free(device);
		X509_free(issuer);
		bench_close(&bench);
	}
}

static void old_firmware_issues_f9_without_constraints(void **state)
{
	struct bench bench;
	X509 *device;

	open_with_vendor(&bench, "4.3.5", *state);
	device = read_f9(&bench);
	assert_int_equal(X509_get_ext_by_NID(device, NID_basic_constraints, -1), -1);
	X509_free(device);
	bench_close(&bench);
	open_with_vendor(&bench, "5.4.3", *state);
	device = read_f9(&bench);
	assert_true(X509_get_ext_by_NID(device, NID_basic_constraints, -1) >= 0);
	assert_int_equal(X509_get_pathlen(device), 0);
	X509_free(device);
	bench_close(&bench);
}

static void only_generated_keys_are_attested(void **state)
{
	struct bench bench;

	open_with_vendor(&bench, "5.7.4", *state);
	assert_int_equal(bench_send(&bench, "00f99a00"), 0x6a80);
	assert_int_equal(bench_send(&bench, "00fe119a220620"
	                                    "0101010101010101010101010101010101010101010101010101010101010101"),
	    0x9000);
	assert_int_equal(bench_send(&bench, "00f99a00"), 0x6a80);
	assert_int_equal(bench_send(&bench, "00f7009a00"), 0x9000);
	assert_int_equal(bench.reply.data[9], 2);
	assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f99a00"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f9f900"), 0x6a80);
	assert_int_equal(bench_send(&bench, "00f68280"), 0x6a86);
	assert_int_equal(bench_send(&bench, "00f6fff9"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f99a00"), 0x6a80);
	bench_close(&bench);
}

/* Another key in f9 under the old certificate: leaves still come, and their signature fails. */
static void replaced_f9_signs_under_the_old_name(void **state)
{
	struct bench bench;
	X509 *leaf, *device;

	open_with_vendor(&bench, "5.4.3", *state);
	assert_int_equal(bench_send(&bench, "004700f905ac03800107"), 0x9000);
	assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f99a00"), 0x9000);
	leaf = reply_certificate(&bench);
	device = read_f9(&bench);
	assert_int_equal(X509_NAME_cmp(X509_get_issuer_name(leaf), X509_get_subject_name(device)), 0);
	assert_int_not_equal(X509_verify(leaf, X509_get0_pubkey(device)), 1);
	X509_free(leaf);
	X509_free(device);
	bench_close(&bench);
}

/* What the f9 of a model is when it leaves the bench: the certificate is there, and the key fits it. */
static void models_differ_in_their_f9(void **state)
{
	static const struct {
		const char *personality;
		const char *issuer; /* NULL: no certificate */
		bool fits;
	} rows[] = {
	    {"b2-chain", VENDOR_LONG_ISSUING_B2, true},
	    {"preview", VENDOR_PREVIEW_ROOT, true},
	    {"f9-replaced", VENDOR_FOREIGN_ROOT, true},
	    {"f9-key-replaced", VENDOR_LONG_ISSUING, false},
	    {"f9-key-deleted", VENDOR_LONG_ISSUING, false},
	    {"f9-deleted", NULL, false},
	    {"neo", NULL, false},
	    {"swissbit", NULL, false},
	};
	const struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct bench bench;
		const struct slot *slot;
		X509 *device, *issuer;

		open_with_vendor(&bench, rows[i].personality, world);
		slot = card_slot(&bench.token.card, SLOT_ATTESTATION);
		assert_int_equal(card_object(&bench.token.card, OBJECT_ATTESTATION) != NULL, rows[i].issuer != NULL);
		if (rows[i].issuer != NULL) {
			device = read_f9(&bench);
			assert_done(vendor_load_certificate(world->folder, rows[i].issuer, &issuer, &err), err);
			assert_int_equal(X509_verify(device, X509_get0_pubkey(issuer)), 1);
			assert_int_equal(
			    slot->key != NULL && EVP_PKEY_eq(slot->key, X509_get0_pubkey(device)) == 1, rows[i].fits);
			X509_free(issuer);
			X509_free(device);
		} else {
			assert_null(slot->key);
		}
		bench_close(&bench);
	}
}

/* Cards of other makers: what they attest, and what they tell. */
static void other_makers_have_habits(void **state)
{
	struct bench bench;
	X509 *leaf;

	open_with_vendor(&bench, "pivapplet", *state);
	assert_int_equal(bench_send(&bench, "00fe119a220620"
	                                    "0101010101010101010101010101010101010101010101010101010101010101"),
	    0x9000);
	assert_int_equal(bench_send(&bench, "00f99a00"), 0x9000);
	leaf = reply_certificate(&bench);
	assert_common_name(X509_get_subject_name(leaf), "YubiKey PIV Attestation 9A");
	X509_free(leaf);
	assert_int_equal(bench_send(&bench, "00f7009a00"), 0x9000);
	assert_int_equal(bench.reply.data[9], 1);
	assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f7009a00"), 0x9000);
	assert_int_equal(bench.reply.data[9], 0);
	bench_close(&bench);
	open_with_vendor(&bench, "token2", *state);
	assert_int_equal(bench_send(&bench, "00f8000004"), 0x9000);
	assert_true(bench_reply_is(&bench, "12345678"));
	assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f99a00"), 0x9000);
	leaf = reply_certificate(&bench);
	assert_int_equal(X509_get_ext_count(leaf), 0);
	X509_free(leaf);
	bench_close(&bench);
	bench_open(&bench, "swissbit");
	assert_int_equal(bench_send(&bench, "00f7009500"), 0x9000);
	assert_true(bench_reply_is(&bench, "01011402020001030114"));
	assert_int_equal(bench_send(&bench, "00fd000000"), 0x6d00);
	bench_close(&bench);
}

static void card_outlives_the_process(void **state)
{
	const struct world *world = *state;
	struct error err = ERROR_EMPTY;
	struct bench bench, again = {.reply = BUFFER_EMPTY};
	char path[128];
	bool found;

	(void)snprintf(path, sizeof(path), "%s/state", world->folder);
	open_with_vendor(&bench, "5.7.4", world);
	bench.token.state_file = path;
	assert_int_equal(bench_send(&bench, "0047009a05ac03800107"), 0x9000);
	assert_int_equal(bench_send(&bench, "00db3fff095c035fc1055302abcd"), 0x9000);
	assert_int_equal(bench_send(&bench, BENCH_WRONG_PIN), 0x63c2);
	assert_int_equal(bench_send(&bench, "00f7009a00"), 0x9000);

	assert_done(state_load(path, &again.token.card, &found, &err), err);
	assert_true(found);
	assert_string_equal(again.token.card.personality->name, "5.7.4");
	assert_int_equal(again.token.card.serial, 12345678);
	assert_int_equal(bench_send(&again, "00f7009a00"), 0x6d00);
	assert_int_equal(bench_send(&again, BENCH_SELECT), 0x9000);
	assert_int_equal(bench_send(&again, "00f7009a00"), 0x9000);
	assert_true(bytes_equal(buffer_bytes(&again.reply), buffer_bytes(&bench.reply)));
	assert_int_equal(bench_send(&again, "0020008000"), 0x63c2);
	assert_int_equal(bench_send(&again, "00cb3fff055c035fc10500"), 0x9000);
	assert_true(bench_reply_is(&again, "5302abcd"));
	assert_int_equal(bench_send(&again, "00f99a00"), 0x9000);
	bench_close(&bench);
	bench_close(&again);
}

static void broken_state_is_refused(void **state)
{
	const struct world *world = *state;
	struct error err = ERROR_EMPTY;
	struct card card;
	char path[128];
	bool found;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/state", world->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs("{\"personality\": \"5.7.4\", \"serial\": 1, \"pin\": {}}", file);
	(void)fclose(file);
	assert_refused(state_load(path, &card, &found, &err), err, ERROR_TEXT);
	assert_int_equal(unlink(path), 0);
	assert_done(state_load(path, &card, &found, &err), err);
	assert_false(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(leaf_has_the_bytes_of_its_firmware),
	    cmocka_unit_test(old_firmware_issues_f9_without_constraints),
	    cmocka_unit_test(only_generated_keys_are_attested),
	    cmocka_unit_test(replaced_f9_signs_under_the_old_name),
	    cmocka_unit_test(models_differ_in_their_f9),
	    cmocka_unit_test(other_makers_have_habits),
	    cmocka_unit_test(card_outlives_the_process),
	    cmocka_unit_test(broken_state_is_refused),
	};

	return cmocka_run_group_tests_name("vtoken attestation", tests, make_world, end_world);
}
