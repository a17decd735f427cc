#include "tests/forgery/lies.h"

#define TEXT(part, field, text)                                                                                        \
	{                                                                                                              \
		part, FIELD_##field, text, 0                                                                           \
	}
#define NUMBER(part, field, number)                                                                                    \
	{                                                                                                              \
		part, FIELD_##field, NULL, number                                                                      \
	}
#define DO(part, field) NUMBER(part, field, 0)

#define EDITS(...)                                                                                                     \
	.edits = {__VA_ARGS__}, .num_edits = sizeof((struct forged_edit[]){__VA_ARGS__}) / sizeof(struct forged_edit)

/* From an honest chain of shape S1, of shape S2, and of S1 for the built-in policy to judge. */
#define LIE(title, reason, ...)                                                                                        \
	{                                                                                                              \
		.name = title, .code = reason, EDITS(__VA_ARGS__)                                                      \
	}
#define LIE_S2(title, reason, ...)                                                                                     \
	{                                                                                                              \
		.name = title, .shape = FORGED_S2, .code = reason, EDITS(__VA_ARGS__)                                  \
	}
#define LIE_BY_POLICY(title, reason, ...)                                                                              \
	{                                                                                                              \
		.name = title, .by_policy = true, .code = reason, EDITS(__VA_ARGS__)                                   \
	}

static const struct lie lies[] = {
    /* chain: who signed what */
    LIE("another root", ERROR_PIV_ISSUER_UNKNOWN, TEXT(DEVICE, ISSUER, "Another PIV Root CA"),
        NUMBER(DEVICE, SIGNER, KEY_STRANGER)),
    LIE("the root's name, another key", ERROR_PIV_DEVICE_SIGNATURE, NUMBER(DEVICE, SIGNER, KEY_STRANGER)),
    LIE_S2("the issuing CA's name, another key", ERROR_PIV_DEVICE_SIGNATURE, NUMBER(DEVICE, SIGNER, KEY_STRANGER)),
    LIE_S2("the issuing CA's name, the root's key", ERROR_PIV_DEVICE_SIGNATURE, NUMBER(DEVICE, SIGNER, KEY_ROOT)),
    LIE("the root's name, the issuing CA's key", ERROR_PIV_DEVICE_SIGNATURE, NUMBER(DEVICE, SIGNER, KEY_ISSUING)),
    LIE("preview CA", ERROR_ISSUER_PREVIEW, TEXT(DEVICE, ISSUER, PREVIEW_NAME), NUMBER(DEVICE, SIGNER, KEY_PREVIEW)),
    LIE("preview CA's name, another key", ERROR_ISSUER_PREVIEW, TEXT(DEVICE, ISSUER, PREVIEW_NAME),
        NUMBER(DEVICE, SIGNER, KEY_STRANGER)),
    LIE_S2("sibling CA of another application", ERROR_ISSUER_SIBLING, TEXT(DEVICE, ISSUER, SIBLING_NAME),
        NUMBER(DEVICE, SIGNER, KEY_PREVIEW)),
    LIE("the root's name in another string type", ERROR_PIV_ISSUER_UNKNOWN, TEXT(DEVICE, ISSUER, "Test PIV Root CA ")),
    LIE("attestation by another device", ERROR_PIV_LEAF_SIGNATURE, NUMBER(ATTESTATION, SIGNER, KEY_STRANGER)),
    LIE("attestation by the root itself", ERROR_PIV_LEAF, TEXT(ATTESTATION, ISSUER, ROOT_NAME),
        NUMBER(ATTESTATION, SIGNER, KEY_ROOT)),
    LIE("attestation by the root in the device's name", ERROR_PIV_LEAF_SIGNATURE,
        NUMBER(ATTESTATION, SIGNER, KEY_ROOT)),
    LIE("attestation signed by the slot key", ERROR_PIV_LEAF_SIGNATURE, NUMBER(ATTESTATION, KEY, KEY_SLOT_RSA),
        NUMBER(ATTESTATION, SIGNER, KEY_SLOT_RSA)),
    LIE("attestation that names another issuer", ERROR_PIV_LEAF, TEXT(ATTESTATION, ISSUER, "YubiKey PIV Attestation")),
    LIE("a slot's key as device key", ERROR_PIV_ISSUER_UNKNOWN, TEXT(DEVICE, ISSUER, DEVICE_NAME),
        NUMBER(DEVICE, SIGNER, KEY_DEVICE), TEXT(DEVICE, SUBJECT, "YubiKey PIV Attestation 9c"),
        NUMBER(DEVICE, KEY, KEY_SLOT_RSA), TEXT(ATTESTATION, ISSUER, "YubiKey PIV Attestation 9c"),
        NUMBER(ATTESTATION, SIGNER, KEY_SLOT_RSA)),
    LIE_S2("attestation key replaced, certificate left", ERROR_PIV_LEAF_SIGNATURE,
        NUMBER(ATTESTATION, SIGNER, KEY_STRANGER)),
    LIE("device certificate for another key", ERROR_PIV_LEAF_SIGNATURE, NUMBER(DEVICE, KEY, KEY_STRANGER)),
    LIE("self-issued device certificate", ERROR_PIV_ISSUER_UNKNOWN, TEXT(DEVICE, ISSUER, DEVICE_NAME),
        NUMBER(DEVICE, SIGNER, KEY_DEVICE)),
    LIE("the root as device", ERROR_PIV_DEVICE_CERTIFICATE, TEXT(DEVICE, SUBJECT, ROOT_NAME),
        NUMBER(DEVICE, KEY, KEY_ROOT), TEXT(ATTESTATION, ISSUER, ROOT_NAME), NUMBER(ATTESTATION, SIGNER, KEY_ROOT)),
    LIE("no device certificate", ERROR_EVIDENCE_INCOMPLETE, DO(DEVICE, WITHOUT)),
    LIE("no attestation", ERROR_EVIDENCE_INCOMPLETE, DO(ATTESTATION, WITHOUT)),
    LIE("nothing", ERROR_EVIDENCE_ABSENT, DO(ATTESTATION, WITHOUT), DO(DEVICE, WITHOUT)),
    LIE("swapped", ERROR_PIV_ISSUER_UNKNOWN, DO(ATTESTATION, SWAPPED)),
    LIE("a certificate too many", ERROR_EVIDENCE_FORMAT, TEXT(ATTESTATION, CONTENT_REST, "0000000430020500")),
    LIE("evidence cut short", ERROR_EVIDENCE_FORMAT, NUMBER(ATTESTATION, CONTENT_CUT, 1)),

    /* chain: what an issuer has to be */
    LIE_S2("no BasicConstraints where they belong", ERROR_PIV_DEVICE_CERTIFICATE,
        TEXT(DEVICE, EXTENSION_ABSENT, OID_CONSTRAINTS)),
    LIE("device is no CA", ERROR_PIV_DEVICE_CERTIFICATE, TEXT(DEVICE, EXTENSION_VALUE, OID_CONSTRAINTS " 3000")),
    LIE("device is no CA, by path length alone", ERROR_PIV_DEVICE_CERTIFICATE,
        TEXT(DEVICE, EXTENSION_VALUE, OID_CONSTRAINTS " 3003020100")),
    LIE("device above other issuers", ERROR_PIV_DEVICE_CERTIFICATE,
        TEXT(DEVICE, EXTENSION_VALUE, OID_CONSTRAINTS " 30060101ff020101")),
    LIE("BasicConstraints with an odd boolean", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(DEVICE, EXTENSION_VALUE, OID_CONSTRAINTS " 300601017f020100")),
    LIE("BasicConstraints with a written default", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(DEVICE, EXTENSION_VALUE, OID_CONSTRAINTS " 3003010100")),
    LIE("BasicConstraints with a rest", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(DEVICE, EXTENSION_VALUE, OID_CONSTRAINTS " 30060101ff0201000500")),
    LIE("device without firmware", ERROR_PIV_DEVICE_CERTIFICATE, TEXT(DEVICE, EXTENSION_ABSENT, OID_PIV("03"))),
    LIE("device with a key policy", ERROR_PIV_EXTENSION, TEXT(DEVICE, EXTENSION_VALUE, OID_PIV("08") " 0201")),
    LIE("attestation that is a CA", ERROR_PIV_LEAF, TEXT(ATTESTATION, EXTENSION_VALUE, OID_CONSTRAINTS " 30030101ff")),

    /* signatures */
    LIE("attestation with SHA-1", ERROR_CERTIFICATE_ALGORITHM,
        TEXT(ATTESTATION, ALGORITHM, "06092a864886f70d0101050500"), TEXT(ATTESTATION, DIGEST, "SHA1")),
    LIE("attestation with MD5", ERROR_CERTIFICATE_ALGORITHM, TEXT(ATTESTATION, ALGORITHM, "06092a864886f70d0101040500"),
        TEXT(ATTESTATION, DIGEST, "MD5")),
    LIE("device with SHA-1", ERROR_CERTIFICATE_ALGORITHM, TEXT(DEVICE, ALGORITHM, "06092a864886f70d0101050500"),
        TEXT(DEVICE, DIGEST, "SHA1")),
    LIE_S2("device with MD5", ERROR_CERTIFICATE_ALGORITHM, TEXT(DEVICE, ALGORITHM, "06092a864886f70d0101040500"),
        TEXT(DEVICE, DIGEST, "MD5")),
    LIE("RSA-PSS", ERROR_CERTIFICATE_ALGORITHM, TEXT(ATTESTATION, ALGORITHM, "06092a864886f70d01010a3000")),
    LIE("another algorithm outside", ERROR_CERTIFICATE_ALGORITHM,
        TEXT(ATTESTATION, OUTER_ALGORITHM, "06092a864886f70d01010c0500")),
    LIE("NULL missing outside only", ERROR_CERTIFICATE_ALGORITHM,
        TEXT(DEVICE, OUTER_ALGORITHM, "06092a864886f70d01010b")),
    LIE("parameters that are no NULL", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(DEVICE, ALGORITHM, "06092a864886f70d01010b020100")),
    LIE("another digest than named", ERROR_PIV_LEAF_SIGNATURE,
        TEXT(ATTESTATION, ALGORITHM, "06092a864886f70d01010c0500")),
    LIE("ECDSA named, RSA signed", ERROR_CERTIFICATE_ALGORITHM, TEXT(ATTESTATION, ALGORITHM, "06082a8648ce3d040302")),
    LIE("ECDSA with SHA-512", ERROR_CERTIFICATE_ALGORITHM, NUMBER(DEVICE, KEY, KEY_DEVICE_P256),
        NUMBER(ATTESTATION, SIGNER, KEY_DEVICE_P256), TEXT(ATTESTATION, ALGORITHM, "06082a8648ce3d040304"),
        TEXT(ATTESTATION, DIGEST, "SHA512")),
    LIE("device key of RSA-1024", ERROR_CERTIFICATE_ALGORITHM, NUMBER(DEVICE, KEY, KEY_RSA_1024),
        NUMBER(ATTESTATION, SIGNER, KEY_RSA_1024)),
    LIE("device key of RSA-1536", ERROR_CERTIFICATE_ALGORITHM, NUMBER(DEVICE, KEY, KEY_RSA_1536),
        NUMBER(ATTESTATION, SIGNER, KEY_RSA_1536)),
    LIE("device key on P-521", ERROR_CERTIFICATE_ALGORITHM, NUMBER(DEVICE, KEY, KEY_P521),
        NUMBER(ATTESTATION, SIGNER, KEY_P521)),
    LIE("device key on secp256k1", ERROR_EVIDENCE_CERTIFICATE, NUMBER(DEVICE, KEY, KEY_SECP256K1),
        NUMBER(ATTESTATION, SIGNER, KEY_SECP256K1)),
    LIE("device key of Ed25519", ERROR_CERTIFICATE_ALGORITHM, NUMBER(DEVICE, KEY, KEY_SLOT_ED25519),
        NUMBER(ATTESTATION, SIGNER, KEY_SLOT_ED25519)),
    LIE("empty signature", ERROR_PIV_LEAF_SIGNATURE, DO(ATTESTATION, WITHOUT_SIGNATURE)),
    LIE("empty device signature", ERROR_PIV_DEVICE_SIGNATURE, DO(DEVICE, WITHOUT_SIGNATURE)),
    LIE("signature of odd bits", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, UNUSED_BITS, "01")),

    /* keys */
    LIE("device key by the flawed generator", ERROR_KEY_ROCA, NUMBER(DEVICE, KEY, KEY_ROCA),
        NUMBER(ATTESTATION, SIGNER, KEY_ROCA)),
    LIE("slot key by the flawed generator", ERROR_KEY_ROCA, NUMBER(ATTESTATION, KEY, KEY_ROCA)),
    LIE("slot key of RSA-1024", ERROR_KEY_WEAK, NUMBER(ATTESTATION, KEY, KEY_RSA_1024)),
    LIE_S2("slot key of RSA-1536", ERROR_KEY_WEAK, NUMBER(ATTESTATION, KEY, KEY_RSA_1536)),
    LIE("slot key on secp256k1", ERROR_EVIDENCE_CERTIFICATE, NUMBER(ATTESTATION, KEY, KEY_SECP256K1)),
    LIE("compressed point", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(ATTESTATION, SPKI,
            "3039301306072a8648ce3d020106082a8648ce3d030107032200021111111111111111111111111111111111111111111111111111"
            "111111111111")),
    LIE("device key off its curve", ERROR_KEY_WEAK,
        TEXT(DEVICE, SPKI,
            "3059301306072a8648ce3d020106082a8648ce3d030107034200041111111111111111111111111111111111111111111111111111"
            "1111111111111111111111111111111111111111111111111111111111111111111111111111"),
        NUMBER(ATTESTATION, SIGNER, KEY_DEVICE_P256)),
    LIE("RSA with an even modulus", ERROR_KEY_WEAK,
        TEXT(ATTESTATION, SPKI,
            "30819f300d06092a864886f70d010101050003818d0030818902818100c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
            "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
            "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c00203"
            "010001")),
    LIE("RSA with exponent 1", ERROR_KEY_WEAK,
        TEXT(ATTESTATION, SPKI,
            "30819d300d06092a864886f70d010101050003818b0030818702818100c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
            "c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
            "c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c10201"
            "01")),
    LIE("RSA with a negative modulus", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(ATTESTATION, SPKI,
            "30819e300d06092a864886f70d010101050003818c00308188028180c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
            "c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
            "c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1020301"
            "0001")),
    LIE("RSA of 512 bits", ERROR_KEY_WEAK,
        TEXT(ATTESTATION, SPKI,
            "305c300d06092a864886f70d0101010500034b003048024100c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
            "c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c10203010001")),

    /* encoding */
    LIE("a byte behind the attestation", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, REST, "00")),
    LIE("a byte behind the device certificate", ERROR_EVIDENCE_CERTIFICATE, TEXT(DEVICE, REST, "00")),
    LIE("a field behind the extensions", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, REST_INSIDE, "0500")),
    LIE("a length longer than needed", ERROR_EVIDENCE_CERTIFICATE, DO(ATTESTATION, LONG_LENGTH)),
    LIE("an open length", ERROR_EVIDENCE_CERTIFICATE, DO(ATTESTATION, INDEFINITE)),
    LIE_S2("an open length of the device", ERROR_EVIDENCE_CERTIFICATE, DO(DEVICE, INDEFINITE)),
    LIE("attestation cut short", ERROR_EVIDENCE_CERTIFICATE, NUMBER(ATTESTATION, CUT, 1)),
    LIE("device certificate cut short", ERROR_EVIDENCE_CERTIFICATE, NUMBER(DEVICE, CUT, 40)),
    LIE("policy extension twice", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(ATTESTATION, EXTENSION_AGAIN, OID_PIV("08") " 0302")),
    LIE("firmware extension twice", ERROR_EVIDENCE_CERTIFICATE, TEXT(DEVICE, EXTENSION_AGAIN, OID_PIV("03") " 050704")),
    LIE("negative certificate serial", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, SERIAL, "81")),
    LIE("certificate serial zero", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, SERIAL, "00")),
    LIE("padded certificate serial", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, SERIAL, "0001")),
    LIE("certificate serial of 21 bytes", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(ATTESTATION, SERIAL, "010101010101010101010101010101010101010101")),
    LIE("version 1", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, VERSION, "")),
    LIE("version 2", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, VERSION, "a003020101")),
    LIE("version 4", ERROR_EVIDENCE_CERTIFICATE, TEXT(DEVICE, VERSION, "a003020103")),
    LIE("unknown critical extension", ERROR_CERTIFICATE_EXTENSION,
        TEXT(ATTESTATION, EXTENSION_CRITICAL,
            "551d0f"
            " 03020780")),
    LIE("unknown critical extension of the device", ERROR_CERTIFICATE_EXTENSION,
        TEXT(DEVICE, EXTENSION_CRITICAL,
            "551d24"
            " 3000")),
    LIE("too many extensions", ERROR_EVIDENCE_CERTIFICATE, DO(ATTESTATION, EXTENSIONS_MANY)),
    LIE("more than 4 KiB", ERROR_LIMIT, NUMBER(ATTESTATION, PADDING, 4096)),
    LIE("device of more than 4 KiB", ERROR_LIMIT, NUMBER(DEVICE, PADDING, 4096)),
    LIE("dates that are none", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(ATTESTATION, VALIDITY, "170d3136303358343030303030305a180f32303532303431373030303030305a")),
    LIE("one date only", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, VALIDITY, "170d3136303331343030303030305a")),
    LIE("other dates than the device's", ERROR_PIV_LEAF,
        TEXT(ATTESTATION, VALIDITY, "170d3136303331353030303030305a180f32303532303431373030303030305a")),

    /* meaning: the slot */
    LIE("attestation of f9", ERROR_PIV_SLOT, TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation f9")),
    LIE("slot of no PIV card", ERROR_PIV_SLOT, TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation 00")),
    LIE("slot of the management key", ERROR_PIV_SLOT, TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation 9b")),
    LIE("retired slot that is none", ERROR_PIV_SLOT, TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation 96")),
    LIE("slot in upper case", ERROR_PIV_SLOT, TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation 9A")),
    LIE("no slot", ERROR_PIV_SLOT, TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation ")),
    LIE("slot with a rest", ERROR_PIV_SLOT, TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation 9a0")),
    LIE("NUL behind the slot", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation 9a\001")),
    LIE("NUL before the slot", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation\001 9a")),
    LIE("another name before the slot", ERROR_PIV_SLOT, TEXT(ATTESTATION, SUBJECT, "Yubico PIV Attestation 9a")),
    LIE("name in another string type", ERROR_PIV_SLOT, TEXT(ATTESTATION, NAME_TAG, "16")),
    LIE("name that is no UTF-8", ERROR_EVIDENCE_CERTIFICATE,
        TEXT(ATTESTATION, SUBJECT, "YubiKey PIV Attestation \3009a")),
    LIE("name that is no text", ERROR_EVIDENCE_CERTIFICATE, TEXT(ATTESTATION, NAME_TAG, "04")),
    {.name = "another slot than asked for", .code = ERROR_PIV_SLOT, .expected_slot = "9c"},
    {.name = "another key than asked for", .code = ERROR_KEY_MISMATCH, .another_key = true},

    /* meaning: the extensions */
    LIE("negative serial number", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("07") " 0201ff")),
    LIE("serial number of five bytes", ERROR_PIV_EXTENSION,
        TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("07") " 020501f33e8d00")),
    LIE("padded serial number", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("07") " 020400000f14")),
    LIE("empty serial number", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("07") " ")),
    LIE("serial number with a rest", ERROR_PIV_EXTENSION,
        TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("07") " 020400f00f1400")),
    LIE("firmware of four bytes", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("03") " 05040300")),
    LIE("firmware of two bytes", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("03") " 0504")),
    LIE("firmware in another wrapping", ERROR_PIV_EXTENSION,
        TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("03") " 0403050403")),
    LIE("policy of one byte", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("08") " 02")),
    LIE("policy of three bytes", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("08") " 020100")),
    LIE("PIN policy 0", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("08") " 0001")),
    LIE("PIN policy 6", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("08") " 0601")),
    LIE("touch policy 0", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("08") " 0200")),
    LIE("touch policy 4", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("08") " 0204")),
    LIE("policy of all bits", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("08") " ffff")),
    LIE("empty form factor", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("09") " ")),
    LIE("form factor of two bytes", ERROR_PIV_EXTENSION, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("09") " 0101")),
    LIE("FIPS mark on the attestation", ERROR_PIV_EXTENSION,
        TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("0a") " 020107")),
    LIE("CSPN mark on the attestation", ERROR_PIV_EXTENSION,
        TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("0b") " 020101")),
    LIE("malformed FIPS mark", ERROR_PIV_EXTENSION, TEXT(DEVICE, EXTENSION_VALUE, OID_PIV("0a") " 07")),
    LIE("serial number on the device", ERROR_PIV_EXTENSION,
        TEXT(DEVICE, EXTENSION_VALUE, OID_PIV("07") " 020400f00f14")),
    LIE("no firmware", ERROR_PIV_LEAF, TEXT(ATTESTATION, EXTENSION_ABSENT, OID_PIV("03"))),
    LIE("no policy", ERROR_PIV_LEAF, TEXT(ATTESTATION, EXTENSION_ABSENT, OID_PIV("08"))),
    LIE("no serial number", ERROR_PIV_LEAF, TEXT(ATTESTATION, EXTENSION_ABSENT, OID_PIV("07"))),
    LIE_S2("no form factor", ERROR_PIV_LEAF, TEXT(ATTESTATION, EXTENSION_ABSENT, OID_PIV("09"))),
    LIE("no extension at all", ERROR_PIV_LEAF, TEXT(ATTESTATION, EXTENSION_ABSENT, OID_PIV("03")),
        TEXT(ATTESTATION, EXTENSION_ABSENT, OID_PIV("07")), TEXT(ATTESTATION, EXTENSION_ABSENT, OID_PIV("08")),
        TEXT(ATTESTATION, EXTENSION_ABSENT, OID_PIV("09"))),
    LIE("firmware that cannot attest", ERROR_PIV_LEAF, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("03") " 040209")),
    LIE("firmware of another product", ERROR_PIV_LEAF, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("03") " 030102")),

    /* genuine, and refused by the built-in policy */
    LIE_BY_POLICY("a key without PIN", ERROR_POLICY, TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("08") " 0101")),
    LIE_BY_POLICY("RSA of a flawed firmware", ERROR_ADVISORY,
        TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("03") " 040304"), NUMBER(ATTESTATION, KEY, KEY_SLOT_RSA)),
    LIE_BY_POLICY("predictable random values", ERROR_ADVISORY,
        TEXT(ATTESTATION, EXTENSION_VALUE, OID_PIV("03") " 040404"),
        TEXT(DEVICE, EXTENSION_VALUE, OID_PIV("0a") " 020103")),
};

const struct lie *lie_at(size_t index)
{
	return index < sizeof(lies) / sizeof(lies[0]) ? &lies[index] : NULL;
}
