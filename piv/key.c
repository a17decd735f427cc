#include "piv/key.h"

#include <limits.h>
#include <openssl/ec.h>

#include "common/tlv.h"
#include "piv/application.h"
#include "piv/dynamic_authentication.h"
#include "piv/instruction.h"
#include "piv/public_key.h"
#include "piv/status.h"

#define TAG_GENERATE 0xacU
#define TAG_ALGORITHM 0x80U
#define TAG_PIN_POLICY 0xaaU
#define TAG_TOUCH_POLICY 0xabU
#define TAG_PUBLIC_KEY 0x7f49U

#define EDWARDS_SIGNATURE_BYTES 64U

static bool put_number(struct buffer *out, uint32_t tag, uint8_t number, struct error *err)
{
	return tlv_put(out, tag, bytes_of(&number, 1), err);
}

/* A policy of "default" is not sent: tokens without that extension take the rest. */
static bool put_generate(struct buffer *out, enum piv_algorithm algorithm, enum piv_pin_policy pin_policy,
    enum piv_touch_policy touch_policy, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	bool done =
	    put_number(&content, TAG_ALGORITHM, (uint8_t)algorithm, err) &&
	    (pin_policy == PIV_PIN_DEFAULT || put_number(&content, TAG_PIN_POLICY, (uint8_t)pin_policy, err)) &&
	    (touch_policy == PIV_TOUCH_DEFAULT || put_number(&content, TAG_TOUCH_POLICY, (uint8_t)touch_policy, err)) &&
	    tlv_put(out, TAG_GENERATE, buffer_bytes(&content), err);

	buffer_free(&content);
	return done;
}

static bool judge_generate(
    uint16_t status, const struct piv_slot *slot, const struct piv_algorithm_row *row, struct error *err)
{
	switch (status) {
	case STATUS_DONE:
		return true;
	case STATUS_NOT_AUTHORISED:
		return error_set(
		    err, ERROR_MANAGEMENT_KEY, "making a key in slot %s wants the management key first", slot->name);
	case STATUS_DATA:
	case STATUS_CONDITIONS:
		return error_set(err, ERROR_CARD_UNSUPPORTED,
		    "the token cannot make a key of type %s with these PIN and touch policies in slot %s (status %04x)",
		    row->title, slot->name, (unsigned)status);
	default:
		return status_check(status, "making a key", err);
	}
}

static bool parse_generated(struct bytes reply, enum piv_algorithm algorithm, struct buffer *spki, struct error *err)
{
	struct bytes fields;

	return tlv_take(&reply, TAG_PUBLIC_KEY, &fields, err) && tlv_end(reply, err) &&
	       piv_public_key_parse(fields, algorithm, spki, err);
}

bool piv_generate(struct piv *piv, const struct piv_slot *slot, enum piv_algorithm algorithm,
    enum piv_pin_policy pin_policy, enum piv_touch_policy touch_policy, struct buffer *spki, struct error *err)
{
	const struct piv_algorithm_row *row = piv_algorithm_row(algorithm);
	struct apdu_command command = {.ins = INS_GENERATE, .p2 = slot->id, .reply = APDU_REPLY_SHORT};
	struct buffer request = BUFFER_EMPTY, reply = BUFFER_EMPTY;
	uint16_t status;
	bool done = false;

	if (row == NULL || row->type == PIV_KEY_TYPE_SYMMETRIC)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "no slot holds such a key");
	if (row->type == PIV_KEY_TYPE_RSA)
		command.reply = APDU_REPLY_LONG;
	if (!put_generate(&request, algorithm, pin_policy, touch_policy, err))
		goto out;
	command.data = buffer_bytes(&request);
	done = piv_exchange(piv, &command, &reply, &status, err) && judge_generate(status, slot, row, err) &&
	       parse_generated(buffer_bytes(&reply), algorithm, spki, err);
out:
	buffer_free(&reply);
	buffer_free(&request);
	return done;
}

/* Tokens say 6982 for a PIN that is missing and for a touch that did not come; what went before tells them apart. */
static bool judge_sign(uint16_t status, const struct piv_slot *slot, bool pin_fresh, struct error *err)
{
	switch (status) {
	case STATUS_DONE:
		return true;
	case STATUS_NOT_AUTHORISED:
		if (pin_fresh)
			return error_set(
			    err, ERROR_TOUCH, "slot %s did not sign: the token was not touched in time", slot->name);
		return error_set(err, ERROR_PIN_NEEDED,
		    "slot %s did not sign: it wants the PIN directly before, or a touch that did not come", slot->name);
	case STATUS_CONDITIONS:
		return error_set(
		    err, ERROR_TOUCH, "slot %s did not sign: the token was not touched in time", slot->name);
	case STATUS_DATA:
	case STATUS_REFERENCE_ABSENT:
		return error_set(err, ERROR_CARD_SLOT_EMPTY,
		    "slot %s did not sign: it is empty, or its key is of another type (status %04x)", slot->name,
		    (unsigned)status);
	default:
		return status_check(status, "signing", err);
	}
}

static bool is_ecdsa_signature(struct bytes signature)
{
	const unsigned char *at = signature.data;
	ECDSA_SIG *parsed = signature.len > LONG_MAX ? NULL : d2i_ECDSA_SIG(NULL, &at, (long)signature.len);
	bool whole = parsed != NULL && at == signature.data + signature.len;

	ECDSA_SIG_free(parsed);
	return whole;
}

static bool check_signature(struct bytes signature, const struct piv_algorithm_row *row, struct error *err)
{
	bool good = false;

	switch (row->type) {
	case PIV_KEY_TYPE_RSA:
		good = signature.len == row->bits / 8;
		break;
	case PIV_KEY_TYPE_EC:
		good = is_ecdsa_signature(signature);
		break;
	case PIV_KEY_TYPE_EDWARDS:
		good = signature.len == EDWARDS_SIGNATURE_BYTES;
		break;
	case PIV_KEY_TYPE_AGREEMENT:
	case PIV_KEY_TYPE_SYMMETRIC:
		break;
	}
	return good || error_set(err, ERROR_CARD_REPLY, "the token's answer is no signature of type %s", row->title);
}

static bool take_signature(
    struct bytes reply, const struct piv_algorithm_row *row, struct buffer *signature, struct error *err)
{
	struct buffer found = BUFFER_EMPTY;
	bool done = dynamic_parse(reply, DYNAMIC_RESPONSE, &found, err) &&
	            check_signature(buffer_bytes(&found), row, err) && buffer_put(signature, buffer_bytes(&found), err);

	buffer_free(&found);
	return done;
}

static bool sign_input(struct piv *piv, const struct piv_slot *slot, enum piv_algorithm algorithm, struct bytes input,
    struct buffer *signature, struct error *err)
{
	const struct dynamic_field fields[] = {{DYNAMIC_RESPONSE, {NULL, 0}}, {DYNAMIC_CHALLENGE, input}};
	const struct piv_algorithm_row *row = piv_algorithm_row(algorithm);
	struct buffer template = BUFFER_EMPTY, reply = BUFFER_EMPTY;
	bool pin_fresh = piv_pin_is_fresh(piv), done;
	enum apdu_reply size;
	uint16_t status;

	if (row == NULL)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "algorithm %02x is not known", (unsigned)algorithm);
	size = row->type == PIV_KEY_TYPE_RSA ? APDU_REPLY_LONG : APDU_REPLY_SHORT;
	done = dynamic_encode(fields, 2, &template, err) &&
	       dynamic_exchange(piv, algorithm, slot->id, buffer_bytes(&template), size, &reply, &status, err) &&
	       judge_sign(status, slot, pin_fresh, err) && take_signature(buffer_bytes(&reply), row, signature, err);
	buffer_free(&reply);
	buffer_free(&template);
	return done;
}

bool piv_sign(struct piv *piv, const struct piv_slot *slot, enum piv_algorithm algorithm, enum piv_digest digest,
    struct bytes message, struct buffer *signature, struct error *err)
{
	struct buffer input = BUFFER_EMPTY;
	bool done = piv_signature_input(algorithm, digest, message, &input, err) &&
	            sign_input(piv, slot, algorithm, buffer_bytes(&input), signature, err);

	buffer_free(&input);
	return done;
}

static bool judge_attest(uint16_t status, const struct piv_slot *slot, struct error *err)
{
	switch (status) {
	case STATUS_DONE:
		return true;
	case STATUS_DATA:
	case STATUS_REFERENCE_ABSENT:
		return error_set(err, ERROR_NOT_ATTESTABLE,
		    "the token cannot attest slot %s: it is empty, or its key was imported; only a key that the token "
		    "made itself can be attested, so let it make a new one",
		    slot->name);
	case STATUS_INSTRUCTION:
		return error_set(err, ERROR_NOT_ATTESTABLE,
		    "this token cannot attest keys; it takes another one (of a YubiKey: firmware 4.3 or later)");
	case STATUS_OBJECT_ABSENT:
		return error_set(err, ERROR_NOT_ATTESTABLE,
		    "the token's own attestation key was deleted, so it can attest nothing; it takes another one");
	default:
		if (status_check(status, "attesting a key", err))
			return true;
		return error_prefix(err, "slot %s", slot->name);
	}
}

/* A certificate is one element from end to end; what it says is not looked at. */
static bool put_certificate(struct bytes reply, struct buffer *leaf, struct error *err)
{
	struct bytes rest = reply, content;

	return tlv_take(&rest, 0x30, &content, err) && tlv_end(rest, err) && buffer_put(leaf, reply, err);
}

bool piv_attest(struct piv *piv, const struct piv_slot *slot, struct buffer *leaf, struct error *err)
{
	struct apdu_command command = {.ins = INS_ATTEST, .p1 = slot->id, .reply = APDU_REPLY_LONG};
	struct buffer reply = BUFFER_EMPTY;
	uint16_t status;
	bool done = piv_exchange(piv, &command, &reply, &status, err) && judge_attest(status, slot, err) &&
	            put_certificate(buffer_bytes(&reply), leaf, err);

	buffer_free(&reply);
	return done;
}
