/* trust_signature.h: whether a trust bundle is what its makers signed: an SSHSIG beside it, by a key of the list that the
 * package installs. `ssh-keygen -Y verify -f trust-signers -I NAME -n trust@keyenroll -s trust.json.sig < trust.json` says the same.
 * Knows nothing of what a bundle holds. Source: OpenSSH PROTOCOL.sshsig; ssh-keygen(1) ALLOWED SIGNERS. */
#ifndef REGISTRY_TRUST_SIGNATURE_H
#define REGISTRY_TRUST_SIGNATURE_H

#include "common/bytes.h"
#include "common/error.h"

struct registrars;

#define TRUST_NAMESPACE "trust@keyenroll"

/* trust_signature_check: checks an armored signature over a bundle.
 *   signers  the installed list; a line counts when its namespaces= are absent or hold TRUST_NAMESPACE
 * Errors: ERROR_TRUST_SIGNATURE: no such signer, another file, another namespace, malformed. */
bool trust_signature_check(
    struct bytes bundle, struct bytes armor, const struct registrars *signers, struct error *err) MUST_CHECK;

#endif
