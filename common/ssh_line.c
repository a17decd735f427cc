#include "common/ssh_line.h"

#include "common/base64.h"

/* The only line of `text`, without its end. */
static bool take_only_line(struct bytes *text, struct bytes *line)
{
	return bytes_take_until(text, '\n', line) && text->len == 0;
}

bool ssh_line_parse(
    struct bytes line, struct buffer *blob, struct bytes *comment, enum error_code code, struct error *err)
{
	struct bytes only, type, encoded, inside, fresh;
	size_t before = blob->len;

	if (!take_only_line(&line, &only))
		return error_set(err, code, "not exactly one line");
	if (!bytes_take_until(&only, ' ', &type) || !bytes_take_until(&only, ' ', &encoded) || encoded.len == 0)
		return error_set(err, code, "a line is \"TYPE BASE64\"");
	if (!base64_parse(encoded, blob, err))
		return false;
	fresh = buffer_bytes(blob);
	if (!bytes_take(&fresh, before, &inside) || !bytes_take_ssh_string(&fresh, &inside) ||
	    !bytes_equal(inside, type)) {
		buffer_cut(blob, before);
		return error_set(err, code, "the type before the base64 text is not the one inside it");
	}
	if (comment != NULL)
		*comment = only;
	return true;
}

bool ssh_line_put(struct bytes blob, struct buffer *out, struct error *err)
{
	struct bytes rest = blob, type;
	size_t before = out->len;

	if (!bytes_take_ssh_string(&rest, &type))
		return error_set(err, ERROR_BUG, "a blob without a type name");
	if (buffer_put(out, type, err) && buffer_put_u8(out, ' ', err) && base64_put(blob, out, err))
		return true;
	buffer_cut(out, before);
	return false;
}
