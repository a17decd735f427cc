#include "policy/fido_credential.h"

#include "common/bytes.h"
#include "common/cbor.h"
#include "policy/evidence.h"
#include "policy/fido_auth_data.h"
#include "policy/fido_evidence.h"
#include "policy/ssh_sk_attest.h"

static bool put_id_of_data(struct bytes auth_data, struct buffer *id, struct error *err)
{
	struct fido_auth_data parsed;

	return fido_auth_data_parse(auth_data, &parsed, err) && buffer_put(id, parsed.credential_id, err);
}

static bool put_id_of_object(struct bytes object, struct buffer *id, struct error *err)
{
	struct cbor_item map, data;

	if (!cbor_take_kind(&object, CBOR_MAP, &map) || !cbor_find_text(&map, "authData", &data) ||
	    data.kind != CBOR_BYTES)
		return error_set(err, ERROR_FIDO_OBJECT, "an attestation without authenticator data");
	return put_id_of_data(data.content, id, err);
}

static bool put_id_of_file(struct bytes file, const struct fido_ssh_key *key, struct buffer *id, struct error *err)
{
	struct buffer built = BUFFER_EMPTY;
	struct ssh_sk_attest attest;
	bool done = ssh_sk_attest_parse(file, key, &attest, &built, err) && put_id_of_data(attest.auth_data, id, err);

	buffer_free(&built);
	return done;
}

bool fido_credential_put_id(const struct evidence *evidence, struct buffer *id, struct error *err)
{
	struct fido_binding binding;
	struct fido_ssh_key key;
	struct bytes object;

	if (evidence->format != EVIDENCE_FIDO && evidence->format != EVIDENCE_SSH_SK)
		return error_set(err, ERROR_EVIDENCE_FORMAT, "this is no evidence of a FIDO token");
	if (!fido_evidence_take(evidence, &object, &binding, &key, err))
		return false;
	return evidence->format == EVIDENCE_FIDO ? put_id_of_object(object, id, err)
	                                         : put_id_of_file(object, &key, id, err);
}
