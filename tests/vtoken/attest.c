#include <stdio.h>

#include "common/tlv.h"
#include "tests/vtoken/certificate.h"
#include "tests/vtoken/instructions.h"

enum { TAG_CERTIFICATE = 0x70, TAG_INTEGER = 0x02, NAME_SIZE = 64 };

/* Whatever certificate stands at 5FFF01 is the template; that it fits the f9 key, the card does not check. */
static X509 *device_certificate(struct card *card)
{
	const struct object *object = card_object(card, OBJECT_ATTESTATION);
	struct bytes der;

	if (object == NULL || !tlv_find(buffer_bytes(&object->content), TAG_CERTIFICATE, &der, NULL))
		return NULL;
	return d2i_X509(NULL, &der.data, (long)der.len);
}

/* A DER INTEGER of the least length that keeps it positive. */
static bool put_serial(X509 *leaf, uint32_t serial)
{
	struct buffer number = BUFFER_EMPTY, der = BUFFER_EMPTY;
	bool started = false, done = true;

	for (int shift = 24; shift >= 0 && done; shift -= 8) {
		uint8_t byte = (uint8_t)(serial >> shift);

		if (!started && byte == 0 && shift > 0)
			continue;
		if (!started && byte > 0x7f)
			done = buffer_put_u8(&number, 0, NULL);
		started = true;
		done = done && buffer_put_u8(&number, byte, NULL);
	}
	done = done && tlv_put(&der, TAG_INTEGER, buffer_bytes(&number), NULL) &&
	       certificate_put_extension(leaf, OID_SERIAL, false, buffer_bytes(&der), NULL);
	buffer_free(&number);
	buffer_free(&der);
	return done;
}

static bool put_extensions(X509 *leaf, const struct card *card, const struct slot *slot)
{
	const struct leaf_shape *shape = &card->personality->firmware->leaf;
	const uint8_t policy[] = {slot->pin_policy, slot->touch_policy};

	if (shape->bare)
		return true;
	return certificate_put_extension(
	           leaf, OID_FIRMWARE, false, BYTES_OF(card->personality->firmware->version), NULL) &&
	       (!shape->serial || put_serial(leaf, card->serial)) &&
	       certificate_put_extension(leaf, OID_POLICY, false, BYTES_OF(policy), NULL) &&
	       (shape->form_factor == 0 ||
	           certificate_put_extension(leaf, OID_FORM_FACTOR, false, bytes_of(&shape->form_factor, 1), NULL));
}

static unsigned certify(const struct card *card, const struct slot *slot, const struct slot *device, const X509 *model,
    struct buffer *reply)
{
	const struct leaf_shape *shape = &card->personality->firmware->leaf;
	char name[NAME_SIZE];
	X509 *leaf = NULL;
	bool done;

	(void)snprintf(name, sizeof(name),
	    shape->upper_case_slot ? "YubiKey PIV Attestation %02X" : "YubiKey PIV Attestation %02x", slot->reference);
	done = certificate_new(name, slot->key, shape->number_starts_with_one, &leaf, NULL) &&
	       certificate_set_issuer(leaf, model, NULL) && certificate_copy_dates(leaf, model, NULL) &&
	       put_extensions(leaf, card, slot) && certificate_sign(leaf, device->key, NULL) &&
	       certificate_put(leaf, reply, NULL);
	X509_free(leaf);
	return done ? STATUS_DONE : STATUS_FAILURE;
}

unsigned instruction_attest(struct card *card, const struct command *command, struct buffer *reply)
{
	const struct slot *slot = card_slot(card, command->p1), *device = card_slot(card, SLOT_ATTESTATION);
	X509 *model;
	unsigned status;

	if (command->p2 != 0 || slot == NULL)
		return STATUS_PARAMETERS;
	if (slot == device || slot->key == NULL || device->key == NULL ||
	    (slot->origin != ORIGIN_GENERATED && !card->personality->firmware->leaf.of_imported))
		return STATUS_DATA;
	model = device_certificate(card);
	if (model == NULL)
		return STATUS_DATA;
	status = certify(card, slot, device, model, reply);
	X509_free(model);
	return status;
}
