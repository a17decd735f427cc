#include "piv/management_key.h"

#include <openssl/rand.h>
#include <string.h>

#include "common/secret.h"
#include "piv/apdu.h"
#include "piv/application.h"
#include "piv/instruction.h"
#include "piv/management_cipher.h"
#include "piv/status.h"

#define SET_P1 0xffU
#define SET_WITHOUT_TOUCH 0xffU
#define REFERENCE_LENGTH 3U
#define KEY_MAXIMUM 32U

static const struct piv_version aes_since = {5, 4, 2};

enum piv_algorithm piv_management_algorithm(struct piv_version firmware)
{
	return piv_version_reaches(firmware, aes_since) ? PIV_AES192 : PIV_3DES;
}

/* DES keys carry an odd number of ones in each byte; tools refuse others. */
static uint8_t odd_parity(uint8_t byte)
{
	unsigned ones = 0;

	for (unsigned bit = 1; bit < 8; bit++)
		ones += (unsigned)byte >> bit & 1U;
	return (uint8_t)((byte & 0xfeU) | (ones % 2 == 0));
}

bool piv_management_key_draw(enum piv_algorithm algorithm, struct secret **key, struct error *err)
{
	size_t len = management_cipher_key(algorithm);
	struct secret *made = NULL;
	uint8_t byte = 0;
	bool done = true;

	if (len == 0)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "a management key cannot be of this algorithm");
	if (!secret_new(KEY_MAXIMUM, &made, err))
		return false;
	while (done && secret_bytes(made).len < len) {
		done = RAND_bytes(&byte, 1) == 1 ||
		       error_set(err, ERROR_CRYPTO, "the crypto library has no random numbers");
		done = done && secret_put_u8(made, algorithm == PIV_3DES ? odd_parity(byte) : byte, err);
	}
	explicit_bzero(&byte, sizeof(byte)); /* a plain 0 that nobody reads a compiler leaves out */
	if (done)
		*key = made;
	else
		secret_free(made);
	return done;
}

static bool judge(uint16_t status, struct error *err)
{
	switch (status) {
	case STATUS_NOT_AUTHORISED:
		return error_set(err, ERROR_MANAGEMENT_KEY, "setting a management key wants the present one first");
	case STATUS_DATA:
	case STATUS_CONDITIONS:
		return error_set(err, ERROR_CARD_UNSUPPORTED,
		    "the token does not take such a management key (status %04x)", (unsigned)status);
	default:
		return status_check(status, "setting the management key", err);
	}
}

bool piv_management_key_set(struct piv *piv, enum piv_algorithm algorithm, const struct secret *key, struct error *err)
{
	struct apdu_command command = {
	    .ins = INS_SET_MANAGEMENT_KEY, .p1 = SET_P1, .p2 = SET_WITHOUT_TOUCH, .reply = APDU_REPLY_NONE};
	struct secret *data = NULL;
	struct buffer reply = BUFFER_EMPTY;
	size_t len = secret_bytes(key).len;
	uint16_t status;
	bool done;

	if (len == 0 || len != management_cipher_key(algorithm))
		return error_set(
		    err, ERROR_MANAGEMENT_KEY, "a management key of %zu bytes is none of this algorithm", len);
	if (!secret_new(REFERENCE_LENGTH + KEY_MAXIMUM, &data, err))
		return false;
	done = secret_put_u8(data, (uint8_t)algorithm, err) && secret_put_u8(data, PIV_REFERENCE_MANAGEMENT, err) &&
	       secret_put_u8(data, (uint8_t)len, err) && secret_put(data, secret_bytes(key), err);
	command.data = secret_bytes(data);
	done = done && piv_exchange(piv, &command, &reply, &status, err) && judge(status, err);
	secret_free(data);
	buffer_free(&reply);
	return done;
}
