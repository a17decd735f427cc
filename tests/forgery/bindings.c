/* bindings.c: lies about whom a genuine attestation belongs to. Each row takes an enrollment that is admitted, changes who, when or
 * what proves it, has a registrar sign that, and demands its reason. Closing line: forgeries TRIED refused REFUSED. */
#include <stdio.h>

#include "common/base64.h"
#include "policy/appraise.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "registry/registrars.h"
#include "tests/forgery/chain.h"
#include "tests/unit/certificate_samples.h"
#include "tests/unit/enrollment_samples.h"
#include "tests/unit/unit.h"

#define MADE_AT 1795525200 /* 2026-11-24 */
#define LIFE 1000

struct desk {
	struct trust *trust;
	struct policy *policy;
	struct evidence evidence,
	    evidence_of_another; /* both genuine: of the slot's key, and of another key in the same slot */
	struct ssh_sample token, software, registrar, stranger;
	struct buffer used_proof; /* what an extension holds: a whole proof that alice made */
};

/* What the liar hands in, and what the host that he hands it to has. */
struct claimed {
	struct enrollment_content content;
	const struct ssh_sample *known_registrar;
	const char *registrar_options;
	int64_t now;
};

static void as_bob(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.proof_person = "alice";
	claimed->content.person = "bob";
}

/* The registrar's own signature over two persons: a certificate that sshd would take for both. */
static void as_two(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.principals = bytes_of("\0\0\0\5alice\0\0\0\3bob", 16);
}

static void as_root(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.principals = bytes_of("\0\0\0\4root", 8);
}

static void as_nobody(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.principals = bytes_of("", 0);
}

static void as_a_path(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.principals = bytes_of("\0\0\0\11../../bob", 13);
}

static void by_a_stranger(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.registrar = &desk->stranger;
}

static void by_the_token_itself(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.registrar = &desk->token;
}

static void proven_to_another_registrar(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.proof_registrar = &desk->stranger;
}

static void by_a_registrar_of_other_things(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->registrar_options = "namespaces=\"git\"";
}

static void by_a_registrar_of_trust_only(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->registrar_options = "namespaces=\"trust@keyenroll\"";
}

static void by_a_retired_registrar(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->registrar_options = "valid-before=\"20261123Z\"";
}

static void by_a_registrar_to_come(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->registrar_options = "valid-after=\"20261225Z\"";
}

/* The registrar is not yet valid and dates the proof to when he is. */
static void dated_ahead(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->registrar_options = "valid-after=\"20261125Z\"";
	claimed->content.proof_time = MADE_AT + 90000;
}

static void with_a_used_proof_for_another_key(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.subject = &desk->software;
	claimed->content.content = buffer_bytes(&desk->used_proof);
}

static void with_a_used_proof_for_another_person(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.person = "bob";
	claimed->content.content = buffer_bytes(&desk->used_proof);
}

static void with_a_used_proof_for_another_registrar(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.registrar = &desk->stranger;
	claimed->known_registrar = &desk->stranger;
	claimed->content.content = buffer_bytes(&desk->used_proof);
}

static void proven_with_other_evidence(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.proof_evidence = "another";
}

static void evidence_of_another_key(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.evidence_itself = &desk->evidence_of_another;
}

static void software_with_borrowed_evidence(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.subject = &desk->software;
}

static void evidence_that_is_none(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.evidence_itself = NULL;
}

static void proven_by_another_key(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.proof_key = &desk->software;
}

static void proven_by_the_registrar(const struct desk *desk, struct claimed *claimed)
{
	claimed->content.proof_key = &desk->registrar;
}

static void a_signature_for_git(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.proof_name_space = "git";
}

static void a_signature_for_trust(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.proof_name_space = "trust@keyenroll";
}

static void without_a_proof(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.content = bytes_of("\0\0\0\26keyenroll-enrollment-1", 26);
}

static void without_anything(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.content = bytes_of("", 0);
}

static void under_another_name(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.extension = "proof@keyenroll";
}

static void with_a_command(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.critical_options = bytes_of("\0\0\0\15force-command\0\0\0\7\0\0\0\3ssh", 28);
}

static void after_its_end(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->now = MADE_AT + LIFE;
}

static void before_its_beginning(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->now = MADE_AT - 1;
}

static void before_1970(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->now = -1;
}

static void that_never_lives(const struct desk *desk, struct claimed *claimed)
{
	(void)desk;
	claimed->content.valid_before = claimed->content.valid_after;
}

struct binding_lie {
	const char *name;
	void (*tell)(const struct desk *desk, struct claimed *claimed);
	enum error_code code;
};

static const struct binding_lie lies[] = {
    /* who */
    {"alice's proof in bob's enrollment", as_bob, ERROR_ENROLLMENT_POSSESSION},
    {"one enrollment for two persons", as_two, ERROR_ENROLLMENT},
    {"alice's proof in root's enrollment", as_root, ERROR_ENROLLMENT_POSSESSION},
    {"an enrollment of nobody", as_nobody, ERROR_SSH_CERTIFICATE_PRINCIPALS},
    {"a person whose name is a path", as_a_path, ERROR_PERSON_NAME},
    /* by whom */
    {"a registrar whom the host does not have", by_a_stranger, ERROR_REGISTRAR_UNKNOWN},
    {"a token that enrolls itself", by_the_token_itself, ERROR_REGISTRAR_UNKNOWN},
    {"proven to another registrar", proven_to_another_registrar, ERROR_ENROLLMENT_POSSESSION},
    {"a registrar of other things", by_a_registrar_of_other_things, ERROR_REGISTRAR_UNKNOWN},
    {"a signer of trust bundles", by_a_registrar_of_trust_only, ERROR_REGISTRAR_UNKNOWN},
    {"a registrar whose line was over", by_a_retired_registrar, ERROR_REGISTRAR_EXPIRED},
    {"a registrar whose line has not begun", by_a_registrar_to_come, ERROR_REGISTRAR_EXPIRED},
    {"a proof that is dated ahead", dated_ahead, ERROR_ENROLLMENT_NOT_YET},
    /* a proof that was made once */
    {"a used proof for another key", with_a_used_proof_for_another_key, ERROR_ENROLLMENT_POSSESSION},
    {"a used proof for another person", with_a_used_proof_for_another_person, ERROR_ENROLLMENT_POSSESSION},
    {"a used proof for another registrar", with_a_used_proof_for_another_registrar, ERROR_ENROLLMENT_POSSESSION},
    {"a proof over other evidence", proven_with_other_evidence, ERROR_ENROLLMENT_POSSESSION},
    /* which key */
    {"genuine evidence of another key", evidence_of_another_key, ERROR_KEY_MISMATCH},
    {"a software key with a token's evidence", software_with_borrowed_evidence, ERROR_KEY_MISMATCH},
    {"evidence that is none", evidence_that_is_none, ERROR_EVIDENCE_CERTIFICATE},
    {"possession proven by another key", proven_by_another_key, ERROR_ENROLLMENT_POSSESSION},
    {"possession proven by the registrar's key", proven_by_the_registrar, ERROR_ENROLLMENT_POSSESSION},
    {"a signature over a commit as the proof", a_signature_for_git, ERROR_ENROLLMENT_POSSESSION},
    {"a signature over a trust bundle as the proof", a_signature_for_trust, ERROR_ENROLLMENT_POSSESSION},
    {"no proof", without_a_proof, ERROR_ENROLLMENT},
    {"neither evidence nor proof", without_anything, ERROR_ENROLLMENT},
    {"an extension of another name", under_another_name, ERROR_ENROLLMENT},
    {"an enrollment with a command", with_a_command, ERROR_ENROLLMENT},
    /* when */
    {"an enrollment that is over", after_its_end, ERROR_ENROLLMENT_EXPIRED},
    {"an enrollment that has not begun", before_its_beginning, ERROR_ENROLLMENT_NOT_YET},
    {"a clock before 1970", before_1970, ERROR_ENROLLMENT_NOT_YET},
    {"an enrollment without a life", that_never_lives, ERROR_SSH_CERTIFICATE},
};

static struct claimed honest(const struct desk *desk)
{
	struct claimed claimed = {
	    .content = enrollment_content_usual(&desk->token, &desk->registrar),
	    .known_registrar = &desk->registrar,
	    .registrar_options = "",
	    .now = MADE_AT + 100,
	};

	claimed.content.evidence_itself = &desk->evidence;
	claimed.content.valid_after = MADE_AT;
	claimed.content.valid_before = MADE_AT + LIFE;
	claimed.content.proof_time = MADE_AT;
	return claimed;
}

static void know(const struct claimed *claimed, struct registrars *registrars)
{
	struct buffer line = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_format(&line, &err, "desk %s ", claimed->registrar_options) &&
	                ssh_key_put_line(&claimed->known_registrar->key, &line, &err) &&
	                registrars_parse(buffer_bytes(&line), registrars, &err),
	    err);
	buffer_free(&line);
}

/* What a host does with a certificate: ERROR_NONE when it admits its person. */
static enum error_code judge(const struct desk *desk, const struct claimed *claimed, struct bytes blob)
{
	const struct appraisal appraisal = {.trust = desk->trust, .policy = desk->policy, .now = claimed->now};
	struct registrars registrars = REGISTRARS_EMPTY;
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct result result;
	struct error err = ERROR_EMPTY;
	bool admitted;

	know(claimed, &registrars);
	admitted = enrollment_parse(blob, &enrollment, &err) &&
	           enrollment_check(&enrollment, &registrars, &appraisal, &result, &err);
	registrars_clear(&registrars);
	enrollment_clear(&enrollment);
	return admitted ? ERROR_NONE : err.code;
}

static enum error_code tell(const struct desk *desk, const struct claimed *claimed)
{
	struct buffer blob = BUFFER_EMPTY;
	enum error_code code;

	enrollment_sample_put(&claimed->content, &blob);
	code = judge(desk, claimed, buffer_bytes(&blob));
	buffer_free(&blob);
	return code;
}

static bool is_refused(const struct desk *desk, const struct binding_lie *lie)
{
	struct claimed claimed = honest(desk);
	enum error_code code;

	if (tell(desk, &claimed) != ERROR_NONE) {
		printf("%s: the honest enrollment is not admitted\n", lie->name);
		return false;
	}
	lie->tell(desk, &claimed);
	code = tell(desk, &claimed);
	if (code != lie->code)
		printf("%s: %s instead of %s\n", lie->name, error_word(code), error_word(lie->code));
	return code == lie->code;
}

/* A certificate for the registrar's key stands where the key belongs: the host must not follow it to another authority. */
static bool nested_is_refused(const struct desk *desk)
{
	struct certificate_content inner = certificate_content_usual(&desk->stranger, &desk->registrar), outer;
	struct buffer authority = BUFFER_EMPTY, blob = BUFFER_EMPTY;
	struct claimed claimed = honest(desk);
	enum error_code code;

	certificate_sample_put(&inner, &authority);
	outer = certificate_content_usual(&desk->token, &desk->stranger);
	outer.authority_blob = buffer_bytes(&authority);
	certificate_sample_put(&outer, &blob);
	code = judge(desk, &claimed, buffer_bytes(&blob));
	if (code != ERROR_SSH_CERTIFICATE_NESTED)
		printf("an authority that is a certificate: %s\n", error_word(code));
	buffer_free(&authority);
	buffer_free(&blob);
	return code == ERROR_SSH_CERTIFICATE_NESTED;
}

static void attest(enum forged_key key, struct evidence *evidence)
{
	struct forged_chain chain;
	struct error err = ERROR_EMPTY;

	forged_chain_honest(FORGED_S2, &chain);
	chain.certificates[ATTESTATION].key = key;
	assert_done(forged_chain_evidence(&chain, evidence, &err), err);
}

static void open_desk(struct desk *desk)
{
	struct buffer text = BUFFER_EMPTY;
	struct claimed claimed;
	struct error err = ERROR_EMPTY;

	*desk = (struct desk){.evidence = EVIDENCE_EMPTY, .evidence_of_another = EVIDENCE_EMPTY};
	assert_done(forged_trust(TRUST_SHIPPED, &desk->trust, &err) && policy_new_default(&desk->policy, &err), err);
	attest(KEY_SLOT, &desk->evidence);
	attest(KEY_SLOT_P384, &desk->evidence_of_another);
	desk->token.pair = forged_key(KEY_SLOT);
	assert_done(ssh_key_of_public(desk->token.pair, &desk->token.key, &err), err);
	ssh_sample_init(SSH_KEY_ECDSA_P256, &desk->software);
	ssh_sample_init(SSH_KEY_ED25519, &desk->registrar);
	ssh_sample_init(SSH_KEY_ED25519, &desk->stranger);
	claimed = honest(desk);
	enrollment_sample_prove(&claimed.content, &text);
	assert_done(base64_parse(buffer_bytes(&text), &desk->used_proof, &err), err);
	buffer_free(&text);
}

static void close_desk(struct desk *desk)
{
	trust_free(desk->trust);
	policy_free(desk->policy);
	evidence_clear(&desk->evidence);
	evidence_clear(&desk->evidence_of_another);
	ssh_key_clear(&desk->token.key);
	ssh_sample_clear(&desk->software);
	ssh_sample_clear(&desk->registrar);
	ssh_sample_clear(&desk->stranger);
	buffer_free(&desk->used_proof);
	forged_keys_free();
}

int main(void)
{
	struct desk desk;
	size_t tried = 0, refused = 0;

	open_desk(&desk);
	for (; tried < sizeof(lies) / sizeof(lies[0]); tried++)
		refused += is_refused(&desk, &lies[tried]) ? 1 : 0;
	refused += nested_is_refused(&desk) ? 1 : 0;
	tried++;
	close_desk(&desk);
	printf("forgeries %zu refused %zu\n", tried, refused);
	return tried == refused ? 0 : 1;
}
