#include "tests/forgery/chain.h"

#include <stdio.h>
#include <string.h>

#define DATES_S1 "170d3136303331343030303030305a180f32303532303431373030303030305a"
#define DATES_S2 "170d3234313230313030303030305a180f39393939313233313233353935395a"

static void add_extension(struct forged_certificate *certificate, const char *oid, const char *value, bool critical)
{
	if (certificate->num_extensions < FORGED_EXTENSIONS_MAXIMUM)
		certificate->extensions[certificate->num_extensions++] =
		    (struct forged_extension){oid, critical, value};
}

void forged_chain_honest(enum forged_shape shape, struct forged_chain *chain)
{
	struct forged_certificate *attestation = &chain->certificates[ATTESTATION];
	struct forged_certificate *device = &chain->certificates[DEVICE];
	bool s2 = shape == FORGED_S2;
	const char *firmware = s2 ? "050704" : "050403";

	*chain = (struct forged_chain){.swapped = false};
	*attestation = (struct forged_certificate){
	    .serial = "0123456789abcdef0123456789abcdef",
	    .issuer = DEVICE_NAME,
	    .subject = "YubiKey PIV Attestation 9a",
	    .validity = s2 ? DATES_S2 : DATES_S1,
	    .key = KEY_SLOT,
	    .signer = KEY_DEVICE,
	};
	add_extension(attestation, OID_PIV("03"), firmware, false);
	add_extension(attestation, OID_PIV("07"), "020400f00f14", false);
	add_extension(attestation, OID_PIV("08"), "0201", false);
	add_extension(attestation, OID_PIV("09"), "01", false);
	*device = (struct forged_certificate){
	    .serial = "00e8c3dd799e433b62",
	    .issuer = s2 ? ISSUING_NAME : ROOT_NAME,
	    .subject = DEVICE_NAME,
	    .validity = s2 ? DATES_S2 : DATES_S1,
	    .key = KEY_DEVICE,
	    .signer = s2 ? KEY_ISSUING : KEY_ROOT,
	};
	add_extension(device, OID_PIV("03"), firmware, false);
	if (shape != FORGED_S1_WITHOUT_CONSTRAINTS)
		add_extension(device, OID_CONSTRAINTS, "30060101ff020100", true);
}

static struct forged_extension *find_extension(struct forged_certificate *certificate, const char *oid, size_t len)
{
	for (size_t i = 0; i < certificate->num_extensions; i++)
		if (strncmp(certificate->extensions[i].oid, oid, len) == 0)
			return &certificate->extensions[i];
	return NULL;
}

/* "OID VALUE": the OID ends at the blank; whoever reads hex stops there. */
static void edit_extension(struct forged_certificate *certificate, const struct forged_edit *edit)
{
	const char *blank = strchr(edit->text, ' ');
	size_t len = blank == NULL ? strlen(edit->text) : (size_t)(blank - edit->text);
	struct forged_extension *found = find_extension(certificate, edit->text, len);
	const char *value = blank == NULL ? "" : blank + 1;

	if (edit->field == FIELD_EXTENSION_ABSENT) {
		if (found != NULL)
			*found = certificate->extensions[--certificate->num_extensions];
	} else if (edit->field == FIELD_EXTENSION_VALUE && found != NULL) {
		found->value = value;
	} else {
		add_extension(certificate, edit->text, value, edit->field == FIELD_EXTENSION_CRITICAL);
	}
}

static void add_many(struct forged_certificate *certificate)
{
	static const char *const oids[] = {"550101", "550102", "550103", "550104", "550105", "550106", "550107",
	    "550108", "550109", "55010a", "55010b", "55010c", "55010d", "55010e", "55010f", "550110", "550111"};

	for (size_t i = 0; i < sizeof(oids) / sizeof(oids[0]); i++)
		add_extension(certificate, oids[i], "0500", false);
}

/* The place of a field that the edit's text, or its number, or its mere name sets; NULL for the other fields. */
static const char **text_of(struct forged_chain *chain, const struct forged_edit *edit)
{
	struct forged_certificate *certificate = &chain->certificates[edit->part];
	const char **const texts[FIELD_COUNT] = {
	    [FIELD_VERSION] = &certificate->version,
	    [FIELD_SERIAL] = &certificate->serial,
	    [FIELD_ISSUER] = &certificate->issuer,
	    [FIELD_SUBJECT] = &certificate->subject,
	    [FIELD_NAME_TAG] = &certificate->name_tag,
	    [FIELD_VALIDITY] = &certificate->validity,
	    [FIELD_SPKI] = &certificate->spki,
	    [FIELD_DIGEST] = &certificate->digest,
	    [FIELD_ALGORITHM] = &certificate->algorithm,
	    [FIELD_OUTER_ALGORITHM] = &certificate->outer_algorithm,
	    [FIELD_REST_INSIDE] = &certificate->rest_inside,
	    [FIELD_REST] = &certificate->rest,
	    [FIELD_UNUSED_BITS] = &certificate->unused_bits,
	    [FIELD_CONTENT_REST] = &chain->rest,
	};

	return texts[edit->field];
}

static size_t *number_of(struct forged_chain *chain, const struct forged_edit *edit)
{
	struct forged_certificate *certificate = &chain->certificates[edit->part];
	size_t *const numbers[FIELD_COUNT] = {
	    [FIELD_CUT] = &certificate->cut,
	    [FIELD_PADDING] = &certificate->padding,
	    [FIELD_CONTENT_CUT] = &chain->cut,
	};

	return numbers[edit->field];
}

static enum forged_key *key_of(struct forged_chain *chain, const struct forged_edit *edit)
{
	struct forged_certificate *certificate = &chain->certificates[edit->part];
	enum forged_key *const keys[FIELD_COUNT] = {
	    [FIELD_KEY] = &certificate->key,
	    [FIELD_SIGNER] = &certificate->signer,
	};

	return keys[edit->field];
}

static bool *switch_of(struct forged_chain *chain, const struct forged_edit *edit)
{
	struct forged_certificate *certificate = &chain->certificates[edit->part];
	bool *const switches[FIELD_COUNT] = {
	    [FIELD_LONG_LENGTH] = &certificate->long_length,
	    [FIELD_INDEFINITE] = &certificate->indefinite,
	    [FIELD_WITHOUT_SIGNATURE] = &certificate->without_signature,
	    [FIELD_WITHOUT] = &chain->without[edit->part],
	    [FIELD_SWAPPED] = &chain->swapped,
	};

	return switches[edit->field];
}

void forged_chain_edit(struct forged_chain *chain, const struct forged_edit *edit)
{
	const char **text = text_of(chain, edit);
	size_t *number = number_of(chain, edit);
	enum forged_key *key = key_of(chain, edit);
	bool *on = switch_of(chain, edit);

	if (text != NULL)
		*text = edit->text;
	else if (number != NULL)
		*number = (size_t)edit->number;
	else if (key != NULL)
		*key = (enum forged_key)edit->number;
	else if (on != NULL)
		*on = true;
	else if (edit->field == FIELD_EXTENSIONS_MANY)
		add_many(&chain->certificates[edit->part]);
	else
		edit_extension(&chain->certificates[edit->part], edit);
}

bool forged_chain_evidence(const struct forged_chain *chain, struct evidence *evidence, struct error *err)
{
	struct buffer der[2] = {BUFFER_EMPTY, BUFFER_EMPTY};
	size_t first = chain->swapped ? DEVICE : ATTESTATION;
	bool done = true;

	for (size_t i = 0; i < 2; i++)
		done = done && (chain->without[i] || forged_certificate_put(&chain->certificates[i], &der[i], err));
	done = done && evidence_of_piv(buffer_bytes(&der[first]), buffer_bytes(&der[1 - first]), evidence, err) &&
	       forged_put_hex(chain->rest, &evidence->content, err);
	if (done && chain->cut > 0)
		buffer_cut(&evidence->content, evidence->content.len - chain->cut);
	buffer_free(&der[0]);
	buffer_free(&der[1]);
	return done;
}
