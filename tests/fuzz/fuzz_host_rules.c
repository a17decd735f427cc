/* host.conf: a file that was read answers every question, and opens no account that it does not name. */
#include "tests/fuzz/fuzz.h"
#include "verifier/host_rules.h"

static void ask(const struct host_rules *rules)
{
	static const char *const groups[] = {"wheel"};
	const struct host_person stranger = {"a-stranger", groups, 0}, member = {"a-stranger", groups, 1};
	size_t tokens = host_rules_minimum_tokens(rules);

	demand(host_rules_may_enter(rules, &stranger, "another-account", NULL) == false ||
	       host_rules_may_enter(rules, &member, "another-account", NULL));
	demand(host_rules_mode(rules, &member) <= HOST_MODE_OFF);
	demand(host_rules_is_break_glass(rules, "another-account") ||
	       !host_rules_break_glass_check(rules, "another-account", BYTES_EMPTY, NULL));
	demand(tokens >= 1 && tokens <= HOST_RULES_TOKENS_MAXIMUM);
	demand(host_rules_refuse_age(rules) >= 0 && host_rules_warn_age(rules) >= 0 &&
	       host_rules_replace_within(rules) >= 0);
	demand(!host_rules_allows_method(rules, bytes_of_text("none")));
	for (size_t i = 0; host_rules_break_glass_at(rules, i) != NULL; i++)
		demand(host_rules_is_break_glass(rules, host_rules_break_glass_at(rules, i)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host_rules *rules = NULL;
	struct error err = ERROR_EMPTY;

	if (host_rules_parse(bytes_of(data, size), "fuzz", &rules, &err)) {
		ask(rules);
		host_rules_free(rules);
	} else {
		demand(rules == NULL && err.code != ERROR_NONE);
	}
	return 0;
}
