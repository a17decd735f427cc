#include "policy/piv_chain.h"

#include <stdio.h>

#include "common/language.h"
#include "policy/evidence.h"
#include "policy/roca.h"
#include "policy/trust.h"

#define SLOT_NAME_PREFIX "YubiKey PIV Attestation "

/* The first firmware that attests keys at all. */
#define FIRMWARE_MAJOR_FIRST 4
#define FIRMWARE_MINOR_FIRST 3

static bool read_certificate(struct bytes der, const char *what, struct certificate *out, struct error *err)
{
	return certificate_parse(der, out, err) || error_prefix(err, "%s", what);
}

static bool read_content(struct bytes content, struct piv_chain *chain, struct error *err)
{
	struct bytes attestation, device;

	if (!bytes_take_ssh_string(&content, &attestation) || !bytes_take_ssh_string(&content, &device) ||
	    content.len > 0)
		return error_set(err, ERROR_EVIDENCE_FORMAT, "the PIV evidence is cut short or has bytes left over");
	if (attestation.len == 0 && device.len == 0)
		return error_set(err, ERROR_EVIDENCE_ABSENT, "there is no attestation");
	if (device.len == 0)
		return error_set(err, ERROR_EVIDENCE_INCOMPLETE,
		    "the device certificate (f9) is missing, so nobody can say which token made the attestation");
	if (attestation.len == 0)
		return error_set(err, ERROR_EVIDENCE_INCOMPLETE,
		    "only a device certificate (f9) is here, without the attestation of a key");
	return read_certificate(attestation, "attestation", &chain->attestation, err) &&
	       read_certificate(device, "device certificate", &chain->device, err);
}

/* A foreign name in a sentence: printable ASCII only, cut. */
static void put_name(struct bytes name, char *text, size_t size)
{
	struct bytes common;
	size_t at = 0;
	uint8_t byte;

	if (!certificate_common_name(name, &common))
		common = bytes_of_text(translated("(a name of several parts)"));
	while (at + 1 < size && bytes_take_u8(&common, &byte))
		text[at++] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
	text[at] = '\0';
}

/* Names are not unique, so each anchor of this name is tried; the signature alone decides. */
static bool find_anchor(const struct trust *trust, struct piv_chain *chain, struct error *err)
{
	const struct trust_anchor *anchor = NULL, *distrusted = NULL;
	bool any = false;
	char name[80];

	while ((anchor = trust_find(trust, EVIDENCE_PIV, chain->device.issuer, anchor)) != NULL) {
		any = true;
		if (anchor->distrusted) {
			distrusted = anchor;
		} else if (signature_check(&chain->device.signature, anchor->key, ERROR_PIV_DEVICE_SIGNATURE, err)) {
			chain->anchor = anchor;
			return true;
		}
	}
	if (distrusted != NULL)
		return error_set(err, distrusted->distrust_code, "the device certificate was issued by \"%s\": %s",
		    distrusted->name, distrusted->distrust_reason);
	if (any)
		return error_prefix(err, "device certificate");
	put_name(chain->device.issuer, name, sizeof(name));
	return error_set(err, ERROR_PIV_ISSUER_UNKNOWN,
	    "the device certificate was issued by \"%s\", which trust bundle %s does not have", name,
	    trust_version(trust));
}

/* BasicConstraints are missing on genuine devices up to firmware 5.2.4, all of shape S1. */
static bool check_device_constraints(const struct piv_chain *chain, struct error *err)
{
	struct basic_constraints constraints;

	if (!certificate_basic_constraints(&chain->device, &constraints, err))
		return false;
	switch (constraints.authority) {
	case AUTHORITY_NOT_SAID:
		return chain->anchor->shape == TRUST_SHAPE_S1 ||
		       error_set(err, ERROR_PIV_DEVICE_CERTIFICATE,
		           "it has no BasicConstraints, which devices under this issuer always have");
	case AUTHORITY_NO:
		return error_set(err, ERROR_PIV_DEVICE_CERTIFICATE, "it says that it may not issue certificates");
	case AUTHORITY_YES:
		return !constraints.has_path_length || constraints.path_length == 0 ||
		       error_set(err, ERROR_PIV_DEVICE_CERTIFICATE, "it claims to be above other issuers");
	}
	return error_set(err, ERROR_BUG, "BasicConstraints of no kind");
}

/* By its key, or by the hash that results name: devices share the certificate, so both mean a batch. */
static bool check_distrust(const struct piv_chain *chain, const struct trust *trust, struct error *err)
{
	const struct certificate *device = &chain->device;
	const struct trust_anchor *distrusted = trust_find_distrusted(trust, EVIDENCE_PIV, device->spki);

	if (distrusted == NULL &&
	    !trust_check_distrusted_certificate(trust, EVIDENCE_PIV, device, device->whole, &distrusted, err))
		return false;
	return distrusted == NULL || error_set(err, distrusted->distrust_code, "it is of the batch \"%s\": %s",
	                                 distrusted->name, distrusted->distrust_reason);
}

static bool check_device(struct piv_chain *chain, const struct trust *trust, struct error *err)
{
	if (!check_distrust(chain, trust, err))
		return false;
	if (bytes_equal(chain->device.issuer, chain->device.subject))
		return error_set(err, ERROR_PIV_DEVICE_CERTIFICATE, "it is issued by itself");
	if (!piv_extensions_parse(&chain->device, PIV_DEVICE, &chain->batch, err))
		return false;
	if (!chain->batch.has_firmware)
		return error_set(err, ERROR_PIV_DEVICE_CERTIFICATE, "the firmware extension (.3) is missing");
	if (chain->device.key.kind == PUBLIC_KEY_RSA && roca_is_affected(chain->device.key.modulus))
		return error_set(err, ERROR_KEY_ROCA,
		    "its key was made by the flawed generator of CVE-2017-15361: anybody can sign in its place");
	return check_device_constraints(chain, err);
}

/* The device's key is loaded for this one check: it comes with the evidence, and batches of tokens share it. */
static bool check_attestation_signature(const struct piv_chain *chain, struct error *err)
{
	bool done;

	if (!bytes_equal(chain->attestation.issuer, chain->device.subject))
		return error_set(err, ERROR_PIV_LEAF, "it names another issuer than the device certificate");
	done = signature_check_once(&chain->attestation.signature, &chain->device.key, ERROR_PIV_LEAF_SIGNATURE, err);
	if (!done && err->code == ERROR_PIV_LEAF_SIGNATURE)
		error_set(err, ERROR_PIV_LEAF_SIGNATURE,
		    "it is not signed by this device certificate's key: the two come from different tokens, it was "
		    "changed, or the token's attestation key (f9) was replaced");
	return done;
}

static bool is_slot(const char slot[3])
{
	static const char *const slots[] = {"9a", "9c", "9d", "9e", "82", "83", "84", "85", "86", "87", "88", "89",
	    "8a", "8b", "8c", "8d", "8e", "8f", "90", "91", "92", "93", "94", "95"};

	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		if (bytes_equal_text(bytes_of_text(slot), slots[i]))
			return true;
	}
	return false;
}

static bool read_slot(struct piv_chain *chain, struct error *err)
{
	struct bytes name, prefix;

	if (!certificate_common_name(chain->attestation.subject, &name) || !bytes_start_with(name, SLOT_NAME_PREFIX) ||
	    !bytes_take(&name, sizeof(SLOT_NAME_PREFIX) - 1, &prefix) ||
	    !bytes_to_text(name, chain->slot, sizeof(chain->slot)) || !is_slot(chain->slot))
		return error_set(err, ERROR_PIV_SLOT, "its subject does not name a PIV slot");
	return true;
}

static bool check_attested_fields(const struct piv_extensions *attested, struct error *err)
{
	uint8_t major = attested->firmware[0];

	if (!attested->has_firmware || !attested->has_policy)
		return error_set(err, ERROR_PIV_LEAF, "the firmware (.3) or the policy extension (.8) is missing");
	if (major < FIRMWARE_MAJOR_FIRST ||
	    (major == FIRMWARE_MAJOR_FIRST && attested->firmware[1] < FIRMWARE_MINOR_FIRST))
		return error_set(err, ERROR_PIV_LEAF, "it names firmware %u.%u.%u, which cannot attest keys", major,
		    attested->firmware[1], attested->firmware[2]);
	if (major > FIRMWARE_MAJOR_FIRST && (!attested->has_serial || !attested->has_form_factor))
		return error_set(
		    err, ERROR_PIV_LEAF, "the serial number (.7) or the form factor extension (.9) is missing");
	return true;
}

static bool check_attestation(struct piv_chain *chain, struct error *err)
{
	struct basic_constraints constraints;

	if (!check_attestation_signature(chain, err) || !read_slot(chain, err) ||
	    !certificate_basic_constraints(&chain->attestation, &constraints, err) ||
	    !piv_extensions_parse(&chain->attestation, PIV_ATTESTATION, &chain->attested, err) ||
	    !check_attested_fields(&chain->attested, err))
		return false;
	if (constraints.authority == AUTHORITY_YES)
		return error_set(err, ERROR_PIV_LEAF, "it claims to be an issuer");
	if (!bytes_equal(chain->attestation.validity, chain->device.validity))
		return error_set(err, ERROR_PIV_LEAF, "its dates are not those of the device certificate");
	return true;
}

bool piv_chain_check(struct bytes content, const struct trust *trust, struct piv_chain *chain, struct error *err)
{
	*chain = (struct piv_chain){.anchor = NULL};
	if (!read_content(content, chain, err) || !find_anchor(trust, chain, err))
		return false;
	if (!check_device(chain, trust, err))
		return error_prefix(err, "device certificate");
	return check_attestation(chain, err) || error_prefix(err, "attestation");
}

bool piv_device_check(struct bytes certificate, const struct trust *trust, struct piv_chain *chain, struct error *err)
{
	*chain = (struct piv_chain){.anchor = NULL};
	return read_certificate(certificate, "device certificate", &chain->device, err) &&
	       find_anchor(trust, chain, err) &&
	       (check_device(chain, trust, err) || error_prefix(err, "device certificate"));
}
