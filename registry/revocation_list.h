/* revocation_list.h: the revoked keys of a store as an OpenSSH KRL, for sshd's RevokedKeys: the emergency brake that works without
 * this project's own programs; and which keys such a list names. `ssh-keygen -Q -f FILE KEY` asks it.
 * sshd reads it anew for every key it is offered, and refuses every key when it cannot: it is replaced in one step.
 * Knows nothing of why a key was revoked. Source: ssh-keygen(1) KEY REVOCATION LISTS, OpenSSH's PROTOCOL.krl. */
#ifndef REGISTRY_REVOCATION_LIST_H
#define REGISTRY_REVOCATION_LIST_H

#include <stdint.h>

#include "common/ssh_key.h"

struct store;

#define REVOCATION_LIST_FILE "revoked.krl"

/* revocation_list_store: writes the list, mode 0644. A key that was revoked stays in it for ever, as in the store: its enrollment may
 * be over, and an old authorized_keys file still name it. An empty list is written too.
 *   num  out: how many keys; may be NULL
 * Errors: ERROR_PROGRAM (ssh-keygen), ERROR_FILE, ERROR_STORE; what was at `path` before is untouched then. */
bool revocation_list_store(struct store *store, const char *path, uint64_t *num, struct error *err) MUST_CHECK;

/* revocation_list_parse: the keys that a list names. sshd knows more kinds of lists: one that is not as revocation_list_store writes
 * them is refused.
 *   key_hashes  appended: SSH_KEY_HASH_SIZE bytes a key, ascending
 * Errors: ERROR_REVOCATION_LIST, ERROR_LIMIT, ERROR_MEMORY. */
bool revocation_list_parse(struct bytes list, struct buffer *key_hashes, struct error *err) MUST_CHECK;

/* revocation_list_holds: whether a key is among them.
 *   key_hashes  of revocation_list_parse */
bool revocation_list_holds(struct bytes key_hashes, const uint8_t key_hash[SSH_KEY_HASH_SIZE]);

#endif
