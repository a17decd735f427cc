#include "enroll/token_facts.h"

#include "piv/certificate.h"
#include "piv/key.h"

void token_facts_clear(struct token_facts *facts)
{
	piv_metadata_clear(&facts->pin);
	piv_metadata_clear(&facts->puk);
	piv_metadata_clear(&facts->management);
	for (size_t i = 0; i < facts->num_slots; i++)
		piv_metadata_clear(&facts->slots[i].metadata);
	*facts = TOKEN_FACTS_EMPTY;
}

static bool has_certificate(struct piv *piv, const struct piv_slot *slot, bool *found, struct error *err)
{
	struct buffer certificate = BUFFER_EMPTY;
	struct error reason = ERROR_EMPTY;

	*found = piv_certificate_read(piv, slot, &certificate, &reason);
	buffer_free(&certificate);
	if (*found || reason.code == ERROR_CARD_OBJECT_ABSENT)
		return true;
	*err = reason;
	return false;
}

/* A key without a certificate shows by its attestation, if the token made it. */
static bool is_in_use(struct piv *piv, const struct piv_slot *slot, bool *found, struct error *err)
{
	struct buffer leaf = BUFFER_EMPTY;
	struct error reason = ERROR_EMPTY;

	if (!has_certificate(piv, slot, found, err))
		return false;
	if (*found)
		return true;
	*found = piv_attest(piv, slot, &leaf, &reason);
	buffer_free(&leaf);
	if (*found || reason.code == ERROR_NOT_ATTESTABLE || reason.code == ERROR_CARD_UNSUPPORTED)
		return true;
	*err = reason;
	return false;
}

/* Without metadata only the four everyday slots are looked at: each costs a certificate's reading. */
static bool read_slot(struct piv *piv, const struct piv_slot *slot, struct token_facts *facts, struct error *err)
{
	struct token_slot *entry = &facts->slots[facts->num_slots];
	bool found = false;

	*entry = (struct token_slot){.slot = slot, .has_metadata = facts->knows_metadata};
	if (facts->knows_metadata) {
		if (!piv_metadata_find(piv, slot->id, &entry->metadata, &found, err))
			return false;
	} else if (slot->id >= 0x9a && !is_in_use(piv, slot, &found, err)) {
		return false;
	}
	facts->num_slots += found;
	return true;
}

static bool read_slots(struct piv *piv, struct token_facts *facts, struct error *err)
{
	const struct piv_slot *slot;

	for (size_t i = 0; (slot = piv_slot_at(i)) != NULL; i++)
		if (slot->id != 0xf9 && facts->num_slots < TOKEN_SLOTS_MAXIMUM && !read_slot(piv, slot, facts, err))
			return error_prefix(err, "slot %s", slot->name);
	return true;
}

bool token_facts_read(struct piv *piv, struct token_facts *facts, struct error *err)
{
	bool found;

	*facts = TOKEN_FACTS_EMPTY;
	if (piv_metadata_find_management(piv, &facts->management, &facts->knows_metadata, err) &&
	    (!facts->knows_metadata || (piv_metadata_find(piv, PIV_REFERENCE_PIN, &facts->pin, &found, err) &&
	                                   piv_metadata_find(piv, PIV_REFERENCE_PUK, &facts->puk, &found, err))) &&
	    has_certificate(piv, piv_slot_find("f9"), &facts->has_device_certificate, err) &&
	    read_slots(piv, facts, err))
		return true;
	token_facts_clear(facts);
	return false;
}
