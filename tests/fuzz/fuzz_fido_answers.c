/* A FIDO2 token that answers whatever the input says: pieces of two length bytes (big-endian) and that many bytes, which libfido2 gets
 * as answers; what we take out of its structures must hold. When the input ends, the token is gone. */
#include <openssl/evp.h>

#include "fido/assertion.h"
#include "fido/authenticator.h"
#include "fido/card_transport.h"
#include "fido/credential.h"
#include "tests/fuzz/fuzz.h"

enum { COMMAND_INIT = 0x06, NONCE_SIZE = 8, HANDSHAKE_SIZE = 17, FLAG_CBOR = 0x04 };

struct tape {
	struct bytes rest;
	uint8_t command; /* the CTAP2 one that was sent last */
	uint8_t nonce[NONCE_SIZE];
};

/* libfido2's open has no argument for it, and there is one at a time. */
static struct tape tape;

static void *open_tape(const char *path)
{
	(void)path;
	return &tape;
}

static void close_tape(void *handle)
{
	(void)handle;
}

static int no_read(void *handle, unsigned char *data, size_t len, int ms)
{
	(void)handle;
	(void)data;
	(void)len;
	(void)ms;
	return -1;
}

static int no_write(void *handle, const unsigned char *data, size_t len)
{
	(void)handle;
	(void)data;
	(void)len;
	return -1;
}

static int send(fido_dev_t *device, uint8_t command, const unsigned char *data, size_t len)
{
	struct bytes in = bytes_of(data, len);

	(void)device;
	tape.command = len > 0 ? data[0] : 0;
	return command != COMMAND_INIT || bytes_take_to(&in, tape.nonce, NONCE_SIZE) ? 0 : -1;
}

static int fetch(fido_dev_t *device, uint8_t command, unsigned char *data, size_t len, int ms)
{
	struct bytes answer, nonce = BYTES_OF(tape.nonce);
	uint16_t size;

	(void)device;
	(void)ms;
	if (command == COMMAND_INIT) {
		if (len < HANDSHAKE_SIZE || !bytes_take_to(&nonce, data, NONCE_SIZE))
			return -1;
		for (size_t i = NONCE_SIZE; i < HANDSHAKE_SIZE; i++)
			data[i] = i == HANDSHAKE_SIZE - 1 ? FLAG_CBOR : 0;
		return HANDSHAKE_SIZE;
	}
	if (!bytes_take_u16(&tape.rest, &size) || !bytes_take(&tape.rest, size, &answer) || answer.len > len ||
	    !card_answer_check(bytes_of(&tape.command, 1), answer, NULL))
		return -1;
	return bytes_take_to(&answer, data, answer.len) ? (int)size : -1;
}

static void make(struct authenticator *authenticator, enum ssh_key_type type)
{
	const struct credential_request request = {.type = type,
	    .application = "ssh:",
	    .challenge = bytes_of_text("0123456789abcdef"),
	    .user = "alice",
	    .user_name = "alice"};
	struct credential made = CREDENTIAL_EMPTY;
	struct ssh_key key = SSH_KEY_EMPTY;

	if (credential_make(authenticator, &request, &made, NULL)) {
		demand(made.key_handle.len > 0 && made.attestation_object.len > 0 && made.authenticator_data.len > 0);
		if (credential_ssh_key(&made, &key, NULL))
			demand(key.type == type);
	}
	ssh_key_clear(&key);
	credential_clear(&made);
}

static void sign(struct authenticator *authenticator, enum ssh_key_type type)
{
	static const uint8_t handle[64] = {1};
	const struct assertion_request request = {
	    .type = type, .application = "ssh:", .key_handle = BYTES_OF(handle), .presence = true};
	struct assertion signed_one = ASSERTION_EMPTY;
	struct buffer signature = BUFFER_EMPTY;

	if (assertion_make(authenticator, &request, bytes_of_text("message"), &signed_one, NULL)) {
		demand(signed_one.r.len > 0);
		demand(assertion_put_signature(type, &signed_one, &signature, NULL));
	}
	buffer_free(&signature);
	assertion_clear(&signed_one);
}

static void find(struct authenticator *authenticator)
{
	static const uint8_t handle[64] = {1}, other[64] = {2};
	const struct bytes ids[] = {BYTES_OF(handle), BYTES_OF(other)};
	size_t place = 9;

	if (assertion_find(authenticator, "ssh:", ids, 2, NULL, &place, NULL))
		demand(place <= 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const fido_dev_io_t io = {open_tape, close_tape, no_read, no_write};
	static const fido_dev_transport_t transport = {fetch, send};
	struct authenticator authenticator = {.device = fido_dev_new(), .facts = {.ctap2 = true, .protects = true}};

	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	tape.rest = bytes_of(data, size);
	if (authenticator.device != NULL && fido_dev_set_io_functions(authenticator.device, &io) == FIDO_OK &&
	    fido_dev_set_transport_functions(authenticator.device, &transport) == FIDO_OK &&
	    fido_dev_open(authenticator.device, "tape") == FIDO_OK) {
		make(&authenticator, SSH_KEY_SK_ED25519);
		sign(&authenticator, SSH_KEY_SK_ED25519);
		make(&authenticator, SSH_KEY_SK_ECDSA);
		sign(&authenticator, SSH_KEY_SK_ECDSA);
		find(&authenticator);
	}
	authenticator_close(&authenticator);
	return 0;
}
