/* fido_recipe.c: honest recipes, and a recipe as attestation object or ssh-keygen's file. */
#include "tests/forgery/fido_recipe.h"

#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/cbor_put.h"
#include "policy/cose_key.h"
#include "tests/forgery/chain.h"

#define CHALLENGE "thirty-two bytes of a challenge."
#define APPLICATION "ssh:"
#define CREDENTIAL KEY_SLOT
/* COSE's number, RS1. */
#define RSA_SHA1 (-65535)

#define POINT_SIZE 65

struct parts {
	struct buffer auth_data, signed_data, signature, certificate, issuers, pub_area, cert_info;
	uint8_t client_hash[SHA256_DIGEST_LENGTH];
};

void fido_recipe_honest(enum fido_format format, struct fido_recipe *recipe)
{
	static const char *const issuers[FIDO_FORMAT_COUNT] = {
	    [FIDO_PACKED] = "Test FIDO Root",
	    [FIDO_U2F] = "Test FIDO Root",
	    [FIDO_TPM] = "Test TPM Root",
	    [FIDO_ANDROID_KEY] = "Test Android Root",
	    [FIDO_APPLE] = "Test Apple Root",
	    [FIDO_NONE] = "Test FIDO Root",
	};
	bool own_key = format == FIDO_ANDROID_KEY || format == FIDO_APPLE;

	*recipe = (struct fido_recipe){
	    .format = (int)format,
	    .format_name = fido_format_name(format),
	    .application = APPLICATION,
	    .flags = 0x45,
	    .counter = 7,
	    .aaguid = format == FIDO_U2F ? 0 : 0x11,
	    .id_len = 32,
	    .cose_algorithm = -7,
	    .cose_type = 2,
	    .cose_curve = 1,
	    .algorithm = -7,
	    .signer = own_key ? (int)CREDENTIAL : (int)KEY_DEVICE_P256,
	    .country = "SE",
	    .organisation = "Test AB",
	    .unit = "Authenticator Attestation",
	    .name = "Test EE",
	    .version = X509_VERSION_3,
	    .leaf_key = own_key ? (int)CREDENTIAL : (int)KEY_DEVICE_P256,
	    .issuer = issuers[format],
	    .issuer_key = KEY_ROOT,
	    .tpm_version = "2.0",
	    .attributes = 0x00060472,
	    .level = 1,
	    .given_application = APPLICATION,
	    .challenge = CHALLENGE,
	    .client_data_kind = FIDO_CLIENT_DATA_CHALLENGE,
	    .json = "{\"type\":\"webauthn.create\",\"challenge\":\"AAECAwQFBgcICQoLDA0ODw\",\"origin\":\"https://x\"}",
	    .container_version = 1,
	};
}

static bool put_point(enum forged_key key, uint8_t point[POINT_SIZE])
{
	unsigned char *encoded = NULL;
	size_t len = EVP_PKEY_get1_encoded_public_key(forged_key(key), &encoded);
	bool done = len == POINT_SIZE;

	if (done)
		memcpy(point, encoded, POINT_SIZE);
	OPENSSL_free(encoded);
	return done;
}

static bool put_cose(const struct fido_recipe *recipe, struct buffer *out, struct error *err)
{
	uint8_t point[POINT_SIZE] = {0};

	if (!put_point(recipe->other_credential ? KEY_DEVICE_P256 : CREDENTIAL, point))
		return error_set(err, ERROR_CRYPTO, "the credential has no point");
	point[POINT_SIZE - 1] ^= recipe->cose_off_curve ? 1 : 0;
	return cbor_put_map(out, recipe->cose_extra ? 6 : 5, err) && cbor_put_number(out, 1, err) &&
	       cbor_put_number(out, recipe->cose_type, err) && cbor_put_number(out, 3, err) &&
	       cbor_put_number(out, recipe->cose_algorithm, err) &&
	       (!recipe->cose_extra || (cbor_put_number(out, 4, err) && cbor_put_number(out, 1, err))) &&
	       cbor_put_number(out, -1, err) && cbor_put_number(out, recipe->cose_curve, err) &&
	       cbor_put_number(out, -2, err) && cbor_put_bytes(out, bytes_of(point + 1, 32), err) &&
	       cbor_put_number(out, -3, err) && cbor_put_bytes(out, bytes_of(point + 33, 32), err);
}

static bool put_auth_data(const struct fido_recipe *recipe, struct buffer *out, struct error *err)
{
	uint8_t hash[SHA256_DIGEST_LENGTH], aaguid[16], id[2048] = {9};
	struct bytes application = bytes_of_text(recipe->application);
	bool extensions = recipe->cred_protect != 0 || recipe->extensions_empty;

	SHA256(application.data, application.len, hash);
	memset(aaguid, recipe->aaguid, sizeof(aaguid));
	if (!buffer_put(out, BYTES_OF(hash), err) ||
	    !buffer_put_u8(out, (uint8_t)(recipe->flags | (extensions ? 0x80 : 0)), err) ||
	    !buffer_put_u32(out, (uint32_t)recipe->counter, err) || !buffer_put(out, BYTES_OF(aaguid), err) ||
	    !buffer_put_u16(out, (uint16_t)recipe->id_len, err) ||
	    !buffer_put(out, bytes_of(id, (size_t)recipe->id_len), err) || !put_cose(recipe, out, err) ||
	    (recipe->extensions_empty && !cbor_put_map(out, 0, err)) ||
	    (recipe->cred_protect != 0 && !(cbor_put_map(out, 1, err) && cbor_put_text(out, "credProtect", err) &&
	                                      cbor_put_number(out, recipe->cred_protect, err))) ||
	    (recipe->data_rest && !buffer_put_u8(out, 0, err)))
		return false;
	buffer_cut(out, out->len - (size_t)recipe->data_cut);
	return true;
}

static bool sign(enum forged_key key, const EVP_MD *digest, struct bytes message, struct buffer *out, struct error *err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t value[512];
	size_t len = sizeof(value);
	bool done = context != NULL && EVP_DigestSignInit(context, NULL, digest, NULL, forged_key(key)) == 1 &&
	            EVP_DigestSign(context, value, &len, message.data, message.len) == 1;

	EVP_MD_CTX_free(context);
	return done ? buffer_put(out, bytes_of(value, len), err) : error_set(err, ERROR_CRYPTO, "cannot sign");
}

/* What a U2F device signs. */
static bool put_u2f_message(
    const struct fido_recipe *recipe, const struct parts *parts, struct buffer *out, struct error *err)
{
	struct bytes data = buffer_bytes(&parts->auth_data), hash, head, id;
	uint8_t point[POINT_SIZE] = {0};

	return bytes_take(&data, 32, &hash) && bytes_take(&data, 23, &head) &&
	       bytes_take(&data, (size_t)recipe->id_len, &id) && put_point(CREDENTIAL, point) &&
	       buffer_put_u8(out, 0, err) && buffer_put(out, hash, err) &&
	       buffer_put(out, BYTES_OF(parts->client_hash), err) && buffer_put(out, id, err) &&
	       buffer_put(out, BYTES_OF(point), err);
}

static bool put_sized(struct bytes content, struct buffer *out, struct error *err)
{
	return buffer_put_u16(out, (uint16_t)content.len, err) && buffer_put(out, content, err);
}

static bool put_tpm(const struct fido_recipe *recipe, struct parts *parts, struct error *err)
{
	uint8_t point[POINT_SIZE] = {0}, extra[32], name[34] = {0x00, 0x0b}, clock[25] = {0};
	struct buffer *area = &parts->pub_area, *info = &parts->cert_info;

	if (!put_point(recipe->other_public_key ? KEY_DEVICE_P256 : CREDENTIAL, point) ||
	    !forged_put_hex("0023000b", area, err) || !buffer_put_u32(area, (uint32_t)recipe->attributes, err) ||
	    !forged_put_hex("0000"
	                    "0010"
	                    "0010"
	                    "0003"
	                    "0010",
	        area, err) ||
	    !put_sized(bytes_of(point + 1, 32), area, err) || !put_sized(bytes_of(point + 33, 32), area, err))
		return false;
	SHA256(parts->signed_data.data, parts->signed_data.len, extra);
	SHA256(area->data, area->len, name + 2);
	extra[0] ^= recipe->extra_data_wrong ? 1 : 0;
	name[5] ^= recipe->name_wrong ? 1 : 0;
	return buffer_put_u32(info, recipe->magic ? (uint32_t)recipe->magic : 0xff544347U, err) &&
	       buffer_put_u16(info, recipe->attest_type ? (uint16_t)recipe->attest_type : 0x8017, err) &&
	       put_sized(BYTES_EMPTY, info, err) && put_sized(BYTES_OF(extra), info, err) &&
	       buffer_put(info, BYTES_OF(clock), err) && put_sized(BYTES_OF(name), info, err) &&
	       put_sized(BYTES_EMPTY, info, err) && (!recipe->certification_rest || buffer_put_u8(info, 0, err));
}

static bool put_signature(const struct fido_recipe *recipe, struct parts *parts, struct error *err)
{
	struct buffer message = BUFFER_EMPTY;
	bool done = true;

	if (recipe->format == FIDO_U2F)
		done = put_u2f_message(recipe, parts, &message, err);
	else if (recipe->format == FIDO_TPM)
		done = put_tpm(recipe, parts, err) && buffer_put(&message, buffer_bytes(&parts->cert_info), err);
	else
		done = buffer_put(&message, buffer_bytes(&parts->signed_data), err);
	if (done && recipe->signed_other_challenge)
		message.data[message.len - 1] ^= 1;
	done = done && sign((enum forged_key)recipe->signer, recipe->algorithm == RSA_SHA1 ? EVP_sha1() : EVP_sha256(),
	                   buffer_bytes(&message), &parts->signature, err);
	if (done && recipe->signature_flipped)
		parts->signature.data[parts->signature.len - 1] ^= 1;
	buffer_free(&message);
	return done;
}

static struct bytes client_data(const struct fido_recipe *recipe)
{
	return bytes_of_text(recipe->client_data_kind == FIDO_CLIENT_DATA_JSON ? recipe->json : recipe->challenge);
}

static bool make_parts(const struct fido_recipe *recipe, struct parts *parts, struct error *err)
{
	struct bytes data = client_data(recipe);

	SHA256(data.data, data.len, parts->client_hash);
	return put_auth_data(recipe, &parts->auth_data, err) &&
	       buffer_put(&parts->signed_data, buffer_bytes(&parts->auth_data), err) &&
	       buffer_put(&parts->signed_data, BYTES_OF(parts->client_hash), err) &&
	       put_signature(recipe, parts, err) &&
	       fido_recipe_put_certificate(
	           recipe, buffer_bytes(&parts->signed_data), BYTES_OF(parts->client_hash), &parts->certificate, err) &&
	       fido_recipe_put_issuers(recipe, &parts->issuers, err);
}

static size_t count_issuers(const struct parts *parts)
{
	struct bytes rest = buffer_bytes(&parts->issuers), one;
	size_t num = 0;

	while (bytes_take_ssh_string(&rest, &one))
		num++;
	return num;
}

static bool put_x5c(const struct fido_recipe *recipe, const struct parts *parts, struct buffer *out, struct error *err)
{
	struct bytes rest = buffer_bytes(&parts->issuers), one;
	bool done = cbor_put_text(out, "x5c", err);

	if (recipe->no_certificates)
		return done && cbor_put_array(out, 0, err);
	done = done && cbor_put_array(out, 1 + count_issuers(parts), err) &&
	       cbor_put_bytes(out, buffer_bytes(&parts->certificate), err);
	while (done && bytes_take_ssh_string(&rest, &one))
		done = cbor_put_bytes(out, one, err);
	return done;
}

static bool put_statement(
    const struct fido_recipe *recipe, const struct parts *parts, struct buffer *out, struct error *err)
{
	bool tpm = recipe->format == FIDO_TPM, empty = recipe->format == FIDO_NONE;
	bool algorithm =
	    !recipe->without_algorithm && recipe->format != FIDO_U2F && recipe->format != FIDO_APPLE && !empty;
	bool signature = recipe->format != FIDO_APPLE && !empty, x5c = !recipe->without_certificates && !empty;

	if (recipe->statement_list)
		return cbor_put_array(out, 0, err);
	return cbor_put_map(out,
	           (size_t)algorithm + (size_t)signature + (size_t)x5c + (tpm ? 3 : 0) +
	               (recipe->statement_extra ? 1 : 0),
	           err) &&
	       (!algorithm || (cbor_put_text(out, "alg", err) && cbor_put_number(out, recipe->algorithm, err))) &&
	       (!signature ||
	           (cbor_put_text(out, "sig", err) && cbor_put_bytes(out, buffer_bytes(&parts->signature), err))) &&
	       (!tpm || (cbor_put_text(out, "ver", err) && cbor_put_text(out, recipe->tpm_version, err))) &&
	       (!x5c || put_x5c(recipe, parts, out, err)) &&
	       (!recipe->statement_extra || (cbor_put_text(out, "more", err) && cbor_put_number(out, 1, err))) &&
	       (!tpm ||
	           (cbor_put_text(out, "pubArea", err) && cbor_put_bytes(out, buffer_bytes(&parts->pub_area), err) &&
	               cbor_put_text(out, "certInfo", err) &&
	               cbor_put_bytes(out, buffer_bytes(&parts->cert_info), err)));
}

static bool put_object(
    const struct fido_recipe *recipe, const struct parts *parts, struct buffer *out, struct error *err)
{
	bool done =
	    (recipe->object_indefinite
	            ? buffer_put_u8(out, 0xbf, err)
	            : cbor_put_map(out, 3U + (size_t)recipe->object_extra + (size_t)recipe->object_twice, err)) &&
	    cbor_put_text(out, "fmt", err) && cbor_put_text(out, recipe->format_name, err) &&
	    (!recipe->object_extra || (cbor_put_text(out, "more", err) && cbor_put_number(out, 1, err))) &&
	    cbor_put_text(out, "attStmt", err) && put_statement(recipe, parts, out, err) &&
	    cbor_put_text(out, "authData", err) && cbor_put_bytes(out, buffer_bytes(&parts->auth_data), err) &&
	    (!recipe->object_twice || (cbor_put_text(out, "fmt", err) && cbor_put_text(out, recipe->format_name, err)));

	return done && (!recipe->object_indefinite || buffer_put_u8(out, 0xff, err)) &&
	       (!recipe->object_rest || buffer_put_u8(out, 0, err));
}

static bool put_ssh_key(const struct fido_recipe *recipe, struct buffer *out, struct error *err)
{
	uint8_t point[POINT_SIZE] = {0};

	return put_point(recipe->other_ssh_key ? KEY_DEVICE_P256 : CREDENTIAL, point) &&
	       buffer_put_ssh_text(out, "sk-ecdsa-sha2-nistp256@openssh.com", err) &&
	       buffer_put_ssh_text(out, "nistp256", err) && buffer_put_ssh_string(out, BYTES_OF(point), err) &&
	       buffer_put_ssh_text(out, recipe->given_application, err);
}

static bool put_container(
    const struct fido_recipe *recipe, const struct parts *parts, struct buffer *out, struct error *err)
{
	struct buffer data = BUFFER_EMPTY;
	bool done = cbor_put_bytes(&data, buffer_bytes(&parts->auth_data), err) &&
	            buffer_put_ssh_text(out,
	                recipe->container_version == 0   ? "ssh-sk-attest-v00"
	                : recipe->container_version == 1 ? "ssh-sk-attest-v01"
	                                                 : "ssh-sk-attest-v02",
	                err) &&
	            buffer_put_ssh_string(
	                out, recipe->empty_certificate ? BYTES_EMPTY : buffer_bytes(&parts->certificate), err) &&
	            buffer_put_ssh_string(out, buffer_bytes(&parts->signature), err) &&
	            (recipe->container_version == 0 || buffer_put_ssh_string(out, buffer_bytes(&data), err)) &&
	            buffer_put_u32(out, (uint32_t)recipe->container_reserved, err) &&
	            buffer_put_ssh_text(out, "", err) && (!recipe->container_rest || buffer_put_u8(out, 0, err));

	buffer_free(&data);
	return done;
}

static bool wrap(const struct fido_recipe *recipe, struct parts *parts, struct evidence *evidence, struct error *err)
{
	struct buffer content = BUFFER_EMPTY, key = BUFFER_EMPTY;
	struct fido_binding binding = {.application = bytes_of_text(recipe->given_application),
	    .kind = (enum fido_client_data)recipe->client_data_kind,
	    .client_data = client_data(recipe)};
	bool done;

	parts->client_hash[0] ^= recipe->hash_wrong ? 1 : 0;
	if (binding.kind == FIDO_CLIENT_DATA_HASH)
		binding.client_data = BYTES_OF(parts->client_hash);
	if (recipe->wrapped_by_ssh)
		done = put_container(recipe, parts, &content, err) && put_ssh_key(recipe, &key, err) &&
		       evidence_of_ssh_sk(buffer_bytes(&content), &binding,
		           &(struct fido_ssh_key){.blob = buffer_bytes(&key)}, evidence, err);
	else
		done = put_object(recipe, parts, &content, err) &&
		       evidence_of_fido(buffer_bytes(&content), &binding, evidence, err);
	buffer_free(&content);
	buffer_free(&key);
	return done;
}

bool fido_recipe_evidence(const struct fido_recipe *recipe, struct evidence *evidence, struct error *err)
{
	struct parts parts = {.client_hash = {0}};
	bool done = make_parts(recipe, &parts, err) && wrap(recipe, &parts, evidence, err);

	buffer_free(&parts.auth_data);
	buffer_free(&parts.signed_data);
	buffer_free(&parts.signature);
	buffer_free(&parts.certificate);
	buffer_free(&parts.issuers);
	buffer_free(&parts.pub_area);
	buffer_free(&parts.cert_info);
	return done;
}
