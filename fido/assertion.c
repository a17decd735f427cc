#include "fido/assertion.h"

#include <openssl/ec.h>

#include "common/secret.h"
#include "fido/authenticator.h"

enum { ED25519_SIGNATURE = 64, NUMBER_MAXIMUM = 32 };

void assertion_clear(struct assertion *assertion)
{
	buffer_free(&assertion->r);
	buffer_free(&assertion->s);
	*assertion = ASSERTION_EMPTY;
}

static bool put_number(const BIGNUM *number, struct buffer *out, struct error *err)
{
	int len = BN_num_bytes(number);
	uint8_t *room;

	if (len <= 0 || len > NUMBER_MAXIMUM || !buffer_extend(out, (size_t)len, &room, err))
		return error_set(err, ERROR_CARD_REPLY, "a number in the token's signature has %d bytes", len);
	return BN_bn2bin(number, room) == len;
}

static bool take_ecdsa(struct bytes der, struct assertion *assertion, struct error *err)
{
	const uint8_t *start = der.data;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &start, (long)der.len);
	bool done = pair != NULL && put_number(ECDSA_SIG_get0_r(pair), &assertion->r, err) &&
	            put_number(ECDSA_SIG_get0_s(pair), &assertion->s, err);

	ECDSA_SIG_free(pair);
	return done || error_set(err, ERROR_CARD_REPLY, "the token's signature cannot be read");
}

static bool take_answer(
    enum ssh_key_type type, const fido_assert_t *answer, struct assertion *assertion, struct error *err)
{
	struct bytes signature = bytes_of(fido_assert_sig_ptr(answer, 0), fido_assert_sig_len(answer, 0));
	struct assertion taken = {.flags = fido_assert_flags(answer, 0), .counter = fido_assert_sigcount(answer, 0)};
	bool done;

	if (type == SSH_KEY_SK_ED25519)
		done = signature.len == ED25519_SIGNATURE
		           ? buffer_put(&taken.r, signature, err)
		           : error_set(err, ERROR_CARD_REPLY, "the token's signature has %zu bytes", signature.len);
	else
		done = take_ecdsa(signature, &taken, err);
	if (done)
		*assertion = taken;
	else
		assertion_clear(&taken);
	return done;
}

static int fill(const struct authenticator *authenticator, const struct assertion_request *request,
    struct bytes message, fido_assert_t *asked)
{
	int result = fido_assert_set_clientdata(asked, message.data, message.len);

	if (result == FIDO_OK)
		result = fido_assert_set_rp(asked, request->application);
	if (result == FIDO_OK)
		result = fido_assert_allow_cred(asked, request->key_handle.data, request->key_handle.len);
	if (result == FIDO_OK)
		result = fido_assert_set_up(asked, request->presence ? FIDO_OPT_TRUE : FIDO_OPT_FALSE);
	if (result == FIDO_OK && request->verification && request->pin == NULL && authenticator->facts.verifies_itself)
		result = fido_assert_set_uv(asked, FIDO_OPT_TRUE);
	return result;
}

bool assertion_make(struct authenticator *authenticator, const struct assertion_request *request, struct bytes message,
    struct assertion *assertion, struct error *err)
{
	fido_assert_t *asked = fido_assert_new();
	int result;
	bool done;

	if (asked == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a signature");
	result = fill(authenticator, request, message, asked);
	if (result == FIDO_OK)
		result = fido_dev_get_assert(
		    authenticator->device, asked, request->pin == NULL ? NULL : secret_text(request->pin));
	/* libfido2's word for a U2F token that does not know the key */
	if (result == FIDO_ERR_CREDENTIAL_EXCLUDED)
		result = FIDO_ERR_NO_CREDENTIALS;
	done = authenticator_check(authenticator, result, "signing", err);
	if (done && fido_assert_count(asked) != 1)
		done = error_set(err, ERROR_CARD_REPLY, "the token made %zu signatures", fido_assert_count(asked));
	done = done && take_answer(request->type, asked, assertion, err);
	fido_assert_free(&asked);
	return done;
}

static int fill_question(const char *application, const struct bytes *ids, size_t num, fido_assert_t *asked)
{
	static const unsigned char nothing[32];
	int result = fido_assert_set_clientdata_hash(asked, nothing, sizeof(nothing));

	if (result == FIDO_OK)
		result = fido_assert_set_rp(asked, application);
	if (result == FIDO_OK)
		result = fido_assert_set_up(asked, FIDO_OPT_FALSE);
	for (size_t i = 0; result == FIDO_OK && i < num; i++)
		result = fido_assert_allow_cred(asked, ids[i].data, ids[i].len);
	return result;
}

/* A token that was asked for one key only need not say which it found. */
static size_t place_of(const fido_assert_t *answer, const struct bytes *ids, size_t num)
{
	struct bytes id = bytes_of(fido_assert_id_ptr(answer, 0), fido_assert_id_len(answer, 0));

	for (size_t i = 0; i < num; i++)
		if (num == 1 || bytes_equal(id, ids[i]))
			return i;
	return num;
}

/* What the question came to: U2F tokens that hold the key say that they want a touch. */
static bool take_place(const struct authenticator *authenticator, int result, const fido_assert_t *answer,
    const struct bytes *ids, size_t num, size_t *place, struct error *err)
{
	switch (result) {
	case FIDO_OK:
		*place = place_of(answer, ids, num);
		return *place < num ||
		       error_set(err, ERROR_CARD_REPLY, "the token found a key that it was not asked for");
	case FIDO_ERR_USER_PRESENCE_REQUIRED:
	case FIDO_ERR_UP_REQUIRED:
		*place = 0;
		return true;
	case FIDO_ERR_NO_CREDENTIALS:
	case FIDO_ERR_INVALID_CREDENTIAL:
	case FIDO_ERR_CREDENTIAL_EXCLUDED:
		*place = num;
		return true;
	default:
		return authenticator_check(authenticator, result, "asking for keys", err);
	}
}

bool assertion_find(struct authenticator *authenticator, const char *application, const struct bytes *ids, size_t num,
    const struct secret *pin, size_t *place, struct error *err)
{
	fido_assert_t *asked = fido_assert_new();
	int result;
	bool done;

	if (asked == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a question");
	result = fill_question(application, ids, num, asked);
	if (result == FIDO_OK)
		result = fido_dev_get_assert(authenticator->device, asked, pin == NULL ? NULL : secret_text(pin));
	done = take_place(authenticator, result, asked, ids, num, place, err);
	fido_assert_free(&asked);
	return done;
}

/* A token hides a key until it has verified its person. One without PIN or sensor never does, and U2F ones hide nothing. */
static bool may_hide(const struct authenticator *authenticator)
{
	return authenticator->facts.ctap2 && (authenticator->facts.has_pin || authenticator->facts.verifies_itself);
}

enum assertion_holder assertion_find_holder(
    struct authenticator *authenticator, const struct assertion_request *request, struct bytes message)
{
	struct assertion_request question = *request;
	struct assertion assertion = ASSERTION_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool done;

	question.presence = question.verification = false;
	question.pin = NULL;
	done = assertion_make(authenticator, &question, message, &assertion, &reason);
	assertion_clear(&assertion);
	/* a U2F token never signs untouched, and says so only of a key that it holds */
	if (done || (!authenticator->facts.ctap2 && reason.code == ERROR_TOUCH))
		return ASSERTION_HOLDS;
	return may_hide(authenticator) ? ASSERTION_MAY_HIDE : ASSERTION_HOLDS_NOT;
}

bool assertion_put_signature(
    enum ssh_key_type type, const struct assertion *assertion, struct buffer *out, struct error *err)
{
	size_t mark;

	if (!buffer_put_ssh_text(out, ssh_key_type_name(type), err) || !buffer_open_u32(out, &mark, err))
		return false;
	if (type == SSH_KEY_SK_ED25519) {
		if (!buffer_put(out, buffer_bytes(&assertion->r), err))
			return false;
	} else if (!buffer_put_ssh_number(out, buffer_bytes(&assertion->r), err) ||
	           !buffer_put_ssh_number(out, buffer_bytes(&assertion->s), err)) {
		return false;
	}
	buffer_close_u32(out, mark);
	return buffer_put_u8(out, assertion->flags, err) && buffer_put_u32(out, assertion->counter, err);
}
