/* The shipped advisories at the edges of their ranges, and the comparison of firmware that they rest on. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "policy/advisory.h"
#include "policy/firmware.h"
#include "policy/result.h"
#include "policy/trust.h"
#include "policy/trust_store.h"

static int set_up(void **state)
{
	const char *source = getenv("srcdir");
	struct buffer bundle = BUFFER_EMPTY;
	struct trust *trust;
	struct error err = ERROR_EMPTY;
	char path[512];

	(void)snprintf(path, sizeof(path), "%.400s/policy/data/trust.json", source == NULL ? "." : source);
	assert_done(file_load(path, (size_t)1 << 20, &bundle, &err), err);
	assert_done(trust_new(&trust, &err) && trust_add(trust, buffer_bytes(&bundle), path, TRUST_SHIPPED, &err), err);
	buffer_free(&bundle);
	*state = trust;
	return 0;
}

static int tear_down(void **state)
{
	trust_free(*state);
	return 0;
}

/* A comma behind each id. */
static void list_advisories_of(
    const struct trust *trust, const char *format, const struct result *result, char *text, size_t size)
{
	const struct advisory *advisory;
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; (advisory = trust_advisory(trust, i)) != NULL; i++)
		if (advisory_concerns(advisory, format, result))
			len += (size_t)snprintf(text + len, size - len, "%s,", advisory->id);
}

static void list_advisories(const struct trust *trust, const struct result *result, char *text, size_t size)
{
	list_advisories_of(trust, "piv", result, text, size);
}

struct token_case {
	const char *firmware, *key, *edition, *form_factor, *ids;
};

static void assert_tokens(const struct token_case *rows, size_t num, void **state)
{
	for (size_t i = 0; i < num; i++) {
		struct result result = {.format = "piv"};
		char ids[256];

		result_add_claim(&result, CLAIM_VENDOR, CLAIM_PROVEN, "yubico", "");
		result_add_claim(&result, CLAIM_FIRMWARE, CLAIM_PROVEN, rows[i].firmware, "");
		result_add_claim(&result, CLAIM_KEY_ALGORITHM, CLAIM_PROVEN, rows[i].key, "");
		result_add_claim(&result, CLAIM_EDITION, CLAIM_PROVEN, rows[i].edition, "");
		result_add_claim(&result, CLAIM_FORM_FACTOR, CLAIM_PROVEN, rows[i].form_factor, "");
		list_advisories(*state, &result, ids, sizeof(ids));
		if (strcmp(ids, rows[i].ids) != 0)
			fail_msg("%s %s %s %s: \"%s\"", rows[i].firmware, rows[i].key, rows[i].edition,
			    rows[i].form_factor, ids);
	}
}

static void flawed_rsa_and_random_meet_their_advisories(void **state)
{
	static const struct token_case rows[] = {
	    /* RSA keys of the flawed generator */
	    {"4.2.0", "rsa-2048", "normal", "", "YSA-2017-01,"},
	    {"4.2.6", "rsa-2048", "normal", "", "YSA-2017-01,"},
	    {"4.3.4", "rsa-2048", "normal", "", "YSA-2017-01,"},
	    {"4.3.5", "rsa-2048", "normal", "", ""},
	    {"4.3.10", "rsa-2048", "normal", "", ""},
	    {"4.10.0", "rsa-2048", "normal", "", ""},
	    {"4.3.4", "ecdsa-p256", "normal", "", ""},
	    {"4.3.4", "ed25519", "normal", "", ""},
	    /* predictable first random values */
	    {"4.4.1", "ecdsa-p256", "fips", "", ""},
	    {"4.4.2", "ecdsa-p256", "fips", "", "YSA-2019-02,"},
	    {"4.4.4", "rsa-2048", "fips", "", "YSA-2019-02,"},
	    {"4.4.5", "rsa-2048", "fips", "", ""},
	    {"4.4.20", "rsa-2048", "fips", "", ""},
	};

	assert_tokens(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void traceable_ecdsa_meets_its_advisory(void **state)
{
	static const struct token_case rows[] = {
	    /* ECDSA keys by electromagnetic traces */
	    {"5.0.0", "ecdsa-p256", "normal", "usb-a keychain", "YSA-2024-03,"},
	    {"5.6.9", "ecdsa-p384", "normal", "usb-a keychain", "YSA-2024-03,"},
	    {"5.4.3", "ecdsa-p256", "cspn", "usb-a keychain", "YSA-2024-03,"},
	    {"5.4.3", "rsa-2048", "normal", "usb-a keychain", ""},
	    {"5.7.0", "ecdsa-p256", "normal", "usb-a keychain", ""},
	    {"5.7.0", "ecdsa-p256", "fips", "usb-a keychain", "YSA-2024-03,"},
	    {"5.7.1", "ecdsa-p256", "fips", "usb-c nano", "YSA-2024-03,"},
	    {"5.7.2", "ecdsa-p256", "fips", "usb-c nano", ""},
	    {"5.7.1", "ecdsa-p256", "normal", "usb-c bio", "YSA-2024-03,"},
	    {"5.7.2", "ecdsa-p256", "normal", "usb-c bio", ""},
	    {"5.10.0", "ecdsa-p256", "normal", "usb-a keychain", ""},
	    {"10.0.0", "ecdsa-p256", "normal", "usb-a keychain", ""},
	    /* what cannot be read falls under all that its key could */
	    {"", "rsa-2048", "normal", "", "YSA-2017-01,YSA-2019-02,"},
	};

	assert_tokens(rows, sizeof(rows) / sizeof(rows[0]), state);
}

/* By what the attestation certificate says of a device, or else by its model. NULL: the claim is not there. */
struct security_key {
	const char *vendor, *firmware, *edition, *aaguid, *device_type, *transports, *issuer, *key, *ids;
};

static void assert_security_keys(const struct security_key *rows, size_t num, void **state)
{
	for (size_t i = 0; i < num; i++) {
		const struct {
			enum claim_name name;
			const char *value;
		} claims[] = {{CLAIM_VENDOR, rows[i].vendor}, {CLAIM_FIRMWARE, rows[i].firmware},
		    {CLAIM_EDITION, rows[i].edition}, {CLAIM_AAGUID, rows[i].aaguid},
		    {CLAIM_DEVICE_TYPE, rows[i].device_type}, {CLAIM_TRANSPORTS, rows[i].transports},
		    {CLAIM_ISSUER, rows[i].issuer}, {CLAIM_KEY_ALGORITHM, rows[i].key}};
		struct result result = {.format = "fido"};
		char ids[256];

		for (size_t j = 0; j < sizeof(claims) / sizeof(claims[0]); j++)
			if (claims[j].value != NULL)
				result_add_claim(&result, claims[j].name, CLAIM_PROVEN, claims[j].value, "");
		list_advisories_of(*state, "fido", &result, ids, sizeof(ids));
		if (strcmp(ids, rows[i].ids) != 0)
			fail_msg("row %zu: \"%s\" instead of \"%s\"", i, ids, rows[i].ids);
	}
}

static void firmware_meets_its_advisories(void **state)
{
	static const struct security_key rows[] = {
	    {"yubico", "5.2.6", NULL, NULL, NULL, NULL, NULL, "ecdsa-p256", "YSA-2024-03,YSA-2024-02,"},
	    {"yubico", "5.4.0", NULL, NULL, NULL, NULL, NULL, "ecdsa-p256", "YSA-2024-03,YSA-2024-02,"},
	    {"yubico", "5.4.1", NULL, NULL, NULL, NULL, NULL, "ecdsa-p256", "YSA-2024-03,YSA-2025-02,YSA-2024-02,"},
	    /* the attestation key is an ECDSA key of the same chip, whatever the credential is */
	    {"yubico", "5.4.3", NULL, NULL, NULL, NULL, NULL, "ed25519", "YSA-2024-03,YSA-2025-02,YSA-2024-02,"},
	    {"yubico", "5.7.0", NULL, NULL, NULL, NULL, NULL, "ecdsa-p256", "YSA-2025-02,"},
	    {"yubico", "5.7.1", "fips", NULL, NULL, NULL, NULL, "ecdsa-p256", "YSA-2024-03,YSA-2025-02,"},
	    {"yubico", "5.7.2", "fips", NULL, NULL, NULL, NULL, "ecdsa-p256", "YSA-2025-02,"},
	    {"yubico", "5.7.4", NULL, NULL, NULL, NULL, NULL, "ecdsa-p256", ""},
	};

	assert_security_keys(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void models_meet_their_advisories(void **state)
{
	static const struct security_key rows[] = {
	    /* models from before firmware was signed */
	    {"yubico", NULL, NULL, "2fc0579f-8113-47ea-b116-bb5a8db9202a", NULL, NULL, NULL, "ecdsa-p256",
	        "YSA-2024-03,YSA-2025-02,YSA-2024-02,"},
	    {"yubico", NULL, NULL, "cb69481e-8ff7-4039-93ec-0a2729a154a8", NULL, NULL, NULL, "ecdsa-p256",
	        "YSA-2024-03,YSA-2024-02,"},
	    {"yubico", NULL, NULL, "d8522d9f-575b-4866-88a9-ba99fa02f35b", NULL, NULL, NULL, "ecdsa-p256",
	        "YSA-2024-03,YSA-2025-02,YSA-2024-02,"},
	    {"yubico", NULL, NULL, "d7781e5d-e353-46aa-afe2-3ca49f13332a", NULL, NULL, NULL, "ecdsa-p256", ""},
	    /* the signed firmware says more than the model */
	    {"yubico", "5.7.4", NULL, "2fc0579f-8113-47ea-b116-bb5a8db9202a", NULL, NULL, NULL, "ecdsa-p256", ""},
	    {"yubico", NULL, NULL, NULL, "1.3.6.1.4.1.41482.1.2", NULL, NULL, "ecdsa-p256", "CVE-2021-3011,"},
	    {"yubico", NULL, NULL, NULL, "1.3.6.1.4.1.41482.1.7", NULL, NULL, "ecdsa-p256", ""},
	    {"yubico", "4.4.4", "fips", NULL, NULL, NULL, NULL, "ecdsa-p256", "YSA-2019-02,"},
	};

	assert_security_keys(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void vendors_meet_their_advisories(void **state)
{
	static const struct security_key rows[] = {
	    {"google", NULL, NULL, NULL, NULL, "ble,usb", NULL, "ecdsa-p256", "TITAN-BLE-2019-GOOGLE,"},
	    {"google", NULL, NULL, NULL, NULL, "usb,nfc", NULL, "ecdsa-p256", ""},
	    {"feitian", NULL, NULL, NULL, NULL, "ble,usb", NULL, "ecdsa-p256", "TITAN-BLE-2019-FEITIAN,"},
	    {"feitian", NULL, NULL, NULL, NULL, "usb", NULL, "ecdsa-p256", ""},
	    {"solokeys", NULL, NULL, NULL, NULL, NULL, "SoloKeys root (solokeys.com)", "ecdsa-p256",
	        "CVE-2020-27208-SOLOKEYS,"},
	    {"nitrokey", NULL, NULL, NULL, NULL, NULL, "Nitrokey root (nitrokey.com)", "ecdsa-p256",
	        "CVE-2020-27208-NITROKEY,"},
	    {"nitrokey", NULL, NULL, NULL, NULL, NULL, "Nitrokey Root CA 2", "ecdsa-p256", ""},
	    {"token2", NULL, NULL, NULL, NULL, NULL, NULL, "ecdsa-p256", ""},
	};

	assert_security_keys(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void another_vendors_token_meets_none(void **state)
{
	struct result result = {.format = "piv"};
	char ids[256];

	result_add_claim(&result, CLAIM_VENDOR, CLAIM_PROVEN, "another", "");
	result_add_claim(&result, CLAIM_FIRMWARE, CLAIM_PROVEN, "4.3.4", "");
	result_add_claim(&result, CLAIM_KEY_ALGORITHM, CLAIM_PROVEN, "rsa-2048", "");
	list_advisories(*state, &result, ids, sizeof(ids));
	assert_string_equal(ids, "");
}

static void firmware_is_compared_as_numbers(void **state)
{
	static const struct {
		const char *smaller, *greater;
	} rows[] = {
	    {"4.9.0", "4.10.0"},
	    {"4.3.9", "4.3.10"},
	    {"4.99.99", "5.0.0"},
	    {"9.0.0", "10.0.0"},
	    {"5.7.4", "5.7.65535"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned smaller[3], greater[3];

		assert_true(firmware_parse(bytes_of_text(rows[i].smaller), smaller));
		assert_true(firmware_parse(bytes_of_text(rows[i].greater), greater));
		assert_true(firmware_compare(smaller, greater) < 0);
		assert_true(firmware_compare(greater, smaller) > 0);
		assert_int_equal(firmware_compare(smaller, smaller), 0);
	}
}

static void only_three_numbers_are_firmware(void **state)
{
	static const char *const rows[] = {"", "5", "5.7", "5.7.4.1", "5.7.4.", ".5.7", "5..7", "5.7.", "5.7.x",
	    "5.7.-1", "5.7.65536", "5.7.123456", " 5.7.4"};
	unsigned parts[3];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (firmware_parse(bytes_of_text(rows[i]), parts))
			fail_msg("\"%s\"", rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flawed_rsa_and_random_meet_their_advisories),
	    cmocka_unit_test(traceable_ecdsa_meets_its_advisory),
	    cmocka_unit_test(firmware_meets_its_advisories),
	    cmocka_unit_test(models_meet_their_advisories),
	    cmocka_unit_test(vendors_meet_their_advisories),
	    cmocka_unit_test(another_vendors_token_meets_none),
	    cmocka_unit_test(firmware_is_compared_as_numbers),
	    cmocka_unit_test(only_three_numbers_are_firmware),
	};

	return cmocka_run_group_tests_name("advisory", tests, set_up, tear_down);
}
