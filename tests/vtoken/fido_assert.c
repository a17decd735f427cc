#include "tests/vtoken/fido_instructions.h"

enum { PARTY = 1, CLIENT_DATA_HASH = 2, ALLOW_LIST = 3, OPTIONS = 5, MAC = 6 };

struct question {
	struct bytes client_data_hash, rp_id;
	uint8_t rp_hash[FIDO_HASH_SIZE];
	bool present, verified;
	bool listed; /* the host names the credentials */
};

static enum fido_status take_question(const struct cbor_item *map, struct question *question)
{
	struct cbor_item party;
	enum fido_status status = fido_need(map, PARTY, CBOR_TEXT, &party);

	if (status != FIDO_OK)
		return status;
	fido_hash(party.content, question->rp_hash);
	question->present = fido_option(map, OPTIONS, "up", true);
	if (fido_option(map, OPTIONS, "uv", false))
		return FIDO_INVALID_OPTION;
	return fido_need_hash(map, CLIENT_DATA_HASH, &question->client_data_hash);
}

static bool may_serve(const struct fido_credential *credential, const struct question *question)
{
	if (question->verified)
		return true;
	return credential->protection == FIDO_PROTECTION_NONE ||
	       (credential->protection == FIDO_PROTECTION_WITH_ID && question->listed);
}

static void note(const struct fido *fido, const struct fido_credential *found, struct fido_walk *walk)
{
	if (walk->count < FIDO_RESIDENT_MAXIMUM)
		walk->credentials[walk->count++] = (size_t)(found - fido->credentials);
}

/* The first of the host's list that is here. */
static void find_listed(
    const struct fido *fido, struct bytes list, const struct question *question, struct fido_walk *walk)
{
	const struct fido_credential *found;
	struct cbor_item one, id;

	while (walk->count == 0 && cbor_take_kind(&list, CBOR_MAP, &one)) {
		if (!cbor_find_text(&one, "id", &id) || id.kind != CBOR_BYTES)
			continue;
		found = fido_credential_find(fido, id.content, BYTES_OF(question->rp_hash));
		if (found != NULL && may_serve(found, question))
			note(fido, found, walk);
	}
}

/* Residents of that party, the newest first. */
static void find_residents(const struct fido *fido, const struct question *question, struct fido_walk *walk)
{
	for (size_t i = fido->credential_count; i-- > 0;)
		if (fido->credentials[i].resident &&
		    bytes_equal(BYTES_OF(fido->credentials[i].rp_hash), BYTES_OF(question->rp_hash)) &&
		    may_serve(&fido->credentials[i], question))
			note(fido, &fido->credentials[i], walk);
}

static void find(
    const struct fido *fido, const struct cbor_item *map, struct question *question, struct fido_walk *walk)
{
	struct cbor_item list;

	*walk = (struct fido_walk){.count = 0};
	question->listed = cbor_find_number(map, ALLOW_LIST, &list) && list.kind == CBOR_ARRAY && list.number > 0;
	if (question->listed)
		find_listed(fido, list.content, question, walk);
	else
		find_residents(fido, question, walk);
}

static bool put_members(const struct fido_credential *credential, size_t count, bool named, struct bytes data,
    struct bytes signature, struct buffer *out)
{
	bool many = count > 1, user = credential->resident;

	return cbor_put_map(out, 3U + user + many, NULL) && cbor_put_number(out, 1, NULL) &&
	       fido_put_descriptor(credential, out) && cbor_put_number(out, 2, NULL) &&
	       cbor_put_bytes(out, data, NULL) && cbor_put_number(out, 3, NULL) &&
	       cbor_put_bytes(out, signature, NULL) &&
	       (!user || (cbor_put_number(out, 4, NULL) && fido_put_user(credential, named, out))) &&
	       (!many || (cbor_put_number(out, 5, NULL) && cbor_put_number(out, (int64_t)count, NULL)));
}

/* The next one of the walk. */
static enum fido_status put_assertion(struct card *card, size_t count, struct buffer *reply)
{
	struct fido_walk *walk = &card->fido.session.assertions;
	const struct fido_credential *credential = &card->fido.credentials[walk->credentials[walk->next++]];
	struct buffer data = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	/* who the user is, only a verified host may read, and only where it has to choose */
	bool named = walk->count > 1 && (walk->flags & FIDO_FLAG_VERIFIED) != 0, done;

	card->fido.counter++;
	card->changed = true;
	done = fido_put_data(&card->fido, BYTES_OF(credential->rp_hash), walk->flags, NULL, BYTES_EMPTY, &data) &&
	       fido_sign(credential->algorithm, credential->key, buffer_bytes(&data), BYTES_OF(walk->client_data_hash),
	           &signature) &&
	       put_members(credential, count, named, buffer_bytes(&data), buffer_bytes(&signature), reply);
	buffer_free(&data);
	buffer_free(&signature);
	return done ? FIDO_OK : FIDO_OTHER;
}

enum fido_status fido_get_assertion(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	struct fido_session *session = &card->fido.session;
	struct question question = {.present = true};
	struct fido_walk walk;
	enum fido_status status = take_question(map, &question);

	if (status == FIDO_OK)
		status = fido_gate(card, map, MAC, question.client_data_hash, FIDO_PERMISSION_ASSERT,
		    BYTES_OF(question.rp_hash), &question.verified);
	if (status == FIDO_OK && card->fido.always_uv && question.present && !question.verified)
		status = FIDO_TOKEN_REQUIRED;
	if (status != FIDO_OK)
		return status;
	find(&card->fido, map, &question, &walk);
	if (walk.count == 0)
		return FIDO_NO_CREDENTIALS;
	if (question.present) {
		status = fido_presence(card);
		if (status != FIDO_OK)
			return status;
		session->permissions = 0;
	}
	walk.flags =
	    (uint8_t)((question.present ? FIDO_FLAG_PRESENT : 0) | (question.verified ? FIDO_FLAG_VERIFIED : 0));
	if (!bytes_take_to(&question.client_data_hash, walk.client_data_hash, FIDO_HASH_SIZE))
		return FIDO_INVALID_LENGTH;
	session->assertions = walk;
	return put_assertion(card, walk.count, reply);
}

enum fido_status fido_get_next_assertion(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	const struct fido_walk *walk = &card->fido.session.assertions;

	(void)map;
	if (walk->next == 0 || walk->next >= walk->count)
		return FIDO_NOT_ALLOWED;
	return put_assertion(card, 0, reply);
}
