/* desk.h: a desk's folder, which `--registry` names: the registry itself, who signs here, and the list of registrars for hosts.
 *
 *   registry.db   the store
 *   desk.conf     which key signs: lines "registrar-key PATH", "registrar-agent yes|no", "registrar-pkcs11 PATH"
 *   registrar     the registrar's key, where the desk made it itself
 *   registrars    ready to be copied to hosts
 * Knows nothing of options, tokens and persons. */
#ifndef ENROLL_DESK_H
#define ENROLL_DESK_H

#include "common/ssh_key.h"

struct store;

/* Who signs. */
struct desk_signer {
	struct buffer key_path; /* a private key; a .pub file for an agent's or a PKCS#11 token's key */
	bool agent;
	struct buffer pkcs11_module; /* empty: none */
};

struct desk {
	struct desk_signer signer;
	struct ssh_key registrar; /* the signer's public key */
	struct store *store;
};

#define DESK_EMPTY ((struct desk){.store = NULL})

/* What desk_make is asked for. */
struct desk_wish {
	const char *folder;
	const char *registrar_name;
	const char *key_path; /* NULL: "registrar" in the folder */
	bool agent;
	const char *pkcs11_module; /* NULL: none */
	bool no_passphrase;        /* for a key that is made here */
};

/* What desk_make had to make; what is false was there before. */
struct desk_made {
	bool key, settings, registrars, store;
};

/* desk_make: makes what is missing in a desk's folder, and leaves alone what is there.
 *   made  out
 * Errors: ERROR_USAGE (the desk signs with another key than the wish says; a new key
 * without terminal and without no_passphrase), ERROR_FILE, ERROR_PROGRAM (ssh-keygen), ERROR_SSH_KEY…, ERROR_STORE. */
bool desk_make(const struct desk_wish *wish, struct desk_made *made, struct error *err) MUST_CHECK;

/* desk_open_store: the store alone: for verbs that sign nothing.
 *   store  out: the caller's, to store_close()
 * Errors: ERROR_STORE, ERROR_STORE_VERSION. */
bool desk_open_store(const char *folder, struct store **store, struct error *err) MUST_CHECK;

/* desk_open: store, signer and the signer's public key.
 *   desk  out: the caller's, to desk_close()
 * Errors: those of desk_open_store, desk_signer_parse and ssh_key_parse_line. */
bool desk_open(const char *folder, struct desk *desk, struct error *err) MUST_CHECK;
void desk_close(struct desk *desk);

/* desk_signer_parse: the text of desk.conf. Errors: ERROR_TEXT with the line's number. */
bool desk_signer_parse(struct bytes text, struct desk_signer *signer, struct error *err) MUST_CHECK;

/* desk_signer_encode: appends that text. Errors: ERROR_TEXT for a path with control characters, those of buffer_put. */
bool desk_signer_encode(const struct desk_signer *signer, struct buffer *out, struct error *err) MUST_CHECK;

void desk_signer_clear(struct desk_signer *signer);

/* desk_load_public_key: the public key of a signer: KEY_PATH itself when it ends in .pub, else KEY_PATH.pub.
 * Errors: ERROR_FILE, those of ssh_key_parse_line. */
bool desk_load_public_key(const char *key_path, struct ssh_key *key, struct error *err) MUST_CHECK;

#endif
