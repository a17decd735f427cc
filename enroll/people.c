#include "enroll/people.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void people_clear(struct people *people)
{
	free(people->rows);
	*people = PEOPLE_EMPTY;
}

/* As tokens are asked for it: 32 bits, and one way to write each. */
static bool is_serial(struct bytes text)
{
	uint64_t number = 0;
	uint8_t digit;

	if (text.len == 0 || text.len > 10 || bytes_start_with(text, "0"))
		return false;
	while (bytes_take_u8(&text, &digit)) {
		if (digit < '0' || digit > '9')
			return false;
		number = number * 10 + (uint64_t)(digit - '0');
	}
	return number <= UINT32_MAX;
}

static void drop_last(struct bytes *text)
{
	struct bytes rest = *text;

	(void)!bytes_take(&rest, rest.len - 1, text);
}

static bool ends_with(struct bytes text, const char *end)
{
	struct bytes front;

	return text.len > 0 && bytes_take(&text, text.len - 1, &front) && bytes_equal_text(text, end);
}

/* As spreadsheets write a cell: blanks around it, or quotes. */
static struct bytes without_wrapping(struct bytes cell)
{
	struct bytes first;

	while (bytes_start_with(cell, " ") && bytes_take(&cell, 1, &first))
		continue;
	while (ends_with(cell, " "))
		drop_last(&cell);
	if (cell.len >= 2 && bytes_start_with(cell, "\"") && ends_with(cell, "\"") && bytes_take(&cell, 1, &first))
		drop_last(&cell);
	return cell;
}

/* Those of some languages put semicolons between the cells. */
static void split(struct bytes line, struct bytes *name, struct bytes *serial)
{
	struct bytes rest = line, front = BYTES_EMPTY;

	if (!bytes_take_until(&rest, ';', &front) || front.len == line.len) {
		rest = line;
		(void)!bytes_take_until(&rest, ',', &front);
	}
	*name = without_wrapping(front);
	*serial = without_wrapping(rest);
}

static bool parse_row(struct bytes name, struct bytes serial, struct people_row *row, struct error *err)
{
	*row = (struct people_row){.name = ""};
	if (!account_name_check(name, err))
		return false;
	if (serial.len > 0 && !is_serial(serial))
		return error_set(err, ERROR_TEXT,
		    "behind the name a serial number may stand, and nothing else; a heading is written "
		    "\"user,serial\"");
	if (!bytes_to_text(name, row->name, sizeof(row->name)) ||
	    !bytes_to_text(serial, row->serial, sizeof(row->serial)))
		return error_set(err, ERROR_TEXT, "too long");
	return true;
}

static bool twice_check(const struct people *people, const struct people_row *row, struct error *err)
{
	for (size_t i = 0; i < people->num; i++) {
		if (strcmp(people->rows[i].name, row->name) == 0)
			return error_set(err, ERROR_TEXT, "\"%s\" stands there twice", row->name);
		if (row->serial[0] && strcmp(people->rows[i].serial, row->serial) == 0)
			return error_set(err, ERROR_TEXT, "serial %s stands there twice", row->serial);
	}
	return true;
}

static bool add_row(struct people *people, const struct people_row *row, struct error *err)
{
	struct people_row *more;

	if (people->num == PEOPLE_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "more than %d people in one list", PEOPLE_MAXIMUM);
	if (!twice_check(people, row, err))
		return false;
	more = reallocarray(people->rows, people->num + 1, sizeof(*more));
	if (!more)
		return error_set(err, ERROR_MEMORY, "no memory for one more person");
	people->rows = more;
	people->rows[people->num++] = *row;
	return true;
}

/* Spreadsheets end lines with CR LF, and begin a file with the mark of UTF-8. */
static struct bytes line_content(struct bytes line, unsigned number)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct bytes skipped;

	if (number == 1 && bytes_start_with(line, mark))
		(void)!bytes_take(&line, sizeof(mark) - 1, &skipped);
	if (ends_with(line, "\r"))
		drop_last(&line);
	return line;
}

static bool is_word(struct bytes cell, const char *word)
{
	char text[16];

	return bytes_to_text(cell, text, sizeof(text)) && strcasecmp(text, word) == 0;
}

static bool is_heading(struct bytes name, struct bytes serial)
{
	return is_word(name, "user") && (serial.len == 0 || is_word(serial, "serial"));
}

bool people_parse(struct bytes text, struct people *people, struct error *err)
{
	struct people read = PEOPLE_EMPTY;
	struct people_row row;
	struct bytes line, name, serial;

	for (unsigned number = 1; bytes_take_until(&text, '\n', &line); number++) {
		line = line_content(line, number);
		split(line, &name, &serial);
		if ((name.len == 0 && serial.len == 0) || bytes_start_with(line, "#") ||
		    (number == 1 && is_heading(name, serial)))
			continue;
		if (!parse_row(name, serial, &row, err) || !add_row(&read, &row, err)) {
			people_clear(&read);
			return error_prefix(err, "line %u", number);
		}
	}
	if (read.num == 0)
		return error_set(err, ERROR_TEXT, "nobody stands in the list");
	*people = read;
	return true;
}
