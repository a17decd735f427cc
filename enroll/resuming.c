#include "enroll/resuming.h"

#include "common/language.h"
#include "enroll/enrolling.h"
#include "enroll/terminal.h"
#include "enroll/unfinished.h"

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

bool resuming_run(struct enrolling *enrolling, struct unfinished *unfinished, struct error *err)
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
