#include "piv/application.h"

#include <stdlib.h>

#include "piv/apdu.h"
#include "piv/card.h"
#include "piv/instruction.h"
#include "piv/status.h"
#include "piv/transport.h"

#define SELECT_BY_NAME 0x04U
#define OTP_SERIAL 0x10U
#define RESETS_MAXIMUM 3

static const uint8_t piv_name[] = {0xa0, 0x00, 0x00, 0x03, 0x08};
static const uint8_t otp_name[] = {0xa0, 0x00, 0x00, 0x05, 0x27, 0x20, 0x01};

/* From this firmware on the PIV application itself knows the serial. */
static const struct piv_version serial_since = {5, 0, 0};

struct piv {
	struct apdu_channel channel;
	struct piv_identity identity;
	bool identified;
	bool unlocked;
	bool may_be_unlocked;
	bool pin_fresh;
	unsigned resets;
};

/* The answer to SELECT is optional, and nothing in it is needed. */
static bool select_application(struct piv *piv, struct bytes name, uint16_t *status, struct error *err)
{
	struct apdu_command command = {
	    .ins = INS_SELECT, .p1 = SELECT_BY_NAME, .reply = APDU_REPLY_SHORT, .data = name};
	struct buffer reply = BUFFER_EMPTY;
	bool done = apdu_exchange(&piv->channel, &command, &reply, status, err);

	buffer_free(&reply);
	return done;
}

static bool select_piv(struct piv *piv, struct error *err)
{
	uint16_t status;

	if (!select_application(piv, BYTES_OF(piv_name), &status, err))
		return false;
	if (status != STATUS_DONE)
		return error_set(
		    err, ERROR_CARD_APPLICATION, "this card has no PIV application (status %04x)", (unsigned)status);
	return true;
}

static bool read_version(struct piv *piv, struct piv_version *version, struct error *err)
{
	static const struct apdu_command command = {.ins = INS_VERSION, .reply = APDU_REPLY_SHORT};
	struct buffer reply = BUFFER_EMPTY;
	struct bytes in;
	uint16_t status;
	bool done = apdu_exchange(&piv->channel, &command, &reply, &status, err);

	*version = (struct piv_version){0, 0, 0};
	in = buffer_bytes(&reply);
	if (done && status == STATUS_DONE &&
	    (!bytes_take_u8(&in, &version->major) || !bytes_take_u8(&in, &version->minor) ||
	        !bytes_take_u8(&in, &version->patch) || in.len > 0))
		done = error_set(err, ERROR_CARD_REPLY, "the token's version has %zu bytes, not 3", reply.len);
	buffer_free(&reply);
	return done;
}

/* A token that is set to hide its serial refuses; that is no error. */
static bool read_serial(
    struct piv *piv, const struct apdu_command *command, struct piv_identity *identity, struct error *err)
{
	struct buffer reply = BUFFER_EMPTY;
	struct bytes in;
	uint16_t status;
	bool done = apdu_exchange(&piv->channel, command, &reply, &status, err);

	in = buffer_bytes(&reply);
	if (done && status == STATUS_DONE) {
		identity->has_serial = bytes_take_u32(&in, &identity->serial) && in.len == 0;
		if (!identity->has_serial)
			done = error_set(err, ERROR_CARD_REPLY, "the token's serial has %zu bytes, not 4", reply.len);
	}
	buffer_free(&reply);
	return done;
}

/* Selecting the other application ends the PIV one, so PIV is selected again whatever came out. */
static bool read_serial_elsewhere(struct piv *piv, struct piv_identity *identity, struct error *err)
{
	static const struct apdu_command command = {
	    .ins = INS_OTP_REQUEST, .p1 = OTP_SERIAL, .reply = APDU_REPLY_SHORT};
	uint16_t status;

	if (!select_application(piv, BYTES_OF(otp_name), &status, err))
		return false;
	if (status == STATUS_DONE && !read_serial(piv, &command, identity, err))
		return false;
	return select_piv(piv, err);
}

static bool read_identity(struct piv *piv, struct piv_identity *identity, struct error *err)
{
	static const struct apdu_command serial = {.ins = INS_SERIAL, .reply = APDU_REPLY_SHORT};

	*identity = (struct piv_identity){.has_serial = false};
	if (!read_version(piv, &identity->firmware, err))
		return false;
	if (identity->firmware.major == 0)
		return true;
	if (piv_version_reaches(identity->firmware, serial_since))
		return read_serial(piv, &serial, identity, err);
	return read_serial_elsewhere(piv, identity, err);
}

static bool same_identity(const struct piv_identity *one, const struct piv_identity *other)
{
	return one->has_serial == other->has_serial && one->serial == other->serial &&
	       piv_version_reaches(one->firmware, other->firmware) &&
	       piv_version_reaches(other->firmware, one->firmware);
}

/* Gives an error to a caller who may not care for it. */
static bool hand_on(const struct error *from, struct error *err)
{
	if (err != NULL)
		*err = *from;
	return false;
}

static bool select_same(struct piv *piv, struct error *err)
{
	struct piv_identity found;

	if (!select_piv(piv, err))
		return false;
	if (!piv->identified)
		return true;
	if (!read_identity(piv, &found, err))
		return false;
	if (!same_identity(&found, &piv->identity))
		return error_set(err, ERROR_CARD_CHANGED,
		    "another token is in the reader now: serial %lu was there, serial %lu is; begin again",
		    (unsigned long)piv->identity.serial, (unsigned long)found.serial);
	return true;
}

/* After a reset: the same application of the same token, or nothing. Whoever resets once may do it again at once. */
static bool recover(struct piv *piv, struct error *err)
{
	struct error latest = ERROR_EMPTY;

	for (int attempt = 0; attempt < RESETS_MAXIMUM; attempt++) {
		latest = ERROR_EMPTY;
		if (select_same(piv, &latest))
			return true;
		if (latest.code != ERROR_CARD_RESET)
			break;
	}
	return hand_on(&latest, err);
}

bool piv_exchange(
    struct piv *piv, const struct apdu_command *command, struct buffer *reply, uint16_t *status, struct error *err)
{
	size_t before = reply->len;
	struct error first = ERROR_EMPTY;
	bool was_unlocked = piv->unlocked;

	piv->pin_fresh = false;
	if (apdu_exchange(&piv->channel, command, reply, status, &first))
		return true;
	if (first.code != ERROR_CARD_RESET)
		return hand_on(&first, err);
	piv->unlocked = false;
	piv->resets++;
	buffer_cut(reply, before);
	if (!recover(piv, err))
		return false;
	if (was_unlocked)
		return error_set(err, ERROR_CARD_RESET,
		    "another program reset the token, which locked it again; unlock it and repeat");
	return apdu_exchange(&piv->channel, command, reply, status, err);
}

bool piv_run(
    struct piv *piv, const struct apdu_command *command, const char *doing, struct buffer *reply, struct error *err)
{
	struct buffer ignored = BUFFER_EMPTY;
	uint16_t status;
	bool done = piv_exchange(piv, command, reply == NULL ? &ignored : reply, &status, err) &&
	            status_check(status, doing, err);

	buffer_free(&ignored);
	return done;
}

bool piv_open_over(struct transport *transport, struct piv **piv, struct error *err)
{
	struct piv *made = calloc(1, sizeof(*made));

	if (made == NULL) {
		transport->close(transport->state, TRANSPORT_LEAVE_AS_IS);
		transport->state = NULL;
		return error_set(err, ERROR_MEMORY, "no memory for a token");
	}
	made->channel.transport = *transport;
	transport->state = NULL;
	if (!recover(made, err)) {
		piv_close(made);
		return false;
	}
	*piv = made;
	return true;
}

bool piv_open(struct reader_context *context, const char *reader_name, struct piv **piv, struct error *err)
{
	struct transport transport;

	return card_open(context, reader_name, &transport, err) && piv_open_over(&transport, piv, err);
}

void piv_close(struct piv *piv)
{
	struct transport *transport;
	bool reset;

	if (piv == NULL)
		return;
	transport = &piv->channel.transport;
	reset = piv->unlocked || piv->may_be_unlocked;
	transport->close(transport->state, reset ? TRANSPORT_LEAVE_RESET : TRANSPORT_LEAVE_AS_IS);
	free(piv);
}

bool piv_identify(struct piv *piv, struct piv_identity *identity, struct error *err)
{
	struct error first = ERROR_EMPTY;

	if (!read_identity(piv, &piv->identity, &first)) {
		if (first.code != ERROR_CARD_RESET)
			return hand_on(&first, err);
		if (!recover(piv, err) || !read_identity(piv, &piv->identity, err))
			return false;
	}
	piv->identified = true;
	*identity = piv->identity;
	return true;
}

void piv_note_unlocked(struct piv *piv)
{
	piv->unlocked = true;
}

void piv_note_pin_verified(struct piv *piv)
{
	piv->unlocked = true;
	piv->pin_fresh = true;
}

void piv_note_may_be_unlocked(struct piv *piv)
{
	piv->may_be_unlocked = true;
}

bool piv_pin_is_fresh(const struct piv *piv)
{
	return piv->pin_fresh;
}

unsigned piv_resets(const struct piv *piv)
{
	return piv->resets;
}
