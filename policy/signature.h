/* signature.h: the signature algorithms that evidence may use, and their check.
 * Source: RFC 4055 5, RFC 5758 3.2, RFC 8410 3. */
#ifndef POLICY_SIGNATURE_H
#define POLICY_SIGNATURE_H

#include "common/bytes.h"
#include "common/error.h"

struct public_key;
struct verification_key;

enum signature_algorithm {
	SIGNATURE_RSA_SHA256,
	SIGNATURE_RSA_SHA384,
	SIGNATURE_RSA_SHA512,
	SIGNATURE_ECDSA_SHA256,
	SIGNATURE_ECDSA_SHA384,
	SIGNATURE_ECDSA_SHA512, /* these two: requests only, no vendor's certificate has them */
	SIGNATURE_ED25519,
	SIGNATURE_RSA_SHA1, /* statements of TPMs only: no certificate and no request can name it */
};

/* What signed what. */
struct signature {
	enum signature_algorithm algorithm;
	bool without_null; /* an RSA identifier whose parameters are absent: seen on a genuine device */
	struct bytes message, value;
};

/* signature_parse_algorithm: reads the content of an AlgorithmIdentifier into `signature`.
 * Errors: ERROR_CERTIFICATE_ALGORITHM (not allowed), ERROR_EVIDENCE_CERTIFICATE (malformed). */
bool signature_parse_algorithm(struct bytes content, struct signature *signature, struct error *err) MUST_CHECK;

/* signature_check: whether this key made the signature. RSA keys must have 2048 bits at least.
 *   code  what a wrong signature is reported as
 * Errors: `code`, ERROR_CERTIFICATE_ALGORITHM (the algorithm does not go with the key), ERROR_CRYPTO. */
bool signature_check(const struct signature *signature, const struct verification_key *key, enum error_code code,
    struct error *err) MUST_CHECK;

/* signature_check_once: the same with a key that is needed for this one check.
 * Errors: those of verification_key_new and of signature_check. */
bool signature_check_once(const struct signature *signature, const struct public_key *key, enum error_code code,
    struct error *err) MUST_CHECK;

#endif
