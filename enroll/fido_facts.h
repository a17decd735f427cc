/* fido_facts.h: what a FIDO2 token says of itself, in the list of tokens: claimed, as all of that list.
 * Knows nothing of where the token is. */
#ifndef ENROLL_FIDO_FACTS_H
#define ENROLL_FIDO_FACTS_H

#include <jansson.h>

struct authenticator_facts;

/* fido_facts_json: the caller's; NULL: no memory. */
json_t *fido_facts_json(const struct authenticator_facts *facts);

/* fido_facts_say: the same as lines. */
void fido_facts_say(const struct authenticator_facts *facts);

#endif
