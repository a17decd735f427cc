#include "enroll/house.h"

#include <errno.h>
#include <limits.h>

#include "common/file.h"
#include "common/secret.h"
#include "enroll/codes.h"
#include "enroll/configuration.h"
#include "enroll/course.h"
#include "enroll/escrow.h"
#include "enroll/options.h"
#include "enroll/verb.h"
#include "policy/policy.h"
#include "policy/trust.h"
#include "registry/registrars_file.h"

static void trace_line(void *state, const char *text)
{
	FILE *trace = state;

	(void)fprintf(trace, "%s\n", text);
	(void)fflush(trace);
}

static bool open_trace(const struct invocation *invocation, struct house *house, struct error *err)
{
	const char *path = options_find(&invocation->options, "trace");

	if (!path)
		return true;
	house->trace = fopen(path, "ae");
	if (!house->trace)
		return error_set_errno(err, ERROR_FILE, "--trace %s", path);
	reader_context_trace(house->context, (struct trace_sink){house->trace, trace_line});
	return true;
}

bool house_descriptor(const struct invocation *invocation, const char *option, int *descriptor, struct error *err)
{
	long number;

	if (!options_find_number(&invocation->options, option, 0, INT_MAX, -1, &number, err))
		return false;
	*descriptor = (int)number;
	return true;
}

struct token_choice house_choice(const struct invocation *invocation)
{
	return (struct token_choice){.serial = options_find(&invocation->options, "serial"),
	    .reader = options_find(&invocation->options, "reader")};
}

bool house_open_tokens(const struct invocation *invocation, struct house *house, struct error *err)
{
	int descriptor;

	return secret_forbid_dumps(err) && house_descriptor(invocation, "management-key-fd", &descriptor, err) &&
	       (descriptor < 0 || codes_management_key(descriptor, &house->management_key, err)) &&
	       reader_context_new(&house->context, err) && open_trace(invocation, house, err);
}

bool house_open_desk(const struct invocation *invocation, struct house *house, struct error *err)
{
	const struct places *configuration = &invocation->configuration;

	house->registry = buffer_text(&configuration->registry);
	return desk_open(house->registry, &house->desk, err) &&
	       registrars_file_load(buffer_text(&configuration->registrars), &house->registrars, err) &&
	       configuration_trust(configuration, &house->trust, err) &&
	       configuration_policy(configuration, &house->policy, err);
}

/* Whoever opens a token only for its codes may have no desk. */
static bool load_desk_settings(const char *registry, struct desk_settings *settings, struct error *err)
{
	struct buffer path = BUFFER_EMPTY;
	bool done = buffer_put_format(&path, err, "%s/desk.conf", registry) &&
	            (!file_exists(buffer_text(&path)) || desk_settings_load(registry, settings, err));

	buffer_free(&path);
	return done;
}

bool house_open_escrow(const struct invocation *invocation, struct house *house, struct error *err)
{
	const char *asked = options_find(&invocation->options, "escrow");
	struct desk_settings settings = DESK_SETTINGS_EMPTY;
	bool done;

	if (!options_know(&invocation->options, "escrow"))
		return true;
	if (asked)
		return escrow_new(asked, &house->escrow, err);
	done = load_desk_settings(buffer_text(&invocation->configuration.registry), &settings, err) &&
	       (settings.escrow_certificate.len == 0 ||
	           escrow_new(buffer_text(&settings.escrow_certificate), &house->escrow, err));
	desk_settings_clear(&settings);
	return done;
}

bool house_open(const struct invocation *invocation, struct house *house, struct error *err)
{
	return house_open_desk(invocation, house, err) && house_open_escrow(invocation, house, err) &&
	       house_open_tokens(invocation, house, err);
}

void house_close(struct house *house)
{
	desk_close(&house->desk);
	registrars_clear(&house->registrars);
	trust_free(house->trust);
	policy_free(house->policy);
	escrow_free(house->escrow);
	secret_free(house->management_key);
	reader_context_free(house->context);
	if (house->trace)
		(void)fclose(house->trace);
}

struct course_means house_means(struct house *house)
{
	return (struct course_means){.desk = &house->desk,
	    .registry = house->registry,
	    .registrars = &house->registrars,
	    .trust = house->trust,
	    .policy = house->policy,
	    .escrow = house->escrow,
	    .management_key = house->management_key};
}
