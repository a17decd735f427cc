#include "enroll/logins.h"

#include <stdlib.h>
#include <string.h>

#include "verifier/host_rules.h"

#define MARK "Accepted "

void logins_clear(struct logins *logins)
{
	free(logins->list);
	*logins = LOGINS_EMPTY;
}

static int compare(const struct login *one, const struct login *other)
{
	int order = strcmp(one->account, other->account);

	if (order == 0)
		order = strcmp(one->method, other->method);
	if (order == 0)
		order = strcmp(one->fingerprint, other->fingerprint);
	return order != 0 ? order : strcmp(one->address, other->address);
}

/* Where a login stands, or belongs. */
static size_t find_place(const struct logins *logins, const struct login *login)
{
	size_t low = 0, high = logins->num;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&logins->list[middle], login) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool count(const struct login *login, struct logins *logins, struct error *err)
{
	size_t place = find_place(logins, login);
	struct login *longer;

	if (place < logins->num && compare(&logins->list[place], login) == 0) {
		logins->list[place].num++;
		return true;
	}
	if (logins->num == LOGINS_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "more than %u kinds of logins", LOGINS_MAXIMUM);
	longer = reallocarray(logins->list, logins->num + 1, sizeof(*longer));
	if (longer == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for logins");
	logins->list = longer;
	memmove(&longer[place + 1], &longer[place], (logins->num - place) * sizeof(*longer));
	longer[place] = *login;
	longer[place].num = 1;
	logins->num++;
	return true;
}

static bool take_text(struct bytes *line, char *text, size_t size)
{
	struct bytes word;

	return bytes_take_until(line, ' ', &word) && word.len > 0 && bytes_to_text(word, text, size);
}

static bool take_word(struct bytes *line, const char *wanted)
{
	struct bytes word;

	return bytes_take_until(line, ' ', &word) && bytes_equal_text(word, wanted);
}

/* "METHOD for ACCOUNT from ADDRESS port N ssh2[: TYPE FINGERPRINT…]" */
static bool parse_login(struct bytes line, struct login *login)
{
	struct bytes word;

	*login = (struct login){.num = 0};
	if (!take_text(&line, login->method, sizeof(login->method)) || !take_word(&line, "for") ||
	    !take_text(&line, login->account, sizeof(login->account)) || !take_word(&line, "from") ||
	    !take_text(&line, login->address, sizeof(login->address)))
		return false;
	while (bytes_take_until(&line, ' ', &word))
		if (bytes_start_with(word, "SHA256:"))
			return bytes_to_text(word, login->fingerprint, sizeof(login->fingerprint));
	return true;
}

static bool is_tag(struct bytes word)
{
	struct bytes head;

	return bytes_start_with(word, "ssh") && bytes_take(&word, word.len - 1, &head) && bytes_equal_text(word, ":");
}

/* A line begins with it, or what stands behind sshd's name ("sshd[4711]:") does. Further on it may be an account's name that a stranger
 * typed whom sshd did not let in. */
static bool find_mark(struct bytes *line)
{
	struct bytes word;
	bool tag = bytes_start_with(*line, MARK);

	while (!tag && bytes_take_until(line, ' ', &word))
		tag = is_tag(word);
	return bytes_start_with(*line, MARK) && bytes_take_until(line, ' ', &word);
}

bool logins_add(struct bytes text, struct logins *logins, struct error *err)
{
	struct login login;
	struct bytes line;

	while (bytes_take_until(&text, '\n', &line)) {
		if (!find_mark(&line) || !parse_login(line, &login))
			continue;
		if (logins->rules == NULL || !host_rules_is_break_glass(logins->rules, login.account))
			login.address[0] = '\0';
		if (!count(&login, logins, err))
			return false;
		logins->found++;
	}
	return true;
}
