/* libcrypto would rather have the functions that can fail. Its low-level ones work on what the caller holds, and of theirs only those
 * that a message of 2^61 bytes would trouble say so. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "policy/digest.h"

void digest_sha256(struct bytes message, uint8_t digest[SHA256_DIGEST_LENGTH])
{
	SHA256_CTX context;

	(void)SHA256_Init(&context);
	(void)SHA256_Update(&context, message.data, message.len);
	(void)SHA256_Final(digest, &context);
}

void digest_sha1(struct bytes message, uint8_t digest[SHA_DIGEST_LENGTH])
{
	SHA_CTX context;

	(void)SHA1_Init(&context);
	(void)SHA1_Update(&context, message.data, message.len);
	(void)SHA1_Final(digest, &context);
}
