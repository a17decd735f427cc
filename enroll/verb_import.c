#include "common/language.h"
#include "enroll/appraising.h"
#include "enroll/enrolling.h"
#include "enroll/fido_exhibit.h"
#include "enroll/input.h"
#include "enroll/options.h"
#include "enroll/verb.h"

/* Found by their names: house.h, enrolling.h. */
static const struct option_row options[] = {
    {"ssh-sk", "FILE", N_("the public key that ssh-keygen wrote (.pub)")},
    {"attestation", "FILE", N_("what -O write-attestation= wrote")},
    {"challenge", "FILE", N_("what -O challenge= was given")},
    {"key-handle", "FILE", N_("before OpenSSH 8.4: the key's file or its handle")},
    {"days", "NUMBER", N_("how long the enrollment is good (365)")},
    {"out", "FILE", N_("write the enrollment there, as KEY-cert.pub")},
    {"yes", NULL, N_("do not ask whether the name is right")},
    OPTION_ROW_REGISTRY,
    OPTION_ROWS_APPRAISAL,
    OPTION_ROW_METADATA,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool files_of(
    const struct options *given, const struct ssh_key *key, struct fido_files *files, struct error *err)
{
	*files = (struct fido_files){.ssh_attestation = options_find(given, "attestation"),
	    .challenge = options_find(given, "challenge"),
	    .key_handle = options_find(given, "key-handle"),
	    .rp_id = buffer_text(&key->application)};
	if (key->application.len == 0)
		return error_set(
		    err, ERROR_SSH_KEY_TYPE, "the key of --ssh-sk is of no type that security keys hold (sk-...)");
	return true;
}

static bool read_exhibit(const struct options *given, struct ssh_key *key, struct exhibit *exhibit, struct error *err)
{
	const char *path = options_find(given, "ssh-sk");
	struct fido_files files;

	if (!path || !options_find(given, "attestation") || !options_find(given, "challenge"))
		return error_set(err, ERROR_USAGE, "all of --ssh-sk, --attestation and --challenge are needed");
	return input_load_key(path, key, err) && files_of(given, key, &files, err) &&
	       fido_exhibit_read(&files, key, exhibit, err);
}

static bool run(struct invocation *invocation, struct error *err)
{
	const char *person = invocation->options.arguments[0];
	struct enrolling enrolling = ENROLLING_EMPTY;
	struct exhibit exhibit = EXHIBIT_EMPTY;
	struct ssh_key key = SSH_KEY_EMPTY;
	bool done =
	    enrolling_init(invocation, &enrolling, err) && read_exhibit(&invocation->options, &key, &exhibit, err) &&
	    house_open_desk(invocation, &enrolling.house, err) && enrolling_check_person(&enrolling, person, err) &&
	    enrolling_import(&enrolling, person, &key, &exhibit.evidence, err);

	exhibit_clear(&exhibit);
	ssh_key_clear(&key);
	enrolling_clear(&enrolling);
	return done;
}

const struct verb verb_import = {
    .name = "import",
    .summary = N_("enroll a FIDO2 key that ssh-keygen made elsewhere"),
    .synopsis = "OPTION... USER",
    .description = N_("Takes what \"ssh-keygen -t ed25519-sk -O challenge=F -O write-attestation=F\"\n"
                      "made wherever the token is, appraises it as \"enroll\" does, and records the\n"
                      "enrollment of USER. The attestation stands for the proof of possession: with a\n"
                      "challenge of \"keyenroll challenge USER\" it is bound to this desk, this person\n"
                      "and the last 14 days; with another one the operator's word alone says whose key\n"
                      "it is.\n"
                      "Example: keyenroll import --ssh-sk k.pub --attestation k.att --challenge c alice\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
