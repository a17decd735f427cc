#include "common/ssh_certificate.h"

#include "common/ssh_line.h"
#include "common/text.h"

#define KIND_USER 1
#define KIND_HOST 2

/* How a certificate of each key type is named, and how many SSH strings its key has behind the name. */
static const struct {
	const char *name;
	size_t num_fields;
} types[SSH_KEY_TYPE_COUNT] = {
    [SSH_KEY_RSA] = {"ssh-rsa-cert-v01@openssh.com", 2},
    [SSH_KEY_ECDSA_P256] = {"ecdsa-sha2-nistp256-cert-v01@openssh.com", 2},
    [SSH_KEY_ECDSA_P384] = {"ecdsa-sha2-nistp384-cert-v01@openssh.com", 2},
    [SSH_KEY_ECDSA_P521] = {"ecdsa-sha2-nistp521-cert-v01@openssh.com", 2},
    [SSH_KEY_ED25519] = {"ssh-ed25519-cert-v01@openssh.com", 1},
    [SSH_KEY_SK_ECDSA] = {"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3},
    [SSH_KEY_SK_ED25519] = {"sk-ssh-ed25519-cert-v01@openssh.com", 2},
};

/* What the parser carries along beside the certificate. */
struct tail {
	struct bytes authority; /* blob of the key that signed */
	struct bytes signature;
	struct bytes signed_part; /* all before the signature */
};

void ssh_certificate_clear(struct ssh_certificate *certificate)
{
	buffer_free(&certificate->blob);
	ssh_key_clear(&certificate->key);
	ssh_key_clear(&certificate->authority);
	*certificate = SSH_CERTIFICATE_EMPTY;
}

static bool find_type(struct bytes name, enum ssh_key_type *type)
{
	for (enum ssh_key_type candidate = SSH_KEY_RSA; candidate < SSH_KEY_TYPE_COUNT; candidate++) {
		if (bytes_equal_text(name, types[candidate].name)) {
			*type = candidate;
			return true;
		}
	}
	return false;
}

/* Certificates of the older and of unknown forms count as well: what is asked is whether to take it for a plain key. */
bool ssh_certificate_is(struct bytes blob)
{
	struct bytes name, one;

	if (!bytes_take_ssh_string(&blob, &name))
		return false;
	do {
		if (bytes_start_with(name, "-cert-v"))
			return true;
	} while (bytes_take(&name, 1, &one));
	return false;
}

/* A certificate's key has the fields of a plain key, behind another name and a nonce. */
static bool take_key(struct bytes *in, enum ssh_key_type type, struct ssh_key *key, struct error *err)
{
	struct buffer plain = BUFFER_EMPTY;
	bool done = buffer_put_ssh_text(&plain, ssh_key_type_name(type), err);

	for (size_t i = 0; done && i < types[type].num_fields; i++) {
		struct bytes field;

		if (!bytes_take_ssh_string(in, &field))
			done = error_set(err, ERROR_SSH_CERTIFICATE, "the certified key is cut short");
		else
			done = buffer_put_ssh_string(&plain, field, err);
	}
	done = done && ssh_key_parse(buffer_bytes(&plain), key, err);
	buffer_free(&plain);
	return done;
}

static bool take_kind(struct bytes *in, struct error *err)
{
	uint32_t kind;

	if (!bytes_take_u32(in, &kind))
		return error_set(err, ERROR_SSH_CERTIFICATE, "cut short before its kind");
	if (kind == KIND_HOST)
		return error_set(err, ERROR_SSH_CERTIFICATE, "a host certificate, where a user certificate belongs");
	if (kind != KIND_USER)
		return error_set(err, ERROR_SSH_CERTIFICATE, "a certificate of unknown kind %u", kind);
	return true;
}

static bool take_fields(struct bytes *in, struct ssh_certificate *certificate, struct tail *tail, struct error *err)
{
	struct bytes whole = *in, name, nonce, reserved;
	enum ssh_key_type type;

	if (!bytes_take_ssh_string(in, &name) || !find_type(name, &type) || !bytes_take_ssh_string(in, &nonce))
		return error_set(err, ERROR_SSH_CERTIFICATE, "no certificate of a type that can be taken");
	if (!take_key(in, type, &certificate->key, err))
		return false;
	if (!bytes_take_u64(in, &certificate->serial))
		return error_set(err, ERROR_SSH_CERTIFICATE, "cut short before its serial number");
	if (!take_kind(in, err))
		return false;
	if (!bytes_take_ssh_string(in, &certificate->key_id) || !bytes_take_ssh_string(in, &certificate->principals) ||
	    !bytes_take_u64(in, &certificate->valid_after) || !bytes_take_u64(in, &certificate->valid_before) ||
	    !bytes_take_ssh_string(in, &certificate->critical_options) ||
	    !bytes_take_ssh_string(in, &certificate->extensions) || !bytes_take_ssh_string(in, &reserved) ||
	    !bytes_take_ssh_string(in, &tail->authority))
		return error_set(err, ERROR_SSH_CERTIFICATE, "cut short before its signature");
	if (!bytes_take(&whole, whole.len - in->len, &tail->signed_part) ||
	    !bytes_take_ssh_string(in, &tail->signature) || in->len > 0)
		return error_set(err, ERROR_SSH_CERTIFICATE, "its signature is cut short or something follows it");
	return true;
}

static bool check_principals(struct bytes principals, struct error *err)
{
	struct bytes name;

	if (principals.len == 0)
		return error_set(err, ERROR_SSH_CERTIFICATE_PRINCIPALS,
		    "a certificate without principals would be good for everybody");
	while (principals.len > 0)
		if (!bytes_take_ssh_string(&principals, &name) || name.len == 0 || !text_is_printable(name))
			return error_set(
			    err, ERROR_SSH_CERTIFICATE_PRINCIPALS, "a principal is empty, cut short or no text");
	return true;
}

/* Whether `one` stands before `other` in the order of strcmp. */
static bool is_before(struct bytes one, struct bytes other)
{
	uint8_t left, right;

	while (bytes_take_u8(&other, &right)) {
		if (!bytes_take_u8(&one, &left))
			return true;
		if (left != right)
			return left < right;
	}
	return false;
}

static bool check_options(const char *what, struct bytes options, struct error *err)
{
	struct bytes name, value, last = BYTES_EMPTY;

	while (options.len > 0) {
		if (!bytes_take_ssh_string(&options, &name) || !bytes_take_ssh_string(&options, &value) ||
		    name.len == 0 || !text_is_printable(name))
			return error_set(err, ERROR_SSH_CERTIFICATE, "%s: cut short or without a sane name", what);
		if (!is_before(last, name))
			return error_set(err, ERROR_SSH_CERTIFICATE, "%s: %.*s stands twice or out of order", what,
			    (int)name.len, (const char *)name.data);
		last = name;
	}
	return true;
}

static bool check_content(const struct ssh_certificate *certificate, struct error *err)
{
	if (!text_is_printable(certificate->key_id))
		return error_set(err, ERROR_SSH_CERTIFICATE, "its key id is no printable text");
	if (certificate->valid_after >= certificate->valid_before)
		return error_set(err, ERROR_SSH_CERTIFICATE, "it ends before it begins");
	return check_principals(certificate->principals, err) &&
	       check_options("critical options", certificate->critical_options, err) &&
	       check_options("extensions", certificate->extensions, err);
}

static bool check_signature(struct ssh_certificate *certificate, const struct tail *tail, struct error *err)
{
	if (ssh_certificate_is(tail->authority))
		return error_set(err, ERROR_SSH_CERTIFICATE_NESTED, "a certificate that another certificate signed");
	if (!ssh_key_parse(tail->authority, &certificate->authority, err))
		return error_prefix(err, "the key that signed the certificate");
	return ssh_key_verify(&certificate->authority, tail->signature, tail->signed_part, NULL, err) ||
	       error_prefix(err, "the certificate");
}

bool ssh_certificate_parse(struct bytes blob, struct ssh_certificate *certificate, struct error *err)
{
	struct ssh_certificate fresh = SSH_CERTIFICATE_EMPTY;
	struct bytes in;
	struct tail tail;
	bool done = false;

	if (!buffer_put(&fresh.blob, blob, err))
		goto out;
	in = buffer_bytes(&fresh.blob);
	if (!take_fields(&in, &fresh, &tail, err) || !check_content(&fresh, err) ||
	    !check_signature(&fresh, &tail, err))
		goto out;
	*certificate = fresh;
	fresh = SSH_CERTIFICATE_EMPTY;
	done = true;
out:
	ssh_certificate_clear(&fresh);
	return done;
}

bool ssh_certificate_peek_key_id(struct bytes blob, struct bytes *key_id)
{
	struct bytes name, skipped;
	enum ssh_key_type type;
	uint64_t serial;
	uint32_t kind;
	bool there =
	    bytes_take_ssh_string(&blob, &name) && find_type(name, &type) && bytes_take_ssh_string(&blob, &skipped);

	for (size_t i = 0; there && i < types[type].num_fields; i++)
		there = bytes_take_ssh_string(&blob, &skipped);
	return there && bytes_take_u64(&blob, &serial) && bytes_take_u32(&blob, &kind) &&
	       bytes_take_ssh_string(&blob, key_id);
}

bool ssh_certificate_parse_line(struct bytes line, struct ssh_certificate *certificate, struct error *err)
{
	struct buffer blob = BUFFER_EMPTY;
	bool done = ssh_line_parse(line, &blob, NULL, ERROR_SSH_CERTIFICATE, err) &&
	            ssh_certificate_parse(buffer_bytes(&blob), certificate, err);

	buffer_free(&blob);
	return done;
}

bool ssh_certificate_put_line(const struct ssh_certificate *certificate, struct buffer *out, struct error *err)
{
	return ssh_line_put(buffer_bytes(&certificate->blob), out, err);
}

bool ssh_certificate_take_principal(struct bytes *principals, struct bytes *name)
{
	return bytes_take_ssh_string(principals, name);
}

bool ssh_certificate_find_extension(const struct ssh_certificate *certificate, const char *name, struct bytes *content)
{
	struct bytes rest = certificate->extensions, found, value;

	while (bytes_take_ssh_string(&rest, &found) && bytes_take_ssh_string(&rest, &value))
		if (bytes_equal_text(found, name))
			return bytes_take_ssh_string(&value, content) && value.len == 0;
	return false;
}
