#include <string.h>

#include "common/language.h"
#include "enroll/fido_facts.h"
#include "enroll/report.h"
#include "enroll/token.h"
#include "enroll/token_facts.h"
#include "enroll/verb.h"
#include "fido/authenticator.h"
#include "piv/application.h"
#include "piv/reader.h"
#include "piv/slot.h"

static const struct option_row options[] = {
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

struct showing {
	struct reader_context *context; /* NULL: no smart card service runs */
	json_t *readers;                /* NULL: text is printed */
};

static json_t *default_json(const struct piv_metadata *code)
{
	return code->says_default ? json_boolean(code->is_default) : json_null();
}

static json_t *tries_json(const struct piv_metadata *code)
{
	return code->says_tries ? json_integer(code->tries_left) : json_null();
}

static const char *origin_word(enum piv_origin origin)
{
	switch (origin) {
	case PIV_ORIGIN_UNKNOWN:
		return "unknown";
	case PIV_ORIGIN_GENERATED:
		return "generated";
	case PIV_ORIGIN_IMPORTED:
		return "imported";
	}
	return "unknown";
}

static json_t *slot_json(const struct token_slot *slot)
{
	const struct piv_metadata *metadata = &slot->metadata;

	if (!slot->has_metadata)
		return json_pack("{s:s, s:n, s:n, s:n, s:n}", "slot", slot->slot->name, "algorithm", "origin",
		    "pin_policy", "touch_policy");
	return json_pack("{s:s, s:s?, s:s, s:s?, s:s?}", "slot", slot->slot->name, "algorithm",
	    metadata->algorithm ? metadata->algorithm->name : NULL, "origin", origin_word(metadata->origin),
	    "pin_policy", piv_pin_policy_name(metadata->pin_policy), "touch_policy",
	    piv_touch_policy_name(metadata->touch_policy));
}

static json_t *claimed_json(const struct token *token, const struct token_facts *facts)
{
	struct piv_version firmware = token->identity.firmware;
	json_t *slots = json_array();

	for (size_t i = 0; i < facts->num_slots; i++)
		if (json_array_append_new(slots, slot_json(&facts->slots[i])) < 0) {
			json_decref(slots);
			return NULL;
		}
	return json_pack("{s:o, s:o, s:b, s:{s:o, s:o, s:o}, s:{s:o, s:o}, s:o}", "firmware",
	    firmware.major ? json_sprintf("%u.%u.%u", firmware.major, firmware.minor, firmware.patch) : json_null(),
	    "serial", token->identity.has_serial ? json_integer(token->identity.serial) : json_null(),
	    "device_certificate", facts->has_device_certificate, "factory_codes", "pin", default_json(&facts->pin),
	    "puk", default_json(&facts->puk), "management_key", default_json(&facts->management), "tries_left", "pin",
	    tries_json(&facts->pin), "puk", tries_json(&facts->puk), "slots", slots);
}

static void say_slot(const struct token_slot *slot)
{
	if (slot->has_metadata)
		report_line("  slot %s: %s, %s, PIN %s, touch %s", slot->slot->name,
		    slot->metadata.algorithm ? slot->metadata.algorithm->title : translated("an unknown algorithm"),
		    origin_word(slot->metadata.origin), piv_pin_policy_name(slot->metadata.pin_policy),
		    piv_touch_policy_name(slot->metadata.touch_policy));
	else
		report_line("  slot %s: holds a certificate", slot->slot->name);
}

static void say_factory_code(const char *name, const struct piv_metadata *code)
{
	if (code->says_default && code->is_default)
		report_line("  the %s is still the factory's", name);
}

static void say_token(const struct token *token, const struct token_facts *facts)
{
	struct piv_version firmware = token->identity.firmware;

	if (firmware.major)
		report_line(
		    "  firmware %u.%u.%u (claimed by the token)", firmware.major, firmware.minor, firmware.patch);
	else
		report_line("  a PIV card that tells no firmware: it cannot attest its keys");
	if (token->identity.has_serial)
		report_line("  serial %lu (claimed by the token)", (unsigned long)token->identity.serial);
	say_factory_code("PIN", &facts->pin);
	say_factory_code("PUK", &facts->puk);
	say_factory_code(translated("management key"), &facts->management);
	if (facts->pin.says_tries)
		report_line("  PIN tries left: %u", facts->pin.tries_left);
	if (!facts->has_device_certificate)
		report_line("  has no attestation certificate (f9): nothing that it makes can be attested");
	for (size_t i = 0; i < facts->num_slots; i++)
		say_slot(&facts->slots[i]);
	if (facts->num_slots == 0)
		report_line("  no keys");
}

/* What is found in one place: a reader with its card, or a security key on USB. */
struct finding {
	const char *name;
	bool present;
	struct token token;
	struct token_facts facts;
	struct authenticator authenticator;
	bool is_piv, is_fido;
	struct error reason; /* why neither could be asked */
};

/* A card that cannot be asked stands in the list with the reason: the others are still shown. */
static bool look_piv(struct reader_context *context, struct finding *found)
{
	return piv_open(context, found->name, &found->token.piv, &found->reason) &&
	       piv_identify(found->token.piv, &found->token.identity, &found->reason) &&
	       token_facts_read(found->token.piv, &found->facts, &found->reason);
}

static const struct authenticator_place *find_place(const struct authenticator_list *list, const char *path, bool card)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->places[i].card == card && strcmp(list->places[i].path, path) == 0)
			return &list->places[i];
	return NULL;
}

/* The PIV application is let go before: only one is selected at a time. */
static void look_fido(const struct authenticator_place *place, struct finding *found)
{
	if (found->token.piv)
		piv_close(found->token.piv);
	found->token.piv = NULL;
	found->is_fido =
	    place != NULL && authenticator_open(place, &found->authenticator, found->is_piv ? NULL : &found->reason);
	if (found->is_fido)
		found->reason = ERROR_EMPTY;
}

static bool add_json(const struct finding *found, json_t *readers, struct error *err)
{
	json_t *claimed = found->is_piv ? claimed_json(&found->token, &found->facts) : json_null();
	json_t *fido = found->is_fido ? fido_facts_json(&found->authenticator.facts) : json_null();
	bool failed = found->reason.code != ERROR_NONE;
	json_t *one = json_pack("{s:o, s:b, s:o, s:o, s:o}", "reader", report_foreign(found->name), "card",
	    found->present, "claimed", claimed, "fido", fido, "error",
	    failed ? json_pack("{s:s, s:s}", "code", error_word(found->reason.code), "sentence", found->reason.text)
	           : json_null());

	if (json_array_append_new(readers, one) < 0)
		return error_set(err, ERROR_MEMORY, "no memory for the report");
	return true;
}

static void say(const struct finding *found)
{
	report_line("%s%s", found->name, found->present ? "" : ": empty");
	if (found->is_piv)
		say_token(&found->token, &found->facts);
	if (found->is_fido)
		fido_facts_say(&found->authenticator.facts);
	if (found->reason.code != ERROR_NONE)
		report_line("  %s [%s]", found->reason.text, error_word(found->reason.code));
}

static bool show(const struct showing *showing, struct finding *found, struct error *err)
{
	bool done = true;

	if (showing->readers)
		done = add_json(found, showing->readers, err);
	else
		say(found);
	token_facts_clear(&found->facts);
	token_close(&found->token);
	authenticator_close(&found->authenticator);
	return done;
}

static bool show_readers(
    const struct showing *showing, const struct authenticator_list *fido, size_t *num, struct error *err)
{
	struct reader_list list = READER_LIST_EMPTY;
	bool done = reader_list_load(showing->context, &list, err);

	for (size_t i = 0; done && i < list.count; i++) {
		struct finding found = {.name = list.readers[i].name, .present = list.readers[i].card_present};

		found.is_piv = found.present && look_piv(showing->context, &found);
		if (found.present)
			look_fido(find_place(fido, found.name, true), &found);
		done = show(showing, &found, err);
	}
	*num += list.count;
	reader_list_clear(&list);
	return done;
}

static bool show_usb(
    const struct showing *showing, const struct authenticator_list *fido, size_t *num, struct error *err)
{
	bool done = true;

	for (size_t i = 0; done && i < fido->count; i++) {
		struct finding found = {.name = fido->places[i].path, .present = true};

		if (fido->places[i].card)
			continue;
		look_fido(&fido->places[i], &found);
		done = show(showing, &found, err);
		*num += 1;
	}
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct showing showing = {.context = NULL, .readers = invocation->json ? json_array() : NULL};
	struct authenticator_list fido = AUTHENTICATOR_LIST_EMPTY;
	struct error reason = ERROR_EMPTY;
	size_t num = 0;
	bool has_readers = reader_context_new(&showing.context, &reason), done;

	done = authenticator_list_load(&fido, err) && (!has_readers || show_readers(&showing, &fido, &num, err)) &&
	       show_usb(&showing, &fido, &num, err);
	/* who has keys on USB only needs no smart card service */
	if (done && !has_readers && num == 0) {
		*err = reason;
		done = false;
	}
	if (done && showing.readers)
		done = report_take_json("tokens", json_pack("{s:O}", "readers", showing.readers), err);
	else if (done && num == 0)
		report_line("No reader and no token is plugged in.");
	json_decref(showing.readers);
	authenticator_list_clear(&fido);
	reader_context_free(showing.context);
	return done && report_end(err);
}

const struct verb verb_tokens = {
    .name = "tokens",
    .summary = N_("list readers and what the tokens in them claim"),
    .synopsis = "[--json]",
    .description = N_("Lists every reader and the token in it, and security keys on USB: firmware,\n"
                      "serial, codes that are still the factory's, and the slots in use of the PIV\n"
                      "application; model and PIN of the FIDO2 one. All of that is claimed by the\n"
                      "token; only an attestation proves it. Changes nothing and tries no code.\n"),
    .options = options,
    .run = run,
};
