#include "verifier/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static bool close_doors(struct error *err)
{
	const struct rlimit none = {0, 0};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    setrlimit(RLIMIT_CORE, &none) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot give up dumps and new privileges");
	return true;
}

static bool find_user(const char *user, uid_t *uid, gid_t *gid, struct error *err)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(user);
	if (entry == NULL && errno != 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot look up the account %s", user);
	if (entry == NULL)
		return error_set(err, ERROR_SYSTEM,
		    "the account %s is missing, under which the verifier runs: useradd --system %s", user, user);
	if (entry->pw_uid == 0)
		return error_set(err, ERROR_SYSTEM, "the account %s is root, and the verifier must not be", user);
	*uid = entry->pw_uid;
	*gid = entry->pw_gid;
	return true;
}

static bool is_only(uid_t uid, gid_t gid)
{
	uid_t users[3];
	gid_t groups[3];

	if (getresuid(&users[0], &users[1], &users[2]) < 0 || getresgid(&groups[0], &groups[1], &groups[2]) < 0)
		return false;
	for (int i = 0; i < 3; i++)
		if (users[i] != uid || groups[i] != gid)
			return false;
	return getgroups(0, NULL) == 0 && setuid(0) < 0 && seteuid(0) < 0;
}

bool privileges_drop(const char *user, struct error *err)
{
	uid_t uid;
	gid_t gid;

	if (geteuid() == 0) {
		if (!find_user(user, &uid, &gid, err))
			return false;
		if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
			return error_set_errno(err, ERROR_SYSTEM, "cannot become %s", user);
		if (!is_only(uid, gid))
			return error_set(err, ERROR_SYSTEM, "still something else than %s after dropping root", user);
	}
	return close_doors(err);
}
