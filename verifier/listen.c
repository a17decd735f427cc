#include "verifier/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_PASSED_DESCRIPTOR 3
#define BACKLOG 512

/* The whole of a variable must be this number: systemd writes nothing else. */
static bool variable_is(const char *name, long long number)
{
	const char *text = getenv(name);
	char wanted[24];

	(void)snprintf(wanted, sizeof(wanted), "%lld", number);
	return text != NULL && strcmp(text, wanted) == 0;
}

static bool has_option(int descriptor, int option, int wanted)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(descriptor, SOL_SOCKET, option, &value, &len) == 0 && value == wanted;
}

static bool make_ours(int descriptor, struct error *err)
{
	if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 || fcntl(descriptor, F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot set up the passed socket");
	return true;
}

bool listen_activated(int *listener, struct error *err)
{
	bool passed = variable_is("LISTEN_PID", getpid()), single = variable_is("LISTEN_FDS", 1);

	*listener = -1;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (!passed)
		return true;
	if (!single || !has_option(FIRST_PASSED_DESCRIPTOR, SO_DOMAIN, AF_UNIX) ||
	    !has_option(FIRST_PASSED_DESCRIPTOR, SO_TYPE, SOCK_STREAM) ||
	    !has_option(FIRST_PASSED_DESCRIPTOR, SO_ACCEPTCONN, 1))
		return error_set(err, ERROR_SYSTEM,
		    "the service manager must pass exactly one listening local stream socket (ListenStream=)");
	*listener = FIRST_PASSED_DESCRIPTOR;
	return make_ours(*listener, err);
}

static bool fill_address(const char *path, struct sockaddr_un *address, struct error *err)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return error_set(
		    err, ERROR_USAGE, "%s: a socket's path has at most %zu bytes", path, sizeof(address->sun_path) - 1);
	(void)snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
	return true;
}

bool listen_lock(const char *path, int *lock, struct error *err)
{
	char name[sizeof(((struct sockaddr_un *)NULL)->sun_path) + sizeof(".lock")];
	int made;

	*lock = -1;
	if ((size_t)snprintf(name, sizeof(name), "%s.lock", path) >= sizeof(name))
		return error_set(err, ERROR_USAGE, "%s: too long for a socket's path", path);
	/* for its owner alone: who could read it could hold its lock */
	made = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (made < 0)
		return error_set_errno(err, ERROR_SYSTEM, "%s", name);
	if (flock(made, LOCK_EX | LOCK_NB) == 0) {
		*lock = made;
		return true;
	}
	if (errno == EWOULDBLOCK)
		error_set(err, ERROR_SYSTEM, "%s: another verifier listens there", path);
	else
		error_set_errno(err, ERROR_SYSTEM, "%s", name);
	close(made);
	return false;
}

/* Only a socket that nobody listens on any more is removed. */
static bool remove_stale(const char *path, const struct sockaddr_un *address, struct error *err)
{
	struct stat status;
	int probe, refused;

	if (lstat(path, &status) < 0)
		return errno == ENOENT || error_set_errno(err, ERROR_SYSTEM, "%s", path);
	if (!S_ISSOCK(status.st_mode))
		return error_set(err, ERROR_SYSTEM, "%s is there already and is no socket", path);
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot make a socket");
	refused = connect(probe, (const struct sockaddr *)address, sizeof(*address)) < 0 && errno == ECONNREFUSED;
	close(probe);
	if (!refused)
		return error_set(err, ERROR_SYSTEM, "%s: another verifier listens there", path);
	if (unlink(path) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "%s", path);
	return true;
}

bool listen_at(const char *path, int *listener, struct error *err)
{
	struct sockaddr_un address;
	int made;

	*listener = -1;
	if (!fill_address(path, &address, err) || !remove_stale(path, &address, err))
		return false;
	made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot make a socket");
	if (bind(made, (const struct sockaddr *)&address, sizeof(address)) < 0 || chmod(path, 0666) < 0 ||
	    listen(made, BACKLOG) < 0) {
		error_set_errno(err, ERROR_SYSTEM, "%s", path);
		close(made);
		return false;
	}
	*listener = made;
	return true;
}
