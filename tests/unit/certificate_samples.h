/* certificate_samples.h: OpenSSH certificates with whatever content a test wants, signed by a sample key. */
#ifndef TESTS_UNIT_CERTIFICATE_SAMPLES_H
#define TESTS_UNIT_CERTIFICATE_SAMPLES_H

#include "tests/unit/ssh_samples.h"

/* The fields as they go in; the strings are raw content, so that a test can put nonsense there. */
struct certificate_content {
	const struct ssh_sample *subject, *authority;
	uint64_t serial, valid_after, valid_before;
	uint32_t kind;
	struct bytes key_id, principals, critical_options, extensions, reserved;
	struct bytes authority_blob;  /* no data: the authority's own key */
	const char *signature_format; /* NULL: the usual one */
};

/* certificate_content_usual: a user certificate for "alice" with two extensions, valid from 1000 to 2000. */
struct certificate_content certificate_content_usual(
    const struct ssh_sample *subject, const struct ssh_sample *authority);

/* certificate_sample_put: appends the signed certificate. */
void certificate_sample_put(const struct certificate_content *content, struct buffer *blob);

#endif
