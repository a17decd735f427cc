/* batch.h: a batch's attestation certificate, as a bundle distrusts one by its hash. Tests only. */
#ifndef TESTS_FORGERY_BATCH_H
#define TESTS_FORGERY_BATCH_H

#include <openssl/x509.h>

/* forged_batch: a certificate of KEY_DEVICE_P256, good from yesterday to tomorrow, that this key has signed; the caller's, to X509_free().
 * A failure to make it ends the program. */
X509 *forged_batch(EVP_PKEY *issuer);

#endif
