#include "piv/holder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_MAXIMUM 4

static FILE *open_of(const char *process, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.16s/%s", process, name);
	return fopen(path, "re");
}

/* The client's library, whose path ends so in every distribution; pcscd itself does not load it. */
static bool has_library(const char *process)
{
	FILE *maps = open_of(process, "maps");
	char line[512];
	bool found = false;

	if (!maps)
		return false;
	while (!found && fgets(line, sizeof(line), maps))
		found = strstr(line, "/libpcsclite.so") != NULL || strstr(line, "/libpcsclite_real.so") != NULL;
	(void)fclose(maps);
	return found;
}

static bool put_name(const char *process, struct buffer *out, struct error *err)
{
	FILE *file = open_of(process, "comm");
	char name[32] = "";

	if (!file)
		return true;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	(void)fclose(file);
	name[strcspn(name, "\n")] = '\0';
	return name[0] == '\0' ||
	       buffer_put_format(out, err, "%s%s (process %.16s)", out->len > 0 ? ", " : "", name, process);
}

bool holder_put_names(struct buffer *out, struct error *err)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	unsigned num = 0;
	bool done = true;

	if (!processes)
		return true;
	while (done && num < NAMES_MAXIMUM && (entry = readdir(processes)) != NULL) {
		long id = strtol(entry->d_name, NULL, 10);

		if (id <= 0 || id == (long)getpid() || !has_library(entry->d_name))
			continue;
		done = put_name(entry->d_name, out, err);
		num++;
	}
	(void)closedir(processes);
	return done;
}
