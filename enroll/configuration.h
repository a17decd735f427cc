/* configuration.h: where this call of the command finds its files: compiled-in places, the environment, options; the later
 * wins. Knows nothing of what stands in them. */
#ifndef ENROLL_CONFIGURATION_H
#define ENROLL_CONFIGURATION_H

#include "common/buffer.h"
#include "registry/trust_files.h"

struct options;
struct policy;

struct places {
	/* folder: --registry, $KEYENROLL_REGISTRY, the machine's where there is one, the user's own */
	struct buffer registry;
	struct buffer bundle;     /* file: --bundle, or the installed vendors' bundle */
	bool bundle_chosen;       /* by --bundle */
	struct buffer updates;    /* folder: what "trust update" installed */
	struct buffer metadata;   /* file: --metadata, or beside the updates; empty: none, with --bundle alone */
	struct buffer site_trust; /* folder: --trust, or trust.d of the configuration */
	struct buffer registrars; /* file: --registrars, the registry's own, or the configuration's */
	struct buffer policy;     /* file: --policy, or policy.conf of the configuration, which may be absent */
	struct buffer snapshot;   /* file: where the verifier of this machine looks */
};

#define CONFIGURATION_EMPTY ((struct places){.registry = {.data = NULL}})

/* configuration_clear: frees what it owns, and leaves it empty. */
void configuration_clear(struct places *configuration);

/* configuration_load: settles every path; reads no file. Without HOME and XDG_DATA_HOME a user has no usual registry: that path
 * is empty then, which only troubles verbs that need one.
 * Errors: ERROR_FILE for a --trust folder that is not there, ERROR_MEMORY. */
bool configuration_load(const struct options *options, struct places *configuration, struct error *err) MUST_CHECK;

/* configuration_trust_places: where bundles lie; borrows from `configuration`. With --bundle updates do not count: that bundle is
 * asked for by name. */
struct trust_places configuration_trust_places(const struct places *configuration);

/* configuration_trust: the trust bundles of these places.
 *   trust  out: the caller's, to trust_free()
 * Errors: those of trust_files_load. */
bool configuration_trust(const struct places *configuration, struct trust **trust, struct error *err) MUST_CHECK;

/* configuration_policy: the rules of these places; the built-in baseline where there are none.
 *   policy  out: the caller's, to policy_free()
 * Errors: those of policy_files_load. */
bool configuration_policy(const struct places *configuration, struct policy **policy, struct error *err) MUST_CHECK;

#endif
