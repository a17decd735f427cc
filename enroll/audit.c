#include "enroll/audit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "policy/appraise.h"
#include "registry/enrollment.h"
#include "registry/store.h"

/* Big enough that threads do not wait for each other much, small enough that a batch is a few megabytes. */
#define BATCH_SIZE 256U

struct item {
	struct buffer certificate;
	struct audit_finding finding;
};

struct batch {
	const struct audit_question *question;
	struct item *items; /* owned, BATCH_SIZE of them */
	size_t num;
	atomic_size_t next;
};

struct walk {
	struct batch batch;
	audit_visitor *visit;
	void *context;
};

static void appraise_item(const struct audit_question *question, struct item *item)
{
	const struct appraisal appraisal = {.trust = question->trust, .policy = question->policy, .now = question->now};
	struct audit_finding *finding = &item->finding;
	struct enrollment enrollment = ENROLLMENT_EMPTY;

	finding->result = (struct result){.verdict = VERDICT_REFUSED, .appraised_at = question->now};
	if (!enrollment_parse(buffer_bytes(&item->certificate), &enrollment, &finding->reason)) {
		result_refuse(&finding->result, &finding->reason, NULL);
		return;
	}
	if (!enrollment_check(&enrollment, question->registrars, &appraisal, &finding->result, &finding->reason) &&
	    finding->reason.code == ERROR_NONE)
		(void)error_set(&finding->reason, ERROR_BUG, "a refusal came without a reason");
	enrollment_clear(&enrollment);
}

static void *work(void *context)
{
	struct batch *batch = context;

	for (size_t at = atomic_fetch_add(&batch->next, 1); at < batch->num; at = atomic_fetch_add(&batch->next, 1))
		appraise_item(batch->question, &batch->items[at]);
	return NULL;
}

/* The calling thread works too; a machine that gives no more threads is slower, not wrong. */
static void appraise_batch(struct batch *batch)
{
	pthread_t others[AUDIT_THREADS_MAXIMUM];
	unsigned started = 0;

	atomic_store(&batch->next, 0);
	while (started + 1 < batch->question->threads && started < AUDIT_THREADS_MAXIMUM &&
	       pthread_create(&others[started], NULL, work, batch) == 0)
		started++;
	(void)work(batch);
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(others[i], NULL);
}

static bool is_asked_for(const struct audit_question *question, const struct result *result)
{
	if (question->advisory == NULL)
		return true;
	for (size_t i = 0; i < result->num_advisories; i++)
		if (strcmp(result->advisories[i].id, question->advisory) == 0)
			return true;
	return false;
}

static bool flush(struct walk *walk, struct error *err)
{
	struct batch *batch = &walk->batch;
	bool done = true;

	appraise_batch(batch);
	for (size_t i = 0; i < batch->num; i++) {
		if (done && is_asked_for(batch->question, &batch->items[i].finding.result))
			done = walk->visit(&batch->items[i].finding, walk->context, err);
		buffer_free(&batch->items[i].certificate);
	}
	batch->num = 0;
	return done;
}

static bool collect(const struct store_entry *entry, void *context, struct error *err)
{
	struct walk *walk = context;
	struct item *item = &walk->batch.items[walk->batch.num];

	if (entry->state != STORE_ACTIVE || entry->valid_before <= walk->batch.question->now ||
	    entry->enrolled_at < walk->batch.question->since)
		return true;
	if (!buffer_put(&item->certificate, entry->certificate, err))
		return false;
	item->finding =
	    (struct audit_finding){.serial = entry->serial, .enrolled_at = entry->enrolled_at, .reason = ERROR_EMPTY};
	memcpy(item->finding.person, entry->person, sizeof(item->finding.person));
	memcpy(item->finding.fingerprint, entry->fingerprint, sizeof(item->finding.fingerprint));
	memcpy(item->finding.device, entry->device, sizeof(item->finding.device));
	walk->batch.num++;
	return walk->batch.num < BATCH_SIZE || flush(walk, err);
}

bool audit_run(
    struct store *store, const struct audit_question *question, audit_visitor *visit, void *context, struct error *err)
{
	struct walk walk = {.batch = {.question = question}, .visit = visit, .context = context};
	bool done;

	walk.batch.items = calloc(BATCH_SIZE, sizeof(*walk.batch.items));
	if (walk.batch.items == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for an audit");
	done = store_each(store, NULL, NULL, collect, &walk, err) && flush(&walk, err);
	for (size_t i = 0; i < walk.batch.num; i++)
		buffer_free(&walk.batch.items[i].certificate);
	free(walk.batch.items);
	return done;
}
