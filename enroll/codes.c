#include "enroll/codes.h"

#include <stdio.h>

#include "enroll/prompt.h"

#define PIN_MAXIMUM 64 /* what is too long is refused with the PIN's own words later on */
#define MANAGEMENT_KEY_MAXIMUM 32

bool codes_pin(int descriptor, const char *token, struct secret **pin, struct error *err)
{
	char question[256];

	if (descriptor >= 0)
		return prompt_secret_from(descriptor, PIN_MAXIMUM, pin, err);
	snprintf(question, sizeof(question), "PIN of %s: ", token);
	if (prompt_secret(question, PIN_MAXIMUM, pin, err))
		return true;
	return err->code == ERROR_DECLINED
	           ? error_set(err, ERROR_PIN_NEEDED, "the PIN of %s is needed: type it, or give it by --pin-fd", token)
	           : false;
}

static bool hex_digit(uint8_t character, uint8_t *value)
{
	if (character >= '0' && character <= '9')
		*value = (uint8_t)(character - '0');
	else if (character >= 'a' && character <= 'f')
		*value = (uint8_t)(character - 'a' + 10);
	else if (character >= 'A' && character <= 'F')
		*value = (uint8_t)(character - 'A' + 10);
	else
		return false;
	return true;
}

static bool parse_hex(struct bytes text, struct secret *key, struct error *err)
{
	uint8_t first, second, high, low;

	if (text.len != 32 && text.len != 48 && text.len != 64)
		return error_set(err, ERROR_MANAGEMENT_KEY, "a management key has 32, 48 or 64 hexadecimal digits");
	while (bytes_take_u8(&text, &first)) {
		if (!bytes_take_u8(&text, &second) || !hex_digit(first, &high) || !hex_digit(second, &low))
			return error_set(err, ERROR_MANAGEMENT_KEY, "a management key has hexadecimal digits only");
		if (!secret_put_u8(key, (uint8_t)(high << 4 | low), err))
			return false;
	}
	return true;
}

bool codes_management_key(int descriptor, struct secret **key, struct error *err)
{
	struct secret *text = NULL, *parsed = NULL;
	bool done = prompt_secret_from(descriptor, (size_t)2 * MANAGEMENT_KEY_MAXIMUM, &text, err) &&
	            secret_new(MANAGEMENT_KEY_MAXIMUM, &parsed, err) && parse_hex(secret_bytes(text), parsed, err);

	secret_free(text);
	if (done)
		*key = parsed;
	else
		secret_free(parsed);
	return done;
}
