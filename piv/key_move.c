#include "piv/key_move.h"

#include "common/buffer.h"
#include "piv/apdu.h"
#include "piv/application.h"
#include "piv/instruction.h"
#include "piv/status.h"

#define DESTINATION_NONE 0xffU

static const struct piv_version move_since = {5, 7, 0};

bool piv_key_can_move(struct piv_version firmware)
{
	return piv_version_reaches(firmware, move_since);
}

static bool run(struct piv *piv, uint8_t destination, const struct piv_slot *from, struct error *err)
{
	struct apdu_command command = {.ins = INS_MOVE, .p1 = destination, .p2 = from->id, .reply = APDU_REPLY_NONE};
	struct buffer reply = BUFFER_EMPTY;
	uint16_t status;
	bool done = piv_exchange(piv, &command, &reply, &status, err);

	buffer_free(&reply);
	if (!done)
		return false;
	if (status == STATUS_NOT_AUTHORISED)
		return error_set(
		    err, ERROR_MANAGEMENT_KEY, "taking a key out of a slot wants the management key first");
	return status_check(status, "taking a key out of a slot", err) || error_prefix(err, "slot %s", from->name);
}

bool piv_key_delete(struct piv *piv, const struct piv_slot *slot, struct error *err)
{
	return run(piv, DESTINATION_NONE, slot, err);
}

bool piv_key_move(struct piv *piv, const struct piv_slot *from, const struct piv_slot *to, struct error *err)
{
	return run(piv, to->id, from, err);
}
