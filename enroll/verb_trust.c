#include <string.h>

#include "common/file.h"
#include "common/language.h"
#include "enroll/configuration.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/subcommand.h"
#include "enroll/verb.h"
#include "policy/evidence.h"
#include "policy/trust.h"
#include "registry/trust_update.h"

static const struct option_row options[] = {
    OPTION_ROW_TRUST,
    OPTION_ROW_BUNDLE,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static const char *standing(const struct trust_anchor *anchor)
{
	if (anchor->distrusted)
		return "distrusted";
	return anchor->source == TRUST_SHIPPED ? "vendor" : "organisation";
}

static json_t *anchor_json(const struct trust_anchor *anchor)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?}", "name", anchor->name, "vendor", anchor->vendor, "evidence",
	    evidence_format_name(anchor->format), "assurance", standing(anchor), "bundle", anchor->bundle, "reason",
	    anchor->distrusted ? anchor->distrust_reason : NULL);
}

static json_t *anchors_json(const struct trust *trust)
{
	json_t *list = json_array();
	const struct trust_anchor *anchor;

	for (size_t i = 0; list && (anchor = trust_anchor(trust, i)); i++) {
		if (json_array_append_new(list, anchor_json(anchor)) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static void put_anchors(const struct trust *trust)
{
	const struct trust_anchor *anchor;

	report_line("version %s", trust_version(trust));
	for (size_t i = 0; (anchor = trust_anchor(trust, i)); i++)
		report_line("%-13s %-10s %-8s %s (%s)", standing(anchor), anchor->vendor,
		    evidence_format_name(anchor->format), anchor->name, anchor->bundle);
}

static bool show(struct invocation *invocation, struct error *err)
{
	struct trust *trust = NULL;
	bool done = configuration_trust(&invocation->configuration, &trust, err);

	if (done && invocation->json)
		done = report_take_json("trust",
		    json_pack("{s:s, s:o}", "version", trust_version(trust), "anchors", anchors_json(trust)), err);
	else if (done)
		put_anchors(trust);
	trust_free(trust);
	return done && report_end(err);
}

static bool tell(
    struct invocation *invocation, const char *path, const char *version, const char *what, struct error *err)
{
	if (invocation->json)
		return report_take_json(
		    "trust", json_pack("{s:s?, s:s, s:s}", "version", version, "path", path, "done", what), err);
	if (version)
		report_line(N_("%s: %s, version %s"), path, translated(what), version);
	else
		report_line("%s: %s", path, translated(what));
	return report_end(err);
}

static bool verify(struct invocation *invocation, struct error *err)
{
	const struct trust_places places = configuration_trust_places(&invocation->configuration);
	const char *path = invocation->options.arguments[0];
	char version[TRUST_VERSION_SIZE];

	return trust_update_check(&places, path, version, err) &&
	       tell(invocation, path, version, N_("signed by a signer of this machine"), err);
}

static bool update(struct invocation *invocation, struct error *err)
{
	const struct trust_places places = configuration_trust_places(&invocation->configuration);
	const char *path = invocation->options.arguments[0];
	char version[TRUST_VERSION_SIZE];

	if (places.updates == NULL)
		return error_set(err, ERROR_USAGE, "an update is for the installed bundle: leave --bundle out");
	return trust_update_install(&places, path, version, err) && tell(invocation, path, version, "installed", err);
}

/* Read once in the site's role before it is installed: what cannot be read would deny every login. */
static bool check_site_bundle(const char *path, struct buffer *json, struct error *err)
{
	struct trust *trust = NULL;
	bool done = file_load(path, TRUST_FILE_MAXIMUM, json, err) && trust_new(&trust, err) &&
	            trust_add(trust, buffer_bytes(json), path, TRUST_SITE, err);

	trust_free(trust);
	return done;
}

static bool add(struct invocation *invocation, struct error *err)
{
	const char *path = invocation->options.arguments[0], *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path, *end = strrchr(name, '.');
	struct buffer json = BUFFER_UP_TO(TRUST_FILE_MAXIMUM), target = BUFFER_EMPTY;
	bool done;

	if (name[0] == '.' || !end || strcmp(end, ".json") != 0)
		return error_set(err, ERROR_USAGE, "%s: a site's bundle has a name that ends in .json", path);
	done =
	    check_site_bundle(path, &json, err) &&
	    buffer_put_format(&target, err, "%s/%s", buffer_text(&invocation->configuration.site_trust), name) &&
	    file_store(buffer_text(&target), buffer_bytes(&json), 0644, err) &&
	    tell(invocation, buffer_text(&target), NULL, N_("added; what rests on it has assurance organisation"), err);
	buffer_free(&json);
	buffer_free(&target);
	return done;
}

static const struct subcommand subcommands[] = {
    {"show", "", 0, 0, show},
    {"verify", "FILE", 1, 1, verify},
    {"update", "FILE", 1, 1, update},
    {"add", "FILE", 1, 1, add},
    SUBCOMMANDS_END,
};

static bool run(struct invocation *invocation, struct error *err)
{
	return subcommand_run("trust", subcommands, invocation, err);
}

const struct verb verb_trust = {
    .name = "trust",
    .summary = N_("show and change whom this machine believes"),
    .synopsis = "show|verify|update|add [OPTION]... [FILE]",
    .description = N_("show      the issuers of device certificates that are believed, and those that\n"
                      "          never are\n"
                      "verify    whether FILE (with FILE.sig beside it) is a bundle by a signer that\n"
                      "          this machine knows\n"
                      "update    installs such a bundle in place of the shipped one; an older one than\n"
                      "          what is believed now is refused\n"
                      "add       adds a bundle of the site itself; keys that rest on it have assurance\n"
                      "          \"organisation\", never \"vendor\"\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 2,
    .run = run,
};
