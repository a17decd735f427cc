#include "common/auth_info.h"

#include "common/ssh_line.h"
#include "common/text.h"

/* What may stand behind a method's name. */
enum rest { REST_NOTHING, REST_KEY, REST_REMARK };

/* The key in a line of hostbased is a machine's, not a person's: it is a remark. */
static const struct {
	const char *name;
	enum rest rest;
} known[] = {
    {"publickey", REST_KEY},
    {"password", REST_NOTHING},
    {"keyboard-interactive/pam", REST_NOTHING},
    {"hostbased", REST_REMARK},       /* the client's host and its user */
    {"gssapi-with-mic", REST_REMARK}, /* the principal */
    {"gssapi-keyex", REST_REMARK},
};

void auth_info_clear(struct auth_info *info)
{
	for (size_t i = 0; i < info->num_methods; i++)
		buffer_free(&info->methods[i].blob);
	*info = AUTH_INFO_EMPTY;
}

static bool find_form(struct bytes name, enum rest *rest)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (bytes_equal_text(name, known[i].name)) {
			*rest = known[i].rest;
			return true;
		}
	}
	return false;
}

static bool take_key(struct bytes rest, struct buffer *blob, struct error *err)
{
	struct bytes comment;

	if (!ssh_line_parse(rest, blob, &comment, ERROR_AUTH_INFO, err))
		return false;
	if (comment.len > 0)
		return error_set(err, ERROR_AUTH_INFO, "a key is followed by something unknown");
	return true;
}

static bool ends_with(struct bytes text, uint8_t byte)
{
	struct bytes front;
	uint8_t last;

	return text.len > 0 && bytes_take(&text, text.len - 1, &front) && bytes_take_u8(&text, &last) && last == byte;
}

static bool parse_line(struct bytes line, struct auth_method *method, struct error *err)
{
	enum rest form;

	if (!text_is_printable(line) || ends_with(line, ' '))
		return error_set(err, ERROR_AUTH_INFO, "a line with characters that sshd does not write");
	if (!bytes_take_until(&line, ' ', &method->name) || !find_form(method->name, &form))
		return error_set(err, ERROR_AUTH_INFO, "a line of an unknown method");
	switch (form) {
	case REST_KEY:
		return take_key(line, &method->blob, err);
	case REST_NOTHING:
		if (line.len > 0)
			return error_set(err, ERROR_AUTH_INFO, "a method is followed by something unknown");
		return true;
	case REST_REMARK:
		return true;
	}
	return error_set(err, ERROR_BUG, "a method without form");
}

static bool parse_lines(struct bytes text, struct auth_info *info, struct error *err)
{
	struct bytes line;

	while (bytes_take_until(&text, '\n', &line)) {
		if (info->num_methods == AUTH_INFO_METHODS_MAXIMUM)
			return error_set(err, ERROR_AUTH_INFO, "more than %d lines", AUTH_INFO_METHODS_MAXIMUM);
		info->methods[info->num_methods] = (struct auth_method){.blob = BUFFER_EMPTY};
		info->num_methods++;
		if (!parse_line(line, &info->methods[info->num_methods - 1], err))
			return error_prefix(err, "line %zu", info->num_methods);
	}
	return true;
}

bool auth_info_parse(struct bytes text, struct auth_info *info, struct error *err)
{
	struct auth_info fresh = AUTH_INFO_EMPTY;

	if (text.len > AUTH_INFO_MAXIMUM)
		return error_set(err, ERROR_AUTH_INFO, "longer than %zu bytes", AUTH_INFO_MAXIMUM);
	/* sshd ends each line: a text without end was cut on its way */
	if (!ends_with(text, '\n'))
		return error_set(err, ERROR_AUTH_INFO, "empty or without line end");
	if (!parse_lines(text, &fresh, err)) {
		auth_info_clear(&fresh);
		return false;
	}
	*info = fresh;
	return true;
}
