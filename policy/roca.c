#include "policy/roca.h"

#define GENERATOR 65537U

/* Modulo these primes 65537 does not generate every number, so they tell keys apart; those that exclude the most come first. */
static const uint8_t telling_primes[] = {11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157};

static const uint8_t all_primes[] = {3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79,
    83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

#define NUM_PRIMES (sizeof(all_primes) / sizeof(all_primes[0]))
#define NUM_TELLING (sizeof(telling_primes) / sizeof(telling_primes[0]))

/* The product of as many primes as fit 32 bits, from `first` on; *end is the first one left out. */
static uint32_t product_of(size_t first, size_t *end)
{
	uint64_t product = 1;

	for (*end = first; *end < NUM_TELLING && product * telling_primes[*end] <= UINT32_MAX; (*end)++)
		product *= telling_primes[*end];
	return (uint32_t)product;
}

static uint32_t remainder_of(struct bytes number, uint32_t divisor)
{
	uint64_t remainder = 0;
	uint32_t word;
	uint8_t byte;

	while (number.len % sizeof(word) != 0 && bytes_take_u8(&number, &byte))
		remainder = (remainder << 8 | byte) % divisor;
	while (bytes_take_u32(&number, &word))
		remainder = (remainder << 32 | word) % divisor;
	return (uint32_t)remainder;
}

/* The smallest x with 65537^x = residue; 0 with *found false when there is none. *order becomes the generator's order when
 * the walk comes around. */
static unsigned logarithm(uint32_t residue, uint32_t prime, unsigned *order, bool *found)
{
	uint32_t power = 1 % prime;
	unsigned steps = 0, answer = 0;

	*found = false;
	do {
		if (power == residue && !*found) {
			*found = true;
			answer = steps;
		}
		power = power * (GENERATOR % prime) % prime;
		steps++;
	} while (power != 1);
	*order = steps;
	return answer;
}

bool roca_is_suspicious(struct bytes modulus)
{
	for (size_t first = 0, end; first < NUM_TELLING; first = end) {
		uint32_t remainder = remainder_of(modulus, product_of(first, &end));

		for (size_t i = first; i < end; i++) {
			unsigned order;
			bool found;

			logarithm(remainder % telling_primes[i], telling_primes[i], &order, &found);
			if (!found)
				return false;
		}
	}
	return true;
}

static unsigned greatest_common_divisor(unsigned one, unsigned other)
{
	while (other != 0) {
		unsigned rest = one % other;

		one = other;
		other = rest;
	}
	return one;
}

/* One exponent serves all primes exactly when any two of theirs agree modulo what their orders have in common. */
static bool has_common_logarithm(struct bytes modulus)
{
	unsigned exponents[NUM_PRIMES], orders[NUM_PRIMES];

	for (size_t i = 0; i < NUM_PRIMES; i++) {
		bool found;

		exponents[i] = logarithm(remainder_of(modulus, all_primes[i]), all_primes[i], &orders[i], &found);
		if (!found)
			return false;
		for (size_t j = 0; j < i; j++) {
			unsigned common = greatest_common_divisor(orders[i], orders[j]);

			if (exponents[i] % common != exponents[j] % common)
				return false;
		}
	}
	return true;
}

bool roca_is_affected(struct bytes modulus)
{
	return roca_is_suspicious(modulus) && has_common_logarithm(modulus);
}
