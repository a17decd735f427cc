/* A whole course against a card that answers whatever the input says: pieces of two length bytes (big-endian; the top bit: the
 * transport fails, and the lower ones choose how) and that many bytes. When the input ends, the card is gone. */
#include "common/secret.h"
#include "piv/application.h"
#include "piv/authenticate.h"
#include "piv/certificate.h"
#include "piv/identifiers.h"
#include "piv/key.h"
#include "piv/metadata.h"
#include "piv/transport.h"
#include "tests/fuzz/fuzz.h"

#define FAILS 0x8000U

struct tape {
	struct bytes rest;
	bool closed;
};

static bool transmit(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	static const enum error_code failures[] = {
	    ERROR_CARD_RESET, ERROR_CARD_EXCHANGE, ERROR_CARD_REMOVED, ERROR_PCSC};
	struct tape *tape = state;
	struct bytes answer;
	uint16_t len;

	demand(!tape->closed && command.len >= 4 && command.len <= 65544);
	if (!bytes_take_u16(&tape->rest, &len))
		return error_set(err, ERROR_CARD_REMOVED, "the input ends");
	if ((len & FAILS) != 0)
		return error_set(err, failures[len & 3U], "as the input has it");
	if (!bytes_take(&tape->rest, len, &answer)) {
		answer = tape->rest;
		tape->rest = BYTES_EMPTY;
	}
	return buffer_put(reply, answer, err);
}

static void close_tape(void *state, enum transport_leave leave)
{
	struct tape *tape = state;

	(void)leave;
	demand(!tape->closed);
	tape->closed = true;
}

/* Fixed secrets are made once; the fuzzer's time is for the card. */
static const struct secret *fixed_secret(bool pin)
{
	static struct secret *secrets[2];
	struct error err = ERROR_EMPTY;

	if (secrets[pin] == NULL && pin)
		demand(secret_new(8, &secrets[1], &err) && secret_put(secrets[1], bytes_of_text("123456"), &err));
	else if (secrets[pin] == NULL)
		demand(piv_default_management_key(&secrets[0], &err));
	return secrets[pin];
}

/* Each step is tried whether or not the one before it worked: a caller may be careless. */
static void run(struct piv *piv)
{
	const struct piv_slot *slot = piv_slot_find("9a"), *device = piv_slot_find("f9");
	struct buffer spki = BUFFER_EMPTY, leaf = BUFFER_EMPTY, certificate = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	struct piv_metadata management = PIV_METADATA_EMPTY;
	struct piv_identity identity;
	struct error err = ERROR_EMPTY;
	bool known = piv_identify(piv, &identity, &err), tells;

	tells = piv_metadata_read(piv, PIV_REFERENCE_MANAGEMENT, &management, &err);
	known = piv_authenticate(piv, tells ? &management : NULL, fixed_secret(false), &err) && known;
	if (piv_generate(piv, slot, PIV_P256, PIV_PIN_ONCE, PIV_TOUCH_DEFAULT, &spki, &err))
		demand(spki.len == 91);
	if (piv_attest(piv, slot, &leaf, &err))
		demand(leaf.len > 1);
	if (piv_certificate_read(piv, device, &certificate, &err))
		demand(certificate.len > 1);
	known = piv_pin_verify(piv, fixed_secret(true), NULL, &err) && known;
	if (piv_sign(piv, slot, PIV_RSA2048, PIV_SHA256, buffer_bytes(&spki), &signature, &err))
		demand(signature.len == 256);
	known = piv_certificate_write(piv, slot, buffer_bytes(&leaf), &err) && known;
	known = piv_identifiers_ensure(piv, &err) && known;
	demand(known || err.code != ERROR_NONE);
	piv_metadata_clear(&management);
	buffer_free(&signature);
	buffer_free(&certificate);
	buffer_free(&leaf);
	buffer_free(&spki);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape tape = {.rest = bytes_of(data, size)};
	struct transport transport = {.state = &tape, .transmit = transmit, .close = close_tape};
	struct error err = ERROR_EMPTY;
	struct piv *piv = NULL;

	if (piv_open_over(&transport, &piv, &err)) {
		run(piv);
		piv_close(piv);
	}
	demand(tape.closed);
	return 0;
}
