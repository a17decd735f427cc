/* Each write fails, once or as on a disk that is full from then on, under everything that the command replaces files with. Afterwards each
 * file is what it was or what it was to become, no temporary file is left by a single failure, the exit status tells, and saying it
 * again works; of one change nothing is left then. And where nothing fails, what was written is on the disk when the command says so. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "enroll/desk.h"
#include "policy/mds_index.h"
#include "policy/trust.h"
#include "registry/metadata_files.h"
#include "registry/store_grace.h"
#include "registry/trust_update.h"
#include "tests/fault/order.h"
#include "tests/fault/sweep.h"
#include "tests/forgery/mds_recipe.h"
#include "tests/unit/enrolled_host.h"

/* The command itself, in this process: what it exits with is the outcome. */
int keyenroll_main(int argc, char **argv);
#define main keyenroll_main
#include "enroll/main.c"
#undef main

#define WORDS_MAXIMUM 16
#define PATH_SIZE 192

static struct fixture {
	struct enrolled_host host;
	struct trust *metadata_roots;
	struct buffer blob;
} fixture;

/* One thing that writes. Words and paths: "@/x" is x in the folder of the case, "%/x" in that of the host. */
struct deed {
	const char *name;
	const char *words[WORDS_MAXIMUM];
	bool (*call)(struct error *err); /* in place of a command line */
	bool one_change;                 /* and so none is left where a single failure makes it fail */
	struct buffer before, after;     /* what the case's folder holds */
};

static void path_of(const char *word, char path[PATH_SIZE])
{
	const char *case_folder = "/case", *rest = word;

	if (word[0] == '@')
		(void)snprintf(path, PATH_SIZE, "%s%s%s", fixture.host.folder, case_folder, rest + 1);
	else if (word[0] == '%')
		(void)snprintf(path, PATH_SIZE, "%s%s", fixture.host.folder, rest + 1);
	else
		(void)snprintf(path, PATH_SIZE, "%s", rest);
}

/* In the host's folder. */
static void shell(const char *script)
{
	char command[1024];

	(void)snprintf(command, sizeof(command), "cd %s && %s", fixture.host.folder, script);
	assert_int_equal(system(command), 0);
}

/* ---- what the case's folder holds ------------------------------------------------------------------------------------------------ */

static void put_line(struct buffer *out, const char *name, struct bytes content)
{
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_format(out, &err, "%s: ", name), err);
	for (size_t i = 0; i < content.len; i++)
		assert_done(buffer_put_u8(out, content.data[i] == '\n' ? '|' : content.data[i], &err), err);
	assert_done(buffer_put_text(out, "\n", &err), err);
}

/* Databases have times and pages in them: what counts is one row of text. Reading takes back what a journal beside it says. */
static void put_database(struct buffer *out, const char *path, const char *sql)
{
	sqlite3 *database = NULL;
	sqlite3_stmt *statement = NULL;

	assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		put_line(out, strrchr(path, '/') + 1, bytes_of_text((const char *)sqlite3_column_text(statement, 0)));
	sqlite3_finalize(statement);
	sqlite3_close(database);
}

static void put_file(struct buffer *out, const char *path, const char *name)
{
	struct buffer content = BUFFER_UP_TO(1 << 20);
	struct error err = ERROR_EMPTY;

	if (strcmp(name, "registry.db") == 0)
		put_database(out, path,
		    "SELECT (SELECT count(*) FROM enrollment) || ' enrolled ' || (SELECT count(*) FROM revocation) || "
		    "' revoked'");
	else if (strcmp(name, "snapshot") == 0)
		put_database(
		    out, path, "SELECT count(*) || ' keys ' || count(certificate) || ' active' FROM enrollment");
	else if (strcmp(name, "registry.db-journal") != 0) {
		assert_done(file_load(path, 1 << 20, &content, &err), err);
		/* It says when it was made. */
		if (strcmp(name, "revoked.krl") == 0)
			buffer_cut(&content, 8);
		put_line(out, name, buffer_bytes(&content));
	}
	buffer_free(&content);
}

static void put_folder(struct buffer *out, const char *folder)
{
	struct dirent **entries = NULL;
	int num = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < num; i++) {
		const char *name = entries[i]->d_name;
		char path[512];

		(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			if (entries[i]->d_type == DT_DIR)
				put_folder(out, path);
			else
				put_file(out, path, name);
		}
		free(entries[i]);
	}
	free(entries);
}

static void describe(struct buffer *out)
{
	char folder[PATH_SIZE];

	path_of("@", folder);
	*out = BUFFER_UP_TO((size_t)1 << 22);
	put_folder(out, folder);
}

/* ---- doing it ---------------------------------------------------------------------------------------------------------------------- */

static bool is_line_of(struct bytes line, const struct buffer *text)
{
	struct bytes rest = buffer_bytes(text), other;

	while (bytes_take_until(&rest, '\n', &other))
		if (bytes_equal(line, other))
			return true;
	return false;
}

static void begin(void *context)
{
	(void)context;
	shell("rm -rf case && cp -a template case");
}

static bool say(const struct deed *deed)
{
	char paths[WORDS_MAXIMUM][PATH_SIZE], *argv[WORDS_MAXIMUM + 1] = {NULL};
	int argc = 0, nothing = open("/dev/null", O_RDWR);

	(void)(dup2(nothing, STDOUT_FILENO) + dup2(nothing, STDERR_FILENO));
	for (; deed->words[argc] != NULL; argc++) {
		path_of(deed->words[argc], paths[argc]);
		argv[argc] = paths[argc];
	}
	return keyenroll_main(argc, argv) == 0;
}

static void run_deed(void *context, struct outcome *outcome)
{
	const struct deed *deed = context;
	struct error err = ERROR_EMPTY;

	outcome->done = deed->call != NULL ? deed->call(&err) : say(deed);
	/* A command's code goes to standard error with its sentence; its exit status alone is looked at here. */
	outcome->code = outcome->done ? ERROR_NONE : deed->call == NULL ? ERROR_FILE : err.code;
}

/* In a child of its own, as every run: nothing is left in this process. */
static void do_calmly(const struct deed *deed, int log)
{
	struct outcome *outcome = calloc(1, sizeof(*outcome));
	pid_t child = fork();
	int status;

	assert_non_null(outcome);
	if (child == 0) {
		fault_log(log);
		run_deed((void *)(uintptr_t)deed, outcome);
		fault_log(-1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	free(outcome);
}

static void check(void *context, const struct outcome *outcome, enum fault_mode mode)
{
	const struct deed *deed = context;
	struct buffer now = BUFFER_EMPTY;
	struct bytes rest, line;

	describe(&now);
	if (outcome->done)
		assert_string_equal(buffer_text(&now), buffer_text(&deed->after));
	else if (mode == FAULT_ONCE && deed->one_change)
		assert_string_equal(buffer_text(&now), buffer_text(&deed->before));
	for (rest = buffer_bytes(&now); bytes_take_until(&rest, '\n', &line);)
		if (mode == FAULT_ONCE && !is_line_of(line, &deed->before) && !is_line_of(line, &deed->after))
			fail_msg(
			    "%s: neither before nor after: %.*s", deed->name, (int)line.len, (const char *)line.data);
	buffer_free(&now);
	do_calmly(deed, -1);
	describe(&now);
	for (rest = buffer_bytes(&deed->after); bytes_take_until(&rest, '\n', &line);)
		if (!is_line_of(line, &now))
			fail_msg("%s, said again: not there: %.*s", deed->name, (int)line.len, (const char *)line.data);
	buffer_free(&now);
}

static void check_order(const struct deed *deed)
{
	struct buffer log = BUFFER_UP_TO((size_t)1 << 22), complaint = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char path[PATH_SIZE];
	int descriptor;

	path_of("%/log", path);
	descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	assert_true(descriptor >= 0);
	begin(NULL);
	do_calmly(deed, descriptor);
	(void)close(descriptor);
	assert_done(file_load(path, (size_t)1 << 22, &log, &err), err);
	assert_true(log.len > 0);
	if (!order_check(buffer_bytes(&log), &complaint))
		fail_msg("%s: %s\n%s", deed->name, buffer_text(&complaint), buffer_text(&log));
	buffer_free(&log);
	buffer_free(&complaint);
}

static void sweep_deed(struct deed *deed)
{
	const struct sweep writing = {
	    .name = deed->name, .kind = FAULT_WRITE, .run = run_deed, .before = begin, .after = check, .context = deed};

	begin(NULL);
	describe(&deed->before);
	check_order(deed);
	describe(&deed->after);
	if (bytes_equal(buffer_bytes(&deed->before), buffer_bytes(&deed->after)))
		fail_msg("%s: changes nothing", deed->name);
	sweep(&writing);
	buffer_free(&deed->before);
	buffer_free(&deed->after);
}

/* ---- the rows ---------------------------------------------------------------------------------------------------------------------- */

static void verbs(void **state)
{
	struct deed deeds[] = {
	    {.name = "init",
	        .words = {"keyenroll", "init", "--registry", "@/new", "--registrar-key", "%/registrar", "--name",
	            "desk"}},
	    {.name = "revoke",
	        .words = {"keyenroll", "revoke", "--registry", "@/desk", "--reason", "lost", "alice"},
	        .one_change = true},
	    {.name = "snapshot", .words = {"keyenroll", "snapshot", "--registry", "@/desk", "--output", "@/snapshot"}},
	    {.name = "sync", .words = {"keyenroll", "sync", "--output", "@/snapshot", "%/published"}},
	    {.name = "trust add",
	        .words = {"keyenroll", "trust", "add", "--trust", "@/trust.d", "%/other-vendor/trust.json"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		sweep_deed(&deeds[i]);
}

static bool import_metadata(struct error *err)
{
	struct mds_sum sum;
	char path[PATH_SIZE];

	path_of("@/metadata", path);
	return metadata_files_import(
	    buffer_bytes(&fixture.blob), path, fixture.metadata_roots, (int64_t)time(NULL), &sum, err);
}

static bool install_update(struct error *err)
{
	char shipped[PATH_SIZE], updates[PATH_SIZE], from[PATH_SIZE], version[TRUST_VERSION_SIZE];
	const struct trust_places places = {.shipped = shipped, .updates = updates};

	path_of("%/data/trust.json", shipped);
	path_of("@/updates", updates);
	path_of("%/update.json", from);
	return trust_update_install(&places, from, version, err);
}

static void imports(void **state)
{
	struct deed metadata = {.name = "mds import", .call = import_metadata},
	            update = {.name = "trust update", .call = install_update};

	(void)state;
	sweep_deed(&metadata);
	sweep_deed(&update);
}

static void make_metadata(void)
{
	struct buffer bundle = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct mds_recipe recipe;

	mds_recipe_honest(&recipe);
	fixture.blob = BUFFER_UP_TO((size_t)1 << 20);
	assert_done(mds_recipe_put(&recipe, &fixture.blob, &err) && mds_recipe_put_bundle(&bundle, &err) &&
	                trust_new(&fixture.metadata_roots, &err) &&
	                trust_add(fixture.metadata_roots, buffer_bytes(&bundle), "test", TRUST_SHIPPED, &err),
	    err);
	buffer_free(&bundle);
}

/* What the desk of the case's folder has, as a host fetches it. */
static void publish(void)
{
	const struct deed deed = {.name = "publish",
	    .words = {"keyenroll", "snapshot", "--registry", "@/desk", "--output", "%/published/snapshot"}};

	begin(NULL);
	shell("mkdir published");
	do_calmly(&deed, -1);
}

/* The template of the case's folder: a desk with an enrollment of alice and one of bob, an older snapshot. */
static int make_fixture(void **state)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;
	struct buffer blob = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(enrolled_host_make(&fixture.host, &err) &&
	                enrolled_host_enroll(&fixture.host, &order, &blob, &err) &&
	                enrolled_host_publish(&fixture.host, time(NULL) - 60, &err),
	    err);
	order.person = "bob";
	assert_done(enrolled_host_enroll(&fixture.host, &order, &blob, &err), err);
	shell("mkdir -p template/desk template/trust.d && cp state/snapshot template/snapshot && "
	      "cp store template/desk/registry.db && cp config/registrars template/desk/registrars");
	shell("echo registrar-key $PWD/registrar >template/desk/desk.conf && "
	      "sed 's/\"version\": *\"[^\"]*\"/\"version\": \"9999.1.1\"/' data/trust.json >update.json && "
	      "ssh-keygen -q -Y sign -f signer -n trust@keyenroll update.json");
	make_metadata();
	publish();
	buffer_free(&blob);
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	trust_free(fixture.metadata_roots);
	buffer_free(&fixture.blob);
	forged_keys_free();
	enrolled_host_clear(&fixture.host);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verbs),
	    cmocka_unit_test(imports),
	};

	return cmocka_run_group_tests_name("writes that fail", tests, make_fixture, drop_fixture);
}
