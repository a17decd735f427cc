#include "policy/reasons.h"

#include "common/language.h"

struct next_step {
	enum error_code code;
	const char *sentence;
};

static const struct next_step steps[] = {
    {ERROR_EVIDENCE_ABSENT, N_("Ask for the attestation: of a PIV key its certificate and f9, of a FIDO key what was "
                               "written when it was made.")},
    {ERROR_EVIDENCE_INCOMPLETE,
        N_("Hand in all of it: for PIV the attestation and f9, for FIDO the attestation and its challenge.")},
    {ERROR_EVIDENCE_FORMAT, N_("Hand in certificates as PEM or DER, or a certificate request with --csr.")},
    {ERROR_EVIDENCE_CERTIFICATE, N_("Export the certificate anew from the token; do not edit or convert it.")},
    {ERROR_LIMIT, N_("Hand in the attestation only: it is never this large.")},
    {ERROR_CERTIFICATE_ALGORITHM, N_("Use a token of firmware 4.3 or newer with its vendor's own attestation key.")},
    {ERROR_CERTIFICATE_EXTENSION, N_("This is no attestation certificate; export the token's attestation.")},
    {ERROR_PIV_ISSUER_UNKNOWN,
        N_("Update the trust bundle; if it is up to date, the token is not of a vendor that is trusted here.")},
    {ERROR_PIV_ISSUER_DISTRUSTED, N_("Use another token: this one's issuer is never trusted for logins.")},
    {ERROR_ISSUER_PREVIEW, N_("Use another token: this one is a sample from before the product's release.")},
    {ERROR_ISSUER_SIBLING,
        N_("Hand in the attestation of the right application of this token: this is another one's.")},
    {ERROR_ISSUER_COMPROMISED, N_("Use another token: anybody can make attestations like this one's.")},
    {ERROR_PIV_DEVICE_SIGNATURE,
        N_("Treat the token as forged or its device certificate as damaged; read f9 again, else use another token.")},
    {ERROR_PIV_DEVICE_CERTIFICATE,
        N_("Read the device certificate (f9) again from the token; else use another token.")},
    {ERROR_PIV_LEAF_SIGNATURE, N_("Attest again and hand in both certificates of the same token; if it stays, its "
                                  "attestation key is lost: use another token.")},
    {ERROR_PIV_LEAF, N_("Attest the slot again with a token of firmware 4.3 or newer.")},
    {ERROR_PIV_EXTENSION, N_("Use a genuine token: no vendor's firmware writes such a certificate.")},
    {ERROR_PIV_SLOT, N_("Attest the slot that the key is in.")},
    {ERROR_FIDO_OBJECT, N_("Hand in the attestation object as the server received it, not converted.")},
    {ERROR_FIDO_AUTH_DATA,
        N_("Enroll the key again; if it stays, the device or the program that talks to it is faulty.")},
    {ERROR_FIDO_STATEMENT,
        N_("Enroll the key again; if it stays, the device or the program that talks to it is faulty.")},
    {ERROR_FIDO_CLIENT_DATA, N_("Hand in the client data of the registration itself, unchanged.")},
    {ERROR_FIDO_FORMAT, N_("Enroll again with a security key that attests by \"packed\" or \"fido-u2f\".")},
    {ERROR_FIDO_NO_HARDWARE,
        N_("Enroll again, with a vendor's security key, and have the attestation written (-O write-attestation).")},
    {ERROR_FIDO_CHALLENGE, N_("Enroll again with a random challenge of 32 bytes that this server made.")},
    {ERROR_FIDO_APPLICATION, N_("Name the application that the key was made for, or enroll again for this one.")},
    {ERROR_FIDO_DATES, N_("Nothing to do; a rule with the condition certificate-dates can refuse such devices.")},
    {ERROR_FIDO_TOLERATED, N_("Nothing to do: genuine devices do this.")},
    {ERROR_FIDO_FLAGS, N_("Enroll again, and touch the device when it asks.")},
    {ERROR_FIDO_KEY, N_("Enroll again with ed25519-sk or ecdsa-sk.")},
    {ERROR_FIDO_ALGORITHM, N_("Use another device: this one signs by an algorithm that is not allowed.")},
    {ERROR_FIDO_SIGNATURE,
        N_("Hand in the challenge that was used; if it was, enroll again and treat this attestation as forged.")},
    {ERROR_FIDO_CERTIFICATE, N_("Use a genuine device: no certified vendor issues such an attestation certificate.")},
    {ERROR_FIDO_AAGUID, N_("Use a genuine device: the attestation is put together from two models.")},
    {ERROR_FIDO_ISSUER_UNKNOWN,
        N_("Update the trust bundle and the FIDO metadata; if they are up to date, the vendor is not trusted here.")},
    {ERROR_FIDO_ISSUER_DISTRUSTED, N_("Use another device: this one's issuer is never trusted for logins.")},
    {ERROR_FIDO_PATH, N_("Enroll again; if it stays, use another device: its certificates do not belong together.")},
    {ERROR_FIDO_PATH_SIGNATURE, N_("Treat the attestation as forged; enroll again with another device.")},
    {ERROR_FIDO_TPM, N_("Enroll again on a machine whose TPM is switched on and made the key.")},
    {ERROR_FIDO_ANDROID, N_("Use a telephone that keeps keys in hardware.")},
    {ERROR_FIDO_APPLE, N_("Enroll again; if it stays, treat the attestation as forged.")},
    {ERROR_MDS_FORMAT, N_("Import the FIDO metadata anew; if it stays, ask the administrator.")},
    {ERROR_MDS_ABSENT, N_("Import the FIDO metadata: keyenroll mds import FILE.")},
    {ERROR_MDS_ALGORITHM, N_("Download the metadata BLOB again from https://mds3.fidoalliance.org.")},
    {ERROR_MDS_SIGNER, N_("Update the trust bundle, check the clock, and download the metadata BLOB again.")},
    {ERROR_MDS_SIGNATURE, N_("Download the metadata BLOB again from https://mds3.fidoalliance.org.")},
    {ERROR_MDS_ROLLBACK, N_("Keep the newer metadata that is installed.")},
    {ERROR_MDS_LATE, N_("Import the current FIDO metadata: keyenroll mds import FILE.")},
    {ERROR_MDS_STATUS, N_("Use a device of another model: the FIDO alliance reports this one as unsafe.")},
    {ERROR_DOWNLOAD, N_("Check address and network, or fetch the file by other means and import it.")},
    {ERROR_KEY_ROCA, N_("Replace the token: its RSA keys are unsafe. The vendor's advisory is YSA-2017-01.")},
    {ERROR_KEY_MISMATCH, N_("Attest the very key that is to be enrolled, or hand in that key.")},
    {ERROR_KEY_WEAK, N_("Generate a new key: P-256, P-384 or RSA with 2048 bits or more.")},
    {ERROR_ADVISORY, N_("Use a token of newer firmware, or ask the administrator about this advisory.")},
    {ERROR_POLICY, N_("Generate a key as the policy demands it, or ask the administrator.")},
    {ERROR_TRUST_BUNDLE, N_("Ask the administrator to mend or reinstall the trust bundle.")},
    {ERROR_MEMORY, N_("Try again; if it stays, ask the administrator.")},
    {ERROR_CRYPTO, N_("Try again; if it stays, ask the administrator.")},
};

const char *reason_next_step(enum error_code code)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].code == code)
			return steps[i].sentence;
	}
	return "";
}
