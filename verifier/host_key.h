/* host_key.h: by which key sshd knows this host: the name of a host that nobody else can have.
 * Knows nothing of sshd's configuration: only the usual places are looked at. */
#ifndef VERIFIER_HOST_KEY_H
#define VERIFIER_HOST_KEY_H

#include "common/ssh_key.h"

/* host_key_find: the fingerprint of the first public host key in this folder, Ed25519 before ECDSA before RSA; "none" where there is
 * none that can be read.
 *   folder  /etc/ssh
 *   text    out */
void host_key_find(const char *folder, char text[SSH_KEY_FINGERPRINT_SIZE]);

#endif
