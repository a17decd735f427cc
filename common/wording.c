#include "common/wording.h"

#include <stdio.h>
#include <string.h>

#include "common/format.h"

static size_t text_length(const char *text, size_t maximum)
{
	return strnlen(text, maximum);
}

/* The analyzer takes a va_list behind a pointer for one that was never begun: error.c begins it.
 * NOLINTBEGIN(clang-analyzer-valist.Uninitialized) */

/* A precision below zero is none. */
static size_t cut_text_length(va_list *values)
{
	int maximum = va_arg(*values, int);

	return text_length(va_arg(*values, const char *), maximum < 0 ? SIZE_MAX : (size_t)maximum);
}

/* How many bytes the next value takes when it is shown. */
static size_t value_length(enum format_conversion conversion, va_list *values)
{
	switch (conversion) {
	case FORMAT_TEXT:
		return 0;
	case FORMAT_STRING:
		return strlen(va_arg(*values, const char *));
	case FORMAT_STRING_UP_TO:
		return cut_text_length(values);
	case FORMAT_STRING_UP_TO_40:
		return text_length(va_arg(*values, const char *), 40);
	case FORMAT_STRING_UP_TO_60:
		return text_length(va_arg(*values, const char *), 60);
	case FORMAT_STRING_UP_TO_64:
		return text_length(va_arg(*values, const char *), 64);
	case FORMAT_CHARACTER:
		return (size_t)snprintf(NULL, 0, "%c", va_arg(*values, int));
	case FORMAT_INT:
		return (size_t)snprintf(NULL, 0, "%d", va_arg(*values, int));
	case FORMAT_UNSIGNED:
		return (size_t)snprintf(NULL, 0, "%u", va_arg(*values, unsigned));
	case FORMAT_LONG:
		return (size_t)snprintf(NULL, 0, "%ld", va_arg(*values, long));
	case FORMAT_UNSIGNED_LONG:
		return (size_t)snprintf(NULL, 0, "%lu", va_arg(*values, unsigned long));
	case FORMAT_LONG_LONG:
		return (size_t)snprintf(NULL, 0, "%lld", va_arg(*values, long long));
	case FORMAT_UNSIGNED_LONG_LONG:
		return (size_t)snprintf(NULL, 0, "%llu", va_arg(*values, unsigned long long));
	case FORMAT_SIZE:
		return (size_t)snprintf(NULL, 0, "%zu", va_arg(*values, size_t));
	case FORMAT_HEX_2:
		return (size_t)snprintf(NULL, 0, "%02x", va_arg(*values, unsigned));
	case FORMAT_HEX_4:
		return (size_t)snprintf(NULL, 0, "%04x", va_arg(*values, unsigned));
	case FORMAT_HEX_LONG_6:
		return (size_t)snprintf(NULL, 0, "%06lx", va_arg(*values, unsigned long));
	}
	return 0;
}

/* NOLINTEND(clang-analyzer-valist.Uninitialized) */

static bool add_value(struct wording *wording, size_t at, size_t len)
{
	if (wording->num_values == WORDING_VALUES_MAXIMUM || at > UINT16_MAX || len > UINT16_MAX)
		return false;
	wording->values[wording->num_values].at = (uint16_t)at;
	wording->values[wording->num_values++].len = (uint16_t)len;
	return true;
}

static bool add_format(struct wording *wording, const char *format)
{
	if (wording->num_formats == WORDING_FORMATS_MAXIMUM)
		return false;
	wording->formats[wording->num_formats++] = format;
	return true;
}

/* The source counts its values in order; only translators number them. */
static bool add_values(struct wording *wording, struct bytes format, size_t at, va_list *values)
{
	while (format.len > 0) {
		struct format_part part;
		size_t len;

		if (!format_take(&format, &part) || part.position != 0)
			return false;
		len = part.conversion == FORMAT_TEXT ? part.text.len : value_length(part.conversion, values);
		if (part.conversion != FORMAT_TEXT && !add_value(wording, at, len))
			return false;
		at += len;
	}
	return true;
}

void wording_add(struct wording *wording, const char *format, size_t at, va_list *values)
{
	wording->lost =
	    wording->lost || !add_format(wording, format) || !add_values(wording, bytes_of_text(format), at, values);
}

void wording_add_text(struct wording *wording, size_t at, size_t len)
{
	wording->lost = wording->lost || !add_format(wording, "%s") || !add_value(wording, at, len);
}

void wording_put_front(struct wording *wording, const struct wording *front, size_t shift)
{
	struct wording whole = *front;

	whole.lost = whole.lost || wording->lost;
	for (size_t i = 0; !whole.lost && i < wording->num_formats; i++)
		whole.lost = !add_format(&whole, wording->formats[i]);
	for (size_t i = 0; !whole.lost && i < wording->num_values; i++)
		whole.lost = !add_value(&whole, wording->values[i].at + shift, wording->values[i].len);
	*wording = whole;
}
