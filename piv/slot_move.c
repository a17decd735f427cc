#include "piv/slot_move.h"

#include "piv/key_history.h"
#include "piv/key_move.h"
#include "piv/metadata.h"
#include "piv/object.h"

/* The certificate's object as it is, packed or not; empty for none. */
static bool read_beside(struct piv *piv, const struct piv_slot *slot, struct buffer *content, struct error *err)
{
	struct error reason = ERROR_EMPTY;

	if (piv_object_read(piv, slot->object, content, &reason) || reason.code == ERROR_CARD_OBJECT_ABSENT)
		return true;
	*err = reason;
	return false;
}

static bool lies_beside(
    struct piv *piv, const struct piv_slot *slot, const struct buffer *content, bool *there, struct error *err)
{
	struct buffer found = BUFFER_EMPTY;
	bool done = read_beside(piv, slot, &found, err);

	*there = done && content->len > 0 && bytes_equal(buffer_bytes(&found), buffer_bytes(content));
	buffer_free(&found);
	return done;
}

/* The certificate is at the new place before the key is. Without a key at the old place, a certificate that lies at both says that
 * the key has come that far. */
static bool move_key(struct piv *piv, const struct piv_slot *from, const struct piv_slot *to,
    const struct buffer *certificate, struct error *err)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool moved = false;

	if (piv_metadata_read(piv, from->id, &metadata, &reason)) {
		piv_metadata_clear(&metadata);
		return piv_object_write(piv, to->object, buffer_bytes(certificate), err) &&
		       piv_key_move(piv, from, to, err);
	}
	if (reason.code == ERROR_CARD_SLOT_EMPTY && !lies_beside(piv, to, certificate, &moved, err))
		return false;
	if (!moved)
		*err = reason;
	return moved || error_prefix(err, "slot %s", from->name);
}

bool piv_slot_move(struct piv *piv, const struct piv_slot *from, const struct piv_slot *to, struct error *err)
{
	struct buffer certificate = BUFFER_EMPTY;
	bool done = read_beside(piv, from, &certificate, err) && move_key(piv, from, to, &certificate, err) &&
	            (certificate.len == 0 || (piv_key_history_ensure(piv, to, err) &&
	                                         piv_object_write(piv, from->object, BYTES_EMPTY, err)));

	buffer_free(&certificate);
	return done;
}
