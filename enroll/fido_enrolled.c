#include "enroll/fido_enrolled.h"

#include "common/cbor.h"
#include "policy/evidence.h"
#include "policy/fido_auth_data.h"
#include "policy/fido_evidence.h"
#include "policy/ssh_sk_attest.h"
#include "registry/enrollment.h"
#include "registry/store.h"

/* Told by its first string, so that the many PIV enrollments cost nothing. */
static bool is_sk(struct bytes blob)
{
	struct bytes type;

	return bytes_take_ssh_string(&blob, &type) && bytes_start_with(type, "sk-");
}

void fido_enrolled_clear(struct fido_enrolled *enrolled)
{
	buffer_free(&enrolled->id);
	buffer_free(&enrolled->application);
	*enrolled = (struct fido_enrolled){.person = ""};
}

static bool find_in_object(struct bytes object, struct bytes *data)
{
	struct cbor_item map, member;

	if (!cbor_take_kind(&object, CBOR_MAP, &map) || !cbor_find_text(&map, "authData", &member))
		return false;
	*data = member.content;
	return member.kind == CBOR_BYTES;
}

static bool take(const struct evidence *evidence, struct fido_enrolled *enrolled)
{
	struct ssh_sk_attest file;
	struct fido_binding binding;
	struct fido_ssh_key key;
	struct fido_auth_data parsed;
	struct buffer built = BUFFER_EMPTY;
	struct bytes object, data;
	bool done = fido_evidence_take(evidence, &object, &binding, &key, NULL);

	if (done && evidence->format == EVIDENCE_SSH_SK) {
		done = ssh_sk_attest_parse(object, &key, &file, &built, NULL);
		data = file.auth_data;
	} else {
		done = done && find_in_object(object, &data);
	}
	done = done && fido_auth_data_parse(data, &parsed, NULL) &&
	       buffer_put(&enrolled->id, parsed.credential_id, NULL) &&
	       buffer_put(&enrolled->application, binding.application, NULL) &&
	       bytes_take_to(&parsed.aaguid, enrolled->aaguid, sizeof(enrolled->aaguid));
	buffer_free(&built);
	return done;
}

bool fido_enrolled_take(const struct store_entry *entry, int64_t now, struct fido_enrolled *enrolled)
{
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	bool done;

	*enrolled = (struct fido_enrolled){.person = ""};
	if (entry->state != STORE_ACTIVE || entry->valid_before <= now || !is_sk(entry->certificate) ||
	    !enrollment_parse(entry->certificate, &enrollment, NULL))
		return false;
	done = enrollment.evidence.format != EVIDENCE_PIV && take(&enrollment.evidence, enrolled) &&
	       bytes_to_text(bytes_of_text(enrollment.person), enrolled->person, sizeof(enrolled->person));
	enrollment_clear(&enrollment);
	if (!done)
		fido_enrolled_clear(enrolled);
	return done;
}
