/* An enrollment's journal: one that is read says who, which slot and what key, or how many tries codes get; it is written again and read
 * as the same; one that is cut says no more than before. */
#include <stdint.h>
#include <string.h>

#include "common/account_name.h"
#include "enroll/journal.h"
#include "enroll/journal_record.h"
#include "tests/fuzz/fuzz.h"

static void check_whole(const struct journal_record *record)
{
	struct error err = ERROR_EMPTY;

	if (journal_enrolls(record)) {
		demand(account_name_check(bytes_of_text(record->person), &err));
		demand(record->slot != NULL && record->algorithm != NULL && record->days > 0);
	} else {
		demand(record->pin_tries > 0 && record->puk_tries > 0);
	}
}

/* What a journal is begun with; the steps come behind it. */
static bool equal(const struct journal_record *one, const struct journal_record *other)
{
	return strcmp(one->person, other->person) == 0 && one->has_serial == other->has_serial &&
	       (!one->has_serial || one->serial == other->serial) && one->pin_tries == other->pin_tries &&
	       one->puk_tries == other->puk_tries && one->factory_codes == other->factory_codes &&
	       (!journal_enrolls(one) ||
	           (one->slot == other->slot && one->algorithm == other->algorithm && one->days == other->days &&
	               one->pin_policy == other->pin_policy && one->touch_policy == other->touch_policy &&
	               bytes_equal(buffer_bytes(&one->certificate), buffer_bytes(&other->certificate))));
}

static void check_written(const struct journal_record *record)
{
	struct journal_record again = JOURNAL_RECORD_EMPTY;
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	demand(journal_record_put(record, record->begun_at, &text, &err));
	demand(journal_parse(buffer_bytes(&text), &again, &err) && equal(record, &again));
	journal_record_clear(&again);
	buffer_free(&text);
}

/* Behind the last line end the last line of a power failure. */
static void check_cut(struct bytes text, const struct journal_record *record)
{
	struct journal_record again = JOURNAL_RECORD_EMPTY;
	struct buffer longer = BUFFER_UP_TO(text.len + 64);
	struct error err = ERROR_EMPTY;
	struct bytes line;

	while (text.len > 0 && memchr(text.data, '\n', text.len) != NULL)
		demand(bytes_take_until(&text, '\n', &line) && buffer_put(&longer, line, &err) &&
		       buffer_put_u8(&longer, '\n', &err));
	demand(buffer_put_text(&longer, "1795541003 end abandoned", &err));
	demand(journal_parse(buffer_bytes(&longer), &again, &err) && equal(record, &again));
	demand(again.ended == record->ended && strcmp(again.begun, record->begun) == 0 &&
	       strcmp(again.done, record->done) == 0);
	journal_record_clear(&again);
	buffer_free(&longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_record record = JOURNAL_RECORD_EMPTY;
	struct bytes in = bytes_of(data, size);
	struct error err = ERROR_EMPTY;

	if (journal_parse(in, &record, &err)) {
		check_whole(&record);
		check_written(&record);
		check_cut(in, &record);
	} else {
		demand(err.code == ERROR_JOURNAL && record.person[0] == '\0' && record.certificate.len == 0);
	}
	journal_record_clear(&record);
	return 0;
}
