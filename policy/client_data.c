#include "policy/client_data.h"

#include <stddef.h>

#include "common/language.h"
#include "policy/base64url.h"
#include "policy/evidence.h"
#include "policy/fido_evidence.h"
#include "policy/strict_json.h"

#define TYPE_REGISTRATION "webauthn.create"

static bool read_challenge(const json_t *root, size_t *len, struct error *err)
{
	const json_t *type = json_object_get(root, "type"), *challenge = json_object_get(root, "challenge");
	struct buffer decoded = BUFFER_UP_TO(EVIDENCE_MAXIMUM);
	bool done;

	if (!json_is_string(type) || !bytes_equal_text(bytes_of_text(json_string_value(type)), TYPE_REGISTRATION))
		return error_set(
		    err, ERROR_FIDO_CLIENT_DATA, "the client data is not of a registration (%s)", TYPE_REGISTRATION);
	if (!json_is_string(challenge))
		return error_set(err, ERROR_FIDO_CLIENT_DATA, "the client data holds no challenge");
	done = base64url_parse(bytes_of(json_string_value(challenge), json_string_length(challenge)), &decoded, err);
	*len = decoded.len;
	buffer_free(&decoded);
	return done || error_set(err, ERROR_FIDO_CLIENT_DATA, "the client data's challenge is not base64url");
}

static bool read_json(struct bytes text, size_t *len, struct error *err)
{
	const struct json_reader reader = {ERROR_FIDO_CLIENT_DATA, N_("client data")};
	json_t *root;
	bool done;

	if (!strict_json_parse(&reader, text, &root, err))
		return false;
	done = read_challenge(root, len, err);
	json_decref(root);
	return done;
}

bool client_data_check(const struct fido_binding *binding, size_t *challenge_len, struct error *err)
{
	*challenge_len = 0;
	switch (binding->kind) {
	case FIDO_CLIENT_DATA_HASH:
		return true;
	case FIDO_CLIENT_DATA_CHALLENGE:
		*challenge_len = binding->client_data.len;
		break;
	case FIDO_CLIENT_DATA_JSON:
		if (!read_json(binding->client_data, challenge_len, err))
			return false;
		break;
	}
	return *challenge_len >= CHALLENGE_MINIMUM ||
	       error_set(err, ERROR_FIDO_CHALLENGE, "a challenge of %zu bytes; %d at least cannot be guessed",
	           *challenge_len, CHALLENGE_MINIMUM);
}
