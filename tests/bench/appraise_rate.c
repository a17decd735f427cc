/* appraise_rate [TRUST]: how many appraisals a second one core does, for each shape of a PIV chain and two formats of FIDO, divided by the rate of the
 * two signature checks that none can avoid (same keys, EVP_DigestVerify on parsed keys); and what a second thread adds.
 *
 * Each appraisal loads the device's key anew, as for a token that was not seen before, and asks the built-in policy and all advisories
 * of the bundle TRUST. The rates of one thread are taken in turns, by its processor time, and their ratio is the median of all rounds.
 * Threads are timed by the wall, in short rounds of which the best counts, since what else runs on the machine can only slow them down;
 * it needs two free cores.
 * Ends with lines "ratio NAME VALUE goal VALUE".
 */
#include <math.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/file.h"
#include "policy/appraise.h"
#include "policy/certificate.h"
#include "policy/fido_auth_data.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "tests/forgery/chain.h"
#include "tests/forgery/fido_recipe.h"

#define ROUNDS 41
#define ROUND_SECONDS 0.05
#define THREAD_ROUNDS 200
#define THREAD_ROUND_SECONDS 0.02
#define BATCH 16
#define TRUST_MAXIMUM ((size_t)1024 * 1024)

struct course {
	struct trust *trust;
	struct policy *policy;
	struct evidence evidence;
	struct signature signatures[2]; /* of attestation and device certificate, borrowed from the evidence */
	EVP_PKEY *keys[2];              /* borrowed */
	struct buffer message;          /* what a FIDO device signed */
	const char *slot;
};

static void demand(bool done, const char *what)
{
	if (done)
		return;
	(void)fprintf(stderr, "appraise: %s\n", what);
	exit(1);
}

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void believe(const struct course *course, const char *path)
{
	struct buffer bundle = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	demand(file_load(path, TRUST_MAXIMUM, &bundle, &err) &&
	           trust_add(course->trust, buffer_bytes(&bundle), path, TRUST_SITE, &err),
	    err.text);
	buffer_free(&bundle);
}

static void open_course(enum forged_shape shape, const char *trust_path, struct course *course)
{
	struct forged_chain chain;
	struct bytes content, der;
	struct error err = ERROR_EMPTY;

	*course = (struct course){.evidence = EVIDENCE_EMPTY, .slot = "9a"};
	forged_chain_honest(shape, &chain);
	demand(forged_trust(TRUST_SHIPPED, &course->trust, &err) && policy_new_default(&course->policy, &err) &&
	           forged_chain_evidence(&chain, &course->evidence, &err),
	    err.text);
	if (trust_path != NULL)
		believe(course, trust_path);
	content = buffer_bytes(&course->evidence.content);
	for (size_t i = 0; i < 2; i++) {
		struct certificate certificate;

		demand(bytes_take_ssh_string(&content, &der) && certificate_parse(der, &certificate, &err), err.text);
		course->signatures[i] = certificate.signature;
		course->keys[i] = forged_key(chain.certificates[i].signer);
	}
}

/* What the device signed, put together from what the evidence holds. */
static bool put_message(const struct fido_recipe *recipe, struct bytes auth_data, struct buffer *out, struct error *err)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct bytes challenge = bytes_of_text(recipe->challenge);
	struct fido_auth_data data;

	SHA256(challenge.data, challenge.len, hash);
	if (recipe->format == FIDO_PACKED)
		return buffer_put(out, auth_data, err) && buffer_put(out, BYTES_OF(hash), err);
	return fido_auth_data_parse(auth_data, &data, err) && buffer_put_u8(out, 0, err) &&
	       buffer_put(out, data.rp_id_hash, err) && buffer_put(out, BYTES_OF(hash), err) &&
	       buffer_put(out, data.credential_id, err) && buffer_put(out, data.credential.key.point, err);
}

static void open_fido_course(enum fido_format format, const char *trust_path, struct course *course)
{
	struct buffer bundle = BUFFER_EMPTY;
	struct fido_recipe recipe;
	struct fido_statement statement;
	struct certificate certificate;
	struct bytes content, object, auth_data;
	struct error err = ERROR_EMPTY;

	*course = (struct course){.evidence = EVIDENCE_EMPTY};
	fido_recipe_honest(format, &recipe);
	demand(trust_new(&course->trust, &err) && fido_recipe_put_bundle(&bundle, &err) &&
	           trust_add(course->trust, buffer_bytes(&bundle), "bench", TRUST_SHIPPED, &err) &&
	           policy_new_default(&course->policy, &err) && fido_recipe_evidence(&recipe, &course->evidence, &err),
	    err.text);
	if (trust_path != NULL)
		believe(course, trust_path);
	content = buffer_bytes(&course->evidence.content);
	demand(bytes_take_ssh_string(&content, &object) && fido_object_parse(object, &statement, &auth_data, &err) &&
	           certificate_parse(statement.certificates[0], &certificate, &err) &&
	           put_message(&recipe, auth_data, &course->message, &err),
	    err.text);
	course->signatures[0] =
	    (struct signature){.message = buffer_bytes(&course->message), .value = statement.signature};
	course->keys[0] = forged_key((enum forged_key)recipe.signer);
	course->signatures[1] = certificate.signature;
	course->keys[1] = forged_key((enum forged_key)recipe.issuer_key);
	buffer_free(&bundle);
}

static void close_course(struct course *course)
{
	evidence_clear(&course->evidence);
	buffer_free(&course->message);
	policy_free(course->policy);
	trust_free(course->trust);
}

static void appraise_batch(const struct course *course)
{
	const struct appraisal appraisal = {.evidence = &course->evidence,
	    .trust = course->trust,
	    .policy = course->policy,
	    .expected_slot = course->slot,
	    .person = "alice",
	    .now = 1800000000};
	struct result result;

	for (size_t i = 0; i < BATCH; i++) {
		appraise(&appraisal, &result);
		demand(result.verdict == VERDICT_ACCEPTED, result.reasons[0].sentence);
	}
}

static void check_batch(const struct course *course)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	for (size_t i = 0; i < 2 * (size_t)BATCH; i++) {
		const struct signature *signature = &course->signatures[i % 2];

		demand(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, course->keys[i % 2]) == 1 &&
		           EVP_DigestVerify(context, signature->value.data, signature->value.len,
		               signature->message.data, signature->message.len) == 1,
		    "a signature is wrong");
		EVP_MD_CTX_reset(context);
	}
	EVP_MD_CTX_free(context);
}

/* Batches a second of `clock`: of this thread's own processor time, or of the wall. */
static double rate(
    const struct course *course, clockid_t clock, double seconds, void (*batch)(const struct course *course))
{
	double begin = now(clock), end = begin;
	unsigned done = 0;

	for (; end < begin + seconds; end = now(clock), done++)
		batch(course);
	return done / (end - begin);
}

struct runner {
	const struct course *course;
	double rate, processor_seconds; /* `rate` by the wall */
};

static void *run(void *argument)
{
	struct runner *runner = argument;
	double begin = now(CLOCK_THREAD_CPUTIME_ID);

	runner->rate = rate(runner->course, CLOCK_MONOTONIC, THREAD_ROUND_SECONDS, appraise_batch);
	runner->processor_seconds = now(CLOCK_THREAD_CPUTIME_ID) - begin;
	return NULL;
}

/* Runs `num` threads, two at most; the best round counts. */
static void keep_best(const struct course *course, size_t num, double *best, double *best_by_processor)
{
	struct runner runners[2] = {{.course = course}, {.course = course}};
	pthread_t threads[2];
	double sum = 0, sum_by_processor = 0;

	for (size_t i = 0; i < num; i++)
		demand(pthread_create(&threads[i], NULL, run, &runners[i]) == 0, "no thread");
	for (size_t i = 0; i < num; i++) {
		demand(pthread_join(threads[i], NULL) == 0, "no thread");
		sum += runners[i].rate;
		sum_by_processor += runners[i].rate * THREAD_ROUND_SECONDS / runners[i].processor_seconds;
	}
	*best = fmax(*best, sum);
	*best_by_processor = fmax(*best_by_processor, sum_by_processor);
}

static int compare(const void *one, const void *other)
{
	double difference = *(const double *)one - *(const double *)other;

	return (difference > 0) - (difference < 0);
}

static double median(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof(*values), compare);
	return values[ROUNDS / 2];
}

static void measure_shape(const char *shape, const struct course *course)
{
	double appraisals[ROUNDS], checks[ROUNDS], ratios[ROUNDS];

	for (size_t i = 0; i < ROUNDS; i++) {
		appraisals[i] = rate(course, CLOCK_THREAD_CPUTIME_ID, ROUND_SECONDS, appraise_batch);
		checks[i] = rate(course, CLOCK_THREAD_CPUTIME_ID, ROUND_SECONDS, check_batch);
		ratios[i] = appraisals[i] / checks[i];
	}
	printf("%s: %.0f appraisals a second, %.0f times both bare signature checks\n", shape,
	    median(appraisals) * BATCH, median(checks) * BATCH);
	printf("ratio appraise-%s %.2f goal 0.8\n", shape, median(ratios));
}

static void measure_threads(const struct course *course)
{
	double best[2] = {0, 0}, by_processor[2] = {0, 0};

	for (size_t i = 0; i < THREAD_ROUNDS; i++)
		for (size_t num = 1; num <= 2; num++)
			keep_best(course, num, &best[num - 1], &by_processor[num - 1]);
	printf("threads: %.0f appraisals a second by one, %.0f by two; by processor time two do %.2f times as much\n",
	    best[0] * BATCH, best[1] * BATCH, by_processor[1] / by_processor[0]);
	printf("ratio appraise-threads %.2f goal 1.9\n", best[1] / best[0]);
}

int main(int argc, char **argv)
{
	const char *trust_path = argc > 1 ? argv[1] : NULL;
	struct course s1, s2, packed, u2f;

	open_course(FORGED_S1, trust_path, &s1);
	open_course(FORGED_S2, trust_path, &s2);
	measure_shape("S1", &s1);
	measure_shape("S2", &s2);
	measure_threads(&s1);
	open_fido_course(FIDO_PACKED, trust_path, &packed);
	open_fido_course(FIDO_U2F, trust_path, &u2f);
	measure_shape("fido-packed", &packed);
	measure_shape("fido-u2f", &u2f);
	close_course(&packed);
	close_course(&u2f);
	close_course(&s1);
	close_course(&s2);
	forged_keys_free();
	return 0;
}
