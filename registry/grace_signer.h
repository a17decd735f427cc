/* grace_signer.h: has a registrar's key sign the record of a grace, through `ssh-keygen -Y sign`: a file, or a key in ssh-agent.
 * Knows nothing of who may. Source: ssh-keygen(1) -Y sign. */
#ifndef REGISTRY_GRACE_SIGNER_H
#define REGISTRY_GRACE_SIGNER_H

#include "common/buffer.h"

/* grace_sign: the armored signature, appended. ssh-keygen may ask for a passphrase or a touch on the terminal.
 *   key    path: a private key, or with `agent` a .pub file
 *   agent  the private part is in ssh-agent
 * Errors: ERROR_PROGRAM (its own words stand in the terminal), ERROR_FILE. */
bool grace_sign(const char *key, bool agent, struct bytes record, struct buffer *armor, struct error *err) MUST_CHECK;

#endif
