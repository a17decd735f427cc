/* encode.c: a recipe as bytes, and the trust bundle to go with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base64.h"
#include "common/tlv.h"
#include "policy/der.h"
#include "tests/forgery/chain.h"

#define ALGORITHM_RSA_SHA256 "06092a864886f70d01010b0500"
#define ALGORITHM_ECDSA_SHA256 "06082a8648ce3d040302"
#define ALGORITHM_ED25519 "06032b6570"
#define COMMON_NAME "0603550403"

bool forged_put_hex(const char *hex, struct buffer *out, struct error *err)
{
	for (; hex != NULL && hex[0] != '\0' && hex[0] != ' '; hex += 2) {
		const char byte[3] = {hex[0], hex[1], '\0'};

		if (!buffer_put_u8(out, (uint8_t)strtoul(byte, NULL, 16), err))
			return false;
	}
	return true;
}

/* Puts an element around what `content` holds, and empties `content`. */
static bool wrap(uint8_t tag, struct buffer *content, struct buffer *out, struct error *err)
{
	bool done = tlv_put(out, tag, buffer_bytes(content), err);

	buffer_free(content);
	return done;
}

static bool put_hex_in(uint8_t tag, const char *hex, struct buffer *out, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	bool done = forged_put_hex(hex, &content, err);

	return wrap(tag, &content, out, err) && done;
}

static bool put_name(const char *tag_hex, const char *name, struct buffer *out, struct error *err)
{
	struct buffer attribute = BUFFER_EMPTY, set = BUFFER_EMPTY, names = BUFFER_EMPTY, tag = BUFFER_EMPTY;
	struct buffer text = BUFFER_EMPTY;
	bool done = forged_put_hex(tag_hex == NULL ? "0c" : tag_hex, &tag, err) &&
	            forged_put_hex(COMMON_NAME, &attribute, err) && buffer_put_text(&text, name, err);

	for (size_t i = 0; i < text.len; i++)
		text.data[i] = text.data[i] == 1 ? 0 : text.data[i];
	done = done && tlv_put(&attribute, tag.data[0], buffer_bytes(&text), err);
	buffer_free(&text);

	done = wrap(DER_SEQUENCE, &attribute, &set, err) && done;
	done = wrap(DER_SET, &set, &names, err) && done;
	buffer_free(&tag);
	return wrap(DER_SEQUENCE, &names, out, err) && done;
}

static bool put_extension(const struct forged_extension *extension, struct buffer *out, struct error *err)
{
	struct buffer fields = BUFFER_EMPTY;
	bool done = put_hex_in(DER_OBJECT, extension->oid, &fields, err) &&
	            (!extension->critical || put_hex_in(DER_BOOLEAN, "ff", &fields, err)) &&
	            put_hex_in(DER_OCTET_STRING, extension->value, &fields, err);

	return wrap(DER_SEQUENCE, &fields, out, err) && done;
}

static bool put_padding(size_t padding, struct buffer *out, struct error *err)
{
	struct buffer fields = BUFFER_EMPTY, zeros = BUFFER_EMPTY;
	bool done = put_hex_in(DER_OBJECT, "550163", &fields, err);

	if (padding == 0) {
		buffer_free(&fields);
		return true;
	}
	for (size_t i = 0; i < padding; i++)
		done = done && buffer_put_u8(&zeros, 0, err);
	done = wrap(DER_OCTET_STRING, &zeros, &fields, err) && done;
	return wrap(DER_SEQUENCE, &fields, out, err) && done;
}

static bool put_extensions(const struct forged_certificate *certificate, struct buffer *out, struct error *err)
{
	struct buffer list = BUFFER_EMPTY, wrapped = BUFFER_EMPTY;
	bool done = true;

	if (certificate->num_extensions == 0 && certificate->padding == 0)
		return true;
	for (size_t i = 0; i < certificate->num_extensions; i++)
		done = done && put_extension(&certificate->extensions[i], &list, err);
	done = done && put_padding(certificate->padding, &list, err);
	done = wrap(DER_SEQUENCE, &list, &wrapped, err) && done;
	return wrap(DER_CONTEXT_3, &wrapped, out, err) && done;
}

static const char *algorithm_of(const struct forged_certificate *certificate)
{
	if (certificate->algorithm != NULL)
		return certificate->algorithm;
	switch (EVP_PKEY_get_base_id(forged_key(certificate->signer))) {
	case EVP_PKEY_EC:
		return ALGORITHM_ECDSA_SHA256;
	case EVP_PKEY_ED25519:
		return ALGORITHM_ED25519;
	default:
		return ALGORITHM_RSA_SHA256;
	}
}

static bool put_spki(const struct forged_certificate *certificate, struct buffer *out, struct error *err)
{
	return certificate->spki != NULL ? forged_put_hex(certificate->spki, out, err)
	                                 : forged_key_put_spki(certificate->key, out, err);
}

static bool put_signed_part(const struct forged_certificate *certificate, struct buffer *out, struct error *err)
{
	struct buffer fields = BUFFER_EMPTY;
	bool done = forged_put_hex(certificate->version == NULL ? "a003020102" : certificate->version, &fields, err) &&
	            put_hex_in(DER_INTEGER, certificate->serial, &fields, err) &&
	            put_hex_in(DER_SEQUENCE, algorithm_of(certificate), &fields, err) &&
	            put_name(NULL, certificate->issuer, &fields, err) &&
	            put_hex_in(DER_SEQUENCE, certificate->validity, &fields, err) &&
	            put_name(certificate->name_tag, certificate->subject, &fields, err) &&
	            put_spki(certificate, &fields, err) && put_extensions(certificate, &fields, err) &&
	            forged_put_hex(certificate->rest_inside, &fields, err);

	return wrap(DER_SEQUENCE, &fields, out, err) && done;
}

static bool put_signature(
    const struct forged_certificate *certificate, struct bytes message, struct buffer *out, struct error *err)
{
	EVP_PKEY *key = forged_key(certificate->signer);
	bool whole = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
	const char *digest = whole ? NULL : certificate->digest == NULL ? "SHA256" : certificate->digest;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[512];
	size_t len = sizeof(signature);
	bool done = certificate->without_signature ||
	            (context != NULL && EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL, key, NULL) == 1 &&
	                EVP_DigestSign(context, signature, &len, message.data, message.len) == 1);

	EVP_MD_CTX_free(context);
	if (!done)
		return error_set(err, ERROR_CRYPTO, "a forged certificate cannot be signed");
	return forged_put_hex(certificate->unused_bits == NULL ? "00" : certificate->unused_bits, out, err) &&
	       (certificate->without_signature || buffer_put(out, bytes_of(signature, len), err));
}

/* The outer SEQUENCE, whose length can be written in the wrong ways. */
static bool put_outer(
    const struct forged_certificate *certificate, struct bytes content, struct buffer *out, struct error *err)
{
	if (certificate->indefinite)
		return forged_put_hex("3080", out, err) && buffer_put(out, content, err) &&
		       forged_put_hex("0000", out, err);
	if (certificate->long_length)
		return forged_put_hex("3083", out, err) && buffer_put_u8(out, 0, err) &&
		       buffer_put_u16(out, (uint16_t)content.len, err) && buffer_put(out, content, err);
	return tlv_put(out, DER_SEQUENCE, content, err);
}

bool forged_certificate_put(const struct forged_certificate *certificate, struct buffer *out, struct error *err)
{
	struct buffer content = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	const char *outer =
	    certificate->outer_algorithm != NULL ? certificate->outer_algorithm : algorithm_of(certificate);
	bool done = put_signed_part(certificate, &content, err) &&
	            put_signature(certificate, buffer_bytes(&content), &signature, err) &&
	            put_hex_in(DER_SEQUENCE, outer, &content, err) && wrap(DER_BIT_STRING, &signature, &content, err) &&
	            put_outer(certificate, buffer_bytes(&content), out, err) &&
	            forged_put_hex(certificate->rest, out, err);

	if (done && certificate->cut > 0)
		buffer_cut(out, out->len - certificate->cut);
	buffer_free(&content);
	buffer_free(&signature);
	return done;
}

static bool put_base64(struct buffer *der, struct buffer *out, struct error *err)
{
	bool done = base64_put(buffer_bytes(der), out, err);

	buffer_free(der);
	return done;
}

static bool put_anchor(
    const char *name, enum forged_key key, const char *last_member, struct buffer *out, struct error *err)
{
	struct buffer subject = BUFFER_EMPTY, spki = BUFFER_EMPTY;

	return buffer_put_format(out, err,
	           "{\"name\": \"%s\", \"vendor\": \"yubico\", \"evidence\": \"piv\", %s, \"subject\": \"", name,
	           last_member) &&
	       put_name(NULL, name, &subject, err) && put_base64(&subject, out, err) &&
	       buffer_put_text(out, "\", \"public_key\": \"", err) && forged_key_put_spki(key, &spki, err) &&
	       put_base64(&spki, out, err) && buffer_put_text(out, "\"}", err);
}

bool forged_put_bundle(const char *advisories, struct buffer *out, struct error *err)
{
	return buffer_put_text(out,
	           "{\"format\": \"keyenroll-trust-1\", \"name\": \"forged\", \"version\": \"1\", "
	           "\"date\": \"2026-01-01\", \"anchors\": [",
	           err) &&
	       put_anchor(ROOT_NAME, KEY_ROOT, "\"shape\": \"S1\"", out, err) && buffer_put_text(out, ", ", err) &&
	       put_anchor(ISSUING_NAME, KEY_ISSUING, "\"shape\": \"S2\"", out, err) &&
	       buffer_put_text(out, "], \"distrusted\": [", err) &&
	       put_anchor(PREVIEW_NAME, KEY_PREVIEW,
	           "\"reason\": \"it signs samples only\", \"code\": \"issuer.preview\"", out, err) &&
	       buffer_put_text(out, ", ", err) &&
	       put_anchor(SIBLING_NAME, KEY_PREVIEW,
	           "\"reason\": \"it issues OpenPGP attestations\", \"code\": \"issuer.sibling\"", out, err) &&
	       buffer_put_format(out, err, "], \"advisories\": %s}\n", advisories == NULL ? "[]" : advisories);
}

bool forged_put_distrust(
    const char *name, enum forged_key key, const char *certificates, struct buffer *out, struct error *err)
{
	char members[256];

	(void)snprintf(members, sizeof(members),
	    "\"reason\": \"its key was published\", \"code\": \"issuer.compromised\", \"certificates\": %s",
	    certificates == NULL ? "[]" : certificates);
	return buffer_put_text(out,
	           "{\"format\": \"keyenroll-trust-1\", \"name\": \"batch\", \"version\": \"1\", "
	           "\"date\": \"2026-01-01\", \"distrusted\": [",
	           err) &&
	       put_anchor(name, key, members, out, err) && buffer_put_text(out, "]}", err);
}

bool forged_trust(enum trust_source source, struct trust **trust, struct error *err)
{
	struct buffer json = BUFFER_EMPTY;
	bool done = trust_new(trust, err) && forged_put_bundle(NULL, &json, err) &&
	            trust_add(*trust, buffer_bytes(&json), "forged", source, err);

	buffer_free(&json);
	return done;
}
