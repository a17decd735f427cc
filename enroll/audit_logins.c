#include "enroll/audit_logins.h"

#include <string.h>

#include "common/file.h"
#include "common/process.h"
#include "enroll/logins.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/terminal.h"
#include "enroll/verb.h"
#include "enroll/why.h"
#include "verifier/configuration.h"
#include "verifier/decision.h"
#include "verifier/host_rules.h"
#include "verifier/names.h"

#define LOG_MAXIMUM ((size_t)512 * 1024 * 1024)

/* What the walk needs; the verdict about the login at hand. */
struct judging {
	const struct host_view *view;
	int64_t now;
	bool json;
	json_t *refused;
	uint64_t num_refused, num_logins;
	struct error why;
};

static bool read_journal(struct logins *logins, struct error *err)
{
	char program[] = "journalctl", quiet[] = "-q", form[] = "-o", tagged[] = "short", since[] = "--since=-3days",
	     name[] = "-t", old[] = "sshd", new[] = "sshd-session";
	char *const argv[] = {program, quiet, form, tagged, since, name, old, name, new, NULL};
	struct buffer text = BUFFER_UP_TO(LOG_MAXIMUM);
	bool done = process_run(program, argv, NULL, BYTES_EMPTY, &text, 600000, err) &&
	            logins_add(buffer_bytes(&text), logins, err);

	buffer_free(&text);
	return done;
}

static bool read_file(const char *path, struct logins *logins, struct error *err)
{
	const uint64_t before = logins->found;
	struct buffer text = BUFFER_UP_TO(LOG_MAXIMUM);
	bool done = (strcmp(path, "-") == 0 ? file_load_descriptor(0, LOG_MAXIMUM, &text, err)
	                                    : file_load(path, LOG_MAXIMUM, &text, err)) &&
	            logins_add(buffer_bytes(&text), logins, err);

	buffer_free(&text);
	if (done && logins->found == before)
		terminal_warn("no login of sshd's is in %s", path);
	return done;
}

static bool read_logins(const struct options *options, struct logins *logins, struct error *err)
{
	if (options->num_arguments == 0)
		return read_journal(logins, err);
	for (size_t i = 0; i < options->num_arguments; i++)
		if (!read_file(options->arguments[i], logins, err))
			return false;
	return true;
}

/* Of no logins none would be refused, which sounds like good news. */
static bool found_check(const struct logins *logins, struct error *err)
{
	return logins->found > 0 || error_set(err, ERROR_LOGINS_ABSENT,
	                                "no login of sshd's was found (\"Accepted METHOD for ACCOUNT from ...\"): this "
	                                "says nothing of who would be locked out");
}

static bool note_verdict(const struct host_view *view, const struct why *why, void *context, struct error *err)
{
	struct judging *judging = context;

	(void)view;
	(void)err;
	judging->why = why->decision->error;
	return true;
}

/* Fills judging->why; trouble on the way is a refusal too. */
static void judge(struct judging *judging, const struct login *login)
{
	struct error trouble = ERROR_EMPTY;

	judging->why = ERROR_EMPTY;
	if (host_rules_is_break_glass(judging->view->rules, login->account))
		(void)!host_rules_break_glass_check(
		    judging->view->rules, login->account, bytes_of_text(login->address), &judging->why);
	else if (login->fingerprint[0] == '\0')
		error_set(&judging->why, ERROR_AUTH_METHOD, "%s proves no hardware", login->method);
	else if (!why_each(
	             judging->view, login->fingerprint, login->account, judging->now, note_verdict, judging, &trouble))
		judging->why = trouble;
}

static bool tell(struct judging *judging, const struct login *login, struct error *err)
{
	const struct error *why = &judging->why;

	judging->num_logins += login->num;
	if (why->code == ERROR_NONE)
		return true;
	judging->num_refused += login->num;
	if (!judging->json)
		report_line("%s by %s %s, %llu times: %s [%s]", login->account, login->method, login->fingerprint,
		    (unsigned long long)login->num, why->text, error_word(why->code));
	return json_array_append_new(judging->refused,
	           json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "account", login->account, "method", login->method,
	               "fingerprint", login->fingerprint, "logins", (json_int_t)login->num, "code",
	               error_word(why->code), "sentence", why->text)) == 0 ||
	       error_set(err, ERROR_MEMORY, "no memory for the report");
}

static bool show(struct judging *judging, struct invocation *invocation, struct error *err)
{
	invocation->status = judging->num_refused > 0 ? 1 : 0;
	if (judging->json)
		return report_take_json("logins",
		    json_pack("{s:I, s:I, s:O}", "logins", (json_int_t)judging->num_logins, "refused",
		        (json_int_t)judging->num_refused, "locked_out", judging->refused),
		    err);
	report_line("%llu of %llu logins would have been refused", (unsigned long long)judging->num_refused,
	    (unsigned long long)judging->num_logins);
	return report_end(err);
}

bool audit_logins(struct invocation *invocation, struct error *err)
{
	const struct configuration_folders folders = {KEYENROLL_CONFIG_DIR, KEYENROLL_DATA_DIR, KEYENROLL_STATE_DIR};
	struct configuration *configuration = NULL;
	struct logins logins = LOGINS_EMPTY;
	struct names names = NAMES_EMPTY;
	struct host_view view;
	struct judging judging = {
	    .view = &view, .now = invocation->now, .json = invocation->json, .refused = json_array()};
	bool done = configuration_new(&folders, &configuration, err) &&
	            configuration_refresh(configuration, &names, &view, err);

	logins.rules = done ? view.rules : NULL;
	done = done && read_logins(&invocation->options, &logins, err) && found_check(&logins, err);
	for (size_t i = 0; done && i < logins.num; i++) {
		judge(&judging, &logins.list[i]);
		done = tell(&judging, &logins.list[i], err);
	}
	done = done && show(&judging, invocation, err);
	json_decref(judging.refused);
	logins_clear(&logins);
	configuration_free(configuration);
	names_clear(&names);
	return done;
}
