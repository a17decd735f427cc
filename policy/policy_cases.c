#include "policy/policy_cases.h"

#include <string.h>

#include "policy/strict_conf.h"

#define LIST_MAXIMUM 64U

/* The texts of one list, borrowed from libconfuse. */
struct list {
	const char *texts[LIST_MAXIMUM];
	size_t num;
};

static bool read_list(cfg_t *section, const char *name, struct list *list, struct error *err)
{
	unsigned num = cfg_size(section, name);

	if (num > LIST_MAXIMUM)
		return error_set(err, ERROR_POLICY_FILE, "%s has more than %u entries", name, LIST_MAXIMUM);
	for (list->num = 0; list->num < num; list->num++)
		list->texts[list->num] = cfg_getnstr(section, name, (unsigned)list->num);
	return true;
}

static bool read_expectation(cfg_t *section, struct policy_case *one, struct error *err)
{
	const char *expect = cfg_getstr(section, "expect");

	if (expect == NULL || (strcmp(expect, "accept") != 0 && strcmp(expect, "refuse") != 0))
		return error_set(err, ERROR_POLICY_FILE, "each case needs expect = accept or expect = refuse");
	one->accepted = strcmp(expect, "accept") == 0;
	return true;
}

static bool hand_on(cfg_t *section, const char *origin, policy_case_visitor *visit, void *context, struct error *err)
{
	struct policy_case one = {.name = cfg_title(section),
	    .line = (int)strict_conf_line(section),
	    .person = cfg_getstr(section, "person"),
	    .host_class = cfg_getstr(section, "host-class"),
	    .rule = cfg_getstr(section, "rule")};
	struct list evidence = {.num = 0}, groups = {.num = 0};
	bool good = read_list(section, "evidence", &evidence, err) && read_list(section, "group", &groups, err) &&
	            read_expectation(section, &one, err);

	if (good && evidence.num == 0)
		good = error_set(err, ERROR_POLICY_FILE, "each case needs evidence = { FILE… }");
	if (!good)
		return error_prefix(err, "%s:%d: case \"%s\"", origin, one.line, one.name);
	one.evidence = evidence.texts;
	one.num_evidence = evidence.num;
	one.groups = groups.texts;
	one.num_groups = groups.num;
	return visit(&one, context, err);
}

bool policy_cases_each(
    struct bytes text, const char *origin, policy_case_visitor *visit, void *context, struct error *err)
{
	cfg_opt_t case_options[] = {STRICT_CONF_LIST("evidence"), STRICT_CONF_TEXT("person"), STRICT_CONF_LIST("group"),
	    STRICT_CONF_TEXT("host-class"), STRICT_CONF_TEXT("expect"), STRICT_CONF_TEXT("rule"), STRICT_CONF_LINE,
	    CFG_END()};
	cfg_opt_t options[] = {STRICT_CONF_SECTIONS("case", case_options), STRICT_CONF_END};
	cfg_t *cfg = NULL;
	bool done = true;

	if (!strict_conf_read(text, origin, ERROR_POLICY_FILE, options, &cfg, err))
		return false;
	if (cfg_size(cfg, "case") == 0)
		done = error_set(err, ERROR_POLICY_FILE, "%s: there is no case in it", origin);
	for (unsigned i = 0; done && i < cfg_size(cfg, "case"); i++)
		done = hand_on(cfg_getnsec(cfg, "case", i), origin, visit, context, err);
	(void)cfg_free(cfg);
	return done;
}
