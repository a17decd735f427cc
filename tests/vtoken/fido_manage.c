#include "tests/vtoken/fido_instructions.h"

enum { SUBCOMMAND = 1, PARAMETERS = 2, PROTOCOL = 3, MAC = 4 };
enum { PARAMETER_PARTY = 1, PARAMETER_CREDENTIAL = 2, PARAMETER_USER = 3 };

/* The MAC covers the subcommand and the parameters as the host encoded them. */
static enum fido_status check_host(struct card *card, const struct cbor_item *map, int64_t subcommand)
{
	struct buffer message = BUFFER_EMPTY;
	struct cbor_item parameters, mac;
	int64_t protocol = 0;
	enum fido_status status = fido_need(map, MAC, CBOR_BYTES, &mac);

	if (status == FIDO_MISSING_PARAMETER)
		return FIDO_TOKEN_REQUIRED;
	if (status == FIDO_OK)
		status = fido_need_number(map, PROTOCOL, &protocol);
	if (status == FIDO_OK && !buffer_put_u8(&message, (uint8_t)subcommand, NULL))
		status = FIDO_OTHER;
	if (status == FIDO_OK && cbor_find_number(map, PARAMETERS, &parameters) &&
	    (!cbor_put_map(&message, (size_t)parameters.number, NULL) ||
	        !buffer_put(&message, parameters.content, NULL)))
		status = FIDO_OTHER;
	if (status == FIDO_OK)
		status = fido_token_check(
		    &card->fido, protocol, buffer_bytes(&message), mac.content, FIDO_PERMISSION_MANAGE, BYTES_EMPTY);
	buffer_free(&message);
	return status;
}

static enum fido_status put_metadata(struct card *card, const struct cbor_item *parameters, struct buffer *reply)
{
	size_t residents = fido_residents(&card->fido);

	(void)parameters;
	return cbor_put_map(reply, 2, NULL) && cbor_put_number(reply, 1, NULL) &&
	               cbor_put_number(reply, (int64_t)residents, NULL) && cbor_put_number(reply, 2, NULL) &&
	               cbor_put_number(reply, (int64_t)(FIDO_RESIDENT_MAXIMUM - residents), NULL)
	           ? FIDO_OK
	           : FIDO_OTHER;
}

static bool same_party(const struct fido *fido, size_t one, size_t other)
{
	return bytes_equal(BYTES_OF(fido->credentials[one].rp_hash), BYTES_OF(fido->credentials[other].rp_hash));
}

static bool party_is_known(const struct fido *fido, const struct fido_walk *walk, size_t place)
{
	for (size_t i = 0; i < walk->count; i++)
		if (same_party(fido, walk->credentials[i], place))
			return true;
	return false;
}

static enum fido_status put_party(struct card *card, bool first, struct buffer *reply)
{
	struct fido_walk *walk = &card->fido.session.parties;
	const struct fido_credential *credential;

	if (walk->next >= walk->count)
		return first ? FIDO_NO_CREDENTIALS : FIDO_NOT_ALLOWED;
	credential = &card->fido.credentials[walk->credentials[walk->next++]];
	return cbor_put_map(reply, first ? 3 : 2, NULL) && cbor_put_number(reply, 3, NULL) &&
	               cbor_put_map(reply, 1, NULL) && cbor_put_text(reply, "id", NULL) &&
	               cbor_put_text(reply, buffer_text(&credential->rp_id), NULL) && cbor_put_number(reply, 4, NULL) &&
	               cbor_put_bytes(reply, BYTES_OF(credential->rp_hash), NULL) &&
	               (!first ||
	                   (cbor_put_number(reply, 5, NULL) && cbor_put_number(reply, (int64_t)walk->count, NULL)))
	           ? FIDO_OK
	           : FIDO_OTHER;
}

static enum fido_status begin_parties(struct card *card, const struct cbor_item *parameters, struct buffer *reply)
{
	struct fido_walk *walk = &card->fido.session.parties;

	(void)parameters;
	*walk = (struct fido_walk){.count = 0};
	for (size_t i = 0; i < card->fido.credential_count; i++)
		if (card->fido.credentials[i].resident && !party_is_known(&card->fido, walk, i))
			walk->credentials[walk->count++] = i;
	return put_party(card, true, reply);
}

static enum fido_status next_party(struct card *card, const struct cbor_item *parameters, struct buffer *reply)
{
	(void)parameters;
	return put_party(card, false, reply);
}

static enum fido_status put_credential(struct card *card, bool first, struct buffer *reply)
{
	struct fido_walk *walk = &card->fido.session.managed;
	const struct fido_credential *credential;

	if (walk->next >= walk->count)
		return first ? FIDO_NO_CREDENTIALS : FIDO_NOT_ALLOWED;
	credential = &card->fido.credentials[walk->credentials[walk->next++]];
	return cbor_put_map(reply, first ? 5 : 4, NULL) && cbor_put_number(reply, 6, NULL) &&
	               fido_put_user(credential, true, reply) && cbor_put_number(reply, 7, NULL) &&
	               fido_put_descriptor(credential, reply) && cbor_put_number(reply, 8, NULL) &&
	               fido_put_cose(credential->algorithm, credential->key, reply) &&
	               (!first ||
	                   (cbor_put_number(reply, 9, NULL) && cbor_put_number(reply, (int64_t)walk->count, NULL))) &&
	               cbor_put_number(reply, 0x0a, NULL) && cbor_put_number(reply, credential->protection, NULL)
	           ? FIDO_OK
	           : FIDO_OTHER;
}

static enum fido_status begin_credentials(struct card *card, const struct cbor_item *parameters, struct buffer *reply)
{
	struct fido_walk *walk = &card->fido.session.managed;
	struct bytes rp_hash;
	enum fido_status status = fido_need_hash(parameters, PARAMETER_PARTY, &rp_hash);

	if (status != FIDO_OK)
		return status;
	*walk = (struct fido_walk){.count = 0};
	for (size_t i = 0; i < card->fido.credential_count; i++)
		if (card->fido.credentials[i].resident &&
		    bytes_equal(rp_hash, BYTES_OF(card->fido.credentials[i].rp_hash)))
			walk->credentials[walk->count++] = i;
	return put_credential(card, true, reply);
}

static enum fido_status next_credential(struct card *card, const struct cbor_item *parameters, struct buffer *reply)
{
	(void)parameters;
	return put_credential(card, false, reply);
}

static enum fido_status find_named(
    const struct fido *fido, const struct cbor_item *parameters, struct fido_credential **found)
{
	struct cbor_item descriptor, id;
	enum fido_status status = fido_need(parameters, PARAMETER_CREDENTIAL, CBOR_MAP, &descriptor);

	if (status != FIDO_OK)
		return status;
	if (!cbor_find_text(&descriptor, "id", &id) || id.kind != CBOR_BYTES)
		return FIDO_MISSING_PARAMETER;
	for (size_t i = 0; i < fido->credential_count; i++)
		if (fido->credentials[i].resident && bytes_equal(id.content, BYTES_OF(fido->credentials[i].id))) {
			*found = &fido->credentials[i];
			return FIDO_OK;
		}
	return FIDO_NO_CREDENTIALS;
}

static enum fido_status delete_credential(struct card *card, const struct cbor_item *parameters, struct buffer *reply)
{
	struct fido_credential *found;
	enum fido_status status = find_named(&card->fido, parameters, &found);

	(void)reply;
	if (status != FIDO_OK)
		return status;
	fido_credential_remove(&card->fido, found);
	/* places in walks have moved */
	card->fido.session.parties = card->fido.session.managed = card->fido.session.assertions =
	    (struct fido_walk){.count = 0};
	card->changed = true;
	return FIDO_OK;
}

static bool replace_text(const struct cbor_item *user, const char *name, struct buffer *text)
{
	struct cbor_item value;

	buffer_free(text);
	return !cbor_find_text(user, name, &value) || value.kind != CBOR_TEXT || buffer_put(text, value.content, NULL);
}

static enum fido_status update_user(struct card *card, const struct cbor_item *parameters, struct buffer *reply)
{
	struct fido_credential *found;
	struct cbor_item user, id;
	enum fido_status status = find_named(&card->fido, parameters, &found);

	(void)reply;
	if (status == FIDO_OK)
		status = fido_need(parameters, PARAMETER_USER, CBOR_MAP, &user);
	if (status != FIDO_OK)
		return status;
	if (!cbor_find_text(&user, "id", &id) || !bytes_equal(id.content, buffer_bytes(&found->user_id)))
		return FIDO_INVALID_PARAMETER;
	card->changed = true;
	return replace_text(&user, "name", &found->user_name) &&
	               replace_text(&user, "displayName", &found->user_display_name)
	           ? FIDO_OK
	           : FIDO_OTHER;
}

static const struct manage_row {
	enum fido_status (*run)(struct card *card, const struct cbor_item *parameters, struct buffer *reply);
	bool goes_on; /* continues what was shown to a verified host */
} rows[] = {
    [1] = {put_metadata, false},
    [2] = {begin_parties, false},
    [3] = {next_party, true},
    [4] = {begin_credentials, false},
    [5] = {next_credential, true},
    [6] = {delete_credential, false},
    [7] = {update_user, false},
};

enum fido_status fido_manage(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	struct cbor_item parameters = {.kind = CBOR_MAP};
	int64_t subcommand = 0;
	enum fido_status status = fido_need_number(map, SUBCOMMAND, &subcommand);

	if (status != FIDO_OK)
		return status;
	if (subcommand < 1 || subcommand >= (int64_t)(sizeof(rows) / sizeof(rows[0])))
		return FIDO_INVALID_SUBCOMMAND;
	if (!rows[subcommand].goes_on)
		status = check_host(card, map, subcommand);
	if (status != FIDO_OK)
		return status;
	(void)!cbor_find_number(map, PARAMETERS, &parameters);
	return rows[subcommand].run(card, &parameters, reply);
}
