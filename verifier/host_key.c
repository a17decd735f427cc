#include "verifier/host_key.h"

#include <stdio.h>

#include "common/file.h"

#define FILE_MAXIMUM ((size_t)16 * 1024)

static bool read_fingerprint(const char *path, char text[SSH_KEY_FINGERPRINT_SIZE])
{
	struct buffer line = BUFFER_EMPTY;
	struct ssh_key key = SSH_KEY_EMPTY;
	struct bytes comment;
	bool done = file_load(path, FILE_MAXIMUM, &line, NULL) &&
	            ssh_key_parse_line(buffer_bytes(&line), &key, &comment, NULL) &&
	            ssh_key_fingerprint(&key, text, NULL);

	ssh_key_clear(&key);
	buffer_free(&line);
	return done;
}

void host_key_find(const char *folder, char text[SSH_KEY_FINGERPRINT_SIZE])
{
	static const char *const kinds[] = {"ed25519", "ecdsa", "rsa"};
	char path[256];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/ssh_host_%s_key.pub", folder, kinds[i]);
		if (read_fingerprint(path, text))
			return;
	}
	(void)snprintf(text, SSH_KEY_FINGERPRINT_SIZE, "none");
}
