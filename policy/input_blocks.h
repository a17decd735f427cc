/* input_blocks.h: finds the DER objects in what people hand in: PEM blocks with or without text around them, bare DER, and
 * any number of both after each other. Knows nothing of what the objects are. Source: RFC 7468. */
#ifndef POLICY_INPUT_BLOCKS_H
#define POLICY_INPUT_BLOCKS_H

#include "common/buffer.h"

#define INPUT_BLOCKS_MAXIMUM 16

struct input_blocks {
	struct buffer der[INPUT_BLOCKS_MAXIMUM]; /* owned */
	size_t num;
};

/* input_blocks_read: collects all of `input`.
 *   label   what PEM blocks must be labelled, "CERTIFICATE"; an older name for the same may end in it ("NEW CERTIFICATE
 *           REQUEST"); blocks of other labels are passed over
 *   blocks  empty at first; to input_blocks_clear() in any case
 * Errors: ERROR_EVIDENCE_CERTIFICATE (a broken block, or bytes that are neither), ERROR_LIMIT, ERROR_MEMORY. */
bool input_blocks_read(
    struct bytes input, const char *label, struct input_blocks *blocks, struct error *err) MUST_CHECK;

/* input_blocks_clear: frees what it owns, and leaves it empty. */
void input_blocks_clear(struct input_blocks *blocks);

#endif
