#include "enroll/journal_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base64.h"
#include "common/text.h"

/* So many bytes of a certificate go onto one line. */
#define PIECE_SIZE 144
#define CERTIFICATE_MAXIMUM ((size_t)16 * 1024)

void journal_record_clear(struct journal_record *record)
{
	buffer_free(&record->certificate);
	*record = JOURNAL_RECORD_EMPTY;
}

bool journal_enrolls(const struct journal_record *record)
{
	return record->person[0] != '\0';
}

/* ---- writing -------------------------------------------------------------------------------------------------------------- */

bool journal_line_put(struct buffer *out, int64_t now, const char *word, const char *rest, struct error *err)
{
	if (!text_is_printable(bytes_of_text(rest)))
		return error_set(err, ERROR_JOURNAL, "what stands behind \"%s\" cannot be kept", word);
	return buffer_put_format(out, err, "%" PRId64 " %s %s\n", now, word, rest);
}

static bool put_certificate(struct bytes der, int64_t now, struct buffer *out, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	struct bytes piece;
	bool done = true;

	while (done && der.len > 0) {
		text.len = 0;
		done = bytes_take(&der, der.len < PIECE_SIZE ? der.len : PIECE_SIZE, &piece) &&
		       base64_put(piece, &text, err) &&
		       journal_line_put(out, now, "certificate", buffer_text(&text), err);
	}
	buffer_free(&text);
	return done;
}

static bool put_enrollment(const struct journal_record *record, int64_t now, struct buffer *out, struct error *err)
{
	char days[32];

	snprintf(days, sizeof(days), "%ld", record->days);
	return journal_line_put(out, now, "person", record->person, err) &&
	       journal_line_put(out, now, "slot", record->slot->name, err) &&
	       journal_line_put(out, now, "algorithm", record->algorithm->name, err) &&
	       journal_line_put(out, now, "pin-policy", piv_pin_policy_name(record->pin_policy), err) &&
	       journal_line_put(out, now, "touch-policy", piv_touch_policy_name(record->touch_policy), err) &&
	       journal_line_put(out, now, "days", days, err) &&
	       put_certificate(buffer_bytes(&record->certificate), now, out, err);
}

bool journal_record_put(const struct journal_record *record, int64_t now, struct buffer *out, struct error *err)
{
	char serial[16] = "-", tries[32];

	if (record->has_serial)
		snprintf(serial, sizeof(serial), "%" PRIu32, record->serial);
	snprintf(tries, sizeof(tries), "%u %u", record->pin_tries, record->puk_tries);
	return buffer_put_text(out, "keyenroll-journal 1\n", err) &&
	       journal_line_put(out, now, "device", serial, err) && journal_line_put(out, now, "tries", tries, err) &&
	       journal_line_put(out, now, "factory", record->factory_codes ? "yes" : "no", err) &&
	       (!journal_enrolls(record) || put_enrollment(record, now, out, err));
}

/* ---- reading -------------------------------------------------------------------------------------------------------------- */

static bool parse_number(struct bytes text, int64_t maximum, int64_t *number)
{
	uint8_t digit;

	*number = 0;
	if (text.len == 0 || text.len > 18)
		return false;
	while (bytes_take_u8(&text, &digit)) {
		if (digit < '0' || digit > '9')
			return false;
		*number = *number * 10 + (digit - '0');
	}
	return *number <= maximum;
}

static bool copy(struct bytes rest, char *text, size_t size)
{
	return text_is_printable(rest) && bytes_to_text(rest, text, size);
}

static bool set_person(const char *rest, struct journal_record *record)
{
	return account_name_check(bytes_of_text(rest), NULL) &&
	       bytes_to_text(bytes_of_text(rest), record->person, sizeof(record->person));
}

static bool set_device(const char *rest, struct journal_record *record)
{
	int64_t number = 0;

	record->has_serial = strcmp(rest, "-") != 0;
	if (record->has_serial && !parse_number(bytes_of_text(rest), UINT32_MAX, &number))
		return false;
	record->serial = (uint32_t)number;
	return true;
}

static bool set_slot(const char *rest, struct journal_record *record)
{
	record->slot = piv_slot_find(rest);
	return record->slot != NULL;
}

static bool set_algorithm(const char *rest, struct journal_record *record)
{
	record->algorithm = piv_algorithm_find(rest);
	return record->algorithm != NULL;
}

static bool set_pin_policy(const char *rest, struct journal_record *record)
{
	return piv_pin_policy_find(rest, &record->pin_policy);
}

static bool set_touch_policy(const char *rest, struct journal_record *record)
{
	return piv_touch_policy_find(rest, &record->touch_policy);
}

static bool set_days(const char *rest, struct journal_record *record)
{
	int64_t number;

	if (!parse_number(bytes_of_text(rest), 36500, &number) || number < 1)
		return false;
	record->days = (long)number;
	return true;
}

static bool set_factory(const char *rest, struct journal_record *record)
{
	record->factory_codes = strcmp(rest, "yes") == 0;
	return record->factory_codes || strcmp(rest, "no") == 0;
}

static bool set_tries(const char *rest, struct journal_record *record)
{
	struct bytes text = bytes_of_text(rest), pin;
	int64_t pin_tries, puk_tries;

	if (!bytes_take_until(&text, ' ', &pin) || !parse_number(pin, 15, &pin_tries) ||
	    !parse_number(text, 15, &puk_tries))
		return false;
	record->pin_tries = (unsigned)pin_tries;
	record->puk_tries = (unsigned)puk_tries;
	return true;
}

static bool add_certificate(const char *rest, struct journal_record *record)
{
	return base64_parse(bytes_of_text(rest), &record->certificate, NULL) &&
	       record->certificate.len <= CERTIFICATE_MAXIMUM;
}

static bool set_begun(const char *rest, struct journal_record *record)
{
	record->pin_begun = record->pin_begun || strcmp(rest, "pin") == 0;
	record->puk_begun = record->puk_begun || strcmp(rest, "puk") == 0;
	record->generate_begun = record->generate_begun || strcmp(rest, "generate") == 0;
	record->tries_begun = record->tries_begun || strcmp(rest, "tries") == 0;
	return bytes_to_text(bytes_of_text(rest), record->begun, sizeof(record->begun));
}

static bool set_done(const char *rest, struct journal_record *record)
{
	record->tries_done = record->tries_done || strcmp(rest, "tries") == 0;
	return bytes_to_text(bytes_of_text(rest), record->done, sizeof(record->done));
}

static bool set_before(const char *rest, struct journal_record *record)
{
	return bytes_to_text(bytes_of_text(rest), record->before, sizeof(record->before));
}

static bool set_key(const char *rest, struct journal_record *record)
{
	return bytes_to_text(bytes_of_text(rest), record->key, sizeof(record->key));
}

static bool set_ended(const char *rest, struct journal_record *record)
{
	record->ended = rest[0] != '\0';
	return record->ended;
}

static bool keep_nothing(const char *rest, struct journal_record *record)
{
	(void)rest;
	(void)record;
	return true;
}

static const struct word_row {
	const char *word;
	bool (*set)(const char *rest, struct journal_record *record);
} words[] = {
    {"person", set_person},
    {"device", set_device},
    {"slot", set_slot},
    {"algorithm", set_algorithm},
    {"pin-policy", set_pin_policy},
    {"touch-policy", set_touch_policy},
    {"days", set_days},
    {"tries", set_tries},
    {"factory", set_factory},
    {"certificate", add_certificate},
    {"begin", set_begun},
    {"done", set_done},
    {"before", set_before},
    {"key", set_key},
    {"sealed", keep_nothing},
    {"shown", keep_nothing},
    {"end", set_ended},
};

static bool take_line(struct bytes line, struct journal_record *record, struct error *err)
{
	struct bytes time, word;
	char rest[256];
	int64_t when;

	if (!bytes_take_until(&line, ' ', &time) || !parse_number(time, INT64_MAX, &when) ||
	    !bytes_take_until(&line, ' ', &word) || !copy(line, rest, sizeof(rest)))
		return error_set(err, ERROR_JOURNAL, "not a line of a journal");
	if (record->begun_at == 0)
		record->begun_at = when;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_equal_text(word, words[i].word))
			return words[i].set(rest, record) ||
			       error_set(err, ERROR_JOURNAL, "\"%s\" cannot stand behind %s", rest, words[i].word);
	return error_set(err, ERROR_JOURNAL, "an unknown word; a newer keyenroll may have written it");
}

static bool is_whole(const struct journal_record *record)
{
	if (!journal_enrolls(record))
		return record->pin_tries > 0 && record->puk_tries > 0;
	return record->slot && record->algorithm && record->days > 0;
}

static bool take_lines(struct bytes text, struct journal_record *record, struct error *err)
{
	struct bytes line;

	if (!bytes_take_until(&text, '\n', &line) || !bytes_equal_text(line, "keyenroll-journal 1"))
		return error_set(err, ERROR_JOURNAL, "line 1: not a journal of this keyenroll");
	/* Without an end the last line was cut off; what it announces did not happen. */
	for (unsigned number = 2; text.len > 0 && memchr(text.data, '\n', text.len) != NULL; number++)
		if (!bytes_take_until(&text, '\n', &line) || !take_line(line, record, err))
			return error_prefix(err, "line %u", number);
	return is_whole(record) || error_set(err, ERROR_JOURNAL, "it does not say who, which slot and what key");
}

bool journal_parse(struct bytes text, struct journal_record *record, struct error *err)
{
	struct journal_record parsed = JOURNAL_RECORD_EMPTY;

	if (!take_lines(text, &parsed, err)) {
		journal_record_clear(&parsed);
		return false;
	}
	*record = parsed;
	return true;
}
