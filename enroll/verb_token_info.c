#include <stdio.h>

#include "common/language.h"
#include "enroll/configuration.h"
#include "enroll/key_wishes.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/slot_report.h"
#include "enroll/token_facts.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"
#include "piv/admin_data.h"
#include "piv/certificate.h"
#include "policy/appraise.h"
#include "policy/forecast.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_POLICY,
    OPTION_ROW_TRUST,
    OPTION_ROW_BUNDLE,
    OPTION_ROW_TRACE,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* Everything that is shown, gathered before the first line. */
struct info {
	struct course *course;
	struct trust *trust;
	struct policy *policy;
	struct piv_admin_data admin;
	struct token_facts facts;
	struct result forecast; /* of an enrollment with the usual wishes */
	json_t *list, *slots;
};

static bool add(struct info *info, const char *name, const char *value, bool is_signed, const char *proof)
{
	return json_array_append_new(info->list, fact_json(name, value, is_signed, proof)) == 0;
}

static bool add_identity(struct info *info)
{
	const struct piv_identity *identity = &info->course->identity;
	char text[32];

	snprintf(text, sizeof(text), "%u.%u.%u", identity->firmware.major, identity->firmware.minor,
	    identity->firmware.patch);
	if (!add(info, "firmware", identity->firmware.major ? text : translated("not told"), false, NULL))
		return false;
	snprintf(text, sizeof(text), "%lu", (unsigned long)identity->serial);
	return add(info, "serial", identity->has_serial ? text : translated("not told"), false, NULL);
}

static bool add_code(struct info *info, const char *name, const struct piv_metadata *code)
{
	char text[64];

	snprintf(text, sizeof(text), "%s", translated("not told"));
	if (code->says_default && code->says_tries)
		snprintf(text, sizeof(text), translated("%s, %u of %u tries left"),
		    translated(code->is_default ? N_("the factory's") : N_("changed")), code->tries_left,
		    code->tries_total);
	else if (code->says_default)
		snprintf(text, sizeof(text), "%s, %s",
		    translated(code->is_default ? N_("the factory's") : N_("changed")),
		    code->algorithm ? code->algorithm->title : translated("of an unknown kind"));
	return add(info, name, text, false, NULL);
}

static bool add_codes(struct info *info)
{
	return add_code(info, "pin", &info->facts.pin) && add_code(info, "puk", &info->facts.puk) &&
	       add_code(info, "management-key", &info->facts.management) &&
	       (info->facts.management.is_default ||
	           add(info, "management-key kept",
	               info->admin.key_protected ? translated("in the token, behind the PIN") : translated("elsewhere"),
	               false, NULL));
}

static bool add_claim(struct info *info, const struct result *result, enum claim_name name, const char *word)
{
	const struct claim *claim = result_find_claim(result, name);

	return !claim || claim->grade != CLAIM_PROVEN || add(info, word, claim->value, true, claim->proof);
}

/* Of the forecast only what the device certificate itself says is signed. */
static bool add_device(struct info *info)
{
	return add_claim(info, &info->forecast, CLAIM_VENDOR, "vendor") &&
	       add_claim(info, &info->forecast, CLAIM_ISSUER, "issuer") &&
	       add_claim(info, &info->forecast, CLAIM_EDITION, "edition") &&
	       add_claim(info, &info->forecast, CLAIM_DEVICE_CERTIFICATE, "device certificate");
}

/* The first attestation that is genuine also proves the token's own facts. */
static bool add_slots(struct info *info, int64_t now, struct error *err)
{
	struct slot_report report;
	bool proved = false, done = true;

	for (size_t i = 0; done && i < info->facts.num_slots; i++) {
		done = slot_report_make(info->course->token.piv, &info->facts.slots[i],
		    buffer_bytes(&info->course->device_certificate), info->trust, now, &report, err);
		if (done && report.attested && !proved)
			proved = add_claim(info, &report.result, CLAIM_FIRMWARE, "firmware") &&
			         add_claim(info, &report.result, CLAIM_SERIAL, "serial") &&
			         add_claim(info, &report.result, CLAIM_FORM_FACTOR, "form factor");
		if (done && json_array_append_new(info->slots, slot_report_json(&report)) < 0)
			done = error_set(err, ERROR_MEMORY, "no memory for the report");
	}
	return done;
}

/* What cannot prove its keys needs no policy to be refused. */
static void refuse(struct info *info, int64_t now, const struct error *reason)
{
	info->forecast = (struct result){.verdict = VERDICT_REFUSED, .appraised_at = now, .format = "piv"};
	result_refuse(&info->forecast, reason, NULL);
}

static void make_forecast(struct info *info, int64_t now)
{
	const struct piv_identity *identity = &info->course->identity;
	const struct appraisal appraisal = {.trust = info->trust, .policy = info->policy, .now = now};
	const struct forecast forecast = {.device_certificate = buffer_bytes(&info->course->device_certificate),
	    .firmware = {identity->firmware.major, identity->firmware.minor, identity->firmware.patch},
	    .has_serial = identity->has_serial,
	    .serial = identity->serial,
	    .slot = "9a",
	    .key_algorithm = "ecdsa-p256"};
	struct key_wishes wishes = {
	    .pin_is_open = true, .touch_is_open = true, .pin = PIV_PIN_ONCE, .touch = PIV_TOUCH_NEVER};

	/* The forecast is shown either way. */
	(void)!key_wishes_settle(&appraisal, &forecast, &wishes, &info->forecast);
}

static bool gather(const struct invocation *invocation, struct info *info, struct error *err)
{
	struct piv *piv = info->course->token.piv;
	struct error reason = ERROR_EMPTY;

	if (!configuration_trust(&invocation->configuration, &info->trust, err) ||
	    !configuration_policy(&invocation->configuration, &info->policy, err) ||
	    !token_facts_read(piv, &info->facts, err) || !piv_admin_data_read(piv, &info->admin, err))
		return false;
	if (course_can_attest(info->course, &reason))
		make_forecast(info, invocation->now);
	else
		refuse(info, invocation->now, &reason);
	if (info->forecast.verdict == VERDICT_ACCEPTED && !course_blocked_check(info->course, &reason))
		result_refuse(&info->forecast, &reason, NULL);
	if (!add_identity(info) || !add_codes(info) || !add_device(info))
		return error_set(err, ERROR_MEMORY, "no memory for the report");
	return add_slots(info, invocation->now, err);
}

static const char *verdict_sentence(const struct info *info, char text[320])
{
	if (info->forecast.verdict == VERDICT_ACCEPTED)
		return translated("can be enrolled");
	for (size_t i = 0; i < info->forecast.num_reasons; i++)
		if (!info->forecast.reasons[i].warning) {
			snprintf(text, 320, translated("cannot be enrolled: %s"), info->forecast.reasons[i].sentence);
			return text;
		}
	return translated("cannot be enrolled");
}

/* The next wrong one blocks it, and whoever enrolls the token has to type it. */
static void say_last_try(const struct info *info)
{
	if (info->facts.pin.says_tries && info->facts.pin.tries_left == 1)
		report_text("  One try of its PIN is left, and a wrong one blocks it. The right one gives all\n"
		            "  tries back; where nobody is sure of it: keyenroll token unblock\n");
}

static bool say(const struct info *info, struct error *err)
{
	char name[TOKEN_NAME_SIZE], text[320];
	json_t *one;
	size_t i;

	report_line("%s %s", token_name(&info->course->token, name), verdict_sentence(info, text));
	say_last_try(info);
	json_array_foreach(info->list, i, one)
	{
		fact_say(json_string_value(json_object_get(one, "name")),
		    json_string_value(json_object_get(one, "value")), !json_is_null(json_object_get(one, "proof")));
	}
	json_array_foreach(info->slots, i, one)
	{
		report_line("  slot %-11s %s, %s, PIN %s, touch %s   %s",
		    json_string_value(json_object_get(one, "slot")),
		    json_string_value(json_object_get(one, "algorithm")),
		    json_string_value(json_object_get(one, "origin")),
		    json_string_value(json_object_get(one, "pin_policy")),
		    json_string_value(json_object_get(one, "touch_policy")),
		    json_string_value(json_object_get(one, "grade")));
	}
	return report_end(err);
}

static bool print(const struct invocation *invocation, const struct info *info, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	bool done;

	if (!invocation->json)
		return say(info, err);
	done = result_put_json(&info->forecast, &text, err) &&
	       report_take_json("token-info",
	           json_pack("{s:o, s:O, s:O, s:o}", "reader", report_foreign(info->course->token.reader), "facts",
	               info->list, "slots", info->slots, "forecast", json_loadb(buffer_text(&text), text.len, 0, NULL)),
	           err);
	buffer_free(&text);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct token_session session;
	struct info info = {.course = &session.course, .list = json_array(), .slots = json_array()};
	bool done = token_session_open(invocation, &session, err) && gather(invocation, &info, err) &&
	            print(invocation, &info, err);

	json_decref(info.list);
	json_decref(info.slots);
	token_facts_clear(&info.facts);
	trust_free(info.trust);
	policy_free(info.policy);
	token_session_close(&session);
	return done;
}

const struct verb verb_token_info = {
    .name = "token info",
    .summary = N_("say everything about a token, and what of it is signed"),
    .synopsis = "[OPTION]...",
    .description = N_("Shows what a token is and holds. Beside each fact stands \"signed\", when the\n"
                      "vendor's signature says so, or \"claimed\", when only the token does. Says\n"
                      "whether the policy can accept it. Changes nothing and tries no code.\n"),
    .options = options,
    .run = run,
};
