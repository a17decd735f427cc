#include "verifier/challenge.h"

#include <openssl/rand.h>
#include <sys/utsname.h>
#include <time.h>

#include "common/sshsig.h"

#define CHALLENGE_SIZE 32

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

static bool put_random(struct buffer *record, struct error *err)
{
	uint8_t challenge[CHALLENGE_SIZE];

	if (RAND_bytes(challenge, sizeof(challenge)) != 1)
		return error_set(err, ERROR_CRYPTO, "no random bytes for a challenge");
	if (!buffer_put_text(record, "challenge ", err))
		return false;
	for (size_t i = 0; i < sizeof(challenge); i++)
		if (!buffer_put_format(record, err, "%02x", challenge[i]))
			return false;
	return buffer_put_text(record, "\n", err);
}

bool challenge_draw(const struct request *request, int64_t now, struct buffer *to_sign, struct error *err)
{
	struct buffer record = BUFFER_EMPTY;
	struct utsname host;
	bool done;

	if (uname(&host) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot find out this host's name");
	done = buffer_put_text(&record, "keyenroll authentication 1\n", err) &&
	       put_line("host", bytes_of_text(host.nodename), &record, err) &&
	       put_line("account", request->account, &record, err) &&
	       put_line("service", request->service, &record, err) &&
	       put_line("caller", request->caller, &record, err) && put_time(now, &record, err) &&
	       put_random(&record, err) &&
	       sshsig_put_signed_data(CHALLENGE_NAMESPACE, buffer_bytes(&record), to_sign, err);
	buffer_free(&record);
	return done;
}

bool challenge_check(const struct ssh_key *key, struct bytes signature, struct bytes to_sign, struct error *err)
{
	return ssh_key_verify(key, signature, to_sign, NULL, err);
}
