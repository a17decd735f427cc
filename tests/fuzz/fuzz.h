/* fuzz.h: what a fuzz target is: one function, called with any bytes, that must return 0 and may only end by abort() when a
 * promise of the code under test was broken. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdlib.h>

#include "common/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A target that has much to make beforehand makes it here, where no input's time limit runs; the others leave it out. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* demand: a promise; no assert(), which a build without debugging drops. */
static inline void demand(bool kept)
{
	if (!kept)
		abort();
}

#endif
