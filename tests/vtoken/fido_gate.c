#include "tests/vtoken/fido_instructions.h"

/* The token came without a relying party from the older subcommand; the first use binds it. */
static void bind_to(struct fido_session *session, struct bytes rp_hash)
{
	session->bound = bytes_take_to(&rp_hash, session->rp_hash, FIDO_HASH_SIZE);
}

enum fido_status fido_token_check(struct fido *fido, int64_t protocol, struct bytes message, struct bytes mac,
    enum fido_permission permission, struct bytes rp_hash)
{
	struct fido_session *session = &fido->session;

	if (protocol < 1 || protocol > UINT8_MAX || !personality_has(fido->shape->protocols, (uint8_t)protocol))
		return FIDO_INVALID_PARAMETER;
	if (session->token_protocol != (unsigned)protocol ||
	    !fido_authentic((unsigned)protocol, BYTES_OF(session->token), message, mac) ||
	    (session->permissions & permission) == 0)
		return FIDO_PIN_AUTH_INVALID;
	if (rp_hash.len == 0)
		return FIDO_OK;
	if (!session->bound)
		bind_to(session, rp_hash);
	return bytes_equal(rp_hash, BYTES_OF(session->rp_hash)) ? FIDO_OK : FIDO_PIN_AUTH_INVALID;
}

enum fido_status fido_gate(struct card *card, const struct cbor_item *map, int64_t mac_key, struct bytes message,
    enum fido_permission permission, struct bytes rp_hash, bool *verified)
{
	struct cbor_item mac;
	enum fido_status status;
	int64_t protocol;

	*verified = false;
	if (!cbor_find_number(map, mac_key, &mac))
		return FIDO_OK;
	if (mac.kind != CBOR_BYTES)
		return FIDO_CBOR_TYPE;
	/* how a host asks "which of you?": a touch, and an answer that tells whether there is a PIN */
	if (mac.content.len == 0) {
		status = fido_presence(card);
		if (status != FIDO_OK)
			return status;
		return card->fido.has_pin ? FIDO_PIN_INVALID : FIDO_PIN_NOT_SET;
	}
	status = fido_need_number(map, mac_key + 1, &protocol);
	if (status == FIDO_OK)
		status = fido_token_check(&card->fido, protocol, message, mac.content, permission, rp_hash);
	*verified = status == FIDO_OK;
	return status;
}
