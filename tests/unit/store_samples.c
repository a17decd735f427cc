#include "tests/unit/store_samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"

int store_fixture_make(void **state)
{
	static struct store_fixture fixture;
	struct error err = ERROR_EMPTY;

	fixture = (struct store_fixture){.folder = "/tmp/keyenroll-test.XXXXXX"};
	if (mkdtemp(fixture.folder) == NULL)
		return -1;
	(void)snprintf(fixture.path, sizeof(fixture.path), "%s/registry", fixture.folder);
	(void)snprintf(fixture.journal, sizeof(fixture.journal), "%s-journal", fixture.path);
	(void)snprintf(fixture.snapshot, sizeof(fixture.snapshot), "%s/snapshot 100%%?#", fixture.folder);
	(void)snprintf(fixture.snapshot_new, sizeof(fixture.snapshot_new), "%s.new", fixture.snapshot);
	ssh_sample_init(SSH_KEY_ED25519, &fixture.registrar);
	assert_done(store_open(fixture.path, true, &fixture.store, &err), err);
	*state = &fixture;
	return 0;
}

int store_fixture_remove(void **state)
{
	struct store_fixture *fixture = *state;

	store_close(fixture->store);
	ssh_sample_clear(&fixture->registrar);
	(void)unlink(fixture->path);
	(void)unlink(fixture->snapshot);
	return rmdir(fixture->folder);
}

void store_sample_add(struct store *store, const struct ssh_sample *registrar, const char *person, const char *device,
    struct enrollment *enrollment)
{
	struct enrollment made = ENROLLMENT_EMPTY;
	struct error err = ERROR_EMPTY;
	uint64_t serial;

	assert_done(store_next_serial(store, &serial, &err), err);
	enrollment_sample_init(registrar, person, serial, &made);
	assert_done(store_add(store, &made, device, "operator", SAMPLE_SINCE, &err), err);
	if (enrollment != NULL)
		*enrollment = made;
	else
		enrollment_clear(&made);
}

static bool count(const struct store_entry *entry, void *context, struct error *err)
{
	size_t *num = context;

	(void)entry;
	(void)err;
	++*num;
	return true;
}

size_t store_sample_count(struct store *store, const char *person, const char *fingerprint)
{
	struct error err = ERROR_EMPTY;
	size_t num = 0;

	assert_done(store_each(store, person, fingerprint, count, &num, &err), err);
	return num;
}
