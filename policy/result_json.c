#include "policy/result.h"
#include "policy/strict_json.h"

/* Raised when a member changes its meaning or goes; new members do not raise it. */
#define RESULT_JSON_VERSION 1

/* A value that could not be made makes json_pack fail, which is all that has to be looked at. */
static json_t *reasons_of(const struct result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->num_reasons; i++) {
		const struct reason *reason = &result->reasons[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:b, s:s, s:s}", "code", error_word(reason->code), "warning",
		              reason->warning, "sentence", reason->sentence, "next_step", reason->next_step));
	}
	return list;
}

static json_t *advisories_of(const struct result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->num_advisories; i++) {
		const struct advisory_hit *hit = &result->advisories[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s}", "id", hit->id, "severity", severity_name(hit->severity),
		              "text", hit->text, "reference", hit->reference));
	}
	return list;
}

static json_t *claims_of(const struct result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->num_claims; i++) {
		const struct claim *claim = &result->claims[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s}", "name", claim_name(claim->name), "grade",
		              claim_grade_name(claim->grade), "value", claim->value,
		              claim->grade == CLAIM_CLAIMED ? "claimed_by" : "proved_by", claim->proof));
	}
	return list;
}

bool result_put_json(const struct result *result, struct buffer *out, struct error *err)
{
	json_t *root = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:I, s:o, s:o, s:o}", "version",
	    RESULT_JSON_VERSION, "verdict", verdict_name(result->verdict), "assurance",
	    assurance_name(result->assurance), "format", result->format, "rule", result->rule, "trust_version",
	    result->trust_version, "policy_version", result->policy_version, "appraised_at",
	    (json_int_t)result->appraised_at, "key_options", result->key_options, "maximum_life",
	    (json_int_t)result->maximum_life, "reasons", reasons_of(result), "advisories", advisories_of(result),
	    "claims", claims_of(result));
	bool done = root != NULL ? strict_json_put(root, JSON_INDENT(2), out, err) && buffer_put_u8(out, '\n', err)
	                         : error_set(err, ERROR_MEMORY, "the result cannot be written as JSON");

	json_decref(root);
	return done;
}
