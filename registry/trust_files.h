/* trust_files.h: the trust bundles that lie on a machine, put together: the shipped one or an update of it, and the site's folder.
 * Which paths those are, the programs say. Knows nothing of what a bundle holds: policy/trust.h. */
#ifndef REGISTRY_TRUST_FILES_H
#define REGISTRY_TRUST_FILES_H

#include "common/buffer.h"

struct trust;

/* Who may sign a shipped bundle: a list in ssh's allowed_signers format beside it. */
#define TRUST_SIGNERS "trust-signers"

/* The longest bundle that is read. */
#define TRUST_FILE_MAXIMUM ((size_t)1024 * 1024)

/* Bytes of a version with the NUL. */
#define TRUST_VERSION_SIZE 64

/* All paths are borrowed. */
struct trust_places {
	/* file: the package's bundle; beside it its signature (PATH.sig, armored SSHSIG) and TRUST_SIGNERS */
	const char *shipped;
	const char *updates;  /* folder: trust_update.h; NULL: none, and it may be absent */
	const char *site;     /* folder: the site's own *.json; NULL: none, and it may be absent */
	const char *metadata; /* file: metadata_files.h; NULL: none, and it may be absent */
};

/* trust_files_load: reads the newer of shipped bundle and updates, then each *.json of the site's folder in the order of their
 * bytes. Files and folders must be the administrator's or the caller's alone to write; hidden files are no bundles. Without a shipped
 * bundle nothing is loaded: no vendor would be believed.
 *   trust  out: the caller's, to trust_free()
 * Errors: ERROR_TRUST_BUNDLE with file and field, ERROR_TRUST_SIGNATURE, ERROR_PERMISSIONS, ERROR_FILE, ERROR_LIMIT, ERROR_MEMORY. */
bool trust_files_load(const struct trust_places *places, struct trust **trust, struct error *err) MUST_CHECK;

/* trust_files_load_signed: one bundle, checked against the signers beside the shipped one, into an empty trust.
 *   path     the bundle, PATH.sig its signature
 *   content  out: appended, the bundle's bytes; NULL: not wanted
 *   trust    out: the caller's, to trust_free()
 * Errors: as above. */
bool trust_files_load_signed(const struct trust_places *places, const char *path, struct buffer *content,
    struct trust **trust, struct error *err) MUST_CHECK;

#endif
