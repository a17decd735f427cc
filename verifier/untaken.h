/* untaken.h: connections whose client has gone without reading what was sent to it, a passed descriptor among it.
 *
 * A passed descriptor counts against the verifier's own account until it is taken, however the verifier's end is closed; past its limit
 * of open files nothing can be passed to anybody (ETOOMANYREFS). Whoever kept his end of a thousand connections would so end sudo for
 * all. Therefore such a connection stays open here, and its user has room for a few.
 * Knows nothing of what is said on a connection.
 * Source: unix(7), SCM_RIGHTS. */
#ifndef VERIFIER_UNTAKEN_H
#define VERIFIER_UNTAKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How many may be there when another one begins, of one user and of all. */
#define UNTAKEN_OF_A_USER_LIMIT 4
#define UNTAKEN_LIMIT 64
/* Each client that is there by then may leave one. */
#define UNTAKEN_MAXIMUM 320

struct untaken {
	struct untaken_connection {
		int descriptor; /* owned */
		uid_t user;
	} connections[UNTAKEN_MAXIMUM];
	size_t num;
};

/* untaken_keep: takes a connection over, and closes it as soon as all of it was read: now or by untaken_reap. */
void untaken_keep(struct untaken *untaken, int connection, uid_t user);

/* untaken_reap: closes those that were read by now, or whose client has closed its end. */
void untaken_reap(struct untaken *untaken);

/* untaken_has_room: whether something may be passed to this user. */
bool untaken_has_room(const struct untaken *untaken, uid_t user);

/* untaken_clear: closes all. */
void untaken_clear(struct untaken *untaken);

#endif
