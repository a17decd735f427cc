#include "policy/fido_evidence.h"

#include <openssl/sha.h>

#include "common/buffer.h"
#include "policy/evidence.h"

/* The words that stand in stored evidence: they never change. */
static const char *const kinds[] = {
    [FIDO_CLIENT_DATA_HASH] = "hash",
    [FIDO_CLIENT_DATA_CHALLENGE] = "challenge",
    [FIDO_CLIENT_DATA_JSON] = "json",
};

static bool put_binding(const struct fido_binding *binding, struct buffer *out, struct error *err)
{
	return buffer_put_ssh_string(out, binding->application, err) &&
	       buffer_put_ssh_text(out, kinds[binding->kind], err) &&
	       buffer_put_ssh_string(out, binding->client_data, err);
}

static bool finish(bool done, enum evidence_format format, struct buffer *content, struct evidence *evidence)
{
	if (done) {
		*evidence = (struct evidence){.format = format, .content = *content};
		*content = BUFFER_EMPTY;
	}
	buffer_free(content);
	return done;
}

bool evidence_of_fido(
    struct bytes attestation_object, const struct fido_binding *binding, struct evidence *evidence, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(EVIDENCE_MAXIMUM);
	bool done = buffer_put_ssh_string(&content, attestation_object, err) && put_binding(binding, &content, err);

	return finish(done, EVIDENCE_FIDO, &content, evidence);
}

bool evidence_of_ssh_sk(struct bytes file, const struct fido_binding *binding, const struct fido_ssh_key *key,
    struct evidence *evidence, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(EVIDENCE_MAXIMUM);
	bool done = buffer_put_ssh_string(&content, file, err) && put_binding(binding, &content, err) &&
	            buffer_put_ssh_string(&content, key->blob, err) &&
	            buffer_put_ssh_string(&content, key->key_handle, err);

	return finish(done, EVIDENCE_SSH_SK, &content, evidence);
}

static bool find_kind(struct bytes word, enum fido_client_data *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (bytes_equal_text(word, kinds[i])) {
			*kind = (enum fido_client_data)i;
			return true;
		}
	}
	return false;
}

static bool check_complete(struct bytes object, const struct fido_binding *binding, struct error *err)
{
	if (object.len == 0)
		return error_set(err, ERROR_EVIDENCE_ABSENT, "there is no attestation");
	if (binding->application.len == 0)
		return error_set(
		    err, ERROR_EVIDENCE_INCOMPLETE, "the application (RP id) that the key was made for is missing");
	if (binding->client_data.len == 0)
		return error_set(err, ERROR_EVIDENCE_INCOMPLETE,
		    "the challenge or client data that the attestation answers is missing");
	if (binding->kind == FIDO_CLIENT_DATA_HASH && binding->client_data.len != SHA256_DIGEST_LENGTH)
		return error_set(err, ERROR_EVIDENCE_FORMAT, "a client data hash of %zu bytes instead of 32",
		    binding->client_data.len);
	return true;
}

bool fido_evidence_take(const struct evidence *evidence, struct bytes *object, struct fido_binding *binding,
    struct fido_ssh_key *key, struct error *err)
{
	struct bytes in = buffer_bytes(&evidence->content), kind;

	*key = (struct fido_ssh_key){.blob = BYTES_EMPTY};
	if (!bytes_take_ssh_string(&in, object) || !bytes_take_ssh_string(&in, &binding->application) ||
	    !bytes_take_ssh_string(&in, &kind) || !find_kind(kind, &binding->kind) ||
	    !bytes_take_ssh_string(&in, &binding->client_data) ||
	    (evidence->format == EVIDENCE_SSH_SK &&
	        (!bytes_take_ssh_string(&in, &key->blob) || !bytes_take_ssh_string(&in, &key->key_handle))) ||
	    in.len > 0)
		return error_set(err, ERROR_EVIDENCE_FORMAT, "the FIDO evidence is cut short or has bytes left over");
	return check_complete(*object, binding, err);
}
