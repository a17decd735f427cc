#include "policy/fido_metadata.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "common/bytes.h"
#include "common/language.h"
#include "policy/certificate.h"
#include "policy/digest.h"
#include "policy/fido_attestation.h"
#include "policy/fido_auth_data.h"
#include "policy/metadata.h"
#include "policy/result.h"
#include "policy/signature.h"
#include "policy/trust.h"

#define ADVISORY_ID_START "MDS-"
#define LEVEL_NONE "none"

/* What a report means. */
enum meaning {
	MEANING_LEVEL,    /* a certification, or that there is none */
	MEANING_NOTE,     /* worth knowing */
	MEANING_ADVISORY, /* a weakness: the policy decides */
	MEANING_REFUSAL,  /* the evidence itself is worth nothing any more */
};

struct status_row {
	const char *status, *word; /* as the metadata has it; as a claim's value */
	enum meaning meaning;
	enum severity severity;
	const char *text;
};

static const struct status_row statuses[] = {
    {"NOT_FIDO_CERTIFIED", LEVEL_NONE, MEANING_LEVEL, SEVERITY_NOTE, ""},
    {"SELF_ASSERTION_SUBMITTED", LEVEL_NONE, MEANING_LEVEL, SEVERITY_NOTE, ""},
    {"FIDO_CERTIFIED", "L1", MEANING_LEVEL, SEVERITY_NOTE, ""},
    {"FIDO_CERTIFIED_L1", "L1", MEANING_LEVEL, SEVERITY_NOTE, ""},
    {"FIDO_CERTIFIED_L1plus", "L1plus", MEANING_LEVEL, SEVERITY_NOTE, ""},
    {"FIDO_CERTIFIED_L2", "L2", MEANING_LEVEL, SEVERITY_NOTE, ""},
    {"FIDO_CERTIFIED_L2plus", "L2plus", MEANING_LEVEL, SEVERITY_NOTE, ""},
    {"FIDO_CERTIFIED_L3", "L3", MEANING_LEVEL, SEVERITY_NOTE, ""},
    {"FIDO_CERTIFIED_L3plus", "L3plus", MEANING_LEVEL, SEVERITY_NOTE, ""},
    {"FIPS140_CERTIFIED_L1", "fips140-l1", MEANING_NOTE, SEVERITY_NOTE, ""},
    {"FIPS140_CERTIFIED_L2", "fips140-l2", MEANING_NOTE, SEVERITY_NOTE, ""},
    {"FIPS140_CERTIFIED_L3", "fips140-l3", MEANING_NOTE, SEVERITY_NOTE, ""},
    {"FIPS140_CERTIFIED_L4", "fips140-l4", MEANING_NOTE, SEVERITY_NOTE, ""},
    {"UPDATE_AVAILABLE", "update-available", MEANING_ADVISORY, SEVERITY_NOTE,
        N_("The vendor has newer firmware for this model.")},
    {"RETIRED", "retired", MEANING_ADVISORY, SEVERITY_WARNING,
        N_("The vendor has retired this model: enroll no new ones.")},
    {"USER_VERIFICATION_BYPASS", "user-verification-bypass", MEANING_ADVISORY, SEVERITY_CRITICAL,
        N_("PIN or fingerprint of this model can be got around.")},
    {"USER_KEY_REMOTE_COMPROMISE", "user-key-remote-compromise", MEANING_ADVISORY, SEVERITY_CRITICAL,
        N_("Private keys of this model can be got at from afar.")},
    {"USER_KEY_PHYSICAL_COMPROMISE", "user-key-physical-compromise", MEANING_ADVISORY, SEVERITY_WARNING,
        N_("Whoever holds a device of this model can get at its private keys.")},
    {"ATTESTATION_KEY_COMPROMISE", "attestation-key-compromise", MEANING_REFUSAL, SEVERITY_CRITICAL,
        N_("this model's attestation key is known to others, so anybody can make such an attestation")},
    {"REVOKED", "revoked", MEANING_REFUSAL, SEVERITY_CRITICAL, N_("the FIDO alliance has revoked this model")},
};

static const struct status_row *find_row(const char *status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (strcmp(statuses[i].status, status) == 0)
			return &statuses[i];
	}
	return NULL;
}

bool fido_metadata_is_advisory(const char *id)
{
	const struct status_row *row = strncmp(id, ADVISORY_ID_START, strlen(ADVISORY_ID_START)) == 0
	                                   ? find_row(id + strlen(ADVISORY_ID_START))
	                                   : NULL;

	return row != NULL && row->meaning == MEANING_ADVISORY;
}

static struct bytes attestation_point(const struct fido_attestation *attestation)
{
	return attestation->certificates[0].key.point;
}

const struct metadata_entry *fido_metadata_find(const struct fido_attestation *attestation, const struct trust *trust)
{
	const struct metadata *metadata = trust_metadata(trust);
	struct bytes aaguid = attestation->auth_data.aaguid;

	if (metadata == NULL)
		return NULL;
	return fido_aaguid_is_zero(aaguid) ? metadata_find_key(metadata, attestation_point(attestation))
	                                   : metadata_find(metadata, aaguid);
}

static bool is_same_key(const struct trust_anchor *anchor, struct bytes spki)
{
	return bytes_equal(buffer_bytes(&anchor->spki), spki);
}

bool fido_metadata_find_anchor(
    const struct fido_attestation *attestation, size_t index, const struct trust_anchor **anchor)
{
	const struct certificate *certificate = &attestation->certificates[index];
	const struct metadata_entry *model = attestation->model;
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct error ignored = ERROR_EMPTY;

	if (model == NULL)
		return false;
	digest_sha256(certificate->whole, hash);
	for (size_t i = 0; i < model->num_anchors; i++) {
		const struct trust_anchor *next = &model->anchors[i];

		if ((index == 0 && trust_is_anchor_certificate(next, hash)) ||
		    (bytes_equal(buffer_bytes(&next->subject), certificate->issuer) &&
		        signature_check(&certificate->signature, next->key, ERROR_FIDO_PATH_SIGNATURE, &ignored))) {
			*anchor = next;
			return true;
		}
	}
	return false;
}

bool fido_metadata_check_anchor(const struct fido_attestation *attestation, struct error *err)
{
	const struct metadata_entry *model = attestation->model;

	if (model == NULL || model->num_anchors == 0)
		return true;
	for (size_t i = 0; i < model->num_anchors; i++) {
		const struct trust_anchor *anchor = &model->anchors[i];

		if (anchor == attestation->anchor || is_same_key(anchor, buffer_bytes(&attestation->anchor->spki)))
			return true;
		for (size_t j = 0; j < attestation->num_certificates; j++) {
			if (is_same_key(anchor, attestation->certificates[j].spki))
				return true;
		}
	}
	return error_set(err, ERROR_FIDO_AAGUID,
	    "\"%s\" does not attest the model that the key claims: the FIDO metadata has other issuers for it",
	    attestation->anchor->name);
}

/* A certification ends on a day that is known beforehand. What speaks against a model does not, whatever day a report names: FIPS 140
 * certificates have a sunset, and a key that is known to others stays so. */
static bool may_end(const struct status_row *row)
{
	return row != NULL && (row->meaning == MEANING_LEVEL || row->meaning == MEANING_NOTE) &&
	       strcmp(row->word, LEVEL_NONE) != 0;
}

static bool is_effective(const struct metadata_status *status, const struct status_row *row, int64_t now)
{
	int64_t day;

	if (status->from != NULL && metadata_date(status->from, &day) && now < day)
		return false;
	return !may_end(row) || status->until == NULL || !metadata_date(status->until, &day) || now < day;
}

/* A report that names a certificate is about that batch alone, or about all batches below where it is an issuer's. */
static bool is_concerned(const struct metadata_status *status, const struct fido_attestation *attestation)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	if (!status->has_batch || bytes_equal(BYTES_OF(attestation->anchor->spki_hash), BYTES_OF(status->batch)))
		return true;
	for (size_t i = 0; i < attestation->num_certificates; i++) {
		struct bytes spki = attestation->certificates[i].spki;

		digest_sha256(spki, hash);
		if (bytes_equal(BYTES_OF(hash), BYTES_OF(status->batch)))
			return true;
	}
	return false;
}

/* What the reports sum up to. */
struct findings {
	const char *level;
	char words[128]; /* of everything that is no level */
};

/* Each word once: vendors report every update, and what is behind the last one must not be cut off. */
static void note_word(struct findings *findings, const char *word)
{
	struct bytes rest = bytes_of_text(findings->words), noted;
	size_t len = strlen(findings->words);

	while (bytes_take_until(&rest, ',', &noted)) {
		if (bytes_equal_text(noted, word))
			return;
	}
	(void)snprintf(findings->words + len, sizeof(findings->words) - len, "%s%s", len == 0 ? "" : ",", word);
}

static void apply_row(const struct status_row *row, struct findings *findings, struct result *result)
{
	struct advisory_hit hit = {.severity = row->severity};
	struct error err = ERROR_EMPTY;

	switch (row->meaning) {
	case MEANING_LEVEL:
		findings->level = row->word;
		return;
	case MEANING_NOTE:
		break;
	case MEANING_ADVISORY:
		(void)snprintf(hit.id, sizeof(hit.id), ADVISORY_ID_START "%s", row->status);
		(void)snprintf(hit.text, sizeof(hit.text), "%s", translated(row->text));
		(void)snprintf(hit.reference, sizeof(hit.reference), "https://fidoalliance.org/metadata/");
		result_add_advisory(result, &hit);
		break;
	case MEANING_REFUSAL:
		(void)error_set(&err, ERROR_MDS_STATUS, "%s", translated(row->text));
		result_refuse(result, &err, NULL);
		break;
	}
	note_word(findings, row->word);
}

/* The last certification in force counts, whatever came before it; a compromise is not undone by a later certification.
 *   all  those without a batch as well */
static void apply_statuses(const struct fido_attestation *attestation, const struct metadata_entry *entry, bool all,
    struct findings *findings, struct result *result)
{
	for (size_t i = 0; i < entry->num_statuses; i++) {
		const struct metadata_status *status = &entry->statuses[i];
		const struct status_row *row = find_row(status->status);

		if (!all && !status->has_batch)
			continue;
		if (!is_effective(status, row, result->appraised_at) || !is_concerned(status, attestation))
			continue;
		if (row != NULL) {
			apply_row(row, findings, result);
		} else {
			findings->level = LEVEL_NONE;
			note_word(findings, "unknown");
		}
	}
}

/* Of another entry of the same model the bad news count, and its certifications do not. What is said of a batch counts wherever it is
 * said: whoever has its key writes the AAGUID of any model. */
static void apply_others(const struct fido_attestation *attestation, const struct metadata *metadata,
    struct findings *findings, struct result *result)
{
	const struct metadata_entry *model = attestation->model;
	const char *level = findings->level;

	for (size_t i = 0; i < metadata->num_entries; i++) {
		const struct metadata_entry *other = &metadata->entries[i];

		if (other != model)
			apply_statuses(
			    attestation, other, model != NULL && metadata_is_twin(model, other), findings, result);
	}
	findings->level = level;
}

/* What is too old to be relied upon is told as a claim of somebody's, on which no rule rests unless it says so. */
static void add_model(const struct fido_attestation *attestation, const struct metadata *metadata,
    enum claim_grade grade, const char *proof, struct result *result)
{
	const struct metadata_entry *model = attestation->model;
	struct findings findings = {.level = LEVEL_NONE};

	if (model != NULL)
		apply_statuses(attestation, model, true, &findings, result);
	apply_others(attestation, metadata, &findings, result);
	if (model == NULL)
		return;
	result_add_claim(result, CLAIM_MODEL, grade, model->description, proof);
	result_add_claim(result, CLAIM_CERTIFICATION_LEVEL, grade, findings.level, proof);
	result_add_claim(result, CLAIM_MODEL_STATUS, grade, findings.words[0] == '\0' ? "good" : findings.words, proof);
	result_add_claim(result, CLAIM_KEY_PROTECTION, grade, model->key_protection, proof);
	result_add_claim(result, CLAIM_MATCHER_PROTECTION, grade, model->matcher_protection, proof);
	result_add_claim(result, CLAIM_KEY_RESTRICTED, grade, model->key_restricted ? "yes" : "no", proof);
}

/* By how many days it is late. */
static int64_t tell_late(const struct metadata *metadata, struct result *result)
{
	struct error err = ERROR_EMPTY;
	int64_t days;

	if (!metadata_is_late(metadata, result->appraised_at, &days))
		return 0;
	(void)error_set(&err, ERROR_MDS_LATE, "the FIDO metadata no %lld is %lld days past its next update",
	    (long long)metadata->number, (long long)days);
	result_warn(result, &err, NULL);
	return days;
}

void fido_metadata_add(const struct fido_attestation *attestation, const struct trust *trust, struct result *result)
{
	const struct metadata *metadata = trust_metadata(trust);
	char proof[64];
	bool outdated;

	if (metadata == NULL) {
		result_add_claim(result, CLAIM_METADATA, CLAIM_PROVEN, "none", "no FIDO metadata is installed");
		return;
	}
	(void)snprintf(proof, sizeof(proof), METADATA_NAME_FORMAT, (long long)metadata->number);
	outdated = tell_late(metadata, result) > METADATA_LATE_DAYS_MAXIMUM;
	result_add_claim(result, CLAIM_METADATA, CLAIM_PROVEN,
	    outdated                     ? "outdated"
	    : attestation->model == NULL ? "unlisted"
	                                 : "listed",
	    proof);
	add_model(attestation, metadata, outdated ? CLAIM_CLAIMED : CLAIM_IMPLIED, proof, result);
}
