/* What a token says of itself: metadata, certificate objects, public keys. The first byte chooses the algorithm of a key. */
#include "common/secret.h"
#include "piv/admin_data.h"
#include "piv/certificate.h"
#include "piv/dynamic_authentication.h"
#include "piv/key_history.h"
#include "piv/metadata.h"
#include "piv/public_key.h"
#include "piv/slot_certificate.h"
#include "tests/fuzz/fuzz.h"

static void try_metadata(struct bytes in)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	struct error err = ERROR_EMPTY;

	if (piv_metadata_parse(in, &metadata, &err)) {
		demand(metadata.pin_policy < PIV_PIN_POLICY_COUNT && metadata.touch_policy < PIV_TOUCH_POLICY_COUNT);
		demand(metadata.public_key.len == 0 || metadata.algorithm != NULL);
		demand(metadata.says_default || !metadata.is_default);
	} else {
		demand(err.code != ERROR_NONE && metadata.public_key.len == 0);
	}
	piv_metadata_clear(&metadata);
}

/* What was taken out of an object goes into one, and comes out the same. */
static void try_certificate(struct bytes in)
{
	struct buffer certificate = BUFFER_EMPTY, object = BUFFER_EMPTY, again = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	if (piv_certificate_parse(in, &certificate, &err)) {
		demand(certificate.len > 0 && certificate.len <= PIV_CERTIFICATE_MAXIMUM);
		demand(piv_certificate_encode(buffer_bytes(&certificate), &object, &err));
		demand(piv_certificate_parse(buffer_bytes(&object), &again, &err));
		demand(bytes_equal(buffer_bytes(&certificate), buffer_bytes(&again)));
	} else {
		demand(err.code != ERROR_NONE && certificate.len == 0);
	}
	buffer_free(&again);
	buffer_free(&object);
	buffer_free(&certificate);
}

static void try_key(struct bytes in)
{
	static const enum piv_algorithm algorithms[] = {
	    PIV_P256, PIV_P384, PIV_RSA2048, PIV_RSA4096, PIV_ED25519, PIV_X25519, PIV_3DES, PIV_RSA1024};
	struct buffer spki = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t choice;

	if (!bytes_take_u8(&in, &choice))
		return;
	if (piv_public_key_parse(in, algorithms[choice % 8], &spki, &err))
		demand(spki.len > 32);
	else
		demand(err.code != ERROR_NONE && spki.len == 0);
	buffer_free(&spki);
}

static void try_small_objects(struct bytes in)
{
	struct piv_admin_data data;
	struct secret *key = NULL, *next = NULL;
	unsigned on_card = 0, elsewhere = 0;
	struct error err = ERROR_EMPTY;

	if (piv_admin_data_parse(in, &data, &err))
		demand(!data.key_derived || !data.key_protected);
	if (piv_protected_keys_parse(in, &key, &next, &err))
		demand(key != NULL && secret_bytes(key).len >= 16);
	else
		demand(key == NULL && next == NULL);
	secret_free(key);
	secret_free(next);
	if (piv_key_history_parse(in, &on_card, &elsewhere, &err))
		demand(on_card <= 20 && elsewhere <= 20);
}

/* A response of GENERAL AUTHENTICATE goes into a template and comes out the same; of a slot's certificate the key alone is read. */
static void try_answers(struct bytes in)
{
	struct buffer value = BUFFER_EMPTY, again = BUFFER_EMPTY, spki = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	if (dynamic_parse(in, DYNAMIC_RESPONSE, &value, &err)) {
		const struct dynamic_field field = {DYNAMIC_RESPONSE, buffer_bytes(&value)};
		struct buffer template = BUFFER_EMPTY;

		demand(dynamic_encode(&field, 1, &template, &err));
		demand(dynamic_parse(buffer_bytes(&template), DYNAMIC_RESPONSE, &again, &err));
		demand(bytes_equal(buffer_bytes(&value), buffer_bytes(&again)));
		buffer_free(&template);
	} else {
		demand(err.code != ERROR_NONE && value.len == 0);
	}
	if (slot_certificate_spki(in, &spki, &err))
		demand(spki.len > 0);
	else
		demand(err.code == ERROR_EVIDENCE_CERTIFICATE && spki.len == 0);
	buffer_free(&spki);
	buffer_free(&again);
	buffer_free(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_metadata(bytes_of(data, size));
	try_certificate(bytes_of(data, size));
	try_key(bytes_of(data, size));
	try_small_objects(bytes_of(data, size));
	try_answers(bytes_of(data, size));
	return 0;
}
