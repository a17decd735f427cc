/* fido_certificates.c: the certificates of a recipe, by libcrypto. */
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "common/base64.h"
#include "policy/hex.h"
#include "tests/forgery/chain.h"
#include "tests/forgery/fido_recipe.h"

#define OID_AAGUID "1.3.6.1.4.1.45724.1.1.4"
#define OID_ANDROID "1.3.6.1.4.1.11129.2.1.17"
#define OID_APPLE "1.2.840.113635.100.8.2"
#define OID_BASIC_CONSTRAINTS "2.5.29.19"
#define OID_SERIAL "1.3.6.1.4.1.45724.1.1.2"
#define OID_SAN "2.5.29.17"
#define OID_USAGE "2.5.29.37"
#define CA_NAME "Test FIDO Issuing CA"
#define YEAR (365L * 86400)

static bool add_text(X509_NAME *name, const char *field, const char *text)
{
	return text == NULL ||
	       X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) == 1;
}

static bool add_extension(X509 *certificate, const char *oid, bool critical, struct bytes value)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	bool done = object != NULL && content != NULL &&
	            ASN1_OCTET_STRING_set(content, value.data, (int)value.len) == 1 &&
	            X509_EXTENSION_create_by_OBJ(&extension, object, critical, content) != NULL &&
	            X509_add_ext(certificate, extension, -1) == 1;

	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(content);
	ASN1_OBJECT_free(object);
	return done;
}

static bool add_hex(X509 *certificate, const char *oid, bool critical, const char *hex)
{
	struct buffer value = BUFFER_EMPTY;
	struct error err;
	bool done =
	    forged_put_hex(hex, &value, &err) && add_extension(certificate, oid, critical, buffer_bytes(&value));

	buffer_free(&value);
	return done;
}

/* Signs and appends; frees the certificate. */
static bool finish(
    X509 *certificate, enum forged_key key, enum forged_key signer, bool done, struct buffer *out, struct error *err)
{
	unsigned char *der = NULL;
	int len = -1;

	if (done && ASN1_INTEGER_set(X509_get_serialNumber(certificate), 4711) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate), -YEAR) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(certificate), 10 * YEAR) != NULL &&
	    X509_set_pubkey(certificate, forged_key(key)) == 1 &&
	    X509_sign(certificate, forged_key(signer), EVP_sha256()) > 0)
		len = i2d_X509(certificate, &der);
	X509_free(certificate);
	done = len > 0 ? buffer_put(out, bytes_of(der, (size_t)len), err)
	               : error_set(err, ERROR_CRYPTO, "a forged certificate cannot be made");
	OPENSSL_free(der);
	return done;
}

static bool add_constraints(X509 *certificate, const struct fido_recipe *recipe)
{
	if (recipe->without_constraints)
		return true;
	return add_hex(certificate, OID_BASIC_CONSTRAINTS, true, recipe->is_authority ? "30030101ff" : "3000");
}

static bool add_aaguid(X509 *certificate, const struct fido_recipe *recipe)
{
	uint8_t value[18] = {0x04, 0x10};
	struct bytes whole = BYTES_OF(value);

	if (recipe->aaguid_extension == 1 || recipe->format == FIDO_APPLE || recipe->format == FIDO_ANDROID_KEY)
		return true;
	memset(value + 2, recipe->aaguid_extension == 2 ? 0x77 : 0x11, 16);
	if (recipe->aaguid_extension == 4)
		whole = bytes_of(value + 2, 16);
	return add_extension(certificate, OID_AAGUID, recipe->aaguid_extension == 3, whole);
}

/* An octet string in the octet string. */
static bool add_serial(X509 *certificate, const struct fido_recipe *recipe)
{
	char hex[16];

	(void)snprintf(hex, sizeof(hex), "0404%08x", (unsigned)recipe->device_serial);
	return recipe->device_serial == 0 || add_hex(certificate, OID_SERIAL, false, hex);
}

/* Manufacturer, model and version in a directoryName; the usage of identity keys. */
static bool add_tpm(X509 *certificate, const struct fido_recipe *recipe)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *general = GENERAL_NAME_new();
	X509_NAME *name = X509_NAME_new();
	unsigned char *der = NULL;
	int len;
	bool done = names != NULL && general != NULL && name != NULL && add_text(name, "2.23.133.2.1", "id:54455354") &&
	            add_text(name, "2.23.133.2.2", "Test") && add_text(name, "2.23.133.2.3", "id:1");

	if (done) {
		GENERAL_NAME_set0_value(general, GEN_DIRNAME, name);
		name = NULL;
		done = sk_GENERAL_NAME_push(names, general) > 0;
		general = NULL;
	}
	len = done ? i2d_GENERAL_NAMES(names, &der) : -1;
	done = len > 0 &&
	       (recipe->without_san ||
	           add_extension(certificate, OID_SAN, !recipe->san_not_critical, bytes_of(der, (size_t)len))) &&
	       (recipe->without_usage || add_hex(certificate, OID_USAGE, false,
	                                     "3007060567810508"
	                                     "03"));
	OPENSSL_free(der);
	X509_NAME_free(name);
	GENERAL_NAME_free(general);
	GENERAL_NAMES_free(names);
	return done;
}

static bool add_android(X509 *certificate, const struct fido_recipe *recipe, struct bytes client_hash)
{
	struct buffer content = BUFFER_EMPTY, whole = BUFFER_EMPTY;
	struct error err;
	char head[40];
	/* purpose [1] { SET { n } }, origin [702] { n } */
	char lists[64];
	bool done;

	if (recipe->without_description)
		return true;
	(void)snprintf(head, sizeof(head), "0201030a01%02x0201040a01%02x0420", recipe->level, recipe->level);
	(void)snprintf(lists, sizeof(lists), "0400%s300ea1053103020102bf853e0302010%d",
	    recipe->all_applications ? "3006bf8458020500" : "3000", recipe->imported ? 2 : 0);
	if (recipe->purpose != 0)
		(void)snprintf(lists, sizeof(lists), "04003000300ea10531030201%02xbf853e03020100", recipe->purpose);
	done = forged_put_hex(head, &content, &err) && buffer_put(&content, client_hash, &err) &&
	       forged_put_hex(lists, &content, &err);
	if (done && recipe->challenge_wrong)
		content.data[14] ^= 1;
	done = done && buffer_put_u8(&whole, 0x30, &err) && buffer_put_u8(&whole, (uint8_t)content.len, &err) &&
	       buffer_put(&whole, buffer_bytes(&content), &err) &&
	       add_extension(certificate, OID_ANDROID, false, buffer_bytes(&whole));
	buffer_free(&content);
	buffer_free(&whole);
	return done;
}

static bool add_apple(X509 *certificate, const struct fido_recipe *recipe, struct bytes signed_data)
{
	uint8_t value[38] = {0x30, 0x24, 0xa1, 0x22, 0x04, 0x20};

	SHA256(signed_data.data, signed_data.len, value + 6);
	value[6] ^= recipe->nonce_wrong ? 1 : 0;
	return recipe->without_nonce || add_extension(certificate, OID_APPLE, false, BYTES_OF(value));
}

bool fido_recipe_put_certificate(const struct fido_recipe *recipe, struct bytes signed_data, struct bytes client_hash,
    struct buffer *out, struct error *err)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_NAME_new(), *issuer = X509_NAME_new();
	bool tpm = recipe->format == FIDO_TPM;
	bool done = certificate != NULL && subject != NULL && issuer != NULL &&
	            X509_set_version(certificate, recipe->version) == 1 &&
	            (tpm ? !recipe->subject_filled || add_text(subject, "CN", "x")
	                 : add_text(subject, "C", recipe->country) && add_text(subject, "O", recipe->organisation) &&
	                        add_text(subject, "OU", recipe->unit) && add_text(subject, "CN", recipe->name)) &&
	            add_text(issuer, "CN", recipe->with_ca ? CA_NAME : recipe->issuer) &&
	            X509_set_subject_name(certificate, subject) == 1 && X509_set_issuer_name(certificate, issuer) == 1;

	if (recipe->version == X509_VERSION_3)
		done = done && add_constraints(certificate, recipe) && add_aaguid(certificate, recipe) &&
		       add_serial(certificate, recipe) && (!tpm || add_tpm(certificate, recipe)) &&
		       (recipe->format != FIDO_ANDROID_KEY || add_android(certificate, recipe, client_hash)) &&
		       (recipe->format != FIDO_APPLE || add_apple(certificate, recipe, signed_data)) &&
		       (!recipe->critical_unknown || add_hex(certificate, "1.2.3.4", true, "0500"));
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	return finish(certificate, (enum forged_key)recipe->leaf_key,
	    recipe->with_ca ? KEY_ISSUING : (enum forged_key)recipe->issuer_key, done, out, err);
}

/* A CA below the recipe's issuer, or that issuer itself. */
static bool put_ca(const struct fido_recipe *recipe, const char *name, enum forged_key key, enum forged_key signer,
    struct buffer *out, struct error *err)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_NAME_new(), *issuer = X509_NAME_new();
	struct buffer der = BUFFER_EMPTY;
	bool done =
	    certificate != NULL && subject != NULL && issuer != NULL &&
	    X509_set_version(certificate, X509_VERSION_3) == 1 && add_text(subject, "CN", name) &&
	    add_text(issuer, "CN", recipe->issuer) && X509_set_subject_name(certificate, subject) == 1 &&
	    X509_set_issuer_name(certificate, issuer) == 1 &&
	    add_hex(certificate, OID_BASIC_CONSTRAINTS, true, recipe->ca_not_authority ? "3000" : "30060101ff020100");

	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	done = finish(certificate, key, signer, done, &der, err) && buffer_put_ssh_string(out, buffer_bytes(&der), err);
	buffer_free(&der);
	return done;
}

bool fido_recipe_put_issuers(const struct fido_recipe *recipe, struct buffer *out, struct error *err)
{
	enum forged_key signer = (enum forged_key)recipe->issuer_key;

	return (!recipe->with_ca ||
	           put_ca(recipe, CA_NAME, recipe->ca_other_key ? KEY_STRANGER : KEY_ISSUING, signer, out, err)) &&
	       (!recipe->second_certificate || put_ca(recipe, "Another CA", KEY_ISSUING, signer, out, err)) &&
	       (!recipe->root_behind || put_ca(recipe, recipe->issuer, signer, signer, out, err)) &&
	       (!recipe->stranger_behind || put_ca(recipe, "Nobody's CA", KEY_STRANGER, KEY_STRANGER, out, err));
}

static bool put_base64(struct bytes bytes, struct buffer *out, struct error *err)
{
	return buffer_put_text(out, "\"", err) && base64_put(bytes, out, err) && buffer_put_text(out, "\"", err);
}

static bool put_anchor(const char *name, enum forged_key key, const char *more, struct buffer *out, struct error *err)
{
	X509_NAME *subject = X509_NAME_new();
	unsigned char *der = NULL;
	struct buffer spki = BUFFER_EMPTY;
	int len = subject != NULL && add_text(subject, "CN", name) ? i2d_X509_NAME(subject, &der) : -1;
	bool done =
	    len > 0 && forged_key_put_spki(key, &spki, err) &&
	    buffer_put_format(out, err,
	        "{\"name\": \"%s\", \"vendor\": \"test\", \"evidence\": \"fido\", %s, \"subject\": ", name, more) &&
	    put_base64(bytes_of(der, (size_t)len), out, err) && buffer_put_text(out, ", \"public_key\": ", err) &&
	    put_base64(buffer_bytes(&spki), out, err) && buffer_put_text(out, "}", err);

	X509_NAME_free(subject);
	OPENSSL_free(der);
	buffer_free(&spki);
	return done;
}

bool fido_recipe_put_bundle(struct buffer *out, struct error *err)
{
	static const struct {
		const char *name, *more;
	} roots[] = {
	    {"Test FIDO Root", "\"shape\": \"security-key\", \"issuers_below\": 1"},
	    {"Test FIDO Direct Root", "\"shape\": \"security-key\""},
	    {"Test FIDO Other Model",
	        "\"shape\": \"security-key\", \"aaguids\": [\"77777777-7777-7777-7777-777777777777\"]"},
	    {"Test TPM Root", "\"shape\": \"tpm\""},
	    {"Test Android Root", "\"shape\": \"android\""},
	    {"Test Apple Root", "\"shape\": \"apple\""},
	};
	bool done = buffer_put_text(out,
	    "{\"format\": \"keyenroll-trust-1\", \"name\": \"test\", \"version\": \"1\", \"date\": \"2026-11-24\", "
	    "\"anchors\": [",
	    err);

	for (size_t i = 0; done && i < sizeof(roots) / sizeof(roots[0]); i++)
		done = (i == 0 || buffer_put_text(out, ", ", err)) &&
		       put_anchor(roots[i].name, KEY_ROOT, roots[i].more, out, err);
	return done && buffer_put_text(out, "], \"distrusted\": [", err) &&
	       put_anchor("Test FIDO Preview CA", KEY_PREVIEW, "\"reason\": \"it is a preview\"", out, err) &&
	       buffer_put_text(out, "]}", err);
}

static bool put_batch_certificate(struct bytes certificate, struct buffer *out, struct error *err)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	char text[2 * SHA256_DIGEST_LENGTH + 1];

	SHA256(certificate.data, certificate.len, hash);
	hex_put(BYTES_OF(hash), text);
	return buffer_put_format(out, err,
	    "{\"name\": \"Test batch\", \"vendor\": \"test\", \"evidence\": \"fido\", \"code\": "
	    "\"issuer.compromised\", "
	    "\"reason\": \"its key was published\", \"certificates\": [\"%s\"]}",
	    text);
}

static bool open_distrust(struct buffer *out, struct error *err)
{
	return buffer_put_text(out,
	    "{\"format\": \"keyenroll-trust-1\", \"name\": \"batch\", \"version\": \"1\", \"date\": \"2026-11-24\", "
	    "\"distrusted\": [",
	    err);
}

bool fido_recipe_put_distrust(const char *name, enum forged_key key, struct buffer *out, struct error *err)
{
	return open_distrust(out, err) &&
	       put_anchor(
	           name, key, "\"code\": \"issuer.compromised\", \"reason\": \"its key was published\"", out, err) &&
	       buffer_put_text(out, "]}", err);
}

bool fido_recipe_put_batch(struct bytes certificate, struct buffer *out, struct error *err)
{
	if (certificate.len == 0)
		return fido_recipe_put_distrust("Test batch", KEY_DEVICE_P256, out, err);
	return open_distrust(out, err) && put_batch_certificate(certificate, out, err) &&
	       buffer_put_text(out, "]}", err);
}
