/* store_grace.h: the graces that a site has granted, in its store: they are added and never taken away; one that is ended before its
 * day gets a row behind it, which is over from the start and has the reason in the grant's place.
 * Knows nothing of what makes one good; the caller has checked what it stores. */
#ifndef REGISTRY_STORE_GRACE_H
#define REGISTRY_STORE_GRACE_H

#include "common/ssh_key.h"

struct grace;
struct store;

/* store_add_grace: records a grant; a later one for the same key takes the place of the earlier in the next snapshot.
 *   operator_name  who runs this
 * Errors: ERROR_ENROLLMENT_REVOKED, ERROR_STORE. */
bool store_add_grace(struct store *store, const struct grace *grace, struct bytes grant, const char *operator_name,
    int64_t now, struct error *err) MUST_CHECK;

/* store_end_grace: ends the grace of a key from the next snapshot on; another one may be granted afterwards.
 *   key_hash       of a key that store_each_grace has walked
 *   because        a sentence without control characters
 *   operator_name  who runs this
 * Errors: ERROR_TEXT, ERROR_ENROLLMENT_ABSENT (none was granted for that key), ERROR_STORE. */
bool store_end_grace(struct store *store, const uint8_t key_hash[SSH_KEY_HASH_SIZE], const char *because,
    const char *operator_name, int64_t now, struct error *err) MUST_CHECK;

/* store_grace_visitor: called for each; false stops the walk with what it put into err.
 *   grant  borrowed for the time of the call */
typedef bool store_grace_visitor(
    const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct bytes grant, void *context, struct error *err);

/* store_each_grace: walks the keys whose latest grant is not over by `now`.
 * Errors: ERROR_STORE, what the visitor says. */
bool store_each_grace(
    struct store *store, int64_t now, store_grace_visitor *visit, void *context, struct error *err) MUST_CHECK;

#endif
