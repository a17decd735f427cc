#include "policy/policy_options.h"

#include <stdio.h>
#include <string.h>

/* Options that take rights away, or give back one that `restrict` took. What runs another command or sets the environment is
 * no affair of a policy over keys. */
static const char *const flags[] = {"restrict", "verify-required", "no-touch-required", "no-pty", "no-port-forwarding",
    "no-agent-forwarding", "no-X11-forwarding", "no-user-rc", "pty", "port-forwarding", "agent-forwarding",
    "X11-forwarding", "user-rc"};
static const char *const with_value[] = {"from=", "permitopen=", "permitlisten="};

static bool append(const char *option, const char *value, char *list, size_t size, struct error *err)
{
	size_t len = strlen(list);
	const char *comma = len == 0 ? "" : ",", *quote = value == NULL ? "" : "\"";
	int more =
	    snprintf(list + len, size - len, "%s%s%s%s%s", comma, option, quote, value == NULL ? "" : value, quote);

	if (more < 0 || (size_t)more >= size - len)
		return error_set(err, ERROR_POLICY_FILE, "key-options are longer than %zu bytes", size - 1);
	return true;
}

bool policy_option_add(const char *option, char *list, size_t size, struct error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/*?!,_-[]";

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(option, flags[i]) == 0)
			return append(option, NULL, list, size, err);
	for (size_t i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++) {
		size_t len = strlen(with_value[i]);

		if (strncmp(option, with_value[i], len) != 0)
			continue;
		if (option[len] == '\0' || strspn(option + len, allowed) != strlen(option + len))
			return error_set(
			    err, ERROR_POLICY_FILE, "'%s': this value cannot stand in a key option", option);
		return append(with_value[i], option + len, list, size, err);
	}
	return error_set(err, ERROR_POLICY_FILE, "'%s' is no key option that a policy may set", option);
}
