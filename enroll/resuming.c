#include "enroll/resuming.h"

#include <stdio.h>

#include "common/language.h"
#include "enroll/enrolling.h"
#include "enroll/terminal.h"
#include "enroll/unfinished.h"

static void tell_step(void *state, const char *sentence)
{
	(void)state;
	terminal_say("    %s", sentence);
}

static void tell(const struct journal_record *record)
{
	char token[64];

	snprintf(token, sizeof(token), "%s", translated("a token without serial"));
	if (record->has_serial)
		snprintf(token, sizeof(token), translated("token %lu"), (unsigned long)record->serial);
	if (journal_enrolls(record))
		terminal_say("Going on with %s: %s, slot %s, %s.", record->person, token, record->slot->name,
		    record->algorithm->title);
	else
		terminal_say("Going on with the tries of PIN and PUK of %s.", token);
	if (record->begun[0])
		terminal_say("  It broke off in the step \"%s\"; the last one that was finished is \"%s\".",
		    record->begun, record->done[0] ? record->done : translated("none"));
	terminal_say("  Still to do, where the token does not show it done:");
	course_each_step_left(record, tell_step, NULL);
}

bool resuming_run(struct enrolling *enrolling, struct unfinished *unfinished, struct error *err)
{
	struct token token = TOKEN_EMPTY;
	bool recorded;

	if (!unfinished_is_recorded(unfinished, &enrolling->house.desk, &recorded, err))
		return false;
	if (recorded)
		return unfinished_end(unfinished, "enrolled", enrolling->request.now, err) &&
		       enroll_resumed(enrolling->invocation, &unfinished->record, NULL, err);
	tell(&unfinished->record);
	return unfinished_open_token(unfinished, enrolling->invocation, enrolling->house.context, &token, err) &&
	       enrolling_resume(enrolling, &unfinished->record, &unfinished->journal, &token, err);
}
