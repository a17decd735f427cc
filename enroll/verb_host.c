#include <stdint.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/file.h"
#include "common/language.h"
#include "enroll/host_files.h"
#include "enroll/host_setup.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/subcommand.h"
#include "enroll/verb.h"
#include "verifier/host_rules.h"

enum { OPTION_TRY, OPTION_RELOAD, OPTION_MINUTES, OPTION_UNCONFIRMED, OPTION_FORCE };

/* Seconds after which a timer that has not undone a trial will not do it any more. */
#define LATE 60

static const struct option_row options[] = {
    [OPTION_TRY] = {"try", "COMMAND", N_("a login that must work before and after")},
    [OPTION_RELOAD] = {"reload", "COMMAND", N_("how sshd is told to read its files anew")},
    [OPTION_MINUTES] = {"minutes", "NUMBER", N_("taken back after so long unless confirmed (10)")},
    [OPTION_UNCONFIRMED] = {"unconfirmed", NULL, N_("undo only what nobody confirmed")},
    [OPTION_FORCE] = {"force", NULL, N_("undo although the files were edited since")},
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool show_state(const struct invocation *invocation, struct error *err)
{
	struct host_setup_state state;
	char since[REPORT_TIME_SIZE], until[REPORT_TIME_SIZE];
	const char *word;
	bool there;

	if (!host_setup_load(&state, &there, err))
		return false;
	word = !there ? "open" : state.until != 0 ? "on trial" : "closed";
	report_time(state.since, since);
	report_time(state.until, until);
	if (invocation->json)
		return report_take_json("host",
		    json_pack("{s:s, s:s?, s:s?}", "state", word, "since", there ? since : NULL, "until",
		        there && state.until != 0 ? until : NULL),
		    err);
	if (!there)
		report_line("open: keyenroll host setup was not run here, or was taken back");
	else if (state.until != 0 && invocation->now > state.until + LATE)
		report_line(
		    "on trial since %s: it should have been taken back at %s, and was not: say \"keyenroll host "
		    "confirm\" or \"keyenroll host undo\"",
		    since, until);
	else if (state.until != 0)
		report_line(
		    "on trial since %s: it is taken back at %s unless you say: keyenroll host confirm", since, until);
	else
		report_line("closed since %s", since);
	return report_end(err);
}

static bool setup(struct invocation *invocation, struct error *err)
{
	char program[512];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	long minutes;
	struct host_setup_wish wish = {
	    .try_command = options_text(&invocation->options, OPTION_TRY, NULL),
	    .reload = options_text(&invocation->options, OPTION_RELOAD, NULL),
	    .program = program,
	    .now = invocation->now,
	};

	if (len <= 0)
		return error_set_errno(err, ERROR_SYSTEM, "where this program lies is not known");
	program[len] = '\0';
	if (!options_number(&invocation->options, OPTION_MINUTES, 1, 1440, 10, &minutes, err))
		return false;
	wish.minutes = (unsigned)minutes;
	return host_setup(&wish, err) && show_state(invocation, err);
}

static bool confirm(struct invocation *invocation, struct error *err)
{
	return host_confirm(err) && show_state(invocation, err);
}

static bool undo(struct invocation *invocation, struct error *err)
{
	return host_undo(options_text(&invocation->options, OPTION_RELOAD, NULL),
	           options_given(&invocation->options, OPTION_UNCONFIRMED),
	           options_given(&invocation->options, OPTION_FORCE), err) &&
	       show_state(invocation, err);
}

static bool status(struct invocation *invocation, struct error *err)
{
	return show_state(invocation, err);
}

/* Before it is on the host, where a mistake in it keeps everybody out: so it may be anybody's file. */
static bool check(struct invocation *invocation, struct error *err)
{
	const char *path = invocation->options.arguments[0];
	struct buffer text = BUFFER_EMPTY;
	struct host_rules *rules = NULL;
	bool done = file_load(path, BUFFER_DEFAULT_MAXIMUM, &text, err) &&
	            host_rules_parse(buffer_bytes(&text), path, &rules, err);

	host_rules_free(rules);
	buffer_free(&text);
	if (!done)
		return false;
	if (invocation->json)
		return report_take_json("host", json_pack("{s:s, s:b}", "path", path, "good", true), err);
	report_line("%s: good", path);
	return report_end(err);
}

static bool run(struct invocation *invocation, struct error *err)
{
	static const struct subcommand table[] = {
	    {"setup", "", 0, 0, setup},
	    {"confirm", "", 0, 0, confirm},
	    {"status", "", 0, 0, status},
	    {"undo", "", 0, 0, undo},
	    {"check", "FILE", 1, 1, check},
	    SUBCOMMANDS_END,
	};

	return subcommand_run("host", table, invocation, err);
}

const struct verb verb_host = {
    .name = "host",
    .summary = N_("close the gate of this host on trial, confirm it, or open it again"),
    .synopsis = "[OPTION]... setup|confirm|status|undo|check FILE",
    .description = N_("setup    write sshd's drop-in and PAM's line, ask the doctor, tell sshd, try the\n"
                      "         login of --try again; put all of it back when something is wrong, and\n"
                      "         after --minutes unless you confirm\n"
                      "confirm  it stays; say so from a new login, not from the old session\n"
                      "status   open, on trial or closed\n"
                      "undo     put the files back, byte for byte\n"
                      "check    read a host.conf before it counts: a mistake in one keeps everybody out\n"
                      "Without --try nobody proves that you still get in: confirm from a new login.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 2,
    .run = run,
};
