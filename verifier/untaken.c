#include "verifier/untaken.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* One that does not tell is as good as read. */
static bool was_read(int connection)
{
	int unread = 0;

	return ioctl(connection, SIOCOUTQ, &unread) < 0 || unread == 0;
}

void untaken_keep(struct untaken *untaken, int connection, uid_t user)
{
	if (untaken->num == UNTAKEN_MAXIMUM || was_read(connection)) {
		close(connection);
		return;
	}
	untaken->connections[untaken->num++] = (struct untaken_connection){connection, user};
}

void untaken_reap(struct untaken *untaken)
{
	for (size_t i = untaken->num; i-- > 0;) {
		if (!was_read(untaken->connections[i].descriptor))
			continue;
		close(untaken->connections[i].descriptor);
		untaken->connections[i] = untaken->connections[--untaken->num];
	}
}

bool untaken_has_room(const struct untaken *untaken, uid_t user)
{
	size_t of_user = 0;

	for (size_t i = 0; i < untaken->num; i++)
		of_user += untaken->connections[i].user == user ? 1 : 0;
	return of_user < UNTAKEN_OF_A_USER_LIMIT && untaken->num < UNTAKEN_LIMIT;
}

void untaken_clear(struct untaken *untaken)
{
	while (untaken->num > 0)
		close(untaken->connections[--untaken->num].descriptor);
}
