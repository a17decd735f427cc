#include "enroll/fido_facts.h"

#include "enroll/report.h"
#include "fido/authenticator.h"
#include "policy/fido_auth_data.h"

static const char *pin_word(const struct authenticator_facts *facts)
{
	if (!facts->takes_pin)
		return "none";
	return facts->has_pin ? "set" : "unset";
}

json_t *fido_facts_json(const struct authenticator_facts *facts)
{
	char aaguid[FIDO_AAGUID_TEXT_SIZE];

	fido_aaguid_put_text(BYTES_OF(facts->aaguid), aaguid);
	return json_pack("{s:s, s:s?, s:s, s:b, s:o, s:b, s:b}", "protocol", facts->ctap2 ? "ctap2" : "u2f", "aaguid",
	    fido_aaguid_is_zero(BYTES_OF(facts->aaguid)) ? NULL : aaguid, "pin", pin_word(facts), "must_change_pin",
	    facts->must_change_pin, "pin_tries_left", facts->says_tries ? json_integer(facts->tries_left) : json_null(),
	    "verifies_itself", facts->verifies_itself, "protects_keys", facts->protects);
}

void fido_facts_say(const struct authenticator_facts *facts)
{
	char aaguid[FIDO_AAGUID_TEXT_SIZE];

	fido_aaguid_put_text(BYTES_OF(facts->aaguid), aaguid);
	if (!facts->ctap2) {
		report_line("  U2F: keys of the algorithm ecdsa-p256, without a PIN");
		return;
	}
	report_line("  FIDO2, model %s (claimed by the token)", aaguid);
	if (facts->must_change_pin)
		report_line("  the FIDO2 PIN has to be changed before it is used");
	else if (facts->takes_pin && !facts->has_pin)
		report_line("  no FIDO2 PIN is set yet");
	if (facts->says_tries)
		report_line("  FIDO2 PIN tries left: %u", facts->tries_left);
	if (facts->verifies_itself)
		report_line("  recognises its user by itself");
}
