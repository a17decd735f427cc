/* An enrollment's journal: one that is read says who, which slot and what key; one that is cut says no more than before. */
#include <stdint.h>

#include "common/account_name.h"
#include "enroll/journal.h"
#include "enroll/journal_record.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_record record;
	struct error err = ERROR_EMPTY;

	if (!journal_parse(bytes_of(data, size), &record, &err)) {
		demand(err.code == ERROR_JOURNAL);
		return 0;
	}
	demand(record.person[0] != '\0' && record.slot != NULL && record.algorithm != NULL && record.days > 0);
	demand(account_name_check(bytes_of_text(record.person), &err));
	return 0;
}
