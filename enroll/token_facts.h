/* token_facts.h: what a token says of itself: all of it is claimed and none of it proved, which is what a report has to say as
 * well. Reads only; no code is tried.
 * Knows nothing of enrolling. */
#ifndef ENROLL_TOKEN_FACTS_H
#define ENROLL_TOKEN_FACTS_H
#include "piv/metadata.h"

/* The slots that may hold a user's key: 9a 9c 9d 9e and 82 to 95. */
#define TOKEN_SLOTS_MAXIMUM 24

/* A slot in use. */
struct token_slot {
	const struct piv_slot *slot;
	bool has_metadata; /* else only that a certificate lies there, or an attestable key, is known */
	struct piv_metadata metadata;
};

struct token_facts {
	bool knows_metadata; /* firmware 5.3 and later */
	struct piv_metadata pin, puk, management;
	bool has_device_certificate; /* f9: without it nothing can be attested */
	struct token_slot slots[TOKEN_SLOTS_MAXIMUM];
	size_t num_slots;
};

#define TOKEN_FACTS_EMPTY ((struct token_facts){.knows_metadata = false})

/* token_facts_read: asks for everything. Errors: those of the card; what a token does not know is none. */
bool token_facts_read(struct piv *piv, struct token_facts *facts, struct error *err) MUST_CHECK;

/* token_facts_clear: frees what they own; TOKEN_FACTS_EMPTY afterwards. */
void token_facts_clear(struct token_facts *facts);

#endif
