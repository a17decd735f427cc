#include "enroll/destroyed.h"

#include <stdio.h>

#include "common/language.h"
#include "enroll/desk.h"
#include "enroll/report.h"
#include "enroll/terminal.h"
#include "enroll/token_session.h"
#include "piv/key.h"
#include "policy/certificate.h"
#include "registry/store.h"

/* By its metadata; firmware that has none tells its key by the attestation. */
static bool read_key(struct piv *piv, const struct piv_slot *slot, struct ssh_key *key, struct error *err)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	struct buffer leaf = BUFFER_EMPTY;
	struct certificate parsed;
	bool found = false, done = piv_metadata_find(piv, slot->id, &metadata, &found, err);

	if (done && found && metadata.public_key.len > 0)
		done = ssh_key_of_spki(buffer_bytes(&metadata.public_key), key, err);
	else
		done = piv_attest(piv, slot, &leaf, err) && certificate_parse(buffer_bytes(&leaf), &parsed, err) &&
		       ssh_key_of_spki(parsed.spki, key, err);
	piv_metadata_clear(&metadata);
	buffer_free(&leaf);
	return done;
}

void destroyed_note(struct destroyed *destroyed, struct piv *piv, const struct piv_slot *slot)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error reason = ERROR_EMPTY;

	if (destroyed->num < TOKEN_SLOTS_MAXIMUM && read_key(piv, slot, &key, &reason) &&
	    ssh_key_fingerprint(&key, destroyed->fingerprints[destroyed->num], &reason))
		destroyed->num++;
	ssh_key_clear(&key);
}

void destroyed_note_all(struct destroyed *destroyed, struct piv *piv)
{
	const struct piv_slot *slot;

	for (size_t i = 0; (slot = piv_slot_at(i)) != NULL; i++)
		if (slot->id != 0xf9)
			destroyed_note(destroyed, piv, slot);
}

/* What is over has ended by itself. */
struct search {
	int64_t now;
	uint64_t serial; /* 0: none */
	char person[ACCOUNT_NAME_MAXIMUM];
};

static bool take_active(const struct store_entry *entry, void *context, struct error *err)
{
	struct search *search = context;

	(void)err;
	if (entry->state == STORE_ACTIVE && entry->valid_before > search->now) {
		search->serial = entry->serial;
		snprintf(search->person, sizeof(search->person), "%s", entry->person);
	}
	return true;
}

static bool end_one(
    struct store *store, const char *fingerprint, const char *because, int64_t now, bool *ended, struct error *err)
{
	struct search search = {.now = now};

	if (!store_each(store, NULL, fingerprint, take_active, &search, err))
		return false;
	if (search.serial == 0)
		return true;
	if (!store_revoke(store, fingerprint, because, now, err))
		return false;
	report_line("The enrollment of %s, number %llu, has ended: its key is destroyed.", search.person,
	    (unsigned long long)search.serial);
	*ended = true;
	return true;
}

static void say_how(const char *fingerprint, const char *because)
{
	report_text("If this key was enrolled, end that where its registry is:\n");
	report_line("  keyenroll revoke --reason \"%s\" %s", because, fingerprint);
}

void destroyed_end(const struct destroyed *destroyed, const struct token_session *session, const char *because)
{
	struct error reason = ERROR_EMPTY;
	struct store *store = NULL;
	bool there = desk_open_store(session->house.registry, &store, &reason), ended = false;

	for (size_t i = 0; i < destroyed->num; i++) {
		reason = ERROR_EMPTY;
		if (there &&
		    end_one(store, destroyed->fingerprints[i], because, session->course.request.now, &ended, &reason))
			continue;
		if (there)
			terminal_warn("%s [%s]", reason.text, error_word(reason.code));
		say_how(destroyed->fingerprints[i], because);
	}
	if (ended)
		report_text("Hosts learn of it with the next snapshot: keyenroll snapshot\n");
	store_close(store);
}
