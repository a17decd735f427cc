/* enrolled_host.h: a host in a fresh folder, with registrars, trust and a snapshot made by the real parts: a test vendor's CA,
 * virtual tokens that generate and attest, ssh-keygen for the registrar's signature. What a decision meets in the world, and each
 * way in which it can be wrong. */
#ifndef TESTS_UNIT_ENROLLED_HOST_H
#define TESTS_UNIT_ENROLLED_HOST_H

#include "registry/store.h"
#include "verifier/configuration.h"

struct enrolled_host {
	char folder[64];
	char config[96], data[96], state[96];
	struct store *store;
	struct configuration_folders folders;
};

/* One enrollment, and what is odd about it. */
struct enrollment_order {
	const char *person;
	const char *vendor; /* folder of the host: "vendor" is believed there; "other-vendor" is not, and
	                           "forged-vendor" has the believed one's names with keys of its own */
	const char
	    *registrar; /* key in the folder of the host: "registrar" is trusted there, "other-registrar" is not */
	int64_t valid_after, valid_before; /* seconds from now */
	bool revoked;
	uint32_t token;  /* its number; 0: a token that nothing else is in */
	EVP_PKEY **pair; /* out: the key in the token, the caller's; NULL: not wanted */
};

#define ENROLLMENT_ORDER_GOOD                                                                                          \
	((struct enrollment_order){.person = "alice",                                                                  \
	    .vendor = "vendor",                                                                                        \
	    .registrar = "registrar",                                                                                  \
	    .valid_after = -10,                                                                                        \
	    .valid_before = 3600})

/* enrolled_host_make: needs ssh-keygen. */
bool enrolled_host_make(struct enrolled_host *host, struct error *err) MUST_CHECK;

/* enrolled_host_clear: closes and removes all of it. */
void enrolled_host_clear(struct enrolled_host *host);

/* enrolled_host_enroll: a new token's key, enrolled as ordered; it counts after the next publish.
 *   blob  out: the public key, appended */
bool enrolled_host_enroll(struct enrolled_host *host, const struct enrollment_order *order, struct buffer *blob,
    struct error *err) MUST_CHECK;

/* enrolled_host_publish: writes the snapshot anew, by the clock of `now` seconds since 1970. */
bool enrolled_host_publish(struct enrolled_host *host, int64_t now, struct error *err) MUST_CHECK;

#endif
