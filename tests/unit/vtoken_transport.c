#include "tests/unit/vtoken_transport.h"

#include <stdlib.h>

#include "tests/unit/unit.h"
#include "tests/vtoken/token.h"
#include "tests/vtoken/vendor.h"

#define SERIAL 12345678

struct vtoken_plug {
	struct token token;
	uint8_t record[VTOKEN_RECORD_MAXIMUM];
	size_t num;
};

struct vtoken_plug *vtoken_plug_new(const char *personality, const char *vendor)
{
	struct vtoken_plug *plug = calloc(1, sizeof(*plug));
	struct error err = ERROR_EMPTY;

	assert_non_null(plug);
	assert_non_null(personality_find(personality));
	card_init(&plug->token.card, personality_find(personality), SERIAL);
	if (vendor != NULL)
		assert_done(vendor_make_f9(&plug->token.card, vendor, &err), err);
	plug->token.inserted = true;
	return plug;
}

void vtoken_plug_free(struct vtoken_plug *plug)
{
	token_clear(&plug->token);
	free(plug);
}

static bool transmit(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	struct vtoken_plug *plug = state;

	assert_true(command.len >= 4 && plug->num < VTOKEN_RECORD_MAXIMUM);
	plug->record[plug->num++] = command.data[1];
	if (!token_exchange(&plug->token, command, reply, err))
		return false;
	return plug->token.inserted || error_set(err, ERROR_CARD_REMOVED, "the token was taken out");
}

static void close_plug(void *state, enum transport_leave leave)
{
	struct vtoken_plug *plug = state;

	if (leave == TRANSPORT_LEAVE_RESET)
		token_power(&plug->token, "reset");
}

struct transport vtoken_plug_transport(struct vtoken_plug *plug)
{
	return (struct transport){.state = plug, .transmit = transmit, .close = close_plug};
}

void vtoken_plug_pull(struct vtoken_plug *plug, unsigned long at)
{
	struct error err = ERROR_EMPTY;

	assert_done(faults_add(&plug->token.faults, FAULT_PULL, at, BYTES_EMPTY, &err), err);
}

struct bytes vtoken_plug_record(const struct vtoken_plug *plug)
{
	return bytes_of(plug->record, plug->num);
}

unsigned vtoken_plug_pin_tries(const struct vtoken_plug *plug)
{
	return plug->token.card.pin.left;
}
