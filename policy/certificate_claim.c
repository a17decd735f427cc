#include "policy/certificate_claim.h"

#include <string.h>

#include "policy/certificate.h"
#include "policy/certificate_twin.h"
#include "policy/digest.h"
#include "policy/hex.h"
#include "policy/result.h"

_Static_assert(RESULT_TWINS_MAXIMUM >= TWIN_CURVE_COUNT, "raise RESULT_TWINS_MAXIMUM");

static void put_hash(struct bytes der, char text[RESULT_HASH_SIZE])
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	digest_sha256(der, hash);
	hex_put(BYTES_OF(hash), text);
}

/* Who signed it is not asked: on the other curve the hash is one that no certificate has. */
static bool add_turned(const struct certificate *certificate, struct result *result, struct error *err)
{
	bool done = true;

	for (enum twin_curve curve = TWIN_P256; done && curve < TWIN_CURVE_COUNT; curve++) {
		struct buffer twin = BUFFER_EMPTY;

		done = certificate_put_twin(certificate, curve, &twin, err);
		if (done && twin.len > 0)
			put_hash(buffer_bytes(&twin), result->certificate_twins[result->num_certificate_twins++]);
		buffer_free(&twin);
	}
	return done;
}

bool certificate_claim_add(const struct certificate *certificate, struct bytes der, const char *proof,
    struct result *result, struct error *err)
{
	char text[RESULT_HASH_SIZE];

	put_hash(der, text);
	result_add_claim(result, CLAIM_DEVICE_CERTIFICATE, CLAIM_PROVEN, text, proof);
	result->num_certificate_twins = 0;
	return add_turned(certificate, result, err);
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
