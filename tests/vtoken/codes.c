#include <string.h>

#include "tests/vtoken/instructions.h"

enum { FINGER_MATCH = 0x03, FINGER_TRIES = 3 };

enum { LOG_OUT = 0xff, CODE_SHORTEST = 6, TRIES_SHOWN_MAXIMUM = 15, PAD = 0xff };

static struct code *find_code(struct card *card, uint8_t reference)
{
	if (reference == REFERENCE_PIN)
		return &card->pin;
	return reference == REFERENCE_PUK ? &card->puk : NULL;
}

static unsigned tries_left(const struct card *card, const struct code *code)
{
	unsigned left = code->left < TRIES_SHOWN_MAXIMUM ? code->left : TRIES_SHOWN_MAXIMUM;

	return (card->personality->firmware->old_tries_status ? STATUS_OLD_TRIES_LEFT : STATUS_TRIES_LEFT) | left;
}

/* Compares; a wrong one costs a try, the right one gives all tries back. Returns 9000, 63Cx or 6983. */
static unsigned try_code(struct card *card, struct code *code, struct bytes given)
{
	if (code->left == 0)
		return STATUS_BLOCKED;
	if (!bytes_equal(given, BYTES_OF(code->value))) {
		code->left--;
		card->changed = true;
		return code->left == 0 ? STATUS_BLOCKED : tries_left(card, code);
	}
	if (code->left != code->total) {
		code->left = code->total;
		card->changed = true;
	}
	return STATUS_DONE;
}

static void forget_pin(struct card *card)
{
	card->session.pin_verified = card->session.pin_fresh = false;
}

static unsigned pin_state(const struct card *card)
{
	if (card->session.pin_verified)
		return STATUS_DONE;
	return card->pin.left == 0 ? STATUS_BLOCKED : tries_left(card, &card->pin);
}

static unsigned log_out(struct card *card, const struct command *command)
{
	if (!card->personality->firmware->logout || command->data.len > 0)
		return STATUS_PARAMETERS;
	forget_pin(card);
	return STATUS_DONE;
}

/* 03 {}: the finger, which comes when a touch does; no data: the state. */
static unsigned verify_finger(struct card *card, struct bytes data)
{
	uint8_t wish = 0, len = 0;

	if (!card->personality->firmware->fingers)
		return STATUS_NO_REFERENCE;
	if (data.len == 0)
		return STATUS_TRIES_LEFT | FINGER_TRIES;
	if (!bytes_take_u8(&data, &wish) || !bytes_take_u8(&data, &len) || data.len > 0 || wish != FINGER_MATCH ||
	    len != 0)
		return STATUS_DATA;
	card->session.pin_verified = card->session.pin_fresh = touch_given(card, TOUCH_ALWAYS);
	return card->session.pin_fresh ? STATUS_DONE : STATUS_TRIES_LEFT | (FINGER_TRIES - 1);
}

unsigned instruction_verify(struct card *card, const struct command *command, struct buffer *reply)
{
	unsigned status;

	(void)reply;
	if (command->p2 == REFERENCE_FINGER && command->p1 == 0)
		return verify_finger(card, command->data);
	if (command->p2 != REFERENCE_PIN)
		return STATUS_NO_REFERENCE;
	if (command->p1 == LOG_OUT)
		return log_out(card, command);
	if (command->p1 != 0)
		return STATUS_PARAMETERS;
	if (command->data.len == 0)
		return pin_state(card);
	if (command->data.len != CODE_LENGTH)
		return STATUS_DATA;
	status = try_code(card, &card->pin, command->data);
	card->session.pin_verified = card->session.pin_fresh = status == STATUS_DONE;
	return status;
}

/* What PIN complexity refuses whatever the length: one character again and again, the factory's own, and what is on the list. */
static bool is_trivial(const struct card *card, struct bytes value, size_t len)
{
	static const char *const listed[] = {"123456", "12345678", "password"};
	const char *refused = card->personality->firmware->refused_code;
	struct bytes code = BYTES_EMPTY;
	uint8_t first = 0, byte;
	bool same = true;

	if (refused == NULL || !bytes_take(&value, len, &code))
		return false;
	for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
		if (bytes_equal_text(code, listed[i]))
			return true;
	if (bytes_equal_text(code, refused) || !bytes_take_u8(&code, &first))
		return true;
	while (bytes_take_u8(&code, &byte))
		same = same && byte == first;
	return same;
}

/* Six to eight bytes, then only padding. Firmware from 5.7 on counts a PIN's characters of UTF-8, and takes no byte above 7F in a PUK. */
static bool acceptable(const struct card *card, uint8_t reference, struct bytes value)
{
	struct bytes whole = value;
	size_t len = 0, characters = 0;
	uint8_t byte;
	bool padding = false, strict = card->personality->firmware->seven_bit_puk;

	while (bytes_take_u8(&value, &byte)) {
		if (byte != PAD && padding)
			return false;
		padding = byte == PAD;
		len += padding ? 0 : 1;
		characters += !padding && (!strict || (byte & 0xc0) != 0x80);
		if (!padding && byte > 0x7f && reference == REFERENCE_PUK && strict)
			return false;
	}
	return characters >= CODE_SHORTEST && !is_trivial(card, whole, len);
}

/* 16 bytes: the code that is proven, and the new one. */
static unsigned replace_code(struct card *card, struct code *proven, uint8_t reference, struct bytes data)
{
	struct code *target = find_code(card, reference);
	struct bytes old, new;
	unsigned status;

	if (!bytes_take(&data, CODE_LENGTH, &old) || !bytes_take(&data, CODE_LENGTH, &new) || data.len > 0)
		return STATUS_DATA;
	status = try_code(card, proven, old);
	if (status != STATUS_DONE)
		return status;
	if (!acceptable(card, reference, new))
		return card->personality->firmware->seven_bit_puk ? STATUS_CONDITIONS : STATUS_DATA;
	if (!bytes_take_to(&new, target->value, CODE_LENGTH))
		return STATUS_FAILURE;
	target->left = target->total;
	card->changed = true;
	return STATUS_DONE;
}

unsigned instruction_change_reference(struct card *card, const struct command *command, struct buffer *reply)
{
	struct code *code = find_code(card, command->p2);
	unsigned status;

	(void)reply;
	if (command->p1 != 0)
		return STATUS_PARAMETERS;
	if (code == NULL)
		return STATUS_NO_REFERENCE;
	status = replace_code(card, code, command->p2, command->data);
	if (status != STATUS_DONE && command->p2 == REFERENCE_PIN)
		forget_pin(card);
	return status;
}

unsigned instruction_reset_retry(struct card *card, const struct command *command, struct buffer *reply)
{
	(void)reply;
	if (command->p1 != 0)
		return STATUS_PARAMETERS;
	if (command->p2 != REFERENCE_PIN)
		return STATUS_NO_REFERENCE;
	forget_pin(card);
	return replace_code(card, &card->puk, REFERENCE_PIN, command->data);
}

unsigned instruction_set_tries(struct card *card, const struct command *command, struct buffer *reply)
{
	(void)reply;
	if (!card->session.managed || !card->session.pin_verified)
		return STATUS_NOT_AUTHORISED;
	if (command->p1 == 0 || command->p2 == 0)
		return STATUS_PARAMETERS;
	card_reset_codes(card, command->p1, command->p2);
	return STATUS_DONE;
}

unsigned instruction_reset(struct card *card, const struct command *command, struct buffer *reply)
{
	(void)command;
	(void)reply;
	if (card->pin.left > 0 || card->puk.left > 0)
		return STATUS_CONDITIONS;
	card_reset(card);
	return STATUS_DONE;
}
