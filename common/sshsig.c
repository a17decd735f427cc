#include "common/sshsig.h"

#include "common/base64.h"
#include "common/text.h"

#define MAGIC "SSHSIG"
#define VERSION 1
#define ARMOR_BEGIN "-----BEGIN SSH SIGNATURE-----"
#define ARMOR_END "-----END SSH SIGNATURE-----"
#define ARMOR_WIDTH 70

void sshsig_clear(struct sshsig *sshsig)
{
	ssh_key_clear(&sshsig->key);
	buffer_free(&sshsig->signature);
	*sshsig = SSHSIG_EMPTY;
}

static const char *hash_name(bool sha512)
{
	return sha512 ? "sha512" : "sha256";
}

static bool put_hash(struct bytes message, bool sha512, struct buffer *out, struct error *err)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len;

	if (EVP_Digest(message.data, message.len, hash, &len, sha512 ? EVP_sha512() : EVP_sha256(), NULL) != 1)
		return error_set(err, ERROR_CRYPTO, "%s failed", hash_name(sha512));
	return buffer_put_ssh_string(out, bytes_of(hash, len), err);
}

/* The fields that stand in the signed data and in the binary form alike: namespace, reserved, hash name. */
static bool put_context(const char *name_space, bool sha512, struct buffer *out, struct error *err)
{
	return buffer_put_ssh_text(out, name_space, err) && buffer_put_ssh_text(out, "", err) &&
	       buffer_put_ssh_text(out, hash_name(sha512), err);
}

static bool put_signed_data(
    const char *name_space, bool sha512, struct bytes message, struct buffer *out, struct error *err)
{
	size_t before = out->len;

	if (buffer_put_text(out, MAGIC, err) && put_context(name_space, sha512, out, err) &&
	    put_hash(message, sha512, out, err))
		return true;
	buffer_cut(out, before);
	return false;
}

static bool check_namespace(struct bytes name_space, struct error *err)
{
	if (name_space.len == 0 || name_space.len >= sizeof(((struct sshsig *)NULL)->name_space) ||
	    !text_is_printable(name_space))
		return error_set(err, ERROR_SSHSIG, "a namespace is printable text of 1 to %zu bytes",
		    sizeof(((struct sshsig *)NULL)->name_space) - 1);
	return true;
}

bool sshsig_put_signed_data(const char *name_space, struct bytes message, struct buffer *out, struct error *err)
{
	return check_namespace(bytes_of_text(name_space), err) && put_signed_data(name_space, true, message, out, err);
}

bool sshsig_encode(
    const struct ssh_key *key, const char *name_space, struct bytes signature, struct buffer *out, struct error *err)
{
	size_t before = out->len;

	if (check_namespace(bytes_of_text(name_space), err) && buffer_put_text(out, MAGIC, err) &&
	    buffer_put_u32(out, VERSION, err) && buffer_put_ssh_string(out, buffer_bytes(&key->blob), err) &&
	    put_context(name_space, true, out, err) && buffer_put_ssh_string(out, signature, err))
		return true;
	buffer_cut(out, before);
	return false;
}

struct fields {
	struct bytes key, name_space, reserved, hash, signature;
};

static bool take_fields(struct bytes blob, struct fields *fields, struct error *err)
{
	struct bytes magic;
	uint32_t version;

	if (!bytes_take(&blob, sizeof(MAGIC) - 1, &magic) || !bytes_equal_text(magic, MAGIC) ||
	    !bytes_take_u32(&blob, &version))
		return error_set(err, ERROR_SSHSIG, "no SSH signature");
	if (version != VERSION)
		return error_set(err, ERROR_SSHSIG, "an SSH signature of version %u", version);
	if (!bytes_take_ssh_string(&blob, &fields->key) || !bytes_take_ssh_string(&blob, &fields->name_space) ||
	    !bytes_take_ssh_string(&blob, &fields->reserved) || !bytes_take_ssh_string(&blob, &fields->hash) ||
	    !bytes_take_ssh_string(&blob, &fields->signature) || blob.len > 0)
		return error_set(err, ERROR_SSHSIG, "an SSH signature that is cut short or too long");
	return true;
}

/* The reserved field is not covered by the signature: refused while it means nothing. */
static bool read_fields(const struct fields *fields, struct sshsig *sshsig, struct error *err)
{
	if (!check_namespace(fields->name_space, err))
		return false;
	if (fields->reserved.len > 0)
		return error_set(err, ERROR_SSHSIG, "an SSH signature with a reserved field");
	sshsig->sha512 = bytes_equal_text(fields->hash, hash_name(true));
	if (!sshsig->sha512 && !bytes_equal_text(fields->hash, hash_name(false)))
		return error_set(err, ERROR_SSHSIG, "an SSH signature over another hash than SHA-256 and SHA-512");
	if (!bytes_to_text(fields->name_space, sshsig->name_space, sizeof(sshsig->name_space)))
		return error_set(err, ERROR_SSHSIG, "a namespace that is too long");
	return ssh_key_parse(fields->key, &sshsig->key, err) && buffer_put(&sshsig->signature, fields->signature, err);
}

bool sshsig_parse(struct bytes blob, struct sshsig *sshsig, struct error *err)
{
	struct sshsig fresh = SSHSIG_EMPTY;
	struct fields fields;
	bool done = take_fields(blob, &fields, err) && read_fields(&fields, &fresh, err);

	if (done) {
		*sshsig = fresh;
		fresh = SSHSIG_EMPTY;
	}
	sshsig_clear(&fresh);
	return done;
}

static bool put_lines(struct bytes text, struct buffer *out, struct error *err)
{
	while (text.len > 0) {
		struct bytes line;

		if (!bytes_take(&text, text.len < ARMOR_WIDTH ? text.len : ARMOR_WIDTH, &line) ||
		    !buffer_put(out, line, err) || !buffer_put_u8(out, '\n', err))
			return false;
	}
	return true;
}

bool sshsig_put_armor(struct bytes blob, struct buffer *out, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	size_t before = out->len;
	bool done = base64_put(blob, &text, err) && buffer_put_text(out, ARMOR_BEGIN "\n", err) &&
	            put_lines(buffer_bytes(&text), out, err) && buffer_put_text(out, ARMOR_END "\n", err);

	if (!done)
		buffer_cut(out, before);
	buffer_free(&text);
	return done;
}

/* Appends what stands between the armor's lines, without line ends. */
static bool take_armor(struct bytes text, struct buffer *encoded, struct error *err)
{
	struct bytes line;

	if (!bytes_take_until(&text, '\n', &line) || !bytes_equal_text(line, ARMOR_BEGIN))
		return error_set(err, ERROR_SSHSIG, "the first line is not %s", ARMOR_BEGIN);
	while (bytes_take_until(&text, '\n', &line) && !bytes_equal_text(line, ARMOR_END))
		if (!buffer_put(encoded, line, err))
			return false;
	if (!bytes_equal_text(line, ARMOR_END) || text.len > 0)
		return error_set(err, ERROR_SSHSIG, "the last line is not %s", ARMOR_END);
	return true;
}

bool sshsig_parse_armor(struct bytes text, struct sshsig *sshsig, struct error *err)
{
	struct buffer encoded = BUFFER_EMPTY, blob = BUFFER_EMPTY;
	bool done = take_armor(text, &encoded, err) && base64_parse(buffer_bytes(&encoded), &blob, err) &&
	            sshsig_parse(buffer_bytes(&blob), sshsig, err);

	buffer_free(&encoded);
	buffer_free(&blob);
	return done;
}

bool sshsig_verify(const struct sshsig *sshsig, const char *name_space, struct bytes message,
    struct ssh_sk_flags *flags, struct error *err)
{
	struct buffer data = BUFFER_EMPTY;
	bool done;

	if (!bytes_equal_text(bytes_of_text(sshsig->name_space), name_space))
		return error_set(err, ERROR_SSHSIG_NAMESPACE, "the signature was made for \"%s\", not for \"%s\"",
		    sshsig->name_space, name_space);
	done = put_signed_data(name_space, sshsig->sha512, message, &data, err) &&
	       ssh_key_verify(&sshsig->key, buffer_bytes(&sshsig->signature), buffer_bytes(&data), flags, err);
	buffer_free(&data);
	return done;
}
