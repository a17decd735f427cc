/* store_samples.h: a folder with a store for a test, and enrollments to put into it. */
#ifndef TESTS_UNIT_STORE_SAMPLES_H
#define TESTS_UNIT_STORE_SAMPLES_H

#include "registry/store.h"
#include "tests/unit/enrollment_samples.h"

struct store_fixture {
	char folder[64], path[96], journal[112], snapshot[96], snapshot_new[112];
	struct ssh_sample registrar;
	struct store *store;
};

/* store_fixture_make, store_fixture_remove: cmocka's setup and teardown; the folder must hold nothing but these files. */
int store_fixture_make(void **state);
int store_fixture_remove(void **state);

/* store_sample_add: records a fresh enrollment; the test fails when it cannot.
 *   enrollment  out: to enrollment_clear(); NULL when nobody needs it */
void store_sample_add(struct store *store, const struct ssh_sample *registrar, const char *person, const char *device,
    struct enrollment *enrollment);

/* store_sample_count: how many entries there are. */
size_t store_sample_count(struct store *store, const char *person, const char *fingerprint);

#endif
