/* secret.h: memory for PINs, PUKs and keys: pages of their own, locked, kept out of core dumps, wiped when freed.
 * No other type may hold a secret, so that one which travels as char * shows in a signature.
 * Knows nothing of where a secret comes from. */
#ifndef COMMON_SECRET_H
#define COMMON_SECRET_H

#include "common/bytes.h"
#include "common/error.h"

struct secret;

/* secret_new: room for `capacity` bytes (1 to 4096), empty at first.
 *   secret  out: the caller's, to secret_free()
 * Errors: ERROR_MEMORY, ERROR_LIMIT. A kernel that refuses to lock the page (RLIMIT_MEMLOCK) is no error. */
bool secret_new(size_t capacity, struct secret **secret, struct error *err) MUST_CHECK;

/* secret_free: wipes and frees; NULL does nothing. */
void secret_free(struct secret *secret);

/* secret_put: appends. Errors: ERROR_LIMIT over the capacity; the content is as before then. */
bool secret_put(struct secret *secret, struct bytes bytes, struct error *err) MUST_CHECK;

/* secret_put_u8: appends one byte, as a terminal or a pipe delivers them. Errors: those of secret_put. */
bool secret_put_u8(struct secret *secret, uint8_t byte, struct error *err) MUST_CHECK;

/* secret_wipe: back to empty. */
void secret_wipe(struct secret *secret);

/* secret_bytes: a view, to be used in one call and never kept; valid until the next put, wipe or free. */
struct bytes secret_bytes(const struct secret *secret);

/* secret_text: the same as a C string (a NUL is kept behind the content). */
const char *secret_text(const struct secret *secret);

/* secret_equal: compares in a time that depends on the lengths only. For MACs and challenges as well. */
bool secret_equal(struct bytes one, struct bytes other);

/* secret_forbid_dumps: no core file and no ptrace by others for this process, from now on; programs that meet a secret
 * call it first. Errors: ERROR_SYSTEM. */
bool secret_forbid_dumps(struct error *err) MUST_CHECK;

#endif
