#include "tests/unit/fake_verifier.h"

#include "tests/unit/unit.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "verifier/listen.h"

#define PATIENCE_SECONDS 20

pid_t fake_verifier_start(const char *path, void (*play)(int connection, const void *script), const void *script)
{
	struct error err = ERROR_EMPTY;
	struct pollfd polled = {.events = POLLIN};
	pid_t child;

	assert_done(listen_at(path, &polled.fd, &err), err);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int connection = poll(&polled, 1, PATIENCE_SECONDS * 1000) == 1 ? accept(polled.fd, NULL, NULL) : -1;

		(void)alarm(PATIENCE_SECONDS);
		if (connection < 0)
			_exit(1);
		play(connection, script);
		_exit(0);
	}
	close(polled.fd);
	return child;
}
