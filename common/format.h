/* format.h: a printf format taken apart: what is text, and where a value stands. Nothing is ever printed by such a format.
 * It knows the conversions that sentences for people use, one after the other ("%s") or numbered, as translators may write them
 * ("%2$s"), and no others: width, flags and precision only in the forms of the table. libc only.
 * Source: the manual page printf, section 3. */
#ifndef COMMON_FORMAT_H
#define COMMON_FORMAT_H

#include "common/bytes.h"

/* What a value is in C, and how it is shown. */
enum format_conversion {
	FORMAT_TEXT, /* no value: text as it stands, or "%%" */
	FORMAT_STRING,
	FORMAT_STRING_UP_TO, /* "%.*s" */
	FORMAT_STRING_UP_TO_40,
	FORMAT_STRING_UP_TO_60,
	FORMAT_STRING_UP_TO_64,
	FORMAT_CHARACTER,
	FORMAT_INT,
	FORMAT_UNSIGNED,
	FORMAT_LONG,
	FORMAT_UNSIGNED_LONG,
	FORMAT_LONG_LONG,
	FORMAT_UNSIGNED_LONG_LONG,
	FORMAT_SIZE,
	FORMAT_HEX_2,
	FORMAT_HEX_4,
	FORMAT_HEX_LONG_6,
};

struct format_part {
	enum format_conversion conversion;
	struct bytes text; /* FORMAT_TEXT: borrowed */
	size_t position;   /* else: which value, from 1; 0: the one after that of the last conversion */
};

/* format_take: the next part. False at the end, and for a conversion that is not known, which stays where it is. */
bool format_take(struct bytes *format, struct format_part *part) MUST_CHECK;

/* format_count: how many values a format wants. False for what is no format, or mixes the two ways of counting. */
bool format_count(struct bytes format, size_t *num) MUST_CHECK;

#endif
