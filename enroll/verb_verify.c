#include "enroll/appraising.h"
#include "enroll/fido_exhibit.h"
#include "enroll/input.h"
#include "enroll/report.h"
#include "enroll/verb.h"
#include "piv/slot.h"
#include "policy/appraise.h"
#include "policy/input_blocks.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"
#include "registry/registrars.h"
#include "registry/registrars_file.h"

enum {
	OPTION_CSR,
	OPTION_ATTESTATION_OBJECT,
	OPTION_CLIENT_DATA_HASH,
	OPTION_CLIENT_DATA,
	OPTION_RP_ID,
	OPTION_SSH_ATTESTATION,
	OPTION_CHALLENGE,
	OPTION_KEY_HANDLE,
	OPTION_KEY,
	OPTION_SLOT,
	OPTION_USER,
	OPTION_EVIDENCE_ONLY,
	OPTION_TIME,
};

static const struct option_row options[] = {
    [OPTION_CSR] = {"csr", "FILE", N_("the evidence is in a certificate request")},
    [OPTION_ATTESTATION_OBJECT] = {"attestation-object", "FILE", N_("the evidence is WebAuthn's, of a FIDO key")},
    [OPTION_CLIENT_DATA_HASH] = {"client-data-hash", "FILE", N_("with it: the 32 bytes that it was signed with")},
    [OPTION_CLIENT_DATA] = {"client-data", "FILE", N_("or the client data (JSON) itself")},
    [OPTION_RP_ID] = {"rp-id", "ID", N_("the application that the FIDO key is for")},
    [OPTION_SSH_ATTESTATION] = {"ssh-attestation", "FILE", N_("the evidence is what ssh-keygen wrote for a FIDO key")},
    [OPTION_CHALLENGE] = {"challenge", "FILE", N_("with it: the challenge that ssh-keygen was given")},
    [OPTION_KEY_HANDLE] = {"key-handle", "FILE", N_("with a file from before OpenSSH 8.4: the key handle")},
    [OPTION_KEY] = {"key", "FILE", N_("the attested key must be this one (SSH, PEM or DER)")},
    [OPTION_SLOT] = {"slot", "SLOT", N_("the key must be of this slot, such as 9a")},
    [OPTION_USER] = {"user", "USER", N_("the person to whom the rules apply")},
    [OPTION_EVIDENCE_ONLY] = {"evidence-only", NULL, N_("say whether the evidence is genuine; ask no policy")},
    [OPTION_TIME] = {"time", "DATE", N_("judge as on DATE (2026-11-24), not as of now")},
    OPTION_ROWS_APPRAISAL,
    OPTION_ROW_METADATA,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* Of several files each has to be of use: a key or an enrollment behind the certificates would be passed over as text around
 * them, and who handed it in would believe that it was compared. */
static bool file_check(const char *path, struct bytes file, struct error *err)
{
	struct input_blocks blocks = {.num = 0};
	bool done =
	    input_blocks_read(file, "CERTIFICATE", &blocks, err) &&
	    (blocks.num > 0 || error_set(err, ERROR_EVIDENCE_FORMAT,
	                           "no X.509 certificate is in it, and what else it holds would not be looked at"));

	input_blocks_clear(&blocks);
	return done || error_prefix(err, "%s", path);
}

/* Text that does not end its last line would run into the next file's first. */
static bool put_file(const struct options *given, size_t at, struct buffer *content, struct error *err)
{
	const char *path = given->arguments[at];
	struct buffer file = BUFFER_UP_TO(INPUT_MAXIMUM);
	bool done =
	    input_load(path, &file, err) && (given->num_arguments == 1 || file_check(path, buffer_bytes(&file), err)) &&
	    (content->len == 0 || buffer_put_text(content, "\n", err)) && buffer_put(content, buffer_bytes(&file), err);

	buffer_free(&file);
	return done;
}

static bool load_files(const struct options *given, struct buffer *content, struct error *err)
{
	for (size_t i = 0; i < given->num_arguments; i++)
		if (!put_file(given, i, content, err))
			return false;
	return true;
}

static struct fido_files fido_files(const struct options *given)
{
	return (struct fido_files){
	    .attestation_object = options_text(given, OPTION_ATTESTATION_OBJECT, NULL),
	    .client_data_hash = options_text(given, OPTION_CLIENT_DATA_HASH, NULL),
	    .client_data = options_text(given, OPTION_CLIENT_DATA, NULL),
	    .rp_id = options_text(given, OPTION_RP_ID, NULL),
	    .ssh_attestation = options_text(given, OPTION_SSH_ATTESTATION, NULL),
	    .challenge = options_text(given, OPTION_CHALLENGE, NULL),
	    .key_handle = options_text(given, OPTION_KEY_HANDLE, NULL),
	};
}

static bool sources_check(const struct options *given, struct error *err)
{
	struct fido_files files = fido_files(given);

	if (fido_files_given(&files)) {
		if (options_given(given, OPTION_CSR) || given->num_arguments > 0)
			return error_set(
			    err, ERROR_USAGE, "a FIDO attestation stands alone: no --csr and no FILE can be beside it");
		return fido_files_check(&files, err);
	}
	if (options_given(given, OPTION_CSR) && given->num_arguments > 0)
		return error_set(err, ERROR_USAGE, "--csr holds the evidence itself, so no FILE can stand beside it");
	if (options_given(given, OPTION_SLOT) && !piv_slot_find(options_text(given, OPTION_SLOT, NULL)))
		return error_set(err, ERROR_USAGE, "--slot wants 9a, 9c, 9d, 9e or 82 to 95");
	if (!options_given(given, OPTION_CSR) && given->num_arguments == 0)
		return error_set(err, ERROR_USAGE, "nothing to verify: name a FILE, or - for standard input");
	return true;
}

static bool read_evidence(
    const struct options *given, const struct ssh_key *key, struct exhibit *exhibit, struct error *err)
{
	const struct fido_files files = fido_files(given);
	const char *csr = options_text(given, OPTION_CSR, NULL);
	struct buffer content = BUFFER_UP_TO(INPUT_MAXIMUM);
	bool done;

	if (fido_files_given(&files))
		return fido_exhibit_read(&files, key, exhibit, err);
	if (csr)
		done = input_load(csr, &content, err) && exhibit_read_request(buffer_bytes(&content), exhibit, err);
	else
		done = load_files(given, &content, err) && exhibit_read(buffer_bytes(&content), exhibit, err);
	buffer_free(&content);
	return done;
}

static bool read_exhibit(const struct options *given, struct exhibit *exhibit, struct error *err)
{
	const char *path = options_text(given, OPTION_KEY, NULL);
	struct ssh_key key = SSH_KEY_EMPTY;
	bool done = (!path || input_load_key(path, &key, err)) &&
	            read_evidence(given, path ? &key : NULL, exhibit, err) &&
	            (!path || exhibit_demand_key(exhibit, &key, err));

	ssh_key_clear(&key);
	return done;
}

static bool needed_registrars(const struct invocation *invocation, const struct exhibit *exhibit,
    struct registrars *registrars, struct error *err)
{
	if (!exhibit->is_enrollment || options_given(&invocation->options, OPTION_EVIDENCE_ONLY))
		return true;
	return registrars_file_load(buffer_text(&invocation->configuration.registrars), registrars, err);
}

/* As an attestation has it: letter case is the caller's. */
static const char *slot_name(const struct options *given)
{
	const char *name = options_text(given, OPTION_SLOT, NULL);

	return name ? piv_slot_find(name)->name : NULL;
}

static bool find_result(
    const struct invocation *invocation, const struct exhibit *exhibit, struct result *result, struct error *err)
{
	const struct options *given = &invocation->options;
	bool evidence_only = options_given(given, OPTION_EVIDENCE_ONLY);
	struct registrars registrars = REGISTRARS_EMPTY;
	struct trust *trust = NULL;
	struct policy *policy = NULL;
	bool done = configuration_trust(&invocation->configuration, &trust, err) &&
	            (evidence_only ? policy_new_evidence_only(&policy, err)
	                           : configuration_policy(&invocation->configuration, &policy, err)) &&
	            needed_registrars(invocation, exhibit, &registrars, err);

	if (done)
		exhibit_appraise(exhibit, evidence_only ? NULL : &registrars,
		    &(struct appraisal){.trust = trust,
		        .policy = policy,
		        .expected_slot = slot_name(given),
		        .person = options_text(given, OPTION_USER, NULL),
		        .now = invocation->now},
		    result);
	policy_free(policy);
	trust_free(trust);
	registrars_clear(&registrars);
	return done;
}

static bool show_result(
    const struct invocation *invocation, const struct exhibit *exhibit, const struct result *result, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	const char *person = exhibit->enrollment.person[0] ? exhibit->enrollment.person : NULL;
	bool done;

	if (invocation->json) {
		done = result_put_json(result, &text, err) &&
		       report_take_json("verify",
		           json_pack("{s:s?, s:o}", "person", person, "result",
		               json_loadb(buffer_text(&text), text.len, JSON_REJECT_DUPLICATES, NULL)),
		           err);
	} else {
		done = result_put_text(result, &text, err);
		if (done && person)
			report_line("enrollment of %s", person);
		if (done)
			report_text(buffer_text(&text));
		done = done && report_end(err);
	}
	buffer_free(&text);
	return done;
}

static int verdict_status(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_ACCEPTED:
		return 0;
	case VERDICT_REFUSED:
		return 1;
	case VERDICT_NOT_APPRAISABLE:
		return 2;
	}
	return 2;
}

/* What cannot be understood is a finding, with a result like any other; what cannot be read at all is a failure. */
static bool is_finding(const struct error *err)
{
	enum error_category category = error_category(err->code);

	return category == ERROR_CATEGORY_INPUT || category == ERROR_CATEGORY_DENIED;
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct exhibit exhibit = EXHIBIT_EMPTY;
	const struct options *given = &invocation->options;
	struct result result = {.verdict = VERDICT_REFUSED};
	bool done =
	    sources_check(given, err) && options_date(given, OPTION_TIME, invocation->now, &invocation->now, err);

	result.appraised_at = invocation->now;
	if (done && read_exhibit(given, &exhibit, err)) {
		done = find_result(invocation, &exhibit, &result, err);
	} else if (done) {
		done = is_finding(err);
		result_refuse(&result, err, NULL);
	}
	done = done && show_result(invocation, &exhibit, &result, err);
	if (done)
		invocation->status = verdict_status(result.verdict);
	exhibit_clear(&exhibit);
	return done;
}

const struct verb verb_verify = {
    .name = "verify",
    .summary = N_("say whether evidence or an enrollment proves a key in hardware"),
    .synopsis = "[OPTION]... [FILE]...",
    .description = N_("Appraises what a token gave as proof, without token and network. FILE holds the\n"
                      "attestation and the token's device certificate (f9) as PEM or DER, in one file\n"
                      "or several, or one enrollment (a line as \"keyenroll show --certificate\" prints\n"
                      "it); \"-\" is standard input. An enrollment's registrar must stand in the\n"
                      "registrars file. FIDO keys come without FILE: by --attestation-object with its\n"
                      "client data and --rp-id, or by --ssh-attestation with --challenge, where the\n"
                      "application is \"ssh:\" unless --rp-id says another. Exits with 0 for accepted, 1\n"
                      "for refused, 2 when it cannot be appraised. A revocation is not seen by this:\n"
                      "\"keyenroll show\" tells of one.\n"
                      "Example: keyenroll verify --key alice.pub leaf.pem f9.pem\n"
                      "Example: keyenroll verify --ssh-attestation key.attest --challenge key.challenge\n"),
    .options = options,
    .max_arguments = SIZE_MAX,
    .run = run,
};
