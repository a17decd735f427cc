#include "enroll/sshd_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/file.h"
#include "common/process.h"

#define TIMEOUT_MS 20000

static const char *sshd_path(void)
{
	static const char *const places[] = {"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (file_exists(places[i]))
			return places[i];
	return places[0];
}

static bool ask(char *const argv[], struct buffer *lines, struct error *err)
{
	return process_run(sshd_path(), argv, NULL, BYTES_EMPTY, lines, TIMEOUT_MS, err) ||
	       error_prefix(err, "sshd cannot say what its configuration means");
}

bool sshd_settings_load(
    const char *file, const char *account, const char *address, struct sshd_settings *settings, struct error *err)
{
	char program[] = "sshd", dump[] = "-T", for_login[] = "-C", from[] = "-f";
	struct buffer login = BUFFER_EMPTY;
	char *words = NULL, *path = NULL;
	bool done = false;

	*settings = SSHD_SETTINGS_EMPTY;
	(void)snprintf(settings->account, sizeof(settings->account), "%s", account);
	if (!buffer_put_format(&login, err, "user=%s,host=%s,addr=%s", account, address, address))
		goto out;
	words = strdup(buffer_text(&login));
	path = file == NULL ? NULL : strdup(file);
	if (words == NULL || (file != NULL && path == NULL)) {
		error_set(err, ERROR_MEMORY, "no memory to ask sshd");
		goto out;
	}
	done = ask(
	    (char *[]){program, dump, for_login, words, path == NULL ? NULL : from, path, NULL}, &settings->lines, err);
out:
	buffer_free(&login);
	free(words);
	free(path);
	return done;
}

void sshd_settings_clear(struct sshd_settings *settings)
{
	buffer_free(&settings->lines);
	*settings = SSHD_SETTINGS_EMPTY;
}

void sshd_value(const struct sshd_settings *settings, const char *keyword, char *value, size_t size)
{
	struct bytes rest = buffer_bytes(&settings->lines), line, word;

	value[0] = '\0';
	while (bytes_take_until(&rest, '\n', &line)) {
		if (!bytes_take_until(&line, ' ', &word) || !bytes_equal_text(word, keyword))
			continue;
		if (line.len >= size)
			line.len = size - 1;
		if (!bytes_to_text(line, value, size))
			value[0] = '\0';
		return;
	}
}

bool sshd_value_is(const struct sshd_settings *settings, const char *keyword, const char *value)
{
	char found[SSHD_VALUE_SIZE];

	sshd_value(settings, keyword, found, sizeof(found));
	return strcasecmp(found, value) == 0;
}

static bool list_has_key(struct bytes list)
{
	struct bytes method;

	while (bytes_take_until(&list, ',', &method))
		if (bytes_equal_text(method, "publickey"))
			return true;
	return false;
}

bool sshd_demands_key(const struct sshd_settings *settings)
{
	char value[SSHD_VALUE_SIZE];
	struct bytes rest, list;

	sshd_value(settings, "authenticationmethods", value, sizeof(value));
	rest = bytes_of_text(value);
	if (rest.len == 0)
		return false;
	while (bytes_take_until(&rest, ' ', &list))
		if (!list_has_key(list))
			return false;
	return true;
}
