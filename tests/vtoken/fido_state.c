#include "tests/vtoken/fido_state.h"

#include <openssl/x509.h>

#include "tests/vtoken/hex.h"

static json_t *json_hex(struct bytes bytes)
{
	struct buffer text = BUFFER_EMPTY;
	json_t *value = hex_append(&text, bytes, NULL) ? json_string(buffer_text(&text)) : NULL;

	buffer_free(&text);
	return value;
}

static json_t *json_key(EVP_PKEY *key)
{
	uint8_t *der = NULL;
	int len = key == NULL ? 0 : i2d_PrivateKey(key, &der);
	json_t *value = json_hex(bytes_of(der, len > 0 ? (size_t)len : 0));

	OPENSSL_free(der);
	return value;
}

static json_t *encode_credential(const struct fido_credential *credential)
{
	return json_pack("{s:o, s:b, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "id", json_hex(BYTES_OF(credential->id)),
	    "resident", credential->resident, "protection", credential->protection, "algorithm",
	    credential->algorithm->id, "key", json_key(credential->key), "rp_hash",
	    json_hex(BYTES_OF(credential->rp_hash)), "rp_id", json_hex(buffer_bytes(&credential->rp_id)), "user_id",
	    json_hex(buffer_bytes(&credential->user_id)), "user_name", json_hex(buffer_bytes(&credential->user_name)),
	    "user_display_name", json_hex(buffer_bytes(&credential->user_display_name)));
}

json_t *fido_state_encode(const struct fido *fido)
{
	json_t *credentials = json_array();

	for (size_t i = 0; i < fido->credential_count; i++)
		(void)json_array_append_new(credentials, encode_credential(&fido->credentials[i]));
	return json_pack("{s:b, s:o, s:i, s:i, s:i, s:b, s:b, s:b, s:I, s:o, s:o, s:o, s:o, s:o}", "has_pin",
	    fido->has_pin, "pin_hash", json_hex(BYTES_OF(fido->pin_hash)), "pin_length", (int)fido->pin_length,
	    "pin_tries", (int)fido->pin_tries, "pin_shortest", (int)fido->pin_shortest, "must_change_pin",
	    fido->must_change_pin, "always_uv", fido->always_uv, "enterprise", fido->enterprise, "counter",
	    (json_int_t)fido->counter, "attestation_key", json_key(fido->attestation_key), "attestation_certificate",
	    json_hex(buffer_bytes(&fido->attestation_certificate)), "enterprise_certificate",
	    json_hex(buffer_bytes(&fido->enterprise_certificate)), "issuer_certificate",
	    json_hex(buffer_bytes(&fido->issuer_certificate)), "credentials", credentials);
}

static bool decode_buffer(json_t *value, const char *member, struct buffer *out, struct error *err)
{
	return hex_take(bytes_of_text(json_string_value(json_object_get(value, member))), out, err) ||
	       error_prefix(err, "%s", member);
}

static bool decode_array(json_t *value, const char *member, uint8_t *out, size_t len, struct error *err)
{
	struct buffer plain = BUFFER_EMPTY;
	struct bytes in;
	bool done = decode_buffer(value, member, &plain, err);

	in = buffer_bytes(&plain);
	if (done && (in.len != len || !bytes_take_to(&in, out, len)))
		done = error_set(err, ERROR_TEXT, "%s has not %zu bytes", member, len);
	buffer_free(&plain);
	return done;
}

/* No bytes: no key. */
static bool decode_key(json_t *value, const char *member, EVP_PKEY **key, struct error *err)
{
	struct buffer der = BUFFER_EMPTY;
	struct bytes in;
	bool done = decode_buffer(value, member, &der, err);

	in = buffer_bytes(&der);
	if (done && in.len > 0) {
		*key = d2i_AutoPrivateKey(NULL, &in.data, (long)in.len);
		done = *key != NULL || error_set(err, ERROR_CRYPTO, "%s cannot be read", member);
	}
	buffer_free(&der);
	return done;
}

static int number_of(json_t *value, const char *member)
{
	return (int)json_integer_value(json_object_get(value, member));
}

static bool decode_credential(json_t *value, struct fido *fido, struct error *err)
{
	struct fido_credential credential = {.resident = json_is_true(json_object_get(value, "resident")),
	    .protection = (uint8_t)number_of(value, "protection"),
	    .algorithm = algorithm_find((uint8_t)number_of(value, "algorithm"))};
	bool done = decode_array(value, "id", credential.id, sizeof(credential.id), err) &&
	            decode_key(value, "key", &credential.key, err) &&
	            decode_array(value, "rp_hash", credential.rp_hash, sizeof(credential.rp_hash), err) &&
	            decode_buffer(value, "rp_id", &credential.rp_id, err) &&
	            decode_buffer(value, "user_id", &credential.user_id, err) &&
	            decode_buffer(value, "user_name", &credential.user_name, err) &&
	            decode_buffer(value, "user_display_name", &credential.user_display_name, err);

	if (done && (credential.algorithm == NULL || credential.key == NULL || !fido_credential_add(fido, &credential)))
		done = error_set(err, ERROR_TEXT, "a credential without key, or one too many");
	fido_credential_clear(&credential);
	return done;
}

bool fido_state_decode(json_t *state, struct fido *fido, struct error *err)
{
	json_t *list = json_object_get(state, "credentials");

	fido->has_pin = json_is_true(json_object_get(state, "has_pin"));
	fido->pin_length = (unsigned)number_of(state, "pin_length");
	fido->pin_tries = (unsigned)number_of(state, "pin_tries");
	fido->pin_shortest = (unsigned)number_of(state, "pin_shortest");
	fido->must_change_pin = json_is_true(json_object_get(state, "must_change_pin"));
	fido->always_uv = json_is_true(json_object_get(state, "always_uv"));
	fido->enterprise = json_is_true(json_object_get(state, "enterprise"));
	fido->counter = (uint32_t)json_integer_value(json_object_get(state, "counter"));
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!decode_credential(json_array_get(list, i), fido, err))
			return false;
	return decode_array(state, "pin_hash", fido->pin_hash, sizeof(fido->pin_hash), err) &&
	       decode_key(state, "attestation_key", &fido->attestation_key, err) &&
	       decode_buffer(state, "attestation_certificate", &fido->attestation_certificate, err) &&
	       decode_buffer(state, "enterprise_certificate", &fido->enterprise_certificate, err) &&
	       decode_buffer(state, "issuer_certificate", &fido->issuer_certificate, err);
}
