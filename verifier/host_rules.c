#include "verifier/host_rules.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "common/account_name.h"
#include "common/buffer.h"
#include "common/file.h"
#include "policy/strict_conf.h"

#define FILE_MAXIMUM ((size_t)1024 * 1024)
#define CONSOLE "console"
#define REPLACE_WITHIN ((int64_t)14 * 86400)

/* The parsed file itself, checked: every question is answered from it. */
struct host_rules {
	cfg_t *cfg; /* owned */
	int64_t warn_age, refuse_age, replace_within;
	size_t minimum_tokens;
	enum host_mode mode;
};

static const char *const modes[] = {"enforce", "audit", "off"};

const char *pass_name(enum pass pass)
{
	static const char *const names[] = {NULL, "break-glass", "audit", "off"};

	return names[pass];
}

const char *host_mode_name(enum host_mode mode)
{
	return modes[mode];
}

static bool parse_mode(const char *word, enum host_mode *mode, struct error *err)
{
	for (enum host_mode i = HOST_MODE_ENFORCE; word != NULL && i <= HOST_MODE_OFF; i++) {
		if (strcmp(word, modes[i]) == 0) {
			*mode = i;
			return true;
		}
	}
	return error_set(err, ERROR_HOST_FILE, "mode wants one of enforce, audit, off");
}

/* An address in the one form that compares: IPv4 as IPv6 has it. */
static bool parse_address(const char *text, struct in6_addr *address)
{
	struct in_addr four;

	if (inet_pton(AF_INET6, text, address) == 1)
		return true;
	if (inet_pton(AF_INET, text, &four) != 1)
		return false;
	*address = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
	memcpy(&address->s6_addr[12], &four, sizeof(four));
	return true;
}

static bool check_names(cfg_t *section, const char *keyword, struct error *err)
{
	for (unsigned i = 0; i < cfg_size(section, keyword); i++)
		if (!account_name_check(bytes_of_text(cfg_getnstr(section, keyword, i)), err))
			return error_prefix(err, "%s", keyword);
	return true;
}

static bool check_account(cfg_t *section, struct error *err)
{
	return check_names(section, "person", err) && check_names(section, "group", err);
}

static bool check_stage(cfg_t *section, struct error *err)
{
	enum host_mode mode;

	if (cfg_size(section, "account") + cfg_size(section, "group") == 0)
		return error_set(err, ERROR_HOST_FILE, "a stage is for accounts or groups, and none is named");
	return check_names(section, "account", err) && check_names(section, "group", err) &&
	       parse_mode(cfg_getstr(section, "mode"), &mode, err);
}

static bool check_break_glass(cfg_t *section, struct error *err)
{
	struct in6_addr address;

	if (cfg_size(section, "from") == 0)
		return error_set(err, ERROR_HOST_FILE, "from = is missing: \"%s\" or addresses", CONSOLE);
	for (unsigned i = 0; i < cfg_size(section, "from"); i++) {
		const char *from = cfg_getnstr(section, "from", i);

		if (strcmp(from, CONSOLE) != 0 && !parse_address(from, &address))
			return error_set(
			    err, ERROR_HOST_FILE, "'%s' is neither \"%s\" nor an IP address", from, CONSOLE);
	}
	return true;
}

static const struct {
	const char *name;
	bool titled_by_account;
	bool (*check)(cfg_t *section, struct error *err);
} sections[] = {
    {"account", true, check_account},
    {"stage", false, check_stage},
    {"break-glass", true, check_break_glass},
};

static bool check_section(cfg_t *section, size_t kind, const char *origin, struct error *err)
{
	const char *title = cfg_title(section);

	if ((!sections[kind].titled_by_account || account_name_check(bytes_of_text(title), err)) &&
	    sections[kind].check(section, err))
		return true;
	if (err != NULL && err->code != ERROR_MEMORY)
		err->code = ERROR_HOST_FILE;
	return error_prefix(err, "%s:%ld: %s \"%s\"", origin, strict_conf_line(section), sections[kind].name, title);
}

static bool check_sections(cfg_t *cfg, const char *origin, struct error *err)
{
	for (size_t kind = 0; kind < sizeof(sections) / sizeof(sections[0]); kind++)
		for (unsigned i = 0; i < cfg_size(cfg, sections[kind].name); i++)
			if (!check_section(cfg_getnsec(cfg, sections[kind].name, i), kind, origin, err))
				return false;
	return true;
}

static bool read_age(cfg_t *cfg, const char *keyword, int64_t *age, struct error *err)
{
	const char *text = cfg_getstr(cfg, keyword);

	return text == NULL || strict_conf_duration(text, ERROR_HOST_FILE, age, err) ||
	       error_prefix(err, "%s", keyword);
}

static bool read_minimum_tokens(cfg_t *cfg, size_t *minimum, struct error *err)
{
	const char *text = cfg_getstr(cfg, "minimum-tokens");

	if (text == NULL)
		return true;
	if (text[0] < '1' || text[0] > '0' + HOST_RULES_TOKENS_MAXIMUM || text[1] != '\0')
		return error_set(
		    err, ERROR_HOST_FILE, "minimum-tokens wants a number from 1 to %d", HOST_RULES_TOKENS_MAXIMUM);
	*minimum = (size_t)(text[0] - '0');
	return true;
}

/* publickey is what is asked for, and no method beside it. Source: sshd_config(5) AuthenticationMethods. */
static const char *const methods_to_allow[] = {"hostbased", "gssapi-with-mic", "gssapi-keyex"};

static bool check_methods(cfg_t *cfg, struct error *err)
{
	for (unsigned i = 0; i < cfg_size(cfg, "methods"); i++) {
		const char *method = cfg_getnstr(cfg, "methods", i);
		bool known = false;

		for (size_t k = 0; k < sizeof(methods_to_allow) / sizeof(methods_to_allow[0]); k++)
			known = known || strcmp(method, methods_to_allow[k]) == 0;
		if (!known)
			return error_set(err, ERROR_HOST_FILE,
			    "methods wants some of hostbased, gssapi-with-mic, gssapi-keyex, and '%s' is none", method);
	}
	return true;
}

/* What stands outside of the sections, and is there by now. */
static bool read_values(cfg_t *cfg, struct host_rules *rules, struct error *err)
{
	const char *class = cfg_getstr(cfg, "host-class"), *mode = cfg_getstr(cfg, "mode");

	return (mode == NULL || parse_mode(mode, &rules->mode, err)) &&
	       (class == NULL || class[0] != '\0' || error_set(err, ERROR_HOST_FILE, "host-class is empty")) &&
	       read_age(cfg, "warn-age", &rules->warn_age, err) &&
	       read_age(cfg, "refuse-age", &rules->refuse_age, err) &&
	       read_age(cfg, "replace-within", &rules->replace_within, err) &&
	       read_minimum_tokens(cfg, &rules->minimum_tokens, err) && check_methods(cfg, err);
}

/* Called at each value: those before it were good. */
static int check_value(cfg_t *cfg, cfg_opt_t *option)
{
	struct host_rules ignored = {.cfg = NULL};
	struct error reason = ERROR_EMPTY;

	(void)option;
	return read_values(cfg, &ignored, &reason) ? 0 : strict_conf_refuse(cfg, &reason);
}

static bool parse(struct bytes text, const char *origin, struct host_rules *rules, struct error *err)
{
	cfg_opt_t account[] = {STRICT_CONF_LIST("person"), STRICT_CONF_LIST("group"), STRICT_CONF_LINE, CFG_END()};
	cfg_opt_t stage[] = {STRICT_CONF_LIST("account"), STRICT_CONF_LIST("group"), STRICT_CONF_TEXT("mode"),
	    STRICT_CONF_LINE, CFG_END()};
	cfg_opt_t break_glass[] = {STRICT_CONF_LIST("from"), STRICT_CONF_LINE, CFG_END()};
	cfg_opt_t options[] = {strict_conf_checked(STRICT_CONF_TEXT("mode"), check_value),
	    strict_conf_checked(STRICT_CONF_TEXT("host-class"), check_value),
	    strict_conf_checked(STRICT_CONF_TEXT("warn-age"), check_value),
	    strict_conf_checked(STRICT_CONF_TEXT("refuse-age"), check_value),
	    strict_conf_checked(STRICT_CONF_TEXT("minimum-tokens"), check_value),
	    strict_conf_checked(STRICT_CONF_LIST("methods"), check_value),
	    strict_conf_checked(STRICT_CONF_TEXT("replace-within"), check_value),
	    STRICT_CONF_SECTIONS("account", account), STRICT_CONF_SECTIONS("stage", stage),
	    STRICT_CONF_SECTIONS("break-glass", break_glass), STRICT_CONF_END};

	return strict_conf_read(text, origin, ERROR_HOST_FILE, options, &rules->cfg, err) &&
	       (read_values(rules->cfg, rules, err) || error_prefix(err, "%s", origin)) &&
	       check_sections(rules->cfg, origin, err);
}

bool host_rules_parse(struct bytes text, const char *origin, struct host_rules **rules, struct error *err)
{
	struct host_rules *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the host's rules");
	made->minimum_tokens = 1;
	made->replace_within = REPLACE_WITHIN;
	if (!parse(text, origin, made, err)) {
		host_rules_free(made);
		return false;
	}
	*rules = made;
	return true;
}

bool host_rules_load(const char *path, struct host_rules **rules, struct error *err)
{
	struct buffer text = BUFFER_UP_TO(FILE_MAXIMUM);
	bool done = (file_is_absent(path) || file_load_trusted(path, FILE_MAXIMUM, &text, err)) &&
	            host_rules_parse(buffer_bytes(&text), path, rules, err);

	buffer_free(&text);
	return done;
}

void host_rules_free(struct host_rules *rules)
{
	if (rules == NULL)
		return;
	if (rules->cfg != NULL)
		(void)cfg_free(rules->cfg);
	free(rules);
}

const char *host_rules_class(const struct host_rules *rules)
{
	return cfg_getstr(rules->cfg, "host-class");
}

int64_t host_rules_warn_age(const struct host_rules *rules)
{
	return rules->warn_age;
}

int64_t host_rules_refuse_age(const struct host_rules *rules)
{
	return rules->refuse_age;
}

size_t host_rules_minimum_tokens(const struct host_rules *rules)
{
	return rules->minimum_tokens;
}

int64_t host_rules_replace_within(const struct host_rules *rules)
{
	return rules->replace_within;
}

static bool lists_name(cfg_t *section, const char *keyword, const char *name)
{
	for (unsigned i = 0; i < cfg_size(section, keyword); i++)
		if (strcmp(cfg_getnstr(section, keyword, i), name) == 0)
			return true;
	return false;
}

static bool lists_group_of(cfg_t *section, const struct host_person *person)
{
	for (size_t i = 0; i < person->num_groups; i++)
		if (lists_name(section, "group", person->groups[i]))
			return true;
	return false;
}

/* A title cannot stand twice; cfg_gettsec would take part in an error message of its own where it is missing. */
static cfg_t *find_section(const struct host_rules *rules, const char *kind, const char *title)
{
	for (unsigned i = 0; i < cfg_size(rules->cfg, kind); i++) {
		cfg_t *section = cfg_getnsec(rules->cfg, kind, i);

		if (strcmp(cfg_title(section), title) == 0)
			return section;
	}
	return NULL;
}

bool host_rules_may_enter(
    const struct host_rules *rules, const struct host_person *person, const char *account, struct error *err)
{
	cfg_t *section = find_section(rules, "account", account);
	bool may = section == NULL ? strcmp(person->name, account) == 0
	                           : lists_name(section, "person", person->name) || lists_group_of(section, person);

	return may || error_set(err, ERROR_ENROLLMENT_PERSON, "%s may not enter the account %s", person->name, account);
}

static bool sections_name_groups(const struct host_rules *rules, const char *kind)
{
	for (unsigned i = 0; i < cfg_size(rules->cfg, kind); i++)
		if (cfg_size(cfg_getnsec(rules->cfg, kind, i), "group") > 0)
			return true;
	return false;
}

bool host_rules_name_groups(const struct host_rules *rules)
{
	return sections_name_groups(rules, "account") || sections_name_groups(rules, "stage");
}

enum host_mode host_rules_mode(const struct host_rules *rules, const struct host_person *account)
{
	enum host_mode mode = HOST_MODE_ENFORCE;

	for (unsigned i = 0; i < cfg_size(rules->cfg, "stage"); i++) {
		cfg_t *section = cfg_getnsec(rules->cfg, "stage", i);

		if ((lists_name(section, "account", account->name) || lists_group_of(section, account)) &&
		    parse_mode(cfg_getstr(section, "mode"), &mode, NULL))
			return mode;
	}
	return rules->mode;
}

bool host_rules_allows_method(const struct host_rules *rules, struct bytes method)
{
	static const char *const always[] = {"keyboard-interactive/pam", "password"};

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (bytes_equal_text(method, always[i]))
			return true;
	for (unsigned i = 0; i < cfg_size(rules->cfg, "methods"); i++)
		if (bytes_equal_text(method, cfg_getnstr(rules->cfg, "methods", i)))
			return true;
	return false;
}

bool host_rules_is_break_glass(const struct host_rules *rules, const char *account)
{
	return find_section(rules, "break-glass", account) != NULL;
}

/* A name instead of an address is whatever the DNS of the other side says. */
static bool comes_from(const char *from, struct bytes remote)
{
	struct in6_addr allowed, here;
	char text[INET6_ADDRSTRLEN];

	if (strcmp(from, CONSOLE) == 0)
		return remote.len == 0;
	return bytes_to_text(remote, text, sizeof(text)) && parse_address(from, &allowed) &&
	       parse_address(text, &here) && memcmp(&allowed, &here, sizeof(here)) == 0;
}

bool host_rules_break_glass_check(
    const struct host_rules *rules, const char *account, struct bytes remote, struct error *err)
{
	cfg_t *section = find_section(rules, "break-glass", account);

	for (unsigned i = 0; section != NULL && i < cfg_size(section, "from"); i++)
		if (comes_from(cfg_getnstr(section, "from", i), remote))
			return true;
	return error_set(err, ERROR_BREAK_GLASS, "the break-glass account %s may not be entered from %.*s", account,
	    remote.len == 0 ? 7 : (int)(remote.len < 64 ? remote.len : 64),
	    remote.len == 0 ? CONSOLE : (const char *)remote.data);
}

const char *host_rules_break_glass_at(const struct host_rules *rules, size_t index)
{
	if (index >= cfg_size(rules->cfg, "break-glass"))
		return NULL;
	return cfg_title(cfg_getnsec(rules->cfg, "break-glass", (unsigned)index));
}
