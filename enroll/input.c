#include "enroll/input.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "common/file.h"
#include "common/ssh_key.h"

bool input_load(const char *path, struct buffer *content, struct error *err)
{
	int descriptor;
	bool done;

	if (strcmp(path, "-") == 0)
		return file_load_descriptor(STDIN_FILENO, INPUT_MAXIMUM, content, err) ||
		       error_prefix(err, "standard input");
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return error_set_errno(err, ERROR_FILE, "%s", path);
	done = file_load_descriptor(descriptor, INPUT_MAXIMUM, content, err) || error_prefix(err, "%s", path);
	close(descriptor);
	return done;
}

/* What stands in a PEM block of that title; nothing is appended when there is none. */
static bool put_pem_content(struct bytes text, const char *title, struct buffer *der, struct error *err)
{
	BIO *memory = BIO_new_mem_buf(text.data, (int)text.len);
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	long len = 0;
	bool done = true;

	if (!memory)
		return error_set(err, ERROR_MEMORY, "no memory for %zu bytes of PEM", text.len);
	if (PEM_read_bio(memory, &name, &header, &data, &len) == 1 && strcmp(name, title) == 0)
		done = buffer_put(der, bytes_of(data, (size_t)len), err);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	BIO_free(memory);
	return done;
}

static bool key_parse(struct bytes content, struct ssh_key *key, struct error *err)
{
	struct buffer spki = BUFFER_EMPTY;
	bool done;

	/* An SSH line begins with its type's name, which is text; DER begins with 30, which is '0'. */
	if (bytes_start_with(content, "ssh-") || bytes_start_with(content, "ecdsa-") ||
	    bytes_start_with(content, "sk-"))
		return ssh_key_parse_line(content, key, NULL, err);
	done = put_pem_content(content, PEM_STRING_PUBLIC, &spki, err) &&
	       ssh_key_of_spki(spki.len > 0 ? buffer_bytes(&spki) : content, key, err);
	buffer_free(&spki);
	return done;
}

bool input_load_key(const char *path, struct ssh_key *key, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(INPUT_MAXIMUM);
	bool done = input_load(path, &content, err);

	if (done && !key_parse(buffer_bytes(&content), key, err))
		done = error_prefix(err, "%s is no SSH public key and no public key in PEM or DER", path);
	buffer_free(&content);
	return done;
}

bool input_load_certificate(const char *path, struct buffer *der, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(INPUT_MAXIMUM);
	bool done =
	    input_load(path, &content, err) && put_pem_content(buffer_bytes(&content), PEM_STRING_X509, der, err);

	if (done && der->len == 0)
		done = buffer_put(der, buffer_bytes(&content), err);
	buffer_free(&content);
	return done;
}
