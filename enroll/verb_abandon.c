#include <string.h>

#include "common/language.h"
#include "enroll/enrolling.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/unfinished.h"
#include "enroll/verb.h"
#include "registry/store.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_PIN_FD,
    OPTION_ROW_PINENTRY,
    OPTION_ROW_MANAGEMENT_KEY_FD,
    {"lost", NULL, N_("the token is lost: only the journal is ended")},
    OPTION_ROW_REGISTRY,
    OPTION_ROWS_APPRAISAL,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static void say_outcome(const struct journal_record *record, bool held, bool deleted)
{
	if (record->certificate.len > 0)
		report_text("The key had been there before and stays.\n");
	else if (!held)
		report_text("The slot does not hold the key of that enrollment; the token is left as it is.\n");
	else if (deleted)
		report_text("The key and its certificate are gone from the token.\n");
	else
		report_text("This firmware cannot delete a key. Its certificate is gone, so nothing uses it; the next\n"
		            "enrollment replaces it.\n");
}

static bool note_enrolled(const struct store_entry *entry, void *context, struct error *err)
{
	bool *enrolled = context;

	(void)err;
	*enrolled = *enrolled || entry->state == STORE_ACTIVE;
	return true;
}

/* Nothing was recorded that could have ended its enrollment. */
static bool say_replaced(const struct enrolling *enrolling, const struct journal_record *record, struct error *err)
{
	bool enrolled = false;

	if (!store_each(enrolling->house.desk.store, record->person, record->before, note_enrolled, &enrolled, err))
		return false;
	if (enrolled) {
		report_line("The key that was in slot %s before is destroyed, and still enrolled. This ends it:",
		    record->slot->name);
		report_line("  keyenroll revoke --reason \"%s\" %s", "destroyed by an enrollment that was abandoned",
		    record->before);
	}
	return true;
}

static bool abandon_token(struct enrolling *enrolling, struct unfinished *unfinished, struct error *err)
{
	struct course_means means = house_means(&enrolling->house);
	struct course_dialogue dialogue = enroll_dialogue(&enrolling->answers);
	struct course_request request = enrolling->request;
	struct token token = TOKEN_EMPTY;
	struct course course;
	bool held, deleted, done;

	if (!unfinished_open_token(unfinished, enrolling->invocation, enrolling->house.context, &token, err))
		return false;
	request.person = unfinished->record.person;
	request.slot = unfinished->record.slot;
	course_init(&course, &request, &means, &dialogue, &token);
	course_resume(&course, &unfinished->record, &unfinished->journal);
	done = course_abandon(&course, &held, &deleted, err);
	unfinished->journal = course.journal;
	course.journal = NULL;
	if (done)
		say_outcome(&unfinished->record, held, deleted);
	done = done && (!held || say_replaced(enrolling, &unfinished->record, err));
	course_clear(&course);
	return done;
}

/* Codes that may be the factory's again are not left behind. */
static bool abandon_tries(struct unfinished *unfinished, bool lost, int64_t now, struct error *err)
{
	if (!lost && unfinished->record.tries_begun)
		return error_set(err, ERROR_JOURNAL_OPEN,
		    "the tries of this token's codes were being set, and its codes may be the factory's: only "
		    "\"keyenroll resume\", or \"keyenroll token reset\", ends that");
	report_text("Setting the tries is abandoned.\n");
	return unfinished_end(unfinished, "abandoned", now, err) && report_end(err);
}

static bool abandon(struct enrolling *enrolling, struct unfinished *unfinished, struct error *err)
{
	bool lost = options_find(&enrolling->invocation->options, "lost") != NULL, recorded;
	int64_t now = enrolling->request.now;

	if (!journal_enrolls(&unfinished->record))
		return abandon_tries(unfinished, lost, now, err);

	if (!unfinished_is_recorded(unfinished, &enrolling->house.desk, &recorded, err))
		return false;
	if (recorded)
		return unfinished_end(unfinished, "enrolled", now, err) &&
		       error_set(err, ERROR_ENROLLMENT_EXISTS,
		           "this enrollment was finished and recorded; \"keyenroll revoke --reason TEXT FINGERPRINT\" "
		           "takes it back");
	if (!lost && !abandon_token(enrolling, unfinished, err))
		return false;
	report_line("The enrollment of %s is abandoned; nothing was recorded.", unfinished->record.person);
	report_text("Its codes stay as they are; \"keyenroll token info\" shows which are still the factory's.\n");
	return unfinished_end(unfinished, "abandoned", now, err) && report_end(err);
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct enrolling enrolling = ENROLLING_EMPTY;
	struct unfinished unfinished = UNFINISHED_EMPTY;
	bool done = enrolling_init(invocation, &enrolling, err) && house_open(invocation, &enrolling.house, err) &&
	            unfinished_find(invocation, enrolling.house.registry, &unfinished, err) &&
	            abandon(&enrolling, &unfinished, err);

	unfinished_clear(&unfinished);
	enrolling_clear(&enrolling);
	return done;
}

const struct verb verb_abandon = {
    .name = "abandon",
    .summary = N_("put a token back after an enrollment that was broken off"),
    .synopsis = "[OPTION]...",
    .description = N_("Takes the key of an unfinished enrollment out of the token again, where the\n"
                      "firmware can do that (5.7 and later), and its certificate in any case. The\n"
                      "codes stay as they are: one that was set already the user has (the PIN), or\n"
                      "it was shown or sealed (the PUK).\n"),
    .options = options,
    .run = run,
};
