/* escrow.h: codes sealed to a certificate of the organisation, so that nobody at the desk sees them and nobody loses them: a CMS
 * message (enveloped data) a token and time, in REGISTRY/escrow/. "openssl cms -decrypt -inform PEM -inkey KEY" opens one.
 *
 * Inside, a text of lines: "keyenroll escrow 1", "device NUMBER", "time SECONDS", then "puk DIGITS" and "management-key HEX",
 * whichever of them was to be set.
 * Knows nothing of tokens. Source: RFC 5652 6. */
#ifndef ENROLL_ESCROW_H
#define ENROLL_ESCROW_H

#include "common/buffer.h"

struct secret;

struct escrow;

/* escrow_new: reads the certificate (PEM or DER) that codes are sealed to.
 *   escrow  out: the caller's, to escrow_free()
 * Errors: ERROR_FILE, ERROR_ESCROW (no certificate, expired, or with a key that cannot be sealed to). */
bool escrow_new(const char *path, struct escrow **escrow, struct error *err) MUST_CHECK;

/* escrow_free: NULL does nothing. */
void escrow_free(struct escrow *escrow);

/* What is sealed; NULL for what is not. */
struct escrow_content {
	const char *device; /* the serial, or the reader's word for a token without one */
	int64_t time;
	const struct secret *puk, *management_key;
};

/* escrow_seal: writes one file, for its owner alone (0600), on disk when this returns: then the token may get the codes.
 *   registry  the folder
 *   path      out, appended: the file
 * Errors: ERROR_CRYPTO, ERROR_FILE. */
bool escrow_seal(const struct escrow *escrow, const char *registry, const struct escrow_content *content,
    struct buffer *path, struct error *err) MUST_CHECK;

#endif
