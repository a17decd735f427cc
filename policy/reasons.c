#include "policy/reasons.h"

struct next_step {
	enum error_code code;
	const char *sentence;
};

static const struct next_step steps[] = {
    {ERROR_EVIDENCE_ABSENT, "Ask for the attestation: the slot's certificate and the device certificate (f9)."},
    {ERROR_EVIDENCE_INCOMPLETE, "Hand in both certificates: the slot's attestation and the device certificate (f9)."},
    {ERROR_EVIDENCE_FORMAT, "Hand in certificates as PEM or DER, or a certificate request with --csr."},
    {ERROR_EVIDENCE_CERTIFICATE, "Export the certificate anew from the token; do not edit or convert it."},
    {ERROR_LIMIT, "Hand in the attestation only: it is never this large."},
    {ERROR_CERTIFICATE_ALGORITHM, "Use a token of firmware 4.3 or newer with its vendor's own attestation key."},
    {ERROR_CERTIFICATE_EXTENSION, "This is no attestation certificate; export the token's attestation."},
    {ERROR_PIV_ISSUER_UNKNOWN,
        "Update the trust bundle; if it is up to date, the token is not of a vendor that is trusted here."},
    {ERROR_PIV_ISSUER_DISTRUSTED, "Use another token: this one's issuer is never trusted for logins."},
    {ERROR_PIV_DEVICE_SIGNATURE,
        "Treat the token as forged or its device certificate as damaged; read f9 again, else use another token."},
    {ERROR_PIV_DEVICE_CERTIFICATE, "Read the device certificate (f9) again from the token; else use another token."},
    {ERROR_PIV_LEAF_SIGNATURE, "Attest again and hand in both certificates of the same token; if it stays, its "
                               "attestation key is lost: use another token."},
    {ERROR_PIV_LEAF, "Attest the slot again with a token of firmware 4.3 or newer."},
    {ERROR_PIV_EXTENSION, "Use a genuine token: no vendor's firmware writes such a certificate."},
    {ERROR_PIV_SLOT, "Attest the slot that the key is in."},
    {ERROR_KEY_ROCA, "Replace the token: its RSA keys are unsafe. The vendor's advisory is YSA-2017-01."},
    {ERROR_KEY_MISMATCH, "Attest the very key that is to be enrolled, or hand in that key."},
    {ERROR_KEY_WEAK, "Generate a new key: P-256, P-384 or RSA with 2048 bits or more."},
    {ERROR_ADVISORY, "Use a token of newer firmware, or ask the administrator about this advisory."},
    {ERROR_POLICY, "Generate a key as the policy demands it, or ask the administrator."},
    {ERROR_TRUST_BUNDLE, "Ask the administrator to mend or reinstall the trust bundle."},
    {ERROR_MEMORY, "Try again; if it stays, ask the administrator."},
    {ERROR_CRYPTO, "Try again; if it stays, ask the administrator."},
};

const char *reason_next_step(enum error_code code)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].code == code)
			return steps[i].sentence;
	}
	return "";
}
