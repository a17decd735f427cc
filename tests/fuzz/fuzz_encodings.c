/* Base64 in both alphabets, hexadecimal digits, firmware versions: whatever is read has one form only, and is written again as it was. */
#include <stdio.h>
#include <string.h>

#include "common/base64.h"
#include "policy/base64url.h"
#include "policy/firmware.h"
#include "policy/hex.h"
#include "tests/fuzz/fuzz.h"

/* What stands in a buffer before. */
#define BEFORE "before"

/* Into base64url's alphabet. */
static void turn(struct buffer *text)
{
	while (text->len > 0 && text->data[text->len - 1] == '=')
		buffer_cut(text, text->len - 1);
	for (size_t i = 0; i < text->len; i++)
		text->data[i] = text->data[i] == '+' ? '-' : text->data[i] == '/' ? '_' : text->data[i];
}

static void try_base64(struct bytes in, bool url)
{
	struct buffer out = BUFFER_EMPTY, again = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes before, decoded;

	demand(buffer_put_text(&out, BEFORE, &err));
	if (url ? base64url_parse(in, &out, &err) : base64_parse(in, &out, &err)) {
		decoded = buffer_bytes(&out);
		demand(bytes_take(&decoded, strlen(BEFORE), &before) && base64_put(decoded, &again, &err));
		if (url)
			turn(&again);
		demand(bytes_equal(buffer_bytes(&again), in));
	} else {
		demand(err.code == ERROR_BASE64 || err.code == ERROR_LIMIT);
	}
	decoded = buffer_bytes(&out);
	demand(bytes_take(&decoded, strlen(BEFORE), &before) && bytes_equal_text(before, BEFORE));
	demand(err.code == ERROR_NONE || decoded.len == 0);
	buffer_free(&again);
	buffer_free(&out);
}

static void try_hex(struct bytes in)
{
	uint8_t bytes[64];
	char text[2 * sizeof(bytes) + 1];
	size_t len = in.len / 2;

	if (len <= sizeof(bytes) && hex_parse(in, bytes, len)) {
		hex_put(bytes_of(bytes, len), text);
		demand(bytes_equal_text(in, text));
	}
}

static void try_firmware(struct bytes in)
{
	unsigned parts[3], again[3];
	char text[64];

	if (!firmware_parse(in, parts))
		return;
	(void)snprintf(text, sizeof(text), "%u.%u.%u", parts[0], parts[1], parts[2]);
	demand(firmware_parse(bytes_of_text(text), again) && firmware_compare(parts, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_base64(bytes_of(data, size), false);
	try_base64(bytes_of(data, size), true);
	try_hex(bytes_of(data, size));
	try_firmware(bytes_of(data, size));
	return 0;
}
