#include "common/language.h"
#include "policy/result.h"

static bool put_reasons(const struct result *result, struct buffer *out, struct error *err)
{
	for (size_t i = 0; i < result->num_reasons; i++) {
		const struct reason *reason = &result->reasons[i];

		if (!buffer_put_format(out, err, "  %s%s [%s]\n", reason->warning ? translated("warning: ") : "",
		        reason->sentence, error_word(reason->code)))
			return false;
		if (reason->next_step[0] != '\0' && !buffer_put_format(out, err, "    -> %s\n", reason->next_step))
			return false;
	}
	return true;
}

static bool put_advisories(const struct result *result, struct buffer *out, struct error *err)
{
	for (size_t i = 0; i < result->num_advisories; i++) {
		const struct advisory_hit *hit = &result->advisories[i];

		if (!buffer_put_format(out, err, translated("  advisory %s (%s): %s <%s>\n"), hit->id,
		        severity_name(hit->severity), hit->text, hit->reference))
			return false;
	}
	return true;
}

static bool put_claims(const struct result *result, struct buffer *out, struct error *err)
{
	for (size_t i = 0; i < result->num_claims; i++) {
		const struct claim *claim = &result->claims[i];
		const char *by = claim->proof[0] == '\0' ? "" : ": ";

		if (!buffer_put_format(out, err, "  %-18s %-28s %s%s%s\n", claim_name(claim->name), claim->value,
		        claim_grade_name(claim->grade), by, claim->proof))
			return false;
	}
	return true;
}

/* Where nothing was appraised, there is nothing to say of rule and bundle. */
static bool put_verdict(const struct result *result, struct buffer *out, struct error *err)
{
	if (result->trust_version[0] == '\0')
		return buffer_put_format(out, err, "%s\n", verdict_name(result->verdict));
	return buffer_put_format(out, err, translated("%s: %s evidence, assurance %s, rule \"%s\", trust bundle %s\n"),
	    verdict_name(result->verdict), result->format, assurance_name(result->assurance), result->rule,
	    result->trust_version);
}

bool result_put_text(const struct result *result, struct buffer *out, struct error *err)
{
	return put_verdict(result, out, err) && put_reasons(result, out, err) && put_advisories(result, out, err) &&
	       put_claims(result, out, err);
}
