#include "tests/vtoken/fido_instructions.h"

enum { COMMAND = 0x0d, SUBCOMMAND = 1, PARAMETERS = 2, PROTOCOL = 3, MAC = 4, MAC_PREFIX = 32 };
enum { ENABLE_ENTERPRISE = 1, TOGGLE_ALWAYS_UV = 2, SET_SHORTEST_PIN = 3 };
enum { PARAMETER_LENGTH = 1, PARAMETER_FORCE = 3 };

static bool put_signed(const struct cbor_item *map, int64_t subcommand, struct buffer *out)
{
	struct cbor_item parameters;

	for (size_t i = 0; i < MAC_PREFIX; i++)
		if (!buffer_put_u8(out, 0xff, NULL))
			return false;
	return buffer_put_u8(out, COMMAND, NULL) && buffer_put_u8(out, (uint8_t)subcommand, NULL) &&
	       (!cbor_find_number(map, PARAMETERS, &parameters) ||
	           (cbor_put_map(out, (size_t)parameters.number, NULL) && buffer_put(out, parameters.content, NULL)));
}

/* A card that knows no PIN yet lets everybody configure it. */
static enum fido_status check_host(struct card *card, const struct cbor_item *map, int64_t subcommand)
{
	struct buffer message = BUFFER_EMPTY;
	struct cbor_item mac;
	int64_t protocol = 0;
	enum fido_status status;

	if (!card->fido.has_pin)
		return FIDO_OK;
	status = fido_need(map, MAC, CBOR_BYTES, &mac);
	if (status == FIDO_MISSING_PARAMETER)
		return FIDO_TOKEN_REQUIRED;
	if (status == FIDO_OK)
		status = fido_need_number(map, PROTOCOL, &protocol);
	if (status == FIDO_OK && !put_signed(map, subcommand, &message))
		status = FIDO_OTHER;
	if (status == FIDO_OK)
		status = fido_token_check(
		    &card->fido, protocol, buffer_bytes(&message), mac.content, FIDO_PERMISSION_CONFIG, BYTES_EMPTY);
	buffer_free(&message);
	return status;
}

static bool is_asked(const struct cbor_item *parameters, int64_t key)
{
	struct cbor_item value;

	return cbor_find_number(parameters, key, &value) && value.kind == CBOR_BOOLEAN && value.number != 0;
}

/* The length only ever grows, until the reset; a PIN that has become too short must be changed. */
static enum fido_status set_shortest_pin(struct fido *fido, const struct cbor_item *parameters)
{
	int64_t length = fido->pin_shortest;

	(void)fido_need_number(parameters, PARAMETER_LENGTH, &length);
	if (length < fido->pin_shortest || length > FIDO_PIN_LONGEST)
		return FIDO_PIN_POLICY;
	if (is_asked(parameters, PARAMETER_FORCE) && !fido->has_pin)
		return FIDO_PIN_NOT_SET;
	fido->pin_shortest = (unsigned)length;
	fido->must_change_pin = fido->must_change_pin || is_asked(parameters, PARAMETER_FORCE) ||
	                        (fido->has_pin && fido->pin_length < fido->pin_shortest);
	return FIDO_OK;
}

static enum fido_status change(struct fido *fido, int64_t subcommand, const struct cbor_item *parameters)
{
	switch (subcommand) {
	case ENABLE_ENTERPRISE:
		fido->enterprise = true;
		return FIDO_OK;
	case TOGGLE_ALWAYS_UV:
		fido->always_uv = !fido->always_uv;
		return FIDO_OK;
	case SET_SHORTEST_PIN:
		return set_shortest_pin(fido, parameters);
	default:
		return FIDO_INVALID_SUBCOMMAND;
	}
}

enum fido_status fido_configure(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	struct cbor_item parameters = {.kind = CBOR_MAP};
	int64_t subcommand = 0;
	enum fido_status status = fido_need_number(map, SUBCOMMAND, &subcommand);

	(void)reply;
	if (status == FIDO_OK)
		status = check_host(card, map, subcommand);
	if (status != FIDO_OK)
		return status;
	(void)!cbor_find_number(map, PARAMETERS, &parameters);
	status = change(&card->fido, subcommand, &parameters);
	card->changed = card->changed || status == FIDO_OK;
	return status;
}
