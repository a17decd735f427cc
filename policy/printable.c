#include "policy/printable.h"

void printable_put(struct bytes bytes, char *text, size_t size)
{
	size_t at = 0;
	uint8_t byte;

	while (at + 1 < size && bytes_take_u8(&bytes, &byte))
		text[at++] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
	text[at] = '\0';
}
