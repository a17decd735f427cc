/* failing_calls: loaded in front of a program (LD_PRELOAD), it makes the n-th of the calls fail that change files, or sends the program a
 * signal there. The programs that are started from there do without it.
 *
 *   KEYENROLL_TEST_CALL="once N", "full N" (that one and all after it, as on a disk that has become full), "SIGNAL N" (its number)
 *   KEYENROLL_TEST_COUNT=FILE  gets how many there were, where the program gets to its end */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/fault/fault.h"

static char count_path[256];

/* A rest of a second is nothing that a test would wait for; a timer's time is. */
unsigned sleep(unsigned seconds)
{
	struct timespec left = {.tv_sec = seconds > 1 ? seconds : 0};

	return nanosleep(&left, &left) == 0 ? 0 : (unsigned)left.tv_sec + 1;
}

__attribute__((constructor)) static void begin(void)
{
	const char *call = getenv("KEYENROLL_TEST_CALL"), *path = getenv("KEYENROLL_TEST_COUNT");
	const char *number = call == NULL ? NULL : strchr(call, ' ');
	unsigned long at = number == NULL ? 0 : strtoul(number, NULL, 10);

	(void)snprintf(count_path, sizeof(count_path), "%s", path == NULL ? "" : path);
	if (number == NULL)
		abort();
	if (strncmp(call, "once", 4) == 0 || strncmp(call, "full", 4) == 0)
		fault_arm(FAULT_WRITE, at, call[0] == 'o' ? FAULT_ONCE : FAULT_FROM_THEN_ON);
	else
		fault_arm_signal(at, (int)strtol(call, NULL, 10));
	(void)(unsetenv("LD_PRELOAD") + unsetenv("KEYENROLL_TEST_CALL") + unsetenv("KEYENROLL_TEST_COUNT"));
}

__attribute__((destructor)) static void end(void)
{
	unsigned long num = fault_disarm();
	FILE *file = count_path[0] == '\0' ? NULL : fopen(count_path, "w");

	if (file != NULL && (fprintf(file, "%lu\n", num) < 0 || fclose(file) != 0))
		abort();
}
