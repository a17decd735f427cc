#include <fido/credman.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "fido/authenticator.h"
#include "fido/credential.h"

enum { UNCOMPRESSED = 0x04, POINT_COORDINATES = 64, ED25519_KEY = 32 };

void credential_list_clear(struct credential_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		credential_clear(&list->credentials[i]);
	free(list->credentials);
	*list = CREDENTIAL_LIST_EMPTY;
}

/* Keys of other types than SSH has names for are passed over. */
static bool take_key(const fido_cred_t *found, struct credential *credential, struct error *err)
{
	struct bytes raw = bytes_of(fido_cred_pubkey_ptr(found), fido_cred_pubkey_len(found));

	if (fido_cred_type(found) == COSE_ES256 && raw.len == POINT_COORDINATES) {
		credential->type = SSH_KEY_SK_ECDSA;
		return buffer_put_u8(&credential->public_key, UNCOMPRESSED, err) &&
		       buffer_put(&credential->public_key, raw, err);
	}
	credential->type = SSH_KEY_SK_ED25519;
	return fido_cred_type(found) != COSE_EDDSA || raw.len != ED25519_KEY ||
	       buffer_put(&credential->public_key, raw, err);
}

static bool take_credential(
    const char *application, const fido_cred_t *found, struct credential *credential, struct error *err)
{
	*credential = (struct credential){.flags = CREDENTIAL_FLAG_PRESENCE | CREDENTIAL_FLAG_RESIDENT};
	if (fido_cred_prot(found) == FIDO_CRED_PROT_UV_REQUIRED)
		credential->flags |= CREDENTIAL_FLAG_VERIFICATION;
	return take_key(found, credential, err) && buffer_put_text(&credential->application, application, err) &&
	       buffer_put(&credential->key_handle, bytes_of(fido_cred_id_ptr(found), fido_cred_id_len(found)), err) &&
	       buffer_put(&credential->user, bytes_of(fido_cred_user_id_ptr(found), fido_cred_user_id_len(found)), err);
}

static bool add(const char *application, const fido_cred_t *found, struct credential_list *list, struct error *err)
{
	struct credential *more = reallocarray(list->credentials, list->count + 1, sizeof(*more));
	struct credential one = CREDENTIAL_EMPTY;
	bool done;

	if (more == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for one more key");
	list->credentials = more;
	done = take_credential(application, found, &one, err);
	if (done && one.public_key.len > 0) {
		more[list->count++] = one;
		return true;
	}
	credential_clear(&one);
	return done;
}

static bool add_keys(struct authenticator *authenticator, const char *application, const char *pin,
    struct credential_list *list, struct error *err)
{
	fido_credman_rk_t *keys = fido_credman_rk_new();
	bool done;

	if (keys == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a list of keys");
	done = authenticator_check(authenticator,
	    fido_credman_get_dev_rk(authenticator->device, application, keys, pin), "listing the resident keys", err);
	for (size_t i = 0; done && i < fido_credman_rk_count(keys); i++)
		done = add(application, fido_credman_rk(keys, i), list, err);
	fido_credman_rk_free(&keys);
	return done;
}

bool credential_list_load(
    struct authenticator *authenticator, const struct secret *pin, struct credential_list *list, struct error *err)
{
	fido_credman_rp_t *parties = fido_credman_rp_new();
	struct credential_list now = CREDENTIAL_LIST_EMPTY;
	const char *text = pin == NULL ? NULL : secret_text(pin), *application;
	int result;
	bool done;

	if (parties == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a list of applications");
	result = fido_credman_get_dev_rp(authenticator->device, parties, text);
	done = result == FIDO_ERR_NO_CREDENTIALS ||
	       authenticator_check(authenticator, result, "listing the resident keys", err);
	for (size_t i = 0; done && i < fido_credman_rp_count(parties); i++) {
		application = fido_credman_rp_id(parties, i);
		if (application != NULL && strncmp(application, "ssh:", 4) == 0)
			done = add_keys(authenticator, application, text, &now, err);
	}
	fido_credman_rp_free(&parties);
	if (!done) {
		credential_list_clear(&now);
		return false;
	}
	credential_list_clear(list);
	*list = now;
	return true;
}

static bool is_user(const fido_assert_t *found, size_t place, const struct credential_request *request)
{
	return bytes_equal(bytes_of(fido_assert_user_id_ptr(found, place), fido_assert_user_id_len(found, place)),
	    BYTES_OF(request->user));
}

/* Without a touch: nothing is signed that anybody looks at, it is only asked whether the token has such a key. */
static int ask_residents(
    const struct authenticator *authenticator, const struct credential_request *request, fido_assert_t *asked)
{
	int result = fido_assert_set_clientdata(asked, request->challenge.data, request->challenge.len);

	if (result == FIDO_OK)
		result = fido_assert_set_rp(asked, request->application);
	if (result == FIDO_OK)
		result = fido_assert_set_up(asked, FIDO_OPT_FALSE);
	if (result == FIDO_OK)
		result = fido_dev_get_assert(
		    authenticator->device, asked, request->pin == NULL ? NULL : secret_text(request->pin));
	return result;
}

bool credential_exists(
    struct authenticator *authenticator, const struct credential_request *request, bool *exists, struct error *err)
{
	fido_assert_t *asked = fido_assert_new();
	int result;
	bool done;

	*exists = false;
	if (asked == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a question");
	result = ask_residents(authenticator, request, asked);
	done = result == FIDO_ERR_NO_CREDENTIALS ||
	       authenticator_check(authenticator, result, "looking for a key of that name", err);
	for (size_t i = 0; result == FIDO_OK && i < fido_assert_count(asked); i++)
		*exists = *exists || is_user(asked, i, request);
	fido_assert_free(&asked);
	return done;
}
