/* desk.h: a desk's folder, which `--registry` names: the registry itself, who signs here, whom codes are sealed to, and the list
 * of registrars for hosts.
 *
 *   registry.db   the store
 *   desk.conf     lines "registrar-key PATH", "registrar-agent yes|no", "registrar-pkcs11 PATH": which key signs;
 *                 "escrow-certificate PATH": whom the codes of tokens are sealed to
 *   registrar     the registrar's key, where the desk made it itself
 *   registrars    ready to be copied to hosts
 * Knows nothing of options, tokens and persons. */
#ifndef ENROLL_DESK_H
#define ENROLL_DESK_H

#include "common/ssh_key.h"

struct store;

/* What stands in desk.conf. */
struct desk_settings {
	struct buffer key_path; /* the registrar's private key; a .pub file for an agent's or a PKCS#11 token's key */
	bool agent;
	struct buffer pkcs11_module;      /* empty: none */
	struct buffer escrow_certificate; /* path; empty: codes are sealed only where --escrow says so */
};

#define DESK_SETTINGS_EMPTY ((struct desk_settings){.agent = false})

struct desk {
	struct desk_settings settings;
	struct ssh_key registrar; /* the public key of who signs */
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
	const char *escrow;        /* a certificate; NULL: none */
	bool no_passphrase;        /* for a key that is made here */
};

/* What desk_make had to make; what is false was there before. */
struct desk_made {
	bool key, settings, registrars, store;
};

/* desk_make: makes what is missing in a desk's folder, and leaves alone what is there.
 *   made  out
 * Errors: ERROR_USAGE (the desk signs with another key, or seals to another certificate, than the wish says; a new key
 * without terminal and without no_passphrase), ERROR_FILE, ERROR_PROGRAM (ssh-keygen), ERROR_SSH_KEY…, ERROR_STORE, those of
 * escrow_new. */
bool desk_make(const struct desk_wish *wish, struct desk_made *made, struct error *err) MUST_CHECK;

/* desk_open_store: the store alone: for verbs that sign nothing.
 *   store  out: the caller's, to store_close()
 * Errors: ERROR_STORE, ERROR_STORE_VERSION. */
bool desk_open_store(const char *folder, struct store **store, struct error *err) MUST_CHECK;

/* desk_open: store, settings and the public key of who signs.
 *   desk  out: the caller's, to desk_close()
 * Errors: those of desk_open_store, desk_settings_load and ssh_key_parse_line. */
bool desk_open(const char *folder, struct desk *desk, struct error *err) MUST_CHECK;

/* desk_close: closes the store and frees the rest; DESK_EMPTY is no trouble. */
void desk_close(struct desk *desk);

/* desk_settings_load: reads the folder's desk.conf.
 *   settings  out: the caller's, to desk_settings_clear()
 * Errors: ERROR_FILE, those of desk_settings_parse. */
bool desk_settings_load(const char *folder, struct desk_settings *settings, struct error *err) MUST_CHECK;

/* desk_settings_parse: the text of desk.conf. Errors: ERROR_TEXT with the line's number. */
bool desk_settings_parse(struct bytes text, struct desk_settings *settings, struct error *err) MUST_CHECK;

/* desk_settings_encode: appends that text. Errors: ERROR_TEXT for a path with control characters, those of buffer_put. */
bool desk_settings_encode(const struct desk_settings *settings, struct buffer *out, struct error *err) MUST_CHECK;

/* desk_settings_clear: frees what they own; DESK_SETTINGS_EMPTY afterwards. */
void desk_settings_clear(struct desk_settings *settings);

/* desk_load_public_key: the public key of who signs: KEY_PATH itself when it ends in .pub, else KEY_PATH.pub.
 * Errors: ERROR_FILE, those of ssh_key_parse_line. */
bool desk_load_public_key(const char *key_path, struct ssh_key *key, struct error *err) MUST_CHECK;

#endif
