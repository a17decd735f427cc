#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "enroll/appraising.h"
#include "enroll/desk.h"
#include "enroll/entries.h"
#include "enroll/evidence_text.h"
#include "enroll/report.h"
#include "enroll/verb.h"
#include "policy/appraise.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"
#include "registry/registrars.h"
#include "registry/registrars_file.h"
#include "registry/store.h"

enum {
	OPTION_CERTIFICATE,
	OPTION_EVIDENCE,
};

static const struct option_row options[] = {
    [OPTION_CERTIFICATE] = {"certificate", NULL, N_("print only the enrollment, one certificate a line")},
    [OPTION_EVIDENCE] = {"evidence", NULL, N_("print only the proof, for ssh-keygen and openssl")},
    OPTION_ROWS_APPRAISAL,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* What the walk over the entries needs at each of them. */
struct showing {
	struct appraisal appraisal;
	struct registrars registrars;
	json_t *entries; /* NULL: text is printed */
};

static bool show_certificate(const struct store_entry *entry, void *context, struct error *err)
{
	struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
	struct buffer line = BUFFER_EMPTY;
	bool done = ssh_certificate_parse(entry->certificate, &certificate, err) &&
	            ssh_certificate_put_line(&certificate, &line, err) && buffer_put_text(&line, "\n", err);

	(void)context;
	if (done)
		report_text(buffer_text(&line));
	buffer_free(&line);
	ssh_certificate_clear(&certificate);
	return done;
}

static bool show_evidence(const struct store_entry *entry, void *context, struct error *err)
{
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct buffer text = BUFFER_EMPTY;
	bool done =
	    (enrollment_parse(entry->certificate, &enrollment, err) && evidence_text_put(&enrollment, &text, err)) ||
	    error_prefix(err, "%s", entry->fingerprint);

	(void)context;
	if (done)
		(void)fwrite(text.data, 1, text.len, stdout);
	buffer_free(&text);
	enrollment_clear(&enrollment);
	return done;
}

static bool show_json(const struct store_entry *entry, const struct showing *showing, const struct exhibit *exhibit,
    const struct result *result, struct error *err)
{
	struct buffer line = BUFFER_EMPTY, text = BUFFER_EMPTY;
	json_t *one = entry_json(entry, showing->appraisal.now);
	bool done = ssh_certificate_put_line(&exhibit->enrollment.certificate, &line, err) &&
	            result_put_json(result, &text, err);

	if (done && (json_object_set_new(one, "certificate", json_string(buffer_text(&line))) < 0 ||
	                json_object_set_new(one, "result", json_loadb(buffer_text(&text), text.len, 0, NULL)) < 0 ||
	                json_array_append(showing->entries, one) < 0))
		done = error_set(err, ERROR_MEMORY, "no memory for the report");
	json_decref(one);
	buffer_free(&line);
	buffer_free(&text);
	return done;
}

static void show_token(const struct store_entry *entry)
{
	const char *device = entry->device[0] ? entry->device : translated("not named by the evidence");
	const char *slot = entry_slot(entry);

	if (slot)
		report_line("Token        %s, slot %s", device, slot);
	else
		report_line("Token        %s", device);
}

static bool show_text(const struct store_entry *entry, const struct showing *showing, const struct exhibit *exhibit,
    const struct result *result, struct error *err)
{
	char one[REPORT_TIME_SIZE], other[REPORT_TIME_SIZE];
	struct buffer text = BUFFER_EMPTY;
	bool done = result_put_text(result, &text, err);

	report_line("User         %s", entry->person);
	report_line(
	    "Key          %s %s", ssh_key_type_name(exhibit->enrollment.certificate.key.type), entry->fingerprint);
	report_line("State        %s", entry_state(entry, showing->appraisal.now));
	if (entry->state == STORE_REVOKED)
		report_line("Revoked      %s: %s", report_time(entry->revoked_at, one), entry->revoked_because);
	show_token(entry);
	report_line(
	    "Valid        %s to %s", report_time(entry->valid_after, one), report_time(entry->valid_before, other));
	report_line("Enrolled     %s by %s, number %llu", report_time(entry->enrolled_at, one), entry->operator_name,
	    (unsigned long long)entry->serial);
	report_line("Registrar    %s", entry->registrar);
	report_line("Possession   proved %s, record and signature checked now",
	    report_time(exhibit->enrollment.possession.time, one));
	if (strcmp(entry_state(entry, showing->appraisal.now), "active") == 0)
		report_text("Appraised now:\n");
	else /* evidence stays true when what rests on it is over */
		report_text("Appraised now (the enrollment lets nobody in all the same):\n");
	if (done)
		report_text(buffer_text(&text));
	report_text("\n");
	buffer_free(&text);
	return done;
}

static bool show_entry(const struct store_entry *entry, void *context, struct error *err)
{
	const struct showing *showing = context;
	struct exhibit exhibit = EXHIBIT_EMPTY;
	struct result result;
	bool done = exhibit_read(entry->certificate, &exhibit, err) || error_prefix(err, "%s", entry->fingerprint);

	if (done) {
		exhibit_appraise(&exhibit, &showing->registrars, &showing->appraisal, &result);
		done = showing->entries ? show_json(entry, showing, &exhibit, &result, err)
		                        : show_text(entry, showing, &exhibit, &result, err);
	}
	exhibit_clear(&exhibit);
	return done;
}

static bool show_all(struct invocation *invocation, struct store *store, const char *word, struct error *err)
{
	struct showing showing = {
	    .appraisal = {.now = invocation->now}, .entries = invocation->json ? json_array() : NULL};
	struct trust *trust = NULL;
	struct policy *policy = NULL;
	bool done = configuration_trust(&invocation->configuration, &trust, err) &&
	            configuration_policy(&invocation->configuration, &policy, err) &&
	            registrars_file_load(buffer_text(&invocation->configuration.registrars), &showing.registrars, err);

	showing.appraisal.trust = trust;
	showing.appraisal.policy = policy;
	done = done && entries_each(store, word, show_entry, &showing, err);
	if (done && showing.entries)
		done = report_take_json("show", json_pack("{s:O}", "enrollments", showing.entries), err);
	json_decref(showing.entries);
	policy_free(policy);
	trust_free(trust);
	registrars_clear(&showing.registrars);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	const char *word = invocation->options.arguments[0];
	struct store *store = NULL;
	bool done = desk_open_store(buffer_text(&invocation->configuration.registry), &store, err);

	if (options_given(&invocation->options, OPTION_CERTIFICATE))
		done = done && entries_each(store, word, show_certificate, NULL, err);
	else if (options_given(&invocation->options, OPTION_EVIDENCE))
		done = done && entries_each(store, word, show_evidence, NULL, err);
	else
		done = done && show_all(invocation, store, word, err);
	store_close(store);
	return done && report_end(err);
}

const struct verb verb_show = {
    .name = "show",
    .summary = N_("show why a key is trusted: each claim and its proof"),
    .synopsis = "[OPTION]... USER|SERIAL|FINGERPRINT",
    .description = N_("Shows everything about the enrollments of a user, a token or a key, and\n"
                      "appraises their evidence anew: each claim with the signed field that proves it.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
