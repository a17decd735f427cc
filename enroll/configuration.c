#include "enroll/configuration.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/file.h"
#include "enroll/options.h"
#include "registry/metadata_files.h"
#include "registry/policy_files.h"

#define MACHINE_REGISTRY KEYENROLL_STATE_DIR "/registry"

void configuration_clear(struct places *configuration)
{
	buffer_free(&configuration->registry);
	buffer_free(&configuration->bundle);
	buffer_free(&configuration->updates);
	buffer_free(&configuration->metadata);
	buffer_free(&configuration->site_trust);
	buffer_free(&configuration->registrars);
	buffer_free(&configuration->policy);
	buffer_free(&configuration->snapshot);
}

/* A desk that several operators share has its registry in the machine's place; whoever tries alone has one of his own. */
static bool default_registry(struct buffer *path, struct error *err)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (geteuid() == 0 || file_exists(MACHINE_REGISTRY))
		return buffer_put_text(path, MACHINE_REGISTRY, err);
	if (data && data[0] == '/')
		return buffer_put_format(path, err, "%s/keyenroll/registry", data);
	if (home && home[0] == '/')
		return buffer_put_format(path, err, "%s/.local/share/keyenroll/registry", home);
	return true;
}

static bool settle_registry(const struct options *options, struct buffer *path, struct error *err)
{
	const char *chosen = options_find(options, "registry");

	if (!chosen)
		chosen = getenv("KEYENROLL_REGISTRY");
	return chosen && *chosen ? buffer_put_text(path, chosen, err) : default_registry(path, err);
}

/* A folder that somebody names and that is not there is a slip of the keyboard; the usual one may be absent. */
static bool settle_site_trust(const struct options *options, struct buffer *path, struct error *err)
{
	const char *chosen = options_find(options, "trust");

	if (chosen && access(chosen, R_OK | X_OK) < 0)
		return error_set_errno(err, ERROR_FILE, "--trust %s", chosen);
	return buffer_put_text(path, chosen ? chosen : KEYENROLL_CONFIG_DIR "/trust.d", err);
}

/* As with trust: a policy that somebody names has to be there. */
static bool settle_policy(const struct options *options, struct buffer *path, struct error *err)
{
	const char *chosen = options_find(options, "policy");

	if (chosen && access(chosen, R_OK) < 0)
		return error_set_errno(err, ERROR_FILE, "--policy %s", chosen);
	return buffer_put_text(path, chosen ? chosen : KEYENROLL_CONFIG_DIR "/policy.conf", err);
}

static bool settle_registrars(const struct options *options, struct places *configuration, struct error *err)
{
	const char *chosen = options_find(options, "registrars");

	if (chosen)
		return buffer_put_text(&configuration->registrars, chosen, err);
	if (configuration->registry.len > 0) {
		if (!buffer_put_format(
		        &configuration->registrars, err, "%s/registrars", buffer_text(&configuration->registry)))
			return false;
		if (file_exists(buffer_text(&configuration->registrars)))
			return true;
		buffer_cut(&configuration->registrars, 0);
	}
	return buffer_put_text(&configuration->registrars, KEYENROLL_CONFIG_DIR "/registrars", err);
}

/* A bundle that is asked for by name is asked for alone. */
static bool settle_metadata(const struct options *options, struct places *configuration, struct error *err)
{
	const char *chosen = options_find(options, "metadata");

	if (chosen)
		return buffer_put_text(&configuration->metadata, chosen, err);
	return configuration->bundle_chosen ||
	       buffer_put_text(&configuration->metadata, KEYENROLL_STATE_DIR "/trust/" METADATA_FILE, err);
}

bool configuration_load(const struct options *options, struct places *configuration, struct error *err)
{
	const char *bundle = options_find(options, "bundle");

	configuration->bundle_chosen = bundle != NULL;
	return settle_registry(options, &configuration->registry, err) &&
	       buffer_put_text(&configuration->updates, KEYENROLL_STATE_DIR "/trust", err) &&
	       buffer_put_text(&configuration->bundle, bundle ? bundle : KEYENROLL_DATA_DIR "/trust.json", err) &&
	       settle_metadata(options, configuration, err) &&
	       settle_site_trust(options, &configuration->site_trust, err) &&
	       settle_policy(options, &configuration->policy, err) && settle_registrars(options, configuration, err) &&
	       buffer_put_text(&configuration->snapshot, KEYENROLL_STATE_DIR "/snapshot", err);
}

struct trust_places configuration_trust_places(const struct places *configuration)
{
	return (struct trust_places){.shipped = buffer_text(&configuration->bundle),
	    .updates = configuration->bundle_chosen ? NULL : buffer_text(&configuration->updates),
	    .site = buffer_text(&configuration->site_trust),
	    .metadata = configuration->metadata.len > 0 ? buffer_text(&configuration->metadata) : NULL};
}

bool configuration_trust(const struct places *configuration, struct trust **trust, struct error *err)
{
	const struct trust_places places = configuration_trust_places(configuration);

	return trust_files_load(&places, trust, err);
}

bool configuration_policy(const struct places *configuration, struct policy **policy, struct error *err)
{
	return policy_files_load(buffer_text(&configuration->policy), policy, err);
}
