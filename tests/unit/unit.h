/* unit.h: what every unit test includes: cmocka with the headers it wants before it, and how to assert on a bool that
 * comes with an error. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/error.h"

/* assert_done: `call` (which fills `err`) must succeed; its sentence is shown when it does not. */
#define assert_done(call, err)                                                                                         \
	do {                                                                                                           \
		if (!(call))                                                                                           \
			fail_msg("%s: %s [%s]", #call, (err).text, error_word((err).code));                            \
	} while (0)

/* assert_refused: `call` must fail with exactly this code. */
#define assert_refused(call, err, wanted)                                                                              \
	do {                                                                                                           \
		(err) = ERROR_EMPTY;                                                                                   \
		assert_false(call);                                                                                    \
		assert_string_equal(error_word((err).code), error_word(wanted));                                       \
	} while (0)

#endif
