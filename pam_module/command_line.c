#include "pam_module/command_line.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool command_line_put_words(struct bytes words, struct buffer *out, struct error *err)
{
	uint8_t byte;

	for (size_t i = 0; i < COMMAND_LINE_MAXIMUM && bytes_take_u8(&words, &byte); i++) {
		bool last = byte == '\0' && words.len == 0, printable = byte >= ' ' && byte <= '~';

		if (!last && !buffer_put_u8(out, byte == '\0' ? ' ' : printable ? byte : '?', err))
			return false;
	}
	return true;
}

bool command_line_put(struct buffer *out, struct error *err)
{
	int descriptor = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	uint8_t words[COMMAND_LINE_MAXIMUM];
	ssize_t len;

	if (descriptor < 0)
		return true;
	do
		len = read(descriptor, words, sizeof(words));
	while (len < 0 && errno == EINTR);
	close(descriptor);
	return len <= 0 || command_line_put_words(bytes_of(words, (size_t)len), out, err);
}
