#include "piv/holder.h"

#include <dirent.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/language.h"

#define NAMES_MAXIMUM 4
#define NAME_SIZE 32

/* They connect to a card so that nobody else can: GnuPG's, and the SSH agent that is built on piv-go. */
static const char *const takers[] = {"scdaemon", "yubikey-agent"};

static FILE *open_of(const char *process, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.16s/%s", process, name);
	return fopen(path, "re");
}

/* The client's library, whose path ends so in every distribution; pcscd itself does not load it. scdaemon shows its memory to root
 * alone, even where it is one's own.
 *   unseen  the answer for a process that does not show it */
static bool has_library(const char *process, bool unseen)
{
	FILE *maps = open_of(process, "maps");
	char line[512];
	bool found = false;

	if (!maps)
		return unseen;
	while (!found && fgets(line, sizeof(line), maps))
		found = strstr(line, "/libpcsclite.so") != NULL || strstr(line, "/libpcsclite_real.so") != NULL;
	(void)fclose(maps);
	return found;
}

static bool read_name(const char *process, char name[NAME_SIZE])
{
	FILE *file = open_of(process, "comm");

	name[0] = '\0';
	if (!file)
		return false;
	if (!fgets(name, NAME_SIZE, file))
		name[0] = '\0';
	(void)fclose(file);
	name[strcspn(name, "\n")] = '\0';
	return name[0] != '\0';
}

static bool is_taker(const char *name)
{
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (strcmp(takers[i], name) == 0)
			return true;
	return false;
}

/* Whoever closes another person's program has to know whose it is. */
static bool put_name(const char *process, const char *name, struct buffer *out, struct error *err)
{
	char path[64];
	struct stat found;
	const struct passwd *owner = NULL;

	snprintf(path, sizeof(path), "/proc/%.16s", process);
	if (stat(path, &found) == 0 && found.st_uid != getuid())
		owner = getpwuid(found.st_uid);
	if (out->len > 0 && !buffer_put_text(out, ", ", err))
		return false;
	return owner ? buffer_put_format(out, err, translated("%s (process %s of %s)"), name, process, owner->pw_name)
	             : buffer_put_format(out, err, translated("%s (process %s)"), name, process);
}

static bool put_names(struct buffer *out, bool of_takers, unsigned *num, struct error *err)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	char name[NAME_SIZE];
	bool done = true;

	if (!processes)
		return true;
	while (done && *num < NAMES_MAXIMUM && (entry = readdir(processes)) != NULL) {
		long id = strtol(entry->d_name, NULL, 10);

		if (id <= 0 || id == (long)getpid() || !read_name(entry->d_name, name) || is_taker(name) != of_takers ||
		    !has_library(entry->d_name, of_takers))
			continue;
		done = put_name(entry->d_name, name, out, err);
		++*num;
	}
	(void)closedir(processes);
	return done;
}

bool holder_put_names(struct buffer *out, unsigned *num, struct error *err)
{
	*num = 0;
	return put_names(out, true, num, err) && put_names(out, false, num, err);
}
