/* holder.h: who may hold a token against us: the programs that are known to keep a card for themselves, and others that have the
 * smart card service's library loaded. PC/SC itself does not tell, so this is the best guess there is; what others have loaded only
 * root sees. Linux: /proc/PID/comm, /proc/PID/maps. */
#ifndef PIV_HOLDER_H
#define PIV_HOLDER_H

#include "common/buffer.h"

/* holder_put_names: appends "scdaemon (process 4711), firefox (process 815 of alice)", in the person's language; nothing where none is
 * seen. Who is known for it comes first: on a desktop many have the library and are innocent.
 *   num  out: how many were named; four at most
 * Errors: those of buffer_put_format; what cannot be read is passed over. */
bool holder_put_names(struct buffer *out, unsigned *num, struct error *err) MUST_CHECK;

#endif
