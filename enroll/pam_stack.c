#include "enroll/pam_stack.h"

#include <stdio.h>
#include <string.h>

#include "common/file.h"

#define FILE_MAXIMUM ((size_t)256 * 1024)
#define DEPTH_MAXIMUM 16U

/* Where one is while files include each other. */
struct place {
	const char *folder;
	char service[64];
	unsigned depth;
};

static bool load_file(const struct place *place, struct pam_stack *stack, struct error *err);

static bool is_blank(uint8_t letter)
{
	return letter == ' ' || letter == '\t' || letter == '\r';
}

static void skip_blanks(struct bytes *line)
{
	struct bytes rest = *line;
	uint8_t letter;

	while (bytes_take_u8(&rest, &letter) && is_blank(letter))
		*line = rest;
}

/* A word, or what stands in brackets. */
static struct bytes take_word(struct bytes *line)
{
	struct bytes word, rest;
	bool bracket;
	uint8_t letter;

	skip_blanks(line);
	bracket = bytes_start_with(*line, "[");
	word = rest = *line;
	while (bytes_take_u8(&rest, &letter) && (bracket || !is_blank(letter))) {
		*line = rest;
		if (bracket && letter == ']')
			break;
	}
	word.len -= line->len;
	return word;
}

static bool include(const struct place *place, struct bytes name, struct pam_stack *stack, struct error *err)
{
	struct place deeper = {.folder = place->folder, .depth = place->depth + 1};

	if (deeper.depth > DEPTH_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "files include each other");
	return (bytes_to_text(name, deeper.service, sizeof(deeper.service)) ||
	           error_set(err, ERROR_TEXT, "an include without a name that can be used")) &&
	       load_file(&deeper, stack, err);
}

static bool add_line(const struct place *place, bool quiet, struct bytes control, struct bytes rest,
    struct pam_stack *stack, struct error *err)
{
	struct pam_line *line = &stack->lines[stack->num];
	struct bytes module = take_word(&rest);

	if (stack->num == PAM_LINES_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "more than %d session lines", PAM_LINES_MAXIMUM);
	*line = (struct pam_line){.quiet = quiet};
	skip_blanks(&rest);
	(void)snprintf(line->file, sizeof(line->file), "%s", place->service);
	if (module.len == 0 || !bytes_to_text(control, line->control, sizeof(line->control)) ||
	    !bytes_to_text(module, line->module, sizeof(line->module)) ||
	    !bytes_to_text(rest, line->arguments, sizeof(line->arguments)))
		return error_set(err, ERROR_TEXT, "a line without module, or with one that is too long");
	stack->num++;
	return true;
}

/* "[-]TYPE CONTROL MODULE ARGUMENTS", or "@include FILE". */
static bool take_line(const struct place *place, struct bytes line, struct pam_stack *stack, struct error *err)
{
	struct bytes type = take_word(&line), control;
	bool quiet = bytes_start_with(type, "-");
	uint8_t dash;

	if (type.len == 0 || bytes_start_with(type, "#"))
		return true;
	if (bytes_equal_text(type, "@include"))
		return include(place, take_word(&line), stack, err);
	if (quiet && !bytes_take_u8(&type, &dash))
		return true;
	if (!bytes_equal_text(type, "session"))
		return true;
	control = take_word(&line);
	if (bytes_equal_text(control, "include") || bytes_equal_text(control, "substack"))
		return include(place, take_word(&line), stack, err);
	return add_line(place, quiet, control, line, stack, err);
}

static bool take_text(const struct place *place, struct bytes text, struct pam_stack *stack, struct error *err)
{
	struct bytes line, before;

	for (unsigned number = 1; bytes_take_until(&text, '\n', &line); number++) {
		if (!bytes_take_until(&line, '#', &before))
			continue;
		if (!take_line(place, before, stack, err))
			return error_prefix(err, "%s/%s:%u", place->folder, place->service, number);
	}
	return true;
}

/* A backslash at the end of a line joins it with the next. */
static bool join_lines(struct bytes text, struct buffer *joined, struct error *err)
{
	uint8_t letter, next;

	while (bytes_take_u8(&text, &letter)) {
		struct bytes rest = text;

		if (letter == '\\' && bytes_take_u8(&rest, &next) && next == '\n') {
			text = rest;
			letter = ' ';
		}
		if (!buffer_put_u8(joined, letter, err))
			return false;
	}
	return true;
}

static bool load_file(const struct place *place, struct pam_stack *stack, struct error *err)
{
	struct buffer path = BUFFER_EMPTY, text = BUFFER_UP_TO(FILE_MAXIMUM), joined = BUFFER_UP_TO(FILE_MAXIMUM);
	bool done = buffer_put_format(&path, err, "%s/%s", place->folder, place->service) &&
	            file_load(buffer_text(&path), FILE_MAXIMUM, &text, err) &&
	            join_lines(buffer_bytes(&text), &joined, err) &&
	            take_text(place, buffer_bytes(&joined), stack, err);

	buffer_free(&path);
	buffer_free(&text);
	buffer_free(&joined);
	return done;
}

bool pam_stack_load(const char *folder, const char *service, struct pam_stack *stack, struct error *err)
{
	struct place place = {.folder = folder};

	stack->num = 0;
	(void)snprintf(place.service, sizeof(place.service), "%s", service);
	return load_file(&place, stack, err);
}

bool pam_line_is(const struct pam_line *line, const char *module)
{
	const char *slash = strrchr(line->module, '/');

	return strcmp(slash == NULL ? line->module : slash + 1, module) == 0;
}
