#include "policy/fido_claims.h"

#include <inttypes.h>
#include <stdio.h>

#include "policy/certificate.h"
#include "policy/certificate_claim.h"
#include "policy/fido_attestation.h"
#include "policy/fido_auth_data.h"
#include "policy/fido_certificate.h"
#include "policy/fido_statement.h"
#include "policy/hex.h"
#include "policy/printable.h"
#include "policy/result.h"
#include "policy/ssh_sk_attest.h"
#include "policy/trust.h"

#define BY_KEY "authenticator data: its public key"

/* Whose word the authenticator data is. A U2F device signs neither flags nor counter nor model. */
enum speaker {
	SPEAKER_DEVICE,   /* packed: the security key signed it */
	SPEAKER_PLATFORM, /* the operating system filled it in, and hardware signed a hash of it */
	SPEAKER_NOBODY,   /* fido-u2f: the client made it up */
};

static enum speaker speaker_of(const struct fido_attestation *attestation)
{
	static const enum speaker speakers[FIDO_FORMAT_COUNT] = {
	    [FIDO_PACKED] = SPEAKER_DEVICE,
	    [FIDO_U2F] = SPEAKER_NOBODY,
	    [FIDO_TPM] = SPEAKER_PLATFORM,
	    [FIDO_ANDROID_KEY] = SPEAKER_PLATFORM,
	    [FIDO_APPLE] = SPEAKER_PLATFORM,
	    [FIDO_NONE] = SPEAKER_NOBODY,
	};

	return speakers[attestation->statement.format];
}

/* A field of the authenticator data, with what that is worth. */
static void add_field(const struct fido_attestation *attestation, enum claim_name name, const char *value,
    const char *field, struct result *result)
{
	char proof[96];

	switch (speaker_of(attestation)) {
	case SPEAKER_DEVICE:
		snprintf(proof, sizeof(proof), "authenticator data: %s, signed by the device", field);
		result_add_claim(result, name, CLAIM_PROVEN, value, proof);
		return;
	case SPEAKER_PLATFORM:
		snprintf(proof, sizeof(proof), "authenticator data: %s, as the operating system says", field);
		result_add_claim(result, name, CLAIM_IMPLIED, value, proof);
		return;
	case SPEAKER_NOBODY:
		result_add_claim(result, name, CLAIM_NOT_PROVABLE, "", "");
		return;
	}
}

static const char *yes_or_no(bool yes)
{
	return yes ? "yes" : "no";
}

static bool add_key(const struct fido_attestation *attestation, struct result *result, struct error *err)
{
	const struct public_key *key = &attestation->auth_data.credential.key;
	char fingerprint[64], algorithm[PUBLIC_KEY_NAME_SIZE];
	struct buffer blob = BUFFER_EMPTY;
	bool is_sk = key->kind == PUBLIC_KEY_P256 || key->kind == PUBLIC_KEY_ED25519, done;

	done = is_sk ? ssh_sk_key_put(key, attestation->binding.application, &blob, err) &&
	                   public_key_blob_fingerprint(buffer_bytes(&blob), fingerprint, err)
	             : public_key_fingerprint(key, fingerprint, err);
	buffer_free(&blob);
	if (!done)
		return false;
	public_key_put_name(key, algorithm);
	result_add_claim(result, CLAIM_KEY, CLAIM_PROVEN, fingerprint, BY_KEY);
	result_add_claim(result, CLAIM_KEY_ALGORITHM, CLAIM_PROVEN, algorithm, BY_KEY);
	return true;
}

/* A key that may be copied to other devices is in no hardware that keeps it. */
static void add_ledger(const struct fido_attestation *attestation, struct result *result)
{
	bool apple = attestation->statement.format == FIDO_APPLE, proven = attestation->hardware_proven;
	bool copied = attestation->auth_data.flags.backup_eligible && speaker_of(attestation) != SPEAKER_NOBODY;
	enum claim_grade kept = copied ? CLAIM_FAILED : proven ? CLAIM_PROVEN : CLAIM_IMPLIED;
	const char *statement = copied   ? "authenticator data: backup eligible"
	                        : proven ? "the hardware's own statement about the key"
	                                 : "vendor's statement: private keys do not leave the device";

	result_add_claim(result, CLAIM_GENERATED_INSIDE, apple ? CLAIM_IMPLIED : CLAIM_PROVEN, "yes",
	    proven  ? "the hardware's own statement about the key"
	    : apple ? "vendor's statement"
	            : "created by a device that holds a batch attestation key of the vendor");
	result_add_claim(result, CLAIM_USED_INSIDE, kept, yes_or_no(!copied), statement);
	result_add_claim(result, CLAIM_NOT_EXPORTABLE, kept, yes_or_no(!copied), statement);
	result_add_claim(result, CLAIM_RANDOM_SOURCE, CLAIM_NOT_PROVABLE, "", "");
}

static void add_binding(const struct fido_attestation *attestation, struct result *result)
{
	char text[96];

	printable_put(attestation->binding.application, text, sizeof(text));
	result_add_claim(result, CLAIM_APPLICATION, CLAIM_PROVEN, text, "authenticator data: hash of the RP id");
	if (attestation->challenge_len == 0) {
		result_add_claim(result, CLAIM_FRESH, CLAIM_NOT_PROVABLE, "age unknown", "");
		return;
	}
	snprintf(text, sizeof(text), "challenge of %zu bytes", attestation->challenge_len);
	result_add_claim(result, CLAIM_FRESH, CLAIM_PROVEN, text,
	    "the signature answers this challenge: fresh if the server issued it once");
}

static void add_model(const struct fido_attestation *attestation, struct result *result)
{
	struct bytes certified = attestation->facts.aaguid;
	char aaguid[FIDO_AAGUID_TEXT_SIZE];

	if (certified.len > 0 || speaker_of(attestation) == SPEAKER_DEVICE) {
		fido_aaguid_put_text(certified.len > 0 ? certified : attestation->auth_data.aaguid, aaguid);
		result_add_claim(result, CLAIM_AAGUID, CLAIM_PROVEN, aaguid,
		    certified.len > 0 ? "attestation certificate 1.3.6.1.4.1.45724.1.1.4"
		                      : "issuer attests this model only");
		return;
	}
	fido_aaguid_put_text(attestation->auth_data.aaguid, aaguid);
	add_field(attestation, CLAIM_AAGUID, aaguid, "AAGUID", result);
}

static void add_firmware(const struct fido_certificate_facts *facts, struct result *result)
{
	char text[48];

	if (!facts->has_firmware) {
		result_add_claim(result, CLAIM_FIRMWARE, CLAIM_NOT_PROVABLE, "", "");
		return;
	}
	snprintf(text, sizeof(text), "%u.%u.%u", facts->firmware[0], facts->firmware[1], facts->firmware[2]);
	result_add_claim(result, CLAIM_FIRMWARE, CLAIM_PROVEN, text, "attestation certificate 1.3.6.1.4.1.41482.13.1");
}

static void add_transports(const struct fido_certificate_facts *facts, struct result *result)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} transports[] = {{0x80, "bluetooth"}, {0x40, "ble"}, {0x20, "usb"}, {0x10, "nfc"}, {0x08, "internal"}};
	char text[48] = "";
	size_t len = 0;

	if (!facts->has_transports) {
		result_add_claim(result, CLAIM_TRANSPORTS, CLAIM_NOT_PROVABLE, "", "");
		return;
	}
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		if ((facts->transports & transports[i].bit) == 0)
			continue;
		len +=
		    (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len == 0 ? "" : ",", transports[i].name);
	}
	result_add_claim(
	    result, CLAIM_TRANSPORTS, CLAIM_PROVEN, text, "attestation certificate 1.3.6.1.4.1.45724.2.1.1");
}

static void add_edition(const struct fido_attestation *attestation, struct result *result)
{
	bool fips = attestation->facts.is_fips;

	if (fips) {
		result_add_claim(
		    result, CLAIM_EDITION, CLAIM_PROVEN, "fips", "attestation certificate 1.3.6.1.4.1.41482.12");
		result_add_claim(result, CLAIM_CERTIFIED_MODULE, CLAIM_IMPLIED, "fips",
		    "attestation certificate 1.3.6.1.4.1.41482.12; the certificate itself is a look-up");
	} else {
		result_add_claim(result, CLAIM_EDITION, CLAIM_NOT_PROVABLE, "", "");
		result_add_claim(result, CLAIM_CERTIFIED_MODULE, CLAIM_NOT_PROVABLE, "", "");
	}
}

static bool add_certificate(const struct fido_attestation *attestation, struct result *result, struct error *err)
{
	const struct fido_certificate_facts *facts = &attestation->facts;
	char text[40], serial[2 + 2 * FIDO_SERIAL_MAXIMUM + 1] = "0x";
	struct bytes der = attestation->statement.certificates[0];

	result_add_claim(result, CLAIM_VENDOR, CLAIM_PROVEN, attestation->anchor->vendor, "issuer's pinned key");
	result_add_claim(result, CLAIM_ISSUER, CLAIM_PROVEN, attestation->anchor->name, attestation->anchor->bundle);
	if (!certificate_claim_add(&attestation->certificates[0], EVIDENCE_FIDO, der,
	        "SHA-256 of the attestation certificate", result, err))
		return false;
	if (facts->device_type > 0) {
		snprintf(text, sizeof(text), "1.3.6.1.4.1.41482.1.%u", facts->device_type);
		result_add_claim(
		    result, CLAIM_DEVICE_TYPE, CLAIM_PROVEN, text, "attestation certificate 1.3.6.1.4.1.41482.2");
	}
	if (facts->serial.len > 0) {
		/* Bytes, which bare could be read as the decimal serial of another token. */
		hex_put(facts->serial, serial + 2);
		result_add_claim(
		    result, CLAIM_SERIAL, CLAIM_PROVEN, serial, "attestation certificate 1.3.6.1.4.1.45724.1.1.2");
	} else {
		result_add_claim(result, CLAIM_SERIAL, CLAIM_NOT_PROVABLE, "", "");
	}
	add_firmware(facts, result);
	add_transports(facts, result);
	add_edition(attestation, result);
	return true;
}

static void add_dates(const struct fido_attestation *attestation, struct result *result)
{
	int64_t from, to, now = result->appraised_at;

	certificate_dates(&attestation->certificates[0], &from, &to);
	result_add_claim(result, CLAIM_CERTIFICATE_DATES, CLAIM_PROVEN,
	    now < from ? "not-yet"
	    : now > to ? "expired"
	               : "current",
	    "attestation certificate: its validity");
}

static void add_verification(const struct fido_attestation *attestation, struct result *result)
{
	const struct fido_auth_data *data = &attestation->auth_data;
	char text[12] = "none";

	if (data->cred_protect > 0)
		snprintf(text, sizeof(text), "%u", data->cred_protect);
	if (data->cred_protect == 3)
		add_field(attestation, CLAIM_USER_VERIFICATION, "required", "credProtect 3", result);
	else
		add_field(attestation, CLAIM_USER_VERIFICATION, data->flags.user_verified ? "at-enrollment" : "none",
		    "flag UV", result);
	add_field(attestation, CLAIM_CRED_PROTECT, text, "credProtect", result);
}

static void add_flags(const struct fido_attestation *attestation, struct result *result)
{
	const struct fido_auth_data *data = &attestation->auth_data;
	char text[16];

	if (attestation->statement.format == FIDO_U2F)
		result_add_claim(
		    result, CLAIM_USER_PRESENCE, CLAIM_IMPLIED, "yes", "U2F: no key is made without a touch");
	else
		add_field(attestation, CLAIM_USER_PRESENCE, yes_or_no(data->flags.user_present), "flag UP", result);
	add_verification(attestation, result);
	add_field(attestation, CLAIM_BACKUP_ELIGIBLE, yes_or_no(data->flags.backup_eligible), "flag BE", result);
	add_field(attestation, CLAIM_BACKED_UP, yes_or_no(data->flags.backed_up), "flag BS", result);
	snprintf(text, sizeof(text), "%" PRIu32, data->counter);
	add_field(attestation, CLAIM_COUNTER, text, "signature counter", result);
}

bool fido_claims_add(const struct fido_attestation *attestation, struct result *result, struct error *err)
{
	if (!add_key(attestation, result, err))
		return false;
	result_add_claim(result, CLAIM_STATEMENT, CLAIM_PROVEN, fido_format_name(attestation->statement.format),
	    "attestation statement");
	add_ledger(attestation, result);
	add_binding(attestation, result);
	add_model(attestation, result);
	if (!add_certificate(attestation, result, err))
		return false;
	add_dates(attestation, result);
	add_flags(attestation, result);
	return true;
}
