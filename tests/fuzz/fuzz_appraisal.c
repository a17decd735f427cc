/* The whole appraisal, behind its signatures: attestations of every format and PIV chains, honest but for the places that the input
 * changes, signed anew by the keys that are believed. No fuzzer guesses a signature, and what is behind it wants to be met as well.
 *   input   byte subject | { byte part | uint16 offset | byte how many bytes go | byte how many come | those } … */
#include <openssl/sha.h>
#include <string.h>

#include "common/cbor_put.h"
#include "common/tlv.h"
#include "policy/appraise.h"
#include "policy/certificate.h"
#include "policy/der.h"
#include "policy/fido_auth_data.h"
#include "policy/mds_index.h"
#include "policy/metadata.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "tests/forgery/chain.h"
#include "tests/forgery/fido_recipe.h"
#include "tests/forgery/mds_recipe.h"
#include "tests/fuzz/fuzz.h"

#define NOW 1800000000
#define HASH_SIZE 32

/* FIDO's formats by their numbers, then the two shapes of a PIV chain. */
#define SUBJECT_S1 ((unsigned)FIDO_NONE)
#define SUBJECT_S2 (SUBJECT_S1 + 1)
#define SUBJECT_COUNT (SUBJECT_S1 + 2)

/* Of a FIDO attestation; of a PIV chain the first two are attestation and device certificate. */
enum part { PART_CERTIFICATE, PART_AUTH_DATA, PART_CERT_INFO, PART_PUB_AREA, PART_COUNT };

static struct buffer honest[SUBJECT_COUNT][PART_COUNT];
static struct trust *trust;
static struct policy *policy;
static struct buffer spki; /* of the key that all of them attest */

static void put(struct buffer *out, struct bytes bytes)
{
	struct error err = ERROR_EMPTY;

	demand(buffer_put(out, bytes, &err));
}

/* What a certificate's signature is over. */
static void put_signed_part(struct bytes der, struct buffer *out)
{
	struct bytes fields, whole = BYTES_EMPTY;

	demand(der_take(&der, DER_SEQUENCE, &fields) && der_take_whole(&fields, DER_SEQUENCE, &whole));
	put(out, whole);
}

static void make_fido(enum fido_format format)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct fido_statement statement;
	struct fido_recipe recipe;
	struct bytes content, object, data, hash;

	fido_recipe_honest(format, &recipe);
	demand(fido_recipe_evidence(&recipe, &evidence, &err));
	content = buffer_bytes(&evidence.content);
	demand(bytes_take_ssh_string(&content, &object) && fido_object_parse(object, &statement, &data, &err));
	demand(bytes_take(&data, HASH_SIZE, &hash));
	put_signed_part(statement.certificates[0], &honest[format][PART_CERTIFICATE]);
	put(&honest[format][PART_AUTH_DATA], data);
	put(&honest[format][PART_CERT_INFO], statement.cert_info);
	put(&honest[format][PART_PUB_AREA], statement.pub_area);
	evidence_clear(&evidence);
}

static void make_chain(unsigned subject)
{
	struct forged_chain chain;
	struct error err = ERROR_EMPTY;

	forged_chain_honest(subject == SUBJECT_S1 ? FORGED_S1 : FORGED_S2, &chain);
	for (size_t i = 0; i < 2; i++) {
		struct buffer der = BUFFER_EMPTY;

		demand(forged_certificate_put(&chain.certificates[i], &der, &err));
		put_signed_part(buffer_bytes(&der), &honest[subject][i]);
		buffer_free(&der);
	}
}

static void make_metadata(void)
{
	static const uint8_t hash[HASH_SIZE];
	struct buffer payload = BUFFER_EMPTY, index = BUFFER_EMPTY;
	struct metadata *metadata = NULL;
	struct error err = ERROR_EMPTY;
	struct mds_recipe recipe;
	struct mds_sum sum;

	mds_recipe_honest(&recipe);
	demand(mds_recipe_put_payload(&recipe, &payload, &err) &&
	       mds_index_put(buffer_bytes(&payload), TRUST_SHIPPED, hash, &index, &sum, &err) &&
	       metadata_parse(buffer_bytes(&index), "test", &metadata, &err));
	trust_take_metadata(trust, metadata);
	buffer_free(&payload);
	buffer_free(&index);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct buffer fido = BUFFER_EMPTY, piv = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)argc;
	(void)argv;
	demand(trust_new(&trust, &err) && fido_recipe_put_bundle(&fido, &err) && forged_put_bundle(NULL, &piv, &err) &&
	       trust_add(trust, buffer_bytes(&fido), "fido", TRUST_SHIPPED, &err) &&
	       trust_add(trust, buffer_bytes(&piv), "piv", TRUST_SHIPPED, &err));
	demand(policy_new_default(&policy, &err) && forged_key_put_spki(KEY_SLOT, &spki, &err));
	make_metadata();
	for (enum fido_format format = FIDO_PACKED; format < FIDO_NONE; format++)
		make_fido(format);
	make_chain(SUBJECT_S1);
	make_chain(SUBJECT_S2);
	buffer_free(&fido);
	buffer_free(&piv);
	return 0;
}

/* One change; false where the input holds no more of them. */
static bool change(struct bytes *in, struct buffer parts[PART_COUNT])
{
	struct buffer changed = BUFFER_EMPTY, *part;
	struct bytes old, kept, gone, come;
	uint8_t number, num_gone, num_come;
	uint16_t at;

	if (!bytes_take_u8(in, &number) || !bytes_take_u16(in, &at) || !bytes_take_u8(in, &num_gone) ||
	    !bytes_take_u8(in, &num_come) || !bytes_take(in, num_come, &come))
		return false;
	part = &parts[number % PART_COUNT];
	old = buffer_bytes(part);
	demand(bytes_take(&old, at % (part->len + 1), &kept));
	demand(bytes_take(&old, num_gone < old.len ? num_gone : old.len, &gone));
	put(&changed, kept);
	put(&changed, come);
	put(&changed, old);
	buffer_free(part);
	*part = changed;
	return true;
}

static void put_signature(enum forged_key signer, struct bytes message, struct buffer *out)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t value[512];
	size_t len = sizeof(value);

	demand(context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, forged_key(signer)) == 1 &&
	       EVP_DigestSign(context, value, &len, message.data, message.len) == 1);
	EVP_MD_CTX_free(context);
	put(out, bytes_of(value, len));
}

static void put_certificate(struct bytes signed_part, enum forged_key signer, struct buffer *out)
{
	bool rsa = EVP_PKEY_get_base_id(forged_key(signer)) == EVP_PKEY_RSA;
	struct buffer fields = BUFFER_EMPTY, bits = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	put(&fields, signed_part);
	demand(forged_put_hex(rsa ? "300d06092a864886f70d01010b0500" : "300a06082a8648ce3d040302", &fields, &err));
	demand(buffer_put_u8(&bits, 0, &err));
	put_signature(signer, signed_part, &bits);
	demand(tlv_put(&fields, DER_BIT_STRING, buffer_bytes(&bits), &err) &&
	       tlv_put(out, DER_SEQUENCE, buffer_bytes(&fields), &err));
	buffer_free(&fields);
	buffer_free(&bits);
}

/* What a U2F device signs instead. */
static void put_u2f_message(struct bytes auth_data, const uint8_t client_hash[HASH_SIZE], struct buffer *out)
{
	struct fido_auth_data parsed;
	struct error err = ERROR_EMPTY;

	demand(buffer_put_u8(out, 0, &err));
	if (!fido_auth_data_parse(auth_data, &parsed, &err))
		return;
	put(out, parsed.rp_id_hash);
	put(out, bytes_of(client_hash, HASH_SIZE));
	put(out, parsed.credential_id);
	put(out, parsed.credential.key.point);
}

static void put_statement(
    const struct fido_recipe *recipe, const struct buffer parts[PART_COUNT], struct bytes message, struct buffer *out)
{
	bool tpm = recipe->format == FIDO_TPM, apple = recipe->format == FIDO_APPLE, u2f = recipe->format == FIDO_U2F;
	struct buffer signature = BUFFER_EMPTY, certificate = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	put_signature((enum forged_key)recipe->signer, message, &signature);
	put_certificate(buffer_bytes(&parts[PART_CERTIFICATE]), KEY_ROOT, &certificate);
	demand(cbor_put_map(out, tpm ? 6 : apple ? 1 : u2f ? 2 : 3, &err));
	demand(apple || u2f || (cbor_put_text(out, "alg", &err) && cbor_put_number(out, recipe->algorithm, &err)));
	demand(apple || (cbor_put_text(out, "sig", &err) && cbor_put_bytes(out, buffer_bytes(&signature), &err)));
	demand(!tpm || (cbor_put_text(out, "ver", &err) && cbor_put_text(out, "2.0", &err)));
	demand(cbor_put_text(out, "x5c", &err) && cbor_put_array(out, 1, &err) &&
	       cbor_put_bytes(out, buffer_bytes(&certificate), &err));
	demand(!tpm ||
	       (cbor_put_text(out, "pubArea", &err) && cbor_put_bytes(out, buffer_bytes(&parts[PART_PUB_AREA]), &err) &&
	           cbor_put_text(out, "certInfo", &err) &&
	           cbor_put_bytes(out, buffer_bytes(&parts[PART_CERT_INFO]), &err)));
	buffer_free(&signature);
	buffer_free(&certificate);
}

static bool sign_fido(enum fido_format format, const struct buffer parts[PART_COUNT], struct evidence *evidence)
{
	struct buffer data = BUFFER_EMPTY, message = BUFFER_EMPTY, object = BUFFER_EMPTY;
	struct bytes challenge, application;
	uint8_t client_hash[HASH_SIZE], application_hash[HASH_SIZE];
	struct error err = ERROR_EMPTY;
	struct fido_recipe recipe;
	bool done;

	fido_recipe_honest(format, &recipe);
	challenge = bytes_of_text(recipe.challenge);
	application = bytes_of_text(recipe.given_application);
	SHA256(challenge.data, challenge.len, client_hash);
	SHA256(application.data, application.len, application_hash);
	put(&data, BYTES_OF(application_hash));
	put(&data, buffer_bytes(&parts[PART_AUTH_DATA]));
	if (format == FIDO_U2F)
		put_u2f_message(buffer_bytes(&data), client_hash, &message);
	else
		put(&message, buffer_bytes(format == FIDO_TPM ? &parts[PART_CERT_INFO] : &data));
	if (format != FIDO_U2F && format != FIDO_TPM)
		put(&message, BYTES_OF(client_hash));
	demand(cbor_put_map(&object, 3, &err) && cbor_put_text(&object, "fmt", &err) &&
	       cbor_put_text(&object, recipe.format_name, &err) && cbor_put_text(&object, "attStmt", &err));
	put_statement(&recipe, parts, buffer_bytes(&message), &object);
	demand(cbor_put_text(&object, "authData", &err) && cbor_put_bytes(&object, buffer_bytes(&data), &err));
	done = evidence_of_fido(buffer_bytes(&object),
	    &(struct fido_binding){application, FIDO_CLIENT_DATA_CHALLENGE, challenge}, evidence, &err);
	buffer_free(&data);
	buffer_free(&message);
	buffer_free(&object);
	return done;
}

static bool sign_chain(unsigned subject, const struct buffer parts[PART_COUNT], struct evidence *evidence)
{
	struct buffer attestation = BUFFER_EMPTY, device = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	bool done;

	put_certificate(buffer_bytes(&parts[0]), KEY_DEVICE, &attestation);
	put_certificate(buffer_bytes(&parts[1]), subject == SUBJECT_S1 ? KEY_ROOT : KEY_ISSUING, &device);
	done = evidence_of_piv(buffer_bytes(&attestation), buffer_bytes(&device), evidence, &err);
	buffer_free(&attestation);
	buffer_free(&device);
	return done;
}

/* Whatever is accepted is bound to the key that was asked for, and every result can be told. */
static void judge(const struct evidence *evidence, bool changed)
{
	struct appraisal appraisal = {.evidence = evidence,
	    .trust = trust,
	    .policy = policy,
	    .now = NOW,
	    .person = "alice",
	    .expected_spki = buffer_bytes(&spki)};
	struct buffer text = BUFFER_EMPTY, json = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	const struct claim *bound;
	struct result result;

	appraise(&appraisal, &result);
	/* the built-in policy admits Apple's keys nowhere, genuine as they are */
	demand(changed || result.verdict == VERDICT_ACCEPTED ||
	       result_first_refusal(&result)->code == ERROR_POLICY_NO_RULE);
	demand((result.verdict == VERDICT_ACCEPTED) == !result_is_refused(&result));
	bound = result_find_claim(&result, CLAIM_BOUND);
	demand(result.verdict != VERDICT_ACCEPTED || (bound != NULL && bound->grade == CLAIM_PROVEN));
	demand(result_put_text(&result, &text, &err) && result_put_json(&result, &json, &err));
	buffer_free(&text);
	buffer_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer parts[PART_COUNT] = {BUFFER_EMPTY, BUFFER_EMPTY, BUFFER_EMPTY, BUFFER_EMPTY};
	struct bytes in = bytes_of(data, size);
	struct evidence evidence = EVIDENCE_EMPTY;
	uint8_t subject = 0;
	bool changed = false;

	if (!bytes_take_u8(&in, &subject))
		return 0;
	subject = (uint8_t)(subject % SUBJECT_COUNT);
	for (size_t i = 0; i < PART_COUNT; i++)
		put(&parts[i], buffer_bytes(&honest[subject][i]));
	while (change(&in, parts))
		changed = true;
	if (subject < SUBJECT_S1 ? sign_fido((enum fido_format)subject, parts, &evidence)
	                         : sign_chain(subject, parts, &evidence))
		judge(&evidence, changed);
	for (size_t i = 0; i < PART_COUNT; i++)
		buffer_free(&parts[i]);
	evidence_clear(&evidence);
	return 0;
}
