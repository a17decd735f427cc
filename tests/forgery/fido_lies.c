#include "tests/forgery/fido_lies.h"

#define SET(member, value)                                                                                             \
	{                                                                                                              \
		.at = offsetof(struct fido_recipe, member), .number = (int)(value)                                     \
	}
#define SAY(member, value)                                                                                             \
	{                                                                                                              \
		.at = offsetof(struct fido_recipe, member), .text = (value), .is_text = true                           \
	}
#define ONE(a) {a}, 1, 0
#define TWO(a, b) {a, b}, 2, 0
/* `a` is what an honest device of this row does. */
#define BUT(a, b) {a, b}, 2, 1

#define SSH SET(wrapped_by_ssh, 1)
#define HASH SET(client_data_kind, FIDO_CLIENT_DATA_HASH)
#define JSON SET(client_data_kind, FIDO_CLIENT_DATA_JSON)

static const struct fido_lie lies[] = {
    /* the object */
    {"bytes behind the object", FIDO_PACKED, ERROR_FIDO_OBJECT, ONE(SET(object_rest, 1))},
    {"a fourth member", FIDO_PACKED, ERROR_FIDO_OBJECT, ONE(SET(object_extra, 1))},
    {"a member twice", FIDO_PACKED, ERROR_FIDO_OBJECT, ONE(SET(object_twice, 1))},
    {"a map without end", FIDO_PACKED, ERROR_FIDO_OBJECT, ONE(SET(object_indefinite, 1))},
    {"a format nobody knows", FIDO_PACKED, ERROR_FIDO_FORMAT, ONE(SAY(format_name, "packed2"))},
    {"SafetyNet", FIDO_PACKED, ERROR_FIDO_FORMAT, ONE(SAY(format_name, "android-safetynet"))},
    {"compound", FIDO_PACKED, ERROR_FIDO_FORMAT, ONE(SAY(format_name, "compound"))},
    {"packed as none", FIDO_PACKED, ERROR_FIDO_STATEMENT, ONE(SAY(format_name, "none"))},
    {"packed as U2F", FIDO_PACKED, ERROR_FIDO_STATEMENT, ONE(SAY(format_name, "fido-u2f"))},
    {"a list as statement", FIDO_PACKED, ERROR_FIDO_STATEMENT, ONE(SET(statement_list, 1))},
    {"one more member in the statement", FIDO_PACKED, ERROR_FIDO_STATEMENT, ONE(SET(statement_extra, 1))},
    {"no algorithm", FIDO_PACKED, ERROR_FIDO_STATEMENT, ONE(SET(without_algorithm, 1))},
    {"an empty list of certificates", FIDO_PACKED, ERROR_FIDO_STATEMENT, ONE(SET(no_certificates, 1))},
    /* authenticator data */
    {"bytes behind authenticator data", FIDO_PACKED, ERROR_FIDO_AUTH_DATA, ONE(SET(data_rest, 1))},
    {"authenticator data cut short", FIDO_PACKED, ERROR_FIDO_AUTH_DATA, ONE(SET(data_cut, 1))},
    {"no new credential", FIDO_PACKED, ERROR_FIDO_AUTH_DATA, ONE(SET(flags, 0x05))},
    {"extensions promised, none there", FIDO_PACKED, ERROR_FIDO_AUTH_DATA, ONE(SET(flags, 0xc5))},
    {"no extension in the map", FIDO_PACKED, ERROR_FIDO_AUTH_DATA, ONE(SET(extensions_empty, 1))},
    {"credProtect of 4", FIDO_PACKED, ERROR_FIDO_AUTH_DATA, ONE(SET(cred_protect, 4))},
    {"credential id of 1024 bytes", FIDO_PACKED, ERROR_FIDO_AUTH_DATA, ONE(SET(id_len, 1024))},
    {"no credential id", FIDO_PACKED, ERROR_FIDO_AUTH_DATA, ONE(SET(id_len, 0))},
    {"nobody touched it", FIDO_PACKED, ERROR_FIDO_FLAGS, ONE(SET(flags, 0x44))},
    {"backed up, not eligible", FIDO_PACKED, ERROR_FIDO_FLAGS, ONE(SET(flags, 0x55))},
    {"a key for an unknown algorithm", FIDO_PACKED, ERROR_FIDO_KEY, ONE(SET(cose_algorithm, -47))},
    {"a key of another type", FIDO_PACKED, ERROR_FIDO_KEY, ONE(SET(cose_type, 1))},
    {"a key of another curve", FIDO_PACKED, ERROR_FIDO_KEY, ONE(SET(cose_curve, 8))},
    {"a key with one more member", FIDO_PACKED, ERROR_FIDO_KEY, ONE(SET(cose_extra, 1))},
    {"a key off its curve", FIDO_PACKED, ERROR_KEY_WEAK, ONE(SET(cose_off_curve, 1))},
    /* binding */
    {"made for another application", FIDO_PACKED, ERROR_FIDO_APPLICATION, ONE(SAY(application, "ssh:other"))},
    {"handed in for another application", FIDO_PACKED, ERROR_FIDO_APPLICATION, ONE(SAY(given_application, "ssh:x"))},
    {"handed in for no application", FIDO_PACKED, ERROR_EVIDENCE_INCOMPLETE, ONE(SAY(given_application, ""))},
    {"another challenge signed", FIDO_PACKED, ERROR_FIDO_SIGNATURE, ONE(SET(signed_other_challenge, 1))},
    {"another hash handed in", FIDO_PACKED, ERROR_FIDO_SIGNATURE, BUT(HASH, SET(hash_wrong, 1))},
    {"a challenge that can be guessed", FIDO_PACKED, ERROR_FIDO_CHALLENGE, ONE(SAY(challenge, "fifteen bytes.."))},
    {"no challenge", FIDO_PACKED, ERROR_EVIDENCE_INCOMPLETE, ONE(SAY(challenge, ""))},
    {"client data of a login", FIDO_PACKED, ERROR_FIDO_CLIENT_DATA,
        BUT(JSON, SAY(json, "{\"type\":\"webauthn.get\",\"challenge\":\"AAECAwQFBgcICQoLDA0ODw\"}"))},
    {"client data without challenge", FIDO_PACKED, ERROR_FIDO_CLIENT_DATA,
        BUT(JSON, SAY(json, "{\"type\":\"webauthn.create\"}"))},
    {"client data with a type twice", FIDO_PACKED, ERROR_FIDO_CLIENT_DATA,
        BUT(JSON,
            SAY(json,
                "{\"type\":\"webauthn.get\",\"type\":\"webauthn.create\",\"challenge\":\"AAECAwQFBgcICQoLDA0ODw\"}"))},
    {"client data with a short challenge", FIDO_PACKED, ERROR_FIDO_CHALLENGE,
        BUT(JSON, SAY(json, "{\"type\":\"webauthn.create\",\"challenge\":\"AAEC\"}"))},
    /* packed */
    {"self attestation", FIDO_PACKED, ERROR_FIDO_NO_HARDWARE, TWO(SET(without_certificates, 1), SET(signer, KEY_SLOT))},
    {"signature flipped", FIDO_PACKED, ERROR_FIDO_SIGNATURE, ONE(SET(signature_flipped, 1))},
    {"signed by another key", FIDO_PACKED, ERROR_FIDO_SIGNATURE, ONE(SET(signer, KEY_SLOT))},
    {"an algorithm that is not the key's", FIDO_PACKED, ERROR_CERTIFICATE_ALGORITHM, ONE(SET(algorithm, -257))},
    {"signed with SHA-1", FIDO_PACKED, ERROR_FIDO_ALGORITHM,
        {SET(leaf_key, KEY_DEVICE), SET(signer, KEY_DEVICE), SET(algorithm, -65535)}, 3, 0},
    {"an unknown algorithm", FIDO_PACKED, ERROR_FIDO_ALGORITHM, ONE(SET(algorithm, -9999))},
    {"certificate of version 1", FIDO_PACKED, ERROR_EVIDENCE_CERTIFICATE, ONE(SET(version, 0))},
    {"no country", FIDO_PACKED, ERROR_FIDO_CERTIFICATE, ONE(SAY(country, "XX"))},
    {"no organisation", FIDO_PACKED, ERROR_FIDO_CERTIFICATE, ONE(SAY(organisation, NULL))},
    {"another unit", FIDO_PACKED, ERROR_FIDO_CERTIFICATE, ONE(SAY(unit, "Authenticator Attestation CA"))},
    {"no common name", FIDO_PACKED, ERROR_FIDO_CERTIFICATE, ONE(SAY(name, NULL))},
    {"attestation certificate is an issuer", FIDO_PACKED, ERROR_FIDO_CERTIFICATE, ONE(SET(is_authority, 1))},
    {"no BasicConstraints", FIDO_PACKED, ERROR_FIDO_CERTIFICATE, ONE(SET(without_constraints, 1))},
    {"a critical extension nobody knows", FIDO_PACKED, ERROR_CERTIFICATE_EXTENSION, ONE(SET(critical_unknown, 1))},
    {"another model in the certificate", FIDO_PACKED, ERROR_FIDO_AAGUID, ONE(SET(aaguid_extension, 2))},
    {"another model in authenticator data", FIDO_PACKED, ERROR_FIDO_AAGUID, ONE(SET(aaguid, 0x33))},
    {"no model in the certificate", FIDO_PACKED, ERROR_FIDO_AAGUID, ONE(SET(aaguid_extension, 1))},
    {"model extension critical", FIDO_PACKED, ERROR_CERTIFICATE_EXTENSION, ONE(SET(aaguid_extension, 3))},
    {"model extension malformed", FIDO_PACKED, ERROR_FIDO_CERTIFICATE, ONE(SET(aaguid_extension, 4))},
    {"an issuer of another model", FIDO_PACKED, ERROR_FIDO_AAGUID, ONE(SAY(issuer, "Test FIDO Other Model"))},
    /* the path */
    {"nobody's root", FIDO_PACKED, ERROR_FIDO_ISSUER_UNKNOWN, ONE(SAY(issuer, "Nobody's Root"))},
    {"the root's name, another key", FIDO_PACKED, ERROR_FIDO_PATH_SIGNATURE, ONE(SET(issuer_key, KEY_STRANGER))},
    {"preview CA", FIDO_PACKED, ERROR_FIDO_ISSUER_DISTRUSTED,
        TWO(SAY(issuer, "Test FIDO Preview CA"), SET(issuer_key, KEY_PREVIEW))},
    {"a distrusted batch", FIDO_PACKED, ERROR_FIDO_ISSUER_DISTRUSTED,
        TWO(SET(leaf_key, KEY_PREVIEW), SET(signer, KEY_PREVIEW))},
    {"a TPM's root for a security key", FIDO_PACKED, ERROR_FIDO_ISSUER_UNKNOWN, ONE(SAY(issuer, "Test TPM Root"))},
    {"an issuer that may not be one", FIDO_PACKED, ERROR_FIDO_PATH, BUT(SET(with_ca, 1), SET(ca_not_authority, 1))},
    {"an issuer with another key", FIDO_PACKED, ERROR_FIDO_PATH_SIGNATURE, BUT(SET(with_ca, 1), SET(ca_other_key, 1))},
    {"an issuer that the vendor does not have", FIDO_PACKED, ERROR_FIDO_PATH,
        TWO(SET(with_ca, 1), SAY(issuer, "Test FIDO Direct Root"))},
    {"issuers that do not belong together", FIDO_PACKED, ERROR_FIDO_PATH,
        BUT(SET(with_ca, 1), SET(second_certificate, 1))},
    {"a stranger sent along", FIDO_PACKED, ERROR_FIDO_PATH, ONE(SET(stranger_behind, 1))},
    {"a stranger behind the root", FIDO_PACKED, ERROR_FIDO_PATH, BUT(SET(root_behind, 1), SET(stranger_behind, 1))},
    /* none and U2F */
    {"no attestation", FIDO_PACKED, ERROR_FIDO_NO_HARDWARE, {SET(format, FIDO_NONE), SAY(format_name, "none")}, 2, 0},
    {"U2F with a model", FIDO_U2F, ERROR_FIDO_AAGUID, ONE(SET(aaguid, 0x11))},
    {"U2F with two certificates", FIDO_U2F, ERROR_FIDO_STATEMENT, ONE(SET(root_behind, 1))},
    {"U2F without certificate", FIDO_U2F, ERROR_FIDO_STATEMENT, ONE(SET(without_certificates, 1))},
    {"U2F signed for another challenge", FIDO_U2F, ERROR_FIDO_SIGNATURE, ONE(SET(signed_other_challenge, 1))},
    {"U2F signature flipped", FIDO_U2F, ERROR_FIDO_SIGNATURE, ONE(SET(signature_flipped, 1))},
    {"U2F by an RSA key", FIDO_U2F, ERROR_FIDO_CERTIFICATE, TWO(SET(leaf_key, KEY_DEVICE), SET(signer, KEY_DEVICE))},
    {"U2F by an issuer", FIDO_U2F, ERROR_FIDO_CERTIFICATE, ONE(SET(is_authority, 1))},
    {"U2F under nobody's root", FIDO_U2F, ERROR_FIDO_ISSUER_UNKNOWN, ONE(SAY(issuer, "Nobody's Root"))},
    /* tpm */
    {"TPM of version 1.2", FIDO_TPM, ERROR_FIDO_STATEMENT, ONE(SAY(tpm_version, "1.2"))},
    {"not made by a TPM", FIDO_TPM, ERROR_FIDO_TPM, ONE(SET(magic, 0x12345678))},
    {"a quote, no certification", FIDO_TPM, ERROR_FIDO_TPM, ONE(SET(attest_type, 0x8018))},
    {"bytes behind the certification", FIDO_TPM, ERROR_FIDO_TPM, ONE(SET(certification_rest, 1))},
    {"TPM: other authenticator data", FIDO_TPM, ERROR_FIDO_TPM, ONE(SET(extra_data_wrong, 1))},
    {"TPM certifies another key", FIDO_TPM, ERROR_FIDO_TPM, ONE(SET(name_wrong, 1))},
    {"TPM's key is not the credential", FIDO_TPM, ERROR_FIDO_TPM, ONE(SET(other_public_key, 1))},
    {"TPM's key may be moved", FIDO_TPM, ERROR_FIDO_TPM, ONE(SET(attributes, 0x00060470))},
    {"TPM's key was imported", FIDO_TPM, ERROR_FIDO_TPM, ONE(SET(attributes, 0x00060452))},
    {"TPM's signature flipped", FIDO_TPM, ERROR_FIDO_SIGNATURE, ONE(SET(signature_flipped, 1))},
    {"TPM's identity with a subject", FIDO_TPM, ERROR_FIDO_CERTIFICATE, ONE(SET(subject_filled, 1))},
    {"TPM that has no name", FIDO_TPM, ERROR_FIDO_CERTIFICATE, ONE(SET(without_san, 1))},
    {"TPM's name not critical", FIDO_TPM, ERROR_FIDO_CERTIFICATE, ONE(SET(san_not_critical, 1))},
    {"TPM's key for something else", FIDO_TPM, ERROR_FIDO_CERTIFICATE, ONE(SET(without_usage, 1))},
    {"a security key's root for a TPM", FIDO_TPM, ERROR_FIDO_ISSUER_UNKNOWN, ONE(SAY(issuer, "Test FIDO Root"))},
    /* android-key */
    {"Android: another challenge", FIDO_ANDROID_KEY, ERROR_FIDO_ANDROID, ONE(SET(challenge_wrong, 1))},
    {"Android: a program holds it", FIDO_ANDROID_KEY, ERROR_FIDO_ANDROID, ONE(SET(level, 0))},
    {"Android: for all applications", FIDO_ANDROID_KEY, ERROR_FIDO_ANDROID, ONE(SET(all_applications, 1))},
    {"Android: imported", FIDO_ANDROID_KEY, ERROR_FIDO_ANDROID, ONE(SET(imported, 1))},
    {"Android: for decryption", FIDO_ANDROID_KEY, ERROR_FIDO_ANDROID, ONE(SET(purpose, 1))},
    {"Android: another credential", FIDO_ANDROID_KEY, ERROR_FIDO_ANDROID, ONE(SET(other_credential, 1))},
    {"Android: no description", FIDO_ANDROID_KEY, ERROR_FIDO_ANDROID, ONE(SET(without_description, 1))},
    {"Android: signature flipped", FIDO_ANDROID_KEY, ERROR_FIDO_SIGNATURE, ONE(SET(signature_flipped, 1))},
    /* apple */
    {"Apple: another challenge", FIDO_APPLE, ERROR_FIDO_APPLE, ONE(SET(nonce_wrong, 1))},
    {"Apple: no nonce", FIDO_APPLE, ERROR_FIDO_APPLE, ONE(SET(without_nonce, 1))},
    {"Apple: another key", FIDO_APPLE, ERROR_FIDO_APPLE, ONE(SET(other_credential, 1))},
    {"Apple: under nobody's root", FIDO_APPLE, ERROR_FIDO_ISSUER_UNKNOWN, ONE(SAY(issuer, "Nobody's Root"))},
    /* ssh-keygen's file */
    {"file: bytes behind", FIDO_PACKED, ERROR_EVIDENCE_FORMAT, BUT(SSH, SET(container_rest, 1))},
    {"file: reserved flags", FIDO_PACKED, ERROR_EVIDENCE_FORMAT, BUT(SSH, SET(container_reserved, 1))},
    {"file: a version nobody knows", FIDO_PACKED, ERROR_EVIDENCE_FORMAT, BUT(SSH, SET(container_version, 2))},
    {"file: no certificate", FIDO_PACKED, ERROR_FIDO_NO_HARDWARE, BUT(SSH, SET(empty_certificate, 1))},
    {"file: v00 without key handle", FIDO_U2F, ERROR_EVIDENCE_INCOMPLETE, BUT(SSH, SET(container_version, 0))},
    {"file: another SSH key", FIDO_PACKED, ERROR_KEY_MISMATCH, BUT(SSH, SET(other_ssh_key, 1))},
    {"file: another challenge", FIDO_PACKED, ERROR_FIDO_SIGNATURE, BUT(SSH, SET(signed_other_challenge, 1))},
    {"file: U2F, another challenge", FIDO_U2F, ERROR_FIDO_SIGNATURE, BUT(SSH, SET(signed_other_challenge, 1))},
    {"file: another application", FIDO_PACKED, ERROR_FIDO_APPLICATION, BUT(SSH, SAY(given_application, "ssh:x"))},
};

const struct fido_lie *fido_lie_at(size_t index)
{
	return index < sizeof(lies) / sizeof(lies[0]) ? &lies[index] : NULL;
}
