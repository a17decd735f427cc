#include "fido/key_file.h"

#include <openssl/rand.h>

#include "common/base64.h"
#include "common/language.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define END "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC "openssh-key-v1"

enum { LINE = 70, BLOCK = 8 };

void key_file_clear(struct key_file *file)
{
	ssh_key_clear(&file->key);
	buffer_free(&file->key_handle);
	buffer_free(&file->comment);
	*file = KEY_FILE_EMPTY;
}

static bool is_token_type(enum ssh_key_type type)
{
	return type == SSH_KEY_SK_ECDSA || type == SSH_KEY_SK_ED25519;
}

/* The same number twice, in front: what tells a wrong passphrase where there is one. */
static bool put_check(struct buffer *out, struct error *err)
{
	uint8_t number[4];

	if (RAND_bytes(number, sizeof(number)) != 1)
		return error_set(err, ERROR_CRYPTO, "no random number");
	return buffer_put(out, BYTES_OF(number), err) && buffer_put(out, BYTES_OF(number), err);
}

static bool put_private(const struct key_file *file, struct buffer *out, struct error *err)
{
	uint8_t pad = 0;

	if (!put_check(out, err) || !buffer_put(out, buffer_bytes(&file->key.blob), err) ||
	    !buffer_put_u8(out, file->flags, err) ||
	    !buffer_put_ssh_string(out, buffer_bytes(&file->key_handle), err) ||
	    !buffer_put_ssh_string(out, BYTES_EMPTY, err) ||
	    !buffer_put_ssh_string(out, buffer_bytes(&file->comment), err))
		return false;
	while (out->len % BLOCK != 0)
		if (!buffer_put_u8(out, ++pad, err))
			return false;
	return true;
}

static bool put_binary(const struct key_file *file, struct buffer *out, struct error *err)
{
	struct buffer section = BUFFER_EMPTY;
	bool done = put_private(file, &section, err) && buffer_put_text(out, MAGIC, err) &&
	            buffer_put_u8(out, 0, err) && buffer_put_ssh_text(out, "none", err) &&
	            buffer_put_ssh_text(out, "none", err) && buffer_put_ssh_string(out, BYTES_EMPTY, err) &&
	            buffer_put_u32(out, 1, err) && buffer_put_ssh_string(out, buffer_bytes(&file->key.blob), err) &&
	            buffer_put_ssh_string(out, buffer_bytes(&section), err);

	buffer_free(&section);
	return done;
}

bool key_file_put(const struct key_file *file, struct buffer *out, struct error *err)
{
	struct buffer binary = BUFFER_EMPTY, text = BUFFER_EMPTY;
	struct bytes rest, line;
	bool done = put_binary(file, &binary, err) && base64_put(buffer_bytes(&binary), &text, err) &&
	            buffer_put_text(out, BEGIN "\n", err);

	rest = buffer_bytes(&text);
	while (done && rest.len > 0)
		done = bytes_take(&rest, rest.len < LINE ? rest.len : LINE, &line) && buffer_put(out, line, err) &&
		       buffer_put_u8(out, '\n', err);
	done = done && buffer_put_text(out, END "\n", err);
	buffer_free(&binary);
	buffer_free(&text);
	return done;
}

static bool malformed(struct error *err, const char *what)
{
	return error_set(err, ERROR_SK_KEY_FILE, "the key file: %s", translated(what));
}

/* Takes the lines between the two marks together. */
static bool take_armor(struct bytes text, struct buffer *binary, struct error *err)
{
	struct buffer base64 = BUFFER_EMPTY;
	struct bytes line;
	bool ended = false, done;

	if (!bytes_take_until(&text, '\n', &line) || !bytes_equal_text(line, BEGIN))
		return malformed(err, "this is no private key of OpenSSH");
	done = true;
	while (done && !ended && bytes_take_until(&text, '\n', &line)) {
		ended = bytes_equal_text(line, END);
		done = ended || buffer_put(&base64, line, err);
	}
	if (done && (!ended || text.len > 0))
		done = malformed(err, "it has no end, or more behind it");
	done = done && base64_parse(buffer_bytes(&base64), binary, err);
	buffer_free(&base64);
	return done;
}

static bool check_padding(struct bytes rest, struct error *err)
{
	uint8_t wanted = 0, found;

	if (rest.len >= BLOCK)
		return malformed(err, "more padding than a block");
	while (bytes_take_u8(&rest, &found))
		if (found != ++wanted)
			return malformed(err, "its padding is wrong");
	return true;
}

static bool take_private(struct bytes in, struct key_file *file, struct error *err)
{
	struct bytes blob, handle, reserved, comment;
	uint32_t one, other;

	if (!bytes_take_u32(&in, &one) || !bytes_take_u32(&in, &other) || one != other)
		return malformed(err, "its two numbers differ");
	if (!bytes_take(&in, file->key.blob.len, &blob) || !bytes_equal(blob, buffer_bytes(&file->key.blob)))
		return malformed(err, "its two public keys differ");
	if (!bytes_take_u8(&in, &file->flags) || !bytes_take_ssh_string(&in, &handle) || handle.len == 0 ||
	    !bytes_take_ssh_string(&in, &reserved) || !bytes_take_ssh_string(&in, &comment))
		return malformed(err, "flags, handle or comment are cut short");
	return check_padding(in, err) && buffer_put(&file->key_handle, handle, err) &&
	       buffer_put(&file->comment, comment, err);
}

static bool take_binary(struct bytes in, struct key_file *file, struct error *err)
{
	struct bytes magic, cipher, kdf, kdf_options, blob, section;
	uint32_t count;

	if (!bytes_take_until(&in, 0, &magic) || !bytes_equal_text(magic, MAGIC) ||
	    !bytes_take_ssh_string(&in, &cipher) || !bytes_take_ssh_string(&in, &kdf) ||
	    !bytes_take_ssh_string(&in, &kdf_options))
		return malformed(err, "its head cannot be read");
	if (!bytes_equal_text(cipher, "none") || !bytes_equal_text(kdf, "none") || kdf_options.len > 0)
		return malformed(err, "it has a passphrase; \"ssh-keygen -p\" takes it off");
	if (!bytes_take_u32(&in, &count) || count != 1 || !bytes_take_ssh_string(&in, &blob) ||
	    !bytes_take_ssh_string(&in, &section) || in.len > 0)
		return malformed(err, "it does not hold one key");
	if (!ssh_key_parse(blob, &file->key, err))
		return false;
	if (!is_token_type(file->key.type))
		return malformed(err, "the key is of no security key");
	return take_private(section, file, err);
}

bool key_file_parse(struct bytes text, struct key_file *file, struct error *err)
{
	struct key_file taken = KEY_FILE_EMPTY;
	struct buffer binary = BUFFER_EMPTY;
	bool done = take_armor(text, &binary, err) && take_binary(buffer_bytes(&binary), &taken, err);

	buffer_free(&binary);
	if (done)
		*file = taken;
	else
		key_file_clear(&taken);
	return done;
}
