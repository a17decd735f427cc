#include "enroll/entries.h"

#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "common/ssh_certificate.h"
#include "enroll/report.h"
#include "piv/slot.h"

struct search {
	char device[DEVICE_NAME_SIZE]; /* empty: any */
	store_visitor *visit;
	void *context;
	size_t found;
};

static bool visit_found(const struct store_entry *entry, void *context, struct error *err)
{
	struct search *search = context;

	if (search->device[0] && strcmp(entry->device, search->device) != 0)
		return true;
	search->found++;
	return search->visit(entry, search->context, err);
}

/* Only of digits, or the bytes by which a FIDO token's enterprise attestation numbers it, behind 0x. */
static const char *kind_of_serial(const char *word)
{
	bool bytes = strncmp(word, "0x", 2) == 0;
	const char *digits = bytes ? word + 2 : word;

	if (!*digits || digits[strspn(digits, bytes ? "0123456789abcdef" : "0123456789")] != '\0')
		return NULL;
	return bytes ? "fido" : "piv";
}

bool entries_each(struct store *store, const char *word, store_visitor *visit, void *context, struct error *err)
{
	struct search search = {.visit = visit, .context = context};
	const char *person = NULL, *fingerprint = NULL, *kind = kind_of_serial(word);

	if (strncmp(word, "SHA256:", 7) == 0)
		fingerprint = word;
	else if (kind)
		snprintf(search.device, sizeof(search.device), "%s %s", kind, word);
	else
		person = word;
	if (!store_each(store, person, fingerprint, visit_found, &search, err))
		return false;
	if (search.found == 0)
		return error_set(err, ERROR_ENROLLMENT_ABSENT,
		    fingerprint ? N_("nothing is enrolled for the key %s")
		    : person    ? N_("nothing is enrolled for the user %s")
		                : N_("nothing is enrolled for the token %s"),
		    word);
	return true;
}

const char *entry_state(const struct store_entry *entry, int64_t now)
{
	if (entry->state == STORE_REVOKED)
		return "revoked";
	if (now < entry->valid_after)
		return "not yet valid";
	return now >= entry->valid_before ? "expired" : "active";
}

/* The key id ends in "/9a". */
const char *entry_slot(const struct store_entry *entry)
{
	const struct piv_slot *slot;
	struct bytes key_id, ignored;
	char name[8] = "";

	if (!ssh_certificate_peek_key_id(entry->certificate, &key_id) || !bytes_take_until(&key_id, '/', &ignored) ||
	    !bytes_to_text(key_id, name, sizeof(name)))
		return NULL;
	slot = piv_slot_find(name);
	return slot ? slot->name : NULL;
}

json_t *entry_json(const struct store_entry *entry, int64_t now)
{
	bool revoked = entry->state == STORE_REVOKED;
	char enrolled[REPORT_TIME_SIZE], after[REPORT_TIME_SIZE], before[REPORT_TIME_SIZE], end[REPORT_TIME_SIZE];

	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s, s:I, s:s, s:s, s:s, s:s, s:s?, s:s?}", "person",
	    entry->person, "fingerprint", entry->fingerprint, "state", entry_state(entry, now), "device",
	    entry->device[0] ? entry->device : NULL, "slot", entry_slot(entry), "registrar", entry->registrar, "serial",
	    (json_int_t)entry->serial, "operator", entry->operator_name, "enrolled_at",
	    report_time(entry->enrolled_at, enrolled), "valid_after", report_time(entry->valid_after, after),
	    "valid_before", report_time(entry->valid_before, before), "revoked_at",
	    revoked ? report_time(entry->revoked_at, end) : NULL, "revoked_because",
	    revoked ? entry->revoked_because : NULL);
}
