#include "verifier/admission.h"

#include <inttypes.h>
#include <stdio.h>

#include "policy/appraise.h"
#include "policy/policy.h"
#include "registry/snapshot.h"
#include "verifier/configuration.h"
#include "verifier/host_rules.h"
#include "verifier/names.h"
#include "verifier/spare.h"

void admission_clear(struct admission *admission)
{
	enrollment_clear(&admission->enrollment);
	grace_clear(&admission->grace);
	*admission = ADMISSION_EMPTY;
}

const struct ssh_key *admission_key(const struct admission *admission)
{
	return admission->grace.person[0] != '\0' ? &admission->grace.key : &admission->enrollment.certificate.key;
}

static bool age_check(const struct host_view *view, int64_t now, struct error *err)
{
	int64_t limit = host_rules_refuse_age(view->rules), age = now - snapshot_made_at(view->snapshot);

	if (limit == 0 || age <= limit)
		return true;
	return error_set(err, ERROR_SNAPSHOT_AGE,
	    "the snapshot is %" PRId64 " hours old, and host.conf refuses it after %" PRId64, age / 3600, limit / 3600);
}

static bool need_snapshot(const struct host_view *view, int64_t now, struct error *err)
{
	if (view->snapshot == NULL)
		return error_set(err, ERROR_SNAPSHOT_ABSENT,
		    "there is no snapshot on this host: it knows no plain keys, only enrollment certificates");
	return age_check(view, now, err);
}

/* The row that was found under a key's hash must be of this very key: a damaged snapshot may hand out another's. */
static bool find_enrollment(const struct host_view *view, const struct ssh_key *key, int64_t now,
    struct enrollment *enrollment, struct error *err)
{
	struct buffer certificate = BUFFER_EMPTY;
	uint8_t hash[SSH_KEY_HASH_SIZE];
	bool done = false;

	if (!need_snapshot(view, now, err) || !ssh_key_hash(key, hash, err) ||
	    !snapshot_find(view->snapshot, hash, &certificate, err) ||
	    !enrollment_parse(buffer_bytes(&certificate), enrollment, err))
		goto out;
	if (!ssh_key_equal(&enrollment->certificate.key, key)) {
		error_set(err, ERROR_SNAPSHOT, "the snapshot has the enrollment of another key in this key's place");
		goto out;
	}
	done = true;
out:
	buffer_free(&certificate);
	return done;
}

/* What a certificate's holder cannot know: that it was revoked since. A host without a snapshot, or whose snapshot never had the
 * key, believes the certificate; one that wants to hear of revocations in time does not do without. */
static bool revocation_check(const struct host_view *view, const struct ssh_key *key, int64_t now, struct error *err)
{
	struct buffer certificate = BUFFER_EMPTY;
	uint8_t hash[SSH_KEY_HASH_SIZE];
	bool done;

	if (view->snapshot == NULL)
		return host_rules_refuse_age(view->rules) == 0 ||
		       error_set(err, ERROR_SNAPSHOT_ABSENT, "host.conf refuses an old snapshot, and there is none");
	if (!age_check(view, now, err) || !ssh_key_hash(key, hash, err))
		return false;
	done = snapshot_find(view->snapshot, hash, &certificate, err);
	buffer_free(&certificate);
	if (done || err->code != ERROR_ENROLLMENT_ABSENT)
		return done;
	*err = ERROR_EMPTY;
	return true;
}

static bool read_certificate(
    const struct host_view *view, struct bytes blob, int64_t now, struct admission *admission, struct error *err)
{
	const struct ssh_key *key = &admission->enrollment.certificate.key;

	return enrollment_parse(blob, &admission->enrollment, err) &&
	       ssh_key_fingerprint(key, admission->fingerprint, err) && revocation_check(view, key, now, err);
}

/* Without a grace the key is simply not enrolled. */
static bool find_grace(const struct host_view *view, const struct ssh_key *key, int64_t now,
    struct admission *admission, struct error *err)
{
	struct error absent = ERROR_EMPTY;
	struct buffer grant = BUFFER_EMPTY;
	uint8_t hash[SSH_KEY_HASH_SIZE];
	bool done = ssh_key_hash(key, hash, &absent) && snapshot_find_grace(view->snapshot, hash, &grant, &absent);

	if (done) {
		*err = ERROR_EMPTY;
		done = grace_check(buffer_bytes(&grant), view->registrars, now, &admission->grace, err) &&
		       (ssh_key_equal(&admission->grace.key, key) ||
		           error_set(
		               err, ERROR_SNAPSHOT, "the snapshot has the grace of another key in this key's place"));
	}
	buffer_free(&grant);
	return done;
}

static bool read_plain_key(
    const struct host_view *view, struct bytes blob, int64_t now, struct admission *admission, struct error *err)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	bool done = ssh_key_parse(blob, &key, err) && ssh_key_fingerprint(&key, admission->fingerprint, err) &&
	            (find_enrollment(view, &key, now, &admission->enrollment, err) ||
	                (err->code == ERROR_ENROLLMENT_ABSENT && find_grace(view, &key, now, admission, err)));

	ssh_key_clear(&key);
	return done;
}

static void note_grace(struct admission *admission)
{
	(void)snprintf(admission->person, sizeof(admission->person), "%s", admission->grace.person);
	(void)snprintf(admission->result.rule, sizeof(admission->result.rule), "grace");
	admission->valid_before = (uint64_t)admission->grace.until;
}

static void note_enrollment(struct admission *admission)
{
	if (admission->grace.person[0] != '\0') {
		note_grace(admission);
		return;
	}
	(void)snprintf(admission->person, sizeof(admission->person), "%s", admission->enrollment.person);
	admission->serial = admission->enrollment.certificate.serial;
	admission->valid_before = admission->enrollment.certificate.valid_before;
}

static bool person_check(const struct host_view *view, const char *account, const struct name_entry *entry, int64_t now,
    struct admission *admission, struct error *err)
{
	const struct host_person person = {admission->person, (const char *const *)entry->groups, entry->num_groups};
	const struct appraisal appraisal = {
	    .trust = view->trust,
	    .policy = view->policy,
	    .groups = person.groups,
	    .num_groups = person.num_groups,
	    .host_class = host_rules_class(view->rules),
	    .now = now,
	};
	bool done = host_rules_may_enter(view->rules, &person, account, err);

	if (!done || admission->grace.person[0] != '\0')
		return done;
	done = enrollment_check(&admission->enrollment, view->registrars, &appraisal, &admission->result, err);
	device_name(&admission->result, admission->device);
	return done && spare_check(view, admission->person, &appraisal, err);
}

/* Where no file names a group nobody is looked up, and a name service that fails does no harm.
 *   entry  out: borrowed */
static bool find_person(const struct host_view *view, const char *person, struct name_entry *entry, struct error *err)
{
	const struct name_entry *found;

	*entry = NAME_ENTRY_EMPTY;
	if (!host_rules_name_groups(view->rules) && !policy_names_groups(view->policy))
		return true;
	if (!names_find(view->names, person, &found, err))
		return false;
	*entry = *found;
	return true;
}

bool admission_check(const struct host_view *view, const char *account, struct bytes blob, int64_t now,
    struct admission *admission, struct error *err)
{
	struct name_entry entry;
	bool done = ssh_certificate_is(blob) ? read_certificate(view, blob, now, admission, err)
	                                     : read_plain_key(view, blob, now, admission, err);

	note_enrollment(admission);
	return done && find_person(view, admission->person, &entry, err) &&
	       person_check(view, account, &entry, now, admission, err);
}
