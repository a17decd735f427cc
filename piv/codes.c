#include "piv/codes.h"

#include <openssl/rand.h>

#include "common/buffer.h"
#include "common/bytes.h"
#include "common/language.h"
#include "common/secret.h"
#include "piv/apdu.h"
#include "piv/application.h"
#include "piv/instruction.h"
#include "piv/slot.h"
#include "piv/status.h"

#define CODE_MINIMUM 6U
#define CODE_MAXIMUM 8U
#define CODE_FILLER 0xffU

/* More than any token allows, so that a token which never blocks cannot keep us for ever. */
#define BLOCKING_TRIES 256

/* Since then a PUK is ASCII, and a PIN is counted in characters of UTF-8; a token whose PIN complexity is switched on has a list of
 * its own besides, which only its refusal tells. */
static const struct piv_version strict_since = {5, 7, 0};

static const struct code_row {
	const char *name, *factory;
	uint8_t reference;
	unsigned minimum;
	enum error_code wrong, blocked;
	const char *rescue;
} codes[] = {
    [PIV_CODE_PIN] = {"PIN", "123456", 0x80, CODE_MINIMUM, ERROR_PIN_WRONG, ERROR_PIN_BLOCKED,
        N_("the PUK unblocks it")},
    [PIV_CODE_PUK] = {"PUK", "12345678", 0x81, CODE_MAXIMUM, ERROR_PUK_WRONG, ERROR_PUK_BLOCKED,
        N_("only a reset of the PIV application helps")},
};

bool piv_code_default(enum piv_code code, struct secret **secret, struct error *err)
{
	struct secret *made = NULL;

	if (!secret_new(CODE_MAXIMUM, &made, err))
		return false;
	if (!secret_put(made, bytes_of_text(codes[code].factory), err)) {
		secret_free(made);
		return false;
	}
	*secret = made;
	return true;
}

static bool put_digit(struct secret *out, struct error *err)
{
	uint8_t byte;

	do {
		if (RAND_bytes(&byte, 1) != 1)
			return error_set(err, ERROR_CRYPTO, "the crypto library has no random numbers");
	} while (byte >= 250); /* so that each digit is as likely as any other */
	return secret_put_u8(out, (uint8_t)('0' + byte % 10), err);
}

static bool draw_once(struct secret *out, struct error *err)
{
	secret_wipe(out);
	while (secret_bytes(out).len < CODE_MAXIMUM)
		if (!put_digit(out, err))
			return false;
	return true;
}

bool piv_code_draw(struct secret **secret, struct error *err)
{
	struct secret *made = NULL;
	bool done;

	if (!secret_new(CODE_MAXIMUM, &made, err))
		return false;
	do
		done = draw_once(made, err);
	while (done && !piv_code_check(PIV_CODE_PUK, strict_since, made, NULL));
	if (done)
		*secret = made;
	else
		secret_free(made);
	return done;
}

/* Whether each byte differs from the one before by the same step: 111111, 234567, 987654. */
static bool is_row(struct bytes value)
{
	uint8_t before, next;
	int step;

	if (!bytes_take_u8(&value, &before) || !bytes_take_u8(&value, &next))
		return true;
	step = next - before;
	if (step < -1 || step > 1)
		return false;
	for (before = next; bytes_take_u8(&value, &next); before = next)
		if (next - before != step)
			return false;
	return true;
}

/* Whether it is one piece again and again: 121212, 123123, 12341234. */
static bool is_repetition(struct bytes value)
{
	struct bytes rest, piece, next;

	for (size_t len = 1; len <= value.len / 2; len++) {
		rest = value;
		if (value.len % len != 0 || !bytes_take(&rest, len, &piece))
			continue;
		while (bytes_take(&rest, len, &next) && bytes_equal(next, piece))
			if (rest.len == 0)
				return true;
	}
	return false;
}

/* What lists of codes in use begin with, where no rule finds it. */
static bool is_common(struct bytes value)
{
	static const char *const common[] = {"112233", "123321", "123654", "147258", "159753", "abc123", "abcd1234",
	    "1q2w3e4r", "iloveyou", "password", "qwerty", "qwertz"};

	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		if (secret_equal(value, bytes_of_text(common[i])))
			return true;
	return false;
}

/* The bytes that go on with a character of UTF-8 do not count. */
static size_t count_characters(struct bytes value)
{
	size_t count = 0;
	uint8_t byte;

	while (bytes_take_u8(&value, &byte))
		count += (byte & 0xc0U) != 0x80;
	return count;
}

static bool length_check(enum piv_code code, struct piv_version firmware, struct bytes value, struct error *err)
{
	const struct code_row *row = &codes[code];
	size_t shortest = piv_version_reaches(firmware, strict_since) ? count_characters(value) : value.len;

	if (shortest >= row->minimum && value.len <= CODE_MAXIMUM)
		return true;
	return error_set(err, ERROR_PIN_LENGTH,
	    row->minimum == CODE_MAXIMUM ? N_("a %s has %u characters") : N_("a %s has %u to 8 characters"), row->name,
	    row->minimum);
}

static bool characters_check(enum piv_code code, struct piv_version firmware, struct bytes value, struct error *err)
{
	bool ascii = code == PIV_CODE_PUK && piv_version_reaches(firmware, strict_since);
	uint8_t byte;

	while (bytes_take_u8(&value, &byte))
		if (byte == CODE_FILLER || byte < 0x20 || byte == 0x7f || (ascii && byte > 0x7f))
			return error_set(err, ERROR_CODE_CHARACTERS,
			    "the %s holds a character that the token does not take", codes[code].name);
	return true;
}

bool piv_code_check(enum piv_code code, struct piv_version firmware, const struct secret *value, struct error *err)
{
	struct bytes bytes = secret_bytes(value);
	const struct code_row *row = &codes[code];

	if (!characters_check(code, firmware, bytes, err) || !length_check(code, firmware, bytes, err))
		return false;
	if (secret_equal(bytes, bytes_of_text(row->factory)))
		return error_set(err, ERROR_CODE_WEAK, "this is the factory's %s, which everybody knows", row->name);
	if (is_row(bytes) || is_repetition(bytes))
		return error_set(err, ERROR_CODE_WEAK,
		    "this %s is too simple: the same again and again, or a row like 234567", row->name);
	if (is_common(bytes))
		return error_set(err, ERROR_CODE_WEAK, "this %s is one that many people have", row->name);
	return true;
}

bool piv_code_put(const struct secret *code, struct secret *out, struct error *err)
{
	size_t len = secret_bytes(code).len;

	if (len < CODE_MINIMUM || len > CODE_MAXIMUM)
		return error_set(err, ERROR_PIN_LENGTH, "a PIN has %u to %u characters", CODE_MINIMUM, CODE_MAXIMUM);
	if (!secret_put(out, secret_bytes(code), err))
		return false;
	for (; len < CODE_MAXIMUM; len++)
		if (!secret_put_u8(out, CODE_FILLER, err))
			return false;
	return true;
}

bool piv_code_judge(enum piv_code code, uint16_t status, unsigned *tries_left, struct error *err)
{
	const struct code_row *row = &codes[code];
	unsigned tries;

	if (status == STATUS_DONE)
		return true;
	if (!status_tries_left(status, &tries))
		return status_check(status, "proving a code", err);
	if (tries_left != NULL)
		*tries_left = tries;
	if (tries == 0)
		return error_set(err, row->blocked, "the %s is blocked; %s", row->name, translated(row->rescue));
	return error_set(err, row->wrong,
	    tries == 1 ? N_("the %s is wrong; %u try is left") : N_("the %s is wrong; %u tries are left"), row->name,
	    tries);
}

/* Two codes behind each other.
 *   proven  whose value comes first, and whose tries count
 *   set     whose value comes second */
static bool run_pair(struct piv *piv, struct apdu_command command, enum piv_code proven, const struct secret *first,
    enum piv_code set, const struct secret *second, unsigned *tries_left, struct error *err)
{
	struct secret *both = NULL;
	struct buffer reply = BUFFER_EMPTY;
	uint16_t status;
	bool exchanged, done = false;

	if (!secret_new((size_t)2 * CODE_MAXIMUM, &both, err))
		return false;
	if (!piv_code_put(first, both, err) || !piv_code_put(second, both, err))
		goto out;
	command.data = secret_bytes(both);
	exchanged = piv_exchange(piv, &command, &reply, &status, err);
	/* For some cards a code that was changed is one that was proved. */
	if (!exchanged || status == STATUS_DONE)
		piv_note_may_be_unlocked(piv);
	if (!exchanged)
		goto out;
	if (status == STATUS_CONDITIONS || status == STATUS_DATA)
		error_set(err, ERROR_CODE_WEAK, "the token does not take this %s: it is too simple (status %04x)",
		    codes[set].name, (unsigned)status);
	else
		done = piv_code_judge(proven, status, tries_left, err);
out:
	secret_free(both);
	buffer_free(&reply);
	return done;
}

bool piv_code_change(struct piv *piv, enum piv_code code, const struct secret *present, const struct secret *wanted,
    unsigned *tries_left, struct error *err)
{
	struct apdu_command command = {
	    .ins = INS_CHANGE_REFERENCE, .p2 = codes[code].reference, .reply = APDU_REPLY_NONE};

	return run_pair(piv, command, code, present, code, wanted, tries_left, err);
}

bool piv_pin_unblock(
    struct piv *piv, const struct secret *puk, const struct secret *wanted, unsigned *tries_left, struct error *err)
{
	struct apdu_command command = {
	    .ins = INS_RESET_RETRY, .p2 = codes[PIV_CODE_PIN].reference, .reply = APDU_REPLY_NONE};

	return run_pair(piv, command, PIV_CODE_PUK, puk, PIV_CODE_PIN, wanted, tries_left, err);
}

bool piv_tries_set(struct piv *piv, unsigned pin_tries, unsigned puk_tries, struct error *err)
{
	struct apdu_command command = {
	    .ins = INS_TRIES, .p1 = (uint8_t)pin_tries, .p2 = (uint8_t)puk_tries, .reply = APDU_REPLY_NONE};

	if (pin_tries < 1 || pin_tries > PIV_TRIES_MAXIMUM || puk_tries < 1 || puk_tries > PIV_TRIES_MAXIMUM)
		return error_set(err, ERROR_USAGE, "a code can have 1 to %u tries", PIV_TRIES_MAXIMUM);
	return piv_run(piv, &command, "setting the tries", NULL, err);
}

/* Fails with a value that no code has, until no try is left. */
static bool block(struct piv *piv, const struct apdu_command *command, struct error *err)
{
	for (int i = 0; i < BLOCKING_TRIES; i++) {
		struct buffer reply = BUFFER_EMPTY;
		unsigned tries;
		uint16_t status;
		bool done = piv_exchange(piv, command, &reply, &status, err);

		buffer_free(&reply);
		if (!done)
			return false;
		if (status_tries_left(status, &tries) && tries == 0)
			return true;
	}
	return error_set(err, ERROR_CARD_REPLY, "the token does not block its codes, however often a wrong one comes");
}

bool piv_codes_block(struct piv *piv, struct error *err)
{
	/* piv_code_check lets no control character into a code, so this is nobody's. */
	static const uint8_t nobodys[] = {
	    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff};
	struct apdu_command pin = {.ins = INS_VERIFY,
	    .p2 = codes[PIV_CODE_PIN].reference,
	    .reply = APDU_REPLY_NONE,
	    .data = bytes_of(nobodys, CODE_MAXIMUM)};
	struct apdu_command puk = {.ins = INS_RESET_RETRY,
	    .p2 = codes[PIV_CODE_PIN].reference,
	    .reply = APDU_REPLY_NONE,
	    .data = BYTES_OF(nobodys)};

	return block(piv, &pin, err) && block(piv, &puk, err);
}

bool piv_reset(struct piv *piv, struct error *err)
{
	static const struct apdu_command command = {.ins = INS_RESET, .reply = APDU_REPLY_NONE};

	return piv_run(piv, &command, "resetting the PIV application", NULL, err);
}
