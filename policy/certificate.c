#include "policy/certificate.h"

#include "common/language.h"
#include "common/text.h"
#include "policy/der.h"

#define OID(text)                                                                                                      \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}

static const struct bytes oid_basic_constraints = OID("\x55\x1d\x13");
static const struct bytes oid_common_name = OID("\x55\x04\x03");

static bool malformed(struct error *err, const char *what)
{
	return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "%s cannot be read", translated(what));
}

static bool is_known_critical(struct bytes oid, const struct certificate_tolerance *tolerance)
{
	for (size_t i = 0; i < tolerance->num_critical; i++) {
		if (bytes_equal(oid, tolerance->critical[i]))
			return true;
	}
	return bytes_equal(oid, oid_basic_constraints);
}

static bool check_critical(
    const struct certificate *certificate, const struct certificate_tolerance *tolerance, struct error *err)
{
	for (size_t i = 0; i < certificate->num_extensions; i++) {
		if (certificate->extensions[i].critical &&
		    !is_known_critical(certificate->extensions[i].oid, tolerance))
			return error_set(
			    err, ERROR_CERTIFICATE_EXTENSION, "it has a critical extension that is not known");
	}
	return true;
}

/* Requests may be signed in more ways than any vendor signs certificates. */
static bool check_algorithm(enum signature_algorithm algorithm, struct error *err)
{
	if (algorithm != SIGNATURE_ECDSA_SHA512 && algorithm != SIGNATURE_ED25519)
		return true;
	return error_set(
	    err, ERROR_CERTIFICATE_ALGORITHM, "it is signed by an algorithm that certificates may not use");
}

static bool parse_extension(struct bytes *in, struct certificate_extension *out, struct error *err)
{
	struct bytes fields;

	*out = (struct certificate_extension){.critical = false};
	/* FALSE is the default and so may not be written. */
	if (!der_take(in, DER_SEQUENCE, &fields) || !der_take_oid(&fields, &out->oid) ||
	    (der_next_is(fields, DER_BOOLEAN) && (!der_take_boolean(&fields, &out->critical) || !out->critical)) ||
	    !der_take(&fields, DER_OCTET_STRING, &out->value) || fields.len > 0)
		return malformed(err, "an extension");
	return true;
}

static int64_t take_digits(struct bytes *in, unsigned num)
{
	int64_t value = 0;
	uint8_t digit;

	while (num-- > 0 && bytes_take_u8(in, &digit))
		value = value * 10 + (digit - '0');
	return value;
}

/* Days since 1970-01-01 of the civil calendar: years are counted from March, so that the odd day is their last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = month > 2 ? year : year - 1,
	        of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + of_year - 719468;
}

/* The form was checked when the certificate was parsed. */
static int64_t take_seconds(struct bytes *in)
{
	struct bytes time;
	uint8_t tag;
	int64_t year, month, day, hour, minute;

	if (!der_take_any(in, &tag, &time))
		return 0;
	year = take_digits(&time, tag == DER_UTC_TIME ? 2 : 4);
	if (tag == DER_UTC_TIME)
		year += year < 50 ? 2000 : 1900;
	month = take_digits(&time, 2);
	day = take_digits(&time, 2);
	hour = take_digits(&time, 2);
	minute = take_digits(&time, 2);
	return ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + take_digits(&time, 2);
}

void certificate_dates(const struct certificate *certificate, int64_t *from, int64_t *to)
{
	struct bytes rest = certificate->validity;

	*from = take_seconds(&rest);
	*to = take_seconds(&rest);
}

static const struct certificate_extension *find_extension(
    const struct certificate_extension extensions[], size_t num_extensions, struct bytes oid)
{
	for (size_t i = 0; i < num_extensions; i++) {
		if (bytes_equal(extensions[i].oid, oid))
			return &extensions[i];
	}
	return NULL;
}

bool certificate_parse_extensions(
    struct bytes list, struct certificate_extension extensions[], size_t *num_extensions, struct error *err)
{
	for (*num_extensions = 0; list.len > 0; (*num_extensions)++) {
		struct certificate_extension *next = &extensions[*num_extensions];

		if (*num_extensions == CERTIFICATE_EXTENSIONS_MAXIMUM)
			return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "there are more than %d extensions",
			    CERTIFICATE_EXTENSIONS_MAXIMUM);
		if (!parse_extension(&list, next, err))
			return false;
		if (find_extension(extensions, *num_extensions, next->oid) != NULL)
			return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "there is an extension twice");
	}
	return true;
}

static bool take_version_3(struct bytes *in)
{
	struct bytes version;
	uint32_t number;

	return der_take(in, DER_CONTEXT_0, &version) && der_take_number(&version, &number) && version.len == 0 &&
	       number == 2;
}

static bool take_serial(struct bytes *in, bool unusual, struct bytes *serial)
{
	if (unusual)
		return der_take(in, DER_INTEGER, serial);
	return der_take_unsigned(in, serial) && serial->len > 0 && serial->len <= CERTIFICATE_SERIAL_MAXIMUM;
}

static bool take_time(struct bytes *in)
{
	struct bytes time;
	uint8_t tag, byte;

	if (!der_take_any(in, &tag, &time) || (tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME) ||
	    time.len != (tag == DER_UTC_TIME ? 13 : 15))
		return false;
	while (time.len > 1) {
		if (!bytes_take_u8(&time, &byte) || byte < '0' || byte > '9')
			return false;
	}
	return bytes_equal_text(time, "Z");
}

static bool check_validity(struct bytes validity)
{
	return take_time(&validity) && take_time(&validity) && validity.len == 0;
}

/* The optional unique identifiers of X.509 version 2 are not read: a certificate that has them is none of ours. */
static bool take_extensions(
    struct bytes *in, const struct certificate_tolerance *tolerance, struct certificate *out, struct error *err)
{
	struct bytes wrapped, list;

	if (in->len == 0)
		return true;
	if (!der_take(in, DER_CONTEXT_3, &wrapped) || in->len > 0 || !der_take(&wrapped, DER_SEQUENCE, &list) ||
	    wrapped.len > 0 || list.len == 0)
		return malformed(err, "the list of extensions");
	return certificate_parse_extensions(list, out->extensions, &out->num_extensions, err) &&
	       check_critical(out, tolerance, err);
}

static bool is_text(uint8_t tag)
{
	return tag == DER_UTF8_STRING || tag == DER_PRINTABLE_STRING || tag == DER_T61_STRING || tag == DER_IA5_STRING;
}

/* A name may have any parts, but it has to be one. */
static bool take_name(struct bytes *in, struct bytes *name)
{
	struct bytes whole, sets, set, attribute, oid, text;
	uint8_t tag;

	if (!der_take_whole(in, DER_SEQUENCE, name))
		return false;
	whole = *name;
	if (!der_take(&whole, DER_SEQUENCE, &sets))
		return false;
	while (sets.len > 0) {
		if (!der_take(&sets, DER_SET, &set) || set.len == 0)
			return false;
		while (set.len > 0) {
			if (!der_take(&set, DER_SEQUENCE, &attribute) || !der_take_oid(&attribute, &oid) ||
			    !der_take_any(&attribute, &tag, &text) || attribute.len > 0 || !is_text(tag) ||
			    !text_is_printable(text))
				return false;
		}
	}
	return true;
}

static bool parse_signed_part(struct bytes in, const struct certificate_tolerance *tolerance, struct bytes *algorithm,
    struct certificate *out, struct error *err)
{
	if (!take_version_3(&in))
		return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "it is not an X.509 certificate of version 3");
	if (!take_serial(&in, tolerance->unusual_serial, &out->serial))
		return malformed(err, "the serial number");
	if (!der_take(&in, DER_SEQUENCE, algorithm))
		return malformed(err, "the signature algorithm");
	if (!take_name(&in, &out->issuer))
		return malformed(err, "the issuer's name");
	if (!der_take(&in, DER_SEQUENCE, &out->validity) || !check_validity(out->validity))
		return malformed(err, "the validity");
	if (!take_name(&in, &out->subject))
		return malformed(err, "the subject's name");
	if (!der_take_whole(&in, DER_SEQUENCE, &out->spki))
		return malformed(err, "the public key");
	return take_extensions(&in, tolerance, out, err) && public_key_parse(out->spki, &out->key, err);
}

bool certificate_parse(struct bytes der, struct certificate *out, struct error *err)
{
	const struct certificate_tolerance none = {.critical = NULL};

	return certificate_parse_tolerant(der, &none, out, err);
}

bool certificate_parse_tolerant(
    struct bytes der, const struct certificate_tolerance *tolerance, struct certificate *out, struct error *err)
{
	struct bytes in = der, fields, content, inner, outer, signed_part;

	*out = (struct certificate){.whole = der};
	if (der.len > CERTIFICATE_MAXIMUM)
		return error_set(
		    err, ERROR_LIMIT, "a certificate of %zu bytes; %zu are read at most", der.len, CERTIFICATE_MAXIMUM);
	if (!der_take(&in, DER_SEQUENCE, &fields) || in.len > 0)
		return error_set(err, ERROR_EVIDENCE_CERTIFICATE,
		    "this is not one certificate in canonical form: bytes are missing, left over or badly encoded");
	if (!der_take_whole(&fields, DER_SEQUENCE, &out->signature.message))
		return malformed(err, "the signed part");
	if (!der_take(&fields, DER_SEQUENCE, &outer) || !der_take_bit_string(&fields, &out->signature.value) ||
	    fields.len > 0)
		return malformed(err, "the signature");
	signed_part = out->signature.message;
	if (!der_take(&signed_part, DER_SEQUENCE, &content))
		return malformed(err, "the signed part");
	if (!parse_signed_part(content, tolerance, &inner, out, err))
		return false;
	if (!bytes_equal(inner, outer))
		return error_set(
		    err, ERROR_CERTIFICATE_ALGORITHM, "it names one signature algorithm inside and another outside");
	return signature_parse_algorithm(outer, &out->signature, err) && check_algorithm(out->signature.algorithm, err);
}

const struct certificate_extension *certificate_find_extension(const struct certificate *certificate, struct bytes oid)
{
	return find_extension(certificate->extensions, certificate->num_extensions, oid);
}

bool certificate_basic_constraints(
    const struct certificate *certificate, struct basic_constraints *out, struct error *err)
{
	const struct certificate_extension *extension = certificate_find_extension(certificate, oid_basic_constraints);
	struct bytes in, fields;
	bool authority = false;

	*out = (struct basic_constraints){.authority = AUTHORITY_NOT_SAID};
	if (extension == NULL)
		return true;
	in = extension->value;
	if (!der_take(&in, DER_SEQUENCE, &fields) || in.len > 0 ||
	    (der_next_is(fields, DER_BOOLEAN) && (!der_take_boolean(&fields, &authority) || !authority)))
		return malformed(err, "BasicConstraints");
	out->authority = authority ? AUTHORITY_YES : AUTHORITY_NO;
	out->has_path_length = fields.len > 0;
	if (out->has_path_length && (!der_take_number(&fields, &out->path_length) || fields.len > 0))
		return malformed(err, "BasicConstraints");
	return true;
}

bool certificate_common_name(struct bytes name, struct bytes *text)
{
	struct bytes names, set, attribute, oid;
	uint8_t tag;

	return der_take(&name, DER_SEQUENCE, &names) && der_take(&names, DER_SET, &set) && names.len == 0 &&
	       der_take(&set, DER_SEQUENCE, &attribute) && set.len == 0 && der_take(&attribute, DER_OBJECT, &oid) &&
	       bytes_equal(oid, oid_common_name) && der_take_any(&attribute, &tag, text) && attribute.len == 0 &&
	       (tag == DER_UTF8_STRING || tag == DER_PRINTABLE_STRING);
}
