/* ssh_sk_attest.h: the file that ssh-keygen writes for -O write-attestation, in both its versions.
 *
 * It holds one certificate, a signature and, since v01, authenticator data; which format the statement is of, and by which
 * algorithm it is signed, it does not say. Version v00 is of U2F devices only and needs the SSH key and its handle beside it.
 * Source: OpenSSH PROTOCOL.u2f. */
#ifndef POLICY_SSH_SK_ATTEST_H
#define POLICY_SSH_SK_ATTEST_H
#include "policy/public_key.h"

struct fido_ssh_key;

struct ssh_sk_attest {
	bool has_auth_data; /* v01 */
	struct bytes certificate, signature;
	struct bytes auth_data; /* borrowed from the file, or what was built for v00 */
};

/* A public key of an sk type; borrowed. */
struct ssh_sk_key {
	struct public_key key;
	struct bytes application;
};

/* ssh_sk_attest_parse: reads the file, all of it.
 *   key    for v00: key and key handle
 *   built  out: authenticator data as a U2F device's, for v00
 * Errors: ERROR_EVIDENCE_FORMAT (malformed), ERROR_EVIDENCE_INCOMPLETE (v00 without key or handle), ERROR_SSH_KEY_TYPE
 * (v00 for another kind than P-256), those of ssh_sk_key_parse. */
bool ssh_sk_attest_parse(struct bytes file, const struct fido_ssh_key *key, struct ssh_sk_attest *out,
    struct buffer *built, struct error *err) MUST_CHECK;

/* ssh_sk_key_parse: reads the blob of an sk public key, all of it. Errors: ERROR_SSH_KEY_TYPE, ERROR_SSH_KEY. */
bool ssh_sk_key_parse(struct bytes blob, struct ssh_sk_key *out, struct error *err) MUST_CHECK;

/* ssh_sk_key_put: appends the blob that OpenSSH has for a credential's key. Errors: ERROR_SSH_KEY_TYPE for kinds of keys that
 * OpenSSH takes from no authenticator. */
bool ssh_sk_key_put(
    const struct public_key *key, struct bytes application, struct buffer *out, struct error *err) MUST_CHECK;

#endif
