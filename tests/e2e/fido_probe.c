/* fido_probe CHECK READER [ARGUMENT]: libfido2's own functions on a card in a reader, through card_transport.h, as a program of
 * somebody else would call them. What comes back is judged by libfido2's verifiers. CHECK is a row of the table below. */
#include <fido.h>
#include <fido/config.h>
#include <fido/credman.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fido/card_transport.h"

#define PIN "12345678"
#define PARTY "ssh:"

enum { HASH_SIZE = 32 };

static const unsigned char challenge[HASH_SIZE] = "a challenge of thirty-two bytes";

static void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fido_probe: %s\n", what);
	exit(1);
}

static void demand_result(int wanted, int result, const char *what)
{
	if (result == wanted)
		return;
	fprintf(stderr, "fido_probe: %s: %s instead of %s\n", what, fido_strerr(result), fido_strerr(wanted));
	exit(1);
}

static fido_dev_t *open_device(const char *reader)
{
	fido_dev_t *device = fido_dev_new();

	demand(device != NULL && card_transport_use(device) == FIDO_OK, "no device");
	demand_result(FIDO_OK, fido_dev_open(device, reader), "open");
	return device;
}

static void close_device(fido_dev_t *device)
{
	(void)fido_dev_close(device);
	fido_dev_free(&device);
}

static fido_cred_t *new_credential(int algorithm, const char *user, bool resident)
{
	fido_cred_t *made = fido_cred_new();

	demand(made != NULL && fido_cred_set_type(made, algorithm) == FIDO_OK &&
	           fido_cred_set_clientdata_hash(made, challenge, sizeof(challenge)) == FIDO_OK &&
	           fido_cred_set_rp(made, PARTY, "test") == FIDO_OK &&
	           fido_cred_set_user(made, (const unsigned char *)user, strlen(user), user, user, NULL) == FIDO_OK &&
	           fido_cred_set_rk(made, resident ? FIDO_OPT_TRUE : FIDO_OPT_OMIT) == FIDO_OK,
	    "a credential's request");
	return made;
}

static void verify_assertion(int algorithm, const fido_cred_t *made, fido_assert_t *signed_one)
{
	const unsigned char *key = fido_cred_pubkey_ptr(made);
	size_t len = fido_cred_pubkey_len(made);
	es256_pk_t *point = es256_pk_new();
	eddsa_pk_t *edwards = eddsa_pk_new();
	bool ecdsa = algorithm == COSE_ES256;

	demand(point != NULL && edwards != NULL, "memory");
	demand_result(
	    FIDO_OK, ecdsa ? es256_pk_from_ptr(point, key, len) : eddsa_pk_from_ptr(edwards, key, len), "the key");
	demand_result(FIDO_OK,
	    fido_assert_verify(signed_one, 0, algorithm, ecdsa ? (const void *)point : (const void *)edwards),
	    "fido_assert_verify");
	es256_pk_free(&point);
	eddsa_pk_free(&edwards);
}

static fido_assert_t *new_assertion(const fido_cred_t *made)
{
	fido_assert_t *asked = fido_assert_new();

	demand(asked != NULL && fido_assert_set_clientdata_hash(asked, challenge, sizeof(challenge)) == FIDO_OK &&
	           fido_assert_set_rp(asked, PARTY) == FIDO_OK &&
	           fido_assert_allow_cred(asked, fido_cred_id_ptr(made), fido_cred_id_len(made)) == FIDO_OK,
	    "an assertion's request");
	return asked;
}

static void use(fido_dev_t *device, int algorithm, const fido_cred_t *made, const char *pin)
{
	fido_assert_t *asked = new_assertion(made);

	demand_result(FIDO_OK, fido_dev_get_assert(device, asked, pin), "fido_dev_get_assert");
	demand(fido_assert_count(asked) == 1 && (fido_assert_flags(asked, 0) & 0x01) != 0, "one touched assertion");
	demand(((fido_assert_flags(asked, 0) & 0x04) != 0) == (pin != NULL), "verified as the PIN says");
	verify_assertion(algorithm, made, asked);
	fido_assert_free(&asked);
}

static void make_and_use(fido_dev_t *device, int algorithm, const char *pin)
{
	fido_cred_t *made = new_credential(algorithm, "alice", false),
	            *again = new_credential(algorithm, "alice", false);

	demand_result(FIDO_OK, fido_dev_make_cred(device, made, pin), "fido_dev_make_cred");
	demand_result(FIDO_OK, fido_cred_x5c_ptr(made) != NULL ? fido_cred_verify(made) : fido_cred_verify_self(made),
	    "fido_cred_verify");
	use(device, algorithm, made, pin);
	demand_result(FIDO_OK, fido_cred_exclude(again, fido_cred_id_ptr(made), fido_cred_id_len(made)), "exclude");
	demand_result(FIDO_ERR_CREDENTIAL_EXCLUDED, fido_dev_make_cred(device, again, pin), "an excluded credential");
	fido_cred_free(&made);
	fido_cred_free(&again);
}

/* ---- the checks ---- */

static void check_info(fido_dev_t *device, const char *argument)
{
	fido_cbor_info_t *info = fido_cbor_info_new();

	(void)argument;
	demand(info != NULL, "memory");
	demand_result(FIDO_OK, fido_dev_get_cbor_info(device, info), "getInfo");
	demand(fido_dev_is_fido2(device) && fido_cbor_info_aaguid_len(info) == 16 &&
	           fido_cbor_info_versions_len(info) >= 2 && fido_cbor_info_maxmsgsiz(info) >= 1024,
	    "what getInfo says");
	fido_cbor_info_free(&info);
}

static void check_keys(fido_dev_t *device, const char *argument)
{
	make_and_use(device, COSE_ES256, NULL);
	if (argument == NULL)
		make_and_use(device, COSE_EDDSA, NULL);
}

static void check_pins(fido_dev_t *device, const char *argument)
{
	fido_cred_t *wrong = new_credential(COSE_ES256, "bob", false);
	int before, after;

	demand(!fido_dev_has_pin(device), "a PIN before one is set");
	demand_result(FIDO_OK, fido_dev_set_pin(device, "0000", NULL), "the first PIN");
	demand_result(FIDO_OK, fido_dev_set_pin(device, PIN, "0000"), "another PIN");
	demand_result(FIDO_OK, fido_dev_get_retry_count(device, &before), "the tries");
	demand_result(FIDO_ERR_PIN_INVALID, fido_dev_make_cred(device, wrong, "9999"), "a wrong PIN");
	demand_result(FIDO_OK, fido_dev_get_retry_count(device, &after), "the tries");
	demand(after == before - 1, "a wrong PIN costs a try");
	fido_cred_free(&wrong);
	make_and_use(device, COSE_ES256, PIN);
	if (argument == NULL)
		make_and_use(device, COSE_EDDSA, PIN);
}

static size_t count_keys(fido_dev_t *device, fido_credman_rk_t *keys)
{
	demand_result(FIDO_OK, fido_credman_get_dev_rk(device, PARTY, keys, PIN), "the party's keys");
	return fido_credman_rk_count(keys);
}

static void make_resident(fido_dev_t *device, const char *user, int protection)
{
	fido_cred_t *made = new_credential(COSE_EDDSA, user, true);

	demand_result(FIDO_OK, fido_cred_set_prot(made, protection), "credProtect");
	demand_result(FIDO_OK, fido_dev_make_cred(device, made, PIN), "a resident credential");
	demand_result(FIDO_OK, fido_cred_verify(made), "its attestation, with the extension");
	fido_cred_free(&made);
}

/* Listed, renamed, deleted; of the level that they were made with. */
static void check_residents(fido_dev_t *device, const char *argument)
{
	fido_credman_metadata_t *metadata = fido_credman_metadata_new();
	fido_credman_rk_t *keys = fido_credman_rk_new();
	const fido_cred_t *first;
	fido_cred_t *renamed = fido_cred_new();

	(void)argument;
	make_resident(device, "carol", FIDO_CRED_PROT_UV_OPTIONAL_WITH_ID);
	make_resident(device, "dave", FIDO_CRED_PROT_UV_REQUIRED);
	demand_result(FIDO_OK, fido_credman_get_dev_metadata(device, metadata, PIN), "the room");
	demand(fido_credman_rk_existing(metadata) == 2 && count_keys(device, keys) == 2, "two resident keys");
	first = fido_credman_rk(keys, 0);
	demand(strcmp(fido_cred_user_name(first), "carol") == 0 &&
	           fido_cred_prot(first) == FIDO_CRED_PROT_UV_OPTIONAL_WITH_ID &&
	           fido_cred_prot(fido_credman_rk(keys, 1)) == FIDO_CRED_PROT_UV_REQUIRED,
	    "names and levels");
	demand(fido_cred_set_id(renamed, fido_cred_id_ptr(first), fido_cred_id_len(first)) == FIDO_OK &&
	           fido_cred_set_user(renamed, fido_cred_user_id_ptr(first), fido_cred_user_id_len(first), "caroline",
	               NULL, NULL) == FIDO_OK,
	    "another name");
	demand_result(FIDO_OK, fido_credman_set_dev_rk(device, renamed, PIN), "renaming");
	(void)count_keys(device, keys);
	first = fido_credman_rk(keys, 0);
	demand(strcmp(fido_cred_user_name(first), "caroline") == 0, "the other name");
	demand_result(FIDO_OK, fido_credman_del_dev_rk(device, fido_cred_id_ptr(first), fido_cred_id_len(first), PIN),
	    "deleting");
	demand(count_keys(device, keys) == 1, "one resident key");
	fido_cred_free(&renamed);
	fido_credman_rk_free(&keys);
	fido_credman_metadata_free(&metadata);
}

static void check_settings(fido_dev_t *device, const char *argument)
{
	fido_cred_t *made = new_credential(COSE_ES256, "erin", false);

	(void)argument;
	demand_result(FIDO_OK, fido_dev_toggle_always_uv(device, PIN), "alwaysUv on");
	demand_result(FIDO_ERR_PIN_REQUIRED, fido_dev_make_cred(device, made, NULL), "a credential without the PIN");
	demand_result(FIDO_OK, fido_dev_toggle_always_uv(device, PIN), "alwaysUv off");
	demand_result(FIDO_OK, fido_dev_enable_entattest(device, PIN), "enterprise attestation");
	demand_result(FIDO_ERR_PIN_POLICY_VIOLATION, fido_dev_set_pin_minlen(device, 2, PIN), "a shorter PIN");
	fido_cred_free(&made);
}

/* From now on PINs have that many characters at least, and the present one is to be changed. */
static void check_longer_pins(fido_dev_t *device, const char *argument)
{
	demand(argument != NULL, "longer-pins READER NUMBER PIN");
	demand_result(FIDO_OK, fido_dev_set_pin_minlen(device, (size_t)atoi(argument), strchr(argument, ' ') + 1),
	    "the shortest PIN");
}

static void check_set_pin(fido_dev_t *device, const char *argument)
{
	demand_result(FIDO_OK, fido_dev_set_pin(device, argument, NULL), "the first PIN");
}

static void check_reset(fido_dev_t *device, const char *argument)
{
	(void)argument;
	demand_result(FIDO_OK, fido_dev_reset(device), "reset");
	demand(!fido_dev_has_pin(device) || fido_dev_set_pin(device, PIN, NULL) == FIDO_OK, "no PIN is left");
}

static void check_u2f(fido_dev_t *device, const char *argument)
{
	fido_dev_force_u2f(device);
	check_keys(device, argument == NULL ? "ecdsa" : argument);
}

static void check_untouched(fido_dev_t *device, const char *argument)
{
	fido_cred_t *made = new_credential(COSE_ES256, "frank", false);

	(void)argument;
	demand_result(FIDO_ERR_USER_ACTION_TIMEOUT, fido_dev_make_cred(device, made, NULL), "nobody touches");
	fido_cred_free(&made);
}

static const struct {
	const char *name;
	void (*run)(fido_dev_t *device, const char *argument);
} checks[] = {
    {"info", check_info},
    {"keys", check_keys},
    {"longer-pins", check_longer_pins},
    {"pins", check_pins},
    {"reset", check_reset},
    {"residents", check_residents},
    {"set-pin", check_set_pin},
    {"settings", check_settings},
    {"u2f", check_u2f},
    {"untouched", check_untouched},
};

int main(int argc, char **argv)
{
	fido_dev_t *device;

	demand(argc == 3 || argc == 4, "fido_probe CHECK READER [ARGUMENT]");
	fido_init(0);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (strcmp(checks[i].name, argv[1]) != 0)
			continue;
		device = open_device(argv[2]);
		checks[i].run(device, argv[3]);
		close_device(device);
		return 0;
	}
	demand(false, "no such check");
}
