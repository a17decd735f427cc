/* appraise_file FOLDER SECONDS: how many times a second this process appraises the attestation that tests/forgery/fido_sample wrote into
 * FOLDER, from the bytes of its files to the verdict, under the built-in policy. Prints the number. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/file.h"
#include "policy/appraise.h"
#include "policy/fido_evidence.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"

#define FILE_MAXIMUM ((size_t)1024 * 1024)

static void demand(bool done, const char *what)
{
	if (done)
		return;
	(void)fprintf(stderr, "appraise_file: %s\n", what);
	exit(1);
}

static void load(const char *folder, const char *name, struct buffer *content)
{
	struct error err = ERROR_EMPTY;
	char path[512];

	(void)snprintf(path, sizeof(path), "%.400s/%s", folder, name);
	demand(file_load(path, FILE_MAXIMUM, content, &err), err.text);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The evidence is wrapped each time, as for each file that comes in. */
static void appraise_once(
    const struct trust *trust, const struct policy *policy, struct bytes object, struct bytes client_data_hash)
{
	const struct fido_binding binding = {
	    .application = bytes_of_text("ssh:"), .kind = FIDO_CLIENT_DATA_HASH, .client_data = client_data_hash};
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct result result;

	demand(evidence_of_fido(object, &binding, &evidence, &err), err.text);
	appraise(
	    &(struct appraisal){
	        .evidence = &evidence, .trust = trust, .policy = policy, .person = "alice", .now = (int64_t)time(NULL)},
	    &result);
	demand(result.verdict == VERDICT_ACCEPTED, result.reasons[0].sentence);
	evidence_clear(&evidence);
}

int main(int argc, char **argv)
{
	struct buffer object = BUFFER_EMPTY, hash = BUFFER_EMPTY, bundle = BUFFER_EMPTY;
	struct policy *policy = NULL;
	struct trust *trust = NULL;
	struct error err = ERROR_EMPTY;
	double begin, seconds;
	unsigned num = 0;

	demand(argc == 3, "write: appraise_file FOLDER SECONDS");
	seconds = strtod(argv[2], NULL);
	load(argv[1], "attestation-object", &object);
	load(argv[1], "client-data-hash", &hash);
	load(argv[1], "trust.json", &bundle);
	demand(trust_new(&trust, &err) && trust_add(trust, buffer_bytes(&bundle), "sample", TRUST_SHIPPED, &err) &&
	           policy_new_default(&policy, &err),
	    err.text);
	for (begin = now(); now() < begin + seconds; num++)
		appraise_once(trust, policy, buffer_bytes(&object), buffer_bytes(&hash));
	printf("%.1f\n", num / (now() - begin));
	buffer_free(&object);
	buffer_free(&hash);
	buffer_free(&bundle);
	policy_free(policy);
	trust_free(trust);
	return 0;
}
