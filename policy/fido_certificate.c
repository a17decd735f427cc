#include "policy/fido_certificate.h"

#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "policy/certificate.h"
#include "policy/der.h"

#define OID(text)                                                                                                      \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}
#define FIDO_OID(last) OID("\x2b\x06\x01\x04\x01\x82\xe5\x1c" last)
#define YUBICO_OID(last) OID("\x2b\x06\x01\x04\x01\x82\xc4\x0a" last)

static const struct bytes oid_aaguid = FIDO_OID("\x01\x01\x04");
static const struct bytes oid_serial = FIDO_OID("\x01\x01\x02");
static const struct bytes oid_transports = FIDO_OID("\x02\x01\x01");
static const struct bytes oid_firmware = YUBICO_OID("\x0d\x01");
static const struct bytes oid_fips = YUBICO_OID("\x0c");
static const struct bytes oid_device_type = YUBICO_OID("\x02");

static const struct bytes oid_country = OID("\x55\x04\x06");
static const struct bytes oid_organisation = OID("\x55\x04\x0a");
static const struct bytes oid_unit = OID("\x55\x04\x0b");
static const struct bytes oid_common_name = OID("\x55\x04\x03");

/* Key usage, policies, alternative name, extended key usage: what issuers mark critical; nothing is inferred from them here, or
 * (alternative name and extended key usage) the TPM's format reads them. */
static const struct bytes critical[] = {
    OID("\x55\x1d\x0f"), OID("\x55\x1d\x20"), OID("\x55\x1d\x11"), OID("\x55\x1d\x25")};

#define DEVICE_TYPE_PREFIX "1.3.6.1.4.1.41482.1."
#define ATTESTATION_UNIT "Authenticator Attestation"

/* ISO 3166-1 alpha-2, as assigned. */
static const char countries[] = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN "
                                "BO BQ BR BS BT BV BW BY BZ CA CC "
                                "CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER "
                                "ES ET FI FJ FK FM FO FR GA GB GD "
                                "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO "
                                "IQ IR IS IT JE JM JO JP KE KG KH "
                                "KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML "
                                "MM MN MO MP MQ MR MS MT MU MV MW "
                                "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT "
                                "PW PY QA RE RO RS RU RW SA SB SC "
                                "SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN "
                                "TO TR TT TV TW TZ UA UG UM US UY "
                                "UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

const struct certificate_tolerance *fido_certificate_tolerance(void)
{
	static const struct certificate_tolerance tolerance = {
	    critical, sizeof(critical) / sizeof(critical[0]), .unusual_serial = true};

	return &tolerance;
}

static bool malformed(struct error *err, const char *what)
{
	return error_set(err, ERROR_FIDO_CERTIFICATE, "its %s extension has an impossible content", translated(what));
}

/* An OCTET STRING with a fixed length, alone. */
static bool take_octets(struct bytes in, size_t len, struct bytes *content)
{
	return der_take(&in, DER_OCTET_STRING, content) && in.len == 0 && content->len == len;
}

static bool read_aaguid(const struct certificate *certificate, struct fido_certificate_facts *facts, struct error *err)
{
	const struct certificate_extension *extension = certificate_find_extension(certificate, oid_aaguid);

	if (extension == NULL)
		return true;
	if (extension->critical)
		return error_set(err, ERROR_FIDO_CERTIFICATE, "its AAGUID extension is critical, which it must not be");
	return take_octets(extension->value, 16, &facts->aaguid) || malformed(err, "AAGUID");
}

static bool read_firmware(
    const struct certificate *certificate, struct fido_certificate_facts *facts, struct error *err)
{
	const struct certificate_extension *extension = certificate_find_extension(certificate, oid_firmware);
	struct bytes content;

	if (extension == NULL)
		return true;
	facts->has_firmware = true;
	return (take_octets(extension->value, sizeof(facts->firmware), &content) &&
	           bytes_take_to(&content, facts->firmware, sizeof(facts->firmware))) ||
	       malformed(err, "firmware");
}

static bool read_transports(
    const struct certificate *certificate, struct fido_certificate_facts *facts, struct error *err)
{
	const struct certificate_extension *extension = certificate_find_extension(certificate, oid_transports);
	struct bytes in, content;
	uint8_t unused;

	if (extension == NULL)
		return true;
	in = extension->value;
	facts->has_transports = true;
	return (der_take(&in, DER_BIT_STRING, &content) && in.len == 0 && bytes_take_u8(&content, &unused) &&
	           unused < 8 && bytes_take_u8(&content, &facts->transports)) ||
	       malformed(err, "transports");
}

/* The text stands in the extension as it is, without an element around it. */
static void read_device_type(const struct certificate *certificate, struct fido_certificate_facts *facts)
{
	const struct certificate_extension *extension = certificate_find_extension(certificate, oid_device_type);
	struct bytes in, prefix;
	char text[4];

	if (extension == NULL || !bytes_start_with(extension->value, DEVICE_TYPE_PREFIX))
		return;
	in = extension->value;
	if (bytes_take(&in, sizeof(DEVICE_TYPE_PREFIX) - 1, &prefix) && bytes_to_text(in, text, sizeof(text)) &&
	    strspn(text, "0123456789") == strlen(text))
		facts->device_type = (unsigned)strtoul(text, NULL, 10);
}

static bool read_serial(const struct certificate *certificate, struct fido_certificate_facts *facts, struct error *err)
{
	const struct certificate_extension *extension = certificate_find_extension(certificate, oid_serial);
	struct bytes in;

	if (extension == NULL)
		return true;
	in = extension->value;
	return (der_take(&in, DER_OCTET_STRING, &facts->serial) && in.len == 0 && facts->serial.len > 0 &&
	           facts->serial.len <= FIDO_SERIAL_MAXIMUM) ||
	       malformed(err, "serial number");
}

bool fido_certificate_read(
    const struct certificate *certificate, struct fido_certificate_facts *facts, struct error *err)
{
	*facts = (struct fido_certificate_facts){.aaguid = BYTES_EMPTY};
	facts->is_fips = certificate_find_extension(certificate, oid_fips) != NULL;
	read_device_type(certificate, facts);
	return read_aaguid(certificate, facts, err) && read_firmware(certificate, facts, err) &&
	       read_transports(certificate, facts, err) && read_serial(certificate, facts, err);
}

/* The one value of an attribute in a name; false when it is not there, there twice, or no text. */
static bool find_attribute(struct bytes name, struct bytes oid, struct bytes *text)
{
	struct bytes names, set, attribute, found, value;
	size_t num = 0;
	uint8_t tag;

	if (!der_take(&name, DER_SEQUENCE, &names))
		return false;
	while (der_take(&names, DER_SET, &set)) {
		while (der_take(&set, DER_SEQUENCE, &attribute)) {
			if (!der_take(&attribute, DER_OBJECT, &found) || !der_take_any(&attribute, &tag, &value))
				return false;
			if (!bytes_equal(found, oid))
				continue;
			*text = value;
			num++;
		}
		if (set.len > 0)
			return false;
	}
	return names.len == 0 && num == 1 && text->len > 0;
}

bool fido_certificate_find_name(const struct certificate *certificate, struct bytes *name)
{
	return find_attribute(certificate->subject, oid_common_name, name);
}

static bool is_country(struct bytes text)
{
	struct bytes all = bytes_of_text(countries), one;

	while (bytes_take_until(&all, ' ', &one)) {
		if (bytes_equal(one, text))
			return true;
	}
	return false;
}

static bool check_subject(struct bytes subject, struct error *err)
{
	struct bytes text;

	if (!find_attribute(subject, oid_country, &text) || !is_country(text))
		return error_set(err, ERROR_FIDO_CERTIFICATE, "its subject names no country by its two letters");
	if (!find_attribute(subject, oid_organisation, &text))
		return error_set(err, ERROR_FIDO_CERTIFICATE, "its subject names no vendor (O)");
	if (!find_attribute(subject, oid_unit, &text) || !bytes_equal_text(text, ATTESTATION_UNIT))
		return error_set(err, ERROR_FIDO_CERTIFICATE, "its subject does not say \"%s\" (OU)", ATTESTATION_UNIT);
	if (!find_attribute(subject, oid_common_name, &text))
		return error_set(err, ERROR_FIDO_CERTIFICATE, "its subject has no common name");
	return true;
}

bool fido_certificate_check_leaf(const struct certificate *certificate, bool must_say, struct error *err)
{
	struct basic_constraints constraints;

	if (!certificate_basic_constraints(certificate, &constraints, err))
		return false;
	switch (constraints.authority) {
	case AUTHORITY_NO:
		return true;
	case AUTHORITY_NOT_SAID:
		return !must_say || error_set(err, ERROR_FIDO_CERTIFICATE, "it has no BasicConstraints");
	case AUTHORITY_YES:
		return error_set(err, ERROR_FIDO_CERTIFICATE, "it claims to be an issuer");
	}
	return error_set(err, ERROR_BUG, "BasicConstraints of no kind");
}

bool fido_certificate_check_packed(const struct certificate *certificate, struct error *err)
{
	return check_subject(certificate->subject, err) && fido_certificate_check_leaf(certificate, true, err);
}
