/* pcsc.h: what reader.c and card.c share of PC/SC: the handle, and what its return codes mean for an operator.
 * No other file includes it. */
#ifndef PIV_PCSC_H
#define PIV_PCSC_H

#include <winscard.h>

#include "piv/trace.h"

struct reader_context;

/* pcsc_context: the service's handle, for calls while the context lives. */
SCARDCONTEXT pcsc_context(const struct reader_context *context);

/* reader_context_sink: where its tokens' commands are told; no sink: line is NULL. */
struct trace_sink reader_context_sink(const struct reader_context *context);

/* pcsc_check: true for success; otherwise the error that belongs to the return code, with what to do.
 *   doing  what was tried, for the front of the sentence
 * Errors: those of the table in pcsc.c, else ERROR_PCSC. */
bool pcsc_check(LONG result, const char *doing, struct error *err) MUST_CHECK;

#endif
