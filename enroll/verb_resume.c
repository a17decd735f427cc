#include <string.h>

#include "common/language.h"
#include "enroll/enrolling.h"
#include "enroll/options.h"
#include "enroll/terminal.h"
#include "enroll/unfinished.h"
#include "enroll/verb.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_PIN_FD,
    OPTION_ROW_PINENTRY,
    OPTION_ROW_PUK_FD,
    OPTION_ROW_ESCROW,
    OPTION_ROW_MANAGEMENT_KEY_FD,
    {"out", "FILE", N_("write the enrollment there, as an SSH certificate")},
    OPTION_ROW_YES_REPLACE,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_POLICY,
    OPTION_ROW_TRUST,
    OPTION_ROW_BUNDLE,
    OPTION_ROW_REGISTRARS,
    OPTION_ROW_TRACE,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static void tell(const struct journal_record *record)
{
	const char *token = record->has_serial ? "" : translated(", a token without serial");

	if (journal_enrolls(record))
		terminal_say("Going on with %s, slot %s, %s%s.", record->person, record->slot->name,
		    record->algorithm->title, token);
	else
		terminal_say("Going on with the tries of PIN and PUK%s.", token);
	if (record->has_serial)
		terminal_say("  Plug in token %lu.", (unsigned long)record->serial);
	if (record->begun[0])
		terminal_say("  It broke off in the step \"%s\"; the last one that was finished is \"%s\".",
		    record->begun, record->done[0] ? record->done : translated("none"));
	terminal_say("  What is done stays: each step looks at the token first.");
	if (journal_enrolls(record))
		terminal_say("  Then the registrar signs, and the enrollment is recorded.");
	else
		terminal_say("  Then both codes are set again, and the PUK is a new one.");
}

static bool go_on(struct enrolling *enrolling, struct unfinished *unfinished, struct error *err)
{
	struct token token = TOKEN_EMPTY;
	bool recorded;

	tell(&unfinished->record);
	if (!unfinished_is_recorded(unfinished, &enrolling->house.desk, &recorded, err))
		return false;
	if (recorded)
		return unfinished_end(unfinished, "enrolled", enrolling->request.now, err) &&
		       enroll_resumed(enrolling->invocation, &unfinished->record, NULL, err);
	return unfinished_open_token(unfinished, enrolling->invocation, enrolling->house.context, &token, err) &&
	       enrolling_resume(enrolling, &unfinished->record, &unfinished->journal, &token, err);
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct enrolling enrolling = ENROLLING_EMPTY;
	struct unfinished unfinished = UNFINISHED_EMPTY;
	bool done = enrolling_init(invocation, &enrolling, err) && house_open(invocation, &enrolling.house, err) &&
	            unfinished_find(invocation, enrolling.house.registry, &unfinished, err) &&
	            go_on(&enrolling, &unfinished, err);

	unfinished_clear(&unfinished);
	enrolling_clear(&enrolling);
	return done;
}

const struct verb verb_resume = {
    .name = "resume",
    .summary = N_("go on with what was broken off"),
    .synopsis = "[OPTION]...",
    .description = N_("After a pulled token, a crash or a power cut: says what was done and what is\n"
                      "left to do, and does it: an enrollment, or \"token retries\". With several of\n"
                      "them --serial says which token is meant.\n"),
    .options = options,
    .run = run,
};
