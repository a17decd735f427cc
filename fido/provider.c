#include "fido/provider.h"

#include <stdlib.h>
#include <string.h>

#include "common/cbor_put.h"
#include "common/secret.h"
#include "fido/assertion.h"
#include "fido/authenticator.h"
#include "fido/credential.h"
#include "fido/select.h"

/* The caller's options, borrowed. */
struct wishes {
	const char *device, *user;
};

uint32_t sk_api_version(void)
{
	return SK_API_VERSION;
}

/* ---- what every function needs ---- */

static bool read_options(struct sk_option **options, struct wishes *wishes)
{
	*wishes = (struct wishes){.device = NULL};
	for (; options != NULL && *options != NULL; options++) {
		if (strcmp((*options)->name, "device") == 0)
			wishes->device = (*options)->value;
		else if (strcmp((*options)->name, "user") == 0)
			wishes->user = (*options)->value;
		else if ((*options)->required)
			return false;
	}
	return true;
}

static bool read_type(uint32_t alg, enum ssh_key_type *type)
{
	*type = alg == SK_ED25519 ? SSH_KEY_SK_ED25519 : SSH_KEY_SK_ECDSA;
	return alg == SK_ECDSA || alg == SK_ED25519;
}

/* NULL and an empty text are no PIN. */
static bool read_pin(const char *text, struct secret **pin)
{
	if (text == NULL || text[0] == '\0')
		return true;
	return secret_new(AUTHENTICATOR_PIN_LONGEST + 1, pin, NULL) && secret_put(*pin, bytes_of_text(text), NULL);
}

static int result_of(const struct error *err)
{
	static const struct {
		enum error_code code;
		int result;
	} rows[] = {
	    {ERROR_PIN_NEEDED, SK_ERROR_PIN_REQUIRED},
	    {ERROR_PIN_WRONG, SK_ERROR_PIN_REQUIRED},
	    {ERROR_CARD_UNSUPPORTED, SK_ERROR_UNSUPPORTED},
	    {ERROR_CREDENTIAL_ABSENT, SK_ERROR_DEVICE_NOT_FOUND},
	    {ERROR_CARD_ABSENT, SK_ERROR_DEVICE_NOT_FOUND},
	    {ERROR_READER_ABSENT, SK_ERROR_DEVICE_NOT_FOUND},
	    {ERROR_CREDENTIAL_EXISTS, SK_ERROR_CREDENTIAL_EXISTS},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == err->code)
			return rows[i].result;
	return SK_ERROR_GENERAL;
}

static bool copy_out(const struct buffer *from, uint8_t **to, size_t *len)
{
	struct bytes in = buffer_bytes(from);

	*to = malloc(from->len + 1);
	if (*to == NULL)
		return false;
	*len = from->len;
	return bytes_take_to(&in, *to, from->len);
}

/* Those that the caller means. */
static bool list_places(const struct wishes *wishes, struct authenticator_list *list, struct error *err)
{
	size_t kept = 0;

	if (!authenticator_list_load(list, err))
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (wishes->device == NULL || strcmp(list->places[i].path, wishes->device) == 0)
			list->places[kept++] = list->places[i];
	list->count = kept;
	return kept > 0 || error_set(err, ERROR_CARD_ABSENT, "no token is plugged in");
}

/* ---- enroll ---- */

/* A new key must land where it is meant to: of several tokens the one that is touched, unless the caller says which. */
static bool open_only(const struct wishes *wishes, struct authenticator *authenticator, struct error *err)
{
	struct authenticator_list list = AUTHENTICATOR_LIST_EMPTY;
	bool done = list_places(wishes, &list, err) &&
	            (list.count == 1 ? authenticator_open(&list.places[0], authenticator, err)
	                             : select_by_touch(&list, SELECT_TOUCH_MS, authenticator, err));

	authenticator_list_clear(&list);
	return done;
}

static bool refuse_existing(
    struct authenticator *authenticator, const struct credential_request *request, uint8_t flags, struct error *err)
{
	bool exists = false;

	if (!request->resident || (flags & CREDENTIAL_FLAG_FORCE) != 0)
		return true;
	if (!credential_exists(authenticator, request, &exists, err))
		return false;
	return !exists || error_set(err, ERROR_CREDENTIAL_EXISTS, "such a key is there already");
}

static void free_enroll_response(struct sk_enroll_response *response)
{
	free(response->public_key);
	free(response->key_handle);
	free(response->signature);
	free(response->attestation_cert);
	free(response->authdata);
}

/* OpenSSH takes the authenticator data as the byte string that it stands in. */
static bool wrap_data(const struct credential *credential, struct buffer *wrapped)
{
	return credential->authenticator_data.len == 0 ||
	       cbor_put_bytes(wrapped, buffer_bytes(&credential->authenticator_data), NULL);
}

static bool fill_enroll_response(const struct credential *credential, struct sk_enroll_response *response)
{
	struct buffer wrapped = BUFFER_EMPTY;
	bool done = wrap_data(credential, &wrapped) &&
	            copy_out(&credential->public_key, &response->public_key, &response->public_key_len) &&
	            copy_out(&credential->key_handle, &response->key_handle, &response->key_handle_len) &&
	            copy_out(&credential->signature, &response->signature, &response->signature_len) &&
	            copy_out(&credential->certificate, &response->attestation_cert, &response->attestation_cert_len) &&
	            copy_out(&wrapped, &response->authdata, &response->authdata_len);

	response->flags = credential->flags;
	buffer_free(&wrapped);
	if (!done)
		free_enroll_response(response);
	return done;
}

static bool enroll(const struct wishes *wishes, const struct credential_request *request, uint8_t flags,
    struct sk_enroll_response *response, struct error *err)
{
	struct authenticator authenticator = AUTHENTICATOR_EMPTY;
	struct credential credential = CREDENTIAL_EMPTY;
	bool done = open_only(wishes, &authenticator, err) && refuse_existing(&authenticator, request, flags, err) &&
	            credential_make(&authenticator, request, &credential, err);

	if (done && !fill_enroll_response(&credential, response))
		done = error_set(err, ERROR_MEMORY, "no memory for a key");
	credential_clear(&credential);
	authenticator_close(&authenticator);
	return done;
}

int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags,
    const char *pin, struct sk_option **options, struct sk_enroll_response **response)
{
	struct credential_request request = {.application = application,
	    .challenge = bytes_of(challenge, challenge_len),
	    .user_name = "openssh",
	    .resident = (flags & CREDENTIAL_FLAG_RESIDENT) != 0,
	    .verification = (flags & CREDENTIAL_FLAG_VERIFICATION) != 0};
	struct sk_enroll_response *made = calloc(1, sizeof(*made));
	struct error err = ERROR_EMPTY;
	struct secret *secret = NULL;
	struct wishes wishes;
	struct bytes user;
	int result = SK_ERROR_GENERAL;

	if (made == NULL || !read_options(options, &wishes) || !read_type(alg, &request.type) ||
	    !read_pin(pin, &secret))
		goto out;
	user = bytes_of_text(wishes.user);
	if (user.len >= sizeof(request.user) || !bytes_take_to(&user, request.user, user.len))
		goto out;
	request.pin = secret;
	result = enroll(&wishes, &request, flags, made, &err) ? 0 : result_of(&err);
	if (result == 0) {
		*response = made;
		made = NULL;
	}
out:
	secret_free(secret);
	free(made);
	return result;
}

/* ---- sign ---- */

/* Keeps in the list the token that shows the key, or else all that may hide it. */
static bool keep_holders(
    struct authenticator_list *list, const struct assertion_request *request, struct bytes message, struct error *err)
{
	size_t hiding = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct authenticator authenticator = AUTHENTICATOR_EMPTY;
		enum assertion_holder holder;

		if (!authenticator_open(&list->places[i], &authenticator, NULL))
			continue;
		holder = assertion_find_holder(&authenticator, request, message);
		authenticator_close(&authenticator);
		if (holder == ASSERTION_HOLDS) {
			list->places[0] = list->places[i];
			list->count = 1;
			return true;
		}
		if (holder == ASSERTION_MAY_HIDE)
			list->places[hiding++] = list->places[i];
	}
	list->count = hiding;
	return hiding > 0 || error_set(err, ERROR_CREDENTIAL_ABSENT, "no token that is plugged in shows this key");
}

/* Which of several tokens hides the key, only its owner knows; the caller has to come back with a PIN before he is asked. */
static bool open_holder(const struct wishes *wishes, const struct assertion_request *request, struct bytes message,
    struct authenticator *authenticator, struct error *err)
{
	struct authenticator_list list = AUTHENTICATOR_LIST_EMPTY;
	bool done = list_places(wishes, &list, err) && (list.count == 1 || keep_holders(&list, request, message, err));

	if (done && list.count > 1 && request->pin == NULL)
		done = error_set(err, ERROR_PIN_NEEDED, "several tokens may hide the key from who shows no PIN");
	else if (done && list.count > 1)
		done = select_by_touch(&list, SELECT_TOUCH_MS, authenticator, err);
	else
		done = done && authenticator_open(&list.places[0], authenticator, err);
	authenticator_list_clear(&list);
	return done;
}

static bool fill_sign_response(const struct assertion *assertion, struct sk_sign_response *response)
{
	response->flags = assertion->flags;
	response->counter = assertion->counter;
	if (!copy_out(&assertion->r, &response->sig_r, &response->sig_r_len))
		return false;
	return assertion->s.len == 0 || copy_out(&assertion->s, &response->sig_s, &response->sig_s_len);
}

static bool sign(const struct wishes *wishes, const struct assertion_request *request, struct bytes message,
    struct sk_sign_response *response, struct error *err)
{
	struct authenticator authenticator = AUTHENTICATOR_EMPTY;
	struct assertion assertion = ASSERTION_EMPTY;
	bool done = open_holder(wishes, request, message, &authenticator, err);

	if (done && request->verification && request->pin == NULL && !authenticator.facts.verifies_itself)
		done = error_set(err, ERROR_PIN_NEEDED, "the key wants the token's PIN");
	done = done && assertion_make(&authenticator, request, message, &assertion, err);
	if (done && !fill_sign_response(&assertion, response)) {
		free(response->sig_r);
		done = error_set(err, ERROR_MEMORY, "no memory for a signature");
	}
	assertion_clear(&assertion);
	authenticator_close(&authenticator);
	return done;
}

int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application, const uint8_t *key_handle,
    size_t key_handle_len, uint8_t flags, const char *pin, struct sk_option **options,
    struct sk_sign_response **response)
{
	struct assertion_request request = {.application = application,
	    .key_handle = bytes_of(key_handle, key_handle_len),
	    .presence = (flags & CREDENTIAL_FLAG_PRESENCE) != 0,
	    .verification = (flags & CREDENTIAL_FLAG_VERIFICATION) != 0};
	struct sk_sign_response *made = calloc(1, sizeof(*made));
	struct error err = ERROR_EMPTY;
	struct secret *secret = NULL;
	struct wishes wishes;
	int result = SK_ERROR_GENERAL;

	if (made == NULL || !read_options(options, &wishes) || !read_type(alg, &request.type) ||
	    !read_pin(pin, &secret))
		goto out;
	request.pin = secret;
	result = sign(&wishes, &request, bytes_of(data, data_len), made, &err) ? 0 : result_of(&err);
	if (result == 0) {
		*response = made;
		made = NULL;
	}
out:
	secret_free(secret);
	free(made);
	return result;
}

/* ---- resident keys ---- */

/* What is collected over all tokens. */
struct collection {
	struct sk_resident_key **keys;
	size_t count;
};

static void free_resident(struct sk_resident_key *key)
{
	if (key == NULL)
		return;
	free_enroll_response(&key->key);
	free(key->application);
	free(key->user_id);
	free(key);
}

static struct sk_resident_key *resident_of(const struct credential *credential, size_t slot)
{
	struct sk_resident_key *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return NULL;
	made->alg = credential->type == SSH_KEY_SK_ED25519 ? SK_ED25519 : SK_ECDSA;
	made->slot = slot;
	made->flags = made->key.flags = credential->flags;
	made->application = strdup(buffer_text(&credential->application));
	if (made->application != NULL && copy_out(&credential->user, &made->user_id, &made->user_id_len) &&
	    copy_out(&credential->public_key, &made->key.public_key, &made->key.public_key_len) &&
	    copy_out(&credential->key_handle, &made->key.key_handle, &made->key.key_handle_len))
		return made;
	free_resident(made);
	return NULL;
}

static bool collect_one(const struct credential *credential, size_t slot, struct collection *collection)
{
	struct sk_resident_key **more =
	    reallocarray(collection->keys, collection->count + 1, sizeof(struct sk_resident_key *));

	if (more == NULL)
		return false;
	collection->keys = more;
	more[collection->count] = resident_of(credential, slot);
	return more[collection->count] != NULL && ++collection->count > 0;
}

static bool collect(const struct authenticator_place *place, size_t slot, const struct secret *pin,
    struct collection *collection, struct error *err)
{
	struct authenticator authenticator = AUTHENTICATOR_EMPTY;
	struct credential_list list = CREDENTIAL_LIST_EMPTY;
	bool done = authenticator_open(place, &authenticator, err), none = done && !authenticator.facts.has_pin;

	/* resident keys can be listed with a PIN only */
	if (none) {
		authenticator_close(&authenticator);
		return true;
	}
	if (done && pin == NULL)
		done = error_set(err, ERROR_PIN_NEEDED, "the token's PIN is needed to list its keys");
	done = done && credential_list_load(&authenticator, pin, &list, err);
	for (size_t i = 0; done && i < list.count; i++)
		done = collect_one(&list.credentials[i], slot, collection) ||
		       error_set(err, ERROR_MEMORY, "no memory for one more key");
	credential_list_clear(&list);
	authenticator_close(&authenticator);
	return done;
}

static bool collect_all(
    const struct wishes *wishes, const struct secret *pin, struct collection *collection, struct error *err)
{
	struct authenticator_list list = AUTHENTICATOR_LIST_EMPTY;
	bool done = list_places(wishes, &list, err);

	for (size_t i = 0; done && i < list.count; i++)
		done = collect(&list.places[i], i, pin, collection, err);
	authenticator_list_clear(&list);
	return done;
}

int sk_load_resident_keys(const char *pin, struct sk_option **options, struct sk_resident_key ***keys, size_t *count)
{
	struct collection collection = {.count = 0};
	struct error err = ERROR_EMPTY;
	struct secret *secret = NULL;
	struct wishes wishes;
	int result = SK_ERROR_GENERAL;

	if (read_options(options, &wishes) && read_pin(pin, &secret))
		result = collect_all(&wishes, secret, &collection, &err) ? 0 : result_of(&err);
	secret_free(secret);
	if (result == 0) {
		*keys = collection.keys;
		*count = collection.count;
		return 0;
	}
	for (size_t i = 0; i < collection.count; i++)
		free_resident(collection.keys[i]);
	free(collection.keys);
	return result;
}
