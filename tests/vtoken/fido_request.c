#include <openssl/sha.h>

#include "tests/vtoken/fido_instructions.h"

enum fido_status fido_need(const struct cbor_item *map, int64_t key, enum cbor_kind kind, struct cbor_item *value)
{
	if (!cbor_find_number(map, key, value))
		return FIDO_MISSING_PARAMETER;
	return value->kind == kind ? FIDO_OK : FIDO_CBOR_TYPE;
}

enum fido_status fido_need_number(const struct cbor_item *map, int64_t key, int64_t *number)
{
	struct cbor_item value;

	if (!cbor_find_number(map, key, &value))
		return FIDO_MISSING_PARAMETER;
	return cbor_number(&value, number) ? FIDO_OK : FIDO_CBOR_TYPE;
}

enum fido_status fido_need_hash(const struct cbor_item *map, int64_t key, struct bytes *hash)
{
	struct cbor_item value;
	enum fido_status status = fido_need(map, key, CBOR_BYTES, &value);

	if (status != FIDO_OK)
		return status;
	*hash = value.content;
	return hash->len == FIDO_HASH_SIZE ? FIDO_OK : FIDO_INVALID_LENGTH;
}

bool fido_option(const struct cbor_item *map, int64_t key, const char *name, bool otherwise)
{
	struct cbor_item options, value;

	if (!cbor_find_number(map, key, &options) || !cbor_find_text(&options, name, &value) ||
	    value.kind != CBOR_BOOLEAN)
		return otherwise;
	return value.number != 0;
}

void fido_hash(struct bytes in, uint8_t hash[FIDO_HASH_SIZE])
{
	(void)SHA256(in.data, in.len, hash);
}
