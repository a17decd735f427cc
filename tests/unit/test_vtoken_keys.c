#include <string.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "tests/unit/unit.h"
#include "tests/unit/vtoken_bench.h"

#include "common/tlv.h"
#include "tests/vtoken/hex.h"

#define HASH "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SIGN_P256_9A "0087119a267c2482008120" HASH
#define SIGN_P256_9C "0087119c267c2482008120" HASH

static void ciphers_give_known_answers(void **state)
{
	static const struct {
		uint8_t id;
		const char *in, *out;
	} rows[] = {
	    {0x0a, "000102030405060708090a0b0c0d0e0f", "3f92e2fce73f9d83187c140d035f7edc"},
	    {0x03, "0001020304050607", "90152a4c1cf42780"},
	};
	static const uint8_t key[] = {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cipher *cipher = cipher_find(rows[i].id);
		struct buffer in = BUFFER_EMPTY, out = BUFFER_EMPTY;
		uint8_t block[CIPHER_BLOCK_MAXIMUM], back[CIPHER_BLOCK_MAXIMUM];
		struct error err = ERROR_EMPTY;

		assert_done(hex_take(bytes_of_text(rows[i].in), &in, &err), err);
		assert_done(hex_take(bytes_of_text(rows[i].out), &out, &err), err);
		assert_true(cipher_run(cipher, key, true, in.data, block));
		assert_memory_equal(block, out.data, cipher->block_len);
		assert_true(cipher_run(cipher, key, false, block, back));
		assert_memory_equal(back, in.data, cipher->block_len);
		buffer_free(&in);
		buffer_free(&out);
	}
}

/* Sends 7C { 80 D(W), 81 C, 82 } for the witness that lies in the reply; the card must answer E(C). */
static void answer_witness(struct bench *bench)
{
	static const uint8_t mine[CIPHER_BLOCK_MAXIMUM] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	const struct management_key *management = &bench->token.card.management;
	const size_t len = management->cipher->block_len;
	uint8_t plain[CIPHER_BLOCK_MAXIMUM], wanted[CIPHER_BLOCK_MAXIMUM];
	const uint8_t header[] = {0x00, 0x87, management->cipher->id, 0x9b, (uint8_t)(2 * len + 8)};
	struct buffer message = BUFFER_EMPTY, inner = BUFFER_EMPTY;
	struct bytes reply = buffer_bytes(&bench->reply), dynamic, block;
	struct error err = ERROR_EMPTY;

	assert_done(tlv_take(&reply, 0x7c, &dynamic, &err) && tlv_take(&dynamic, 0x80, &block, &err), err);
	assert_true(cipher_run(management->cipher, management->key, false, block.data, plain));
	assert_done(tlv_put(&inner, 0x80, bytes_of(plain, len), &err) &&
	                tlv_put(&inner, 0x81, bytes_of(mine, len), &err) && tlv_put(&inner, 0x82, BYTES_EMPTY, &err) &&
	                buffer_put(&message, BYTES_OF(header), &err) &&
	                tlv_put(&message, 0x7c, buffer_bytes(&inner), &err),
	    err);
	assert_int_equal(bench_send_bytes(bench, buffer_bytes(&message)), 0x9000);
	reply = buffer_bytes(&bench->reply);
	assert_done(tlv_take(&reply, 0x7c, &dynamic, &err) && tlv_take(&dynamic, 0x82, &block, &err), err);
	assert_true(cipher_run(management->cipher, management->key, true, mine, wanted));
	assert_true(bytes_equal(block, bytes_of(wanted, len)));
	assert_int_equal(bench_send_bytes(bench, buffer_bytes(&message)), 0x6982);
	buffer_free(&message);
	buffer_free(&inner);
}

static void management_key_is_proven_both_ways(void **state)
{
	static const struct {
		const char *personality, *ask, *other_cipher;
	} rows[] = {
	    {"4.3.5", "0087039b047c028000", "00870a9b047c028000"},
	    {"5.4.3", "0087039b047c028000", "0087089b047c028000"},
	    {"5.7.4", "00870a9b047c028000", "0087039b047c028000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench bench;

		bench_open(&bench, rows[i].personality);
		assert_int_equal(bench_send(&bench, rows[i].other_cipher), 0x6a80);
		assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x6982);
		assert_int_equal(bench_send(&bench, rows[i].ask), 0x9000);
		answer_witness(&bench);
		bench_manage(&bench);
		assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x9000);
		bench_close(&bench);
	}
}

static void management_key_changes_within_what_the_firmware_has(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.4.3");
	assert_int_equal(bench_send(&bench, "00ffffff13089b10"
	                                    "000102030405060708090a0b0c0d0e0f"),
	    0x6982);
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "00ffffff12089b0f"
	                                    "000102030405060708090a0b0c0d0e"),
	    0x6a80);
	assert_int_equal(bench_send(&bench, "00ffffff13089b10"
	                                    "000102030405060708090a0b0c0d0e0f"),
	    0x9000);
	assert_int_equal(bench_send(&bench, "00f7009b"), 0x9000);
	assert_true(bench_reply_is(&bench, "01010802020001050100"));
	bench_manage(&bench);
	bench_close(&bench);
	bench_open(&bench, "4.3.5");
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "00ffffff13089b10"
	                                    "000102030405060708090a0b0c0d0e0f"),
	    0x6a80);
	bench_close(&bench);
}

static void always_wants_verify_directly_before(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.4.3");
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x9000);
	assert_int_equal(bench_send(&bench, "0047009c05ac03800111"), 0x9000);
	assert_int_equal(bench_send(&bench, SIGN_P256_9A), 0x6982);
	assert_int_equal(bench_send(&bench, SIGN_P256_9C), 0x6982);
	assert_int_equal(bench_send(&bench, BENCH_PIN), 0x9000);
	assert_int_equal(bench_send(&bench, SIGN_P256_9C), 0x9000);
	assert_int_equal(bench_send(&bench, SIGN_P256_9C), 0x6982);
	assert_int_equal(bench_send(&bench, SIGN_P256_9A), 0x9000);
	assert_int_equal(bench_send(&bench, BENCH_PIN), 0x9000);
	assert_int_equal(bench_send(&bench, "00cb3fff055c035fc105"), 0x6a82);
	assert_int_equal(bench_send(&bench, SIGN_P256_9C), 0x6982);
	assert_int_equal(bench_send(&bench, BENCH_PIN), 0x9000);
	assert_int_equal(bench_send(&bench, "0020008000"), 0x9000);
	assert_int_equal(bench_send(&bench, SIGN_P256_9C), 0x9000);
	bench_close(&bench);
}

static void touch_is_asked_as_the_policy_says(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.4.3");
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "0047009a0bac09800111aa0101ab0102"), 0x9000);
	bench.token.card.touch = (struct touch){.comes = false, .after_ms = 1};
	assert_int_equal(bench_send(&bench, SIGN_P256_9A), 0x6982);
	bench.token.card.touch = (struct touch){.comes = true, .after_ms = 1};
	assert_int_equal(bench_send(&bench, SIGN_P256_9A), 0x9000);
	assert_int_equal(bench_send(&bench, "0047009a0bac09800111aa0101ab0103"), 0x9000);
	bench.token.card.touch = (struct touch){.comes = false};
	assert_int_equal(bench_send(&bench, SIGN_P256_9A), 0x9000);
	bench_close(&bench);
}

static void every_algorithm_signs_or_agrees(void **state)
{
	static const struct {
		const char *name, *generate, *use;
		unsigned status;
	} rows[] = {
	    {"P-384", "0047009e05ac03800114", "0087149e267c2482008120" HASH, 0x9000},
	    {"P-384 too long", "0047009e05ac03800114",
	        "0087149e377c35820081310001020304050607080910111213141516171819"
	        "2021222324252627282930313233343536373839404142434445464748",
	        0x6a80},
	    {"Ed25519", "0047009e05ac038001e0", "0087e09e0a7c0882008104aabbccdd", 0x9000},
	    {"RSA short input", "0047009e05ac03800106", "0087069e0a7c0882008104aabbccdd", 0x6a80},
	    {"other algorithm", "0047009e05ac03800111", "0087149e267c2482008120" HASH, 0x6a80},
	    {"X25519", "0047009e05ac038001e1",
	        "0087e19e267c2482008520"
	        "0900000000000000000000000000000000000000000000000000000000000000",
	        0x9000},
	    {"off the curve", "0047009e05ac03800111",
	        "0087119e477c4582008541"
	        "04" HASH HASH,
	        0x6a80},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench bench;
		unsigned status;

		bench_open(&bench, "5.7.4");
		bench_manage(&bench);
		assert_int_equal(bench_send(&bench, rows[i].generate), 0x9000);
		status = bench_send(&bench, rows[i].use);
		if (status != rows[i].status)
			fail_msg("%s: %04x", rows[i].name, status);
		bench_close(&bench);
	}
}

/* The RSA operation is bare: what was signed comes back by the public key as it was. */
static void rsa_takes_the_block_as_it_is(void **state)
{
	struct bench bench;
	struct buffer message = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t block[128] = {0x00, 0x01}, back[128];
	size_t len = sizeof(back);
	struct bytes reply, dynamic, signature;
	EVP_PKEY_CTX *context;

	(void)state;
	memset(block + 2, 0xff, 100);
	bench_open(&bench, "5.4.3");
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "0047009e05ac03800106"), 0x9000);
	assert_done(hex_take(bytes_of_text("0087069e887c81858200818180"), &message, &err), err);
	assert_done(buffer_put(&message, BYTES_OF(block), &err), err);
	assert_int_equal(bench_send_bytes(&bench, buffer_bytes(&message)), 0x9000);
	reply = buffer_bytes(&bench.reply);
	assert_done(tlv_take(&reply, 0x7c, &dynamic, &err) && tlv_take(&dynamic, 0x82, &signature, &err), err);
	context = EVP_PKEY_CTX_new(card_slot(&bench.token.card, 0x9e)->key, NULL);
	assert_int_equal(EVP_PKEY_verify_recover_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_verify_recover(context, back, &len, signature.data, signature.len), 1);
	assert_memory_equal(back, block, sizeof(block));
	EVP_PKEY_CTX_free(context);
	buffer_free(&message);
	bench_close(&bench);
}

static void keys_move_and_go_on_new_firmware_only(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.4.3");
	assert_int_equal(bench_send(&bench, "00f6ff9a"), 0x6d00);
	bench_close(&bench);
	bench_open(&bench, "5.7.4");
	assert_int_equal(bench_send(&bench, "00f6ff9a"), 0x6982);
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "00f6829a"), 0x6a88);
	assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f6829a"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f7009a"), 0x6a88);
	assert_int_equal(bench_send(&bench, "00f70082"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f6f982"), 0x6a86);
	assert_int_equal(bench_send(&bench, "00f6ff82"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f70082"), 0x6a88);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ciphers_give_known_answers),
	    cmocka_unit_test(management_key_is_proven_both_ways),
	    cmocka_unit_test(management_key_changes_within_what_the_firmware_has),
	    cmocka_unit_test(always_wants_verify_directly_before),
	    cmocka_unit_test(touch_is_asked_as_the_policy_says),
	    cmocka_unit_test(every_algorithm_signs_or_agrees),
	    cmocka_unit_test(rsa_takes_the_block_as_it_is),
	    cmocka_unit_test(keys_move_and_go_on_new_firmware_only),
	};

	return cmocka_run_group_tests_name("vtoken keys", tests, NULL, NULL);
}
