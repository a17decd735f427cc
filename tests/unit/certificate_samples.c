#include "tests/unit/certificate_samples.h"

#include <string.h>

#include "tests/unit/unit.h"

#define RAW(text) bytes_of(text, sizeof(text) - 1)

struct certificate_content certificate_content_usual(
    const struct ssh_sample *subject, const struct ssh_sample *authority)
{
	return (struct certificate_content){
	    .subject = subject,
	    .authority = authority,
	    .serial = 7,
	    .valid_after = 1000,
	    .valid_before = 2000,
	    .kind = 1,
	    .key_id = bytes_of_text("alice's token"),
	    .principals = RAW("\0\0\0\5alice\0\0\0\3bob"),
	    .extensions = RAW("\0\0\0\4flag\0\0\0\0\0\0\0\5value\0\0\0\7\0\0\0\3abc"),
	};
}

static void put_name(const struct ssh_key *key, struct buffer *blob)
{
	const char *plain = ssh_key_type_name(key->type), *domain = strchr(plain, '@');
	int len = domain == NULL ? (int)strlen(plain) : (int)(domain - plain);
	struct buffer name = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_format(&name, &err, "%.*s-cert-v01@openssh.com", len, plain), err);
	assert_done(buffer_put_ssh_string(blob, buffer_bytes(&name), &err), err);
	buffer_free(&name);
}

void certificate_sample_put(const struct certificate_content *content, struct buffer *blob)
{
	const struct ssh_sample *authority = content->authority;
	struct bytes key = buffer_bytes(&content->subject->key.blob), name;
	struct buffer signature = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	put_name(&content->subject->key, blob);
	assert_true(bytes_take_ssh_string(&key, &name));
	assert_done(
	    buffer_put_ssh_text(blob, "nonce", &err) && buffer_put(blob, key, &err) &&
	        buffer_put_u64(blob, content->serial, &err) && buffer_put_u32(blob, content->kind, &err) &&
	        buffer_put_ssh_string(blob, content->key_id, &err) &&
	        buffer_put_ssh_string(blob, content->principals, &err) &&
	        buffer_put_u64(blob, content->valid_after, &err) && buffer_put_u64(blob, content->valid_before, &err) &&
	        buffer_put_ssh_string(blob, content->critical_options, &err) &&
	        buffer_put_ssh_string(blob, content->extensions, &err) &&
	        buffer_put_ssh_string(blob, content->reserved, &err) &&
	        buffer_put_ssh_string(blob,
	            content->authority_blob.data != NULL ? content->authority_blob : buffer_bytes(&authority->key.blob),
	            &err),
	    err);
	ssh_sample_sign(authority, content->signature_format, buffer_bytes(blob), FLAG_PRESENT, &signature);
	assert_done(buffer_put_ssh_string(blob, buffer_bytes(&signature), &err), err);
	buffer_free(&signature);
}
