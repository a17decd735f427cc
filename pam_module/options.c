#include "pam_module/options.h"

#include <stddef.h>
#include <string.h>

#include "pam_module/client.h"

typedef bool option_setter(const char *value, struct module_options *options, struct error *err);

static bool set_mode(const char *value, struct module_options *options, struct error *err)
{
	if (strcmp(value, "ssh") != 0)
		return error_set(err, ERROR_USAGE, "mode=%s is unknown: mode=ssh", value);
	options->mode = MODULE_MODE_SSH;
	return true;
}

static bool set_service(const char *value, struct module_options *options, struct error *err)
{
	if (value[0] == '\0')
		return error_set(err, ERROR_USAGE, "service= wants the name of a PAM service");
	options->service = value;
	return true;
}

static bool set_socket(const char *value, struct module_options *options, struct error *err)
{
	if (value[0] != '/')
		return error_set(err, ERROR_USAGE, "socket=%s is no absolute path", value);
	options->socket = value;
	return true;
}

static const struct {
	const char *name; /* with its = */
	option_setter *set;
} rows[] = {
    {"mode=", set_mode},
    {"service=", set_service},
    {"socket=", set_socket},
};

static bool option_parse(const char *word, struct module_options *options, struct error *err)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].name);

		if (strncmp(word, rows[i].name, len) == 0)
			return rows[i].set(word + len, options, err);
	}
	return error_set(err, ERROR_USAGE, "unknown option \"%s\"", word);
}

bool module_options_parse(int argc, const char *const *argv, struct module_options *options, struct error *err)
{
	*options = (struct module_options){.mode = MODULE_MODE_NONE, .service = "sshd", .socket = CLIENT_SOCKET};
	for (int i = 0; i < argc; i++)
		if (!option_parse(argv[i], options, err))
			return false;
	return true;
}
