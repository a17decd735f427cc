#include "enroll/people.h"

#include <stdlib.h>
#include <string.h>

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

static bool parse_row(struct bytes line, struct people_row *row, struct error *err)
{
	struct bytes name = BYTES_EMPTY;
	bool has_serial;

	*row = (struct people_row){.name = ""};
	(void)!bytes_take_until(&line, ',', &name);
	has_serial = line.len > 0;
	if (!account_name_check(name, err))
		return false;
	if (has_serial && !is_serial(line))
		return error_set(err, ERROR_TEXT, "behind the name a serial number may stand, and nothing else");
	if (!bytes_to_text(name, row->name, sizeof(row->name)) ||
	    !bytes_to_text(line, row->serial, sizeof(row->serial)))
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

/* Spreadsheets end lines with CR LF. */
static struct bytes without_return(struct bytes line)
{
	struct bytes rest = line, front;

	if (line.len > 0 && bytes_take(&rest, line.len - 1, &front) && bytes_equal_text(rest, "\r"))
		return front;
	return line;
}

bool people_parse(struct bytes text, struct people *people, struct error *err)
{
	struct people read = PEOPLE_EMPTY;
	struct people_row row;
	struct bytes line;

	for (unsigned number = 1; bytes_take_until(&text, '\n', &line); number++) {
		line = without_return(line);
		if (line.len == 0 || bytes_start_with(line, "#") ||
		    (number == 1 && (bytes_equal_text(line, "user,serial") || bytes_equal_text(line, "user"))))
			continue;
		if (!parse_row(line, &row, err) || !add_row(&read, &row, err)) {
			people_clear(&read);
			return error_prefix(err, "line %u", number);
		}
	}
	if (read.num == 0)
		return error_set(err, ERROR_TEXT, "nobody stands in the list");
	*people = read;
	return true;
}
