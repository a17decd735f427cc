#include <stdlib.h>
#include <string.h>

#include "enroll/course.h"
#include "enroll/desk.h"
#include "enroll/fido_enrolled.h"
#include "fido/assertion.h"
#include "registry/store.h"

/* How many keys of others a token is asked for, the latest ones: each question takes a moment of the operator's. */
#define OTHERS_MAXIMUM 128
#define IDS_MAXIMUM 8

/* Keys of other persons in tokens of this model: a ring, so that the latest stay. */
struct others {
	const struct course *course;
	struct fido_enrolled keys[OTHERS_MAXIMUM];
	size_t count; /* ever put in */
};

static bool is_other(const struct course *course, const struct fido_enrolled *found)
{
	return strcmp(found->person, course->request.person) != 0 &&
	       bytes_equal(BYTES_OF(found->aaguid), BYTES_OF(course->authenticator.facts.aaguid));
}

static bool visit(const struct store_entry *entry, void *context, struct error *err)
{
	struct others *others = context;
	struct fido_enrolled found;

	(void)err;
	if (strcmp(entry->person, others->course->request.person) == 0 ||
	    !fido_enrolled_take(entry, others->course->request.now, &found))
		return true;
	if (is_other(others->course, &found)) {
		struct fido_enrolled *place = &others->keys[others->count++ % OTHERS_MAXIMUM];

		fido_enrolled_clear(place);
		*place = found;
		return true;
	}
	fido_enrolled_clear(&found);
	return true;
}

static size_t held(const struct others *others)
{
	return others->count < OTHERS_MAXIMUM ? others->count : OTHERS_MAXIMUM;
}

/* How many from `first` on go into one question: they are for the same application. */
static size_t put_question(const struct others *others, size_t first, struct bytes ids[IDS_MAXIMUM])
{
	size_t most = others->course->authenticator.facts.ids_at_once, num = 0;
	struct bytes application = buffer_bytes(&others->keys[first].application);

	for (size_t i = first; i < held(others) && num < most && num < IDS_MAXIMUM; i++) {
		if (!bytes_equal(application, buffer_bytes(&others->keys[i].application)))
			break;
		ids[num++] = buffer_bytes(&others->keys[i].id);
	}
	return num;
}

/* The first key that the token holds; NULL when it holds none. */
static bool find(
    struct course *course, const struct others *others, const struct fido_enrolled **found, struct error *err)
{
	struct bytes ids[IDS_MAXIMUM];
	size_t num, place;

	*found = NULL;
	for (size_t first = 0; first < held(others) && *found == NULL; first += num) {
		num = put_question(others, first, ids);
		if (!assertion_find(&course->authenticator, buffer_text(&others->keys[first].application), ids, num,
		        course->pin, &place, err))
			return false;
		if (place < num)
			*found = &others->keys[first + place];
	}
	return true;
}

bool course_fido_holders(struct course *course, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;
	struct others *others = calloc(1, sizeof(*others));
	const struct fido_enrolled *found = NULL;
	bool done;

	if (others == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the keys of others");
	others->course = course;
	done = store_each(course->means.desk->store, NULL, NULL, visit, others, err) &&
	       find(course, others, &found, err) &&
	       (found == NULL || dialogue->may_share(dialogue->state, course, found->person, err));
	for (size_t i = 0; i < held(others); i++)
		fido_enrolled_clear(&others->keys[i]);
	free(others);
	return done;
}
