/* error_codes.h: the one table of everything that can go wrong or be refused.
 *
 * A row: enum name, stable word, category. Words are an interface: logs, JSON and scripts rest on them, so a word never
 * changes its meaning and is never used again for something else. Categories and exit statuses: error.h. */
#ifndef COMMON_ERROR_CODES_H
#define COMMON_ERROR_CODES_H

/* clang-format off */
#define ERROR_CODES(X) \
	X(ERROR_NONE,                      "none",                       SYSTEM) \
	/* the machine */ \
	X(ERROR_MEMORY,                    "system.memory",              SYSTEM) \
	X(ERROR_SYSTEM,                    "system.call",                SYSTEM) \
	X(ERROR_FILE,                      "system.file",                SYSTEM) \
	X(ERROR_PROGRAM,                   "system.program",             SYSTEM) \
	X(ERROR_DEADLINE,                  "system.deadline",            SYSTEM) \
	X(ERROR_CRYPTO,                    "system.crypto",              SYSTEM) \
	X(ERROR_BUG,                       "bug",                        BUG) \
	X(ERROR_USAGE,                     "usage",                      USAGE) \
	X(ERROR_DECLINED,                  "operator.declined",          DENIED) \
	/* bytes and text from outside */ \
	X(ERROR_LIMIT,                     "input.limit",                INPUT) \
	X(ERROR_TLV_TRUNCATED,             "tlv.truncated",              INPUT) \
	X(ERROR_TLV_TAG,                   "tlv.tag",                    INPUT) \
	X(ERROR_TLV_REST,                  "tlv.rest",                   INPUT) \
	X(ERROR_BASE64,                    "input.base64",               INPUT) \
	X(ERROR_TEXT,                      "input.text",                 INPUT) \
	X(ERROR_JSON,                      "input.json",                 INPUT) \
	X(ERROR_PERMISSIONS,               "input.permissions",          INPUT) \
	/* SSH formats */ \
	X(ERROR_SSH_KEY,                   "ssh.key",                    INPUT) \
	X(ERROR_SSH_KEY_TYPE,              "ssh.key-type",               INPUT) \
	X(ERROR_SSH_CERTIFICATE,           "ssh.certificate",            INPUT) \
	X(ERROR_SSH_CERTIFICATE_NESTED,    "ssh.certificate-nested",     INPUT) \
	X(ERROR_SSH_CERTIFICATE_PRINCIPALS, "ssh.certificate-principals", INPUT) \
	X(ERROR_SSH_SIGNATURE,             "ssh.signature",              DENIED) \
	X(ERROR_SSHSIG,                    "sshsig.format",              INPUT) \
	X(ERROR_SSHSIG_NAMESPACE,          "sshsig.namespace",           DENIED) \
	X(ERROR_AUTH_INFO,                 "auth-info.format",           INPUT) \
	X(ERROR_CHAIN,                     "sshd.chain",                 DENIED) \
	X(ERROR_AUTH_METHOD,               "auth-info.method",           DENIED) \
	/* the request protocol between thin clients and the verifier */ \
	X(ERROR_PROTOCOL,                  "protocol.format",            INPUT) \
	X(ERROR_PROTOCOL_VERSION,          "protocol.version",           INPUT) \
	X(ERROR_PROTOCOL_PEER,             "protocol.peer",              DENIED) \
	X(ERROR_VERIFIER_UNREACHABLE,      "verifier.unreachable",       SYSTEM) \
	X(ERROR_VERIFIER_DEADLINE,         "verifier.deadline",          SYSTEM) \
	/* evidence: what cannot be read, and what is refused */ \
	X(ERROR_EVIDENCE_FORMAT,           "evidence.format",            INPUT) \
	X(ERROR_EVIDENCE_ABSENT,           "evidence.absent",            INPUT) \
	X(ERROR_EVIDENCE_INCOMPLETE,       "evidence.incomplete",        INPUT) \
	X(ERROR_EVIDENCE_CERTIFICATE,      "evidence.certificate",       INPUT) \
	X(ERROR_CERTIFICATE_ALGORITHM,     "certificate.signature-algorithm", DENIED) \
	X(ERROR_CERTIFICATE_EXTENSION,     "certificate.extension",      DENIED) \
	X(ERROR_PIV_ISSUER_UNKNOWN,        "piv.issuer-unknown",         DENIED) \
	X(ERROR_PIV_ISSUER_DISTRUSTED,     "piv.issuer-distrusted",      DENIED) \
	X(ERROR_ISSUER_PREVIEW,            "issuer.preview",             DENIED) \
	X(ERROR_ISSUER_SIBLING,            "issuer.sibling",             DENIED) \
	X(ERROR_ISSUER_COMPROMISED,        "issuer.compromised",         DENIED) \
	X(ERROR_PIV_DEVICE_SIGNATURE,      "piv.device-signature",       DENIED) \
	X(ERROR_PIV_DEVICE_CERTIFICATE,    "piv.device-certificate",     DENIED) \
	X(ERROR_PIV_LEAF_SIGNATURE,        "piv.attestation-signature",  DENIED) \
	X(ERROR_PIV_LEAF,                  "piv.attestation",            DENIED) \
	X(ERROR_PIV_EXTENSION,             "piv.extension",              DENIED) \
	X(ERROR_PIV_SLOT,                  "piv.slot",                   DENIED) \
	X(ERROR_FIDO_OBJECT,               "fido.attestation-object",    INPUT) \
	X(ERROR_FIDO_AUTH_DATA,            "fido.authenticator-data",    INPUT) \
	X(ERROR_FIDO_STATEMENT,            "fido.statement",             INPUT) \
	X(ERROR_FIDO_CLIENT_DATA,          "fido.client-data",           INPUT) \
	X(ERROR_FIDO_FORMAT,               "fido.statement-format",      DENIED) \
	X(ERROR_FIDO_NO_HARDWARE,          "fido.no-hardware-evidence",  DENIED) \
	X(ERROR_FIDO_CHALLENGE,            "fido.challenge",             DENIED) \
	X(ERROR_FIDO_APPLICATION,          "fido.application",           DENIED) \
	X(ERROR_FIDO_FLAGS,                "fido.flags",                 DENIED) \
	X(ERROR_FIDO_KEY,                  "fido.credential-key",        DENIED) \
	X(ERROR_FIDO_ALGORITHM,            "fido.algorithm",             DENIED) \
	X(ERROR_FIDO_SIGNATURE,            "fido.signature",             DENIED) \
	X(ERROR_FIDO_CERTIFICATE,          "fido.certificate",           DENIED) \
	X(ERROR_FIDO_DATES,                "fido.certificate-dates",     DENIED) \
	X(ERROR_FIDO_AAGUID,               "fido.aaguid",                DENIED) \
	X(ERROR_FIDO_ISSUER_UNKNOWN,       "fido.issuer-unknown",        DENIED) \
	X(ERROR_FIDO_ISSUER_DISTRUSTED,    "fido.issuer-distrusted",     DENIED) \
	X(ERROR_FIDO_PATH,                 "fido.path",                  DENIED) \
	X(ERROR_FIDO_PATH_SIGNATURE,       "fido.path-signature",        DENIED) \
	X(ERROR_FIDO_TPM,                  "fido.tpm",                   DENIED) \
	X(ERROR_FIDO_ANDROID,              "fido.android-key",           DENIED) \
	X(ERROR_FIDO_APPLE,                "fido.apple",                 DENIED) \
	X(ERROR_FIDO_TOLERATED,            "fido.tolerated",             DENIED) \
	X(ERROR_MDS_FORMAT,                "mds.format",                 INPUT) \
	X(ERROR_MDS_ABSENT,                "mds.absent",                 INPUT) \
	X(ERROR_MDS_ALGORITHM,             "mds.algorithm",              DENIED) \
	X(ERROR_MDS_SIGNER,                "mds.signer",                 DENIED) \
	X(ERROR_MDS_SIGNATURE,             "mds.signature",              DENIED) \
	X(ERROR_MDS_ROLLBACK,              "mds.rollback",               DENIED) \
	X(ERROR_MDS_LATE,                  "mds.out-of-date",            DENIED) \
	X(ERROR_MDS_STATUS,                "mds.status",                 DENIED) \
	X(ERROR_KEY_ROCA,                  "key.roca",                   DENIED) \
	X(ERROR_KEY_MISMATCH,              "key.mismatch",               DENIED) \
	X(ERROR_KEY_WEAK,                  "key.weak",                   DENIED) \
	X(ERROR_POLICY,                    "policy.refused",             DENIED) \
	X(ERROR_POLICY_FILE,               "policy.file",                INPUT) \
	X(ERROR_POLICY_NO_RULE,            "policy.no-rule",             DENIED) \
	X(ERROR_ADVISORY,                  "advisory.refused",           DENIED) \
	X(ERROR_TRUST_SIGNATURE,           "trust.signature",            DENIED) \
	X(ERROR_TRUST_ROLLBACK,            "trust.rollback",             DENIED) \
	X(ERROR_TRUST_BUNDLE,              "trust.bundle",               INPUT) \
	/* enrollments */ \
	X(ERROR_REGISTRARS,                "registrars.format",          INPUT) \
	X(ERROR_REGISTRAR_UNKNOWN,         "registrar.unknown",          DENIED) \
	X(ERROR_REGISTRAR_EXPIRED,         "registrar.not-valid-then",   DENIED) \
	X(ERROR_ENROLLMENT,                "enrollment.format",          INPUT) \
	X(ERROR_ENROLLMENT_EXPIRED,        "enrollment.expired",         DENIED) \
	X(ERROR_ENROLLMENT_NOT_YET,        "enrollment.not-yet-valid",   DENIED) \
	X(ERROR_ENROLLMENT_REVOKED,        "enrollment.revoked",         DENIED) \
	X(ERROR_ENROLLMENT_ABSENT,         "enrollment.absent",          DENIED) \
	X(ERROR_ENROLLMENT_PERSON,         "enrollment.other-person",    DENIED) \
	X(ERROR_ENROLLMENT_POSSESSION,     "enrollment.possession",      DENIED) \
	X(ERROR_ENROLLMENT_EXISTS,         "enrollment.exists",          DENIED) \
	X(ERROR_PERSON_NAME,               "person.name",                INPUT) \
	X(ERROR_HOST_FILE,                 "host.file",                  INPUT) \
	X(ERROR_HOST_SETUP,                "host.setup",                 DENIED) \
	X(ERROR_BREAK_GLASS,               "break-glass.source",         DENIED) \
	X(ERROR_GRACE,                     "grace.record",               INPUT) \
	X(ERROR_GRACE_REFUSED,             "grace.refused",              DENIED) \
	X(ERROR_STORE,                     "store.database",             SYSTEM) \
	X(ERROR_STORE_VERSION,             "store.version",              SYSTEM) \
	X(ERROR_SNAPSHOT,                  "snapshot.format",            SYSTEM) \
	X(ERROR_SNAPSHOT_ABSENT,           "snapshot.absent",            SYSTEM) \
	X(ERROR_SNAPSHOT_AGE,              "snapshot.too-old",           SYSTEM) \
	/* cards */ \
	X(ERROR_PCSC,                      "pcsc.service",               DEVICE) \
	X(ERROR_READER_ABSENT,             "reader.absent",              DEVICE) \
	X(ERROR_CARD_ABSENT,               "card.absent",                DEVICE) \
	X(ERROR_CARD_REMOVED,              "card.removed",               DEVICE) \
	X(ERROR_CARD_BUSY,                 "card.busy",                  DEVICE) \
	X(ERROR_CARD_RESET,                "card.reset",                 DEVICE) \
	X(ERROR_CARD_EXCHANGE,             "card.exchange",              DEVICE) \
	X(ERROR_CARD_CHANGED,              "card.changed",               DEVICE) \
	X(ERROR_CARD_REPLY,                "card.reply",                 DEVICE) \
	X(ERROR_CARD_STATUS,               "card.status",                DEVICE) \
	X(ERROR_CARD_UNSUPPORTED,          "card.unsupported",           DEVICE) \
	X(ERROR_CARD_APPLICATION,          "card.application",           DEVICE) \
	X(ERROR_CARD_OBJECT_ABSENT,        "card.object-absent",         DEVICE) \
	X(ERROR_CARD_SLOT_EMPTY,           "card.slot-empty",            DEVICE) \
	X(ERROR_CARD_FULL,                 "card.full",                  DEVICE) \
	X(ERROR_CARD_SEVERAL,              "card.several",               DEVICE) \
	X(ERROR_PIN_WRONG,                 "pin.wrong",                  DEVICE) \
	X(ERROR_PIN_BLOCKED,               "pin.blocked",                DEVICE) \
	X(ERROR_PIN_NEEDED,                "pin.needed",                 DEVICE) \
	X(ERROR_PIN_LENGTH,                "pin.length",                 INPUT) \
	X(ERROR_PUK_WRONG,                 "puk.wrong",                  DEVICE) \
	X(ERROR_PUK_BLOCKED,               "puk.blocked",                DEVICE) \
	X(ERROR_CODE_WEAK,                 "code.weak",                  INPUT) \
	X(ERROR_CODE_CHARACTERS,           "code.characters",            INPUT) \
	X(ERROR_CODE_DEFAULT,              "code.default",               DENIED) \
	X(ERROR_MANAGEMENT_KEY,            "management-key.wrong",       DEVICE) \
	X(ERROR_PIN_PAUSED,                "pin.blocked-until-plugged",  DEVICE) \
	X(ERROR_CREDENTIAL_EXISTS,         "credential.exists",          DENIED) \
	X(ERROR_CREDENTIAL_ABSENT,         "credential.absent",          DEVICE) \
	X(ERROR_SK_KEY_FILE,               "sk-key-file.format",         INPUT) \
	X(ERROR_TOUCH,                     "card.touch",                 DEVICE) \
	X(ERROR_NOT_ATTESTABLE,            "card.not-attestable",        DEVICE)
/* clang-format on */

#endif
