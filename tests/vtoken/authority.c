#include "tests/vtoken/authority.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "tests/vtoken/certificate.h"
#include "tests/vtoken/vendor.h"
#include "tests/vtoken/vendor_trust.h"

/* The CAs, each behind its issuer; a root issues itself. */
static const struct authority {
	const char *file, *issuer, *name;
	const char *not_before, *not_after;
	bool critical;
	uint8_t path_length;
	bool elliptic; /* P-256 instead of RSA */
} authorities[] = {
    {VENDOR_SHORT_ROOT, NULL, "PIV Root CA Serial 1", "20160314000000Z", "20520417000000Z", false, 1, false},
    {VENDOR_LONG_ROOT, NULL, "Attestation Root 1", "20241201000000Z", "99991231235959Z", true, 3, false},
    {VENDOR_LONG_INTERMEDIATE, VENDOR_LONG_ROOT, "Attestation Intermediate A 1", "20241201000000Z", "99991231235959Z",
        true, 2, false},
    {VENDOR_LONG_ISSUING, VENDOR_LONG_INTERMEDIATE, "PIV Attestation A 1", "20241201000000Z", "99991231235959Z", true,
        1, false},
    {VENDOR_LONG_INTERMEDIATE_B, VENDOR_LONG_ROOT, "Attestation Intermediate B 1", "20241201000000Z", "99991231235959Z",
        true, 2, false},
    {VENDOR_LONG_ISSUING_B2, VENDOR_LONG_INTERMEDIATE_B, "PIV Attestation B2 1", "20250801000000Z", "99991231235959Z",
        true, 1, false},
    {VENDOR_PREVIEW_ROOT, NULL, "PIV Preview CA", "20180412000000Z", "20520417000000Z", false, 0, false},
    {VENDOR_FOREIGN_ROOT, NULL, "PIV Root CA Serial 9", "20160314000000Z", "20520417000000Z", false, 0, false},
    {VENDOR_FIDO_SHORT_ROOT, NULL, "U2F Root CA Serial 1", "20140801000000Z", "20500904000000Z", false, 0, false},
    {VENDOR_FIDO_LONG_ISSUING, VENDOR_LONG_INTERMEDIATE, "FIDO Attestation A 1", "20241201000000Z", "99991231235959Z",
        true, 0, true},
};

static FILE *create(const char *folder, const char *name, const char *suffix, mode_t mode, struct error *err)
{
	struct buffer path = BUFFER_EMPTY;
	FILE *file = NULL;
	int fd;

	if (buffer_put_format(&path, err, "%s/%s%s", folder, name, suffix)) {
		fd = open(buffer_text(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
		file = fd < 0 ? NULL : fdopen(fd, "w");
		if (file == NULL)
			error_set_errno(err, ERROR_FILE, "%s", buffer_text(&path));
	}
	buffer_free(&path);
	return file;
}

static bool store(const char *folder, const char *name, X509 *certificate, EVP_PKEY *key, struct error *err)
{
	FILE *file = create(folder, name, ".pem", 0644, err);
	bool done;

	if (file == NULL)
		return false;
	done = PEM_write_X509(file, certificate) == 1;
	done = fclose(file) == 0 && done;
	if (!done)
		return error_set(err, ERROR_FILE, "%s/%s.pem cannot be written", folder, name);
	file = create(folder, name, "-key.pem", 0600, err);
	if (file == NULL)
		return false;
	done = PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;
	done = fclose(file) == 0 && done;
	return done || error_set(err, ERROR_FILE, "%s/%s-key.pem cannot be written", folder, name);
}

static bool sign(
    const char *folder, const struct authority *authority, X509 *certificate, EVP_PKEY *key, struct error *err)
{
	X509 *issuer = NULL;
	EVP_PKEY *issuer_key = NULL;
	bool done;

	if (authority->issuer == NULL)
		return certificate_set_issuer(certificate, certificate, err) && certificate_sign(certificate, key, err);
	done = vendor_load_certificate(folder, authority->issuer, &issuer, err) &&
	       vendor_load_key(folder, authority->issuer, &issuer_key, err) &&
	       certificate_set_issuer(certificate, issuer, err) && certificate_sign(certificate, issuer_key, err);
	X509_free(issuer);
	EVP_PKEY_free(issuer_key);
	return done;
}

static bool make(const char *folder, const char *prefix, const struct authority *authority, struct error *err)
{
	struct buffer name = BUFFER_EMPTY;
	EVP_PKEY *key = authority->elliptic ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
	                                    : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	X509 *certificate = NULL;
	bool done = false;

	if (key == NULL) {
		error_set(err, ERROR_CRYPTO, "no key could be made");
		goto out;
	}
	done = buffer_put_format(&name, err, "%s %s", prefix, authority->name) &&
	       certificate_new(buffer_text(&name), key, false, &certificate, err) &&
	       certificate_set_dates(certificate, authority->not_before, authority->not_after, err) &&
	       certificate_put_ca(certificate, authority->critical, authority->path_length, err) &&
	       sign(folder, authority, certificate, key, err) && store(folder, authority->file, certificate, key, err);
out:
	EVP_PKEY_free(key);
	X509_free(certificate);
	buffer_free(&name);
	return done;
}

bool authorities_make(const char *folder, const char *prefix, struct error *err)
{
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return error_set_errno(err, ERROR_FILE, "%s", folder);
	for (size_t i = 0; i < sizeof(authorities) / sizeof(authorities[0]); i++)
		if (!make(folder, prefix, &authorities[i], err))
			return false;
	return vendor_store_trust(folder, err);
}
