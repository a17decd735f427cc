/* Enrollments. A certificate is parsed as it is; anything else is taken for what stands in the extension, and a registrar with
 * a fixed key signs a certificate around it: no fuzzer guesses a signature, and what is behind it wants to be met as well. */
#include <string.h>

#include "common/base64.h"
#include "registry/enrollment.h"
#include "tests/fuzz/fuzz.h"

#define KEY_TYPE "ssh-ed25519"
#define CERTIFICATE_TYPE KEY_TYPE "-cert-v01@openssh.com"
#define PUBLIC_KEY_SIZE 32
#define SIGNATURE_SIZE 64

struct registrar_pair {
	EVP_PKEY *pair;
	uint8_t public_key[PUBLIC_KEY_SIZE];
};

static void make_pair(struct registrar_pair *registrar)
{
	static const uint8_t private_key[32] = {1};
	size_t len = sizeof(registrar->public_key);

	registrar->pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, sizeof(private_key));
	demand(
	    registrar->pair != NULL && EVP_PKEY_get_raw_public_key(registrar->pair, registrar->public_key, &len) == 1);
}

static void put_signature(const struct registrar_pair *registrar, struct buffer *blob)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t bare[SIGNATURE_SIZE];
	size_t len = sizeof(bare), mark;
	struct error err = ERROR_EMPTY;

	demand(context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, registrar->pair) == 1);
	demand(EVP_DigestSign(context, bare, &len, blob->data, blob->len) == 1);
	EVP_MD_CTX_free(context);
	demand(buffer_open_u32(blob, &mark, &err) && buffer_put_ssh_text(blob, KEY_TYPE, &err) &&
	       buffer_put_ssh_string(blob, BYTES_OF(bare), &err));
	buffer_close_u32(blob, mark);
}

/* One extension: its name, and a string within a string as ssh-keygen writes a value. */
static void put_extensions(struct bytes content, struct buffer *blob)
{
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	size_t all = 0, value = 0;

	demand(base64_put(content, &text, &err));
	demand(buffer_open_u32(blob, &all, &err) && buffer_put_ssh_text(blob, ENROLLMENT_EXTENSION, &err) &&
	       buffer_open_u32(blob, &value, &err) && buffer_put_ssh_string(blob, buffer_bytes(&text), &err));
	buffer_close_u32(blob, value);
	buffer_close_u32(blob, all);
	buffer_free(&text);
}

/* The key is certified by itself, so that one fixed pair is enough. */
static void put_certificate(const struct registrar_pair *registrar, struct bytes content, struct buffer *blob)
{
	static const uint8_t principals[] = {0, 0, 0, 5, 'a', 'l', 'i', 'c', 'e'};
	const struct bytes key = BYTES_OF(registrar->public_key);
	struct error err = ERROR_EMPTY;
	size_t mark = 0;

	demand(buffer_put_ssh_text(blob, CERTIFICATE_TYPE, &err) && buffer_put_ssh_text(blob, "nonce", &err) &&
	       buffer_put_ssh_string(blob, key, &err) && buffer_put_u64(blob, 1, &err) &&
	       buffer_put_u32(blob, 1, &err) && buffer_put_ssh_text(blob, "id", &err) &&
	       buffer_put_ssh_string(blob, BYTES_OF(principals), &err) && buffer_put_u64(blob, 1000, &err) &&
	       buffer_put_u64(blob, 2000, &err) && buffer_put_ssh_text(blob, "", &err));
	put_extensions(content, blob);
	demand(buffer_put_ssh_text(blob, "", &err) && buffer_open_u32(blob, &mark, &err) &&
	       buffer_put_ssh_text(blob, KEY_TYPE, &err) && buffer_put_ssh_string(blob, key, &err));
	buffer_close_u32(blob, mark);
	put_signature(registrar, blob);
}

/* Every promise of enrollment_parse's header. */
static void check_taken(const struct enrollment *enrollment)
{
	uint8_t hash[EVIDENCE_HASH_SIZE];
	struct error err = ERROR_EMPTY;

	demand(enrollment->person[0] != '\0' && strcmp(enrollment->person, enrollment->possession.person) == 0);
	demand(evidence_hash(&enrollment->evidence, hash, &err));
	demand(bytes_equal(BYTES_OF(hash), BYTES_OF(enrollment->possession.evidence_hash)));
	demand(enrollment->certificate.critical_options.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct buffer blob = BUFFER_EMPTY;
	struct registrar_pair registrar;
	struct error err = ERROR_EMPTY;

	if (size > 65536)
		return 0;
	if (!ssh_certificate_is(in)) {
		make_pair(&registrar);
		put_certificate(&registrar, in, &blob);
		EVP_PKEY_free(registrar.pair);
		in = buffer_bytes(&blob);
	}
	if (enrollment_parse(in, &enrollment, &err))
		check_taken(&enrollment);
	else
		demand(err.code != ERROR_NONE);
	/* the wrapping is sound: only what is in it may be refused */
	demand(blob.len == 0 || (err.code != ERROR_SSH_CERTIFICATE && err.code != ERROR_SSH_KEY));
	enrollment_clear(&enrollment);
	buffer_free(&blob);
	return 0;
}
