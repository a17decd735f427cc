/* destroyed.h: keys that a verb is about to destroy in a token, and what is enrolled of them: no host will see them again, and no list is
 * to call them active. What a token says of its keys is its word alone, which is enough to end what only that key could use.
 * Knows nothing of how keys are destroyed. */
#ifndef ENROLL_DESTROYED_H
#define ENROLL_DESTROYED_H

#include <stddef.h>

#include "common/ssh_key.h"
#include "enroll/token_facts.h"

struct piv;
struct piv_slot;
struct token_session;

struct destroyed {
	char fingerprints[TOKEN_SLOTS_MAXIMUM][SSH_KEY_FINGERPRINT_SIZE];
	size_t num;
};

/* destroyed_note: before it happens, the key in a slot; an empty slot is passed over, and so is a key that the token does not tell. */
void destroyed_note(struct destroyed *destroyed, struct piv *piv, const struct piv_slot *slot);

/* destroyed_note_all: the same for every slot of a token. */
void destroyed_note_all(struct destroyed *destroyed, struct piv *piv);

/* destroyed_end: after it has happened: ends what is enrolled of these keys in the registry, and says so. Where there is no registry,
 * or it takes nothing, the operator is told what to say at the desk that has one: the keys are gone all the same.
 *   because  for the record, a sentence without control characters */
void destroyed_end(const struct destroyed *destroyed, const struct token_session *session, const char *because);

#endif
