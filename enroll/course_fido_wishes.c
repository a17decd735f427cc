#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "enroll/course.h"
#include "policy/fido_auth_data.h"
#include "policy/policy.h"

#define FROM_REQUEST "what was asked for"
#define USUAL_APPLICATION "ssh:"

static bool can_verify(const struct authenticator_facts *facts)
{
	return facts->ctap2 && facts->protects && (facts->takes_pin || facts->verifies_itself);
}

/* Whether the PIN, or a fingerprint, is going to be shown when the key is made. */
static bool is_verified(const struct authenticator_facts *facts, const struct course_fido *wanted)
{
	return wanted->verification || facts->has_pin || (wanted->resident && facts->takes_pin);
}

static void add(struct result *known, enum claim_name name, const char *value)
{
	result_add_claim(known, name, CLAIM_PROVEN, value, FROM_REQUEST);
}

/* The claims of the key that would be made. A U2F token signs none of the middle ones. */
static void foresee(const struct authenticator_facts *facts, const struct course_fido *wanted, struct result *known)
{
	char aaguid[FIDO_AAGUID_TEXT_SIZE];

	*known = (struct result){.format = "fido"};
	add(known, CLAIM_APPLICATION, wanted->application);
	add(known, CLAIM_KEY_ALGORITHM, wanted->type == SSH_KEY_SK_ED25519 ? "ed25519" : "ecdsa-p256");
	if (!facts->ctap2) {
		result_add_claim(known, CLAIM_USER_VERIFICATION, CLAIM_NOT_PROVABLE, "", "");
		result_add_claim(known, CLAIM_CRED_PROTECT, CLAIM_NOT_PROVABLE, "", "");
		return;
	}
	add(known, CLAIM_USER_VERIFICATION,
	    wanted->verification         ? "required"
	    : is_verified(facts, wanted) ? "at-enrollment"
	                                 : "none");
	add(known, CLAIM_CRED_PROTECT,
	    wanted->verification                     ? "3"
	    : wanted->resident || wanted->protection ? "2"
	                                             : "none");
	add(known, CLAIM_USER_PRESENCE, "yes");
	fido_aaguid_put_text(BYTES_OF(facts->aaguid), aaguid);
	add(known, CLAIM_AAGUID, aaguid);
}

static bool is_option(const char *options, const char *name)
{
	struct bytes list = bytes_of_text(options), part;

	while (bytes_take_until(&list, ',', &part))
		if (bytes_equal_text(part, name))
			return true;
	return false;
}

/* A key that sshd asks for verification, and that was not made for it, logs in nowhere. */
static bool is_acceptable(const struct course *course, const struct course_fido *wanted)
{
	const struct policy_subject subject = {.person = course->request.person};
	char options[RESULT_OPTIONS_SIZE];
	struct result known;

	foresee(&course->authenticator.facts, wanted, &known);
	return policy_may_accept(course->means.policy, &subject, &known, options) &&
	       (wanted->verification || !is_option(options, "verify-required"));
}

/* As it was asked for, else with the least that is more. */
static bool settle_rest(const struct course *course, const struct course_fido *asked, struct course_fido *settled)
{
	const struct authenticator_facts *facts = &course->authenticator.facts;
	const struct {
		bool possible, protection, verification;
	} more[] = {
	    {true, false, false},
	    {facts->ctap2 && facts->protects, true, false},
	    {can_verify(facts), false, true},
	};

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		*settled = *asked;
		settled->protection = asked->protection || more[i].protection;
		settled->verification = asked->verification || more[i].verification;
		if (more[i].possible && is_acceptable(course, settled))
			return true;
	}
	return false;
}

/* The operator's application; else the usual one, or the first that the policy wants. */
static bool settle(const struct course *course, struct course_fido *settled)
{
	struct course_fido asked = *course->request.fido;
	const char *word;

	if (asked.application != NULL)
		return settle_rest(course, &asked, settled);
	asked.application = USUAL_APPLICATION;
	if (settle_rest(course, &asked, settled))
		return true;
	for (size_t i = 0; (word = policy_find_wish(course->means.policy, CLAIM_APPLICATION, i)) != NULL; i++) {
		asked.application = word;
		if (strncmp(word, USUAL_APPLICATION, strlen(USUAL_APPLICATION)) == 0 &&
		    settle_rest(course, &asked, settled))
			return true;
	}
	return false;
}

static void tell(const struct course *course, const char *sentence)
{
	course->dialogue.warn(course->dialogue.state, sentence);
}

bool course_fido_settle(struct course *course, struct error *err)
{
	const struct course_fido *asked = course->request.fido;

	if (!settle(course, &course->wanted))
		return error_set(err, ERROR_POLICY,
		    "the policy accepts no key that this token can make as it was asked for%s",
		    can_verify(&course->authenticator.facts)
		        ? ""
		        : translated("; the token cannot ask for a PIN at every use"));
	if (course->wanted.verification && !asked->verification)
		tell(course, translated("the policy wants the PIN at every use of this key"));
	if (asked->application == NULL && strcmp(course->wanted.application, USUAL_APPLICATION) != 0)
		tell(course, translated("the policy wants an application of its own for this key"));
	return true;
}
