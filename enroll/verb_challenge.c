#include "common/account_name.h"
#include "common/file.h"
#include "common/language.h"
#include "enroll/desk.h"
#include "enroll/report.h"
#include "enroll/verb.h"
#include "registry/attested_possession.h"

enum { OPTION_OUT };

static const struct option_row options[] = {
    [OPTION_OUT] = {"out", "FILE", N_("write the challenge there, not on standard output")},
    OPTION_ROW_REGISTRY,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool show(const struct invocation *invocation, const char *person, const char *text, struct error *err)
{
	const char *path = options_output(&invocation->options, OPTION_OUT);
	char until[REPORT_TIME_SIZE];

	report_time(invocation->now + ATTESTED_CHALLENGE_LIFE_SECONDS, until);
	if (invocation->json)
		return report_take_json("challenge",
		    json_pack("{s:s, s:s, s:s}", "person", person, "valid_before", until, "challenge", text), err);
	if (!path) {
		report_text(text);
		return report_end(err);
	}
	report_line("Challenge    %s", path);
	report_line("For          %s", person);
	report_line("Valid until  %s", until);
	return report_end(err);
}

static bool run(struct invocation *invocation, struct error *err)
{
	const char *person = invocation->options.arguments[0];
	const char *path = options_output(&invocation->options, OPTION_OUT);
	struct desk desk = DESK_EMPTY;
	struct buffer text = BUFFER_EMPTY;
	bool done = desk_open(buffer_text(&invocation->configuration.registry), &desk, err) &&
	            attested_challenge_draw(&desk.registrar, person, invocation->now, &text, err) &&
	            (!path || file_store(path, buffer_bytes(&text), 0644, err)) &&
	            show(invocation, person, buffer_text(&text), err);

	buffer_free(&text);
	desk_close(&desk);
	return done;
}

const struct verb verb_challenge = {
    .name = "challenge",
    .summary = N_("draw a challenge for a user who makes a FIDO2 key elsewhere"),
    .synopsis = "[OPTION]... USER",
    .description = N_("Draws a challenge for ssh-keygen -O challenge=FILE, by which a user far from\n"
                      "the desk makes a FIDO2 key that \"keyenroll import\" enrolls. It names user and\n"
                      "registrar and is good for 14 days. It is no secret.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
