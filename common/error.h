/* error.h: the one error type of the project.
 *
 * A function that can fail returns bool: true is done; false means that *err was filled, once, where the failure arose.
 * The caller owns the storage (`struct error err = ERROR_EMPTY;`), nothing is allocated and nothing is to be freed.
 * A refusal by the appraisal is such an error as well, so that logs, JSON and exit statuses know one list of words.
 * The format of a sentence is translated where a program speaks to people (language.h).
 * Knows nothing of logging and printing: the command and the daemon decide what becomes of an error. */
#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

#include <stdbool.h>

#include "common/attributes.h"
#include "common/error_codes.h"
#include "common/wording.h"

#define ERROR_AS_ENUM(name, word, category) name,
enum error_code { ERROR_CODES(ERROR_AS_ENUM) ERROR_CODE_COUNT };
#undef ERROR_AS_ENUM

/* What kind of trouble a code is; it decides the exit status of every verb (error_exit_status). */
enum error_category {
	ERROR_CATEGORY_DENIED, /* understood, and refused */
	ERROR_CATEGORY_INPUT,  /* a file, a field or a message that cannot be understood */
	ERROR_CATEGORY_DEVICE, /* the token, its reader, its codes */
	ERROR_CATEGORY_SYSTEM, /* the machine: files, memory, programs, time */
	ERROR_CATEGORY_USAGE,  /* the command line */
	ERROR_CATEGORY_BUG,    /* a promise inside the program was broken */
};

/* Bytes of an error's sentence with the NUL. */
#define ERROR_TEXT_SIZE 512

struct error {
	enum error_code code;
	const char *file; /* source file, static storage */
	int line;
	char text[ERROR_TEXT_SIZE]; /* a sentence for a person, printable, without full stop */
	struct wording wording;     /* what the text was made of; lost where this program has translated it */
};

#define ERROR_EMPTY ((struct error){.code = ERROR_NONE})

/* error_false: that the three below return false, said where every caller's compiler and analyser can see it. */
static inline bool error_false(void)
{
	return false;
}

/* error_set: fills *err and returns false, so that `return error_set(…)` is one line. A text that is too long is cut.
 *   err  may be NULL where a caller does not care for the reason */
#define error_set(err, code, ...) (error_set_at((err), __FILE__, __LINE__, (code), __VA_ARGS__), error_false())

/* error_set_at: error_set's work, with the place named; called through it.
 *   file    static storage: the error borrows it for ever, as it does the format
 *   format  in English; translated here */
void error_set_at(struct error *err, const char *file, int line, enum error_code code, const char *format, ...)
    PRINTF_LIKE(5, 6);

/* error_set_errno: as error_set, with ": " and what errno says behind the sentence. Reads errno first of all. */
#define error_set_errno(err, code, ...)                                                                                \
	(error_set_errno_at((err), __FILE__, __LINE__, (code), __VA_ARGS__), error_false())

/* error_set_errno_at: error_set_errno's work, as error_set_at. */
void error_set_errno_at(struct error *err, const char *file, int line, enum error_code code, const char *format, ...)
    PRINTF_LIKE(5, 6);

/* error_prefix: puts "PREFIX: " in front of a sentence, for a caller that knows more (which slot, which file). Keeps
 * code and place, returns false. */
#define error_prefix(err, ...) (error_put_prefix((err), __VA_ARGS__), error_false())

/* error_put_prefix: error_prefix's work. The values may lie in err->text. */
void error_put_prefix(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* error_word: the stable word of a code ("tlv.truncated"); static storage. */
const char *error_word(enum error_code code);

/* error_find: the code of a stable word, ERROR_NONE for an unknown one. */
enum error_code error_find(const char *word);

/* error_category: the kind of a code, out of the table. */
enum error_category error_category(enum error_code code);

/* error_exit_status: what a program exits with: 1 denied, 2 input, 3 device, 4 system, 64 usage, 70 bug (the last two
 * as in sysexits.h). ERROR_NONE gives 0. */
int error_exit_status(enum error_code code);

#endif
