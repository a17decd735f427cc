/* entries.h: the registry's entries as `list`, `show` and `revoke` find and show them.
 * Knows nothing of options and of what makes an enrollment good. */
#ifndef ENROLL_ENTRIES_H
#define ENROLL_ENTRIES_H

#include <jansson.h>

#include "registry/store.h"

/* entries_each: walks the entries that a word of the operator's means: a key's fingerprint ("SHA256:…"), a token's serial
 * (digits; a FIDO token's behind 0x) or a person.
 * Errors: ERROR_ENROLLMENT_ABSENT when there is none; what the visitor says; ERROR_STORE. */
bool entries_each(
    struct store *store, const char *word, store_visitor *visit, void *context, struct error *err) MUST_CHECK;

/* entry_state: "active", "revoked", "expired" or "not yet valid" at `now`; static storage. */
const char *entry_state(const struct store_entry *entry, int64_t now);

/* entry_slot: the slot that a PIV key was in when it was enrolled, as its certificate says; a constant. NULL: a FIDO2 key. */
const char *entry_slot(const struct store_entry *entry);

/* entry_json: an entry as list and show report it; NULL without memory. */
json_t *entry_json(const struct store_entry *entry, int64_t now);

#endif
