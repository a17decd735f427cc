#include "registry/attested_possession.h"

#include <openssl/rand.h>
#include <string.h>

#include "common/bytes.h"
#include "policy/digest.h"
#include "policy/evidence.h"
#include "policy/fido_evidence.h"
#include "registry/possession.h"

#define DRAWN_BEGIN "keyenroll possession "

/* How far the clocks of two desks of one registrar may be apart. */
#define CLOCK_SKEW_SECONDS 300

bool attested_challenge_draw(
    const struct ssh_key *registrar, const char *person, int64_t now, struct buffer *text, struct error *err)
{
	const struct evidence none = EVIDENCE_EMPTY;
	struct possession record;

	if (!possession_draw(registrar, person, &none, now, &record, err))
		return false;
	memset(record.evidence_hash, 0, sizeof(record.evidence_hash));
	return possession_encode(&record, text, err);
}

static bool find_challenge(const struct evidence *evidence, struct bytes *challenge, struct error *err)
{
	struct fido_binding binding;
	struct fido_ssh_key key;
	struct bytes object;

	if (evidence->format != EVIDENCE_FIDO && evidence->format != EVIDENCE_SSH_SK)
		return error_set(err, ERROR_ENROLLMENT_POSSESSION,
		    "evidence of the format %s answers no challenge: the key itself has to sign",
		    evidence_format_name(evidence->format));
	if (!fido_evidence_take(evidence, &object, &binding, &key, err))
		return false;
	if (binding.kind != FIDO_CLIENT_DATA_CHALLENGE)
		return error_set(err, ERROR_ENROLLMENT_POSSESSION,
		    "the evidence does not hold the challenge that the attestation answers");
	*challenge = binding.client_data;
	return true;
}

/* What begins like a drawn challenge has to be one, whole: else a changed one would pass for a challenge of somebody's own. */
static bool read_drawn(struct bytes challenge, struct possession *record, bool *drawn, struct error *err)
{
	static const uint8_t to_come[EVIDENCE_HASH_SIZE];

	*drawn = bytes_start_with(challenge, DRAWN_BEGIN);
	if (!*drawn)
		return true;
	if (!possession_parse(challenge, record, err))
		return error_prefix(err, "the challenge");
	return bytes_equal(BYTES_OF(record->evidence_hash), BYTES_OF(to_come)) ||
	       error_set(err, ERROR_ENROLLMENT_POSSESSION, "the challenge is the record of another enrollment");
}

static bool check_drawn(const struct possession *record, const struct possession *challenge, struct error *err)
{
	if (strcmp(record->registrar, challenge->registrar) != 0)
		return error_set(err, ERROR_ENROLLMENT_POSSESSION, "the challenge was drawn by another registrar, %s",
		    challenge->registrar);
	if (strcmp(record->person, challenge->person) != 0)
		return error_set(err, ERROR_ENROLLMENT_POSSESSION, "the challenge was drawn for another person, %s",
		    challenge->person);
	if (record->time < challenge->time - CLOCK_SKEW_SECONDS ||
	    record->time - challenge->time > ATTESTED_CHALLENGE_LIFE_SECONDS)
		return error_set(err, ERROR_ENROLLMENT_POSSESSION,
		    "the challenge is not of the %d days before the enrollment: draw a new one",
		    (int)(ATTESTED_CHALLENGE_LIFE_SECONDS / 86400));
	return true;
}

static bool check_challenge(const struct possession *record, struct bytes challenge, bool *drawn, struct error *err)
{
	struct possession told;
	uint8_t hash[SHA256_DIGEST_LENGTH];

	digest_sha256(challenge, hash);
	if (!bytes_equal(BYTES_OF(record->challenge), BYTES_OF(hash)))
		return error_set(
		    err, ERROR_ENROLLMENT_POSSESSION, "the record is about another challenge than the evidence");
	return read_drawn(challenge, &told, drawn, err) && (!*drawn || check_drawn(record, &told, err));
}

bool attested_possession_fill(const struct ssh_key *registrar, const char *person, const struct evidence *evidence,
    int64_t now, struct possession *possession, bool *drawn, struct error *err)
{
	struct possession filled;
	struct bytes challenge;

	if (!find_challenge(evidence, &challenge, err) ||
	    !possession_draw(registrar, person, evidence, now, &filled, err))
		return false;
	digest_sha256(challenge, filled.challenge);
	if (!check_challenge(&filled, challenge, drawn, err))
		return false;
	*possession = filled;
	return true;
}

bool attested_possession_check(const struct possession *possession, const struct evidence *evidence, struct error *err)
{
	struct bytes challenge;
	bool drawn;

	return find_challenge(evidence, &challenge, err) && check_challenge(possession, challenge, &drawn, err);
}
