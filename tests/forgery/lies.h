/* lies.h: the table of forgeries. A row takes an honest chain, changes it, and names the reason that the result must have. */
#ifndef TESTS_FORGERY_LIES_H
#define TESTS_FORGERY_LIES_H

#include "tests/forgery/chain.h"

#define LIE_EDITS_MAXIMUM 6

struct lie {
	const char *name;
	enum forged_shape shape;
	enum error_code code; /* of the first reason */
	struct forged_edit edits[LIE_EDITS_MAXIMUM];
	size_t num_edits;
	bool by_policy;            /* the evidence is genuine, the built-in policy refuses it */
	const char *expected_slot; /* NULL: any */
	bool another_key;          /* KEY_STRANGER was asked for */
};

/* lie_at: by number from 0; borrowed, NULL behind the last one. */
const struct lie *lie_at(size_t index);

#endif
