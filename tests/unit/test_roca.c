#include "tests/unit/unit.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "policy/roca.h"
#include "tests/forgery/keys.h"

static size_t modulus_of(EVP_PKEY *key, uint8_t *out)
{
	BIGNUM *modulus = NULL;
	int len;

	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus), 1);
	len = BN_bn2bin(modulus, out);
	BN_free(modulus);
	return (size_t)len;
}

static void keys_of_the_flawed_generator_are_found(void **state)
{
	uint8_t modulus[512];

	(void)state;
	for (int i = 0; i < 3; i++) {
		size_t len = modulus_of(forged_key(KEY_ROCA), modulus);

		assert_true(roca_is_suspicious(bytes_of(modulus, len)));
		assert_true(roca_is_affected(bytes_of(modulus, len)));
		forged_keys_free();
	}
}

static void sound_keys_are_not(void **state)
{
	static const enum forged_key keys[] = {KEY_SLOT_RSA, KEY_DEVICE, KEY_RSA_1024, KEY_RSA_1536};
	uint8_t modulus[512];

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t len = modulus_of(forged_key(keys[i]), modulus);

		assert_false(roca_is_affected(bytes_of(modulus, len)));
	}
	forged_keys_free();
}

static void random_numbers_are_not(void **state)
{
	BIGNUM *number = BN_new();
	uint8_t modulus[256];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		assert_int_equal(BN_rand(number, 2048, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD), 1);
		assert_int_equal(BN_bn2binpad(number, modulus, sizeof(modulus)), sizeof(modulus));
		assert_false(roca_is_affected(BYTES_OF(modulus)));
	}
	BN_free(number);
}

/* Powers of 65537 modulo each prime, but not by one exponent: only the second test tells them. Found by the Chinese remainder
 * theorem: 1 modulo every prime but 11, and 65537 modulo 11, where 1 wants an even exponent and 65537 an odd one; an odd one
 * is none modulo 37, where the generator's order is even as well. */
static void the_second_test_decides(void **state)
{
	static const unsigned primes[] = {2, 3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73,
	    79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
	BIGNUM *product = BN_new(), *number = BN_new();
	uint8_t bytes[64];

	(void)state;
	assert_int_equal(BN_one(product), 1);
	for (size_t i = 0; i < sizeof(primes) / sizeof(primes[0]); i++)
		assert_int_equal(BN_mul_word(product, primes[i]), 1);
	assert_int_equal(BN_one(number), 1);
	while (BN_mod_word(number, 11) != 65537 % 11)
		assert_int_equal(BN_add(number, number, product), 1);
	assert_int_equal(BN_bn2binpad(number, bytes, sizeof(bytes)), sizeof(bytes));
	assert_true(roca_is_suspicious(BYTES_OF(bytes)));
	assert_false(roca_is_affected(BYTES_OF(bytes)));
	BN_free(product);
	BN_free(number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_of_the_flawed_generator_are_found),
	    cmocka_unit_test(sound_keys_are_not),
	    cmocka_unit_test(random_numbers_are_not),
	    cmocka_unit_test(the_second_test_decides),
	};

	return cmocka_run_group_tests_name("roca", tests, NULL, NULL);
}
