#include "policy/fido_auth_data.h"

#include "common/cbor.h"
#include "common/language.h"
#include "policy/hex.h"

#define RP_ID_HASH_SIZE 32

#define FLAG_USER_PRESENT 0x01U
#define FLAG_USER_VERIFIED 0x04U
#define FLAG_BACKUP_ELIGIBLE 0x08U
#define FLAG_BACKED_UP 0x10U
#define FLAG_ATTESTED_CREDENTIAL 0x40U
#define FLAG_EXTENSIONS 0x80U

#define CRED_PROTECT_MAXIMUM 3U

static bool malformed(struct error *err, const char *what)
{
	return error_set(err, ERROR_FIDO_AUTH_DATA, "authenticator data: %s", translated(what));
}

static bool take_credential(struct bytes *in, struct fido_auth_data *out, struct error *err)
{
	struct cbor_item key;
	uint16_t len;

	if (!bytes_take(in, FIDO_AAGUID_SIZE, &out->aaguid) || !bytes_take_u16(in, &len) || len == 0 ||
	    len > FIDO_CREDENTIAL_ID_MAXIMUM || !bytes_take(in, len, &out->credential_id))
		return malformed(err, "the credential id is cut short or of an impossible length");
	if (!cbor_take_kind(in, CBOR_MAP, &key))
		return malformed(err, "the credential's public key is not canonical CBOR");
	out->sorted = key.sorted;
	return cose_key_parse(&key, &out->credential, err);
}

static bool take_extensions(struct bytes *in, struct fido_auth_data *out, struct error *err)
{
	struct cbor_item map, pairs, value;

	if (!cbor_take_kind(in, CBOR_MAP, &map) || map.number == 0)
		return malformed(err, "the extensions are not canonical CBOR, or there are none");
	out->sorted = out->sorted && map.sorted;
	pairs = map;
	while (pairs.content.len > 0) {
		if (!cbor_take_kind(&pairs.content, CBOR_TEXT, &value) || !cbor_take(&pairs.content, &value))
			return malformed(err, "an extension has no name");
	}
	if (!cbor_find_text(&map, "credProtect", &value))
		return true;
	if (value.kind != CBOR_UNSIGNED || value.number == 0 || value.number > CRED_PROTECT_MAXIMUM)
		return malformed(err, "the extension credProtect is not 1, 2 or 3");
	out->cred_protect = (unsigned)value.number;
	return true;
}

static bool check_backup(const struct fido_flags *flags, struct error *err)
{
	if (flags->backed_up && !flags->backup_eligible)
		return error_set(err, ERROR_FIDO_FLAGS,
		    "the key says that it is backed up and that it cannot be: no device writes this");
	return true;
}

bool fido_auth_data_parse(struct bytes in, struct fido_auth_data *out, struct error *err)
{
	uint8_t flags;

	*out = (struct fido_auth_data){.whole = in};
	if (!bytes_take(&in, RP_ID_HASH_SIZE, &out->rp_id_hash) || !bytes_take_u8(&in, &flags) ||
	    !bytes_take_u32(&in, &out->counter))
		return malformed(err, "it is cut short");
	out->flags = (struct fido_flags){(flags & FLAG_USER_PRESENT) != 0, (flags & FLAG_USER_VERIFIED) != 0,
	    (flags & FLAG_BACKUP_ELIGIBLE) != 0, (flags & FLAG_BACKED_UP) != 0};
	if ((flags & FLAG_ATTESTED_CREDENTIAL) == 0)
		return malformed(err, "it holds no new credential");
	if (!take_credential(&in, out, err) || ((flags & FLAG_EXTENSIONS) != 0 && !take_extensions(&in, out, err)))
		return false;
	if (in.len > 0)
		return malformed(err, "bytes are left over");
	return check_backup(&out->flags, err);
}

bool fido_aaguid_is_zero(struct bytes aaguid)
{
	uint8_t byte;

	while (bytes_take_u8(&aaguid, &byte)) {
		if (byte != 0)
			return false;
	}
	return true;
}

/* Where the five groups of the text begin and end, in bytes. */
static const size_t groups[] = {0, 4, 6, 8, 10, FIDO_AAGUID_SIZE};

#define NUM_GROUPS (sizeof(groups) / sizeof(groups[0]) - 1)

void fido_aaguid_put_text(struct bytes aaguid, char text[FIDO_AAGUID_TEXT_SIZE])
{
	struct bytes group;
	char *at = text;

	for (size_t i = 0; i < NUM_GROUPS && bytes_take(&aaguid, groups[i + 1] - groups[i], &group); i++) {
		if (i > 0)
			*at++ = '-';
		hex_put(group, at);
		at += 2 * group.len;
	}
	*at = '\0';
}

bool fido_aaguid_parse(struct bytes text, uint8_t aaguid[FIDO_AAGUID_SIZE])
{
	struct bytes group;

	for (size_t i = 0; i < NUM_GROUPS; i++) {
		size_t len = groups[i + 1] - groups[i];

		if (!bytes_take_until(&text, '-', &group) || group.len != 2 * len ||
		    !hex_parse(group, &aaguid[groups[i]], len))
			return false;
	}
	return text.len == 0;
}
