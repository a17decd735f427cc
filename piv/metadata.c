#include "piv/metadata.h"

#include "common/language.h"
#include "common/tlv.h"
#include "piv/apdu.h"
#include "piv/application.h"
#include "piv/instruction.h"
#include "piv/public_key.h"
#include "piv/status.h"

#define TAG_ALGORITHM 0x01U
#define TAG_POLICY 0x02U
#define TAG_ORIGIN 0x03U
#define TAG_PUBLIC_KEY 0x04U
#define TAG_DEFAULT 0x05U
#define TAG_TRIES 0x06U

static bool refuse(const char *field, struct error *err)
{
	return error_set(err, ERROR_CARD_REPLY, "what the token says of a key's %s makes no sense", translated(field));
}

/* Each of these takes the value of its field, which was there. */
static bool set_algorithm(struct piv_metadata *metadata, struct bytes value, struct error *err)
{
	uint8_t number;

	if (!bytes_take_u8(&value, &number) || value.len > 0)
		return refuse("algorithm", err);
	metadata->algorithm = piv_algorithm_row(number);
	return true;
}

static bool set_policies(struct piv_metadata *metadata, struct bytes value, struct error *err)
{
	uint8_t pin, touch;

	if (!bytes_take_u8(&value, &pin) || !bytes_take_u8(&value, &touch) || value.len > 0 ||
	    pin >= PIV_PIN_POLICY_COUNT || touch >= PIV_TOUCH_POLICY_COUNT)
		return refuse("policies", err);
	metadata->pin_policy = (enum piv_pin_policy)pin;
	metadata->touch_policy = (enum piv_touch_policy)touch;
	return true;
}

static bool set_origin(struct piv_metadata *metadata, struct bytes value, struct error *err)
{
	uint8_t origin;

	if (!bytes_take_u8(&value, &origin) || value.len > 0 || origin > PIV_ORIGIN_IMPORTED)
		return refuse("origin", err);
	metadata->origin = (enum piv_origin)origin;
	return true;
}

static bool set_public_key(struct piv_metadata *metadata, struct bytes value, struct error *err)
{
	if (metadata->algorithm == NULL)
		return refuse("algorithm", err);
	return piv_public_key_parse(value, metadata->algorithm->algorithm, &metadata->public_key, err);
}

static bool set_default(struct piv_metadata *metadata, struct bytes value, struct error *err)
{
	uint8_t is_default;

	if (!bytes_take_u8(&value, &is_default) || value.len > 0 || is_default > 1)
		return refuse(N_("default value"), err);
	metadata->says_default = true;
	metadata->is_default = is_default == 1;
	return true;
}

static bool set_tries(struct piv_metadata *metadata, struct bytes value, struct error *err)
{
	if (!bytes_take_u8(&value, &metadata->tries_total) || !bytes_take_u8(&value, &metadata->tries_left) ||
	    value.len > 0)
		return refuse("tries", err);
	metadata->says_tries = true;
	return true;
}

/* In the order in which they depend on each other; a field that is not in the list is left to later firmware. */
static const struct field_row {
	uint32_t tag;
	bool (*set)(struct piv_metadata *metadata, struct bytes value, struct error *err);
} fields[] = {
    {TAG_ALGORITHM, set_algorithm},
    {TAG_POLICY, set_policies},
    {TAG_ORIGIN, set_origin},
    {TAG_PUBLIC_KEY, set_public_key},
    {TAG_DEFAULT, set_default},
    {TAG_TRIES, set_tries},
};

bool piv_metadata_parse(struct bytes reply, struct piv_metadata *metadata, struct error *err)
{
	struct piv_metadata parsed = PIV_METADATA_EMPTY;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct bytes value;

		if (!tlv_find(reply, fields[i].tag, &value, err) ||
		    (value.data != NULL && !fields[i].set(&parsed, value, err))) {
			piv_metadata_clear(&parsed);
			return error_prefix(err, "metadata");
		}
	}
	*metadata = parsed;
	return true;
}

void piv_metadata_clear(struct piv_metadata *metadata)
{
	buffer_free(&metadata->public_key);
	*metadata = PIV_METADATA_EMPTY;
}

bool piv_metadata_read(struct piv *piv, uint8_t reference, struct piv_metadata *metadata, struct error *err)
{
	struct apdu_command command = {.ins = INS_METADATA, .p2 = reference, .reply = APDU_REPLY_LONG};
	struct buffer reply = BUFFER_EMPTY;
	bool done = piv_run(piv, &command, "asking what is in a slot", &reply, err) &&
	            piv_metadata_parse(buffer_bytes(&reply), metadata, err);

	buffer_free(&reply);
	return done;
}

bool piv_metadata_find(
    struct piv *piv, uint8_t reference, struct piv_metadata *metadata, bool *found, struct error *err)
{
	struct error reason = ERROR_EMPTY;

	piv_metadata_clear(metadata);
	*found = piv_metadata_read(piv, reference, metadata, &reason);
	if (*found || reason.code == ERROR_CARD_UNSUPPORTED || reason.code == ERROR_CARD_SLOT_EMPTY)
		return true;
	*err = reason;
	return false;
}

bool piv_metadata_find_management(struct piv *piv, struct piv_metadata *metadata, bool *found, struct error *err)
{
	struct error reason = ERROR_EMPTY;

	if (piv_metadata_find(piv, PIV_REFERENCE_MANAGEMENT, metadata, found, &reason) ||
	    reason.code == ERROR_CARD_REPLY)
		return true;
	*err = reason;
	return false;
}
