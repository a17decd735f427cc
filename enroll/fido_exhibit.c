#include "enroll/fido_exhibit.h"

#include <string.h>

#include "common/file.h"
#include "enroll/appraising.h"
#include "enroll/input.h"
#include "fido/key_file.h"
#include "policy/fido_evidence.h"

#define SSH_APPLICATION "ssh:"

bool fido_files_given(const struct fido_files *files)
{
	return files->attestation_object || files->client_data_hash || files->client_data || files->rp_id ||
	       files->ssh_attestation || files->challenge || files->key_handle;
}

static bool check_object(const struct fido_files *files, struct error *err)
{
	if (files->challenge || files->key_handle)
		return error_set(err, ERROR_USAGE, "--challenge and --key-handle go with --ssh-attestation");
	if (!files->rp_id)
		return error_set(
		    err, ERROR_USAGE, "--attestation-object needs --rp-id, the application that the key is for");
	if (!files->client_data_hash == !files->client_data)
		return error_set(
		    err, ERROR_USAGE, "--attestation-object needs either --client-data-hash or --client-data");
	return true;
}

static bool check_ssh(const struct fido_files *files, struct error *err)
{
	if (files->client_data_hash || files->client_data)
		return error_set(err, ERROR_USAGE, "--client-data and --client-data-hash go with --attestation-object");
	if (!files->challenge)
		return error_set(err, ERROR_USAGE,
		    "--ssh-attestation needs --challenge, the file that ssh-keygen was given as -O challenge=");
	return true;
}

bool fido_files_check(const struct fido_files *files, struct error *err)
{
	if (!files->attestation_object == !files->ssh_attestation)
		return error_set(err, ERROR_USAGE,
		    "a FIDO attestation is either --attestation-object or --ssh-attestation, with what belongs to it");
	return files->attestation_object ? check_object(files, err) : check_ssh(files, err);
}

/* A file that is not there is evidence that is not there: a finding like any other, not the machine's trouble. */
static bool load(const char *path, enum error_code absent, struct buffer *content, struct error *err)
{
	if (strcmp(path, "-") != 0 && !file_exists(path))
		return error_set(err, absent, "%s is not there", path);
	return input_load(path, content, err);
}

static bool read_object(const struct fido_files *files, struct exhibit *exhibit, struct error *err)
{
	struct buffer object = BUFFER_UP_TO(INPUT_MAXIMUM), client_data = BUFFER_UP_TO(INPUT_MAXIMUM);
	bool only_hash = files->client_data_hash != NULL;
	bool done = load(files->attestation_object, ERROR_EVIDENCE_ABSENT, &object, err) &&
	            load(only_hash ? files->client_data_hash : files->client_data, ERROR_EVIDENCE_INCOMPLETE,
	                &client_data, err) &&
	            evidence_of_fido(buffer_bytes(&object),
	                &(struct fido_binding){.application = bytes_of_text(files->rp_id),
	                    .kind = only_hash ? FIDO_CLIENT_DATA_HASH : FIDO_CLIENT_DATA_JSON,
	                    .client_data = buffer_bytes(&client_data)},
	                &exhibit->evidence, err);

	buffer_free(&object);
	buffer_free(&client_data);
	return done;
}

/* The handle itself, or the key's file, which holds it. */
static bool load_handle(const char *path, struct buffer *handle, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(INPUT_MAXIMUM);
	struct key_file file = KEY_FILE_EMPTY;
	bool done = load(path, ERROR_EVIDENCE_INCOMPLETE, &content, err);

	if (done && bytes_start_with(buffer_bytes(&content), "-----BEGIN OPENSSH PRIVATE KEY-----"))
		done = (key_file_parse(buffer_bytes(&content), &file, err) &&
		           buffer_put(handle, buffer_bytes(&file.key_handle), err)) ||
		       error_prefix(err, "%s", path);
	else
		done = done && buffer_put(handle, buffer_bytes(&content), err);
	key_file_clear(&file);
	buffer_free(&content);
	return done;
}

static bool read_ssh(
    const struct fido_files *files, const struct ssh_key *key, struct exhibit *exhibit, struct error *err)
{
	struct buffer file = BUFFER_UP_TO(INPUT_MAXIMUM), challenge = BUFFER_UP_TO(INPUT_MAXIMUM);
	struct buffer handle = BUFFER_UP_TO(INPUT_MAXIMUM);
	bool is_sk = key != NULL && key->application.len > 0;
	bool done =
	    load(files->ssh_attestation, ERROR_EVIDENCE_ABSENT, &file, err) &&
	    load(files->challenge, ERROR_EVIDENCE_INCOMPLETE, &challenge, err) &&
	    (!files->key_handle || load_handle(files->key_handle, &handle, err)) &&
	    evidence_of_ssh_sk(buffer_bytes(&file),
	        &(struct fido_binding){.application = bytes_of_text(files->rp_id ? files->rp_id : SSH_APPLICATION),
	            .kind = FIDO_CLIENT_DATA_CHALLENGE,
	            .client_data = buffer_bytes(&challenge)},
	        &(struct fido_ssh_key){is_sk ? buffer_bytes(&key->blob) : BYTES_EMPTY, buffer_bytes(&handle)},
	        &exhibit->evidence, err);

	buffer_free(&file);
	buffer_free(&challenge);
	buffer_free(&handle);
	return done;
}

bool fido_exhibit_read(
    const struct fido_files *files, const struct ssh_key *key, struct exhibit *exhibit, struct error *err)
{
	return files->attestation_object ? read_object(files, exhibit, err) : read_ssh(files, key, exhibit, err);
}
