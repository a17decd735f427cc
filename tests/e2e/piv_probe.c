/* piv_probe: what piv/ does with a token, as a program for the end-to-end tests: every answer that can be checked is checked
 * with the crypto library, and the first thing that is not right ends it with a sentence and the error's word.
 *
 *	piv_probe readers                    the readers, one a line, "+" before one that holds a card
 *	piv_probe wait MS                    until a card or reader comes or goes: "changed", or "same"
 *	piv_probe course READER ALGORITHM SLOT PIN   a whole enrollment's worth of commands, on the factory's management key
 *	piv_probe pin READER PIN             one try of the PIN
 *	piv_probe hold READER                opens it and keeps it until its standard input ends */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/secret.h"
#include "piv/application.h"
#include "piv/authenticate.h"
#include "piv/certificate.h"
#include "piv/identifiers.h"
#include "piv/key.h"
#include "piv/metadata.h"
#include "piv/reader.h"
#include "piv/slot_certificate.h"

#define YEAR_SECONDS 31536000

struct course {
	struct piv *piv;
	const struct piv_slot *slot;
	const struct piv_algorithm_row *algorithm;
	struct secret *pin;
	bool has_metadata;
	struct buffer spki, leaf, device, certificate;
};

static bool find_arguments(struct course *course, const char *algorithm, const char *slot, struct error *err)
{
	course->algorithm = piv_algorithm_find(algorithm);
	course->slot = piv_slot_find(slot);
	if (course->algorithm == NULL || course->slot == NULL)
		return error_set(err, ERROR_USAGE, "no such algorithm or slot: %s, %s", algorithm, slot);
	return true;
}

static bool make_pin(const char *text, struct secret **pin, struct error *err)
{
	return secret_new(strlen(text) + 1, pin, err) && secret_put(*pin, bytes_of_text(text), err);
}

static bool show_identity(struct course *course, struct error *err)
{
	struct piv_identity identity;

	if (!piv_identify(course->piv, &identity, err))
		return false;
	(void)printf("firmware %u.%u.%u serial %lu\n", identity.firmware.major, identity.firmware.minor,
	    identity.firmware.patch, (unsigned long)identity.serial);
	return identity.has_serial || error_set(err, ERROR_CARD_REPLY, "no serial");
}

/* A token without metadata is authenticated without it. */
static bool authenticate(struct course *course, struct error *err)
{
	struct piv_metadata management = PIV_METADATA_EMPTY;
	struct secret *key = NULL;
	struct error missing = ERROR_EMPTY;
	bool done;

	course->has_metadata = piv_metadata_read(course->piv, PIV_REFERENCE_MANAGEMENT, &management, &missing);
	if (!course->has_metadata && missing.code != ERROR_CARD_UNSUPPORTED) {
		*err = missing;
		return false;
	}
	if (course->has_metadata && !(management.says_default && management.is_default))
		return error_set(err, ERROR_MANAGEMENT_KEY, "the management key is not said to be the factory's");
	done = piv_default_management_key(&key, err) &&
	       piv_authenticate(course->piv, course->has_metadata ? &management : NULL, key, err);
	secret_free(key);
	piv_metadata_clear(&management);
	return done;
}

static bool check_metadata(struct course *course, struct error *err)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	bool same;

	if (!course->has_metadata)
		return true;
	if (!piv_metadata_read(course->piv, course->slot->id, &metadata, err))
		return false;
	same = bytes_equal(buffer_bytes(&metadata.public_key), buffer_bytes(&course->spki)) &&
	       metadata.origin == PIV_ORIGIN_GENERATED && metadata.algorithm == course->algorithm &&
	       metadata.pin_policy == PIV_PIN_ALWAYS && metadata.touch_policy == PIV_TOUCH_NEVER;
	piv_metadata_clear(&metadata);
	return same || error_set(err, ERROR_CARD_REPLY, "the metadata does not tell what was made");
}

static X509 *certificate_of(const struct buffer *der)
{
	const unsigned char *at = der->data;

	return d2i_X509(NULL, &at, (long)der->len);
}

static EVP_PKEY *key_of(const struct buffer *spki)
{
	const unsigned char *at = spki->data;

	return d2i_PUBKEY(NULL, &at, (long)spki->len);
}

/* The leaf is about the new key, and the device certificate's key signed it. */
static bool check_attestation(const struct course *course, struct error *err)
{
	X509 *leaf = certificate_of(&course->leaf), *device = certificate_of(&course->device);
	EVP_PKEY *key = key_of(&course->spki);
	bool good = leaf != NULL && device != NULL && X509_verify(leaf, X509_get0_pubkey(device)) == 1 &&
	            EVP_PKEY_eq(X509_get0_pubkey(leaf), key) == 1;

	EVP_PKEY_free(key);
	X509_free(device);
	X509_free(leaf);
	return good ||
	       error_set(err, ERROR_CRYPTO, "the attestation is not by the device's key or not about the new one");
}

static bool check_signature(struct course *course, struct error *err)
{
	static const char message[] = "a message that the card has never seen";
	const char *digest = course->algorithm->type == PIV_KEY_TYPE_EDWARDS ? NULL : "SHA256";
	struct buffer signature = BUFFER_EMPTY;
	EVP_PKEY *key = key_of(&course->spki);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = piv_pin_verify(course->piv, course->pin, NULL, err) &&
	            piv_sign(course->piv, course->slot, course->algorithm->algorithm, PIV_SHA256, BYTES_OF(message),
	                &signature, err);

	if (good && (EVP_DigestVerifyInit_ex(context, NULL, digest, NULL, NULL, key, NULL) != 1 ||
	                EVP_DigestVerify(context, signature.data, signature.len, (const unsigned char *)message,
	                    sizeof(message)) != 1))
		good = error_set(err, ERROR_CRYPTO, "the signature does not verify");
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	buffer_free(&signature);
	return good;
}

static bool sign_on_card(
    void *state, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err)
{
	struct course *course = state;

	return piv_pin_verify(course->piv, course->pin, NULL, err) &&
	       piv_sign(course->piv, course->slot, course->algorithm->algorithm, digest, message, signature, err);
}

static bool write_certificate(struct course *course, struct error *err)
{
	int64_t now = (int64_t)time(NULL);
	struct slot_certificate wanted = {.person = "anna",
	    .not_before = now,
	    .not_after = now + YEAR_SECONDS,
	    .algorithm = course->algorithm->algorithm,
	    .spki = buffer_bytes(&course->spki)};
	struct buffer made = BUFFER_EMPTY;
	bool done = slot_certificate_make(&wanted, (struct x509_signer){course, sign_on_card}, &made, err) &&
	            piv_certificate_write(course->piv, course->slot, buffer_bytes(&made), err) &&
	            piv_certificate_read(course->piv, course->slot, &course->certificate, err);

	if (done && !bytes_equal(buffer_bytes(&made), buffer_bytes(&course->certificate)))
		done = error_set(err, ERROR_CARD_REPLY, "the token gives back another certificate than was written");
	buffer_free(&made);
	return done;
}

static bool check_certificate(const struct course *course, struct error *err)
{
	X509 *certificate = certificate_of(&course->certificate);
	EVP_PKEY *key = key_of(&course->spki);
	bool good = certificate != NULL && X509_verify(certificate, key) == 1;

	EVP_PKEY_free(key);
	X509_free(certificate);
	return good || error_set(err, ERROR_CRYPTO, "the slot's certificate is not good");
}

static bool run_course(struct course *course, struct error *err)
{
	return show_identity(course, err) && authenticate(course, err) &&
	       piv_generate(course->piv, course->slot, course->algorithm->algorithm, PIV_PIN_ALWAYS, PIV_TOUCH_NEVER,
	           &course->spki, err) &&
	       check_metadata(course, err) && piv_attest(course->piv, course->slot, &course->leaf, err) &&
	       piv_certificate_read(course->piv, piv_slot_find("f9"), &course->device, err) &&
	       check_attestation(course, err) && check_signature(course, err) && write_certificate(course, err) &&
	       check_certificate(course, err) && piv_identifiers_ensure(course->piv, err);
}

static void clear_course(struct course *course)
{
	piv_close(course->piv);
	secret_free(course->pin);
	buffer_free(&course->spki);
	buffer_free(&course->leaf);
	buffer_free(&course->device);
	buffer_free(&course->certificate);
}

static bool course(struct reader_context *context, char **arguments, struct error *err)
{
	struct course course = {.piv = NULL};
	bool done = find_arguments(&course, arguments[1], arguments[2], err) &&
	            make_pin(arguments[3], &course.pin, err) && piv_open(context, arguments[0], &course.piv, err) &&
	            run_course(&course, err);

	clear_course(&course);
	if (done)
		(void)puts("done");
	return done;
}

static bool pin(struct reader_context *context, char **arguments, struct error *err)
{
	struct course course = {.piv = NULL};
	bool done = make_pin(arguments[1], &course.pin, err) && piv_open(context, arguments[0], &course.piv, err) &&
	            piv_pin_verify(course.piv, course.pin, NULL, err);

	clear_course(&course);
	return done;
}

static bool hold(struct reader_context *context, char **arguments, struct error *err)
{
	struct piv *piv = NULL;
	char byte;

	if (!piv_open(context, arguments[0], &piv, err))
		return false;
	(void)puts("held");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	piv_close(piv);
	return true;
}

static bool readers(struct reader_context *context, char **arguments, struct error *err)
{
	struct reader_list list = READER_LIST_EMPTY;

	(void)arguments;
	if (!reader_list_load(context, &list, err))
		return false;
	for (size_t i = 0; i < list.count; i++)
		(void)printf("%s%s\n", list.readers[i].card_present ? "+" : "", list.readers[i].name);
	reader_list_clear(&list);
	return true;
}

static bool wait_change(struct reader_context *context, char **arguments, struct error *err)
{
	struct reader_list list = READER_LIST_EMPTY;
	bool changed = false, done = reader_list_load(context, &list, err);

	(void)puts("waiting");
	(void)fflush(stdout);
	done = done && reader_list_wait(context, &list, atoi(arguments[0]), &changed, err);
	reader_list_clear(&list);
	if (done)
		(void)puts(changed ? "changed" : "same");
	return done;
}

static const struct verb {
	const char *name;
	int arguments;
	bool (*run)(struct reader_context *context, char **arguments, struct error *err);
} verbs[] = {
    {"readers", 0, readers},
    {"wait", 1, wait_change},
    {"course", 4, course},
    {"pin", 2, pin},
    {"hold", 1, hold},
};

int main(int count, char **arguments)
{
	struct reader_context *context = NULL;
	struct error err = ERROR_EMPTY;
	bool done = false;

	(void)error_set(&err, ERROR_USAGE, "see the head of piv_probe.c");
	for (size_t i = 0; count > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, arguments[1]) == 0 && count - 2 == verbs[i].arguments)
			done = reader_context_new(&context, &err) && verbs[i].run(context, arguments + 2, &err);
	reader_context_free(context);
	if (!done)
		(void)printf("%s: %s\n", error_word(err.code), err.text);
	return done ? 0 : error_exit_status(err.code);
}
