#include "tests/unit/vtoken_bench.h"

#include "tests/unit/unit.h"

#include "common/tlv.h"
#include "tests/vtoken/hex.h"
#include "tests/vtoken/status.h"

void bench_open(struct bench *bench, const char *personality)
{
	const struct personality *found = personality_find(personality);

	assert_non_null(found);
	*bench = (struct bench){.reply = BUFFER_EMPTY};
	card_init(&bench->token.card, found, 12345678);
	bench->token.inserted = true;
	assert_int_equal(bench_send(bench, BENCH_SELECT), STATUS_DONE);
}

void bench_close(struct bench *bench)
{
	buffer_free(&bench->reply);
	token_clear(&bench->token);
}

/* One exchange; the status word is cut off the reply. */
static unsigned exchange(struct bench *bench, struct bytes message)
{
	struct error err = ERROR_EMPTY;
	struct buffer whole = BUFFER_EMPTY;
	struct bytes rest, data;
	uint16_t status;

	assert_done(token_exchange(&bench->token, message, &whole, &err), err);
	rest = buffer_bytes(&whole);
	assert_true(rest.len >= sizeof(status));
	assert_true(bytes_take(&rest, rest.len - sizeof(status), &data));
	assert_done(buffer_put(&bench->reply, data, &err), err);
	assert_true(bytes_take_u16(&rest, &status));
	buffer_free(&whole);
	return status;
}

unsigned bench_send_bytes(struct bench *bench, struct bytes message)
{
	static const uint8_t get_response[] = {0x00, 0xc0, 0x00, 0x00, 0x00};
	unsigned status;

	buffer_free(&bench->reply);
	status = exchange(bench, message);
	while ((status & 0xff00U) == STATUS_MORE)
		status = exchange(bench, BYTES_OF(get_response));
	return status;
}

unsigned bench_send(struct bench *bench, const char *hex)
{
	struct error err = ERROR_EMPTY;
	struct buffer message = BUFFER_EMPTY;
	unsigned status;

	assert_done(hex_take(bytes_of_text(hex), &message, &err), err);
	status = bench_send_bytes(bench, buffer_bytes(&message));
	buffer_free(&message);
	return status;
}

void bench_manage(struct bench *bench)
{
	const struct management_key *management = &bench->token.card.management;
	struct error err = ERROR_EMPTY;
	uint8_t block[CIPHER_BLOCK_MAXIMUM];
	struct buffer message = BUFFER_EMPTY, inner = BUFFER_EMPTY;
	struct bytes reply, dynamic, challenge;
	uint8_t header[] = {0x00, 0x87, management->cipher->id, 0x9b};
	static const uint8_t ask[] = {0x04, 0x7c, 0x02, 0x81, 0x00};

	assert_done(buffer_put(&message, BYTES_OF(header), &err) && buffer_put(&message, BYTES_OF(ask), &err), err);
	assert_int_equal(bench_send_bytes(bench, buffer_bytes(&message)), STATUS_DONE);
	reply = buffer_bytes(&bench->reply);
	assert_done(tlv_take(&reply, 0x7c, &dynamic, &err) && tlv_take(&dynamic, 0x81, &challenge, &err), err);
	assert_int_equal(challenge.len, management->cipher->block_len);
	assert_true(cipher_run(management->cipher, management->key, true, challenge.data, block));
	buffer_cut(&message, sizeof(header));
	assert_done(tlv_put(&inner, 0x82, bytes_of(block, challenge.len), &err) &&
	                buffer_put_u8(&message, (uint8_t)(inner.len + 2), &err) &&
	                tlv_put(&message, 0x7c, buffer_bytes(&inner), &err),
	    err);
	assert_int_equal(bench_send_bytes(bench, buffer_bytes(&message)), STATUS_DONE);
	buffer_free(&message);
	buffer_free(&inner);
}

bool bench_reply_is(const struct bench *bench, const char *hex)
{
	struct buffer wanted = BUFFER_EMPTY;
	bool same = hex_take(bytes_of_text(hex), &wanted, NULL) &&
	            bytes_equal(buffer_bytes(&bench->reply), buffer_bytes(&wanted));

	buffer_free(&wanted);
	return same;
}
