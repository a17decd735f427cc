#include "common/language.h"
#include "policy/certificate.h"
#include "policy/der.h"
#include "policy/evidence.h"
#include "policy/evidence_input.h"
#include "policy/input_blocks.h"

#define REQUEST_MAXIMUM ((size_t)16 * 1024)

#define OID(text)                                                                                                      \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}
#define YUBICO_OID(last) OID("\x2b\x06\x01\x04\x01\x82\xc4\x0a\x03" last)

static const struct bytes oid_extension_request = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e");
static const struct bytes oid_attestation = YUBICO_OID("\x01");
static const struct bytes oid_device = YUBICO_OID("\x02");
/* yubico-piv-tool 2.3.0 to 2.7.1 wrote the attestation under this one, which means CSPN in a device certificate. */
static const struct bytes oid_attestation_legacy = YUBICO_OID("\x0b");

/* A PKCS#10 request; borrowed. Source: RFC 2986 4. */
struct request {
	struct bytes spki;
	struct public_key key;
	struct signature signature;
	struct certificate_extension extensions[CERTIFICATE_EXTENSIONS_MAXIMUM];
	size_t num_extensions;
};

static bool malformed(struct error *err, const char *what)
{
	return error_set(
	    err, ERROR_EVIDENCE_CERTIFICATE, "the certificate request: %s cannot be read", translated(what));
}

static bool parse_extension_request(struct bytes values, struct request *out, struct error *err)
{
	struct bytes list;

	if (out->num_extensions > 0)
		return malformed(err, "a second list of extensions");
	if (!der_take(&values, DER_SEQUENCE, &list) || values.len > 0)
		return malformed(err, "the list of extensions");
	return certificate_parse_extensions(list, out->extensions, &out->num_extensions, err);
}

static bool parse_attributes(struct bytes in, struct request *out, struct error *err)
{
	while (in.len > 0) {
		struct bytes attribute, oid, values;

		if (!der_take(&in, DER_SEQUENCE, &attribute) || !der_take(&attribute, DER_OBJECT, &oid) ||
		    !der_take(&attribute, DER_SET, &values) || attribute.len > 0)
			return malformed(err, "an attribute");
		if (bytes_equal(oid, oid_extension_request) && !parse_extension_request(values, out, err))
			return false;
	}
	return true;
}

static bool parse_signed_part(struct bytes in, struct request *out, struct error *err)
{
	struct bytes subject, attributes;
	uint32_t version;

	if (!der_take_number(&in, &version) || version != 0 || !der_take(&in, DER_SEQUENCE, &subject) ||
	    !der_take_whole(&in, DER_SEQUENCE, &out->spki))
		return malformed(err, "its head");
	if (!public_key_parse(out->spki, &out->key, err))
		return false;
	if (in.len == 0)
		return true;
	if (!der_take(&in, DER_CONTEXT_0, &attributes) || in.len > 0)
		return malformed(err, "the attributes");
	return parse_attributes(attributes, out, err);
}

static bool parse_request(struct bytes der, struct request *out, struct error *err)
{
	struct bytes fields, algorithm, signed_part, content;

	*out = (struct request){.num_extensions = 0};
	if (der.len > REQUEST_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "a certificate request of %zu bytes; %zu are read at most", der.len,
		    REQUEST_MAXIMUM);
	if (!der_take(&der, DER_SEQUENCE, &fields) || der.len > 0 ||
	    !der_take_whole(&fields, DER_SEQUENCE, &out->signature.message) ||
	    !der_take(&fields, DER_SEQUENCE, &algorithm) || !der_take_bit_string(&fields, &out->signature.value) ||
	    fields.len > 0)
		return malformed(err, "its outer form");
	signed_part = out->signature.message;
	if (!der_take(&signed_part, DER_SEQUENCE, &content))
		return malformed(err, "its signed part");
	return signature_parse_algorithm(algorithm, &out->signature, err) && parse_signed_part(content, out, err);
}

static bool check_own_signature(const struct request *request, struct error *err)
{
	bool done = signature_check_once(&request->signature, &request->key, ERROR_KEY_MISMATCH, err);

	if (!done && err->code == ERROR_KEY_MISMATCH)
		error_set(err, ERROR_KEY_MISMATCH,
		    "the certificate request is not signed by its own key: it was changed, or made without that key");
	return done;
}

static struct bytes find(const struct request *request, struct bytes oid)
{
	for (size_t i = 0; i < request->num_extensions; i++) {
		if (bytes_equal(request->extensions[i].oid, oid))
			return request->extensions[i].value;
	}
	return BYTES_EMPTY;
}

static bool take_evidence(const struct request *request, struct evidence *evidence, struct error *err)
{
	struct bytes attestation = find(request, oid_attestation), device = find(request, oid_device);
	struct bytes legacy = find(request, oid_attestation_legacy);

	if (attestation.len > 0 && legacy.len > 0)
		return error_set(err, ERROR_EVIDENCE_FORMAT,
		    "the certificate request holds an attestation twice, in the extensions .1 and .11");
	if (attestation.len == 0)
		attestation = legacy;
	if (attestation.len == 0 && device.len == 0)
		return error_set(err, ERROR_EVIDENCE_ABSENT, "the certificate request holds no attestation");
	if (attestation.len == 0 || device.len == 0)
		return error_set(err, ERROR_EVIDENCE_INCOMPLETE, "the certificate request holds %s",
		    attestation.len == 0 ? translated("a device certificate (.2), but no attestation (.1)")
		                         : translated("an attestation (.1), but no device certificate (.2)"));
	return evidence_of_piv(attestation, device, evidence, err);
}

bool evidence_read_request(struct bytes input, struct evidence *evidence, struct buffer *spki, struct error *err)
{
	struct input_blocks blocks = {.num = 0};
	struct request request;
	bool done = false;

	if (!input_blocks_read(input, "CERTIFICATE REQUEST", &blocks, err))
		goto out;
	if (blocks.num != 1) {
		error_set(err, blocks.num == 0 ? ERROR_EVIDENCE_ABSENT : ERROR_EVIDENCE_FORMAT,
		    "%zu certificate requests are here instead of one", blocks.num);
		goto out;
	}
	if (!parse_request(buffer_bytes(&blocks.der[0]), &request, err) || !check_own_signature(&request, err) ||
	    !take_evidence(&request, evidence, err))
		goto out;
	done = buffer_put(spki, request.spki, err);
	if (!done)
		evidence_clear(evidence);
out:
	input_blocks_clear(&blocks);
	return done;
}
