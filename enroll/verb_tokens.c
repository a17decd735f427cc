#include "enroll/report.h"
#include "enroll/token_facts.h"
#include "enroll/verb.h"

enum { OPTION_JSON };

static const struct option_row options[] = {
    [OPTION_JSON] = OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* One reader as it is found; `readers` is NULL where text is printed. */
struct showing {
	struct reader_context *context;
	json_t *readers;
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
		    slot->metadata.algorithm ? slot->metadata.algorithm->title : "an unknown algorithm",
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
	say_factory_code("management key", &facts->management);
	if (facts->pin.says_tries)
		report_line("  PIN tries left: %u", facts->pin.tries_left);
	if (!facts->has_device_certificate)
		report_line("  has no attestation certificate (f9): nothing that it makes can be attested");
	for (size_t i = 0; i < facts->num_slots; i++)
		say_slot(&facts->slots[i]);
	if (facts->num_slots == 0)
		report_line("  no keys");
}

/* A card that cannot be asked stands in the list with the reason: the others are still shown. */
static bool look(struct reader_context *context, const char *reader, struct token *token, struct token_facts *facts,
    struct error *reason)
{
	return piv_open(context, reader, &token->piv, reason) && piv_identify(token->piv, &token->identity, reason) &&
	       token_facts_read(token->piv, facts, reason);
}

static bool add_json(
    const struct reader *reader, json_t *readers, json_t *claimed, const struct error *reason, struct error *err)
{
	bool failed = reason->code != ERROR_NONE;
	json_t *one = json_pack("{s:s, s:b, s:o, s:o}", "reader", reader->name, "card", reader->card_present, "claimed",
	    claimed ? claimed : json_null(), "error",
	    failed ? json_pack("{s:s, s:s}", "code", error_word(reason->code), "sentence", reason->text) : json_null());

	if (json_array_append_new(readers, one) < 0)
		return error_set(err, ERROR_MEMORY, "no memory for the report");
	return true;
}

static bool show_reader(const struct reader *reader, const struct showing *showing, struct error *err)
{
	struct token_facts facts = TOKEN_FACTS_EMPTY;
	struct token token = TOKEN_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool seen = reader->card_present && look(showing->context, reader->name, &token, &facts, &reason);
	bool done = true;

	if (showing->readers) {
		done = add_json(reader, showing->readers, seen ? claimed_json(&token, &facts) : NULL, &reason, err);
	} else {
		report_line("%s%s", reader->name, reader->card_present ? "" : ": empty");
		if (seen)
			say_token(&token, &facts);
		else if (reader->card_present)
			report_line("  %s [%s]", reason.text, error_word(reason.code));
	}
	token_facts_clear(&facts);
	token_close(&token);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct showing showing = {.context = NULL, .readers = invocation->json ? json_array() : NULL};
	struct reader_list list = READER_LIST_EMPTY;
	bool done = reader_context_new(&showing.context, err) && reader_list_load(showing.context, &list, err);

	for (size_t i = 0; done && i < list.count; i++)
		done = show_reader(&list.readers[i], &showing, err);
	if (done && showing.readers)
		done = report_take_json("tokens", json_pack("{s:O}", "readers", showing.readers), err);
	else if (done && list.count == 0)
		report_line("No reader and no token is plugged in.");
	json_decref(showing.readers);
	reader_list_clear(&list);
	reader_context_free(showing.context);
	return done && report_end(err);
}

const struct verb verb_tokens = {
    .name = "tokens",
    .summary = "list readers and what the tokens in them claim",
    .synopsis = "[--json]",
    .description = "Lists every reader and its token: firmware, serial, codes that are still the\n"
                   "factory's, and the slots in use. All of that is claimed by the token; only an\n"
                   "attestation proves it. Changes nothing and tries no code.\n",
    .options = options,
    .run = run,
};
