#include "tests/unit/scripted_card.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static unsigned digit(char hex)
{
	if (hex >= '0' && hex <= '9')
		return (unsigned)(hex - '0');
	assert_true(hex >= 'a' && hex <= 'f');
	return (unsigned)(hex - 'a' + 10);
}

void put_hex(struct buffer *out, const char *hex)
{
	struct error err = ERROR_EMPTY;

	while (*hex != '\0') {
		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		assert_done(buffer_put_u8(out, (uint8_t)(digit(hex[0]) << 4 | digit(hex[1])), &err), err);
		hex += 2;
	}
}

static void put_hex_of(struct buffer *out, struct bytes bytes)
{
	struct error err = ERROR_EMPTY;
	uint8_t byte;

	while (bytes_take_u8(&bytes, &byte))
		assert_done(buffer_put_format(out, &err, "%02x", byte), err);
}

static void check_command(const char *wanted, struct bytes command)
{
	struct buffer bytes = BUFFER_EMPTY, wanted_hex = BUFFER_EMPTY, hex = BUFFER_EMPTY;
	char *digits = strdup(wanted);
	char *star = strchr(digits, '*');

	if (star != NULL)
		*star = '\0';
	put_hex(&bytes, digits);
	put_hex_of(&wanted_hex, buffer_bytes(&bytes));
	put_hex_of(&hex, command);
	if (star != NULL)
		buffer_cut(&hex, wanted_hex.len);
	assert_string_equal(buffer_text(&hex), buffer_text(&wanted_hex));
	free(digits);
	buffer_free(&hex);
	buffer_free(&wanted_hex);
	buffer_free(&bytes);
}

static void put_reply(struct buffer *reply, const char *text)
{
	struct error err = ERROR_EMPTY;
	char *end = NULL;
	unsigned long count;

	if (strncmp(text, "FILL ", 5) == 0) {
		count = strtoul(text + 5, &end, 10);
		while (count-- > 0)
			assert_done(buffer_put_u8(reply, 0xa5, &err), err);
		text = end;
	}
	put_hex(reply, text);
}

static bool transmit(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	struct scripted_card *card = state;
	const struct scripted_exchange *exchange = &card->script[card->next];

	assert_non_null(exchange->command);
	check_command(exchange->command, command);
	card->next++;
	if (exchange->code != ERROR_NONE)
		return error_set(err, exchange->code, "as the script has it");
	put_reply(reply, exchange->reply);
	return true;
}

static void close_card(void *state, enum transport_leave leave)
{
	struct scripted_card *card = state;

	assert_false(card->closed);
	card->closed = true;
	card->left = leave;
}

struct transport scripted_card_transport(struct scripted_card *card)
{
	return (struct transport){.state = card, .transmit = transmit, .close = close_card};
}

void scripted_card_check_end(const struct scripted_card *card)
{
	if (card->script[card->next].command != NULL)
		fail_msg("the card was never asked %s", card->script[card->next].command);
}
