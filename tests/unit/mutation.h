/* mutation.h: every small damage to some bytes: each bit turned over, each shorter length. */
#ifndef TESTS_UNIT_MUTATION_H
#define TESTS_UNIT_MUTATION_H

#include "common/bytes.h"

/* every_mutation: calls `check` with each damaged copy. A copy lies in memory of exactly its size, so that a read behind
 * its end is seen by the sanitizers. */
void every_mutation(struct bytes good, void (*check)(struct bytes damaged, void *context), void *context);

#endif
