/* trust_update.h: bundles that came after the package: signed like the shipped one, never older than what is believed.
 *
 * They lie in a folder of the machine's state as VERSION.json with VERSION.json.sig; the newest one takes the place of the
 * shipped bundle while it is newer than that. Knows nothing of how a bundle reached this machine. */
#ifndef REGISTRY_TRUST_UPDATE_H
#define REGISTRY_TRUST_UPDATE_H

#include "registry/trust_files.h"

/* trust_version_compare: below, equal or above zero; "2026.11.9" is before "2026.11.24": part by part as numbers, and what is no
 * number counts as 0. */
int trust_version_compare(const char *one, const char *other);

/* trust_update_check: reads a bundle and its signature (PATH.sig) as an update.
 *   version  out: its version, of TRUST_VERSION_SIZE bytes
 * Errors: ERROR_TRUST_SIGNATURE, ERROR_TRUST_BUNDLE, ERROR_FILE, ERROR_LIMIT. */
bool trust_update_check(const struct trust_places *places, const char *path, char version[TRUST_VERSION_SIZE],
    struct error *err) MUST_CHECK;

/* trust_update_install: checks an update and puts it into the updates' folder, which is made where it is absent; older ones are
 * removed afterwards. The signature is written first: what has none is no update.
 *   version  out: as above
 * Errors: as above, and ERROR_TRUST_ROLLBACK when what is believed now is as new or newer. */
bool trust_update_install(const struct trust_places *places, const char *path, char version[TRUST_VERSION_SIZE],
    struct error *err) MUST_CHECK;

#endif
