#include <time.h>

#include "tests/vtoken/fido_instructions.h"

enum { COMMAND_LONGEST = 1200, RESET_MS = 10000, ID_MAXIMUM = 128, LIST_MAXIMUM = 8 };

static void sleep_ms(uint64_t ms)
{
	struct timespec pause = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

enum fido_status fido_presence(struct card *card)
{
	uint64_t waited = fido_now_ms() - card->fido.session.pending_since_ms;

	if (waited < card->touch.after_ms) {
		if (card->fido.session.may_wait)
			return FIDO_PENDING;
		sleep_ms(card->touch.after_ms - waited);
	}
	return card->touch.comes ? FIDO_OK : FIDO_USER_ACTION_TIMEOUT;
}

static enum fido_status run_selection(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	(void)map;
	(void)reply;
	return fido_presence(card);
}

static enum fido_status run_reset(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	enum fido_status status;

	(void)map;
	(void)reply;
	if (fido_now_ms() - card->fido.powered_ms > RESET_MS)
		return FIDO_NOT_ALLOWED;
	status = fido_presence(card);
	if (status == FIDO_OK) {
		fido_reset(&card->fido);
		card->changed = true;
	}
	return status;
}

static bool put_texts(struct buffer *out, int64_t key, const char *const *texts, size_t count)
{
	bool done = cbor_put_number(out, key, NULL) && cbor_put_array(out, count, NULL);

	for (size_t i = 0; done && i < count; i++)
		done = cbor_put_text(out, texts[i], NULL);
	return done;
}

static bool put_option(struct buffer *out, const char *name, bool value)
{
	return cbor_put_text(out, name, NULL) && cbor_put_boolean(out, value, NULL);
}

static bool put_options(const struct fido *fido, struct buffer *out)
{
	bool newer = fido->shape->ctap21;

	return cbor_put_number(out, 4, NULL) && cbor_put_map(out, newer ? 11 : 4, NULL) &&
	       (!newer || put_option(out, "ep", fido->enterprise)) && put_option(out, "rk", true) &&
	       put_option(out, "up", true) && (!newer || put_option(out, "alwaysUv", fido->always_uv)) &&
	       (!newer || put_option(out, "credMgmt", true)) && (!newer || put_option(out, "authnrCfg", true)) &&
	       put_option(out, "clientPin", fido->has_pin) && (!newer || put_option(out, "pinUvAuthToken", true)) &&
	       (!newer || put_option(out, "setMinPINLength", true)) &&
	       (!newer || put_option(out, "makeCredUvNotRqd", !fido->always_uv)) &&
	       put_option(out, "credentialMgmtPreview", true);
}

static bool put_numbers(struct buffer *out, const struct fido *fido)
{
	struct bytes protocols = fido->shape->protocols;
	uint8_t protocol;
	bool done = cbor_put_number(out, 5, NULL) && cbor_put_number(out, COMMAND_LONGEST, NULL) &&
	            cbor_put_number(out, 6, NULL) && cbor_put_array(out, protocols.len, NULL);

	while (done && bytes_take_u8(&protocols, &protocol))
		done = cbor_put_number(out, protocol, NULL);
	return done && cbor_put_number(out, 7, NULL) && cbor_put_number(out, LIST_MAXIMUM, NULL) &&
	       cbor_put_number(out, 8, NULL) && cbor_put_number(out, ID_MAXIMUM, NULL);
}

static bool put_algorithm(struct buffer *out, int number)
{
	return cbor_put_map(out, 2, NULL) && cbor_put_text(out, "alg", NULL) && cbor_put_number(out, number, NULL) &&
	       cbor_put_text(out, "type", NULL) && cbor_put_text(out, "public-key", NULL);
}

/* What 2.1 brought: transports, algorithms, the PIN's rules, firmware and room. */
static bool put_newer(const struct card *card, struct buffer *out)
{
	static const char *const transports[] = {"nfc", "usb"};
	const struct fido *fido = &card->fido;
	const uint8_t *version = card->personality->firmware->version;

	return put_texts(out, 9, transports, 2) && cbor_put_number(out, 0x0a, NULL) &&
	       cbor_put_array(out, fido->shape->ed25519 ? 2 : 1, NULL) && put_algorithm(out, COSE_ES256) &&
	       (!fido->shape->ed25519 || put_algorithm(out, COSE_EDDSA)) && cbor_put_number(out, 0x0c, NULL) &&
	       cbor_put_boolean(out, fido->must_change_pin, NULL) && cbor_put_number(out, 0x0d, NULL) &&
	       cbor_put_number(out, fido->pin_shortest, NULL) && cbor_put_number(out, 0x0e, NULL) &&
	       cbor_put_number(out, version[0] << 16 | version[1] << 8 | version[2], NULL) &&
	       cbor_put_number(out, 0x14, NULL) &&
	       cbor_put_number(out, (int64_t)(FIDO_RESIDENT_MAXIMUM - fido_residents(fido)), NULL);
}

enum fido_status fido_get_info(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	static const char *const versions[] = {"U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE", "FIDO_2_1"};
	static const char *const extensions[] = {"credProtect"};
	const struct fido *fido = &card->fido;
	bool newer = fido->shape->ctap21;

	(void)map;
	return cbor_put_map(reply, newer ? 14 : 8, NULL) && put_texts(reply, 1, versions, newer ? 4 : 3) &&
	               put_texts(reply, 2, extensions, 1) && cbor_put_number(reply, 3, NULL) &&
	               cbor_put_bytes(reply, BYTES_OF(fido->shape->aaguid), NULL) && put_options(fido, reply) &&
	               put_numbers(reply, fido) && (!newer || put_newer(card, reply))
	           ? FIDO_OK
	           : FIDO_OTHER;
}

static const struct fido_row {
	uint8_t number;
	enum fido_status (*run)(struct card *card, const struct cbor_item *map, struct buffer *reply);
	bool newer; /* only where the card speaks CTAP 2.1 */
} rows[] = {
    {0x01, fido_make_credential, false},
    {0x02, fido_get_assertion, false},
    {0x04, fido_get_info, false},
    {0x06, fido_client_pin, false},
    {0x07, run_reset, false},
    {0x08, fido_get_next_assertion, false},
    {0x0a, fido_manage, true},
    {0x0b, run_selection, true},
    {0x0d, fido_configure, true},
    {0x41, fido_manage, false},
};

static const struct fido_row *find_row(const struct fido *fido, uint8_t number)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].number == number && (fido->shape->ctap21 || !rows[i].newer))
			return &rows[i];
	return NULL;
}

enum fido_status fido_command(struct card *card, struct bytes request, struct buffer *reply)
{
	struct cbor_item map = {.kind = CBOR_MAP, .sorted = true};
	const struct fido_row *row;
	uint8_t number;

	if (!bytes_take_u8(&request, &number))
		return FIDO_INVALID_LENGTH;
	row = find_row(&card->fido, number);
	if (row == NULL)
		return FIDO_INVALID_COMMAND;
	if (request.len > 0 && (!cbor_take_kind(&request, CBOR_MAP, &map) || request.len > 0 || !map.sorted))
		return FIDO_INVALID_CBOR;
	return row->run(card, &map, reply);
}
