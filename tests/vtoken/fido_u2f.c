#include "tests/vtoken/fido_instructions.h"
#include "tests/vtoken/status.h"

enum { INS_REGISTER = 1, INS_AUTHENTICATE = 2, INS_VERSION = 3, ALGORITHM_P256 = 0x11, REGISTERED = 0x05 };
enum { CHECK_ONLY = 0x07, WITH_PRESENCE = 0x03, WITHOUT_PRESENCE = 0x08 };

/* A U2F host polls by itself, so there is no waiting: the finger is there or it is not. */
static bool is_present(const struct card *card)
{
	return card->touch.comes && card->touch.after_ms == 0;
}

/* 00, relying party, challenge, key handle, point; Source: FIDO U2F Raw Message Formats 1.2, 4.3. */
static bool put_registration(
    const struct fido *fido, const struct fido_credential *made, struct bytes challenge, struct buffer *out)
{
	struct buffer message = BUFFER_EMPTY;
	uint8_t *point = NULL;
	size_t len = EVP_PKEY_get1_encoded_public_key(made->key, &point);
	bool done =
	    buffer_put_u8(&message, 0, NULL) && buffer_put(&message, BYTES_OF(made->rp_hash), NULL) &&
	    buffer_put(&message, challenge, NULL) && buffer_put(&message, BYTES_OF(made->id), NULL) &&
	    buffer_put_u8(out, REGISTERED, NULL) && buffer_put(out, bytes_of(point, len), NULL) &&
	    buffer_put_u8(out, FIDO_CREDENTIAL_ID_SIZE, NULL) && buffer_put(out, BYTES_OF(made->id), NULL) &&
	    buffer_put(out, buffer_bytes(&fido->attestation_certificate), NULL) &&
	    fido_sign(made->algorithm, fido->attestation_key, buffer_bytes(&message), bytes_of(point, len), out);

	OPENSSL_free(point);
	buffer_free(&message);
	return done;
}

static unsigned run_register(struct card *card, const struct command *command, struct buffer *reply)
{
	struct bytes in = command->data, challenge, rp_hash;
	struct fido_credential made;
	bool done;

	if (!bytes_take(&in, FIDO_HASH_SIZE, &challenge) || !bytes_take(&in, FIDO_HASH_SIZE, &rp_hash) || in.len > 0)
		return STATUS_LENGTH;
	if (card->fido.attestation_key == NULL)
		return STATUS_INSTRUCTION;
	if (!is_present(card))
		return STATUS_CONDITIONS;
	done = fido_credential_make(algorithm_find(ALGORITHM_P256), rp_hash, &made) &&
	       put_registration(&card->fido, &made, challenge, reply) && fido_credential_add(&card->fido, &made);
	fido_credential_clear(&made);
	card->changed = true;
	return done ? STATUS_DONE : STATUS_FAILURE;
}

/* Signed: relying party, presence, counter, challenge. */
static bool put_authentication(struct fido *fido, const struct fido_credential *credential, bool present,
    struct bytes challenge, struct buffer *out)
{
	struct buffer message = BUFFER_EMPTY;
	bool done = buffer_put(&message, BYTES_OF(credential->rp_hash), NULL) &&
	            buffer_put_u8(&message, present ? 1 : 0, NULL) && buffer_put_u32(&message, ++fido->counter, NULL) &&
	            buffer_put_u8(out, present ? 1 : 0, NULL) && buffer_put_u32(out, fido->counter, NULL) &&
	            fido_sign(credential->algorithm, credential->key, buffer_bytes(&message), challenge, out);

	buffer_free(&message);
	return done;
}

static unsigned run_authenticate(struct card *card, const struct command *command, struct buffer *reply)
{
	struct bytes in = command->data, challenge, rp_hash, id;
	const struct fido_credential *found;
	uint8_t len;

	if (!bytes_take(&in, FIDO_HASH_SIZE, &challenge) || !bytes_take(&in, FIDO_HASH_SIZE, &rp_hash) ||
	    !bytes_take_u8(&in, &len) || !bytes_take(&in, len, &id) || in.len > 0)
		return STATUS_LENGTH;
	found = fido_credential_find(&card->fido, id, rp_hash);
	if (found == NULL || found->algorithm->family != FAMILY_EC)
		return STATUS_DATA;
	if (command->p1 == CHECK_ONLY || (command->p1 == WITH_PRESENCE && !is_present(card)))
		return STATUS_CONDITIONS;
	if (command->p1 != WITH_PRESENCE && command->p1 != WITHOUT_PRESENCE)
		return STATUS_PARAMETERS;
	card->changed = true;
	return put_authentication(&card->fido, found, command->p1 == WITH_PRESENCE, challenge, reply) ? STATUS_DONE
	                                                                                              : STATUS_FAILURE;
}

unsigned fido_u2f(struct card *card, const struct command *command, struct buffer *reply)
{
	switch (command->ins) {
	case INS_REGISTER:
		return card->fido.always_uv ? STATUS_INSTRUCTION : run_register(card, command, reply);
	case INS_AUTHENTICATE:
		return card->fido.always_uv ? STATUS_INSTRUCTION : run_authenticate(card, command, reply);
	case INS_VERSION:
		return buffer_put_text(reply, "U2F_V2", NULL) ? STATUS_DONE : STATUS_FAILURE;
	default:
		return STATUS_INSTRUCTION;
	}
}
