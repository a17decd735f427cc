#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_SIZE 16384
#define FIRST_OTHER_DESCRIPTOR 3

/* A running child. One socket carries its input and its output: unlike a pipe it can be written without SIGPIPE. */
struct child {
	const char *path;
	pid_t pid;
	int socket;
	struct bytes input;    /* what is not yet written */
	struct buffer *output; /* NULL: goes elsewhere */
	int64_t deadline_ms;   /* CLOCK_MONOTONIC; INT64_MAX for never */
};

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* How long poll may wait: at most a minute, after which it is asked again. */
static int left_ms(const struct child *child)
{
	int64_t left = child->deadline_ms - now_ms();

	return left <= 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static bool is_over(const struct child *child)
{
	return now_ms() >= child->deadline_ms;
}

static bool set_signals(posix_spawnattr_t *attributes)
{
	sigset_t all, none;

	return sigfillset(&all) == 0 && sigemptyset(&none) == 0 &&
	       posix_spawnattr_setsigdefault(attributes, &all) == 0 &&
	       posix_spawnattr_setsigmask(attributes, &none) == 0 &&
	       posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK) == 0;
}

/* Without a socket the child talks to whomever the caller talks to. */
static bool set_descriptors(posix_spawn_file_actions_t *actions, int socket, bool output)
{
	return (socket < 0 || posix_spawn_file_actions_adddup2(actions, socket, STDIN_FILENO) == 0) &&
	       (!output || posix_spawn_file_actions_adddup2(actions, socket, STDOUT_FILENO) == 0) &&
	       posix_spawn_file_actions_addclosefrom_np(actions, FIRST_OTHER_DESCRIPTOR) == 0;
}

static bool spawn(struct child *child, int child_end, char *const argv[], char *const environment[], struct error *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int failure;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return error_set(err, ERROR_MEMORY, "no memory to start %s", child->path);
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return error_set(err, ERROR_MEMORY, "no memory to start %s", child->path);
	}
	if (!set_signals(&attributes) || !set_descriptors(&actions, child_end, child->output != NULL))
		failure = ENOMEM;
	else
		failure = posix_spawnp(
		    &child->pid, child->path, &actions, &attributes, argv, environment == NULL ? environ : environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	errno = failure;
	return failure == 0 || error_set_errno(err, ERROR_PROGRAM, "%s cannot be started", child->path);
}

static bool start(struct child *child, char *const argv[], char *const environment[], struct error *err)
{
	int ends[2];
	bool done;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return error_set_errno(err, ERROR_SYSTEM, "no socket for %s", child->path);
	done = spawn(child, ends[1], argv, environment, err);
	(void)close(ends[1]);
	if (done)
		child->socket = ends[0];
	else
		(void)close(ends[0]);
	return done;
}

/* A child may end, or close its input, before it has read everything: that is its business. */
static bool feed(struct child *child, struct error *err)
{
	ssize_t sent = send(child->socket, child->input.data, child->input.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	struct bytes written;

	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (sent < 0 && errno != EPIPE && errno != ECONNRESET)
		return error_set_errno(err, ERROR_SYSTEM, "%s cannot be written to", child->path);
	if (sent < 0 || !bytes_take(&child->input, (size_t)sent, &written))
		child->input = BYTES_EMPTY;
	if (child->input.len == 0)
		(void)shutdown(child->socket, SHUT_WR);
	return true;
}

/* A reset is the end as well: the child left some of its input unread. */
static bool collect(struct child *child, bool *ended, struct error *err)
{
	uint8_t chunk[CHUNK_SIZE];
	ssize_t got = recv(child->socket, chunk, sizeof(chunk), MSG_DONTWAIT);
	bool done = true;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got < 0 && errno != ECONNRESET)
		return error_set_errno(err, ERROR_SYSTEM, "%s cannot be read from", child->path);
	*ended = got <= 0;
	if (got > 0 && child->output != NULL)
		done = buffer_put(child->output, bytes_of(chunk, (size_t)got), err) ||
		       error_prefix(err, "the output of %s", child->path);
	explicit_bzero(chunk, sizeof(chunk));
	return done;
}

static bool deadline_error(const struct child *child, struct error *err)
{
	return error_set(err, ERROR_DEADLINE, "%s did not end in time", child->path);
}

/* Writes and reads until the child has closed its side. */
static bool converse(struct child *child, struct error *err)
{
	bool ended = false;

	if (child->input.len == 0)
		(void)shutdown(child->socket, SHUT_WR);
	while (!ended) {
		struct pollfd ready = {
		    .fd = child->socket,
		    .events = (short)(child->input.len > 0 ? POLLIN | POLLOUT : POLLIN),
		};

		if (is_over(child))
			return deadline_error(child, err);
		if (poll(&ready, 1, left_ms(child)) < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_SYSTEM, "%s cannot be waited for", child->path);
		if ((child->input.len > 0 && !feed(child, err)) || !collect(child, &ended, err))
			return false;
	}
	return true;
}

/* A host that ignores SIGCHLD, or that reaps every child itself, leaves no status to be read: waitpid says ECHILD once the
 * child has ended. Then complete output is all that is known, and it has to be there. */
static bool judge(const struct child *child, bool known, int status, size_t output_len, struct error *err)
{
	if (!known && output_len == 0)
		return error_set(
		    err, ERROR_PROGRAM, "%s wrote nothing and its exit status was taken away", child->path);
	if (!known)
		return true;
	if (WIFSIGNALED(status))
		return error_set(err, ERROR_PROGRAM, "%s was killed by signal %d", child->path, WTERMSIG(status));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_set(err, ERROR_PROGRAM, "%s ended with status %d", child->path, WEXITSTATUS(status));
	return true;
}

/* Asks in growing steps of at most 10 ms: a child that has closed its output usually ends at once, and a signal handler to
 * be told of it by would belong to the host. */
static bool reap(const struct child *child, size_t output_len, struct error *err)
{
	for (int pause_ms = 0;; pause_ms = pause_ms < 10 ? pause_ms + 1 : pause_ms) {
		int status;
		pid_t ended = waitpid(child->pid, &status, WNOHANG);

		if (ended == child->pid)
			return judge(child, true, status, output_len, err);
		if (ended < 0 && errno == ECHILD)
			return judge(child, false, 0, output_len, err);
		if (ended < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_SYSTEM, "%s cannot be waited for", child->path);
		if (is_over(child))
			return deadline_error(child, err);
		(void)poll(NULL, 0, pause_ms);
	}
}

/* Kills only what waitpid still calls a running child, so that the number cannot have become another process. */
static void stop(const struct child *child)
{
	if (waitpid(child->pid, NULL, WNOHANG) != 0)
		return;
	(void)kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

bool process_run(const char *path, char *const argv[], char *const environment[], struct bytes input,
    struct buffer *output, unsigned timeout_ms, struct error *err)
{
	struct child child = {
	    .path = path,
	    .input = input,
	    .output = output,
	    .deadline_ms = timeout_ms == 0 ? INT64_MAX : now_ms() + timeout_ms,
	};
	size_t before = output == NULL ? 0 : output->len;
	bool done;

	if (!start(&child, argv, environment, err))
		return false;
	done = converse(&child, err);
	(void)close(child.socket);
	done = done && reap(&child, output == NULL ? 0 : output->len - before, err);
	if (!done) {
		stop(&child);
		if (output != NULL)
			buffer_cut(output, before);
	}
	return done;
}

bool process_run_interactive(const char *path, char *const argv[], struct error *err)
{
	struct child child = {.path = path, .deadline_ms = INT64_MAX};

	return spawn(&child, -1, argv, NULL, err) && reap(&child, 0, err);
}
