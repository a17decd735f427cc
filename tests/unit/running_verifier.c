#include "tests/unit/running_verifier.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verifier/listen.h"
#include "verifier/serve.h"

static void run_loop(int listener, int stop, const struct enrolled_host *host)
{
	struct configuration *configuration = NULL;
	struct error err = ERROR_EMPTY;
	bool done =
	    configuration_new(&host->folders, &configuration, &err) && serve(listener, stop, configuration, &err);

	configuration_free(configuration);
	if (!done)
		fprintf(stderr, "verifier: %s\n", err.text);
	_exit(done ? 0 : 1);
}

bool running_verifier_start(struct running_verifier *verifier, const struct enrolled_host *host, struct error *err)
{
	int listener, stop[2];

	(void)snprintf(verifier->socket, sizeof(verifier->socket), "%s/verifier.sock", host->folder);
	if (!listen_at(verifier->socket, &listener, err))
		return false;
	if (pipe2(stop, O_CLOEXEC) < 0 || (verifier->process = fork()) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot start a verifier");
	if (verifier->process == 0) {
		close(stop[1]);
		run_loop(listener, stop[0], host);
	}
	close(listener);
	close(stop[0]);
	verifier->stop = stop[1];
	return true;
}

bool running_verifier_stop(struct running_verifier *verifier)
{
	int status = 1;

	close(verifier->stop);
	return waitpid(verifier->process, &status, 0) == verifier->process && status == 0;
}
