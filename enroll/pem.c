#include "enroll/pem.h"

#include <openssl/pem.h>

bool pem_put(const char *title, struct bytes der, struct buffer *out, struct error *err)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *text;
	long len;
	bool done = memory && PEM_write_bio(memory, title, "", der.data, (long)der.len) > 0;

	len = done ? BIO_get_mem_data(memory, &text) : 0;
	done = done ? buffer_put(out, bytes_of(text, (size_t)len), err)
	            : error_set(err, ERROR_CRYPTO, "the crypto library failed to write a %s", title);
	BIO_free(memory);
	return done;
}
