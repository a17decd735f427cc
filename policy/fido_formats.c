#include "policy/fido_formats.h"

#include "common/language.h"
#include "policy/fido_attestation.h"
#include "policy/fido_statement.h"
#include "policy/result.h"
#include "policy/signature.h"

/* 8.7: nothing is stated. */
static bool none_check(
    struct fido_attestation *attestation, const struct trust *trust, struct result *result, struct error *err)
{
	(void)attestation;
	(void)trust;
	(void)result;
	return error_set(err, ERROR_FIDO_NO_HARDWARE,
	    "the key comes without an attestation (\"none\"): nothing says that hardware holds it");
}

bool fido_format_check(
    struct fido_attestation *attestation, const struct trust *trust, struct result *result, struct error *err)
{
	static bool (*const checks[FIDO_FORMAT_COUNT])(
	    struct fido_attestation *, const struct trust *, struct result *, struct error *) = {
	    [FIDO_PACKED] = fido_packed_check,
	    [FIDO_U2F] = fido_u2f_check,
	    [FIDO_TPM] = fido_tpm_check,
	    [FIDO_ANDROID_KEY] = fido_android_check,
	    [FIDO_APPLE] = fido_apple_check,
	    [FIDO_NONE] = none_check,
	};

	return checks[attestation->statement.format](attestation, trust, result, err);
}

bool fido_statement_check(const struct fido_attestation *attestation, struct bytes message, struct error *err)
{
	const struct signature signature = {.algorithm = attestation->statement.algorithm,
	    .message = message,
	    .value = attestation->statement.signature};

	if (signature_check_once(&signature, &attestation->certificates[0].key, ERROR_FIDO_SIGNATURE, err))
		return true;
	if (err->code == ERROR_FIDO_SIGNATURE)
		return error_set(err, ERROR_FIDO_SIGNATURE,
		    "the attestation was not signed by this attestation certificate's key for this challenge: it "
		    "answers "
		    "another challenge, was changed, or is put together from two");
	return error_prefix(err, "attestation statement");
}

void fido_tolerate(struct result *result, const char *what)
{
	struct error err = ERROR_EMPTY;

	(void)error_set(&err, ERROR_FIDO_TOLERATED, "%s", translated(what));
	result_warn(result, &err, NULL);
}
