/* fido_recipe.h: makes FIDO attestations, honest ones in each format and any wrong variant of them, on chains of its own.
 * A recipe is numbers and texts that an honest one is filled with; a lie changes one of them. Tests only. */
#ifndef TESTS_FORGERY_FIDO_RECIPE_H
#define TESTS_FORGERY_FIDO_RECIPE_H

#include "policy/fido_evidence.h"
#include "policy/fido_statement.h"
#include "policy/trust.h"
#include "tests/forgery/keys.h"

/* Numbers and texts only. Booleans are 0 for what an honest device does. */
struct fido_recipe {
	int format;         /* enum fido_format, of the honest content */
	int wrapped_by_ssh; /* ssh-keygen's file instead of an attestation object */
	/* the object */
	const char *format_name;
	int object_rest, object_extra, object_indefinite, object_twice, statement_list;
	/* authenticator data */
	const char *application; /* what is hashed into it */
	int flags, counter, aaguid, id_len, data_rest, data_cut, cred_protect, extensions_empty;
	int cose_algorithm, cose_type, cose_curve, cose_off_curve, cose_extra;
	/* the statement */
	int algorithm, without_algorithm, without_certificates, no_certificates, statement_extra, signature_flipped;
	int signed_other_challenge, signer; /* enum forged_key */
	/* the attestation certificate */
	const char *country, *organisation, *unit, *name;
	int version, is_authority, without_constraints, leaf_key; /* enum forged_key */
	int aaguid_extension; /* 0 equal, 1 absent, 2 of another model, 3 critical, 4 without the inner string */
	int critical_unknown;
	int device_serial; /* four bytes of an enterprise attestation; 0: none */
	/* its path */
	const char *issuer;
	int issuer_key; /* enum forged_key */
	int with_ca, ca_not_authority, ca_other_key, stranger_behind, root_behind, second_certificate;
	/* tpm */
	const char *tpm_version;
	int magic, attest_type, extra_data_wrong, name_wrong, other_public_key, attributes, subject_filled, without_san;
	int san_not_critical, without_usage, certification_rest;
	/* android */
	int challenge_wrong, level, all_applications, imported, purpose, other_credential, without_description;
	/* apple */
	int nonce_wrong, without_nonce;
	/* what is handed in beside it */
	const char *given_application, *challenge;
	int hash_wrong, client_data_kind; /* enum fido_client_data */
	const char *json;
	int container_version, container_rest, container_reserved, empty_certificate, other_ssh_key;
};

/* fido_recipe_honest: what a genuine device of this format gives. */
void fido_recipe_honest(enum fido_format format, struct fido_recipe *recipe);

/* fido_recipe_evidence: makes it.
 *   evidence  out: to evidence_clear() */
bool fido_recipe_evidence(const struct fido_recipe *recipe, struct evidence *evidence, struct error *err) MUST_CHECK;

/* fido_recipe_put_bundle: a trust bundle that believes the roots that recipes use and distrusts "Test FIDO Preview CA". */
bool fido_recipe_put_bundle(struct buffer *out, struct error *err) MUST_CHECK;

/* fido_recipe_put_batch: a bundle that distrusts the attestation key of honest security keys, or its certificate.
 *   certificate  DER; empty: the entry names the key */
bool fido_recipe_put_batch(struct bytes certificate, struct buffer *out, struct error *err) MUST_CHECK;

/* fido_recipe_put_distrust: a bundle that distrusts the key of a root that recipes use, under any name. */
bool fido_recipe_put_distrust(const char *name, enum forged_key key, struct buffer *out, struct error *err) MUST_CHECK;

/* fido_certificate_put: appends the attestation certificate alone; nonce and key description as the format wants them. */
bool fido_recipe_put_certificate(const struct fido_recipe *recipe, struct bytes signed_data, struct bytes client_hash,
    struct buffer *out, struct error *err) MUST_CHECK;

/* fido_recipe_put_issuers: appends the names and certificates that follow in x5c, one SSH string each. */
bool fido_recipe_put_issuers(const struct fido_recipe *recipe, struct buffer *out, struct error *err) MUST_CHECK;

#endif
