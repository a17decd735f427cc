#include "tests/unit/mutation.h"

#include <stdlib.h>
#include <string.h>

/* KEYENROLL_TEST_STRIDE=N tries each N-th mutation, for runs under valgrind. */
static size_t stride(void)
{
	const char *text = getenv("KEYENROLL_TEST_STRIDE");
	size_t number = text == NULL ? 1 : (size_t)strtoul(text, NULL, 10);

	return number == 0 ? 1 : number;
}

void every_mutation(struct bytes good, void (*check)(struct bytes damaged, void *context), void *context)
{
	const size_t step = stride();

	for (size_t len = 0; len < good.len; len += step) {
		uint8_t *shorter = malloc(len == 0 ? 1 : len);

		memcpy(shorter, good.data, len);
		check(bytes_of(shorter, len), context);
		free(shorter);
	}
	for (size_t bit = 0; bit < good.len * 8; bit += step) {
		uint8_t *turned = malloc(good.len);

		memcpy(turned, good.data, good.len);
		turned[bit / 8] = (uint8_t)(turned[bit / 8] ^ 1U << bit % 8);
		check(bytes_of(turned, good.len), context);
		free(turned);
	}
}
