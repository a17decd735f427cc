#include "tests/vtoken/fido_instructions.h"

enum {
	CLIENT_DATA_HASH = 1,
	PARTY = 2,
	USER = 3,
	ALGORITHMS = 4,
	EXCLUDE_LIST = 5,
	EXTENSIONS = 6,
	OPTIONS = 7,
	MAC = 8
};
enum { ENTERPRISE = 10, USER_ID_MAXIMUM = 64 };

/* What one request wants, borrowed from it. */
struct order {
	struct bytes client_data_hash, rp_id, user_id, user_name, user_display_name;
	uint8_t rp_hash[FIDO_HASH_SIZE];
	const struct algorithm *algorithm;
	uint8_t protection; /* 0: not asked for */
	bool resident, verified, enterprise;
};

static enum fido_status take_member(
    const struct cbor_item *map, const char *name, enum cbor_kind kind, struct bytes *content)
{
	struct cbor_item value;

	if (!cbor_find_text(map, name, &value))
		return FIDO_MISSING_PARAMETER;
	*content = value.content;
	return value.kind == kind ? FIDO_OK : FIDO_CBOR_TYPE;
}

/* The names of a user are for listings only, and may be absent. */
static enum fido_status take_user(const struct cbor_item *map, struct order *order)
{
	struct cbor_item user;
	enum fido_status status = fido_need(map, USER, CBOR_MAP, &user);

	if (status != FIDO_OK)
		return status;
	status = take_member(&user, "id", CBOR_BYTES, &order->user_id);
	if (status == FIDO_OK && (order->user_id.len == 0 || order->user_id.len > USER_ID_MAXIMUM))
		return FIDO_INVALID_LENGTH;
	(void)take_member(&user, "name", CBOR_TEXT, &order->user_name);
	(void)take_member(&user, "displayName", CBOR_TEXT, &order->user_display_name);
	return status;
}

static enum fido_status take_party(const struct cbor_item *map, struct order *order)
{
	struct cbor_item party;
	enum fido_status status = fido_need(map, PARTY, CBOR_MAP, &party);

	if (status == FIDO_OK)
		status = take_member(&party, "id", CBOR_TEXT, &order->rp_id);
	fido_hash(order->rp_id, order->rp_hash);
	return status;
}

/* The first one of the list that the card has. */
static enum fido_status take_algorithm(const struct cbor_item *map, const struct fido *fido, struct order *order)
{
	struct cbor_item list, one, number;
	enum fido_status status = fido_need(map, ALGORITHMS, CBOR_ARRAY, &list);
	int64_t value;

	if (status != FIDO_OK)
		return status;
	while (order->algorithm == NULL && list.content.len > 0) {
		if (!cbor_take_kind(&list.content, CBOR_MAP, &one) || !cbor_find_text(&one, "alg", &number) ||
		    !cbor_number(&number, &value))
			return FIDO_INVALID_CBOR;
		order->algorithm = fido_algorithm_find(fido, value);
	}
	return order->algorithm == NULL ? FIDO_UNSUPPORTED_ALGORITHM : FIDO_OK;
}

static enum fido_status take_protection(const struct cbor_item *map, struct order *order)
{
	struct cbor_item extensions, value;
	int64_t number;

	if (!cbor_find_number(map, EXTENSIONS, &extensions) || !cbor_find_text(&extensions, "credProtect", &value))
		return FIDO_OK;
	if (!cbor_number(&value, &number))
		return FIDO_CBOR_TYPE;
	if (number < FIDO_PROTECTION_NONE || number > FIDO_PROTECTION_ALWAYS)
		return FIDO_INVALID_OPTION;
	order->protection = (uint8_t)number;
	return FIDO_OK;
}

static enum fido_status take_options(const struct cbor_item *map, const struct fido *fido, struct order *order)
{
	int64_t kind;

	order->resident = fido_option(map, OPTIONS, "rk", false);
	if (!fido_option(map, OPTIONS, "up", true) || fido_option(map, OPTIONS, "uv", false))
		return FIDO_INVALID_OPTION;
	order->enterprise = fido_need_number(map, ENTERPRISE, &kind) == FIDO_OK;
	if (order->enterprise && !fido->enterprise)
		return FIDO_INVALID_PARAMETER;
	return FIDO_OK;
}

static enum fido_status take_order(const struct cbor_item *map, const struct fido *fido, struct order *order)
{
	enum fido_status status = fido_need_hash(map, CLIENT_DATA_HASH, &order->client_data_hash);

	if (status == FIDO_OK)
		status = take_party(map, order);
	if (status == FIDO_OK)
		status = take_user(map, order);
	if (status == FIDO_OK)
		status = take_algorithm(map, fido, order);
	if (status == FIDO_OK)
		status = take_options(map, fido, order);
	return status == FIDO_OK ? take_protection(map, order) : status;
}

/* From 2.1 on a credential that is not resident can do without the PIN, unless the card was told otherwise. */
static bool token_is_needed(const struct fido *fido, const struct order *order)
{
	if (order->verified)
		return false;
	if (fido->always_uv)
		return true;
	return fido->has_pin && (order->resident || !fido->shape->ctap21);
}

static bool is_excluded(const struct cbor_item *map, const struct fido *fido, const struct order *order)
{
	const struct fido_credential *found;
	struct cbor_item list, one;
	struct bytes id;

	if (!cbor_find_number(map, EXCLUDE_LIST, &list) || list.kind != CBOR_ARRAY)
		return false;
	while (cbor_take_kind(&list.content, CBOR_MAP, &one)) {
		if (take_member(&one, "id", CBOR_BYTES, &id) != FIDO_OK)
			continue;
		found = fido_credential_find(fido, id, BYTES_OF(order->rp_hash));
		if (found != NULL && (found->protection != FIDO_PROTECTION_ALWAYS || order->verified))
			return true;
	}
	return false;
}

static bool make(const struct order *order, struct fido_credential *made)
{
	if (!fido_credential_make(order->algorithm, BYTES_OF(order->rp_hash), made))
		return false;
	made->resident = order->resident;
	if (order->protection > 0)
		made->protection = order->protection;
	return buffer_put(&made->rp_id, order->rp_id, NULL) && buffer_put(&made->user_id, order->user_id, NULL) &&
	       buffer_put(&made->user_name, order->user_name, NULL) &&
	       buffer_put(&made->user_display_name, order->user_display_name, NULL);
}

static bool put_answer(
    const struct fido *fido, const struct order *order, const struct fido_credential *made, struct buffer *reply)
{
	struct buffer extensions = BUFFER_EMPTY, data = BUFFER_EMPTY;
	unsigned flags = FIDO_FLAG_PRESENT | (order->verified ? FIDO_FLAG_VERIFIED : 0U);
	bool done =
	    (order->protection == 0 ||
	        (cbor_put_map(&extensions, 1, NULL) && cbor_put_text(&extensions, "credProtect", NULL) &&
	            cbor_put_number(&extensions, order->protection, NULL))) &&
	    fido_put_data(fido, BYTES_OF(order->rp_hash), flags, made, buffer_bytes(&extensions), &data) &&
	    fido_put_attestation(fido, made, buffer_bytes(&data), order->client_data_hash, order->enterprise, reply);

	buffer_free(&extensions);
	buffer_free(&data);
	return done;
}

static enum fido_status answer(struct card *card, const struct order *order, struct buffer *reply)
{
	struct fido *fido = &card->fido;
	struct fido_credential made, *same;
	enum fido_status status = FIDO_OTHER;

	if (make(order, &made) && put_answer(fido, order, &made, reply)) {
		same = fido_credential_find_user(fido, BYTES_OF(order->rp_hash), order->user_id);
		if (order->resident && same != NULL)
			fido_credential_remove(fido, same);
		status = fido_credential_add(fido, &made) ? FIDO_OK : FIDO_STORE_FULL;
	}
	fido_credential_clear(&made);
	fido->session.permissions = 0;
	return status;
}

enum fido_status fido_make_credential(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	struct order order = {.algorithm = NULL};
	enum fido_status status = take_order(map, &card->fido, &order);

	if (status == FIDO_OK)
		status = fido_gate(card, map, MAC, order.client_data_hash, FIDO_PERMISSION_MAKE,
		    BYTES_OF(order.rp_hash), &order.verified);
	if (status == FIDO_OK && token_is_needed(&card->fido, &order))
		return FIDO_TOKEN_REQUIRED;
	if (status == FIDO_OK)
		status = fido_presence(card);
	if (status != FIDO_OK)
		return status;
	if (is_excluded(map, &card->fido, &order))
		return FIDO_CREDENTIAL_EXCLUDED;
	card->fido.counter++;
	card->changed = true;
	return answer(card, &order, reply);
}
