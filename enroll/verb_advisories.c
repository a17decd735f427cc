#include "enroll/report.h"
#include "enroll/verb.h"
#include "policy/advisory.h"
#include "policy/trust.h"

static const struct option_row options[] = {
    OPTION_ROW_TRUST,
    OPTION_ROW_BUNDLE,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static json_t *range_json(const struct advisory_range *range)
{
	return json_pack("{s:o, s:o, s:s?, s:s?}", "from",
	    json_sprintf("%u.%u.%u", range->from[0], range->from[1], range->from[2]), "before",
	    json_sprintf("%u.%u.%u", range->before[0], range->before[1], range->before[2]), "edition", range->edition,
	    "form_factor", range->form_factor);
}

static json_t *advisory_json(const struct advisory *advisory)
{
	json_t *keys = json_array(), *ranges = json_array();
	bool good = keys && ranges;

	for (size_t i = 0; good && i < advisory->num_key_kinds; i++)
		good = json_array_append_new(keys, json_string(advisory->key_kinds[i])) == 0;
	for (size_t i = 0; good && i < advisory->num_ranges; i++)
		good = json_array_append_new(ranges, range_json(&advisory->ranges[i])) == 0;
	if (!good) {
		json_decref(keys);
		json_decref(ranges);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:s, s:s}", "id", advisory->id, "vendor",
	    advisory->vendor, "product", advisory->product, "severity", severity_name(advisory->severity), "evidence",
	    advisory->format, "keys", keys, "firmware", ranges, "text", advisory->text, "reference",
	    advisory->reference);
}

static json_t *list_json(const struct trust *trust)
{
	json_t *list = json_array();
	const struct advisory *advisory;

	for (size_t i = 0; list && (advisory = trust_advisory(trust, i)); i++) {
		if (json_array_append_new(list, advisory_json(advisory)) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static void put_list(const struct trust *trust)
{
	const struct advisory *advisory;

	for (size_t i = 0; (advisory = trust_advisory(trust, i)); i++) {
		report_line("%-14s %-9s %s", advisory->id, severity_name(advisory->severity), advisory->product);
		report_line("    %s", advisory->text);
		report_line("    %s", advisory->reference);
	}
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct trust *trust = NULL;
	bool done = configuration_trust(&invocation->configuration, &trust, err);

	if (done && invocation->json)
		done = report_take_json("advisories",
		    json_pack("{s:s, s:o}", "version", trust_version(trust), "advisories", list_json(trust)), err);
	else if (done)
		put_list(trust);
	trust_free(trust);
	return done && report_end(err);
}

const struct verb verb_advisories = {
    .name = "advisories",
    .summary = N_("list the known weaknesses of tokens"),
    .synopsis = "[OPTION]...",
    .description = N_("Lists the known weaknesses that the trust bundle tells of. Whether one refuses a\n"
                      "key, is told or is passed over, the policy says; whom one concerns, \"keyenroll\n"
                      "audit --advisory ID\" says.\n"),
    .options = options,
    .run = run,
};
