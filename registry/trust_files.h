/* trust_files.h: the trust bundles that lie on a machine, put together: the shipped one, and the site's folder.
 * Which paths those are, the programs say. Knows nothing of what a bundle holds: policy/trust.h. */
#ifndef REGISTRY_TRUST_FILES_H
#define REGISTRY_TRUST_FILES_H

#include "policy/trust.h"

/* Who may sign a shipped bundle: a list in ssh's allowed_signers format beside it. */
#define TRUST_SIGNERS "trust-signers"

/* The longest bundle that is read. */
#define TRUST_FILE_MAXIMUM ((size_t)1024 * 1024)

/* trust_files_load: reads the shipped bundle, then each *.json of the site's folder in the order of their bytes. Files and
 * folder must be the administrator's or the caller's alone to write; hidden files are no bundles.
 *   shipped      path; it must be there, since without it no vendor is believed, and signed: beside it lie its signature
 *                (PATH.sig, armored SSHSIG) and TRUST_SIGNERS
 *   site_folder  path; a folder that is absent adds nothing. NULL: none
 *   trust        out: the caller's, to trust_free()
 * Errors: ERROR_TRUST_BUNDLE with file and field, ERROR_TRUST_SIGNATURE, ERROR_PERMISSIONS, ERROR_FILE, ERROR_LIMIT, ERROR_MEMORY. */
bool trust_files_load(const char *shipped, const char *site_folder, struct trust **trust, struct error *err) MUST_CHECK;

#endif
