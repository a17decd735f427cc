#include "policy/ssh_sk_attest.h"

#include "common/cbor.h"
#include "policy/digest.h"
#include "policy/fido_auth_data.h"
#include "policy/fido_evidence.h"

#define VERSION_00 "ssh-sk-attest-v00"
#define VERSION_01 "ssh-sk-attest-v01"

#define TYPE_ECDSA "sk-ecdsa-sha2-nistp256@openssh.com"
#define TYPE_ED25519 "sk-ssh-ed25519@openssh.com"
#define CURVE "nistp256"

/* User present, attested credential. */
#define U2F_FLAGS 0x41

/* A COSE_Key for ES256 up to x, and between x and y. */
#define COSE_BEFORE_X BYTES_OF(((const uint8_t[]){0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}))
#define COSE_BEFORE_Y BYTES_OF(((const uint8_t[]){0x22, 0x58, 0x20}))

bool ssh_sk_key_parse(struct bytes blob, struct ssh_sk_key *out, struct error *err)
{
	struct bytes type, curve, point;
	enum public_key_kind kind = PUBLIC_KEY_P256;

	if (!bytes_take_ssh_string(&blob, &type))
		return error_set(err, ERROR_SSH_KEY, "the SSH public key is cut short");
	if (bytes_equal_text(type, TYPE_ED25519))
		kind = PUBLIC_KEY_ED25519;
	else if (!bytes_equal_text(type, TYPE_ECDSA))
		return error_set(
		    err, ERROR_SSH_KEY_TYPE, "the SSH public key is not of a type that FIDO devices hold (sk-…)");
	if ((kind == PUBLIC_KEY_P256 && (!bytes_take_ssh_string(&blob, &curve) || !bytes_equal_text(curve, CURVE))) ||
	    !bytes_take_ssh_string(&blob, &point) || !bytes_take_ssh_string(&blob, &out->application) || blob.len > 0 ||
	    !public_key_of_point(kind, point, &out->key, err))
		return error_set(err, ERROR_SSH_KEY, "the SSH public key is malformed");
	return true;
}

bool ssh_sk_key_put(const struct public_key *key, struct bytes application, struct buffer *out, struct error *err)
{
	if (key->kind == PUBLIC_KEY_P256)
		return buffer_put_ssh_text(out, TYPE_ECDSA, err) && buffer_put_ssh_text(out, CURVE, err) &&
		       buffer_put_ssh_string(out, key->point, err) && buffer_put_ssh_string(out, application, err);
	if (key->kind == PUBLIC_KEY_ED25519)
		return buffer_put_ssh_text(out, TYPE_ED25519, err) && buffer_put_ssh_string(out, key->point, err) &&
		       buffer_put_ssh_string(out, application, err);
	return error_set(err, ERROR_SSH_KEY_TYPE, "OpenSSH takes no key of this kind from an authenticator");
}

/* What the client side makes of a U2F device's answer. */
static bool build(const struct ssh_sk_key *key, struct bytes handle, struct buffer *out, struct error *err)
{
	static const uint8_t no_aaguid[FIDO_AAGUID_SIZE];
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct bytes point = key->key.point, form, x;

	digest_sha256(key->application, hash);
	return bytes_take(&point, 1, &form) && bytes_take(&point, 32, &x) && buffer_put(out, BYTES_OF(hash), err) &&
	       buffer_put_u8(out, U2F_FLAGS, err) && buffer_put_u32(out, 0, err) &&
	       buffer_put(out, BYTES_OF(no_aaguid), err) && buffer_put_u16(out, (uint16_t)handle.len, err) &&
	       buffer_put(out, handle, err) && buffer_put(out, COSE_BEFORE_X, err) && buffer_put(out, x, err) &&
	       buffer_put(out, COSE_BEFORE_Y, err) && buffer_put(out, point, err);
}

static bool build_auth_data(
    const struct fido_ssh_key *beside, struct ssh_sk_attest *out, struct buffer *built, struct error *err)
{
	struct ssh_sk_key key;

	if (beside->blob.len == 0 || beside->key_handle.len == 0)
		return error_set(err, ERROR_EVIDENCE_INCOMPLETE,
		    "an attestation file of version v00 holds neither the key nor its handle: both are needed beside "
		    "it");
	if (!ssh_sk_key_parse(beside->blob, &key, err))
		return false;
	if (key.key.kind != PUBLIC_KEY_P256 || beside->key_handle.len > FIDO_CREDENTIAL_ID_MAXIMUM)
		return error_set(
		    err, ERROR_SSH_KEY_TYPE, "attestation files of version v00 are of U2F devices and P-256 keys");
	if (!build(&key, beside->key_handle, built, err))
		return false;
	out->auth_data = buffer_bytes(built);
	return true;
}

bool ssh_sk_attest_parse(struct bytes file, const struct fido_ssh_key *key, struct ssh_sk_attest *out,
    struct buffer *built, struct error *err)
{
	struct bytes version, reserved, wrapped = BYTES_EMPTY;
	struct cbor_item data = {.kind = CBOR_BYTES};
	uint32_t flags;

	*out = (struct ssh_sk_attest){.has_auth_data = false};
	if (!bytes_take_ssh_string(&file, &version))
		return error_set(err, ERROR_EVIDENCE_FORMAT, "this is no attestation file of ssh-keygen");
	out->has_auth_data = bytes_equal_text(version, VERSION_01);
	if (!out->has_auth_data && !bytes_equal_text(version, VERSION_00))
		return error_set(err, ERROR_EVIDENCE_FORMAT,
		    "this is no attestation file of ssh-keygen, or of a version that is not known here");
	if (!bytes_take_ssh_string(&file, &out->certificate) || !bytes_take_ssh_string(&file, &out->signature) ||
	    (out->has_auth_data && !bytes_take_ssh_string(&file, &wrapped)) || !bytes_take_u32(&file, &flags) ||
	    flags != 0 || !bytes_take_ssh_string(&file, &reserved) || reserved.len > 0 || file.len > 0)
		return error_set(err, ERROR_EVIDENCE_FORMAT,
		    "ssh-keygen's attestation file is cut short, has bytes left over or reserved fields in use");
	if (!out->has_auth_data)
		return build_auth_data(key, out, built, err);
	if (!cbor_take_kind(&wrapped, CBOR_BYTES, &data) || wrapped.len > 0)
		return error_set(
		    err, ERROR_EVIDENCE_FORMAT, "ssh-keygen's attestation file holds no authenticator data");
	out->auth_data = data.content;
	return true;
}
