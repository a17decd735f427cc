#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "common/tlv.h"
#include "tests/vtoken/instructions.h"

enum { TAG_AUTHENTICATE = 0x7c, TAG_WITNESS = 0x80, TAG_CHALLENGE = 0x81, TAG_RESPONSE = 0x82 };
enum { SET_KEY = 0xff, SET_WITHOUT_TOUCH = 0xff, SET_WITH_TOUCH = 0xfe, SET_WITH_CACHED_TOUCH = 0xfd };

static unsigned reply_element(uint32_t tag, const uint8_t *block, size_t len, struct buffer *reply)
{
	struct buffer inner = BUFFER_EMPTY;
	bool done = tlv_put(&inner, tag, bytes_of(block, len), NULL) &&
	            tlv_put(reply, TAG_AUTHENTICATE, buffer_bytes(&inner), NULL);

	buffer_free(&inner);
	return done ? STATUS_DONE : STATUS_FAILURE;
}

/* The card draws a block: in the clear the host has to encrypt it, encrypted (a witness) it has to decrypt it. */
static unsigned draw(struct card *card, enum challenge challenge, struct buffer *reply)
{
	const struct management_key *management = &card->management;
	size_t len = management->cipher->block_len;
	uint8_t plain[CIPHER_BLOCK_MAXIMUM], secret[CIPHER_BLOCK_MAXIMUM];

	if (RAND_bytes(plain, (int)len) != 1 || !cipher_run(management->cipher, management->key, true, plain, secret))
		return STATUS_FAILURE;
	card->session.challenge = challenge;
	memcpy(card->session.expected, challenge == CHALLENGE_TO_HOST ? secret : plain, len);
	return challenge == CHALLENGE_TO_HOST ? reply_element(TAG_CHALLENGE, plain, len, reply)
	                                      : reply_element(TAG_WITNESS, secret, len, reply);
}

/* Each challenge can be answered once. */
static bool answered(struct card *card, enum challenge challenge, struct bytes answer)
{
	bool asked = card->session.challenge == challenge;

	card->session.challenge = CHALLENGE_NONE;
	card->session.managed = asked && answer.len == card->management.cipher->block_len &&
	                        CRYPTO_memcmp(answer.data, card->session.expected, answer.len) == 0;
	return card->session.managed;
}

/* The second half of the mutual form: the host's own challenge comes back encrypted. */
static unsigned prove_back(struct card *card, struct bytes challenge, struct buffer *reply)
{
	const struct management_key *management = &card->management;
	uint8_t block[CIPHER_BLOCK_MAXIMUM];

	if (challenge.len != management->cipher->block_len)
		return STATUS_DATA;
	if (!cipher_run(management->cipher, management->key, true, challenge.data, block))
		return STATUS_FAILURE;
	return reply_element(TAG_RESPONSE, block, challenge.len, reply);
}

unsigned authenticate_management(
    struct card *card, const struct command *command, struct bytes elements, struct buffer *reply)
{
	struct bytes witness, challenge, response;

	if (command->p1 != card->management.cipher->id && !(command->p1 == 0 && card->management.cipher->id == 0x03))
		return STATUS_DATA;
	if (!tlv_find(elements, TAG_WITNESS, &witness, NULL) || !tlv_find(elements, TAG_CHALLENGE, &challenge, NULL) ||
	    !tlv_find(elements, TAG_RESPONSE, &response, NULL))
		return STATUS_DATA;
	if (witness.data != NULL && witness.len == 0)
		return draw(card, CHALLENGE_WITNESS, reply);
	if (witness.data == NULL && challenge.data != NULL && challenge.len == 0)
		return draw(card, CHALLENGE_TO_HOST, reply);
	if (!touch_given(card, card->management.touch_policy))
		return STATUS_NOT_AUTHORISED;
	if (witness.data != NULL)
		return answered(card, CHALLENGE_WITNESS, witness) ? prove_back(card, challenge, reply)
		                                                  : STATUS_NOT_AUTHORISED;
	return answered(card, CHALLENGE_TO_HOST, response) ? STATUS_DONE : STATUS_NOT_AUTHORISED;
}

static bool touch_policy_of(uint8_t p2, uint8_t *policy)
{
	*policy = p2 == SET_WITHOUT_TOUCH ? TOUCH_NEVER : p2 == SET_WITH_TOUCH ? TOUCH_ALWAYS : TOUCH_CACHED;
	return p2 >= SET_WITH_CACHED_TOUCH;
}

/* Data: algorithm, 9B, length, key. */
unsigned instruction_set_management(struct card *card, const struct command *command, struct buffer *reply)
{
	struct management_key fresh = {.cipher = NULL};
	struct bytes data = command->data;
	uint8_t id, reference, len;

	(void)reply;
	if (!card->session.managed)
		return STATUS_NOT_AUTHORISED;
	if (command->p1 != SET_KEY || !touch_policy_of(command->p2, &fresh.touch_policy))
		return STATUS_PARAMETERS;
	if (!bytes_take_u8(&data, &id) || !bytes_take_u8(&data, &reference) || !bytes_take_u8(&data, &len) ||
	    reference != REFERENCE_MANAGEMENT)
		return STATUS_DATA;
	fresh.cipher = personality_has(card->personality->firmware->management_ciphers, id) ? cipher_find(id) : NULL;
	if (fresh.cipher == NULL || len != fresh.cipher->key_len || !bytes_take_to(&data, fresh.key, len) ||
	    data.len > 0)
		return STATUS_DATA;
	card->management = fresh;
	card->changed = true;
	return STATUS_DONE;
}
