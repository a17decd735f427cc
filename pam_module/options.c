#include "pam_module/options.h"

#include <stddef.h>
#include <string.h>

#include "common/client.h"
#include "common/request.h"

#define WAIT_DEFAULT_SECONDS 30

typedef bool option_setter(const char *value, struct module_options *options, struct error *err);

static bool set_mode(const char *value, struct module_options *options, struct error *err)
{
	static const struct {
		const char *name;
		enum module_mode mode;
	} modes[] = {{"ssh", MODULE_MODE_SSH}, {"local", MODULE_MODE_LOCAL}, {"agent", MODULE_MODE_AGENT}};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(value, modes[i].name) == 0) {
			options->mode = modes[i].mode;
			return true;
		}
	}
	return error_set(err, ERROR_USAGE, "mode=%s is unknown: mode=ssh, mode=local or mode=agent", value);
}

static bool set_account(const char *value, struct module_options *options, struct error *err)
{
	if (strcmp(value, "session") != 0)
		return error_set(err, ERROR_USAGE, "account=%s is unknown: account=session", value);
	options->session_enforces = true;
	return true;
}

/* Digits only: strtoul would take signs and blanks as well. */
static bool set_wait(const char *value, struct module_options *options, struct error *err)
{
	unsigned seconds = 0;

	for (; *value >= '0' && *value <= '9' && seconds <= REQUEST_WAIT_MAXIMUM; value++)
		seconds = 10 * seconds + (unsigned)(*value - '0');
	if (*value != '\0' || seconds == 0 || seconds > REQUEST_WAIT_MAXIMUM)
		return error_set(err, ERROR_USAGE, "wait= wants 1 to %d seconds", REQUEST_WAIT_MAXIMUM);
	options->wait_seconds = seconds;
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

static bool set_talk(const char *value, struct module_options *options, struct error *err)
{
	options->talk = true;
	return value[0] == '\0' || error_set(err, ERROR_USAGE, "talk%s is unknown: talk", value);
}

static const struct {
	const char *name; /* with its =, if it has one */
	option_setter *set;
} rows[] = {
    {"account=", set_account},
    {"mode=", set_mode},
    {"service=", set_service},
    {"socket=", set_socket},
    {"talk", set_talk},
    {"wait=", set_wait},
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
	*options = (struct module_options){
	    .mode = MODULE_MODE_NONE, .wait_seconds = WAIT_DEFAULT_SECONDS, .service = "sshd", .socket = CLIENT_SOCKET};
	for (int i = 0; i < argc; i++)
		if (!option_parse(argv[i], options, err))
			return false;
	return true;
}
