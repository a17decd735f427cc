/* audit_memory [NUMBER]...: how much memory an audit takes at its peak, over stores of that many enrollments [2000 20000], each
 * audited by a process of its own. Fails where a peak is above 256 MiB, or where it grows with the store.
 * A million of them takes some minutes and 3 GB below TMPDIR: tests/bench/audit_memory 1000000 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "enroll/audit.h"
#include "policy/policy.h"
#include "registry/registrars.h"
#include "registry/store.h"
#include "tests/forgery/chain.h"
#include "tests/unit/enrollment_samples.h"
#include "tests/unit/unit.h"

#define MADE_AT 1795525200 /* 2026-11-24 */
#define LIFE 1000
#define PEAK_MAXIMUM_KIB (256L * 1024)
#define GROWTH_MAXIMUM_KIB (2L * 1024)

struct bench {
	char path[256];
	long number;
	struct trust *trust;
	struct policy *policy;
	struct ssh_sample token, registrar;
};

/* A real enrollment: a key of an attested token, proven to a registrar. */
static void enroll_one(const struct bench *bench)
{
	struct enrollment_content content = enrollment_content_usual(&bench->token, &bench->registrar);
	struct evidence evidence = EVIDENCE_EMPTY;
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct buffer blob = BUFFER_EMPTY;
	struct forged_chain chain;
	struct store *store;
	struct error err = ERROR_EMPTY;

	forged_chain_honest(FORGED_S2, &chain);
	assert_done(forged_chain_evidence(&chain, &evidence, &err), err);
	content.evidence_itself = &evidence;
	content.serial = 1;
	content.valid_after = MADE_AT;
	content.valid_before = MADE_AT + LIFE;
	content.proof_time = MADE_AT;
	enrollment_sample_put(&content, &blob);
	assert_done(enrollment_parse(buffer_bytes(&blob), &enrollment, &err), err);
	assert_done(store_open(bench->path, true, &store, &err), err);
	assert_done(store_add(store, &enrollment, "piv 15732500", "operator", MADE_AT, &err), err);
	store_close(store);
	enrollment_clear(&enrollment);
	evidence_clear(&evidence);
	buffer_free(&blob);
}

/* The same certificate under other hashes: an audit reads, parses and checks each of them in full. */
static int fill(const struct bench *bench)
{
	sqlite3 *database = NULL;
	char statement[512];
	bool done;

	enroll_one(bench);
	(void)snprintf(statement, sizeof(statement),
	    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
	    "WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < %ld)"
	    "INSERT INTO enrollment SELECT n, randomblob(32), fingerprint, person, registrar, device, operator, "
	    "enrolled_at,"
	    " valid_after, valid_before, certificate FROM number, enrollment WHERE serial = 1;",
	    bench->number);
	done = sqlite3_open(bench->path, &database) == SQLITE_OK &&
	       sqlite3_exec(database, statement, NULL, NULL, NULL) == SQLITE_OK;
	if (!done)
		(void)fprintf(stderr, "audit_memory: %s\n", sqlite3_errmsg(database));
	sqlite3_close(database);
	return done ? 0 : 1;
}

static bool count_accepted(const struct audit_finding *finding, void *context, struct error *err)
{
	long *accepted = context;

	(void)err;
	*accepted += finding->reason.code == ERROR_NONE ? 1 : 0;
	return true;
}

static int audit(const struct bench *bench)
{
	struct registrars registrars = REGISTRARS_EMPTY;
	const struct audit_question question = {.registrars = &registrars,
	    .trust = bench->trust,
	    .policy = bench->policy,
	    .now = MADE_AT + 100,
	    .since = INT64_MIN,
	    .threads = 2};
	struct buffer line = BUFFER_EMPTY;
	struct store *store;
	struct error err = ERROR_EMPTY;
	long accepted = 0;

	assert_done(buffer_put_text(&line, "desk ", &err) && ssh_key_put_line(&bench->registrar.key, &line, &err) &&
	                registrars_parse(buffer_bytes(&line), &registrars, &err),
	    err);
	assert_done(store_open(bench->path, false, &store, &err), err);
	assert_done(audit_run(store, &question, count_accepted, &accepted, &err), err);
	store_close(store);
	registrars_clear(&registrars);
	buffer_free(&line);
	if (accepted != bench->number)
		(void)fprintf(stderr, "audit_memory: %ld of %ld are accepted\n", accepted, bench->number);
	return accepted == bench->number ? 0 : 1;
}

/* The peak of a process that does just this. */
static long peak_of(const struct bench *bench, int (*work)(const struct bench *bench))
{
	struct rusage usage;
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(work(bench));
	if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(1);
	return usage.ru_maxrss;
}

static long measure(struct bench *bench)
{
	struct timespec begin, end;
	long peak;

	(void)peak_of(bench, fill);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	peak = peak_of(bench, audit);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("audit of %ld enrollments: %.1f s, %ld KiB at its peak\n", bench->number,
	    difftime(end.tv_sec, begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9, peak);
	(void)unlink(bench->path);
	return peak;
}

static void open_bench(struct bench *bench)
{
	struct error err = ERROR_EMPTY;

	*bench = (struct bench){.number = 0};
	assert_done(forged_trust(TRUST_SHIPPED, &bench->trust, &err) && policy_new_default(&bench->policy, &err), err);
	bench->token.pair = forged_key(KEY_SLOT);
	assert_done(ssh_key_of_public(bench->token.pair, &bench->token.key, &err), err);
	ssh_sample_init(SSH_KEY_ED25519, &bench->registrar);
}

static void close_bench(struct bench *bench)
{
	trust_free(bench->trust);
	policy_free(bench->policy);
	ssh_key_clear(&bench->token.key);
	ssh_sample_clear(&bench->registrar);
	forged_keys_free();
}

int main(int argc, char **argv)
{
	static const char *const usual[] = {"2000", "20000"};
	const char *const *numbers = argc > 1 ? (const char *const *)argv + 1 : usual;
	size_t count = argc > 1 ? (size_t)argc - 1 : 2;
	const char *folder = getenv("TMPDIR"), *sanitized = getenv("sanitized");
	long first = 0, last = 0;
	struct bench bench;

	if (sanitized != NULL && strcmp(sanitized, "yes") == 0) {
		printf("sanitizers keep what was freed: memory is not measured\n");
		return 77;
	}
	open_bench(&bench);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(bench.path, sizeof(bench.path), "%.200s/keyenroll-audit.%ld",
		    folder == NULL ? "/tmp" : folder, (long)getpid());
		bench.number = strtol(numbers[i], NULL, 10);
		last = measure(&bench);
		first = i == 0 ? last : first;
	}
	close_bench(&bench);
	printf("ratio audit-memory %.3f goal 1.0 (of 256 MiB)\n", (double)last / (double)PEAK_MAXIMUM_KIB);
	return last < PEAK_MAXIMUM_KIB && last <= first + GROWTH_MAXIMUM_KIB ? 0 : 1;
}
