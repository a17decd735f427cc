#include "registry/grace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/sshsig.h"
#include "common/text.h"
#include "registry/registrars.h"

#define HEAD "keyenroll grace 1"
#define GRANT_FORM "keyenroll-grace-1"

void grace_clear(struct grace *grace)
{
	ssh_key_clear(&grace->key);
	*grace = GRACE_EMPTY;
}

static bool dates_check(const struct grace *grace, struct error *err)
{
	if (grace->until <= grace->since)
		return error_set(err, ERROR_GRACE, "it is over before it begins");
	return grace->until - grace->since <= GRACE_LIFE_MAXIMUM ||
	       error_set(err, ERROR_GRACE, "it may last %" PRId64 " days at most", GRACE_LIFE_MAXIMUM / 86400);
}

static bool put_time(const char *word, int64_t seconds, struct buffer *out, struct error *err)
{
	char text[sizeof("2026-11-24T13:00:00Z") + 16];
	time_t time = (time_t)seconds;
	struct tm parts;

	if (gmtime_r(&time, &parts) == NULL || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		return error_set(err, ERROR_GRACE, "%s: no date", word);
	return buffer_put_format(out, err, "%s %s\n", word, text);
}

bool grace_put_record(const struct grace *grace, struct buffer *out, struct error *err)
{
	struct bytes because = bytes_of_text(grace->because);

	if (!account_name_check(bytes_of_text(grace->person), err) || !dates_check(grace, err))
		return false;
	if (because.len == 0 || !text_is_printable(because))
		return error_set(err, ERROR_GRACE, "a reason is wanted, in printable text");
	return buffer_put_format(out, err, HEAD "\nperson %s\nkey ", grace->person) &&
	       ssh_key_put_line(&grace->key, out, err) && buffer_put_text(out, "\n", err) &&
	       put_time("since", grace->since, out, err) && put_time("until", grace->until, out, err) &&
	       buffer_put_format(out, err, "because %s\n", grace->because);
}

/* "WORD VALUE" up to the line's end. */
static bool take_value(struct bytes *text, const char *word, struct bytes *value, struct error *err)
{
	struct bytes line, found;

	if (bytes_take_until(text, '\n', &line) && bytes_take_until(&line, ' ', &found) &&
	    bytes_equal_text(found, word)) {
		*value = line;
		return true;
	}
	return error_set(err, ERROR_GRACE, "the line \"%s\" is missing", word);
}

static bool take_time(struct bytes *text, const char *word, int64_t *seconds, struct error *err)
{
	char copy[sizeof("2026-11-24T13:00:00Z")];
	struct tm parts = {0};
	struct bytes value;
	const char *end;

	if (!take_value(text, word, &value, err))
		return false;
	if (!bytes_to_text(value, copy, sizeof(copy)) || (end = strptime(copy, "%Y-%m-%dT%H:%M:%SZ", &parts)) == NULL ||
	    *end != '\0')
		return error_set(err, ERROR_GRACE, "%s is no time", word);
	*seconds = (int64_t)timegm(&parts);
	return true;
}

static bool take_person(struct bytes *text, struct grace *grace, struct error *err)
{
	struct bytes value;

	return take_value(text, "person", &value, err) && account_name_check(value, err) &&
	       (bytes_to_text(value, grace->person, sizeof(grace->person)) ||
	           error_set(err, ERROR_GRACE, "the name is too long"));
}

static bool take_because(struct bytes *text, struct grace *grace, struct error *err)
{
	struct bytes value;

	return take_value(text, "because", &value, err) &&
	       (bytes_to_text(value, grace->because, sizeof(grace->because)) ||
	           error_set(err, ERROR_GRACE, "the reason is too long"));
}

static bool take_fields(struct bytes *text, struct grace *grace, struct error *err)
{
	struct bytes value;

	if (!bytes_take_until(text, '\n', &value) || !bytes_equal_text(value, HEAD))
		return error_set(err, ERROR_GRACE, "this is no record of a grace");
	return take_person(text, grace, err) && take_value(text, "key", &value, err) &&
	       ssh_key_parse_line(value, &grace->key, NULL, err) && take_time(text, "since", &grace->since, err) &&
	       take_time(text, "until", &grace->until, err) && take_because(text, grace, err);
}

/* One text for one record: what was read must be written alike. */
static bool is_canonical(const struct grace *grace, struct bytes text, struct error *err)
{
	struct buffer again = BUFFER_EMPTY;
	bool same = grace_put_record(grace, &again, err) &&
	            (bytes_equal(buffer_bytes(&again), text) ||
	                error_set(err, ERROR_GRACE, "the record is not in its one form"));

	buffer_free(&again);
	return same;
}

bool grace_parse_record(struct bytes text, struct grace *grace, struct error *err)
{
	struct bytes rest = text;

	*grace = GRACE_EMPTY;
	if (take_fields(&rest, grace, err) && is_canonical(grace, text, err))
		return true;
	grace_clear(grace);
	return false;
}

bool grace_put_grant(struct bytes record, const struct bytes signatures[2], struct buffer *out, struct error *err)
{
	return buffer_put_ssh_text(out, GRANT_FORM, err) && buffer_put_ssh_string(out, record, err) &&
	       buffer_put_ssh_string(out, signatures[0], err) && buffer_put_ssh_string(out, signatures[1], err);
}

/* Whoever retires keeps what he granted; it is over soon anyway.
 *   signer  out: borrowed from the registrars */
static bool find_signer(const struct registrars *registrars, const struct ssh_key *key, int64_t since,
    const struct registrar **signer, struct error *err)
{
	for (size_t i = 0; i < registrars->num; i++) {
		const struct registrar *registrar = &registrars->list[i];

		if (registrar->signs_grace && since >= registrar->valid_after && since <= registrar->valid_before &&
		    ssh_key_equal(&registrar->key, key)) {
			*signer = registrar;
			return true;
		}
	}
	return error_set(err, ERROR_GRACE_REFUSED,
	    "the grace is signed by a key of which the registrars file says no namespace %s", GRACE_NAMESPACE);
}

static bool signature_check(struct bytes armor, struct bytes record, int64_t since, const struct registrars *registrars,
    const struct registrar **signer, struct error *err)
{
	struct sshsig sshsig = SSHSIG_EMPTY;
	bool done = sshsig_parse_armor(armor, &sshsig, err) &&
	            sshsig_verify(&sshsig, GRACE_NAMESPACE, record, NULL, err) &&
	            find_signer(registrars, &sshsig.key, since, signer, err);

	sshsig_clear(&sshsig);
	return done;
}

/* Two keys of one name are two keys of one registrar. */
static bool signatures_check(const struct bytes armors[2], struct bytes record, int64_t since,
    const struct registrars *registrars, struct error *err)
{
	const struct registrar *one, *other;

	if (!signature_check(armors[0], record, since, registrars, &one, err) ||
	    !signature_check(armors[1], record, since, registrars, &other, err))
		return false;
	return (!ssh_key_equal(&one->key, &other->key) && strcmp(one->name, other->name) != 0) ||
	       error_set(err, ERROR_GRACE_REFUSED, "one registrar signed the grace twice: it wants two of them");
}

static bool time_check(const struct grace *grace, int64_t now, struct error *err)
{
	if (now < grace->since)
		return error_set(err, ERROR_GRACE_REFUSED, "the grace of %s has not begun", grace->person);
	return now < grace->until || error_set(err, ERROR_GRACE_REFUSED, "the grace of %s is over", grace->person);
}

static bool take_parts(struct bytes grant, struct bytes *record, struct bytes signatures[2], struct error *err)
{
	struct bytes form;

	return (bytes_take_ssh_string(&grant, &form) && bytes_equal_text(form, GRANT_FORM) &&
	           bytes_take_ssh_string(&grant, record) && bytes_take_ssh_string(&grant, &signatures[0]) &&
	           bytes_take_ssh_string(&grant, &signatures[1]) && grant.len == 0) ||
	       error_set(err, ERROR_GRACE, "this is no grant of a grace");
}

bool grace_of_grant(struct bytes grant, struct grace *grace, struct error *err)
{
	struct bytes record, signatures[2];

	return take_parts(grant, &record, signatures, err) && grace_parse_record(record, grace, err);
}

bool grace_check(
    struct bytes grant, const struct registrars *registrars, int64_t now, struct grace *grace, struct error *err)
{
	struct bytes record, signatures[2];

	if (!take_parts(grant, &record, signatures, err) || !grace_parse_record(record, grace, err))
		return false;
	if (signatures_check(signatures, record, grace->since, registrars, err) && time_check(grace, now, err))
		return true;
	grace_clear(grace);
	return false;
}
