#include "enroll/enrolling.h"
#include "enroll/house.h"
#include "enroll/options.h"
#include "enroll/resuming.h"
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
    OPTION_ROWS_APPRAISAL,
    OPTION_ROW_TRACE,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool run(struct invocation *invocation, struct error *err)
{
	struct enrolling enrolling = ENROLLING_EMPTY;
	struct unfinished unfinished = UNFINISHED_EMPTY;
	bool done = enrolling_init(invocation, &enrolling, err) && house_open(invocation, &enrolling.house, err) &&
	            unfinished_find(invocation, enrolling.house.registry, &unfinished, err) &&
	            resuming_run(&enrolling, &unfinished, err);

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
