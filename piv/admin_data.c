#include "piv/admin_data.h"

#include "common/secret.h"
#include "common/tlv.h"
#include "piv/object.h"

#define TAG_ADMIN_DATA 0x80U
#define TAG_FLAGS 0x81U
#define TAG_SALT 0x82U
#define TAG_TIME 0x83U
#define TAG_PROTECTED 0x88U
#define TAG_KEY 0x89U
#define TAG_NEXT_KEY 0x8aU

#define FLAG_PUK_BLOCKED 0x01U
#define FLAG_KEY_PROTECTED 0x02U

#define KEY_MAXIMUM 32U

static bool set_flags(struct bytes value, struct piv_admin_data *data, struct error *err)
{
	uint8_t flags;

	if (value.data == NULL)
		return true;
	if (!bytes_take_u8(&value, &flags) || value.len > 0)
		return error_set(err, ERROR_CARD_REPLY, "the admin data's flags are not one byte");
	data->puk_blocked = (flags & FLAG_PUK_BLOCKED) != 0;
	data->key_protected = (flags & FLAG_KEY_PROTECTED) != 0;
	return true;
}

/* Others write the time with its high bytes first, in as many bytes as they like up to four. */
static bool set_time(struct bytes value, struct piv_admin_data *data, struct error *err)
{
	uint8_t byte;

	if (value.data == NULL)
		return true;
	if (value.len > sizeof(data->pin_changed))
		return error_set(err, ERROR_CARD_REPLY, "the admin data's time has %zu bytes", value.len);
	data->has_time = value.len > 0;
	while (bytes_take_u8(&value, &byte))
		data->pin_changed = data->pin_changed << 8 | byte;
	return true;
}

bool piv_admin_data_parse(struct bytes content, struct piv_admin_data *data, struct error *err)
{
	struct piv_admin_data parsed = {.has_time = false};
	struct bytes fields, flags, salt, time;

	*data = parsed;
	if (content.len == 0)
		return true;
	if (!tlv_take(&content, TAG_ADMIN_DATA, &fields, err) || !tlv_end(content, err) ||
	    !tlv_find(fields, TAG_FLAGS, &flags, err) || !tlv_find(fields, TAG_SALT, &salt, err) ||
	    !tlv_find(fields, TAG_TIME, &time, err) || !set_flags(flags, &parsed, err) || !set_time(time, &parsed, err))
		return error_prefix(err, "admin data");
	parsed.key_derived = salt.len > 0 && !parsed.key_protected;
	*data = parsed;
	return true;
}

bool piv_admin_data_read(struct piv *piv, struct piv_admin_data *data, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool done =
	    piv_object_read(piv, PIV_OBJECT_ADMIN_DATA, &content, &reason) || reason.code == ERROR_CARD_OBJECT_ABSENT;

	if (done)
		done = piv_admin_data_parse(buffer_bytes(&content), data, err);
	else if (err != NULL)
		*err = reason;
	buffer_free(&content);
	return done;
}

static bool put_admin_data(const struct piv_admin_data *data, struct buffer *out, struct error *err)
{
	uint8_t flags =
	    (uint8_t)((data->puk_blocked ? FLAG_PUK_BLOCKED : 0) | (data->key_protected ? FLAG_KEY_PROTECTED : 0));
	struct buffer fields = BUFFER_EMPTY, time = BUFFER_EMPTY;
	bool done = tlv_put(&fields, TAG_FLAGS, bytes_of(&flags, 1), err) &&
	            (!data->has_time || (buffer_put_u32(&time, data->pin_changed, err) &&
	                                    tlv_put(&fields, TAG_TIME, buffer_bytes(&time), err))) &&
	            tlv_put(out, TAG_ADMIN_DATA, buffer_bytes(&fields), err);

	buffer_free(&time);
	buffer_free(&fields);
	return done;
}

bool piv_admin_data_write(struct piv *piv, const struct piv_admin_data *data, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	bool done = put_admin_data(data, &content, err) &&
	            piv_object_write(piv, PIV_OBJECT_ADMIN_DATA, buffer_bytes(&content), err);

	buffer_free(&content);
	return done;
}

/* NULL where the field is not there. */
static bool take_key(struct bytes value, struct secret **key, struct error *err)
{
	*key = NULL;
	if (value.data == NULL)
		return true;
	if (value.len != 16 && value.len != 24 && value.len != KEY_MAXIMUM)
		return error_set(err, ERROR_CARD_REPLY, "the stored management key has %zu bytes", value.len);
	if (!secret_new(KEY_MAXIMUM, key, err))
		return false;
	return secret_put(*key, value, err);
}

bool piv_protected_keys_parse(struct bytes content, struct secret **key, struct secret **next, struct error *err)
{
	struct bytes fields, present, coming;

	*key = *next = NULL;
	if (!tlv_take(&content, TAG_PROTECTED, &fields, err) || !tlv_end(content, err) ||
	    !tlv_find(fields, TAG_KEY, &present, err) || !tlv_find(fields, TAG_NEXT_KEY, &coming, err))
		return error_prefix(err, "the stored management key");
	if (present.data == NULL)
		return error_set(err, ERROR_CARD_REPLY, "the token has no management key where it says that one is");
	if (take_key(present, key, err) && take_key(coming, next, err))
		return true;
	secret_free(*key);
	secret_free(*next);
	*key = *next = NULL;
	return false;
}

bool piv_protected_keys_read(struct piv *piv, struct secret **key, struct secret **next, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	bool done = piv_object_read(piv, PIV_OBJECT_PRINTED, &content, err) &&
	            piv_protected_keys_parse(buffer_bytes(&content), key, next, err);

	buffer_free(&content);
	return done;
}

bool piv_protected_keys_write(struct piv *piv, const struct secret *key, const struct secret *next, struct error *err)
{
	struct buffer fields = BUFFER_EMPTY, content = BUFFER_EMPTY;
	bool done = tlv_put(&fields, TAG_KEY, secret_bytes(key), err) &&
	            (next == NULL || tlv_put(&fields, TAG_NEXT_KEY, secret_bytes(next), err)) &&
	            tlv_put(&content, TAG_PROTECTED, buffer_bytes(&fields), err) &&
	            piv_object_write(piv, PIV_OBJECT_PRINTED, buffer_bytes(&content), err);

	buffer_free(&content);
	buffer_free(&fields);
	return done;
}
