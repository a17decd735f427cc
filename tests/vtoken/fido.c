#include "tests/vtoken/fido.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CREDENTIALS_MAXIMUM = 200 };

uint64_t fido_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void set_factory_settings(struct fido *fido)
{
	fido->has_pin = fido->must_change_pin = fido->always_uv = fido->enterprise = false;
	fido->pin_tries = FIDO_PIN_TRIES;
	fido->pin_shortest = FIDO_PIN_SHORTEST;
	fido->pin_length = 0;
}

void fido_applet_init(struct fido *fido, const struct fido_shape *shape)
{
	*fido = (struct fido){.shape = shape, .powered_ms = fido_now_ms()};
	set_factory_settings(fido);
}

void fido_credential_clear(struct fido_credential *credential)
{
	EVP_PKEY_free(credential->key);
	buffer_free(&credential->rp_id);
	buffer_free(&credential->user_id);
	buffer_free(&credential->user_name);
	buffer_free(&credential->user_display_name);
	*credential = (struct fido_credential){.key = NULL};
}

static void remove_credentials(struct fido *fido)
{
	for (size_t i = 0; i < fido->credential_count; i++)
		fido_credential_clear(&fido->credentials[i]);
	free(fido->credentials);
	fido->credentials = NULL;
	fido->credential_count = 0;
}

void fido_session_clear(struct fido *fido)
{
	EVP_PKEY_free(fido->session.agreement);
	buffer_free(&fido->session.pending);
	fido->session = (struct fido_session){.agreement = NULL};
}

void fido_clear(struct fido *fido)
{
	remove_credentials(fido);
	fido_session_clear(fido);
	EVP_PKEY_free(fido->attestation_key);
	buffer_free(&fido->attestation_certificate);
	buffer_free(&fido->enterprise_certificate);
	buffer_free(&fido->issuer_certificate);
	*fido = (struct fido){.shape = NULL};
}

void fido_power(struct fido *fido)
{
	fido_session_clear(fido);
	fido->wrong_pins = 0;
	fido->powered_ms = fido_now_ms();
}

void fido_reset(struct fido *fido)
{
	remove_credentials(fido);
	fido_session_clear(fido);
	set_factory_settings(fido);
	fido->counter = 0;
	fido->wrong_pins = 0;
}

struct fido_credential *fido_credential_find(const struct fido *fido, struct bytes id, struct bytes rp_hash)
{
	for (size_t i = 0; i < fido->credential_count; i++)
		if (bytes_equal(id, BYTES_OF(fido->credentials[i].id)) &&
		    bytes_equal(rp_hash, BYTES_OF(fido->credentials[i].rp_hash)))
			return &fido->credentials[i];
	return NULL;
}

struct fido_credential *fido_credential_find_user(const struct fido *fido, struct bytes rp_hash, struct bytes user_id)
{
	for (size_t i = 0; i < fido->credential_count; i++)
		if (fido->credentials[i].resident && bytes_equal(rp_hash, BYTES_OF(fido->credentials[i].rp_hash)) &&
		    bytes_equal(user_id, buffer_bytes(&fido->credentials[i].user_id)))
			return &fido->credentials[i];
	return NULL;
}

size_t fido_residents(const struct fido *fido)
{
	size_t count = 0;

	for (size_t i = 0; i < fido->credential_count; i++)
		count += fido->credentials[i].resident ? 1 : 0;
	return count;
}

bool fido_credential_add(struct fido *fido, struct fido_credential *credential)
{
	struct fido_credential *more;

	if (fido->credential_count == CREDENTIALS_MAXIMUM ||
	    (credential->resident && fido_residents(fido) == FIDO_RESIDENT_MAXIMUM))
		return false;
	more = reallocarray(fido->credentials, fido->credential_count + 1, sizeof(*more));
	if (more == NULL)
		return false;
	fido->credentials = more;
	more[fido->credential_count++] = *credential;
	*credential = (struct fido_credential){.key = NULL};
	return true;
}

void fido_credential_remove(struct fido *fido, struct fido_credential *credential)
{
	size_t place = (size_t)(credential - fido->credentials);

	fido_credential_clear(credential);
	for (; place + 1 < fido->credential_count; place++)
		fido->credentials[place] = fido->credentials[place + 1];
	fido->credential_count--;
}
