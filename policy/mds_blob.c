#include "policy/mds_blob.h"

#include <jansson.h>
#include <openssl/ecdsa.h>

#include "common/base64.h"
#include "common/language.h"
#include "policy/base64url.h"
#include "policy/certificate.h"
#include "policy/der.h"
#include "policy/evidence.h"
#include "policy/fido_certificate.h"
#include "policy/strict_json.h"
#include "policy/trust.h"

#define SIGNER_NAME "mds.fidoalliance.org"
#define CERTIFICATES_MAXIMUM 4
#define COORDINATE_SIZE 32

/* The three parts, still encoded, and what is signed. */
struct jws {
	struct bytes header, payload, signature, signed_part;
};

struct signer {
	struct buffer der[CERTIFICATES_MAXIMUM]; /* owned */
	struct certificate certificates[CERTIFICATES_MAXIMUM];
	size_t num;
	enum signature_algorithm algorithm;
};

static bool malformed(struct error *err, const char *what)
{
	return error_set(err, ERROR_MDS_FORMAT, "the metadata BLOB: %s", translated(what));
}

static bool split(struct bytes blob, struct jws *out, struct error *err)
{
	struct bytes rest = blob, whole = blob, line_end = blob;

	/* Downloads often end in a line end. */
	if (bytes_take_until(&line_end, '\n', &whole) && line_end.len > 0)
		return malformed(err, "it has more than one line");
	rest = whole;
	if (!bytes_take_until(&rest, '.', &out->header) || !bytes_take_until(&rest, '.', &out->payload) ||
	    rest.len == 0)
		return malformed(err, "it is no signed document of three parts");
	out->signature = rest;
	rest = whole;
	return bytes_take(&rest, out->header.len + 1 + out->payload.len, &out->signed_part);
}

static bool read_algorithm(const json_t *header, struct signer *out, struct error *err)
{
	struct bytes name = bytes_of_text(json_string_value(json_object_get(header, "alg")));

	if (bytes_equal_text(name, "RS256"))
		out->algorithm = SIGNATURE_RSA_SHA256;
	else if (bytes_equal_text(name, "ES256"))
		out->algorithm = SIGNATURE_ECDSA_SHA256;
	else
		return error_set(err, ERROR_MDS_ALGORITHM,
		    "the metadata BLOB is signed neither by RS256 nor by ES256, or not at all");
	return true;
}

static bool read_certificates(const json_t *header, struct signer *out, struct error *err)
{
	const json_t *list = json_object_get(header, "x5c");
	size_t num = json_array_size(list);

	if (num == 0 || num > CERTIFICATES_MAXIMUM)
		return malformed(err, "its header holds no certificates, or too many");
	for (; out->num < num; out->num++) {
		const json_t *text = json_array_get(list, out->num);
		struct buffer *der = &out->der[out->num];

		if (!base64_parse(bytes_of(json_string_value(text), json_string_length(text)), der, err))
			return malformed(err, "a certificate in its header is not base64");
		if (!certificate_parse_tolerant(
		        buffer_bytes(der), fido_certificate_tolerance(), &out->certificates[out->num], err))
			return error_prefix(err, "the metadata BLOB's certificate %zu", out->num + 1);
	}
	return true;
}

/* Who does not know what "crit" names has to refuse, and nothing that it could name is known here; "b64" says that the payload is not
 * encoded. Source: RFC 7515 4.1.11, RFC 7797 3. */
static bool check_demands(const json_t *header, struct error *err)
{
	static const char *const demands[] = {"crit", "b64"};

	for (size_t i = 0; i < sizeof(demands) / sizeof(demands[0]); i++) {
		if (json_object_get(header, demands[i]) != NULL)
			return error_set(err, ERROR_MDS_FORMAT,
			    "the metadata BLOB's header demands what is not known here, by its member \"%s\"",
			    demands[i]);
	}
	return true;
}

static bool read_header(struct bytes encoded, struct signer *out, struct error *err)
{
	const struct json_reader reader = {ERROR_MDS_FORMAT, N_("the metadata BLOB's header")};
	struct buffer text = BUFFER_EMPTY;
	json_t *header = NULL;
	bool done = (base64url_parse(encoded, &text, err) || malformed(err, "its header is not base64url")) &&
	            strict_json_parse(&reader, buffer_bytes(&text), &header, err) && check_demands(header, err) &&
	            read_algorithm(header, out, err) && read_certificates(header, out, err);

	json_decref(header);
	buffer_free(&text);
	return done;
}

static bool find_root(
    const struct certificate *certificate, const struct trust *trust, enum trust_source *source, struct error *err)
{
	const struct trust_anchor *anchor = NULL;

	while ((anchor = trust_find(trust, EVIDENCE_FIDO, certificate->issuer, anchor)) != NULL) {
		if (!anchor->distrusted && anchor->shape == TRUST_SHAPE_METADATA &&
		    signature_check(&certificate->signature, anchor->key, ERROR_MDS_SIGNER, err)) {
			*source = anchor->source;
			return true;
		}
	}
	return false;
}

static bool check_link(const struct certificate *issued, const struct certificate *issuer, struct error *err)
{
	struct basic_constraints constraints;

	if (!bytes_equal(issued->issuer, issuer->subject) ||
	    !certificate_basic_constraints(issuer, &constraints, err) || constraints.authority != AUTHORITY_YES)
		return error_set(err, ERROR_MDS_SIGNER, "the metadata BLOB's certificates are no chain of issuers");
	return signature_check_once(&issued->signature, &issuer->key, ERROR_MDS_SIGNER, err);
}

static bool check_dates(const struct certificate *certificate, int64_t now, struct error *err)
{
	int64_t from, to;

	certificate_dates(certificate, &from, &to);
	return (now >= from && now <= to) ||
	       error_set(err, ERROR_MDS_SIGNER, "the metadata BLOB's signer is not valid at this time: it is %s",
	           now < from ? translated("not valid yet") : translated("from an older BLOB, or the clock is wrong"));
}

/* Roots may be sent along, even cross-signed by others: the first certificate that a pinned key made ends the path. */
static bool check_path(
    const struct signer *signer, const struct trust *trust, int64_t now, enum trust_source *source, struct error *err)
{
	for (size_t i = 0; i < signer->num; i++) {
		if (!check_dates(&signer->certificates[i], now, err) ||
		    (i > 0 && !check_link(&signer->certificates[i - 1], &signer->certificates[i], err)))
			return false;
		if (find_root(&signer->certificates[i], trust, source, err))
			return true;
	}
	return error_set(err, ERROR_MDS_SIGNER,
	    "the metadata BLOB's signer leads to no root that trust bundle %s has for it", trust_version(trust));
}

static bool check_name(const struct certificate *certificate, struct error *err)
{
	struct bytes name;

	return (fido_certificate_find_name(certificate, &name) && bytes_equal_text(name, SIGNER_NAME)) ||
	       error_set(err, ERROR_MDS_SIGNER, "the metadata BLOB is not signed by %s", SIGNER_NAME);
}

/* JSON Web Signatures carry the two numbers of ECDSA bare. */
static bool put_ecdsa(struct bytes bare, struct buffer *out, struct error *err)
{
	struct bytes r, s;
	uint8_t *der = NULL;
	ECDSA_SIG *numbers = ECDSA_SIG_new();
	BIGNUM *r_number = NULL, *s_number = NULL;
	int len;
	bool done = false;

	if (bare.len != (size_t)2 * COORDINATE_SIZE || !bytes_take(&bare, COORDINATE_SIZE, &r) ||
	    !bytes_take(&bare, COORDINATE_SIZE, &s)) {
		error_set(err, ERROR_MDS_SIGNATURE, "the metadata BLOB's signature is of an impossible length");
		goto out;
	}
	r_number = BN_bin2bn(r.data, COORDINATE_SIZE, NULL);
	s_number = BN_bin2bn(s.data, COORDINATE_SIZE, NULL);
	if (numbers == NULL || r_number == NULL || s_number == NULL ||
	    ECDSA_SIG_set0(numbers, r_number, s_number) != 1) {
		error_set(err, ERROR_MEMORY, "no memory for a signature");
		goto out;
	}
	r_number = NULL; /* handed over */
	s_number = NULL;
	len = i2d_ECDSA_SIG(numbers, &der);
	done = len > 0 ? buffer_put(out, bytes_of(der, (size_t)len), err)
	               : error_set(err, ERROR_CRYPTO, "libcrypto cannot encode a signature");
out:
	BN_free(r_number);
	BN_free(s_number);
	ECDSA_SIG_free(numbers);
	OPENSSL_free(der);
	return done;
}

static bool check_signature(const struct signer *signer, const struct jws *jws, struct error *err)
{
	struct buffer bare = BUFFER_EMPTY, value = BUFFER_EMPTY;
	bool done = base64url_parse(jws->signature, &bare, err) || malformed(err, "its signature is not base64url");

	done = done && (signer->algorithm == SIGNATURE_ECDSA_SHA256 ? put_ecdsa(buffer_bytes(&bare), &value, err)
	                                                            : buffer_put(&value, buffer_bytes(&bare), err));
	done = done && signature_check_once(&(struct signature){.algorithm = signer->algorithm,
	                                        .message = jws->signed_part,
	                                        .value = buffer_bytes(&value)},
	                   &signer->certificates[0].key, ERROR_MDS_SIGNATURE, err);
	if (!done && err->code == ERROR_MDS_SIGNATURE)
		error_set(err, ERROR_MDS_SIGNATURE, "the metadata BLOB was changed: its signature does not fit");
	buffer_free(&bare);
	buffer_free(&value);
	return done;
}

bool mds_blob_check(struct bytes blob, const struct trust *trust, int64_t now, struct buffer *payload,
    enum trust_source *source, struct error *err)
{
	struct signer signer = {.num = 0};
	struct jws jws;
	bool done = false;

	if (blob.len > MDS_BLOB_MAXIMUM)
		return error_set(
		    err, ERROR_LIMIT, "a metadata BLOB of %zu bytes; %zu are read at most", blob.len, MDS_BLOB_MAXIMUM);
	if (!split(blob, &jws, err) || !read_header(jws.header, &signer, err) ||
	    !check_path(&signer, trust, now, source, err) || !check_name(&signer.certificates[0], err) ||
	    !check_signature(&signer, &jws, err))
		goto out;
	done = base64url_parse(jws.payload, payload, err) || malformed(err, "its payload is not base64url");
out:
	for (size_t i = 0; i < CERTIFICATES_MAXIMUM; i++)
		buffer_free(&signer.der[i]);
	return done;
}
