#include "policy/fido.h"

#include "common/bytes.h"
#include "policy/appraise.h"
#include "policy/certificate.h"
#include "policy/client_data.h"
#include "policy/digest.h"
#include "policy/fido_attestation.h"
#include "policy/fido_auth_data.h"
#include "policy/fido_certificate.h"
#include "policy/fido_claims.h"
#include "policy/fido_evidence.h"
#include "policy/fido_formats.h"
#include "policy/fido_metadata.h"
#include "policy/fido_statement.h"
#include "policy/result.h"
#include "policy/roca.h"
#include "policy/signature.h"
#include "policy/ssh_sk_attest.h"
#include "policy/trust.h"
#include "policy/verification_key.h"

#define RSA_BITS_MINIMUM 2048U

static void attestation_clear(struct fido_attestation *attestation)
{
	buffer_free(&attestation->signed_data);
	buffer_free(&attestation->mended);
	buffer_free(&attestation->built);
}

static void hash_client_data(struct fido_attestation *attestation)
{
	struct bytes data = attestation->binding.client_data;

	if (attestation->binding.kind != FIDO_CLIENT_DATA_HASH)
		digest_sha256(data, attestation->client_data_hash);
	else if (!bytes_take_to(&data, attestation->client_data_hash, sizeof(attestation->client_data_hash)))
		attestation->client_data_hash[0] = 0;
}

static bool put_signed_data(struct fido_attestation *attestation, struct error *err)
{
	buffer_cut(&attestation->signed_data, 0);
	return buffer_put(&attestation->signed_data, attestation->auth_data.whole, err) &&
	       buffer_put(&attestation->signed_data, BYTES_OF(attestation->client_data_hash), err);
}

static bool check_application(const struct fido_attestation *attestation, struct error *err)
{
	struct bytes application = attestation->binding.application;
	uint8_t hash[SHA256_DIGEST_LENGTH];

	digest_sha256(application, hash);
	return bytes_equal(attestation->auth_data.rp_id_hash, BYTES_OF(hash)) ||
	       error_set(err, ERROR_FIDO_APPLICATION,
	           "the key was made for another application (RP id) than the one it is to be for");
}

static bool check_credential(const struct fido_attestation *attestation, struct error *err)
{
	const struct public_key *key = &attestation->auth_data.credential.key;

	if (!attestation->auth_data.flags.user_present)
		return error_set(
		    err, ERROR_FIDO_FLAGS, "nobody touched the device when the key was made (flag UP is clear)");
	if (key->kind != PUBLIC_KEY_RSA)
		return true;
	if (attestation->auth_data.credential.algorithm == SIGNATURE_RSA_SHA1 || key->bits < RSA_BITS_MINIMUM)
		return error_set(err, ERROR_KEY_WEAK, "the key is RSA with SHA-1, or of fewer than 2048 bits");
	if (roca_is_affected(key->modulus))
		return error_set(err, ERROR_KEY_ROCA,
		    "the key was made by the flawed generator of CVE-2017-15361: its private key can be computed");
	return true;
}

/* The credential's key as well: a point off its curve is found nowhere else. */
static bool check_point(const struct fido_attestation *attestation, struct error *err)
{
	const struct public_key *key = &attestation->auth_data.credential.key;

	if (attestation->certificates[0].key.point.len > 0 && public_key_equal(key, &attestation->certificates[0].key))
		return true;
	return verification_key_check(key, err) || error_prefix(err, "the credential's key");
}

/* What the wrapping does not decide. */
static bool check_attestation_key(const struct fido_attestation *attestation, struct error *err)
{
	const struct public_key *key = &attestation->certificates[0].key;

	if (key->kind == PUBLIC_KEY_RSA && roca_is_affected(key->modulus))
		return error_set(err, ERROR_KEY_ROCA,
		    "the attestation key was made by the flawed generator of CVE-2017-15361: anybody can sign in its "
		    "place");
	return true;
}

static void refuse_binding(struct result *result, const struct error *err)
{
	result_add_claim(result, CLAIM_BOUND, CLAIM_FAILED, "no", "authenticator data: its public key");
	result_refuse(result, err, NULL);
}

/* An SSH key of an sk type is its key and its application. */
static void check_binding(
    const struct fido_attestation *attestation, const struct appraisal *appraisal, struct result *result)
{
	struct error err = ERROR_EMPTY;
	struct public_key key;

	if (appraisal->expected_spki.len == 0) {
		result_add_claim(result, CLAIM_BOUND, CLAIM_NOT_PROVABLE, "", "");
	} else if (!public_key_parse(appraisal->expected_spki, &key, &err)) {
		(void)error_prefix(&err, "the key that was asked for");
		refuse_binding(result, &err);
	} else if (!public_key_equal(&key, &attestation->auth_data.credential.key)) {
		(void)error_set(
		    &err, ERROR_KEY_MISMATCH, "the attestation is for another key than the one that was asked for");
		refuse_binding(result, &err);
	} else if (appraisal->expected_application.len > 0 &&
	           !bytes_equal(appraisal->expected_application, attestation->binding.application)) {
		(void)error_set(
		    &err, ERROR_FIDO_APPLICATION, "the SSH key is for another application than the attested one");
		refuse_binding(result, &err);
	} else {
		result_add_claim(result, CLAIM_BOUND, CLAIM_PROVEN, "yes", "authenticator data: its public key");
	}
}

static void conclude(
    const struct fido_attestation *attestation, const struct appraisal *appraisal, struct result *result)
{
	struct error err = ERROR_EMPTY;

	if (!check_attestation_key(attestation, &err) || !check_point(attestation, &err) ||
	    !fido_claims_add(attestation, result, &err)) {
		result_refuse(result, &err, NULL);
		return;
	}
	fido_metadata_add(attestation, appraisal->trust, result);
	if (!attestation->statement.sorted || !attestation->auth_data.sorted)
		fido_tolerate(result, "the attestation object's keys do not stand in the canonical order");
	result->assurance = attestation->anchor->source == TRUST_SITE ? ASSURANCE_ORGANISATION : ASSURANCE_VENDOR;
	check_binding(attestation, appraisal, result);
}

/* What both wrappings have in common before the statement is looked at. */
static bool prepare(struct fido_attestation *attestation, struct bytes auth_data, struct error *err)
{
	if (!client_data_check(&attestation->binding, &attestation->challenge_len, err) ||
	    !fido_auth_data_parse(auth_data, &attestation->auth_data, err))
		return false;
	hash_client_data(attestation);
	return check_application(attestation, err) && check_credential(attestation, err) &&
	       put_signed_data(attestation, err);
}

void fido_appraise(const struct appraisal *appraisal, struct result *result)
{
	struct fido_attestation attestation = {.anchor = NULL};
	struct error err = ERROR_EMPTY;
	struct fido_ssh_key none;
	struct bytes object, auth_data;

	if (fido_evidence_take(appraisal->evidence, &object, &attestation.binding, &none, &err) &&
	    fido_object_parse(object, &attestation.statement, &auth_data, &err) &&
	    prepare(&attestation, auth_data, &err) && fido_format_check(&attestation, appraisal->trust, result, &err))
		conclude(&attestation, appraisal, result);
	else
		result_refuse(result, &err, NULL);
	attestation_clear(&attestation);
}

/* ssh-keygen's file says neither format nor algorithm: the one follows from the other fields, the other from the key. */
static bool read_statement(const struct ssh_sk_attest *file, struct fido_statement *statement, struct error *err)
{
	struct certificate certificate;

	*statement = (struct fido_statement){.format = FIDO_PACKED, .signature = file->signature, .sorted = true};
	if (file->certificate.len == 0)
		return error_set(err, ERROR_FIDO_NO_HARDWARE,
		    "the attestation file holds no certificate: the key attests itself or not at all, which says "
		    "nothing of hardware");
	statement->certificates[statement->num_certificates++] = file->certificate;
	if (!certificate_parse_tolerant(file->certificate, fido_certificate_tolerance(), &certificate, err))
		return error_prefix(err, "attestation certificate");
	statement->has_algorithm = true;
	if (certificate.key.kind == PUBLIC_KEY_ED25519)
		statement->algorithm = SIGNATURE_ED25519;
	else
		statement->algorithm =
		    certificate.key.kind == PUBLIC_KEY_RSA ? SIGNATURE_RSA_SHA256 : SIGNATURE_ECDSA_SHA256;
	return true;
}

/* The SSH key that came along has to be the credential. */
static bool check_ssh_key(
    const struct fido_attestation *attestation, const struct fido_ssh_key *beside, struct error *err)
{
	struct ssh_sk_key key;

	if (beside->blob.len == 0)
		return true;
	if (!ssh_sk_key_parse(beside->blob, &key, err))
		return false;
	if (!bytes_equal(key.application, attestation->binding.application))
		return error_set(
		    err, ERROR_FIDO_APPLICATION, "the SSH key is for another application than the attested one");
	return public_key_equal(&key.key, &attestation->auth_data.credential.key) ||
	       error_set(err, ERROR_KEY_MISMATCH, "the attestation is for another key than the SSH key beside it");
}

/* One way to read ssh-keygen's file. */
struct reading {
	enum fido_format format;
	bool plain_challenge; /* OpenSSH up to 8.6 took a challenge of 32 bytes for the hash itself */
};

static bool try_reading(struct fido_attestation *attestation, const struct reading *reading, const struct trust *trust,
    struct result *result, struct error *err)
{
	struct bytes challenge = attestation->binding.client_data;

	attestation->statement.format = reading->format;
	if (reading->plain_challenge && (attestation->binding.kind != FIDO_CLIENT_DATA_CHALLENGE ||
	                                    challenge.len != sizeof(attestation->client_data_hash)))
		return false;
	if (reading->plain_challenge &&
	    !bytes_take_to(&challenge, attestation->client_data_hash, sizeof(attestation->client_data_hash)))
		return false;
	if (!reading->plain_challenge)
		hash_client_data(attestation);
	if (!put_signed_data(attestation, err) || !fido_format_check(attestation, trust, result, err))
		return false;
	if (reading->plain_challenge)
		fido_tolerate(result, "the challenge was signed without being hashed first, as OpenSSH did up to 8.6");
	return true;
}

/* A signature that fits one reading fits no other, so the first that fits is the right one. */
static bool try_readings(
    struct fido_attestation *attestation, const struct trust *trust, struct result *result, struct error *err)
{
	static const struct reading packed[] = {{FIDO_PACKED, false}, {FIDO_PACKED, true}};
	static const struct reading u2f[] = {{FIDO_U2F, false}, {FIDO_U2F, true}};
	const struct reading *readings = fido_aaguid_is_zero(attestation->auth_data.aaguid) ? u2f : packed;
	struct result trial = *result;
	struct error later = ERROR_EMPTY;

	if (try_reading(attestation, &readings[0], trust, &trial, err)) {
		*result = trial;
		return true;
	}
	trial = *result;
	if (err->code != ERROR_FIDO_SIGNATURE || !try_reading(attestation, &readings[1], trust, &trial, &later))
		return false;
	*result = trial;
	return true;
}

void fido_appraise_ssh_sk(const struct appraisal *appraisal, struct result *result)
{
	struct fido_attestation attestation = {.anchor = NULL};
	struct error err = ERROR_EMPTY;
	struct fido_ssh_key beside;
	struct ssh_sk_attest file;
	struct bytes content;

	if (fido_evidence_take(appraisal->evidence, &content, &attestation.binding, &beside, &err) &&
	    ssh_sk_attest_parse(content, &beside, &file, &attestation.built, &err) &&
	    read_statement(&file, &attestation.statement, &err) && prepare(&attestation, file.auth_data, &err) &&
	    check_ssh_key(&attestation, &beside, &err) && try_readings(&attestation, appraisal->trust, result, &err))
		conclude(&attestation, appraisal, result);
	else
		result_refuse(result, &err, NULL);
	attestation_clear(&attestation);
}
