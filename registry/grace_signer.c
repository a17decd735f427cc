#include "registry/grace_signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "registry/grace.h"
#include "registry/registrars.h"

/* A private folder, in which the record and then its signature lie; neither is a secret. */
struct workshop {
	char folder[sizeof("/tmp/keyenroll.XXXXXX")];
	char record[64], signature[64];
};

static bool workshop_open(struct workshop *workshop, struct error *err)
{
	(void)snprintf(workshop->folder, sizeof(workshop->folder), "/tmp/keyenroll.XXXXXX");
	if (mkdtemp(workshop->folder) == NULL)
		return error_set_errno(err, ERROR_FILE, "%s", workshop->folder);
	(void)snprintf(workshop->record, sizeof(workshop->record), "%s/grace", workshop->folder);
	(void)snprintf(workshop->signature, sizeof(workshop->signature), "%s/grace.sig", workshop->folder);
	return true;
}

static void workshop_close(const struct workshop *workshop)
{
	(void)unlink(workshop->record);
	(void)unlink(workshop->signature);
	(void)rmdir(workshop->folder);
}

static bool run(const char *key, bool agent, char *file, struct error *err)
{
	char program[] = "ssh-keygen", quiet[] = "-q", action[] = "-Y", sign[] = "sign", key_option[] = "-f",
	     space_option[] = "-n", space[] = GRACE_NAMESPACE, in_agent[] = "-U", *path = strdup(key);
	char *argv[] = {program, quiet, action, sign, key_option, path, space_option, space, agent ? in_agent : file,
	    agent ? file : NULL, NULL};
	bool done;

	if (path == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a path");
	done = process_run_interactive(program, argv, err) || error_prefix(err, "signing with %s", key);
	free(path);
	return done;
}

bool grace_sign(const char *key, bool agent, struct bytes record, struct buffer *armor, struct error *err)
{
	struct workshop workshop = {.folder = ""};
	bool done;

	if (!workshop_open(&workshop, err))
		return false;
	done = file_store(workshop.record, record, 0600, err) && run(key, agent, workshop.record, err) &&
	       file_load(workshop.signature, GRACE_GRANT_MAXIMUM, armor, err);
	workshop_close(&workshop);
	return done;
}
