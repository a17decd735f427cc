#include "enroll/escrow.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/secret.h"
#include "enroll/input.h"

struct escrow {
	X509 *certificate;
};

static X509 *parse_certificate(struct bytes content)
{
	BIO *memory = BIO_new_mem_buf(content.data, (int)content.len);
	const unsigned char *at = content.data;
	X509 *certificate = memory ? PEM_read_bio_X509(memory, NULL, NULL, NULL) : NULL;

	BIO_free(memory);
	if (!certificate)
		certificate = d2i_X509(NULL, &at, (long)content.len);
	ERR_clear_error();
	return certificate;
}

static bool certificate_check(const char *path, X509 *certificate, struct error *err)
{
	if (!certificate)
		return error_set(err, ERROR_ESCROW, "%s holds no certificate", path);
	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
		return error_set(
		    err, ERROR_ESCROW, "the certificate in %s has expired: who opens what is sealed to it?", path);
	return true;
}

bool escrow_new(const char *path, struct escrow **escrow, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(INPUT_MAXIMUM);
	struct escrow *made = NULL;
	X509 *certificate = NULL;
	bool done = input_load(path, &content, err);

	if (done) {
		certificate = parse_certificate(buffer_bytes(&content));
		done = certificate_check(path, certificate, err);
	}
	buffer_free(&content);
	if (done) {
		made = calloc(1, sizeof(*made));
		done = made || error_set(err, ERROR_MEMORY, "no memory for a certificate");
	}
	if (!done) {
		X509_free(certificate);
		return false;
	}
	made->certificate = certificate;
	*escrow = made;
	return true;
}

void escrow_free(struct escrow *escrow)
{
	if (!escrow)
		return;
	X509_free(escrow->certificate);
	free(escrow);
}

static bool put_hex(struct bytes bytes, struct secret *out, struct error *err)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t byte;

	while (bytes_take_u8(&bytes, &byte))
		if (!secret_put_u8(out, (uint8_t)digits[byte >> 4], err) ||
		    !secret_put_u8(out, (uint8_t)digits[byte & 15], err))
			return false;
	return true;
}

static bool put_content(const struct escrow_content *content, struct secret *out, struct error *err)
{
	struct buffer head = BUFFER_EMPTY;
	bool done = buffer_put_format(&head, err, "keyenroll escrow 1\ndevice %s\ntime %" PRId64 "\n", content->device,
	                content->time) &&
	            secret_put(out, buffer_bytes(&head), err);

	buffer_free(&head);
	if (done && content->puk)
		done = secret_put(out, bytes_of_text("puk "), err) &&
		       secret_put(out, secret_bytes(content->puk), err) && secret_put_u8(out, '\n', err);
	if (done && content->management_key)
		done = secret_put(out, bytes_of_text("management-key "), err) &&
		       put_hex(secret_bytes(content->management_key), out, err) && secret_put_u8(out, '\n', err);
	return done;
}

/* The library reads the text from our locked page, and its cipher writes ciphertext. Given a BIO to read from instead, it would copy
 * the text through buffers that it does not wipe. */
static bool encrypt_content(CMS_ContentInfo *message, struct bytes text)
{
	BIO *cipher = CMS_dataInit(message, NULL);
	bool done = cipher && BIO_write(cipher, text.data, (int)text.len) == (int)text.len && BIO_flush(cipher) == 1 &&
	            CMS_dataFinal(message, cipher) == 1;

	BIO_free_all(cipher);
	return done;
}

static bool encrypt(X509 *certificate, struct bytes text, struct buffer *pem, struct error *err)
{
	STACK_OF(X509) *recipients = sk_X509_new_null();
	BIO *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *message = NULL;
	char *data;
	long len;
	bool done = false;

	if (recipients && out && sk_X509_push(recipients, certificate) > 0)
		message = CMS_encrypt(recipients, NULL, EVP_aes_256_cbc(), CMS_BINARY | CMS_PARTIAL);
	if (message && encrypt_content(message, text) && PEM_write_bio_CMS_stream(out, message, NULL, 0) == 1) {
		len = BIO_get_mem_data(out, &data);
		done = buffer_put(pem, bytes_of(data, (size_t)len), err);
	} else {
		error_set(err, ERROR_CRYPTO, "nothing can be sealed to this certificate: is its key RSA or EC?");
	}
	CMS_ContentInfo_free(message);
	BIO_free(out);
	sk_X509_free(recipients);
	ERR_clear_error();
	return done;
}

/* What is sealed already is the only one who knows a code: it is never written over, also when the same token is sealed twice
 * in a second. */
static bool put_free_name(
    const char *folder, const struct escrow_content *content, struct buffer *path, struct error *err)
{
	size_t before = path->len;

	for (unsigned attempt = 0;; attempt++) {
		if (!buffer_put_format(
		        path, err, "%s/%s-%" PRId64 "-%ld", folder, content->device, content->time, (long)getpid()) ||
		    (attempt > 0 && !buffer_put_format(path, err, "-%u", attempt)) ||
		    !buffer_put_text(path, ".pem", err))
			return false;
		if (!file_exists(buffer_text(path)))
			return true;
		buffer_cut(path, before);
	}
}

static bool put_path(const char *registry, const struct escrow_content *content, struct buffer *path, struct error *err)
{
	struct buffer folder = BUFFER_EMPTY;
	bool done = buffer_put_format(&folder, err, "%s/escrow", registry);

	done = done && file_make_folder(buffer_text(&folder), 0700, err) &&
	       put_free_name(buffer_text(&folder), content, path, err);
	buffer_free(&folder);
	return done;
}

bool escrow_seal(const struct escrow *escrow, const char *registry, const struct escrow_content *content,
    struct buffer *path, struct error *err)
{
	struct secret *text = NULL;
	struct buffer pem = BUFFER_EMPTY;
	bool done = secret_new(1024, &text, err) && put_content(content, text, err) &&
	            encrypt(escrow->certificate, secret_bytes(text), &pem, err) &&
	            put_path(registry, content, path, err) &&
	            file_store(buffer_text(path), buffer_bytes(&pem), 0600, err);

	secret_free(text);
	buffer_free(&pem);
	return done;
}
