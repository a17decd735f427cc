#include "tests/unit/enrolled_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "common/sshsig.h"
#include "common/tlv.h"
#include "policy/evidence.h"
#include "registry/enrollment.h"
#include "registry/possession.h"
#include "registry/signer.h"
#include "registry/snapshot.h"
#include "tests/vtoken/card.h"
#include "tests/vtoken/shared_vendor.h"
#include "tests/vtoken/token.h"
#include "tests/vtoken/vendor.h"

enum { ALGORITHM_P256 = 0x11, TAG_CERTIFICATE = 0x70, FIRST_SERIAL = 20000001 };

static bool run(struct error *err, const char *program, ...)
{
	char *argv[16] = {NULL};
	struct buffer output = BUFFER_EMPTY;
	va_list words;
	size_t num = 0;
	bool done;

	argv[num++] = strdup(program);
	va_start(words, program);
	for (const char *word; num < 15 && (word = va_arg(words, const char *)) != NULL;)
		argv[num++] = strdup(word);
	va_end(words);
	done = process_run(program, argv, NULL, BYTES_EMPTY, &output, 60000, err);
	while (num > 0)
		free(argv[--num]);
	buffer_free(&output);
	return done;
}

static bool path_in(const struct enrolled_host *host, const char *name, char path[160], struct error *err)
{
	int len = snprintf(path, 160, "%s/%s", host->folder, name);

	return (len > 0 && len < 160) || error_set(err, ERROR_BUG, "%s: too long", name);
}

static bool make_registrar(const struct enrolled_host *host, const char *name, struct error *err)
{
	char path[160];

	return path_in(host, name, path, err) &&
	       run(err, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path, NULL);
}

static bool put_vendor(const struct enrolled_host *host, const char *name, const char *vendor, struct error *err)
{
	char path[160];

	return path_in(host, name, path, err) && shared_vendor_link(vendor, path, err);
}

static bool load_registrar(const struct enrolled_host *host, const char *name, struct ssh_key *key, struct error *err)
{
	char pub[80], path[160];
	struct buffer line = BUFFER_EMPTY;
	bool done;

	(void)snprintf(pub, sizeof(pub), "%s.pub", name);
	done = path_in(host, pub, path, err) && file_load(path, 4096, &line, err) &&
	       ssh_key_parse_line(buffer_bytes(&line), key, NULL, err);
	buffer_free(&line);
	return done;
}

static bool trust_registrar(const struct enrolled_host *host, struct error *err)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	struct buffer line = BUFFER_EMPTY;
	char path[160];
	bool done;

	done = load_registrar(host, "registrar", &key, err) &&
	       buffer_put_text(&line, "helpdesk namespaces=\"enrollment@keyenroll\" ", err) &&
	       ssh_key_put_line(&key, &line, err) && buffer_put_text(&line, "\n", err) &&
	       path_in(host, "config/registrars", path, err) && file_store(path, buffer_bytes(&line), 0644, err);
	ssh_key_clear(&key);
	buffer_free(&line);
	return done;
}

/* A shipped bundle is signed, by a key of the list beside it. */
static bool sign_bundle(const struct enrolled_host *host, const char *bundle, struct error *err)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	struct buffer line = BUFFER_EMPTY;
	char signer[160], path[160];
	bool done;

	done = make_registrar(host, "signer", err) && path_in(host, "signer", signer, err) &&
	       load_registrar(host, "signer", &key, err) &&
	       buffer_put_text(&line, "release namespaces=\"trust@keyenroll\" ", err) &&
	       ssh_key_put_line(&key, &line, err) && buffer_put_text(&line, "\n", err) &&
	       path_in(host, "data/trust-signers", path, err) && file_store(path, buffer_bytes(&line), 0644, err) &&
	       run(err, "ssh-keygen", "-q", "-Y", "sign", "-f", signer, "-n", "trust@keyenroll", bundle, NULL);
	ssh_key_clear(&key);
	buffer_free(&line);
	return done;
}

/* The test vendor is the shipped one of this host: what the site's folder adds is trusted in another way. */
static bool trust_vendor(const struct enrolled_host *host, struct error *err)
{
	struct buffer bundle = BUFFER_EMPTY;
	char from[160], to[160];
	bool done;

	done = path_in(host, "vendor/trust.json", from, err) && path_in(host, "data/trust.json", to, err) &&
	       file_load(from, 65536, &bundle, err) && file_store(to, buffer_bytes(&bundle), 0644, err) &&
	       sign_bundle(host, to, err);
	buffer_free(&bundle);
	return done;
}

static bool make_folders(struct enrolled_host *host, struct error *err)
{
	(void)snprintf(host->folder, sizeof(host->folder), "/tmp/keyenroll-host.XXXXXX");
	if (mkdtemp(host->folder) == NULL)
		return error_set_errno(err, ERROR_FILE, "%s", host->folder);
	(void)snprintf(host->config, sizeof(host->config), "%s/config", host->folder);
	(void)snprintf(host->data, sizeof(host->data), "%s/data", host->folder);
	(void)snprintf(host->state, sizeof(host->state), "%s/state", host->folder);
	/* The verifier reads as a user of its own. */
	if (chmod(host->folder, 0755) < 0 || mkdir(host->config, 0755) < 0 || mkdir(host->data, 0755) < 0 ||
	    mkdir(host->state, 0755) < 0)
		return error_set_errno(err, ERROR_FILE, "%s", host->folder);
	host->folders = (struct configuration_folders){host->config, host->data, host->state};
	return true;
}

bool enrolled_host_make(struct enrolled_host *host, struct error *err)
{
	char store[160];

	*host = (struct enrolled_host){.folder = ""};
	return make_folders(host, err) && put_vendor(host, "vendor", SHARED_VENDOR, err) &&
	       put_vendor(host, "other-vendor", SHARED_VENDOR_STRANGER, err) &&
	       put_vendor(host, "forged-vendor", SHARED_VENDOR_NAMESAKE, err) &&
	       make_registrar(host, "registrar", err) && make_registrar(host, "other-registrar", err) &&
	       trust_registrar(host, err) && trust_vendor(host, err) && path_in(host, "store", store, err) &&
	       store_open(store, true, &host->store, err);
}

void enrolled_host_clear(struct enrolled_host *host)
{
	store_close(host->store);
	if (host->folder[0] != '\0')
		(void)run(NULL, "rm", "-rf", host->folder, NULL);
	*host = (struct enrolled_host){.folder = ""};
}

/* SELECT, then ATTESTATION of 9a, as a reader would send them. */
static bool attest(struct token *token, struct buffer *leaf, struct error *err)
{
	static const uint8_t select[] = {0, 0xa4, 4, 0, 5, 0xa0, 0, 0, 3, 8},
	                     attestation[] = {0, 0xf9, 0x9a, 0, 0, 0, 0};
	struct buffer ignored = BUFFER_EMPTY;
	bool done;

	token->inserted = true;
	token_power(token, "on");
	done = token_exchange(token, BYTES_OF(select), &ignored, err) &&
	       token_exchange(token, BYTES_OF(attestation), leaf, err);
	buffer_free(&ignored);
	if (done && leaf->len < 256)
		return error_set(err, ERROR_BUG, "the token gave no attestation");
	if (done)
		buffer_cut(leaf, leaf->len - 2); /* the status word */
	return done;
}

static bool make_evidence(struct token *token, struct evidence *evidence, struct error *err)
{
	struct buffer leaf = BUFFER_EMPTY;
	struct bytes device;
	bool done;

	done = attest(token, &leaf, err) &&
	       tlv_find(buffer_bytes(&card_object(&token->card, OBJECT_ATTESTATION)->content), TAG_CERTIFICATE, &device,
	           err) &&
	       evidence_of_piv(buffer_bytes(&leaf), device, evidence, err);
	buffer_free(&leaf);
	return done;
}

static bool make_token(struct token *token, const char *vendor_folder, uint32_t number, struct error *err)
{
	static uint32_t serial = FIRST_SERIAL;
	EVP_PKEY *key = NULL;

	card_init(&token->card, personality_find("5.7.4"), number == 0 ? serial++ : number);
	if (!vendor_make_f9(&token->card, vendor_folder, err) ||
	    !algorithm_generate(algorithm_find(ALGORITHM_P256), &key, err))
		return false;
	slot_set(card_slot(&token->card, SLOT_AUTHENTICATION), algorithm_find(ALGORITHM_P256), key, ORIGIN_GENERATED);
	card_slot(&token->card, SLOT_AUTHENTICATION)->pin_policy = PIN_ONCE;
	card_slot(&token->card, SLOT_AUTHENTICATION)->touch_policy = TOUCH_NEVER;
	return true;
}

/* The SSHSIG that the token's key makes over the record. */
static bool sign_possession(struct card *card, const struct ssh_key *key, const struct possession *possession,
    struct buffer *sshsig, struct error *err)
{
	struct buffer to_sign = BUFFER_EMPTY, bare = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	struct slot *slot = card_slot(card, SLOT_AUTHENTICATION);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool done;

	done = possession_put_to_sign(possession, &to_sign, err) &&
	       EVP_Digest(to_sign.data, to_sign.len, digest, &len, ssh_key_signature_digest(key), NULL) == 1 &&
	       algorithm_sign(slot->algorithm, slot->key, bytes_of(digest, len), &bare, err) &&
	       ssh_key_put_signature(key, buffer_bytes(&bare), &signature, err) &&
	       sshsig_encode(key, POSSESSION_NAMESPACE, buffer_bytes(&signature), sshsig, err);
	buffer_free(&to_sign);
	buffer_free(&bare);
	buffer_free(&signature);
	return done;
}

struct making {
	struct token token;
	struct ssh_key key, registrar;
	struct evidence evidence;
	struct possession possession;
	struct buffer sshsig, extension, certificate;
	struct enrollment enrollment;
	uint64_t serial;
};

static void making_clear(struct making *making)
{
	token_clear(&making->token);
	ssh_key_clear(&making->key);
	ssh_key_clear(&making->registrar);
	evidence_clear(&making->evidence);
	buffer_free(&making->sshsig);
	buffer_free(&making->extension);
	buffer_free(&making->certificate);
	enrollment_clear(&making->enrollment);
}

static bool prove(
    const struct enrolled_host *host, const struct enrollment_order *order, struct making *making, struct error *err)
{
	char vendor[160];

	return path_in(host, order->vendor, vendor, err) && make_token(&making->token, vendor, order->token, err) &&
	       make_evidence(&making->token, &making->evidence, err) &&
	       ssh_key_of_public(card_slot(&making->token.card, SLOT_AUTHENTICATION)->key, &making->key, err) &&
	       load_registrar(host, order->registrar, &making->registrar, err) &&
	       possession_draw(
	           &making->registrar, order->person, &making->evidence, time(NULL), &making->possession, err) &&
	       sign_possession(&making->token.card, &making->key, &making->possession, &making->sshsig, err) &&
	       enrollment_put_extension(
	           &making->evidence, &making->possession, buffer_bytes(&making->sshsig), &making->extension, err);
}

static bool certify(
    const struct enrolled_host *host, const struct enrollment_order *order, struct making *making, struct error *err)
{
	char registrar[160];
	int64_t now = time(NULL);
	const struct signing_order signing = {.key = &making->key,
	    .registrar_key = registrar,
	    .person = order->person,
	    .key_id = "a token of the tests",
	    .serial = making->serial,
	    .valid_after = now + order->valid_after,
	    .valid_before = now + order->valid_before,
	    .extension = ENROLLMENT_EXTENSION,
	    .content = buffer_bytes(&making->extension)};

	return path_in(host, order->registrar, registrar, err) && signer_sign(&signing, &making->certificate, err) &&
	       enrollment_parse(buffer_bytes(&making->certificate), &making->enrollment, err);
}

static bool record(
    struct enrolled_host *host, const struct enrollment_order *order, struct making *making, struct error *err)
{
	char device[32], fingerprint[SSH_KEY_FINGERPRINT_SIZE];

	(void)snprintf(device, sizeof(device), "piv %u", making->token.card.serial);
	return store_add(host->store, &making->enrollment, device, "tests", time(NULL), err) &&
	       ssh_key_fingerprint(&making->key, fingerprint, err) &&
	       (!order->revoked || store_revoke(host->store, fingerprint, "a test", time(NULL), err));
}

static void hand_over_pair(const struct enrollment_order *order, struct card *card)
{
	EVP_PKEY *pair = card_slot(card, SLOT_AUTHENTICATION)->key;

	if (order->pair != NULL && EVP_PKEY_up_ref(pair) == 1)
		*order->pair = pair;
}

bool enrolled_host_enroll(
    struct enrolled_host *host, const struct enrollment_order *order, struct buffer *blob, struct error *err)
{
	struct making *making = calloc(1, sizeof(*making));
	bool done;

	if (making == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for an enrollment");
	done = store_next_serial(host->store, &making->serial, err) && prove(host, order, making, err) &&
	       certify(host, order, making, err) && record(host, order, making, err) &&
	       buffer_put(blob, buffer_bytes(&making->key.blob), err);
	if (done)
		hand_over_pair(order, &making->token.card);
	making_clear(making);
	free(making);
	return done;
}

bool enrolled_host_publish(struct enrolled_host *host, int64_t now, struct error *err)
{
	char path[160];

	return path_in(host, "state/snapshot", path, err) && snapshot_store(host->store, path, now, NULL, err);
}
