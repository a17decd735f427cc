#include "policy/trust.h"

#include <stdlib.h>
#include <string.h>

#include "policy/advisory.h"
#include "policy/certificate_twin.h"
#include "policy/digest.h"
#include "policy/metadata.h"
#include "policy/trust_store.h"
#include "policy/verification_key.h"

bool trust_new(struct trust **trust, struct error *err)
{
	*trust = calloc(1, sizeof(**trust));
	return *trust != NULL || error_set(err, ERROR_MEMORY, "no memory for the trust");
}

void trust_anchor_clear(struct trust_anchor *anchor)
{
	free(anchor->name);
	free(anchor->vendor);
	free(anchor->bundle);
	free(anchor->distrust_reason);
	buffer_free(&anchor->subject);
	buffer_free(&anchor->spki);
	verification_key_free(anchor->key);
	buffer_free(&anchor->certificates);
	buffer_free(&anchor->aaguids);
}

static void clear_advisory(struct advisory *advisory)
{
	free(advisory->id);
	free(advisory->vendor);
	free(advisory->product);
	free(advisory->text);
	free(advisory->reference);
	free(advisory->format);
	free(advisory->firmware_from);
	for (size_t i = 0; i < advisory->num_key_kinds; i++)
		free(advisory->key_kinds[i]);
	for (size_t i = 0; i < advisory->num_marks; i++) {
		for (size_t j = 0; j < advisory->marks[i].num_values; j++)
			free(advisory->marks[i].values[j]);
		free(advisory->marks[i].values);
	}
	for (size_t i = 0; i < advisory->num_ranges; i++) {
		free(advisory->ranges[i].edition);
		free(advisory->ranges[i].form_factor);
	}
}

void trust_clear(struct trust *trust)
{
	for (size_t i = 0; i < trust->num_anchors; i++)
		trust_anchor_clear(&trust->anchors[i]);
	for (size_t i = 0; i < trust->num_advisories; i++)
		clear_advisory(&trust->advisories[i]);
	free(trust->anchors);
	free(trust->advisories);
	free(trust->version);
	metadata_free(trust->metadata);
	*trust = (struct trust){.anchors = NULL};
}

void trust_free(struct trust *trust)
{
	if (trust == NULL)
		return;
	trust_clear(trust);
	free(trust);
}

/* Moves the elements of `source` behind those of `target`; both keep their own arrays. The new array is made first, so that
 * nothing is half moved. */
static bool make_room(void **array, size_t num, size_t more, size_t size, struct error *err)
{
	void *grown = more == 0 ? *array : realloc(*array, (num + more) * size);

	if (grown == NULL && more > 0)
		return error_set(err, ERROR_MEMORY, "no memory for the trust");
	*array = grown;
	return true;
}

static bool merge(struct trust *trust, struct trust *more, struct error *err)
{
	void *anchors = trust->anchors, *advisories = trust->advisories;
	bool room = make_room(&anchors, trust->num_anchors, more->num_anchors, sizeof(*trust->anchors), err);

	trust->anchors = anchors;
	if (!room)
		return false;
	room = make_room(&advisories, trust->num_advisories, more->num_advisories, sizeof(*trust->advisories), err);
	trust->advisories = advisories;
	if (!room)
		return false;
	for (size_t i = 0; i < more->num_anchors; i++)
		trust->anchors[trust->num_anchors++] = more->anchors[i];
	for (size_t i = 0; i < more->num_advisories; i++)
		trust->advisories[trust->num_advisories++] = more->advisories[i];
	more->num_anchors = 0;
	more->num_advisories = 0;
	if (more->version != NULL) {
		free(trust->version);
		trust->version = more->version;
		more->version = NULL;
	}
	return true;
}

/* A key that any bundle distrusts for a kind of evidence is believed for it under no name and in no bundle: what a vendor issues
 * one application's certificates with is a stranger to the other. The structures point into buffers of their own,
 * so moving them in an array is harmless. */
static bool spread_distrust(struct trust *trust, struct error *err)
{
	for (size_t i = 0; i < trust->num_anchors; i++) {
		struct trust_anchor *anchor = &trust->anchors[i];

		for (size_t j = 0; j < trust->num_anchors && !anchor->distrusted; j++) {
			const struct trust_anchor *other = &trust->anchors[j];

			if (!other->distrusted || other->format != anchor->format ||
			    !bytes_equal(BYTES_OF(anchor->spki_hash), BYTES_OF(other->spki_hash)))
				continue;
			anchor->distrust_reason = strdup(other->distrust_reason);
			if (anchor->distrust_reason == NULL)
				return error_set(err, ERROR_MEMORY, "no memory for the trust");
			anchor->distrust_code = other->distrust_code;
			anchor->distrusted = true;
		}
	}
	return true;
}

bool trust_add(struct trust *trust, struct bytes json, const char *origin, enum trust_source source, struct error *err)
{
	struct trust more = {.anchors = NULL};
	bool done = trust_bundle_read(json, origin, source, &more, err) && merge(trust, &more, err) &&
	            spread_distrust(trust, err);

	trust_clear(&more);
	return done;
}

const struct trust_anchor *trust_find(
    const struct trust *trust, enum evidence_format format, struct bytes subject, const struct trust_anchor *after)
{
	size_t first = after == NULL ? 0 : (size_t)(after - trust->anchors) + 1;

	for (size_t i = first; i < trust->num_anchors; i++) {
		const struct trust_anchor *anchor = &trust->anchors[i];

		if (anchor->format == format && bytes_equal(buffer_bytes(&anchor->subject), subject))
			return anchor;
	}
	return NULL;
}

bool trust_is_anchor_certificate(const struct trust_anchor *anchor, const uint8_t hash[32])
{
	struct bytes rest = buffer_bytes(&anchor->certificates), one;

	while (bytes_take(&rest, 32, &one)) {
		if (bytes_equal(one, bytes_of(hash, 32)))
			return true;
	}
	return false;
}

const struct trust_anchor *trust_find_distrusted(
    const struct trust *trust, enum evidence_format format, struct bytes spki)
{
	for (size_t i = 0; i < trust->num_anchors; i++) {
		const struct trust_anchor *anchor = &trust->anchors[i];

		if (anchor->distrusted && anchor->format == format && bytes_equal(buffer_bytes(&anchor->spki), spki))
			return anchor;
	}
	return NULL;
}

static const struct trust_anchor *find_distrusted_hash(
    const struct trust *trust, enum evidence_format format, const uint8_t hash[32])
{
	for (size_t i = 0; i < trust->num_anchors; i++) {
		const struct trust_anchor *anchor = &trust->anchors[i];

		if (anchor->distrusted && anchor->format == format && trust_is_anchor_certificate(anchor, hash))
			return anchor;
	}
	return NULL;
}

static bool distrusts_certificates(const struct trust *trust, enum evidence_format format)
{
	for (size_t i = 0; i < trust->num_anchors; i++)
		if (trust->anchors[i].distrusted && trust->anchors[i].format == format &&
		    trust->anchors[i].certificates.len > 0)
			return true;
	return false;
}

bool trust_check_distrusted_certificate(const struct trust *trust, enum evidence_format format,
    const struct certificate *certificate, struct bytes der, const struct trust_anchor **found, struct error *err)
{
	uint8_t hash[SHA256_DIGEST_LENGTH], twins[CERTIFICATE_TWINS_MAXIMUM][SHA256_DIGEST_LENGTH];
	size_t num;

	*found = NULL;
	/* hashed only where there is something to compare with */
	if (!distrusts_certificates(trust, format))
		return true;
	digest_sha256(der, hash);
	*found = find_distrusted_hash(trust, format, hash);
	if (*found != NULL)
		return true;
	if (!certificate_hash_twins(certificate, format, twins, &num, err))
		return false;
	for (size_t i = 0; *found == NULL && i < num; i++)
		*found = find_distrusted_hash(trust, format, twins[i]);
	return true;
}

void trust_take_metadata(struct trust *trust, struct metadata *metadata)
{
	metadata_free(trust->metadata);
	trust->metadata = metadata;
}

const struct metadata *trust_metadata(const struct trust *trust)
{
	return trust->metadata;
}

const char *trust_version(const struct trust *trust)
{
	return trust->version == NULL ? "none" : trust->version;
}

const struct trust_anchor *trust_anchor(const struct trust *trust, size_t index)
{
	return index < trust->num_anchors ? &trust->anchors[index] : NULL;
}

const struct advisory *trust_advisory(const struct trust *trust, size_t index)
{
	return index < trust->num_advisories ? &trust->advisories[index] : NULL;
}
