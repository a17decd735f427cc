#include "piv/identifiers.h"

#include <openssl/rand.h>

#include "common/tlv.h"
#include "piv/object.h"

#define GUID_BYTES 16U
#define CARD_NUMBER_BYTES 14U

struct field {
	uint32_t tag;
	struct bytes value;
};

/* The FASC-N of a card that no federal agency issued: nines in agency, system and credential number. */
static const uint8_t no_agency[] = {0xd4, 0xe7, 0x39, 0xda, 0x73, 0x9c, 0xed, 0x39, 0xce, 0x73, 0x9d, 0x83, 0x68, 0x58,
    0x21, 0x08, 0x42, 0x10, 0x84, 0x21, 0xc8, 0x42, 0x10, 0xc3, 0xeb};
static const char expiry[] = "20991231";

/* The card's manufacturer, type and, behind these, its number. */
static const uint8_t card_identifier[] = {0xa0, 0x00, 0x00, 0x01, 0x16, 0xff, 0x02};
static const uint8_t container_version[] = {0x21};
static const uint8_t data_model[] = {0x10};
static const uint8_t no_value[] = {0x00};

static bool put_fields(const struct field *fields, size_t count, struct buffer *out, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!tlv_put(out, fields[i].tag, fields[i].value, err))
			return false;
	return true;
}

static bool draw(void *out, size_t len, struct error *err)
{
	return RAND_bytes(out, (int)len) == 1 ||
	       error_set(err, ERROR_CRYPTO, "the crypto library has no random numbers");
}

/* Source: NIST SP 800-73-4 part 1, table 9. */
static bool put_holder(struct buffer *out, struct error *err)
{
	uint8_t guid[GUID_BYTES];
	const struct field fields[] = {
	    {0x30, BYTES_OF(no_agency)},
	    {0x34, BYTES_OF(guid)},
	    {0x35, bytes_of_text(expiry)},
	    {0x3e, BYTES_EMPTY}, /* the issuer's signature, which there is none of */
	    {0xfe, BYTES_EMPTY},
	};

	if (!draw(guid, sizeof(guid), err))
		return false;
	/* A random UUID says so. Source: RFC 9562 5.4. */
	guid[6] = (uint8_t)((guid[6] & 0x0fU) | 0x40U);
	guid[8] = (uint8_t)((guid[8] & 0x3fU) | 0x80U);
	return put_fields(fields, sizeof(fields) / sizeof(fields[0]), out, err);
}

static bool put_card_identifier(struct buffer *out, struct error *err)
{
	uint8_t number[CARD_NUMBER_BYTES];

	return draw(number, sizeof(number), err) && buffer_put(out, BYTES_OF(card_identifier), err) &&
	       buffer_put(out, BYTES_OF(number), err);
}

/* Source: NIST SP 800-73-4 part 1, table 8. */
static bool put_capabilities(struct bytes identifier, struct buffer *out, struct error *err)
{
	const struct field fields[] = {
	    {0xf0, identifier},
	    {0xf1, BYTES_OF(container_version)},
	    {0xf2, BYTES_OF(container_version)},
	    {0xf3, BYTES_EMPTY},
	    {0xf4, BYTES_OF(no_value)},
	    {0xf5, BYTES_OF(data_model)},
	    {0xf6, BYTES_EMPTY},
	    {0xf7, BYTES_EMPTY},
	    {0xfa, BYTES_EMPTY},
	    {0xfb, BYTES_EMPTY},
	    {0xfc, BYTES_EMPTY},
	    {0xfd, BYTES_EMPTY},
	    {0xfe, BYTES_EMPTY},
	};

	return put_fields(fields, sizeof(fields) / sizeof(fields[0]), out, err);
}

bool piv_identifiers_write(struct piv *piv, struct error *err)
{
	struct buffer holder = BUFFER_EMPTY, identifier = BUFFER_EMPTY, capabilities = BUFFER_EMPTY;
	bool done = put_holder(&holder, err) && put_card_identifier(&identifier, err) &&
	            put_capabilities(buffer_bytes(&identifier), &capabilities, err) &&
	            piv_object_write(piv, PIV_OBJECT_CCC, buffer_bytes(&capabilities), err) &&
	            piv_object_write(piv, PIV_OBJECT_CHUID, buffer_bytes(&holder), err);

	buffer_free(&capabilities);
	buffer_free(&identifier);
	buffer_free(&holder);
	return done;
}

/* The CHUID is written last: a token that has it has both. */
bool piv_identifiers_ensure(struct piv *piv, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	struct error absent = ERROR_EMPTY;
	bool there = piv_object_read(piv, PIV_OBJECT_CHUID, &content, &absent) && content.len > 0;

	buffer_free(&content);
	if (there)
		return true;
	if (absent.code == ERROR_NONE || absent.code == ERROR_CARD_OBJECT_ABSENT)
		return piv_identifiers_write(piv, err);
	if (err != NULL)
		*err = absent;
	return false;
}
