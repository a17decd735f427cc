/* SSHSIG in both forms, and its signature blob checked against a message. */
#include <string.h>

#include "common/sshsig.h"
#include "common/text.h"
#include "tests/fuzz/fuzz.h"

static void check_taken(const struct sshsig *sshsig)
{
	struct ssh_sk_flags flags;
	struct buffer blob = BUFFER_EMPTY, armor = BUFFER_EMPTY;
	struct sshsig again = SSHSIG_EMPTY;
	struct error err = ERROR_EMPTY;

	demand(sshsig->name_space[0] != '\0' && text_is_printable(bytes_of_text(sshsig->name_space)));
	demand(sshsig_encode(&sshsig->key, sshsig->name_space, buffer_bytes(&sshsig->signature), &blob, &err) &&
	       sshsig_put_armor(buffer_bytes(&blob), &armor, &err) &&
	       sshsig_parse_armor(buffer_bytes(&armor), &again, &err));
	demand(ssh_key_equal(&sshsig->key, &again.key) && strcmp(sshsig->name_space, again.name_space) == 0 &&
	       bytes_equal(buffer_bytes(&sshsig->signature), buffer_bytes(&again.signature)));
	sshsig_clear(&again);
	buffer_free(&armor);
	buffer_free(&blob);
	/* no seed was made over this message */
	demand(!sshsig_verify(sshsig, sshsig->name_space, bytes_of_text("another message"), &flags, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct buffer again = BUFFER_EMPTY;
	struct sshsig sshsig = SSHSIG_EMPTY;
	struct error err = ERROR_EMPTY;

	if (sshsig_parse(in, &sshsig, &err)) {
		check_taken(&sshsig);
		demand(sshsig_encode(&sshsig.key, sshsig.name_space, buffer_bytes(&sshsig.signature), &again, &err));
		demand(!sshsig.sha512 || bytes_equal(buffer_bytes(&again), in));
	}
	sshsig_clear(&sshsig);
	buffer_free(&again);
	err = ERROR_EMPTY;
	if (sshsig_parse_armor(in, &sshsig, &err))
		check_taken(&sshsig);
	else
		demand(err.code != ERROR_NONE && sshsig.signature.len == 0);
	sshsig_clear(&sshsig);
	return 0;
}
