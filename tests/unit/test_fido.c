/* FIDO attestations: what each format's honest one proves and in which words, and that nothing survives a changed bit but what nobody signed.
 * Which lie meets which reason, tests/forgery/fido_forgery shows; here are attestations of the project's own and, where they are
 * there, the genuine ones beside the tree. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cbor.h"
#include "common/cbor_put.h"
#include "common/file.h"
#include "policy/appraise.h"
#include "policy/certificate.h"
#include "policy/cose_key.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "tests/forgery/fido_recipe.h"

#define INPUT_MAXIMUM ((size_t)1024 * 1024)
#define PRIME_STRIDE 61

struct court {
	struct trust *own, *shipped;
	struct policy *policy;
	char folder[512];
	size_t step, num_flipped;
};

static void load(const char *path, struct buffer *content)
{
	struct error err = ERROR_EMPTY;

	assert_done(file_load(path, INPUT_MAXIMUM, content, &err), err);
}

static int set_up(void **state)
{
	static struct court court;
	const char *source = getenv("srcdir"), *stride = getenv("KEYENROLL_TEST_STRIDE");
	struct buffer bundle = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char path[600];

	source = source == NULL ? "." : source;
	court.step = stride == NULL ? 1 : (size_t)strtoul(stride, NULL, 10);
	(void)snprintf(court.folder, sizeof(court.folder), "%.400s/../shared/data", source);
	(void)snprintf(path, sizeof(path), "%.400s/policy/data/trust.json", source);
	assert_done(trust_new(&court.own, &err) && fido_recipe_put_bundle(&bundle, &err) &&
	                trust_add(court.own, buffer_bytes(&bundle), "test", TRUST_SHIPPED, &err),
	    err);
	buffer_free(&bundle);
	load(path, &bundle);
	assert_done(trust_new(&court.shipped, &err) &&
	                trust_add(court.shipped, buffer_bytes(&bundle), "trust.json", TRUST_SHIPPED, &err) &&
	                policy_new_evidence_only(&court.policy, &err),
	    err);
	buffer_free(&bundle);
	*state = &court;
	return 0;
}

static int tear_down(void **state)
{
	struct court *court = *state;

	trust_free(court->own);
	trust_free(court->shipped);
	policy_free(court->policy);
	forged_keys_free();
	return 0;
}

static void judge(
    const struct court *court, const struct trust *trust, const struct evidence *evidence, struct result *result)
{
	struct appraisal appraisal = {
	    .evidence = evidence, .trust = trust, .policy = court->policy, .now = (int64_t)time(NULL)};

	appraise(&appraisal, result);
}

static bool is_accepted(const struct court *court, const struct trust *trust, const struct evidence *evidence)
{
	struct result result;

	judge(court, trust, evidence, &result);
	return result.verdict == VERDICT_ACCEPTED;
}

/* An empty value: nothing is said. */
struct said {
	enum fido_format format;
	enum claim_name name;
	enum claim_grade grade;
	const char *value, *proof;
};

static void assert_said(const struct said *rows, size_t num, void **state)
{
	const struct court *court = *state;

	for (size_t i = 0; i < num; i++) {
		struct evidence evidence = EVIDENCE_EMPTY;
		struct error err = ERROR_EMPTY;
		struct fido_recipe recipe;
		const struct claim *claim;
		struct result result;

		fido_recipe_honest(rows[i].format, &recipe);
		assert_done(fido_recipe_evidence(&recipe, &evidence, &err), err);
		judge(court, court->own, &evidence, &result);
		assert_int_equal(result.verdict, VERDICT_ACCEPTED);
		claim = result_find_claim(&result, rows[i].name);
		if (claim == NULL || claim->grade != rows[i].grade || strcmp(claim->value, rows[i].value) != 0 ||
		    strstr(claim->proof, rows[i].proof) == NULL)
			fail_msg("%s %s: %s \"%s\" (%s)", fido_format_name(rows[i].format), claim_name(rows[i].name),
			    claim ? claim_grade_name(claim->grade) : "absent", claim ? claim->value : "",
			    claim ? claim->proof : "");
		evidence_clear(&evidence);
	}
}

static void the_packed_format_says_what_it_can(void **state)
{
	static const struct said rows[] = {
	    {FIDO_PACKED, CLAIM_GENERATED_INSIDE, CLAIM_PROVEN, "yes", "holds a batch attestation key of the vendor"},
	    {FIDO_PACKED, CLAIM_NOT_EXPORTABLE, CLAIM_IMPLIED, "yes", "vendor's statement"},
	    {FIDO_PACKED, CLAIM_FRESH, CLAIM_PROVEN, "challenge of 32 bytes", "if the server issued it once"},
	    {FIDO_PACKED, CLAIM_SERIAL, CLAIM_NOT_PROVABLE, "", ""},
	    {FIDO_PACKED, CLAIM_FIRMWARE, CLAIM_NOT_PROVABLE, "", ""},
	    {FIDO_PACKED, CLAIM_BACKUP_ELIGIBLE, CLAIM_PROVEN, "no", "flag BE, signed by the device"},
	    {FIDO_PACKED, CLAIM_BACKED_UP, CLAIM_PROVEN, "no", "flag BS, signed by the device"},
	    {FIDO_PACKED, CLAIM_USER_VERIFICATION, CLAIM_PROVEN, "at-enrollment", "flag UV"},
	    {FIDO_PACKED, CLAIM_USER_PRESENCE, CLAIM_PROVEN, "yes", "flag UP"},
	    {FIDO_PACKED, CLAIM_COUNTER, CLAIM_PROVEN, "7", "signature counter"},
	    {FIDO_PACKED, CLAIM_AAGUID, CLAIM_PROVEN, "11111111-1111-1111-1111-111111111111", "45724.1.1.4"},
	};

	assert_said(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void other_formats_say_what_they_can(void **state)
{
	static const struct said rows[] = {
	    {FIDO_U2F, CLAIM_GENERATED_INSIDE, CLAIM_PROVEN, "yes", "holds a batch attestation key of the vendor"},
	    {FIDO_U2F, CLAIM_BACKUP_ELIGIBLE, CLAIM_NOT_PROVABLE, "", ""},
	    {FIDO_U2F, CLAIM_USER_VERIFICATION, CLAIM_NOT_PROVABLE, "", ""},
	    {FIDO_U2F, CLAIM_COUNTER, CLAIM_NOT_PROVABLE, "", ""},
	    {FIDO_U2F, CLAIM_USER_PRESENCE, CLAIM_IMPLIED, "yes", "without a touch"},
	    {FIDO_TPM, CLAIM_NOT_EXPORTABLE, CLAIM_PROVEN, "yes", "the hardware's own statement"},
	    {FIDO_TPM, CLAIM_USER_VERIFICATION, CLAIM_IMPLIED, "at-enrollment", "as the operating system says"},
	    {FIDO_ANDROID_KEY, CLAIM_NOT_EXPORTABLE, CLAIM_PROVEN, "yes", "the hardware's own statement"},
	    {FIDO_ANDROID_KEY, CLAIM_BACKUP_ELIGIBLE, CLAIM_IMPLIED, "no", "as the operating system says"},
	    {FIDO_APPLE, CLAIM_GENERATED_INSIDE, CLAIM_IMPLIED, "yes", "vendor's statement"},
	    {FIDO_APPLE, CLAIM_NOT_EXPORTABLE, CLAIM_IMPLIED, "yes", "vendor's statement"},
	};

	assert_said(rows, sizeof(rows) / sizeof(rows[0]), state);
}

/* An attestation is for one key, and that key is for one application: whoever asks for others gets neither. */
static void an_attestation_is_for_its_own_key_and_application(void **state)
{
	static const struct {
		enum forged_key key;
		const char *application; /* "": not asked for */
		enum error_code code;
	} rows[] = {
	    {KEY_SLOT, "", ERROR_NONE},
	    {KEY_SLOT, "ssh:", ERROR_NONE},
	    {KEY_SLOT, "ssh:other", ERROR_FIDO_APPLICATION},
	    {KEY_SLOT, "ssh", ERROR_FIDO_APPLICATION},
	    {KEY_DEVICE_P256, "", ERROR_KEY_MISMATCH},
	    {KEY_DEVICE_P256, "ssh:", ERROR_KEY_MISMATCH},
	    {KEY_SLOT_ED25519, "ssh:", ERROR_KEY_MISMATCH},
	};
	const struct court *court = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evidence evidence = EVIDENCE_EMPTY;
		struct buffer spki = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct fido_recipe recipe;
		struct result result;

		fido_recipe_honest(FIDO_PACKED, &recipe);
		assert_done(fido_recipe_evidence(&recipe, &evidence, &err), err);
		assert_done(forged_key_put_spki(rows[i].key, &spki, &err), err);
		appraise(&(struct appraisal){.evidence = &evidence,
		             .trust = court->own,
		             .policy = court->policy,
		             .expected_spki = buffer_bytes(&spki),
		             .expected_application = bytes_of_text(rows[i].application),
		             .now = (int64_t)time(NULL)},
		    &result);
		if (rows[i].code == ERROR_NONE)
			assert_int_equal(result.verdict, VERDICT_ACCEPTED);
		else
			assert_int_equal(result_first_refusal(&result)->code, rows[i].code);
		assert_int_equal(result_find_claim(&result, CLAIM_BOUND)->grade,
		    rows[i].code == ERROR_NONE ? CLAIM_PROVEN : CLAIM_FAILED);
		buffer_free(&spki);
		evidence_clear(&evidence);
	}
}

/* What a device signs about how the key will be used, and the age of a key whose challenge is not known. */
static void flags_and_extensions_are_told(void **state)
{
	static const struct {
		int flags, protect, kind;
		enum claim_name name;
		enum claim_grade grade;
		const char *value;
	} rows[] = {
	    {0x41, 0, FIDO_CLIENT_DATA_CHALLENGE, CLAIM_USER_VERIFICATION, CLAIM_PROVEN, "none"},
	    {0xc1, 3, FIDO_CLIENT_DATA_CHALLENGE, CLAIM_USER_VERIFICATION, CLAIM_PROVEN, "required"},
	    {0xc5, 2, FIDO_CLIENT_DATA_CHALLENGE, CLAIM_USER_VERIFICATION, CLAIM_PROVEN, "at-enrollment"},
	    {0xc5, 2, FIDO_CLIENT_DATA_CHALLENGE, CLAIM_CRED_PROTECT, CLAIM_PROVEN, "2"},
	    {0x4d, 0, FIDO_CLIENT_DATA_CHALLENGE, CLAIM_BACKUP_ELIGIBLE, CLAIM_PROVEN, "yes"},
	    {0x4d, 0, FIDO_CLIENT_DATA_CHALLENGE, CLAIM_NOT_EXPORTABLE, CLAIM_FAILED, "no"},
	    {0x5d, 0, FIDO_CLIENT_DATA_CHALLENGE, CLAIM_BACKED_UP, CLAIM_PROVEN, "yes"},
	    {0x45, 0, FIDO_CLIENT_DATA_HASH, CLAIM_FRESH, CLAIM_NOT_PROVABLE, "age unknown"},
	};
	const struct court *court = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evidence evidence = EVIDENCE_EMPTY;
		struct error err = ERROR_EMPTY;
		struct fido_recipe recipe;
		const struct claim *claim;
		struct result result;

		fido_recipe_honest(FIDO_PACKED, &recipe);
		recipe.flags = rows[i].flags;
		recipe.cred_protect = rows[i].protect;
		recipe.client_data_kind = rows[i].kind;
		assert_done(fido_recipe_evidence(&recipe, &evidence, &err), err);
		judge(court, court->own, &evidence, &result);
		claim = result_find_claim(&result, rows[i].name);
		if (claim == NULL || claim->grade != rows[i].grade || strcmp(claim->value, rows[i].value) != 0)
			fail_msg("row %zu: %s", i, claim ? claim->value : "absent");
		evidence_clear(&evidence);
	}
}

/* The part of the object that may change without anybody noticing: a U2F device signs neither flags nor counter, and of a root that is
 * sent along only name and key are looked at; what Windows once wrote as "ecdaaKeyId" beside certificates is not. None is believed. */
struct unsigned_parts {
	struct bytes flags_and_counter, root, ecdaa;
};

static bool is_in(struct bytes part, const uint8_t *at)
{
	return part.len > 0 && at >= part.data && at < part.data + part.len;
}

/* The content of that member: a short byte string. */
static struct bytes find_ecdaa(struct bytes object)
{
	struct bytes value = BYTES_EMPTY, skipped;
	uint8_t head;

	while (object.len > 0 && !bytes_start_with(object, "ecdaaKeyId"))
		assert_true(bytes_take_u8(&object, &head));
	if (bytes_take(&object, strlen("ecdaaKeyId"), &skipped) && bytes_take_u8(&object, &head))
		assert_true(bytes_take(&object, head & 0x1fU, &value));
	return value;
}

static struct unsigned_parts find_unsigned(struct bytes object)
{
	struct unsigned_parts parts = {BYTES_EMPTY, BYTES_EMPTY, find_ecdaa(object)};
	struct fido_statement statement;
	struct bytes auth_data, skipped;
	struct error err;

	if (!fido_object_parse(object, &statement, &auth_data, &err))
		return parts;
	if (statement.format == FIDO_U2F && bytes_take(&auth_data, 32, &skipped))
		assert_true(bytes_take(&auth_data, 5, &parts.flags_and_counter));
	if (statement.num_certificates > 1)
		parts.root = statement.certificates[statement.num_certificates - 1];
	return parts;
}

static bool is_root(struct bytes der)
{
	struct certificate certificate;
	struct error err;

	return der.len > 0 &&
	       (!certificate_parse(der, &certificate, &err) || bytes_equal(certificate.subject, certificate.issuer));
}

/* Turns bits of the evidence over, each `step`th. */
static void flip(
    struct court *court, const struct trust *trust, struct evidence *evidence, size_t step, const char *name)
{
	struct bytes content = buffer_bytes(&evidence->content), object = BYTES_EMPTY;
	struct unsigned_parts parts;

	assert_true(bytes_take_ssh_string(&content, &object));
	parts = find_unsigned(object);
	if (!is_root(parts.root))
		parts.root = BYTES_EMPTY;
	assert_true(is_accepted(court, trust, evidence));
	for (size_t i = 0; i < evidence->content.len * 8; i += step) {
		uint8_t *at = evidence->content.data + i / 8, bit = (uint8_t)(1U << i % 8);

		if (is_in(parts.flags_and_counter, at) || is_in(parts.root, at) || is_in(parts.ecdaa, at))
			continue;
		*at ^= bit;
		if (is_accepted(court, trust, evidence))
			fail_msg("%s: bit %zu of byte %zu of %zu", name, i % 8, i / 8, evidence->content.len);
		*at ^= bit;
	}
	assert_true(is_accepted(court, trust, evidence));
	court->num_flipped++;
}

/* All bits of all formats, in both wrappings. */
static void no_attestation_survives_a_changed_bit(void **state)
{
	struct court *court = *state;

	for (enum fido_format format = FIDO_PACKED; format < FIDO_NONE; format++) {
		for (int wrapped = 0; wrapped <= (format <= FIDO_U2F ? 1 : 0); wrapped++) {
			struct evidence evidence = EVIDENCE_EMPTY;
			struct error err = ERROR_EMPTY;
			struct fido_recipe recipe;

			fido_recipe_honest(format, &recipe);
			recipe.wrapped_by_ssh = wrapped;
			assert_done(fido_recipe_evidence(&recipe, &evidence, &err), err);
			/* In ssh-keygen's file of a U2F key the same fields lie elsewhere. */
			if (format != FIDO_U2F || !wrapped)
				flip(court, court->own, &evidence, court->step, fido_format_name(format));
			evidence_clear(&evidence);
		}
	}
}

/* Each shorter length of what was handed in. */
static void no_attestation_survives_a_cut(void **state)
{
	struct court *court = *state;

	for (enum fido_format format = FIDO_PACKED; format < FIDO_NONE; format++) {
		struct evidence evidence = EVIDENCE_EMPTY;
		struct error err = ERROR_EMPTY;
		struct fido_recipe recipe;

		fido_recipe_honest(format, &recipe);
		assert_done(fido_recipe_evidence(&recipe, &evidence, &err), err);
		while (evidence.content.len > court->step) {
			buffer_cut(&evidence.content, evidence.content.len - court->step);
			assert_false(is_accepted(court, court->own, &evidence));
		}
		evidence_clear(&evidence);
	}
}

/* One of expected.tsv's options: the file's content, or the text itself. */
static void take_option(
    const struct court *court, const char *folder, struct bytes *rest, bool is_file, struct buffer *out)
{
	struct error err = ERROR_EMPTY;
	struct bytes word = BYTES_EMPTY;
	char path[800], name[128];

	assert_true(bytes_take_until(rest, ' ', &word) && bytes_to_text(word, name, sizeof(name)));
	(void)snprintf(path, sizeof(path), "%s/%s/%s", court->folder, folder, name);
	if (is_file)
		load(path, out);
	else
		assert_done(buffer_put(out, word, &err), err);
}

/* Evidence of a row with an attestation object; rows of other kinds are other tests' business. */
static bool gather(const struct court *court, const char *folder, struct bytes arguments, struct evidence *evidence)
{
	struct buffer object = BUFFER_EMPTY, hash = BUFFER_EMPTY, application = BUFFER_EMPTY;
	struct fido_binding binding = {.kind = FIDO_CLIENT_DATA_HASH};
	struct error err = ERROR_EMPTY;
	struct bytes word;
	bool done;

	while (bytes_take_until(&arguments, ' ', &word)) {
		if (bytes_equal_text(word, "--attestation-object"))
			take_option(court, folder, &arguments, true, &object);
		else if (bytes_equal_text(word, "--client-data-hash"))
			take_option(court, folder, &arguments, true, &hash);
		else if (bytes_equal_text(word, "--rp-id"))
			take_option(court, folder, &arguments, false, &application);
	}
	binding.application = buffer_bytes(&application);
	binding.client_data = buffer_bytes(&hash);
	done = object.len > 0 && hash.len > 0 && evidence_of_fido(buffer_bytes(&object), &binding, evidence, &err);
	buffer_free(&object);
	buffer_free(&hash);
	buffer_free(&application);
	return done;
}

static void flip_row(struct court *court, struct bytes line)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct bytes folder, expected;
	char name[128];

	if (!bytes_start_with(line, "fido/") || !bytes_take_until(&line, '\t', &folder) ||
	    !bytes_take_until(&line, '\t', &expected) || !bytes_equal_text(expected, "0") ||
	    !bytes_to_text(folder, name, sizeof(name)))
		return;
	if (gather(court, name, line, &evidence))
		flip(
		    court, court->shipped, &evidence, court->step * (court->num_flipped == 0 ? 1 : PRIME_STRIDE), name);
	evidence_clear(&evidence);
}

/* All bits of the first sample, and some of each other one: a prime step meets every place in a byte. */
static void no_genuine_sample_survives_a_changed_bit(void **state)
{
	struct court *court = *state;
	struct buffer table = BUFFER_EMPTY;
	struct bytes rest, line;
	char path[600];

	(void)snprintf(path, sizeof(path), "%.500s/expected.tsv", court->folder);
	if (!file_exists(path)) {
		print_message("%s is not there: genuine samples are not tried\n", path);
		skip();
	}
	load(path, &table);
	court->num_flipped = 0;
	for (rest = buffer_bytes(&table); bytes_take_until(&rest, '\n', &line);)
		flip_row(court, line);
	buffer_free(&table);
	print_message("%zu genuine samples with bits changed\n", court->num_flipped);
	assert_true(court->num_flipped > 0);
}

/* A number with zeros in front is another encoding of a key, and looks longer than it is. */
static void rsa_numbers_have_one_form(void **state)
{
	static const struct {
		size_t zeros, exponent_zeros;
		bool good;
	} rows[] = {{0, 0, true}, {1, 0, false}, {0, 1, false}, {255, 0, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t modulus[512] = {0}, exponent[] = {0, 1, 0, 1};
		struct buffer encoded = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct cose_key key = {.algorithm = SIGNATURE_RSA_SHA256};
		struct cbor_item map;
		struct bytes in;

		memset(modulus + rows[i].zeros, 0xff, 256);
		assert_done(cbor_put_map(&encoded, 4, &err) && cbor_put_number(&encoded, 1, &err) &&
		                cbor_put_number(&encoded, 3, &err) && cbor_put_number(&encoded, 3, &err) &&
		                cbor_put_number(&encoded, -257, &err) && cbor_put_number(&encoded, -1, &err) &&
		                cbor_put_bytes(&encoded, bytes_of(modulus, rows[i].zeros + 256), &err) &&
		                cbor_put_number(&encoded, -2, &err) &&
		                cbor_put_bytes(&encoded,
		                    bytes_of(exponent + 1 - rows[i].exponent_zeros, 3 + rows[i].exponent_zeros), &err),
		    err);
		in = buffer_bytes(&encoded);
		assert_true(cbor_take_kind(&in, CBOR_MAP, &map));
		if (cose_key_parse(&map, &key, &err) != rows[i].good)
			fail_msg("%zu: %s, %u bits", i, err.text, key.key.bits);
		buffer_free(&encoded);
	}
}

/* What an enterprise attestation numbers its device by are bytes. Bytes whose digits look like the decimal serial of another token
 * are not that token: a policy that lists one does not mean the other. */
static void a_serial_of_bytes_is_no_decimal_one(void **state)
{
	static const struct {
		const char *listed;
		bool meant;
	} rows[] = {{"12345678", false}, {"305419896", false}, {"\"0x12345678\"", true}, {"\"0x1234567800\"", false}};
	const struct court *court = *state;
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct fido_recipe recipe;

	fido_recipe_honest(FIDO_PACKED, &recipe);
	recipe.device_serial = 0x12345678;
	assert_done(fido_recipe_evidence(&recipe, &evidence, &err), err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct appraisal appraisal = {.evidence = &evidence, .trust = court->own, .now = (int64_t)time(NULL)};
		struct policy *policy = NULL;
		struct result result;
		char text[128];

		(void)snprintf(text, sizeof(text), "rule \"r\" {\nserial = {%s}\nthen = accept\n}\n", rows[i].listed);
		assert_done(policy_parse(bytes_of_text(text), "test", NULL, NULL, &policy, &err), err);
		appraisal.policy = policy;
		appraise(&appraisal, &result);
		assert_string_equal(result_find_claim(&result, CLAIM_SERIAL)->value, "0x12345678");
		if ((result.verdict == VERDICT_ACCEPTED) != rows[i].meant)
			fail_msg("%s: %s", rows[i].listed, result.rule);
		policy_free(policy);
	}
	evidence_clear(&evidence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_packed_format_says_what_it_can),
	    cmocka_unit_test(other_formats_say_what_they_can),
	    cmocka_unit_test(an_attestation_is_for_its_own_key_and_application),
	    cmocka_unit_test(flags_and_extensions_are_told),
	    cmocka_unit_test(no_attestation_survives_a_changed_bit),
	    cmocka_unit_test(no_attestation_survives_a_cut),
	    cmocka_unit_test(no_genuine_sample_survives_a_changed_bit),
	    cmocka_unit_test(rsa_numbers_have_one_form),
	    cmocka_unit_test(a_serial_of_bytes_is_no_decimal_one),
	};

	return cmocka_run_group_tests_name("fido", tests, set_up, tear_down);
}
