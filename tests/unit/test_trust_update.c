/* Signed trust bundles, with signatures of the real ssh-keygen: who may sign, under which namespace, and that an older one takes no
 * newer one's place. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "policy/trust.h"
#include "registry/trust_files.h"
#include "registry/trust_update.h"

#define BUNDLE "{\"format\": \"keyenroll-trust-1\", \"name\": \"%s\", \"version\": \"%s\", \"date\": \"2026-01-01\"}"

static char folder[] = "/tmp/keyenroll-trust.XXXXXX", shipped[64], updates[64], coming[64];
static struct trust_places places;

static void run(const char *command)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "cd %s && umask 022 && %s >/dev/null 2>&1 </dev/null", folder, command);
	if (system(line) != 0)
		fail_msg("%s", line);
}

static void write_bundle(const char *path, const char *name, const char *version)
{
	struct buffer json = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_format(&json, &err, BUNDLE, name, version), err);
	assert_done(file_store(path, buffer_bytes(&json), 0644, &err), err);
	buffer_free(&json);
}

/* coming.json, as `signer` signs it. */
static void offer(const char *name, const char *version, const char *signer, const char *namespace)
{
	char command[128];

	write_bundle(coming, name, version);
	(void)snprintf(command, sizeof(command), "rm -f coming.json.sig && ssh-keygen -Y sign -f %s -n %s coming.json",
	    signer, namespace);
	run(command);
}

static int make_places(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	(void)snprintf(shipped, sizeof(shipped), "%s/trust.json", folder);
	(void)snprintf(updates, sizeof(updates), "%s/updates", folder);
	(void)snprintf(coming, sizeof(coming), "%s/coming.json", folder);
	places = (struct trust_places){.shipped = shipped, .updates = updates};
	run("ssh-keygen -q -t ed25519 -N '' -f maker");
	run("ssh-keygen -q -t ed25519 -N '' -f enroller");
	run("ssh-keygen -q -t ed25519 -N '' -f stranger");
	run("sh -c '(printf \"maker namespaces=\\\"trust@keyenroll\\\" \"; cat maker.pub;"
	    " printf \"enroller namespaces=\\\"enrollment@keyenroll\\\" \"; cat enroller.pub) >trust-signers'");
	write_bundle(shipped, "a", "2026.5");
	run("ssh-keygen -Y sign -f maker -n trust@keyenroll trust.json");
	return 0;
}

static int drop_places(void **state)
{
	char command[80];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void assert_believed(const char *version)
{
	struct trust *trust = NULL;
	struct error err = ERROR_EMPTY;

	assert_done(trust_files_load(&places, &trust, &err), err);
	assert_string_equal(trust_version(trust), version);
	trust_free(trust);
}

/* Whatever is refused leaves what was believed. */
static void assert_offer_refused(enum error_code wanted)
{
	char version[TRUST_VERSION_SIZE];
	struct error err;

	assert_refused(trust_update_install(&places, coming, version, &err), err, wanted);
	assert_believed("2026.5");
}

static void only_a_signer_of_bundles_signs_them(void **state)
{
	static const struct {
		const char *signer, *namespace;
	} rows[] = {{"stranger", "trust@keyenroll"}, {"enroller", "trust@keyenroll"}, {"maker", "file"},
	    {"maker", "enrollment@keyenroll"}};
	char version[TRUST_VERSION_SIZE];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		offer("a", "2026.6", rows[i].signer, rows[i].namespace);
		assert_refused(trust_update_check(&places, coming, version, &err), err, ERROR_TRUST_SIGNATURE);
		assert_offer_refused(ERROR_TRUST_SIGNATURE);
	}
}

static void a_signature_is_over_this_very_bundle(void **state)
{
	(void)state;
	offer("a", "2026.6", "maker", "trust@keyenroll");
	write_bundle(coming, "b", "2026.6");
	assert_offer_refused(ERROR_TRUST_SIGNATURE);
	assert_int_equal(unlink(coming), 0);
	offer("a", "2026.6", "maker", "trust@keyenroll");
	run("rm coming.json.sig");
	assert_offer_refused(ERROR_FILE);
}

/* The same number with other content is no update either. */
static void what_is_not_newer_is_refused(void **state)
{
	static const char *const versions[] = {"2026.4", "2025.9", "2026", "2026.5", "2026.5.0"};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		offer("b", versions[i], "maker", "trust@keyenroll");
		assert_offer_refused(ERROR_TRUST_ROLLBACK);
	}
}

/* An update that somebody put into the folder by hand is believed by its signature, and only while it is newer than the package's. */
static void what_lies_in_the_folder_is_checked_again(void **state)
{
	struct trust *trust = NULL;
	struct error err;

	(void)state;
	run("mkdir updates");
	offer("a", "2026.4", "maker", "trust@keyenroll");
	run("cp coming.json coming.json.sig updates");
	assert_believed("2026.5");
	offer("a", "2026.7", "stranger", "trust@keyenroll");
	run("cp coming.json coming.json.sig updates");
	assert_refused(trust_files_load(&places, &trust, &err), err, ERROR_TRUST_SIGNATURE);
	run("rm -r updates");
	assert_believed("2026.5");
}

static void a_newer_one_is_installed_and_stays(void **state)
{
	char version[TRUST_VERSION_SIZE];
	struct error err = ERROR_EMPTY;

	(void)state;
	offer("a", "2026.10", "maker", "trust@keyenroll");
	assert_done(trust_update_install(&places, coming, version, &err), err);
	assert_string_equal(version, "2026.10");
	assert_believed("2026.10");
	offer("a", "2026.9", "maker", "trust@keyenroll");
	assert_refused(trust_update_install(&places, coming, version, &err), err, ERROR_TRUST_ROLLBACK);
	assert_believed("2026.10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_a_signer_of_bundles_signs_them),
	    cmocka_unit_test(a_signature_is_over_this_very_bundle),
	    cmocka_unit_test(what_is_not_newer_is_refused),
	    cmocka_unit_test(what_lies_in_the_folder_is_checked_again),
	    cmocka_unit_test(a_newer_one_is_installed_and_stays),
	};

	return cmocka_run_group_tests_name("trust update", tests, make_places, drop_places);
}
