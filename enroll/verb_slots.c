#include "common/language.h"
#include "enroll/configuration.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/slot_report.h"
#include "enroll/token_facts.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"
#include "piv/certificate.h"
#include "policy/trust.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_TRUST,
    OPTION_ROW_BUNDLE,
    OPTION_ROW_TRACE,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* What the walk over the slots needs. */
struct walk {
	const struct invocation *invocation;
	struct piv *piv;
	struct trust *trust;
	struct buffer device_certificate;
	json_t *slots; /* NULL: text is printed */
};

static bool show(struct walk *walk, const struct token_slot *slot, struct error *err)
{
	struct slot_report report;

	if (!slot_report_make(walk->piv, slot, buffer_bytes(&walk->device_certificate), walk->trust,
	        walk->invocation->now, &report, err))
		return false;
	if (!walk->slots)
		slot_report_say(&report);
	else if (json_array_append_new(walk->slots, slot_report_json(&report)) < 0)
		return error_set(err, ERROR_MEMORY, "no memory for the report");
	return true;
}

static bool print(struct walk *walk, const struct token_facts *facts, struct error *err)
{
	for (size_t i = 0; i < facts->num_slots; i++)
		if (!show(walk, &facts->slots[i], err))
			return false;
	if (walk->slots)
		return report_take_json("slots", json_pack("{s:O}", "slots", walk->slots), err);
	if (facts->num_slots == 0)
		report_text("No slot holds a key.\n");
	return true;
}

static bool work(struct token_session *session, struct error *err)
{
	const struct invocation *invocation = session->invocation;
	struct walk walk = {.invocation = invocation,
	    .piv = session->course.token.piv,
	    .slots = invocation->json ? json_array() : NULL};
	struct token_facts facts = TOKEN_FACTS_EMPTY;
	bool done = configuration_trust(&invocation->configuration, &walk.trust, err) &&
	            token_facts_read(walk.piv, &facts, err);

	/* Without it nothing is attested, which each slot then says. */
	if (done)
		(void)!piv_certificate_read(walk.piv, piv_slot_find("f9"), &walk.device_certificate, NULL);
	done = done && print(&walk, &facts, err);
	json_decref(walk.slots);
	buffer_free(&walk.device_certificate);
	trust_free(walk.trust);
	token_facts_clear(&facts);
	return done;
}

const struct verb verb_slots = {
    .name = "slots",
    .summary = N_("list a token's keys and which of them are attested"),
    .synopsis = "[OPTION]...",
    .description = N_("Lists each slot with a key: what it is, under which policies, and whether that\n"
                      "is signed by the token's attestation or only claimed. Changes nothing, tries\n"
                      "no code.\n"),
    .options = options,
    .on_token = work,
};
