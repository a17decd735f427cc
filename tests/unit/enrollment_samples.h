/* enrollment_samples.h: enrollments with whatever content a test wants, whole but for what the test changes. */
#ifndef TESTS_UNIT_ENROLLMENT_SAMPLES_H
#define TESTS_UNIT_ENROLLMENT_SAMPLES_H

#include "registry/enrollment.h"
#include "tests/unit/ssh_samples.h"

#define SAMPLE_SINCE 1000
#define SAMPLE_UNTIL 2000

/* What goes in. A proof_… that is not set is what the rest says; one that is set makes the proof disagree. */
struct enrollment_content {
	const struct ssh_sample *subject, *registrar;
	const char *person, *evidence;
	const struct evidence *evidence_itself; /* in place of one that is made of `evidence`; may be NULL */
	uint64_t serial, valid_after, valid_before;
	const struct ssh_sample *proof_key, *proof_registrar;
	const char *proof_person, *proof_evidence, *proof_name_space;
	int64_t proof_time;
	struct bytes principals, critical_options; /* raw; principals without data: the person */
	const char *extension;                     /* its name */
	struct bytes content;                      /* of the extension, before base64; no data: the usual one */
};

/* enrollment_content_usual: for "alice", valid from SAMPLE_SINCE to SAMPLE_UNTIL, proven at SAMPLE_SINCE, serial 7. */
struct enrollment_content enrollment_content_usual(
    const struct ssh_sample *subject, const struct ssh_sample *registrar);

/* enrollment_sample_put: appends the certificate. */
void enrollment_sample_put(const struct enrollment_content *content, struct buffer *blob);

/* enrollment_sample_prove: appends what a registrar puts into the extension, with a fresh proof of possession. */
void enrollment_sample_prove(const struct enrollment_content *content, struct buffer *extension);

/* enrollment_sample_init: a parsed enrollment of a fresh P-256 key, to enrollment_clear(). */
void enrollment_sample_init(
    const struct ssh_sample *registrar, const char *person, uint64_t serial, struct enrollment *enrollment);

#endif
