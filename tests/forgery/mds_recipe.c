/* mds_recipe.c: BLOBs of FIDO metadata, by libcrypto. */
#include "tests/forgery/mds_recipe.h"

#include <openssl/ecdsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/base64.h"
#include "policy/hex.h"
#include "tests/forgery/fido_recipe.h"

#define ROOT_NAME "Test MDS Root"
#define ISSUING_NAME "Test MDS Issuing CA"
#define DAY 86400L
#define COORDINATE_SIZE 32

void mds_recipe_honest(struct mds_recipe *recipe)
{
	*recipe = (struct mds_recipe){
	    .algorithm = "RS256",
	    .header = "",
	    .signer = KEY_DEVICE,
	    .name = "mds.fidoalliance.org",
	    .root_key = KEY_SLOT_RSA,
	    .days_from = -1,
	    .days_to = 3650,
	    .behind = "",
	    .number = "7",
	    .next_update = "2099-01-01",
	    .aaguid = MDS_RECIPE_AAGUID,
	    .key_protection = "[\"hardware\", \"secure_element\"]",
	    .matcher_protection = "[\"on_chip\"]",
	    .key_restricted = "true",
	    .reports = "{\"status\": \"FIDO_CERTIFIED_L1\", \"effectiveDate\": \"2020-01-01\"}",
	};
}

static X509_NAME *name_of(const char *common_name)
{
	X509_NAME *name = X509_NAME_new();

	if (name != NULL &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1)
		return name;
	X509_NAME_free(name);
	return NULL;
}

struct issue {
	const char *subject, *issuer;
	enum forged_key key, signer;
	bool authority;
	long days_from, days_to;
};

static bool set_constraints(X509 *certificate, bool authority)
{
	BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
	bool done;

	if (constraints == NULL)
		return false;
	constraints->ca = authority ? 0xff : 0;
	done = X509_add1_ext_i2d(certificate, NID_basic_constraints, constraints, 1, 0) == 1;
	BASIC_CONSTRAINTS_free(constraints);
	return done;
}

static bool put_certificate(const struct issue *issue, struct buffer *out, struct error *err)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = name_of(issue->subject), *issuer = name_of(issue->issuer);
	unsigned char *der = NULL;
	int len = -1;
	bool done;

	if (certificate != NULL && subject != NULL && issuer != NULL &&
	    X509_set_version(certificate, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
	    X509_set_subject_name(certificate, subject) == 1 && X509_set_issuer_name(certificate, issuer) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate), issue->days_from * DAY) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(certificate), issue->days_to * DAY) != NULL &&
	    X509_set_pubkey(certificate, forged_key(issue->key)) == 1 &&
	    set_constraints(certificate, issue->authority) &&
	    X509_sign(certificate, forged_key(issue->signer), EVP_sha256()) > 0)
		len = i2d_X509(certificate, &der);
	done = len > 0 ? buffer_put(out, bytes_of(der, (size_t)len), err)
	               : error_set(err, ERROR_CRYPTO, "a certificate for metadata cannot be made");
	OPENSSL_free(der);
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	X509_free(certificate);
	return done;
}

static bool put_quoted_base64(struct bytes bytes, struct buffer *out, struct error *err)
{
	return buffer_put_text(out, "\"", err) && base64_put(bytes, out, err) && buffer_put_text(out, "\"", err);
}

static bool put_quoted_certificate(const struct issue *issue, struct buffer *out, struct error *err)
{
	struct buffer der = BUFFER_EMPTY;
	bool done = put_certificate(issue, &der, err) && put_quoted_base64(buffer_bytes(&der), out, err);

	buffer_free(&der);
	return done;
}

static bool put_x5c(const struct mds_recipe *recipe, struct buffer *out, struct error *err)
{
	enum forged_key root = (enum forged_key)recipe->root_key;
	const struct issue leaf = {recipe->name, ISSUING_NAME, (enum forged_key)recipe->signer, KEY_ISSUING, false,
	    recipe->days_from, recipe->days_to};
	const struct issue issuing = {ISSUING_NAME, ROOT_NAME, KEY_ISSUING, root, !recipe->not_authority, -3650, 3650};
	const struct issue self = {ROOT_NAME, ROOT_NAME, root, root, true, -1, 3650};
	const struct issue crossed = {ROOT_NAME, "Somebody", root, KEY_STRANGER, true, -1, 3650};

	bool done;

	if (recipe->certificates != NULL)
		return buffer_put_text(out, recipe->certificates, err);
	done = buffer_put_text(out, "[", err) && put_quoted_certificate(&leaf, out, err) &&
	       (recipe->without_issuing ||
	           (buffer_put_text(out, ", ", err) && put_quoted_certificate(&issuing, out, err)));
	for (int i = 0; done && i < (recipe->root_behind == 2 ? 1 : recipe->root_behind); i++)
		done = buffer_put_text(out, ", ", err) &&
		       put_quoted_certificate(recipe->root_behind == 2 ? &crossed : &self, out, err);
	return done && buffer_put_text(out, "]", err);
}

/* base64 in the URL's alphabet, without padding. */
static bool put_base64url(struct bytes bytes, struct buffer *out, struct error *err)
{
	size_t begin = out->len;

	if (!base64_put(bytes, out, err))
		return false;
	while (out->len > begin && out->data[out->len - 1] == '=')
		buffer_cut(out, out->len - 1);
	for (size_t i = begin; i < out->len; i++)
		out->data[i] = out->data[i] == '+' ? '-' : out->data[i] == '/' ? '_' : out->data[i];
	return true;
}

static bool put_header(const struct mds_recipe *recipe, struct buffer *out, struct error *err)
{
	struct buffer json = BUFFER_EMPTY;
	bool done = buffer_put_format(&json, err, "{%s\"alg\": \"%s\", \"typ\": \"JWT\", \"x5c\": ", recipe->header,
	                recipe->algorithm) &&
	            put_x5c(recipe, &json, err) && buffer_put_text(&json, "}", err) &&
	            put_base64url(buffer_bytes(&json), out, err);

	buffer_free(&json);
	return done;
}

/* A certificate that vouches for the model's attestations. */
static bool put_anchor(const struct mds_recipe *recipe, struct buffer *out, struct error *err)
{
	struct buffer certificate = BUFFER_EMPTY, issuers = BUFFER_EMPTY;
	struct bytes rest, root;
	struct fido_recipe fido;
	bool done = true;

	if (recipe->anchor == 3)
		return true;
	fido_recipe_honest(recipe->key_identifier ? FIDO_U2F : FIDO_PACKED, &fido);
	fido.root_behind = 1;
	if (recipe->anchor == 2)
		fido.issuer_key = KEY_STRANGER;
	if (recipe->anchor == 1)
		done = fido_recipe_put_certificate(&fido, BYTES_EMPTY, BYTES_EMPTY, &certificate, err);
	done = done && fido_recipe_put_issuers(&fido, &issuers, err);
	rest = buffer_bytes(&issuers);
	done = done && bytes_take_ssh_string(&rest, &root) &&
	       put_quoted_base64(recipe->anchor == 1 ? buffer_bytes(&certificate) : root, out, err);
	buffer_free(&certificate);
	buffer_free(&issuers);
	return done;
}

static bool put_batch_report(const struct mds_recipe *recipe, struct buffer *out, struct error *err)
{
	const struct issue batch = {
	    "Test EE", "Somebody", (enum forged_key)(recipe->reports_batch - 1), KEY_STRANGER, false, -1, 3650};

	return recipe->reports_batch == 0 ||
	       (buffer_put_text(out, recipe->reports[0] == '\0' ? "" : ", ", err) &&
	           buffer_put_text(out, "{\"status\": \"ATTESTATION_KEY_COMPROMISE\", \"certificate\": ", err) &&
	           put_quoted_certificate(&batch, out, err) && buffer_put_text(out, "}", err));
}

static bool put_model(const struct mds_recipe *recipe, struct buffer *out, struct error *err)
{
	struct buffer spki = BUFFER_EMPTY;
	char text[2 * SHA_DIGEST_LENGTH + 1];
	uint8_t hash[SHA_DIGEST_LENGTH];
	struct bytes point;
	bool done;

	if (!recipe->key_identifier)
		return buffer_put_format(out, err, "\"aaguid\": \"%s\"", recipe->aaguid);
	/* The point is the end of a P-256 SubjectPublicKeyInfo. */
	done = forged_key_put_spki(KEY_DEVICE_P256, &spki, err) && spki.len > 65;
	if (done) {
		point = bytes_of(spki.data + spki.len - 65, 65);
		SHA1(point.data, point.len, hash);
		hex_put(BYTES_OF(hash), text);
		done = buffer_put_format(out, err, "\"attestationCertificateKeyIdentifiers\": [\"%s\"]", text);
	}
	buffer_free(&spki);
	return done;
}

static bool put_member(const char *name, const char *json, struct buffer *out, struct error *err)
{
	return json == NULL || buffer_put_format(out, err, ", \"%s\": %s", name, json);
}

static bool put_entry(const struct mds_recipe *recipe, const char *reports, struct buffer *out, struct error *err)
{
	return buffer_put_text(out, "{", err) && put_model(recipe, out, err) &&
	       buffer_put_format(
	           out, err, ", \"timeOfLastStatusChange\": \"2020-01-01\", \"statusReports\": [%s", reports) &&
	       put_batch_report(recipe, out, err) &&
	       buffer_put_text(out, "], \"metadataStatement\": {\"description\": \"Test Security Key\"", err) &&
	       put_member("keyProtection", recipe->key_protection, out, err) &&
	       put_member("matcherProtection", recipe->matcher_protection, out, err) &&
	       put_member("isKeyRestricted", recipe->key_restricted, out, err) &&
	       buffer_put_text(out, ", \"attestationRootCertificates\": [", err) && put_anchor(recipe, out, err) &&
	       buffer_put_text(out, "]}}", err);
}

static bool put_other_model(const struct mds_recipe *recipe, struct buffer *out, struct error *err)
{
	struct mds_recipe other = *recipe;

	other.key_identifier = 0;
	other.reports = "";
	other.aaguid = "22222222-2222-2222-2222-222222222222";
	other.reports_batch = recipe->other_batch;
	return recipe->other_batch == 0 ||
	       (buffer_put_text(out, ", ", err) && put_entry(&other, other.reports, out, err));
}

bool mds_recipe_put_payload(const struct mds_recipe *recipe, struct buffer *out, struct error *err)
{
	return buffer_put_format(out, err,
	           "{\"legalHeader\": \"none\", \"no\": %s, \"nextUpdate\": \"%s\", \"entries\": [", recipe->number,
	           recipe->next_update) &&
	       put_entry(recipe, recipe->reports, out, err) &&
	       (recipe->twin_reports == NULL ||
	           (buffer_put_text(out, ", ", err) && put_entry(recipe, recipe->twin_reports, out, err))) &&
	       put_other_model(recipe, out, err) && buffer_put_text(out, "]}", err);
}

/* JSON Web Signatures carry the two numbers of ECDSA bare. */
static bool bare_numbers(uint8_t *signature, size_t *len)
{
	const unsigned char *at = signature;
	ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &at, (long)*len);
	bool done =
	    numbers != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(numbers), signature, COORDINATE_SIZE) == COORDINATE_SIZE &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(numbers), signature + COORDINATE_SIZE, COORDINATE_SIZE) == COORDINATE_SIZE;

	ECDSA_SIG_free(numbers);
	*len = (size_t)2 * COORDINATE_SIZE;
	return done;
}

static bool put_signature(const struct mds_recipe *recipe, struct bytes message, struct buffer *out, struct error *err)
{
	EVP_PKEY *key = forged_key((enum forged_key)recipe->signer);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[512];
	size_t len = sizeof(signature);
	bool done = context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	            EVP_DigestSign(context, signature, &len, message.data, message.len) == 1 &&
	            (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC || bare_numbers(signature, &len));

	EVP_MD_CTX_free(context);
	if (!done)
		return error_set(err, ERROR_CRYPTO, "metadata cannot be signed");
	signature[len - 1] ^= recipe->signature_flipped ? 1 : 0;
	return put_base64url(bytes_of(signature, len - (size_t)recipe->signature_cut), out, err);
}

/* The payload that stands in the BLOB is the signed one, byte by byte, unless the recipe wants another. */
bool mds_recipe_put(const struct mds_recipe *recipe, struct buffer *out, struct error *err)
{
	struct buffer payload = BUFFER_EMPTY, signed_part = BUFFER_EMPTY, other = BUFFER_EMPTY;
	struct mds_recipe changed = *recipe;
	size_t header_len = 0;
	bool done = put_header(recipe, &signed_part, err) && buffer_put_u8(&signed_part, '.', err);

	header_len = signed_part.len;
	changed.number = "8";
	done = done && mds_recipe_put_payload(recipe, &payload, err) &&
	       put_base64url(buffer_bytes(&payload), &signed_part, err) &&
	       (!recipe->payload_changed || mds_recipe_put_payload(&changed, &other, err)) &&
	       buffer_put(out, bytes_of(signed_part.data, header_len), err) &&
	       put_base64url(buffer_bytes(recipe->payload_changed ? &other : &payload), out, err) &&
	       buffer_put_u8(out, '.', err) && put_signature(recipe, buffer_bytes(&signed_part), out, err) &&
	       buffer_put_text(out, recipe->behind, err);
	buffer_free(&payload);
	buffer_free(&other);
	buffer_free(&signed_part);
	return done;
}

bool mds_recipe_put_bundle(struct buffer *out, struct error *err)
{
	struct buffer spki = BUFFER_EMPTY;
	X509_NAME *name = name_of(ROOT_NAME);
	unsigned char *der = NULL;
	int len = name == NULL ? -1 : i2d_X509_NAME(name, &der);
	bool done = len > 0 && forged_key_put_spki(KEY_SLOT_RSA, &spki, err) &&
	            buffer_put_text(out,
	                "{\"format\": \"keyenroll-trust-1\", \"name\": \"mds-test\", \"version\": \"1\", \"date\": "
	                "\"2026-11-24\", \"anchors\": [{\"name\": \"" ROOT_NAME
	                "\", \"vendor\": \"test\", \"evidence\": \"fido\", "
	                "\"shape\": \"metadata\", \"issuers_below\": 1, \"subject\": ",
	                err) &&
	            put_quoted_base64(bytes_of(der, (size_t)len), out, err) &&
	            buffer_put_text(out, ", \"public_key\": ", err) &&
	            put_quoted_base64(buffer_bytes(&spki), out, err) && buffer_put_text(out, "}]}", err);

	X509_NAME_free(name);
	OPENSSL_free(der);
	buffer_free(&spki);
	return done;
}
