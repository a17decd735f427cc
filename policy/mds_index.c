#include "policy/mds_index.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "common/base64.h"
#include "common/language.h"
#include "policy/digest.h"
#include "policy/hex.h"
#include "policy/metadata.h"
#include "policy/strict_json.h"
#include "policy/verification_key.h"

#define DESCRIPTION_MAXIMUM 60

static const char *text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text == NULL ? "" : text;
}

/* What memory gave out for must not be missing unseen: a list that lacks it is none, and so is what the list is put into. */
static void add(json_t **list, json_t *value)
{
	if (json_array_append_new(*list, value) == 0)
		return;
	json_decref(*list);
	*list = NULL;
}

static json_t *base64_json(struct bytes bytes)
{
	struct error ignored;
	struct buffer text = BUFFER_EMPTY;
	json_t *value = base64_put(bytes, &text, &ignored) ? json_stringn(buffer_text(&text), text.len) : NULL;

	buffer_free(&text);
	return value;
}

static json_t *hash_json(struct bytes bytes)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	char text[2 * SHA256_DIGEST_LENGTH + 1];

	digest_sha256(bytes, hash);
	hex_put(BYTES_OF(hash), text);
	return json_string(text);
}

/* Certificates stand in plain base64 that may hold blanks. */
static X509 *read_certificate(const json_t *value, struct buffer *der)
{
	struct bytes text = bytes_of(json_string_value(value), json_string_length(value));
	struct buffer dense = BUFFER_EMPTY;
	struct error ignored;
	const unsigned char *at;
	uint8_t sign;
	bool done = true;

	while (done && bytes_take_u8(&text, &sign))
		done = sign <= ' ' || buffer_put_u8(&dense, sign, &ignored);
	done = done && base64_parse(buffer_bytes(&dense), der, &ignored);
	buffer_free(&dense);
	at = der->data;
	return done && der->len > 0 ? d2i_X509(NULL, &at, (long)der->len) : NULL;
}

static bool is_usable(struct bytes spki)
{
	struct verification_key *ready = NULL;
	struct public_key key;
	struct error ignored;
	bool usable = public_key_parse(spki, &key, &ignored) && verification_key_new(&key, &ready, &ignored);

	verification_key_free(ready);
	return usable;
}

/* NULL for a certificate that cannot be read or whose key nothing here can check with. libcrypto reads it, since these were
 * issued under every rule there is and the BLOB's signature vouches for them. */
static json_t *anchor_json(const json_t *value)
{
	struct buffer der = BUFFER_EMPTY;
	X509 *certificate = read_certificate(value, &der);
	unsigned char *name = NULL, *spki = NULL;
	int name_len = certificate == NULL ? 0 : i2d_X509_NAME(X509_get_subject_name(certificate), &name);
	int spki_len = certificate == NULL ? 0 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &spki);
	json_t *anchor = NULL;

	if (name_len > 0 && spki_len > 0 && is_usable(bytes_of(spki, (size_t)spki_len)))
		anchor =
		    json_pack("{s:o, s:o, s:o}", "subject", base64_json(bytes_of(name, (size_t)name_len)), "public_key",
		        base64_json(bytes_of(spki, (size_t)spki_len)), "certificate", hash_json(buffer_bytes(&der)));
	OPENSSL_free(name);
	OPENSSL_free(spki);
	X509_free(certificate);
	buffer_free(&der);
	return anchor;
}

static json_t *anchors_json(const json_t *statement, struct mds_sum *sum)
{
	json_t *list = json_array(), *value;
	size_t index;

	json_array_foreach(json_object_get(statement, "attestationRootCertificates"), index, value)
	{
		json_t *anchor = anchor_json(value);

		if (anchor == NULL)
			sum->anchors_skipped++;
		else
			add(&list, anchor);
	}
	return list;
}

static json_t *batch_json(const json_t *report)
{
	const json_t *value = json_object_get(report, "batchCertificate");
	struct buffer der = BUFFER_EMPTY;
	X509 *certificate;
	unsigned char *spki = NULL;
	int len;
	json_t *hash = NULL;

	if (value == NULL)
		value = json_object_get(report, "certificate");
	certificate = value == NULL ? NULL : read_certificate(value, &der);
	len = certificate == NULL ? 0 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &spki);
	if (len > 0)
		hash = hash_json(bytes_of(spki, (size_t)len));
	OPENSSL_free(spki);
	X509_free(certificate);
	buffer_free(&der);
	return hash;
}

static json_t *date_json(const json_t *report, const char *member)
{
	const char *text = text_of(report, member);
	int64_t day;

	return metadata_date(text, &day) ? json_string(text) : NULL;
}

static json_t *statuses_json(const json_t *entry)
{
	json_t *list = json_array(), *report;
	size_t index;

	json_array_foreach(json_object_get(entry, "statusReports"), index, report)
	{
		if (json_is_string(json_object_get(report, "status")))
			add(&list, json_pack("{s:s, s:o*, s:o*, s:o*}", "status", text_of(report, "status"), "from",
			               date_json(report, "effectiveDate"), "until", date_json(report, "sunsetDate"),
			               "batch", batch_json(report)));
	}
	return list;
}

/* ["hardware", "secure_element"] as "hardware,secure-element". */
static json_t *words_json(const json_t *list)
{
	char text[96] = "";
	size_t index, len = 0;
	json_t *value;

	json_array_foreach(list, index, value)
	{
		const char *word = json_string_value(value);
		int more =
		    word == NULL ? 0 : snprintf(text + len, sizeof(text) - len, "%s%s", len == 0 ? "" : ",", word);

		if (more > 0 && (size_t)more < sizeof(text) - len)
			len += (size_t)more;
		text[len] = '\0';
	}
	for (char *at = text; *at != '\0'; at++)
		*at = *at == '_' ? '-' : *at;
	return json_string(text);
}

static json_t *description_json(const json_t *statement)
{
	struct bytes text = bytes_of_text(text_of(statement, "description"));
	char printable[DESCRIPTION_MAXIMUM + 1];
	size_t at = 0;
	uint8_t byte;

	while (at < DESCRIPTION_MAXIMUM && bytes_take_u8(&text, &byte))
		printable[at++] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
	printable[at] = '\0';
	return json_string(printable);
}

/* Some entries have identifiers that are none: they find nothing, and are left out. */
static json_t *identifiers_json(const json_t *list)
{
	json_t *sound = json_array(), *value;
	uint8_t parsed[METADATA_KEY_IDENTIFIER_SIZE];
	size_t index;

	json_array_foreach(list, index, value)
	{
		if (hex_parse(bytes_of(json_string_value(value), json_string_length(value)), parsed, sizeof(parsed)))
			add(&sound, json_incref(value));
	}
	return sound;
}

/* Entries of other families (UAF) do not.
 *   aaguid  out: NULL where the model is known by its key identifiers */
static bool names_a_model(const json_t *entry, json_t **aaguid)
{
	uint8_t parsed[FIDO_AAGUID_SIZE];

	*aaguid = json_object_get(entry, "aaguid");
	if (!json_is_string(*aaguid) || !fido_aaguid_parse(bytes_of_text(json_string_value(*aaguid)), parsed))
		*aaguid = NULL;
	return json_is_object(json_object_get(entry, "metadataStatement")) &&
	       (*aaguid != NULL || json_array_size(json_object_get(entry, "attestationCertificateKeyIdentifiers")) > 0);
}

static json_t *entry_json(const json_t *entry, json_t *aaguid, struct mds_sum *sum)
{
	const json_t *statement = json_object_get(entry, "metadataStatement");

	return json_pack("{s:O*, s:o, s:o, s:o, s:o, s:o, s:i, s:o}", "aaguid", aaguid, "key_identifiers",
	    identifiers_json(json_object_get(entry, "attestationCertificateKeyIdentifiers")), "description",
	    description_json(statement), "statuses", statuses_json(entry), "key_protection",
	    words_json(json_object_get(statement, "keyProtection")), "matcher_protection",
	    words_json(json_object_get(statement, "matcherProtection")), "key_restricted",
	    json_is_false(json_object_get(statement, "isKeyRestricted")) ? 0 : 1, "anchors",
	    anchors_json(statement, sum));
}

static json_t *entries_json(const json_t *payload, struct mds_sum *sum)
{
	json_t *list = json_array(), *entry, *aaguid;
	size_t index;

	json_array_foreach(json_object_get(payload, "entries"), index, entry)
	{
		if (names_a_model(entry, &aaguid))
			add(&list, entry_json(entry, aaguid, sum));
		else
			sum->skipped++;
	}
	sum->entries = json_array_size(list);
	return list;
}

static bool read_head(const json_t *payload, struct mds_sum *sum, struct error *err)
{
	const json_t *number = json_object_get(payload, "no");
	struct bytes next_update = bytes_of_text(text_of(payload, "nextUpdate"));
	int64_t day;

	if (!json_is_integer(number) || json_integer_value(number) < 0 ||
	    !bytes_to_text(next_update, sum->next_update, sizeof(sum->next_update)) ||
	    !metadata_date(sum->next_update, &day))
		return error_set(
		    err, ERROR_MDS_FORMAT, "the metadata BLOB has no number or no date of its next update");
	sum->number = json_integer_value(number);
	return true;
}

bool mds_index_put(struct bytes payload, enum trust_source source, const uint8_t blob_hash[32], struct buffer *out,
    struct mds_sum *sum, struct error *err)
{
	const struct json_reader reader = {ERROR_MDS_FORMAT, N_("the metadata BLOB's payload")};
	char hash[65];
	json_t *root = NULL, *index = NULL;
	bool done;

	*sum = (struct mds_sum){.number = 0};
	hex_put(bytes_of(blob_hash, 32), hash);
	done = strict_json_parse(&reader, payload, &root, err) && read_head(root, sum, err);
	if (done) {
		index = json_pack("{s:s, s:I, s:s, s:s, s:s, s:o}", "format", METADATA_INDEX_FORMAT, "number",
		    (json_int_t)sum->number, "next_update", sum->next_update, "blob", hash, "source",
		    source == TRUST_SHIPPED ? "shipped" : "site", "entries", entries_json(root, sum));
		done = index != NULL ? strict_json_put(index, JSON_COMPACT, out, err)
		                     : error_set(err, ERROR_MEMORY, "no memory for the metadata");
	}
	json_decref(index);
	json_decref(root);
	return done;
}
