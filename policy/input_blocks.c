#include "policy/input_blocks.h"

#include "common/base64.h"
#include "policy/der.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

void input_blocks_clear(struct input_blocks *blocks)
{
	for (size_t i = 0; i < blocks->num; i++)
		buffer_free(&blocks->der[i]);
	blocks->num = 0;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* A line without the blanks around it, and without the mark of UTF-8 that some editors begin a file with. */
static struct bytes trimmed(struct bytes line)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct bytes first = line, skipped;
	uint8_t byte;

	if (bytes_start_with(line, mark) && bytes_take(&line, sizeof(mark) - 1, &skipped))
		first = line;
	while (bytes_take_u8(&first, &byte) && is_blank(byte))
		line = first;
	while (line.len > 0) {
		struct bytes head = line, body;

		if (!bytes_take(&head, line.len - 1, &body) || !bytes_take_u8(&head, &byte) || !is_blank(byte))
			break;
		line = body;
	}
	return line;
}

/* The label of a "-----BEGIN LABEL-----" line. */
static bool take_label(struct bytes line, const char *start, struct bytes *label)
{
	struct bytes dashes;
	size_t start_len = bytes_of_text(start).len, end_len = sizeof(DASHES) - 1;

	return bytes_start_with(line, start) && line.len >= start_len + end_len &&
	       bytes_take(&line, start_len, &dashes) && bytes_take(&line, line.len - end_len, label) &&
	       bytes_equal_text(line, DASHES);
}

static bool ends_with(struct bytes whole, const char *end)
{
	struct bytes skipped;
	size_t len = bytes_of_text(end).len;

	return whole.len >= len && bytes_take(&whole, whole.len - len, &skipped) && bytes_equal_text(whole, end);
}

/* Takes the lines up to the block's end and gathers their base64. */
static bool take_block(struct bytes *in, struct bytes label, struct buffer *base64, struct error *err)
{
	struct bytes line, end;

	while (bytes_take_until(in, '\n', &line)) {
		line = trimmed(line);
		if (take_label(line, END, &end))
			return bytes_equal(end, label) || error_set(err, ERROR_EVIDENCE_CERTIFICATE,
			                                      "a PEM block ends under another name than it began");
		if (!buffer_put(base64, line, err))
			return false;
	}
	return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "a PEM block has no end");
}

static bool add(struct input_blocks *blocks, struct buffer *der, struct error *err)
{
	if (blocks->num == INPUT_BLOCKS_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "more than %d certificates are handed in", INPUT_BLOCKS_MAXIMUM);
	blocks->der[blocks->num++] = *der;
	*der = BUFFER_EMPTY;
	return true;
}

static bool read_pem(
    struct bytes *in, struct bytes label, const char *wanted, struct input_blocks *blocks, struct error *err)
{
	struct buffer base64 = BUFFER_EMPTY, der = BUFFER_EMPTY;
	bool done = false;

	if (!take_block(in, label, &base64, err))
		goto out;
	done = true;
	if (!ends_with(label, wanted))
		goto out;
	done = base64_parse(buffer_bytes(&base64), &der, err)
	           ? add(blocks, &der, err)
	           : error_set(err, ERROR_EVIDENCE_CERTIFICATE, "a PEM block does not hold canonical base64");
out:
	buffer_free(&base64);
	buffer_free(&der);
	return done;
}

static bool read_der(struct bytes whole, struct input_blocks *blocks, struct error *err)
{
	struct buffer der = BUFFER_EMPTY;
	bool done = buffer_put(&der, whole, err) && add(blocks, &der, err);

	buffer_free(&der);
	return done;
}

/* Text around the blocks is passed over, as RFC 7468 allows it; other bytes are a broken object. */
static bool check_text(struct bytes line, struct error *err)
{
	uint8_t byte;

	while (bytes_take_u8(&line, &byte)) {
		if (byte < 0x20 && !is_blank(byte))
			return error_set(err, ERROR_EVIDENCE_CERTIFICATE,
			    "there are bytes that are neither text, nor PEM, nor canonical DER");
	}
	return true;
}

bool input_blocks_read(struct bytes input, const char *label, struct input_blocks *blocks, struct error *err)
{
	while (input.len > 0) {
		struct bytes line, found, whole, rest = input;

		/* '0' is a letter of text as well; no DER object worth reading is shorter than its long length form. */
		if (der_take_whole(&rest, DER_SEQUENCE, &whole) && whole.len >= 0x80) {
			input = rest;
			if (!read_der(whole, blocks, err))
				return false;
			continue;
		}
		if (!bytes_take_until(&input, '\n', &line))
			break;
		line = trimmed(line);
		if (take_label(line, BEGIN, &found)) {
			if (!read_pem(&input, found, label, blocks, err))
				return false;
		} else if (!check_text(line, err)) {
			return false;
		}
	}
	return true;
}
