/* The list of a batch: what is read stands there once, in names and serials that can be. */
#include <string.h>

#include "enroll/people.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct people people = PEOPLE_EMPTY;
	struct error err = ERROR_EMPTY;

	if (!people_parse(bytes_of(data, size), &people, &err)) {
		demand(err.code != ERROR_NONE && people.rows == NULL);
		return 0;
	}
	demand(people.num > 0 && people.num <= PEOPLE_MAXIMUM);
	for (size_t i = 0; i < people.num; i++)
		demand(account_name_check(bytes_of_text(people.rows[i].name), &err) &&
		       strlen(people.rows[i].serial) <= 10);
	people_clear(&people);
	return 0;
}
