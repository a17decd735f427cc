/* authentication.h: from "prove this person" to a verdict, in two steps of the decision process with a worker in between.
 *
 *   begin     which keys could prove it: enrolled for a person who may enter the account, and each of them appraised; a challenge
 *   (worker)  has one of them sign the challenge: worker.h
 *   conclude  the signature is that key's over that challenge, and the key is admitted still: appraised again
 *
 * So the process that parses evidence never meets a token, and what the worker says is believed only as far as the signature goes.
 * No mode and no break-glass rule of host.conf opens this door: they are about sessions that somebody has already been let into.
 * Knows nothing of sockets and processes. */
#ifndef VERIFIER_AUTHENTICATION_H
#define VERIFIER_AUTHENTICATION_H

#include "common/request.h"
#include "common/ssh_key.h"
#include "policy/device_name.h"

struct admission;
struct decision;
struct host_view;
struct piv_slot;

#define AUTHENTICATION_CANDIDATES_MAXIMUM 16

/* A key that would do. */
struct candidate {
	struct ssh_key key;
	struct buffer offered;         /* the blob that the agent knows it by, or its own */
	char device[DEVICE_NAME_SIZE]; /* "piv 12345678", or "" */
	bool has_serial;
	uint32_t serial;
	const struct piv_slot *slot; /* NULL: no key of a PIV token */
	struct buffer credential;    /* its id in a FIDO token; empty: no key of one */
	bool wants_touch;
	bool wants_verification; /* of a FIDO token: the policy, or the token, wants PIN or finger for each signature */
};

struct authentication {
	struct buffer message;  /* the request, whole */
	struct request request; /* borrowed from `message` */
	struct candidate candidates[AUTHENTICATION_CANDIDATES_MAXIMUM];
	size_t num_candidates; /* never 0 */
	struct buffer to_sign;
	bool told; /* the person has been told why not: there is nothing to add */
};

/* authentication_free: NULL does nothing. */
void authentication_free(struct authentication *authentication);

/* authentication_is: whether a request goes this way. */
bool authentication_is(const struct request *request);

/* authentication_begin: finds the keys and draws the challenge.
 *   message  what `request` was parsed from; copied
 *   trusted  whether the peer may ask about everybody: only then its word on the caller counts
 *   begun    out: the caller's, to authentication_free()
 *   key      out (empty before): of the key that was looked at last, for the log of a refusal
 * Errors: ERROR_ENROLLMENT_ABSENT (no such person, no token), or why the last of his keys is not admitted; ERROR_PERSON_NAME,
 * ERROR_SNAPSHOT…, ERROR_CRYPTO, ERROR_MEMORY. */
bool authentication_begin(const struct request *request, struct bytes message, const struct host_view *view,
    bool trusted, int64_t now, struct authentication **begun, struct admission *key, struct error *err) MUST_CHECK;

/* authentication_put_proof: appends a worker's good report: which key has signed, and its SSH signature blob.
 *   candidate  one of the authentication's; authentication_conclude finds it again by its `offered`
 * Errors: as buffer_put. */
bool authentication_put_proof(
    const struct candidate *candidate, struct bytes signature, struct buffer *out, struct error *err) MUST_CHECK;

/* authentication_conclude: from that report to the verdict; fills *decision (empty before), always: whatever is wrong refuses.
 *   proof  worker_parse_report's; believed only as far as the signature in it goes
 *   view   as the host's files are now, which may be others than at the beginning */
void authentication_conclude(const struct authentication *authentication, struct bytes proof,
    const struct host_view *view, int64_t now, struct decision *decision);

#endif
