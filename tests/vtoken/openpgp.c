#include "tests/vtoken/openpgp.h"

#include "common/tlv.h"
#include "tests/vtoken/status.h"

#define LIST(...)                                                                                                      \
	{                                                                                                              \
		(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                                 \
	}
#define ZEROS(number)                                                                                                  \
	{                                                                                                              \
		zeros, number                                                                                          \
	}

enum {
	INS_VERIFY = 0x20,
	INS_PUBLIC_KEY = 0x47,
	INS_GET_DATA = 0xca,
	INS_VERSION = 0xf1, /* the vendor's own */
	PUBLIC_KEY_READ = 0x81,
	REFERENCE_FIRST = 0x81,
	REFERENCE_LAST = 0x83,
	TRIES = 3,
	OBJECT_AID = 0x4f,
	OBJECT_CARD = 0x6e,
	OBJECT_DISCRETIONARY = 0x73,
	OBJECT_PERSON = 0x65,
	OBJECT_COUNTER = 0x7a,
	OBJECT_HISTORICAL = 0x5f52,
	TOP = 0,
};

/* the application's own: a registered provider's five bytes and one more */
static const uint8_t aid[] = {0xd2, 0x76, 0x00, 0x01, 0x24, 0x01};
static const uint8_t zeros[80];

/* What a new card tells: a value, or a template around the rows that name it. */
static const struct row {
	uint16_t tag, within;
	uint8_t version; /* of the application: 2, 3, or 0 for both */
	struct bytes value;
} rows[] = {
    {OBJECT_CARD, TOP, 0, {NULL, 0}},
    {OBJECT_AID, OBJECT_CARD, 0, {NULL, 0}},
    {OBJECT_HISTORICAL, OBJECT_CARD, 0, {NULL, 0}},
    {0x7f74, OBJECT_CARD, 3, LIST(0x81, 0x01, 0x20)}, /* has a button */
    {OBJECT_DISCRETIONARY, OBJECT_CARD, 0, {NULL, 0}},
    /* challenge, import, codes and algorithms can be set; then the longest challenge, certificate, command and answer */
    {0xc0, OBJECT_DISCRETIONARY, 2, LIST(0x7c, 0, 0x0b, 0xfe, 0x08, 0, 0x0b, 0xfe, 0x0b, 0xfe)},
    {0xc0, OBJECT_DISCRETIONARY, 3, LIST(0x7d, 0, 0x0b, 0xfe, 0x08, 0, 0, 0xff, 0, 0)},
    /* RSA, 2048 bits, an exponent of 17 */
    {0xc1, OBJECT_DISCRETIONARY, 0, LIST(1, 0x08, 0, 0, 0x11, 0)},
    {0xc2, OBJECT_DISCRETIONARY, 0, LIST(1, 0x08, 0, 0, 0x11, 0)},
    {0xc3, OBJECT_DISCRETIONARY, 0, LIST(1, 0x08, 0, 0, 0x11, 0)},
    {0xda, OBJECT_DISCRETIONARY, 3, LIST(1, 0x08, 0, 0, 0x11, 0)},
    /* the codes: longest lengths and tries; there is no reset code */
    {0xc4, OBJECT_DISCRETIONARY, 0, LIST(0xff, 0x7f, 0x7f, 0x7f, TRIES, 0, TRIES)},
    /* fingerprints of keys and of their authorities, dates: none */
    {0xc5, OBJECT_DISCRETIONARY, 2, ZEROS(60)},
    {0xc6, OBJECT_DISCRETIONARY, 2, ZEROS(60)},
    {0xcd, OBJECT_DISCRETIONARY, 2, ZEROS(12)},
    {0xc5, OBJECT_DISCRETIONARY, 3, ZEROS(80)},
    {0xc6, OBJECT_DISCRETIONARY, 3, ZEROS(80)},
    {0xcd, OBJECT_DISCRETIONARY, 3, ZEROS(16)},
    /* the keys: only the one for attestation is there, imported */
    {0xde, OBJECT_DISCRETIONARY, 3, LIST(1, 0, 2, 0, 3, 0, 0x81, 2)},
    /* the longest command and answer */
    {0x7f66, OBJECT_DISCRETIONARY, 3, LIST(2, 2, 0x0b, 0xfe, 2, 2, 0x0b, 0xfe)},
    /* no key wants a touch */
    {0xd6, OBJECT_DISCRETIONARY, 0, LIST(0, 0x20)},
    {0xd7, OBJECT_DISCRETIONARY, 0, LIST(0, 0x20)},
    {0xd8, OBJECT_DISCRETIONARY, 0, LIST(0, 0x20)},
    {0xd9, OBJECT_DISCRETIONARY, 3, LIST(0, 0x20)},
    /* name, languages, salutation (not given) */
    {OBJECT_PERSON, TOP, 0, {NULL, 0}},
    {0x5b, OBJECT_PERSON, 0, {NULL, 0}},
    {0x5f2d, OBJECT_PERSON, 0, {NULL, 0}},
    {0x5f35, OBJECT_PERSON, 0, LIST('9')},
    {OBJECT_COUNTER, TOP, 0, {NULL, 0}},
    {0x93, OBJECT_COUNTER, 0, LIST(0, 0, 0)},
    /* account, address of the public key, two notes, a certificate */
    {0x5e, TOP, 0, {NULL, 0}},
    {0x5f50, TOP, 0, {NULL, 0}},
    {0x0101, TOP, 0, {NULL, 0}},
    {0x0102, TOP, 0, {NULL, 0}},
    {0x7f21, TOP, 0, {NULL, 0}},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

bool openpgp_named(const struct card *card, struct bytes name)
{
	struct bytes front;

	return card->personality->firmware->openpgp[0] > 0 && bytes_take(&name, sizeof(aid), &front) &&
	       bytes_equal(front, BYTES_OF(aid));
}

/* Version, manufacturer, serial number. */
static bool put_aid(const struct card *card, struct buffer *out)
{
	static const uint8_t manufacturer[] = {0x00, 0x06};

	return buffer_put(out, BYTES_OF(aid), NULL) &&
	       buffer_put(out, BYTES_OF(card->personality->firmware->openpgp), NULL) &&
	       buffer_put(out, BYTES_OF(manufacturer), NULL) && buffer_put_u32(out, card_decimal_serial(card), NULL) &&
	       buffer_put_u16(out, 0, NULL);
}

/* Which ways of long commands it knows, in the third byte behind 73. */
static bool put_historical(const struct card *card, struct buffer *out)
{
	bool extended = card->personality->wire->extended_length, told = card->personality->firmware->openpgp[0] > 2;
	uint8_t ways = (uint8_t)(0x80 | (extended ? 0x40 : 0) | (extended && told ? 0x20 : 0));
	const uint8_t historical[] = {0x00, 0x73, 0x00, 0x00, ways, 0x05, 0x90, 0x00};

	return buffer_put(out, BYTES_OF(historical), NULL);
}

static bool has_row(const struct card *card, const struct row *row)
{
	return row->version == 0 || row->version == card->personality->firmware->openpgp[0];
}

static bool put_value(const struct card *card, const struct row *row, struct buffer *out);

/* A template's parts, each with tag and length. */
static bool put_parts(const struct card *card, uint16_t template, struct buffer *out)
{
	struct buffer value = BUFFER_EMPTY;
	bool done = true;

	for (size_t i = 0; done && i < ROWS; i++) {
		if (rows[i].within != template || !has_row(card, &rows[i]))
			continue;
		done = put_value(card, &rows[i], &value) && tlv_put(out, rows[i].tag, buffer_bytes(&value), NULL);
		buffer_free(&value);
	}
	return done;
}

static bool put_value(const struct card *card, const struct row *row, struct buffer *out)
{
	if (row->tag == OBJECT_AID)
		return put_aid(card, out);
	if (row->tag == OBJECT_HISTORICAL)
		return put_historical(card, out);
	return buffer_put(out, row->value, NULL) && put_parts(card, row->tag, out);
}

static bool is_template(uint16_t tag)
{
	return tag == OBJECT_CARD || tag == OBJECT_DISCRETIONARY || tag == OBJECT_PERSON || tag == OBJECT_COUNTER;
}

/* A template comes with its tag and length, a plain value without. */
static unsigned get_data(const struct card *card, uint16_t tag, struct buffer *reply)
{
	struct buffer value = BUFFER_EMPTY;
	const struct row *row = rows;
	bool done;

	while (row < rows + ROWS && (row->tag != tag || !has_row(card, row)))
		row++;
	if (row == rows + ROWS)
		return STATUS_NO_REFERENCE;
	done = put_value(card, row, &value) && (is_template(tag) ? tlv_put(reply, tag, buffer_bytes(&value), NULL)
	                                                         : buffer_put(reply, buffer_bytes(&value), NULL));
	buffer_free(&value);
	return done ? STATUS_DONE : STATUS_FAILURE;
}

unsigned openpgp_answer(const struct card *card, const struct command *command, struct buffer *reply)
{
	if (command->ins == INS_GET_DATA)
		return get_data(card, (uint16_t)(command->p1 << 8 | command->p2), reply);
	if (command->ins == INS_VERSION)
		return buffer_put(reply, BYTES_OF(card->personality->firmware->version), NULL) ? STATUS_DONE
		                                                                               : STATUS_FAILURE;
	if (command->ins == INS_PUBLIC_KEY && command->p1 == PUBLIC_KEY_READ)
		return STATUS_NO_REFERENCE;
	if (command->ins == INS_VERIFY && command->data.len == 0 && command->p2 >= REFERENCE_FIRST &&
	    command->p2 <= REFERENCE_LAST)
		return STATUS_TRIES_LEFT | TRIES;
	return STATUS_INSTRUCTION;
}
