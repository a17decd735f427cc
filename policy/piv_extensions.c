#include "policy/piv_extensions.h"

#include <stdint.h>

#include "policy/certificate.h"
#include "policy/der.h"

/* The content of an OID below 1.3.6.1.4.1.41482.3. */
#define PIV_OID(last)                                                                                                  \
	{                                                                                                              \
		(const uint8_t *)("\x2b\x06\x01\x04\x01\x82\xc4\x0a\x03" last), 10                                     \
	}

/* No token writes 0 ("default") here: it resolves the default when the key is made. */
static const char *const pin_policies[] = {NULL, "never", "once", "always", "match-once", "match-always"};
static const char *const touch_policies[] = {NULL, "never", "always", "cached"};
static const char *const form_factors[] = {
    NULL, "usb-a keychain", "usb-a nano", "usb-c keychain", "usb-c nano", "usb-c lightning", "usb-a bio", "usb-c bio"};

#define NAME_OF(table, index)                                                                                          \
	((index) < sizeof(table) / sizeof((table)[0]) && (table)[index] != NULL ? (table)[index] : "unknown")

const char *attested_pin_policy_name(uint8_t policy)
{
	return NAME_OF(pin_policies, policy);
}

const char *attested_touch_policy_name(uint8_t policy)
{
	return NAME_OF(touch_policies, policy);
}

const char *piv_form_factor_name(uint8_t form_factor)
{
	return NAME_OF(form_factors, form_factor & PIV_FORM_MASK);
}

static bool read_firmware(struct bytes in, struct piv_extensions *out)
{
	out->has_firmware = true;
	return bytes_take_to(&in, out->firmware, sizeof(out->firmware)) && in.len == 0;
}

static bool read_serial(struct bytes in, struct piv_extensions *out)
{
	out->has_serial = true;
	return der_take_number(&in, &out->serial) && in.len == 0;
}

static bool read_policy(struct bytes in, struct piv_extensions *out)
{
	out->has_policy = true;
	return bytes_take_u8(&in, &out->pin_policy) && bytes_take_u8(&in, &out->touch_policy) && in.len == 0 &&
	       out->pin_policy >= 1 && out->pin_policy < sizeof(pin_policies) / sizeof(pin_policies[0]) &&
	       out->touch_policy >= 1 && out->touch_policy < sizeof(touch_policies) / sizeof(touch_policies[0]);
}

static bool read_form_factor(struct bytes in, struct piv_extensions *out)
{
	out->has_form_factor = true;
	return bytes_take_u8(&in, &out->form_factor) && in.len == 0;
}

static bool read_level(struct bytes in, uint8_t *level)
{
	uint32_t number = 0;

	if (!der_take_number(&in, &number) || in.len > 0 || number > UINT8_MAX)
		return false;
	*level = (uint8_t)number;
	return true;
}

static bool read_fips(struct bytes in, struct piv_extensions *out)
{
	out->has_fips = true;
	return read_level(in, &out->fips);
}

static bool read_cspn(struct bytes in, struct piv_extensions *out)
{
	out->has_cspn = true;
	return read_level(in, &out->cspn);
}

struct extension_row {
	struct bytes oid;
	const char *name;
	bool in_attestation, in_device;
	bool (*read)(struct bytes in, struct piv_extensions *out);
};

static const struct extension_row rows[] = {
    {PIV_OID("\x03"), "firmware (.3)", true, true, read_firmware},
    {PIV_OID("\x07"), "serial number (.7)", true, false, read_serial},
    {PIV_OID("\x08"), "PIN and touch policy (.8)", true, false, read_policy},
    {PIV_OID("\x09"), "form factor (.9)", true, false, read_form_factor},
    {PIV_OID("\x0a"), "FIPS (.10)", false, true, read_fips},
    {PIV_OID("\x0b"), "CSPN (.11)", false, true, read_cspn},
};

bool piv_extensions_parse(
    const struct certificate *certificate, enum piv_certificate place, struct piv_extensions *out, struct error *err)
{
	*out = (struct piv_extensions){.has_firmware = false};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct certificate_extension *extension = certificate_find_extension(certificate, rows[i].oid);

		if (extension == NULL)
			continue;
		if (!(place == PIV_ATTESTATION ? rows[i].in_attestation : rows[i].in_device))
			return error_set(err, ERROR_PIV_EXTENSION, "the %s extension has no place in this certificate",
			    rows[i].name);
		if (!rows[i].read(extension->value, out))
			return error_set(err, ERROR_PIV_EXTENSION,
			    "the %s extension has a length or a value that no genuine token writes", rows[i].name);
	}
	return true;
}
