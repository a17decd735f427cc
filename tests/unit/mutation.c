#include "tests/unit/mutation.h"

#include <stdlib.h>
#include <string.h>

void every_mutation(struct bytes good, void (*check)(struct bytes damaged, void *context), void *context)
{
	for (size_t len = 0; len < good.len; len++) {
		uint8_t *shorter = malloc(len == 0 ? 1 : len);

		memcpy(shorter, good.data, len);
		check(bytes_of(shorter, len), context);
		free(shorter);
	}
	for (size_t bit = 0; bit < good.len * 8; bit++) {
		uint8_t *turned = malloc(good.len);

		memcpy(turned, good.data, good.len);
		turned[bit / 8] = (uint8_t)(turned[bit / 8] ^ 1U << bit % 8);
		check(bytes_of(turned, good.len), context);
		free(turned);
	}
}
