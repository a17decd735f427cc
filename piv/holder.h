/* holder.h: who may hold a token against us: the programs that have the smart card service's library loaded. PC/SC itself does
 * not tell, so this is the best guess there is; processes of others are seen by root only. Linux: /proc/PID/maps. */
#ifndef PIV_HOLDER_H
#define PIV_HOLDER_H

#include "common/buffer.h"

/* holder_put_names: appends "scdaemon (process 4711), firefox (process 815)", nothing where none is seen.
 * Errors: those of buffer_put_format; what cannot be read is passed over. */
bool holder_put_names(struct buffer *out, struct error *err) MUST_CHECK;

#endif
