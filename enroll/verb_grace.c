#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/text.h"
#include "enroll/desk.h"
#include "enroll/operator.h"
#include "enroll/report.h"
#include "enroll/terminal.h"
#include "enroll/verb.h"
#include "registry/grace.h"
#include "registry/grace_signer.h"
#include "registry/registrars.h"
#include "registry/registrars_file.h"
#include "registry/store.h"
#include "registry/store_grace.h"

#define KEY_MAXIMUM ((size_t)64 * 1024)

enum { OPTION_KEY, OPTION_UNTIL, OPTION_REASON, OPTION_SECOND, OPTION_END };

static const struct option_row options[] = {
    [OPTION_KEY] = {"key", "FILE.pub", N_("the key that is let in without evidence")},
    [OPTION_UNTIL] = {"until", "DATE", N_("when it ends by itself (2026-11-30), 31 days at most")},
    [OPTION_REASON] = {"reason", "TEXT", N_("why, for the record")},
    [OPTION_SECOND] = {"second-operator", "KEY", N_("another registrar's key, who signs too")},
    [OPTION_END] = {"end", NULL, N_("end what USER or a key (FINGERPRINT) has")},
    OPTION_ROW_REGISTRARS,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool options_check(const struct options *given, struct error *err)
{
	if (options_given(given, OPTION_END)) {
		if (options_given(given, OPTION_KEY) || options_given(given, OPTION_UNTIL) ||
		    options_given(given, OPTION_SECOND))
			return error_set(err, ERROR_USAGE,
			    "--end takes a USER or a FINGERPRINT, and no --key, --until or --second-operator");
		return options_given(given, OPTION_REASON) ||
		       error_set(err, ERROR_USAGE, "--reason TEXT is missing: an auditor will ask why");
	}
	for (size_t i = OPTION_KEY; i <= OPTION_SECOND; i++)
		if (options_text(given, i, "")[0] == '\0')
			return error_set(err, ERROR_USAGE, "--%s %s is missing", options[i].name, options[i].argument);
	return true;
}

static bool load_key(const char *path, struct ssh_key *key, struct error *err)
{
	struct buffer line = BUFFER_EMPTY;
	bool done = file_load(path, KEY_MAXIMUM, &line, err) &&
	            (ssh_key_parse_line(buffer_bytes(&line), key, NULL, err) || error_prefix(err, "%s", path));

	buffer_free(&line);
	return done;
}

static bool fill_grace(const struct invocation *invocation, struct grace *grace, struct error *err)
{
	const struct options *given = &invocation->options;
	const char *person = given->arguments[0], *because = options_text(given, OPTION_REASON, "");

	grace->since = invocation->now;
	if (strlen(person) >= sizeof(grace->person) || strlen(because) >= sizeof(grace->because))
		return error_set(err, ERROR_USAGE, "a name or a reason that is too long");
	(void)snprintf(grace->person, sizeof(grace->person), "%s", person);
	(void)snprintf(grace->because, sizeof(grace->because), "%s", because);
	return options_date(given, OPTION_UNTIL, 0, &grace->until, err) &&
	       load_key(options_text(given, OPTION_KEY, ""), &grace->key, err);
}

/* The desk's own registrar first, then the second one, who types his passphrase or touches his token himself. */
static bool sign(
    const struct desk *desk, const char *second, struct bytes record, struct buffer *grant, struct error *err)
{
	struct buffer armors[2] = {BUFFER_EMPTY, BUFFER_EMPTY};
	size_t len = strlen(second);
	bool in_agent = len > 4 && strcmp(second + len - 4, ".pub") == 0, done;

	terminal_progress("The desk's registrar signs.");
	done = grace_sign(buffer_text(&desk->settings.key_path), desk->settings.agent, record, &armors[0], err);
	terminal_progress("The second registrar signs.");
	done =
	    done && grace_sign(second, in_agent, record, &armors[1], err) &&
	    grace_put_grant(record, (struct bytes[2]){buffer_bytes(&armors[0]), buffer_bytes(&armors[1])}, grant, err);
	buffer_free(&armors[0]);
	buffer_free(&armors[1]);
	return done;
}

static bool show(const struct invocation *invocation, const struct grace *grace, struct error *err)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE], since[REPORT_TIME_SIZE], until[REPORT_TIME_SIZE];

	report_time(grace->since, since);
	report_time(grace->until, until);
	if (!ssh_key_fingerprint(&grace->key, fingerprint, err))
		return false;
	if (invocation->json)
		return report_take_json("grace",
		    json_pack("{s:s, s:s, s:s, s:s, s:s}", "person", grace->person, "fingerprint", fingerprint, "since",
		        since, "until", until, "because", grace->because),
		    err);
	report_line("%s may log in with %s until %s", grace->person, fingerprint, until);
	report_text("Hosts learn of it with the next snapshot: keyenroll snapshot\n");
	return report_end(err);
}

/* Checked as a host will, before it is recorded. */
static bool record(const struct invocation *invocation, struct desk *desk, struct bytes grant, struct error *err)
{
	struct registrars registrars = REGISTRARS_EMPTY;
	struct grace checked = GRACE_EMPTY;
	char operator[ACCOUNT_NAME_MAXIMUM];
	bool done;

	operator_name(operator);
	done = registrars_file_load(buffer_text(&invocation->configuration.registrars), &registrars, err) &&
	       grace_check(grant, &registrars, invocation->now, &checked, err) &&
	       store_add_grace(desk->store, &checked, grant, operator, invocation->now, err) &&
	       show(invocation, &checked, err);
	grace_clear(&checked);
	registrars_clear(&registrars);
	return done;
}

/* What a word of the operator's means. */
struct meant {
	const char *word;     /* a user or a fingerprint */
	struct buffer hashes; /* of the keys, one behind the other */
	json_t *graces;
};

/* Found before the first is ended: nothing is changed while the store is being read. */
static bool collect(const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct bytes grant, void *context, struct error *err)
{
	struct meant *meant = context;
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE], until[REPORT_TIME_SIZE];
	struct grace grace = GRACE_EMPTY;
	bool done = grace_of_grant(grant, &grace, err) && ssh_key_fingerprint(&grace.key, fingerprint, err);

	if (done && (strcmp(meant->word, grace.person) == 0 || strcmp(meant->word, fingerprint) == 0)) {
		done = buffer_put(&meant->hashes, bytes_of(key_hash, SSH_KEY_HASH_SIZE), err);
		if (done && json_array_append_new(
		                meant->graces, json_pack("{s:s, s:s, s:s}", "person", grace.person, "fingerprint",
		                                   fingerprint, "until", report_time(grace.until, until))) < 0)
			done = error_set(err, ERROR_MEMORY, "no memory for the report");
	}
	grace_clear(&grace);
	return done;
}

static bool end_each(const struct invocation *invocation, struct store *store, struct bytes hashes, struct error *err)
{
	const char *because = options_text(&invocation->options, OPTION_REASON, "");
	char operator[ACCOUNT_NAME_MAXIMUM];
	uint8_t key_hash[SSH_KEY_HASH_SIZE];

	operator_name(operator);
	while (bytes_take_to(&hashes, key_hash, sizeof(key_hash)))
		if (!store_end_grace(store, key_hash, because, operator, invocation->now, err))
			return false;
	return true;
}

static bool show_ended(const struct invocation *invocation, json_t *graces, struct error *err)
{
	json_t *one;
	size_t i;

	if (invocation->json)
		return report_take_json("grace-end", json_pack("{s:O}", "ended", graces), err);
	json_array_foreach(graces, i, one)
	{
		report_line("The grace of %s for %s has ended.", json_string_value(json_object_get(one, "person")),
		    json_string_value(json_object_get(one, "fingerprint")));
	}
	report_text("Hosts learn of it with the next snapshot: keyenroll snapshot\n");
	return report_end(err);
}

static bool end(const struct invocation *invocation, struct error *err)
{
	struct meant meant = {.word = invocation->options.arguments[0], .hashes = BUFFER_EMPTY, .graces = json_array()};
	struct store *store = NULL;
	bool done = desk_open_store(buffer_text(&invocation->configuration.registry), &store, err) &&
	            store_each_grace(store, invocation->now, collect, &meant, err);

	if (done && meant.hashes.len == 0)
		done = error_set(err, ERROR_ENROLLMENT_ABSENT, "no grace is running for %s", meant.word);
	done = done && end_each(invocation, store, buffer_bytes(&meant.hashes), err) &&
	       show_ended(invocation, meant.graces, err);
	json_decref(meant.graces);
	buffer_free(&meant.hashes);
	store_close(store);
	return done;
}

static bool grant(const struct invocation *invocation, struct error *err)
{
	struct buffer text = BUFFER_EMPTY, whole = BUFFER_UP_TO(GRACE_GRANT_MAXIMUM);
	struct grace grace = GRACE_EMPTY;
	struct desk desk = DESK_EMPTY;
	bool done =
	    fill_grace(invocation, &grace, err) && grace_put_record(&grace, &text, err) &&
	    desk_open(buffer_text(&invocation->configuration.registry), &desk, err) &&
	    sign(&desk, options_text(&invocation->options, OPTION_SECOND, ""), buffer_bytes(&text), &whole, err) &&
	    record(invocation, &desk, buffer_bytes(&whole), err);

	desk_close(&desk);
	grace_clear(&grace);
	buffer_free(&text);
	buffer_free(&whole);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	return options_check(&invocation->options, err) &&
	       (options_given(&invocation->options, OPTION_END) ? end(invocation, err) : grant(invocation, err));
}

const struct verb verb_grace = {
    .name = "grace",
    .summary = N_("let somebody in without his token for some days, by two registrars"),
    .synopsis = "--end | --key FILE.pub --until DATE [OPTION]... USER",
    .description = N_("For a token that was lost: records a dated exception for one key, signed by this\n"
                      "desk's registrar and a second one (a private key; a .pub file for one in\n"
                      "ssh-agent). It ends by itself, by the clock of each host, and every login by it\n"
                      "stands out in the log. Both lines in the registrars file need the namespace\n"
                      "grace@keyenroll. With --end one that was granted ends from the next snapshot on.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
