#include "policy/certificate_claim.h"

#include <string.h>

#include "policy/certificate.h"
#include "policy/certificate_twin.h"
#include "policy/digest.h"
#include "policy/hex.h"
#include "policy/result.h"

_Static_assert(RESULT_TWINS_MAXIMUM == CERTIFICATE_TWINS_MAXIMUM, "they are the same ones");

bool certificate_claim_add(const struct certificate *certificate, enum evidence_format format, struct bytes der,
    const char *proof, struct result *result, struct error *err)
{
	uint8_t hash[SHA256_DIGEST_LENGTH], twins[CERTIFICATE_TWINS_MAXIMUM][SHA256_DIGEST_LENGTH];
	char text[RESULT_HASH_SIZE];
	size_t num;

	digest_sha256(der, hash);
	hex_put(BYTES_OF(hash), text);
	result_add_claim(result, CLAIM_DEVICE_CERTIFICATE, CLAIM_PROVEN, text, proof);
	result->num_certificate_twins = 0;
	if (!certificate_hash_twins(certificate, format, twins, &num, err))
		return false;
	for (size_t i = 0; i < num; i++)
		hex_put(BYTES_OF(twins[i]), result->certificate_twins[i]);
	result->num_certificate_twins = num;
	return true;
}

bool certificate_claim_is(const struct result *result, const char *hash)
{
	const struct claim *claim = result_find_claim(result, CLAIM_DEVICE_CERTIFICATE);

	if (claim == NULL)
		return false;
	for (size_t i = 0; i < result->num_certificate_twins; i++)
		if (strcmp(result->certificate_twins[i], hash) == 0)
			return true;
	return strcmp(claim->value, hash) == 0;
}
