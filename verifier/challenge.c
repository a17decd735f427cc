#include "verifier/challenge.h"

#include <openssl/rand.h>
#include <sys/utsname.h>
#include <time.h>

#include "common/request.h"
#include "common/sshsig.h"
#include "verifier/host_key.h"

#define HOST_KEYS "/etc/ssh"

static bool put_line(const char *name, struct bytes value, struct buffer *record, struct error *err)
{
	return buffer_put_format(record, err, "%s ", name) && buffer_put(record, value, err) &&
	       buffer_put_text(record, "\n", err);
}

static bool put_time(int64_t now, struct buffer *record, struct error *err)
{
	char text[sizeof("2026-11-24T13:00:00Z")];
	time_t seconds = (time_t)now;
	struct tm date;

	if (gmtime_r(&seconds, &date) == NULL || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &date) == 0)
		return error_set(err, ERROR_SYSTEM, "the clock says a time that has no date");
	return put_line("time", bytes_of_text(text), record, err);
}

static bool put_hex(struct bytes challenge, struct buffer *record, struct error *err)
{
	uint8_t byte;

	if (!buffer_put_text(record, "challenge ", err))
		return false;
	while (bytes_take_u8(&challenge, &byte))
		if (!buffer_put_format(record, err, "%02x", byte))
			return false;
	return buffer_put_text(record, "\n", err);
}

static bool put_host(const char *folder, struct buffer *record, struct error *err)
{
	char host_key[SSH_KEY_FINGERPRINT_SIZE];
	struct utsname host;

	if (uname(&host) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot find out this host's name");
	host_key_find(folder, host_key);
	return put_line("host", bytes_of_text(host.nodename), record, err) &&
	       put_line("host-key", bytes_of_text(host_key), record, err);
}

bool challenge_put_record(const struct request *request, const char *folder, int64_t now, struct bytes challenge,
    struct buffer *record, struct error *err)
{
	return buffer_put_text(record, "keyenroll authentication 1\n", err) && put_host(folder, record, err) &&
	       put_line("account", request->account, record, err) &&
	       put_line("service", request->service, record, err) && put_line("caller", request->caller, record, err) &&
	       put_line("command", request->command, record, err) && put_time(now, record, err) &&
	       put_hex(challenge, record, err);
}

bool challenge_draw(const struct request *request, int64_t now, struct buffer *to_sign, struct error *err)
{
	struct buffer record = BUFFER_EMPTY;
	uint8_t challenge[CHALLENGE_SIZE];
	bool done = RAND_bytes(challenge, sizeof(challenge)) == 1 ||
	            error_set(err, ERROR_CRYPTO, "no random bytes for a challenge");

	done = done && challenge_put_record(request, HOST_KEYS, now, BYTES_OF(challenge), &record, err) &&
	       sshsig_put_signed_data(CHALLENGE_NAMESPACE, buffer_bytes(&record), to_sign, err);
	buffer_free(&record);
	return done;
}

bool challenge_check(
    const struct ssh_key *key, struct bytes signature, struct bytes to_sign, bool verification, struct error *err)
{
	struct ssh_sk_flags flags;

	if (!ssh_key_verify(key, signature, to_sign, &flags, err))
		return false;
	return !verification || flags.user_verified ||
	       error_set(
	           err, ERROR_PIN_NEEDED, "the token has signed without PIN and without finger, and one is wanted");
}
