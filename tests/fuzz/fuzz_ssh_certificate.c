/* Certificates: whatever is taken has principals, a life and an order of options. */
#include "common/ssh_certificate.h"
#include "tests/fuzz/fuzz.h"

static void check_taken(const struct ssh_certificate *certificate)
{
	struct bytes principals = certificate->principals, name, content;
	struct ssh_certificate again = SSH_CERTIFICATE_EMPTY;
	struct buffer line = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	size_t count = 0;

	for (; ssh_certificate_take_principal(&principals, &name); count++)
		demand(name.len > 0);
	demand(count > 0 && principals.len == 0);
	demand(certificate->valid_after < certificate->valid_before);
	if (ssh_certificate_find_extension(certificate, "evidence@keyenroll", &content))
		demand(content.len < certificate->extensions.len);
	demand(ssh_certificate_put_line(certificate, &line, &err));
	demand(ssh_certificate_parse_line(buffer_bytes(&line), &again, &err));
	demand(bytes_equal(buffer_bytes(&again.blob), buffer_bytes(&certificate->blob)));
	ssh_certificate_clear(&again);
	buffer_free(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
	struct bytes in = bytes_of(data, size);
	struct error err = ERROR_EMPTY;

	if (ssh_certificate_parse(in, &certificate, &err)) {
		demand(ssh_certificate_is(in));
		demand(bytes_equal(buffer_bytes(&certificate.blob), in));
		check_taken(&certificate);
	} else {
		demand(err.code != ERROR_NONE && certificate.blob.len == 0);
	}
	ssh_certificate_clear(&certificate);
	if (ssh_certificate_parse_line(in, &certificate, &err))
		check_taken(&certificate);
	else
		demand(err.code != ERROR_NONE && certificate.blob.len == 0);
	ssh_certificate_clear(&certificate);
	return 0;
}
