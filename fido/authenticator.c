#include "fido/authenticator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "common/secret.h"
#include "common/text.h"
#include "fido/card_transport.h"
#include "piv/reader.h"

#define USB_MAXIMUM 32

/* A token that says for ever that it is at work does not hold us for ever: what it answers by itself comes at once, and what it waits
 * for a person with, tokens give up after half a minute. */
#define ALONE_MS 10000
#define PERSON_MS 120000

/* A request has to stay well below 1024 bytes for all tokens to take it. */
#define IDS_AT_ONCE 8

struct result_row {
	int result;
	enum error_code code;
	const char *sentence;
};

static const struct result_row rows[] = {
    {FIDO_ERR_PIN_REQUIRED, ERROR_PIN_NEEDED, N_("the token wants its PIN")},
    {FIDO_ERR_PIN_NOT_SET, ERROR_PIN_NEEDED, N_("the token has no PIN yet; one must be set first")},
    {FIDO_ERR_PIN_INVALID, ERROR_PIN_WRONG, N_("the PIN is wrong")},
    {FIDO_ERR_PIN_BLOCKED, ERROR_PIN_BLOCKED, N_("the PIN is blocked; only a reset, which erases all keys, helps")},
    {FIDO_ERR_PIN_AUTH_BLOCKED, ERROR_PIN_PAUSED,
        N_("the PIN was wrong too often in a row; unplug the token, plug it in again and take care")},
    {FIDO_ERR_PIN_POLICY_VIOLATION, ERROR_PIN_LENGTH,
        N_("the token does not take this PIN: too short, or the old one")},
    {FIDO_ERR_PIN_AUTH_INVALID, ERROR_PIN_WRONG, N_("the token does not accept the proof of the PIN")},
    {FIDO_ERR_UV_BLOCKED, ERROR_PIN_NEEDED, N_("the fingerprint is blocked; the PIN unblocks it")},
    {FIDO_ERR_UV_INVALID, ERROR_PIN_WRONG, N_("the fingerprint was not recognised")},
    {FIDO_ERR_USER_ACTION_TIMEOUT, ERROR_TOUCH, N_("the token was not touched in time")},
    {FIDO_ERR_ACTION_TIMEOUT, ERROR_TOUCH, N_("the token was not touched in time")},
    {FIDO_ERR_TIMEOUT, ERROR_TOUCH, N_("the token was not touched in time")},
    {FIDO_ERR_OPERATION_DENIED, ERROR_TOUCH, N_("it was declined at the token")},
    {FIDO_ERR_KEEPALIVE_CANCEL, ERROR_TOUCH, N_("it was cancelled")},
    {FIDO_ERR_UP_REQUIRED, ERROR_TOUCH, N_("the token must be touched")},
    {FIDO_ERR_USER_PRESENCE_REQUIRED, ERROR_TOUCH, N_("the token must be touched")},
    {FIDO_ERR_CREDENTIAL_EXCLUDED, ERROR_CREDENTIAL_EXISTS,
        N_("this token holds an enrolled key of this person already")},
    {FIDO_ERR_NO_CREDENTIALS, ERROR_CREDENTIAL_ABSENT, N_("the token does not hold this key")},
    {FIDO_ERR_INVALID_CREDENTIAL, ERROR_CREDENTIAL_ABSENT, N_("the token does not hold this key")},
    {FIDO_ERR_KEY_STORE_FULL, ERROR_CARD_FULL, N_("the token has no room for one more resident key")},
    {FIDO_ERR_UNSUPPORTED_ALGORITHM, ERROR_CARD_UNSUPPORTED, N_("the token does not have this kind of key")},
    {FIDO_ERR_UNSUPPORTED_OPTION, ERROR_CARD_UNSUPPORTED, N_("the token cannot do what was asked of it")},
    {FIDO_ERR_INVALID_OPTION, ERROR_CARD_UNSUPPORTED, N_("the token cannot do what was asked of it")},
    {FIDO_ERR_UNSUPPORTED_EXTENSION, ERROR_CARD_UNSUPPORTED, N_("the token cannot do what was asked of it")},
    {FIDO_ERR_INVALID_COMMAND, ERROR_CARD_UNSUPPORTED, N_("the token does not know this command")},
    {FIDO_ERR_NOT_ALLOWED, ERROR_CARD_UNSUPPORTED, N_("the token does not allow that now")},
    {FIDO_ERR_TX, ERROR_CARD_EXCHANGE, N_("the token did not take a message; plug it out and in again")},
    {FIDO_ERR_RX, ERROR_CARD_EXCHANGE, N_("the token did not answer; plug it out and in again")},
    {FIDO_ERR_RX_NOT_CBOR, ERROR_CARD_REPLY, N_("the token's answer cannot be understood")},
    {FIDO_ERR_RX_INVALID_CBOR, ERROR_CARD_REPLY, N_("the token's answer cannot be understood")},
    {FIDO_ERR_INVALID_CBOR, ERROR_CARD_REPLY, N_("the token's answer cannot be understood")},
};

bool authenticator_check(const struct authenticator *authenticator, int result, const char *doing, struct error *err)
{
	const struct error *failure;

	if (result == FIDO_OK)
		return true;
	failure =
	    authenticator->card && authenticator->device != NULL ? card_transport_failure(authenticator->device) : NULL;
	if (failure != NULL) {
		if (err != NULL)
			*err = *failure;
		return error_prefix(err, "%s", translated(doing));
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].result == result)
			return error_set(err, rows[i].code, "%s: %s", translated(doing), translated(rows[i].sentence));
	return error_set(err, ERROR_CARD_STATUS, "%s: libfido2 says %s", translated(doing), fido_strerr(result));
}

/* ---- which there are ---- */

void authenticator_list_clear(struct authenticator_list *list)
{
	free(list->places);
	*list = AUTHENTICATOR_LIST_EMPTY;
}

static bool add_place(
    struct authenticator_list *list, bool card, const char *path, const char *title, struct error *err)
{
	struct authenticator_place *more = reallocarray(list->places, list->count + 1, sizeof(*more));

	if (more == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for one more token");
	list->places = more;
	more[list->count] = (struct authenticator_place){.card = card};
	(void)snprintf(more[list->count].title, AUTHENTICATOR_PATH_SIZE, "%s", title);
	text_make_printable(more[list->count].title);
	if (bytes_to_text(bytes_of_text(path), more[list->count].path, AUTHENTICATOR_PATH_SIZE))
		list->count++;
	return true;
}

/* A card that cannot be asked is none; whoever means it will be told why by authenticator_open. */
static bool add_cards(struct authenticator_list *list, struct error *err)
{
	struct reader_context *context = NULL;
	struct reader_list readers = READER_LIST_EMPTY;
	bool done = true;

	if (!reader_context_new(&context, NULL))
		return true;
	if (reader_list_load(context, &readers, NULL))
		for (size_t i = 0; done && i < readers.count; i++)
			if (readers.readers[i].card_present && card_transport_probe(readers.readers[i].name, NULL))
				done = add_place(list, true, readers.readers[i].name, readers.readers[i].name, err);
	reader_list_clear(&readers);
	reader_context_free(context);
	return done;
}

/* A libfido2 that knows PC/SC shows the cards again, under paths of its own. */
static bool is_card_of_libfido2(const char *path)
{
	return bytes_start_with(bytes_of_text(path), "pcsc:");
}

static bool add_manifest(
    const fido_dev_info_t *manifest, size_t count, struct authenticator_list *list, struct error *err)
{
	bool done = true;

	for (size_t i = 0; done && i < count; i++) {
		const fido_dev_info_t *one = fido_dev_info_ptr(manifest, i);
		const char *path = fido_dev_info_path(one), *title = fido_dev_info_product_string(one);

		if (path != NULL && !is_card_of_libfido2(path))
			done = add_place(list, false, path, title == NULL || title[0] == '\0' ? path : title, err);
	}
	return done;
}

static bool add_usb(struct authenticator_list *list, struct error *err)
{
	fido_dev_info_t *manifest = fido_dev_info_new(USB_MAXIMUM);
	size_t count = 0;
	bool done = manifest != NULL || error_set(err, ERROR_MEMORY, "no memory for a list of tokens");

	if (done && fido_dev_info_manifest(manifest, USB_MAXIMUM, &count) == FIDO_OK)
		done = add_manifest(manifest, count, list, err);
	fido_dev_info_free(&manifest, USB_MAXIMUM);
	return done;
}

static bool load(struct authenticator_list *list, bool cards, struct error *err)
{
	struct authenticator_list now = AUTHENTICATOR_LIST_EMPTY;

	fido_init(0);
	if ((cards && !add_cards(&now, err)) || !add_usb(&now, err)) {
		authenticator_list_clear(&now);
		return false;
	}
	authenticator_list_clear(list);
	*list = now;
	return true;
}

bool authenticator_list_load(struct authenticator_list *list, struct error *err)
{
	return load(list, true, err);
}

bool authenticator_list_load_usb(struct authenticator_list *list, struct error *err)
{
	return load(list, false, err);
}

/* ---- one of them ---- */

void authenticator_close(struct authenticator *authenticator)
{
	if (authenticator->device != NULL) {
		(void)fido_dev_close(authenticator->device);
		fido_dev_free(&authenticator->device);
	}
	*authenticator = AUTHENTICATOR_EMPTY;
}

static void take_info(const fido_cbor_info_t *info, struct authenticator_facts *facts)
{
	struct bytes aaguid = bytes_of(fido_cbor_info_aaguid_ptr(info), fido_cbor_info_aaguid_len(info));
	uint64_t shortest = fido_cbor_info_minpinlen(info), list = fido_cbor_info_maxcredcntlst(info);

	if (aaguid.len != AUTHENTICATOR_AAGUID_SIZE || !bytes_take_to(&aaguid, facts->aaguid, sizeof(facts->aaguid)))
		memset(facts->aaguid, 0, sizeof(facts->aaguid));
	if (shortest > AUTHENTICATOR_PIN_SHORTEST && shortest <= AUTHENTICATOR_PIN_LONGEST)
		facts->pin_shortest = (unsigned)shortest;
	facts->must_change_pin = fido_cbor_info_new_pin_required(info);
	if (list > 0)
		facts->ids_at_once = list < IDS_AT_ONCE ? (unsigned)list : IDS_AT_ONCE;
}

static bool ask_facts(struct authenticator *authenticator, struct error *err)
{
	struct authenticator_facts *facts = &authenticator->facts;
	fido_dev_t *device = authenticator->device;
	fido_cbor_info_t *info = fido_cbor_info_new();
	int tries = 0, result = FIDO_OK;

	if (info == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for what a token says of itself");
	*facts = (struct authenticator_facts){.ctap2 = fido_dev_is_fido2(device),
	    .takes_pin = fido_dev_supports_pin(device),
	    .has_pin = fido_dev_has_pin(device),
	    .verifies_itself = fido_dev_has_uv(device),
	    .protects = fido_dev_supports_cred_prot(device),
	    .pin_shortest = AUTHENTICATOR_PIN_SHORTEST,
	    .ids_at_once = 1};
	if (facts->ctap2)
		result = fido_dev_get_cbor_info(device, info);
	if (facts->ctap2 && result == FIDO_OK)
		take_info(info, facts);
	if (facts->has_pin && fido_dev_get_retry_count(device, &tries) == FIDO_OK && tries >= 0) {
		facts->says_tries = true;
		facts->tries_left = (unsigned)tries;
	}
	fido_cbor_info_free(&info);
	return authenticator_check(authenticator, result, "asking the token what it is", err);
}

bool authenticator_open(const struct authenticator_place *place, struct authenticator *authenticator, struct error *err)
{
	struct authenticator made = {.card = place->card};
	int result = FIDO_OK;

	fido_init(0);
	/* libfido2 has no words for what a reader can say, so it is asked once beforehand */
	if (place->card && !card_transport_probe(place->path, err))
		return error_prefix(err, "%s", place->title);
	made.device = fido_dev_new();
	if (made.device == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a token");
	(void)snprintf(made.title, sizeof(made.title), "%s", place->title);
	if (place->card)
		result = card_transport_use(made.device);
	if (result == FIDO_OK)
		result = fido_dev_set_timeout(made.device, ALONE_MS);
	if (result == FIDO_OK)
		result = fido_dev_open(made.device, place->path);
	if (!authenticator_check(&made, result, "opening the token", err) || !ask_facts(&made, err) ||
	    !authenticator_check(&made, fido_dev_set_timeout(made.device, PERSON_MS), "opening the token", err)) {
		authenticator_close(&made);
		return false;
	}
	*authenticator = made;
	return true;
}

/* CTAP counts characters of UTF-8 at the lower end, and bytes at the upper. */
static size_t characters(struct bytes text)
{
	size_t count = 0;
	uint8_t byte;

	while (bytes_take_u8(&text, &byte))
		count += (byte & 0xc0) != 0x80 ? 1 : 0;
	return count;
}

bool authenticator_set_pin(
    struct authenticator *authenticator, const struct secret *old, const struct secret *pin, struct error *err)
{
	if (!authenticator->facts.takes_pin)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "this token has no PIN");
	if (characters(secret_bytes(pin)) < authenticator->facts.pin_shortest ||
	    secret_bytes(pin).len > AUTHENTICATOR_PIN_LONGEST)
		return error_set(err, ERROR_PIN_LENGTH, "a PIN of this token has %u to %d characters",
		    authenticator->facts.pin_shortest, AUTHENTICATOR_PIN_LONGEST);
	return authenticator_check(authenticator,
	           fido_dev_set_pin(authenticator->device, secret_text(pin), old == NULL ? NULL : secret_text(old)),
	           "setting the PIN", err) &&
	       ask_facts(authenticator, err);
}
