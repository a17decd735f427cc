#include "tests/unit/vtoken_transport.h"

#include <signal.h>
#include <stdlib.h>

#include "tests/unit/unit.h"
#include "tests/vtoken/state.h"
#include "tests/vtoken/token.h"
#include "tests/vtoken/vendor.h"

#define SERIAL 12345678

struct vtoken_plug {
	struct token token;
	uint8_t record[VTOKEN_RECORD_MAXIMUM];
	size_t num;
	struct buffer state_file;
	unsigned long dies_at; /* 0: it lives */
	bool dies_after;
	unsigned long resets_at; /* after this one the card is reset by another program */
	bool was_reset;
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
	buffer_free(&plug->state_file);
	free(plug);
}

static bool transmit(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	struct vtoken_plug *plug = state;

	assert_true(command.len >= 4 && plug->num < VTOKEN_RECORD_MAXIMUM);
	plug->record[plug->num++] = command.data[1];
	if (plug->was_reset) {
		plug->was_reset = false;
		token_power(&plug->token, "reset by another program");
		return error_set(err, ERROR_CARD_RESET, "another program reset the token");
	}
	if (plug->num == plug->dies_at && !plug->dies_after)
		(void)raise(SIGKILL);
	if (!token_exchange(&plug->token, command, reply, err))
		return false;
	if (plug->num == plug->dies_at)
		(void)raise(SIGKILL);
	if (plug->num == plug->resets_at)
		plug->was_reset = true;
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

void vtoken_plug_keep(struct vtoken_plug *plug, const char *path)
{
	struct error err = ERROR_EMPTY;

	buffer_free(&plug->state_file);
	plug->token.state_file = NULL;
	if (path == NULL)
		return;
	assert_done(buffer_put_text(&plug->state_file, path, &err), err);
	plug->token.state_file = buffer_text(&plug->state_file);
	assert_done(state_store(&plug->token.card, path, &err), err);
}

struct vtoken_plug *vtoken_plug_load(const char *path)
{
	struct vtoken_plug *plug = calloc(1, sizeof(*plug));
	struct error err = ERROR_EMPTY;
	bool found = false;

	assert_non_null(plug);
	assert_done(state_load(path, &plug->token.card, &found, &err), err);
	assert_true(found);
	plug->token.inserted = true;
	vtoken_plug_keep(plug, path);
	return plug;
}

void vtoken_plug_kill(struct vtoken_plug *plug, unsigned long at, bool after)
{
	plug->dies_at = plug->num + at;
	plug->dies_after = after;
}

void vtoken_plug_pull_after(struct vtoken_plug *plug, unsigned long at)
{
	struct error err = ERROR_EMPTY;

	assert_done(faults_add(&plug->token.faults, FAULT_PULL_AFTER, at, BYTES_EMPTY, &err), err);
}

void vtoken_plug_reset(struct vtoken_plug *plug, unsigned long at)
{
	plug->resets_at = plug->num + at;
}

void vtoken_plug_insert(struct vtoken_plug *plug)
{
	faults_clear(&plug->token.faults);
	plug->token.inserted = true;
	plug->num = plug->dies_at = plug->resets_at = 0;
	plug->was_reset = false;
}

struct card *vtoken_plug_card(struct vtoken_plug *plug)
{
	return &plug->token.card;
}
