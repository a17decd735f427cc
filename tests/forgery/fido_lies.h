/* fido_lies.h: the table of forged FIDO attestations. A row takes an honest recipe, changes one or two of its members, and names
 * the reason that the result must have. */
#ifndef TESTS_FORGERY_FIDO_LIES_H
#define TESTS_FORGERY_FIDO_LIES_H

#include <stddef.h>

#include "tests/forgery/fido_recipe.h"

/* Where a member lies in struct fido_recipe, and what it becomes. */
struct fido_change {
	size_t at;
	int number;
	const char *text;
	bool is_text; /* NULL is one too */
};

#define FIDO_CHANGES_MAXIMUM 3

struct fido_lie {
	const char *name;
	enum fido_format format;
	enum error_code code;
	struct fido_change changes[FIDO_CHANGES_MAXIMUM];
	size_t num_changes, num_honest; /* the first of them belong to the honest device */
};

/* fido_lie_at: by number from 0; borrowed, NULL behind the last one. */
const struct fido_lie *fido_lie_at(size_t index);

#endif
