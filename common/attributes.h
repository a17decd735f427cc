/* attributes.h: what the compiler is told about functions.
 * Knows nothing of anything else in the tree. */
#ifndef COMMON_ATTRIBUTES_H
#define COMMON_ATTRIBUTES_H

/* The result says whether it worked; a caller that drops it does not compile. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Argument number `at` is a printf format for the arguments from `first` on. */
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

/* What comes back is argument number `at`, or a translation of it with the same printf conversions. */
#define TRANSLATED_FORMAT(at) __attribute__((format_arg(at)))

#endif
