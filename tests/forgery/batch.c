#include "tests/forgery/batch.h"

#include <stdlib.h>

#include "tests/forgery/keys.h"

#define DAY_SECONDS 86400

X509 *forged_batch(EVP_PKEY *issuer)
{
	const EVP_MD *digest = EVP_PKEY_get_bits(issuer) == 384 ? EVP_sha384() : EVP_sha256();
	X509 *made = X509_new();
	X509_NAME *name = X509_NAME_new();

	if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"batch", -1, -1, 0) != 1 ||
	    X509_set_version(made, X509_VERSION_3) != 1 || ASN1_INTEGER_set(X509_get_serialNumber(made), 7) != 1 ||
	    X509_set_subject_name(made, name) != 1 || X509_set_issuer_name(made, name) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(made), -DAY_SECONDS) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(made), DAY_SECONDS) == NULL ||
	    X509_set_pubkey(made, forged_key(KEY_DEVICE_P256)) != 1 || X509_sign(made, issuer, digest) <= 0)
		abort();
	X509_NAME_free(name);
	return made;
}
