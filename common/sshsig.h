/* sshsig.h: signatures over files and records, as `ssh-keygen -Y sign` makes and `-Y verify` checks them.
 * Knows nothing of who may sign what. Hash: SHA-512 when made here; SHA-256 is read as well.
 * Source: OpenSSH PROTOCOL.sshsig. */
#ifndef COMMON_SSHSIG_H
#define COMMON_SSHSIG_H

#include "common/ssh_key.h"

struct sshsig {
	struct ssh_key key;      /* who signed */
	struct buffer signature; /* owned: SSH signature blob, over sshsig_put_signed_data's bytes */
	char name_space[128];    /* printable, never empty */
	bool sha512;             /* else SHA-256 */
};

#define SSHSIG_EMPTY ((struct sshsig){.sha512 = true})

/* sshsig_clear: frees what it owns; SSHSIG_EMPTY afterwards. */
void sshsig_clear(struct sshsig *sshsig);

/* sshsig_put_signed_data: appends the bytes that a key has to sign for `message` (hashed with SHA-512 here).
 *   name_space  never empty
 * Errors: ERROR_SSHSIG for a namespace of another length or not printable, ERROR_CRYPTO, those of buffer_put. */
bool sshsig_put_signed_data(
    const char *name_space, struct bytes message, struct buffer *out, struct error *err) MUST_CHECK;

/* sshsig_encode: appends the binary form (without armor).
 *   signature  SSH signature blob over sshsig_put_signed_data's bytes
 * Errors: as sshsig_put_signed_data. */
bool sshsig_encode(const struct ssh_key *key, const char *name_space, struct bytes signature, struct buffer *out,
    struct error *err) MUST_CHECK;

/* sshsig_parse: reads the binary form, all of it. Whether the signature is good, sshsig_verify says.
 *   sshsig  out: the caller's, to sshsig_clear(); unchanged on error
 * Errors: ERROR_SSHSIG (malformed, another version or hash, a reserved field that is not empty), those of ssh_key_parse. */
bool sshsig_parse(struct bytes blob, struct sshsig *sshsig, struct error *err) MUST_CHECK;

/* sshsig_put_armor: appends the binary form as text between BEGIN and END SSH SIGNATURE lines. Errors: as buffer_put. */
bool sshsig_put_armor(struct bytes blob, struct buffer *out, struct error *err) MUST_CHECK;

/* sshsig_parse_armor: sshsig_parse from that text, all of it: no blank line before or behind. Errors: also ERROR_BASE64. */
bool sshsig_parse_armor(struct bytes text, struct sshsig *sshsig, struct error *err) MUST_CHECK;

/* sshsig_verify: the signature is good for `message` under exactly this namespace. Whether sshsig->key may sign is the
 * caller's question.
 *   flags  out: what a sk key says of the person, zero else; may be NULL
 * Errors: ERROR_SSHSIG_NAMESPACE, ERROR_SSH_SIGNATURE, ERROR_CRYPTO. */
bool sshsig_verify(const struct sshsig *sshsig, const char *name_space, struct bytes message,
    struct ssh_sk_flags *flags, struct error *err) MUST_CHECK;

#endif
