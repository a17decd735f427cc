/* pem.h: DER as the text that other people's tools read. Knows nothing of what stands in it. Source: RFC 7468. */
#ifndef ENROLL_PEM_H
#define ENROLL_PEM_H

#include "common/buffer.h"

/* pem_put: appends one PEM block.
 *   title  what stands behind BEGIN, such as "CERTIFICATE"
 * Errors: ERROR_CRYPTO, those of buffer_put. */
bool pem_put(const char *title, struct bytes der, struct buffer *out, struct error *err) MUST_CHECK;

#endif
