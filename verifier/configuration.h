/* configuration.h: what this host believes: its registrars, its trust, its policy and the snapshot of the registry, loaded from
 * the folders where they lie and loaded again when a file there was replaced.
 *
 *   CONFIG/registrars       whose signature makes an enrollment
 *   CONFIG/host.conf        people, accounts and doors: host_rules.h
 *   CONFIG/policy.conf      the rules; without it the built-in baseline
 *   DATA/trust.json         the shipped trust bundle, with its signature and signers beside it
 *   STATE/trust             signed updates of that bundle; may be absent
 *   CONFIG/trust.d          *.json: the anchors of the site itself, in order of their names; the folder may be absent
 *   STATE/snapshot          the registry's snapshot; a host that only admits enrollment certificates has none
 *
 * All of them are read by the verifier's own user, so they are readable by everybody (0644) and writable by root alone.
 * Knows nothing of requests. */
#ifndef VERIFIER_CONFIGURATION_H
#define VERIFIER_CONFIGURATION_H

#include "common/error.h"

struct host_rules;
struct names;
struct policy;
struct registrars;
struct snapshot;
struct trust;

struct configuration_folders {
	const char *config, *data, *state;
};

/* What a decision is made from: one consistent set, borrowed until the next configuration_refresh. */
struct host_view {
	const struct host_rules *rules;
	const struct registrars *registrars;
	const struct trust *trust;
	const struct policy *policy;
	struct snapshot *snapshot; /* NULL: this host has none */
	struct names *names;       /* what is known of names */
};

struct configuration;

/* configuration_new: notes the paths; nothing is read yet. *configuration is the caller's, to configuration_free().
 * Errors: ERROR_MEMORY. */
bool configuration_new(
    const struct configuration_folders *folders, struct configuration **configuration, struct error *err) MUST_CHECK;

/* configuration_free: with all that was borrowed from it; NULL does nothing. */
void configuration_free(struct configuration *configuration);

/* configuration_refresh_rules: host.conf alone, as it is now: what it allows must not hang on the other files. Borrowed until the
 * next refresh.
 * Errors: ERROR_HOST_FILE, ERROR_PERMISSIONS, ERROR_FILE, ERROR_MEMORY. */
bool configuration_refresh_rules(
    struct configuration *configuration, const struct host_rules **rules, struct error *err) MUST_CHECK;

/* configuration_refresh: the host's view as its files are now. Unchanged files are not read again; a replaced one counts from
 * this call on. A file that cannot be used is an error, and never the old content in its stead: the daemon and a fresh `--once` say the
 * same.
 *   names  for the view; borrowed. NULL where nothing is decided from it
 *   view   out: valid until the next call
 * Errors: ERROR_FILE, ERROR_PERMISSIONS, ERROR_REGISTRARS, ERROR_TRUST_BUNDLE, ERROR_TRUST_SIGNATURE, ERROR_POLICY_FILE,
 * ERROR_SNAPSHOT, ERROR_MEMORY, those of configuration_refresh_rules. */
bool configuration_refresh(
    struct configuration *configuration, struct names *names, struct host_view *view, struct error *err) MUST_CHECK;

#endif
