#include "config.h"

#include <fcntl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "enroll/failure.h"
#include "enroll/guided_desk.h"
#include "enroll/help.h"
#include "enroll/language.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"

/* What it was built with decides what it can do, so a complaint about it should name that. */
static void say_version(void)
{
	report_line("%s", PACKAGE_STRING);
	report_line("OpenSSL %s (built with %s), jansson %s, SQLite %s", OpenSSL_version(OPENSSL_VERSION_STRING),
	    OPENSSL_VERSION_STR, JANSSON_VERSION, SQLITE_VERSION);
	report_line("%s, %s", FIDO2_BUILT, CURL_BUILT);
	report_line("languages %s, configuration in %s", ENABLE_NLS ? "yes" : "no", KEYENROLL_CONFIG_DIR);
}

/* Whether an error has to be JSON, also where the command line could not be read to its end. */
static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

static bool count_check(const struct verb *verb, size_t num, struct error *err)
{
	if (num < verb->min_arguments)
		return error_set(err, ERROR_USAGE, "too few arguments: keyenroll %s %s", verb->name, verb->synopsis);
	if (num > verb->max_arguments)
		return error_set(err, ERROR_USAGE, "too many arguments: keyenroll %s %s", verb->name, verb->synopsis);
	return true;
}

static bool run_verb(const struct verb *verb, int argc, char **argv, struct invocation *invocation, struct error *err)
{
	if (!options_parse(verb->options, argc, argv, &invocation->options, err))
		return false;
	if (invocation->options.help) {
		help_verb(verb);
		return report_end(err);
	}
	invocation->json = options_find(&invocation->options, "json") != NULL;
	invocation->now = (int64_t)time(NULL);
	return count_check(verb, invocation->options.num_arguments, err) &&
	       configuration_load(&invocation->options, &invocation->configuration, err) &&
	       (verb->on_token ? token_session_run(invocation, verb->on_token, err) : verb->run(invocation, err));
}

/* Without a verb, and with a person: the guided desk, with the options of `enroll` as they are by themselves. */
static bool run_desk(struct invocation *invocation, struct error *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return error_set(err, ERROR_USAGE, "a verb is missing");
	invocation->options.rows = verb_enroll.options;
	invocation->now = (int64_t)time(NULL);
	return configuration_load(&invocation->options, &invocation->configuration, err) &&
	       guided_desk_run(invocation, err);
}

static bool run(int argc, char **argv, struct invocation *invocation, struct error *err)
{
	const struct verb *verb;
	size_t num_words;

	if (argc < 2)
		return run_desk(invocation, err);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help_overview();
		return report_end(err);
	}
	if (strcmp(argv[1], "--version") == 0) {
		say_version();
		return report_end(err);
	}
	if (argv[1][0] == '-')
		return error_set(err, ERROR_USAGE, "the verb comes first, then its options such as %s", argv[1]);
	verb = verb_find_words(argv + 1, (size_t)argc - 1, &num_words);
	if (!verb)
		return verb_refuse(argv[1], err);
	invocation->verb = verb->name;
	return run_verb(verb, argc - (int)num_words, argv + num_words, invocation, err);
}

/* A descriptor that the caller closed would be the next file's, and what is printed would go into the journal or to the token. What
 * is put in its place can do neither of what is asked of it, so that writing is an error as before. */
static void hold_standard_descriptors(void)
{
	static const int wrong_way[] = {
	    [STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_RDONLY};

	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (fcntl(i, F_GETFD) < 0)
			(void)!open("/dev/null", wrong_way[i]);
}

int main(int argc, char **argv)
{
	struct invocation invocation = {.configuration = CONFIGURATION_EMPTY};
	struct error err = ERROR_EMPTY;
	int status;

	hold_standard_descriptors();
	if (!wants_json(argc, argv))
		language_begin();
	status = run(argc, argv, &invocation, &err) ? invocation.status
	                                            : failure_report(&err, invocation.verb, wants_json(argc, argv));
	configuration_clear(&invocation.configuration);
	return status;
}
