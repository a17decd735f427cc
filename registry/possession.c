#include "registry/possession.h"

#include <openssl/rand.h>
#include <string.h>
#include <time.h>

#include "common/sshsig.h"
#include "common/text.h"

#define TIME_SIZE sizeof("2026-11-24T13:00:00Z")

bool possession_draw(const struct ssh_key *registrar, const char *person, const struct evidence *evidence, int64_t now,
    struct possession *possession, struct error *err)
{
	struct possession drawn = {.time = now};
	struct bytes name = bytes_of_text(person);

	if (!account_name_check(name, err) || !ssh_key_fingerprint(registrar, drawn.registrar, err) ||
	    !evidence_hash(evidence, drawn.evidence_hash, err))
		return false;
	if (!bytes_to_text(name, drawn.person, sizeof(drawn.person)))
		return error_set(err, ERROR_PERSON_NAME, "the name is too long");
	if (RAND_bytes(drawn.challenge, sizeof(drawn.challenge)) != 1)
		return error_set(err, ERROR_CRYPTO, "no random bytes for a challenge");
	*possession = drawn;
	return true;
}

static bool put_hex_line(const char *name, const uint8_t *data, size_t len, struct buffer *out, struct error *err)
{
	if (!buffer_put_format(out, err, "%s ", name))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!buffer_put_format(out, err, "%02x", data[i]))
			return false;
	return buffer_put_text(out, "\n", err);
}

/* Four digits a year: what strftime writes for later ones would be read back as something else. */
static bool time_to_text(int64_t seconds, char text[TIME_SIZE], struct error *err)
{
	time_t time = (time_t)seconds;
	struct tm date;

	if (seconds >= 0 && gmtime_r(&time, &date) != NULL && date.tm_year < 10000 - 1900 &&
	    strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &date) > 0)
		return true;
	return error_set(err, ERROR_ENROLLMENT_POSSESSION, "the time of the record is out of range");
}

bool possession_encode(const struct possession *possession, struct buffer *out, struct error *err)
{
	size_t before = out->len;
	char time[TIME_SIZE];

	if (time_to_text(possession->time, time, err) &&
	    buffer_put_format(out, err, "keyenroll possession 1\nregistrar %s\nperson %s\n", possession->registrar,
	        possession->person) &&
	    put_hex_line("challenge", possession->challenge, sizeof(possession->challenge), out, err) &&
	    buffer_put_format(out, err, "time %s\n", time) &&
	    put_hex_line("evidence", possession->evidence_hash, sizeof(possession->evidence_hash), out, err))
		return true;
	buffer_cut(out, before);
	return false;
}

static bool take_line(struct bytes *text, const char *name, struct bytes *value)
{
	struct bytes front;

	return bytes_take_until(text, '\n', value) && bytes_start_with(*value, name) &&
	       bytes_take(value, strlen(name), &front) && bytes_start_with(*value, " ") && bytes_take(value, 1, &front);
}

static bool take_hex_digit(struct bytes *text, uint8_t *value)
{
	static const char digits[] = "0123456789abcdef";
	const char *found;
	uint8_t letter;

	if (!bytes_take_u8(text, &letter) || letter == 0)
		return false;
	found = strchr(digits, letter);
	if (found == NULL)
		return false;
	*value = (uint8_t)(found - digits);
	return true;
}

static bool parse_hex(struct bytes text, uint8_t *out, size_t len)
{
	uint8_t high, low;

	for (size_t i = 0; i < len; i++) {
		if (!take_hex_digit(&text, &high) || !take_hex_digit(&text, &low))
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return text.len == 0;
}

static bool parse_time(struct bytes text, int64_t *seconds)
{
	char copy[TIME_SIZE];
	struct tm date = {.tm_sec = 0};
	const char *end;

	if (!bytes_to_text(text, copy, sizeof(copy)))
		return false;
	end = strptime(copy, "%Y-%m-%dT%H:%M:%SZ", &date);
	if (end == NULL || *end != '\0')
		return false;
	*seconds = (int64_t)timegm(&date);
	return true;
}

/* "SHA256:" and 32 bytes in base64 without padding; whether a key has it is the caller's question. */
static bool take_fingerprint(struct bytes text, char fingerprint[SSH_KEY_FINGERPRINT_SIZE])
{
	return bytes_start_with(text, "SHA256:") && text.len == sizeof("SHA256:") - 1 + 43 && text_is_printable(text) &&
	       bytes_to_text(text, fingerprint, SSH_KEY_FINGERPRINT_SIZE);
}

static bool take_fields(struct bytes text, struct possession *possession)
{
	struct bytes line;

	return take_line(&text, "keyenroll", &line) && bytes_equal_text(line, "possession 1") &&
	       take_line(&text, "registrar", &line) && take_fingerprint(line, possession->registrar) &&
	       take_line(&text, "person", &line) && account_name_check(line, NULL) &&
	       bytes_to_text(line, possession->person, sizeof(possession->person)) &&
	       take_line(&text, "challenge", &line) &&
	       parse_hex(line, possession->challenge, sizeof(possession->challenge)) &&
	       take_line(&text, "time", &line) && parse_time(line, &possession->time) &&
	       take_line(&text, "evidence", &line) &&
	       parse_hex(line, possession->evidence_hash, sizeof(possession->evidence_hash)) && text.len == 0;
}

/* What strptime and the line reader are lenient about is caught by writing the record again. */
bool possession_parse(struct bytes text, struct possession *possession, struct error *err)
{
	struct possession found = {.time = 0};
	struct buffer again = BUFFER_EMPTY;
	bool done = false;

	if (!take_fields(text, &found)) {
		error_set(err, ERROR_ENROLLMENT_POSSESSION, "the record of the proof of possession is malformed");
		goto out;
	}
	if (!possession_encode(&found, &again, err))
		goto out;
	if (!bytes_equal(buffer_bytes(&again), text)) {
		error_set(err, ERROR_ENROLLMENT_POSSESSION,
		    "the record of the proof of possession is not written canonically");
		goto out;
	}
	*possession = found;
	done = true;
out:
	buffer_free(&again);
	return done;
}

bool possession_put_to_sign(const struct possession *possession, struct buffer *out, struct error *err)
{
	struct buffer record = BUFFER_EMPTY;
	bool done;

	done = possession_encode(possession, &record, err) &&
	       sshsig_put_signed_data(POSSESSION_NAMESPACE, buffer_bytes(&record), out, err);
	buffer_free(&record);
	return done;
}
