#include "common/language.h"

/* Weak: what goes into sshd or into a daemon speaks English, and a program for people puts its own in the place of these. */
__attribute__((weak)) const char *translated(const char *text)
{
	return text;
}

__attribute__((weak)) const char *translated_more(const char *one, const char *many, unsigned long number)
{
	return number == 1 ? one : many;
}
