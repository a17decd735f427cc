/* fake_verifier.h: whoever answers at the verifier's socket in its place, for tests of those who ask it. */
#ifndef TESTS_UNIT_FAKE_VERIFIER_H
#define TESTS_UNIT_FAKE_VERIFIER_H

#include <sys/types.h>

/* fake_verifier_start: a child that listens at `path`, plays a script to the first who asks, and ends. The caller waits for it, and
 * unlinks `path`. It ends with 1 where nobody asks within 20 seconds, by SIGALRM where the script takes longer, else with 0, unless `play`
 * ends it. */
pid_t fake_verifier_start(const char *path, void (*play)(int connection, const void *script), const void *script);

#endif
