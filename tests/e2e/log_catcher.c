/* log_catcher SOCKET FILE: appends every datagram that arrives at SOCKET to FILE, each on lines of its own, so that a
 * test can read what went to syslog or to the journal. Runs until it is killed. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The journal's own limit for what comes in a datagram rather than in a file lies below this. */
static char message[256 * 1024];

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || chmod(path, 0666) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* One write a message: a reader never sees half a line. */
static ssize_t append(int file, char *text, size_t len)
{
	while (len > 0 && (text[len - 1] == '\0' || text[len - 1] == '\n'))
		len--;
	text[len++] = '\n';
	return write(file, text, len);
}

int main(int argc, char **argv)
{
	int socket_fd, file;
	ssize_t len;

	if (argc != 3) {
		fprintf(stderr, "usage: log_catcher SOCKET FILE\n");
		return 2;
	}
	file = open(argv[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	socket_fd = listen_at(argv[1]);
	if (file < 0 || socket_fd < 0) {
		perror(argv[file < 0 ? 2 : 1]);
		return 1;
	}
	while ((len = recv(socket_fd, message, sizeof(message) - 1, 0)) >= 0)
		if (append(file, message, (size_t)len) < 0)
			break;
	perror(argv[1]);
	return 1;
}
