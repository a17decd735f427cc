#include "policy/evidence_input.h"

#include "policy/certificate.h"
#include "policy/der.h"
#include "policy/evidence.h"
#include "policy/input_blocks.h"

#define OID(text)                                                                                                      \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}
#define YUBICO_OID(last) OID("\x2b\x06\x01\x04\x01\x82\xc4\x0a\x03" last)

static const struct bytes oid_firmware = YUBICO_OID("\x03");
static const struct bytes oid_policy = YUBICO_OID("\x08");

/* One certificate of the input, as far as it could be read. */
struct candidate {
	struct bytes der;
	bool readable;
	struct certificate certificate; /* where readable */
};

struct candidates {
	struct candidate all[INPUT_BLOCKS_MAXIMUM];
	size_t num;
	struct error first_error; /* of the first one that is not readable */
};

static void read_candidates(const struct input_blocks *blocks, struct candidates *out)
{
	struct error err = ERROR_EMPTY;

	*out = (struct candidates){.num = blocks->num};
	for (size_t i = 0; i < blocks->num; i++) {
		struct candidate *next = &out->all[i];

		next->der = buffer_bytes(&blocks->der[i]);
		next->readable = certificate_parse(next->der, &next->certificate, &err);
		if (!next->readable && out->first_error.code == ERROR_NONE)
			out->first_error = err;
	}
}

static bool has_extension(const struct candidate *candidate, struct bytes oid)
{
	return candidate->readable && certificate_find_extension(&candidate->certificate, oid) != NULL;
}

/* Only attestations carry the PIN and touch policy. The same one handed in twice is one. */
static bool find_attestation(const struct candidates *candidates, const struct candidate **found, struct error *err)
{
	*found = NULL;
	for (size_t i = 0; i < candidates->num; i++) {
		const struct candidate *next = &candidates->all[i];

		if (!has_extension(next, oid_policy))
			continue;
		if (*found != NULL && !bytes_equal((*found)->der, next->der))
			return error_set(
			    err, ERROR_EVIDENCE_FORMAT, "attestations of two keys are here; hand in one at a time");
		*found = next;
	}
	return true;
}

static bool is_device_of(const struct candidate *candidate, const struct candidate *attestation)
{
	return candidate->readable && candidate != attestation && !has_extension(candidate, oid_policy) &&
	       (attestation == NULL ? has_extension(candidate, oid_firmware)
	                            : bytes_equal(candidate->certificate.subject, attestation->certificate.issuer));
}

static bool find_device(const struct candidates *candidates, const struct candidate *attestation,
    const struct candidate **found, struct error *err)
{
	*found = NULL;
	for (size_t i = 0; i < candidates->num; i++) {
		const struct candidate *next = &candidates->all[i];

		if (!is_device_of(next, attestation))
			continue;
		if (*found != NULL && !bytes_equal((*found)->der, next->der))
			return error_set(err, ERROR_EVIDENCE_FORMAT,
			    "device certificates (f9) of two tokens are here; hand in the one that belongs to the key");
		*found = next;
	}
	return true;
}

static struct bytes der_of(const struct candidate *candidate)
{
	return candidate == NULL ? BYTES_EMPTY : candidate->der;
}

static bool sort(const struct candidates *candidates, struct evidence *evidence, struct error *err)
{
	const struct candidate *attestation, *device;

	if (!find_attestation(candidates, &attestation, err) || !find_device(candidates, attestation, &device, err))
		return false;
	if ((attestation == NULL || device == NULL) && candidates->first_error.code != ERROR_NONE) {
		*err = candidates->first_error;
		return false;
	}
	if (attestation == NULL && device == NULL)
		return error_set(err, ERROR_EVIDENCE_ABSENT,
		    "none of the certificates here is a token's attestation or device certificate");
	/* The other certificate is what the device's has to be, even if its name is another one: appraisal says so. */
	if (device == NULL && candidates->num == 2)
		device = &candidates->all[attestation == &candidates->all[0] ? 1 : 0];
	return evidence_of_piv(der_of(attestation), der_of(device), evidence, err);
}

/* What is handed in by mistake most often has the evidence in it, and another way in. */
static bool nothing_here(struct bytes input, struct error *err)
{
	struct input_blocks requests = {.num = 0};
	struct error other = ERROR_EMPTY;
	bool request = input_blocks_read(input, "CERTIFICATE REQUEST", &requests, &other) && requests.num > 0;

	input_blocks_clear(&requests);
	if (request)
		return error_set(err, ERROR_EVIDENCE_ABSENT,
		    "a certificate request is here, and no certificate: --csr takes requests");
	return error_set(err, ERROR_EVIDENCE_ABSENT, "no certificate is here, neither PEM nor DER");
}

bool evidence_read(struct bytes input, struct evidence *evidence, struct error *err)
{
	struct input_blocks blocks = {.num = 0};
	struct candidates candidates;
	bool done = false;

	if (!input_blocks_read(input, "CERTIFICATE", &blocks, err))
		goto out;
	if (blocks.num == 0) {
		(void)nothing_here(input, err);
		goto out;
	}
	read_candidates(&blocks, &candidates);
	done = sort(&candidates, evidence, err);
out:
	input_blocks_clear(&blocks);
	return done;
}
