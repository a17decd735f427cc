#include "fido/credential.h"

#include <string.h>

#include "common/cbor_put.h"
#include "common/secret.h"
#include "fido/authenticator.h"

enum { UNCOMPRESSED = 0x04, POINT_COORDINATES = 64, ED25519_KEY = 32 };

void credential_clear(struct credential *credential)
{
	buffer_free(&credential->public_key);
	buffer_free(&credential->application);
	buffer_free(&credential->key_handle);
	buffer_free(&credential->attestation_object);
	buffer_free(&credential->certificate);
	buffer_free(&credential->signature);
	buffer_free(&credential->authenticator_data);
	buffer_free(&credential->user);
	*credential = CREDENTIAL_EMPTY;
}

static int cose_of(enum ssh_key_type type)
{
	return type == SSH_KEY_SK_ED25519 ? COSE_EDDSA : COSE_ES256;
}

bool credential_ssh_key(const struct credential *credential, struct ssh_key *key, struct error *err)
{
	struct buffer blob = BUFFER_EMPTY;
	bool done = buffer_put_ssh_text(&blob, ssh_key_type_name(credential->type), err) &&
	            (credential->type == SSH_KEY_SK_ED25519 || buffer_put_ssh_text(&blob, "nistp256", err)) &&
	            buffer_put_ssh_string(&blob, buffer_bytes(&credential->public_key), err) &&
	            buffer_put_ssh_string(&blob, buffer_bytes(&credential->application), err) &&
	            ssh_key_parse(buffer_bytes(&blob), key, err);

	buffer_free(&blob);
	return done;
}

/* ---- the request ---- */

static int set_prot(
    const struct authenticator *authenticator, const struct credential_request *request, fido_cred_t *made)
{
	if (!request->resident && !request->verification && !request->protection)
		return FIDO_OK;
	/* a key that is found without its handle, or that promises verification, is guarded by the authenticator itself */
	if (!authenticator->facts.protects)
		return FIDO_ERR_UNSUPPORTED_OPTION;
	return fido_cred_set_prot(
	    made, request->verification ? FIDO_CRED_PROT_UV_REQUIRED : FIDO_CRED_PROT_UV_OPTIONAL_WITH_ID);
}

static int set_excluded(const struct credential_request *request, fido_cred_t *made)
{
	int result = FIDO_OK;

	for (size_t i = 0; result == FIDO_OK && i < request->num_exclude; i++)
		result = fido_cred_exclude(made, request->exclude[i].data, request->exclude[i].len);
	return result;
}

static int set_verification(
    const struct authenticator *authenticator, const struct credential_request *request, fido_cred_t *made)
{
	if (request->pin != NULL || !request->verification || !authenticator->facts.verifies_itself)
		return FIDO_OK;
	return fido_cred_set_uv(made, FIDO_OPT_TRUE);
}

static int fill(const struct authenticator *authenticator, const struct credential_request *request, fido_cred_t *made)
{
	int result = fido_cred_set_type(made, cose_of(request->type));

	if (result == FIDO_OK)
		result = fido_cred_set_clientdata(made, request->challenge.data, request->challenge.len);
	if (result == FIDO_OK)
		result = fido_cred_set_rp(made, request->application, NULL);
	if (result == FIDO_OK)
		result = fido_cred_set_user(
		    made, request->user, sizeof(request->user), request->user_name, request->user_name, NULL);
	if (result == FIDO_OK)
		result = fido_cred_set_rk(made, request->resident ? FIDO_OPT_TRUE : FIDO_OPT_OMIT);
	if (result == FIDO_OK)
		result = set_prot(authenticator, request, made);
	if (result == FIDO_OK)
		result = set_verification(authenticator, request, made);
	return result == FIDO_OK ? set_excluded(request, made) : result;
}

/* ---- the answer ---- */

static bool take_public_key(const fido_cred_t *made, struct credential *credential, struct error *err)
{
	struct bytes raw = bytes_of(fido_cred_pubkey_ptr(made), fido_cred_pubkey_len(made));
	bool point = credential->type == SSH_KEY_SK_ECDSA;

	if (raw.data == NULL || raw.len != (point ? POINT_COORDINATES : ED25519_KEY))
		return error_set(err, ERROR_CARD_REPLY, "the token's key has %zu bytes", raw.len);
	return (!point || buffer_put_u8(&credential->public_key, UNCOMPRESSED, err)) &&
	       buffer_put(&credential->public_key, raw, err);
}

static bool take_pieces(const fido_cred_t *made, struct credential *credential, struct error *err)
{
	return buffer_put(&credential->key_handle, bytes_of(fido_cred_id_ptr(made), fido_cred_id_len(made)), err) &&
	       buffer_put(&credential->certificate, bytes_of(fido_cred_x5c_ptr(made), fido_cred_x5c_len(made)), err) &&
	       buffer_put(&credential->signature, bytes_of(fido_cred_sig_ptr(made), fido_cred_sig_len(made)), err) &&
	       buffer_put(&credential->authenticator_data,
	           bytes_of(fido_cred_authdata_raw_ptr(made), fido_cred_authdata_raw_len(made)), err);
}

/* What libfido2 makes of a U2F registration has a member more than the format, so it is put together here. */
static bool put_u2f_statement(const fido_cred_t *made, struct buffer *object, struct error *err)
{
	return cbor_put_map(object, 2, err) && cbor_put_text(object, "sig", err) &&
	       cbor_put_bytes(object, bytes_of(fido_cred_sig_ptr(made), fido_cred_sig_len(made)), err) &&
	       cbor_put_text(object, "x5c", err) && cbor_put_array(object, 1, err) &&
	       cbor_put_bytes(object, bytes_of(fido_cred_x5c_ptr(made), fido_cred_x5c_len(made)), err);
}

/* libfido2 keeps the first certificate only, but also the statement as it came, with all of them. */
static bool put_statement(const fido_cred_t *made, const char *format, struct buffer *object, struct error *err)
{
	if (strcmp(format, "fido-u2f") == 0)
		return put_u2f_statement(made, object, err);
	return buffer_put(object, bytes_of(fido_cred_attstmt_ptr(made), fido_cred_attstmt_len(made)), err);
}

static bool put_object(const fido_cred_t *made, struct buffer *object, struct error *err)
{
	const char *format = fido_cred_fmt(made);

	if (format == NULL || fido_cred_attstmt_len(made) == 0)
		return error_set(err, ERROR_NOT_ATTESTABLE, "the token gave no attestation");
	return cbor_put_map(object, 3, err) && cbor_put_text(object, "fmt", err) &&
	       cbor_put_text(object, format, err) && cbor_put_text(object, "attStmt", err) &&
	       put_statement(made, format, object, err) && cbor_put_text(object, "authData", err) &&
	       cbor_put_bytes(
	           object, bytes_of(fido_cred_authdata_raw_ptr(made), fido_cred_authdata_raw_len(made)), err);
}

static uint8_t flags_of(const struct credential_request *request)
{
	return (uint8_t)(CREDENTIAL_FLAG_PRESENCE | (request->verification ? CREDENTIAL_FLAG_VERIFICATION : 0) |
	                 (request->resident ? CREDENTIAL_FLAG_RESIDENT : 0));
}

static bool take_answer(
    const struct credential_request *request, const fido_cred_t *made, struct credential *credential, struct error *err)
{
	struct credential taken = {.type = request->type, .flags = flags_of(request)};

	if (buffer_put_text(&taken.application, request->application, err) && take_public_key(made, &taken, err) &&
	    take_pieces(made, &taken, err) && put_object(made, &taken.attestation_object, err) &&
	    buffer_put(&taken.user, BYTES_OF(request->user), err)) {
		*credential = taken;
		return true;
	}
	credential_clear(&taken);
	return false;
}

static bool can_do(
    const struct authenticator *authenticator, const struct credential_request *request, struct error *err)
{
	if ((request->resident || request->verification) && !authenticator->facts.ctap2)
		return error_set(err, ERROR_CARD_UNSUPPORTED,
		    "this token knows U2F only: no resident keys, no PIN, and keys of the type sk-ecdsa");
	return true;
}

bool credential_make(struct authenticator *authenticator, const struct credential_request *request,
    struct credential *credential, struct error *err)
{
	fido_cred_t *made = fido_cred_new();
	int result;
	bool done;

	if (made == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a credential");
	done = can_do(authenticator, request, err);
	if (done) {
		result = fill(authenticator, request, made);
		if (result == FIDO_OK)
			result = fido_dev_make_cred(
			    authenticator->device, made, request->pin == NULL ? NULL : secret_text(request->pin));
		done = authenticator_check(authenticator, result, "making the key", err);
	}
	done = done && take_answer(request, made, credential, err);
	fido_cred_free(&made);
	return done;
}
