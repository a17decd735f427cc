/* sshd's log: each kind of login stands there once, in order, and all of them together are as many as were found. */
#include <string.h>

#include "enroll/logins.h"
#include "tests/fuzz/fuzz.h"
#include "verifier/host_rules.h"

static const struct host_rules *rescue_rules(void)
{
	static struct host_rules *rules;
	struct error err = ERROR_EMPTY;

	if (rules == NULL)
		demand(host_rules_parse(
		    bytes_of_text("break-glass rescue { from = { console } }"), "rules", &rules, &err));
	return rules;
}

static int compare(const struct login *one, const struct login *other)
{
	int account = strcmp(one->account, other->account), method = strcmp(one->method, other->method),
	    fingerprint = strcmp(one->fingerprint, other->fingerprint);

	return account != 0       ? account
	       : method != 0      ? method
	       : fingerprint != 0 ? fingerprint
	                          : strcmp(one->address, other->address);
}

static void check(const struct logins *logins)
{
	uint64_t num = 0;

	for (size_t i = 0; i < logins->num; i++) {
		const struct login *login = &logins->list[i];

		demand(login->account[0] != '\0' && login->method[0] != '\0' && login->num > 0);
		demand(login->fingerprint[0] == '\0' || strncmp(login->fingerprint, "SHA256:", 7) == 0);
		demand((login->address[0] != '\0') == host_rules_is_break_glass(logins->rules, login->account));
		demand(i == 0 || compare(login - 1, login) < 0);
		num += login->num;
	}
	demand(num == logins->found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct logins logins = {.rules = rescue_rules()};
	struct bytes in = bytes_of(data, size);
	struct error err = ERROR_EMPTY;
	uint64_t found;
	size_t num;

	if (logins_add(in, &logins, &err)) {
		check(&logins);
		num = logins.num;
		found = logins.found;
		demand(logins_add(in, &logins, &err) && logins.num == num && logins.found == 2 * found);
		check(&logins);
	} else {
		demand(err.code == ERROR_LIMIT);
	}
	logins_clear(&logins);
	return 0;
}
