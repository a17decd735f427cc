#include "tests/vtoken/personality.h"

#include <string.h>

#include "tests/vtoken/vendor.h"

#define LIST(...)                                                                                                      \
	{                                                                                                              \
		(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                                 \
	}

/* Instructions by the firmware that brought them: F9 in 4.3, F8 in 5.0, F7 in 5.3, F6 in 5.7. */
#define INSTRUCTIONS_1 LIST(0xff, 0xfe, 0xfd, 0xfb, 0xfa)
#define INSTRUCTIONS_4_3 LIST(0xff, 0xfe, 0xfd, 0xfb, 0xfa, 0xf9)
#define INSTRUCTIONS_5_3 LIST(0xff, 0xfe, 0xfd, 0xfb, 0xfa, 0xf9, 0xf8, 0xf7)
#define INSTRUCTIONS_5_7 LIST(0xff, 0xfe, 0xfd, 0xfb, 0xfa, 0xf9, 0xf8, 0xf7, 0xf6)

#define ALGORITHMS_1 LIST(0x06, 0x07, 0x11)
#define ALGORITHMS_4 LIST(0x06, 0x07, 0x11, 0x14)
#define ALGORITHMS_5_7 LIST(0x06, 0x07, 0x05, 0x16, 0x11, 0x14, 0xe0, 0xe1)
#define ALGORITHMS_CERTIFIED LIST(0x07, 0x05, 0x16, 0x11, 0x14, 0xe0)

#define CIPHERS_3DES LIST(0x03)
#define CIPHERS_5_4 LIST(0x03, 0x08, 0x0a, 0x0c)
#define CIPHERS_5_7 LIST(0x0a, 0x03, 0x08, 0x0c)

#define COMMAND_MAXIMUM 3072
#define REPLY_MAXIMUM 65535
#define REPLY_SHORT 256
#define OBJECTS_MAXIMUM 51200

/* ---- firmware --------------------------------------------------------------------------------------------------- */

static const struct firmware firmware_5_7 = {
    .version = {5, 7, 4},
    .openpgp = {3, 4},
    .vendor_instructions = INSTRUCTIONS_5_7,
    .algorithms = ALGORITHMS_5_7,
    .management_ciphers = CIPHERS_5_7,
    .logout = true,
    .discovery = true,
    .seven_bit_puk = true,
    .leaf = {.serial = true, .form_factor = 0x01, .number_starts_with_one = true},
};

/* The same, ordered with PIN complexity and a word of the customer's own on its list. */
static const struct firmware firmware_5_7_complexity = {
    .version = {5, 7, 4},
    .openpgp = {3, 4},
    .vendor_instructions = INSTRUCTIONS_5_7,
    .algorithms = ALGORITHMS_5_7,
    .management_ciphers = CIPHERS_5_7,
    .logout = true,
    .discovery = true,
    .seven_bit_puk = true,
    .refused_code = "sesame42",
    .leaf = {.serial = true, .form_factor = 0x01, .number_starts_with_one = true},
};

static const struct firmware firmware_bio = {
    .version = {5, 7, 2},
    .vendor_instructions = INSTRUCTIONS_5_7,
    .algorithms = ALGORITHMS_CERTIFIED,
    .management_ciphers = CIPHERS_5_7,
    .logout = true,
    .discovery = true,
    .seven_bit_puk = true,
    .fingers = true,
    .leaf = {.serial = true, .form_factor = 0x06, .number_starts_with_one = true},
};

static const struct firmware firmware_5_4 = {
    .version = {5, 4, 3},
    .openpgp = {3, 4},
    .vendor_instructions = INSTRUCTIONS_5_3,
    .algorithms = ALGORITHMS_4,
    .management_ciphers = CIPHERS_5_4,
    .logout = true,
    .discovery = true,
    .leaf = {.serial = true, .form_factor = 0x04, .number_starts_with_one = true},
};

/* certified: the form factor says so, and so does f9 */
static const struct firmware firmware_5_4_fips = {
    .version = {5, 4, 3},
    .openpgp = {3, 4},
    .vendor_instructions = INSTRUCTIONS_5_3,
    .algorithms = ALGORITHMS_4,
    .management_ciphers = CIPHERS_5_4,
    .logout = true,
    .discovery = true,
    .leaf = {.serial = true, .form_factor = 0x81, .number_starts_with_one = true},
};

static const struct firmware firmware_5_7_fips = {
    .version = {5, 7, 4},
    .openpgp = {3, 4},
    .vendor_instructions = INSTRUCTIONS_5_7,
    .algorithms = ALGORITHMS_CERTIFIED,
    .management_ciphers = CIPHERS_5_7,
    .logout = true,
    .discovery = true,
    .seven_bit_puk = true,
    .never_refused = true,
    .leaf = {.serial = true, .form_factor = 0x83, .number_starts_with_one = true},
};

static const struct firmware firmware_4_4_fips = {
    .version = {4, 4, 2},
    .openpgp = {2, 1},
    .vendor_instructions = INSTRUCTIONS_4_3,
    .algorithms = ALGORITHMS_4,
    .management_ciphers = CIPHERS_3DES,
    .leaf = {.serial = true},
};

static const struct firmware firmware_4_3 = {
    .version = {4, 3, 5},
    .openpgp = {2, 1},
    .vendor_instructions = INSTRUCTIONS_4_3,
    .algorithms = ALGORITHMS_4,
    .management_ciphers = CIPHERS_3DES,
    .leaf = {.serial = true},
};

/* There were batches whose attestation names no serial number. */
static const struct firmware firmware_4_3_7 = {
    .version = {4, 3, 7},
    .openpgp = {2, 1},
    .vendor_instructions = INSTRUCTIONS_4_3,
    .algorithms = ALGORITHMS_4,
    .management_ciphers = CIPHERS_3DES,
};

static const struct firmware firmware_neo = {
    .version = {1, 0, 4},
    .openpgp = {2, 0},
    .vendor_instructions = INSTRUCTIONS_1,
    .algorithms = ALGORITHMS_1,
    .management_ciphers = CIPHERS_3DES,
    .old_tries_status = true,
};

/* An applet for Java cards; whoever loads it makes f9 himself. */
static const struct firmware firmware_pivapplet = {
    .version = {5, 4, 0},
    .vendor_instructions = INSTRUCTIONS_5_3,
    .of_another_vendor = true,
    .algorithms = ALGORITHMS_4,
    .management_ciphers = CIPHERS_5_4,
    .metadata = METADATA_ORIGIN_SWAPPED,
    .leaf = {.of_imported = true, .upper_case_slot = true, .serial = true, .form_factor = 0x01},
};

static const struct firmware firmware_token2 = {
    .version = {5, 112, 0},
    .vendor_instructions = INSTRUCTIONS_5_3,
    .of_another_vendor = true,
    .algorithms = ALGORITHMS_4,
    .management_ciphers = CIPHERS_5_4,
    .discovery = true,
    .decimal_serial = true,
    .leaf = {.bare = true},
};

static const struct firmware firmware_swissbit = {
    .vendor_instructions = LIST(0xff, 0xfe, 0xf7),
    .of_another_vendor = true,
    .algorithms = ALGORITHMS_4,
    .management_ciphers = CIPHERS_3DES,
    .discovery = true,
    .metadata = METADATA_ONE_FOR_ALL,
};

/* ---- the way of commands ---------------------------------------------------------------------------------------- */

static const struct wire wire_usual = {
    .extended_length = true, .command_maximum = COMMAND_MAXIMUM, .reply_maximum = REPLY_MAXIMUM};
static const struct wire wire_short = {.command_maximum = COMMAND_MAXIMUM, .reply_maximum = REPLY_SHORT};
static const struct wire wire_neo = {.command_maximum = 2048, .reply_maximum = REPLY_SHORT};
/* less at a time than was asked for, even with extended length */
static const struct wire wire_pieces = {
    .extended_length = true, .command_maximum = COMMAND_MAXIMUM, .reply_maximum = 128};
static const struct wire wire_exact = {
    .command_maximum = COMMAND_MAXIMUM, .reply_maximum = REPLY_SHORT, .exact_length = true};
static const struct wire wire_silent = {
    .command_maximum = COMMAND_MAXIMUM, .reply_maximum = REPLY_SHORT, .silent_rest = true};

/* ---- batches ---------------------------------------------------------------------------------------------------- */

#define SHORT_DATES .not_before = "20160314000000Z", .not_after = "20520417000000Z"
#define LONG_DATES .not_before = "20241201000000Z", .not_after = "99991231235959Z"

static const struct device_shape device_5_7 = {
    .issuer = VENDOR_LONG_ISSUING,
    .name = "YubiKey PIV Attestation",
    LONG_DATES,
    .version = {5, 7, 4},
    .constraints = true,
};

static const struct device_shape device_bio = {
    .issuer = VENDOR_SHORT_ROOT,
    .name = "Yubico PIV Attestation",
    SHORT_DATES,
    .version = {5, 7, 2},
    .constraints = true,
};

static const struct device_shape device_b2 = {
    .issuer = VENDOR_LONG_ISSUING_B2,
    .name = "Yubico PIV Attestation",
    LONG_DATES,
    .version = {5, 7, 4},
    .constraints = true,
};

static const struct device_shape device_preview = {
    .issuer = VENDOR_PREVIEW_ROOT,
    .name = "Yubico PIV Attestation",
    LONG_DATES,
    .version = {5, 7, 4},
    .constraints = true,
};

static const struct device_shape device_5_4 = {
    .issuer = VENDOR_SHORT_ROOT,
    .name = "Yubico PIV Attestation",
    SHORT_DATES,
    .version = {5, 4, 3},
    .constraints = true,
};

static const struct device_shape device_5_4_fips = {
    .issuer = VENDOR_SHORT_ROOT,
    .name = "Yubico PIV Attestation",
    SHORT_DATES,
    .version = {5, 4, 3},
    .constraints = true,
    .fips = LIST(0x02, 0x01, 0x07),
};

static const struct device_shape device_5_4_cspn = {
    .issuer = VENDOR_SHORT_ROOT,
    .name = "Yubico PIV Attestation",
    SHORT_DATES,
    .version = {5, 4, 3},
    .constraints = true,
    .cspn = LIST(0x02, 0x01, 0x01),
};

static const struct device_shape device_5_7_fips = {
    .issuer = VENDOR_LONG_ISSUING,
    .name = "YubiKey PIV Attestation",
    LONG_DATES,
    .version = {5, 7, 4},
    .constraints = true,
    .fips = LIST(0x02, 0x01, 0x07),
};

static const struct device_shape device_4_4_fips = {
    .issuer = VENDOR_SHORT_ROOT,
    .name = "Yubico PIV Attestation",
    SHORT_DATES,
    .version = {4, 4, 2},
    .fips = LIST(0x02, 0x01, 0x03),
};

static const struct device_shape device_4_3 = {
    .issuer = VENDOR_SHORT_ROOT,
    .name = "Yubico PIV Attestation",
    SHORT_DATES,
    .version = {4, 3, 4},
};

static const struct device_shape device_4_3_7 = {
    .issuer = VENDOR_SHORT_ROOT,
    .name = "Yubico PIV Attestation",
    .not_before = "20140801000000Z",
    .not_after = "20500904000000Z",
    .version = {4, 3, 7},
};

/* Made by the owner, who gave it the looks of the vendor's. */
static const struct device_shape device_own = {
    .issuer = VENDOR_FOREIGN_ROOT,
    .name = "YubiKey PIV Attestation",
    LONG_DATES,
    .version = {5, 7, 4},
    .constraints = true,
};

static const struct device_shape device_token2 = {
    .issuer = VENDOR_FOREIGN_ROOT,
    .name = "TOKEN2 PIV Attestation",
    LONG_DATES,
    .bare = true,
};

/* ---- FIDO2 ------------------------------------------------------------------------------------------------------ */

static const struct fido_shape fido_5_7 = {
    .aaguid = {0xd7, 0x78, 0x1e, 0x5d, 0xe3, 0x53, 0x46, 0xaa, 0xaf, 0xe2, 0x3c, 0xa4, 0x9f, 0x13, 0x33, 0x2a},
    .ctap2 = true,
    .ctap21 = true,
    .ed25519 = true,
    .protocols = LIST(2, 1),
    .attestation = FIDO_ATTESTATION_BATCH,
    .chain = CHAIN_LONG,
    .certificate_name = "YubiKey U2F EE Serial 1",
    .not_before = "20241201000000Z",
    .not_after = "99991231235959Z",
    .device_type = "1.3.6.1.4.1.41482.1.7",
    .certificate_version = {5, 7, 4},
    .certificate_aaguid = true,
};

static const struct fido_shape fido_5_4 = {
    .aaguid = {0x2f, 0xc0, 0x57, 0x9f, 0x81, 0x13, 0x47, 0xea, 0xb1, 0x16, 0xbb, 0x5a, 0x8d, 0xb9, 0x20, 0x2a},
    .ctap2 = true,
    .ed25519 = true,
    .protocols = LIST(1),
    .attestation = FIDO_ATTESTATION_BATCH,
    .chain = CHAIN_SHORT,
    .certificate_name = "Yubico U2F EE Serial 2",
    .not_before = "20140801000000Z",
    .not_after = "20500904000000Z",
    .device_type = "1.3.6.1.4.1.41482.1.7",
    .certificate_aaguid = true,
};

/* before CTAP2 */
static const struct fido_shape fido_4_3 = {
    .protocols = LIST(1),
    .attestation = FIDO_ATTESTATION_U2F,
    .chain = CHAIN_SHORT,
    .certificate_name = "Yubico U2F EE Serial 3",
    .not_before = "20140801000000Z",
    .not_after = "20500904000000Z",
    .device_type = "1.3.6.1.4.1.41482.1.5",
};

/* A security key that anybody can build: it knows no vendor. */
static const struct fido_shape fido_self = {
    .aaguid = {0x8b, 0xcd, 0x2b, 0x39, 0x51, 0x1a, 0x4d, 0x0b, 0x9d, 0x6c, 0x6e, 0x5c, 0x2a, 0x77, 0x10, 0x01},
    .ctap2 = true,
    .ctap21 = true,
    .ed25519 = true,
    .protocols = LIST(2, 1),
    .attestation = FIDO_ATTESTATION_SELF,
};

static const struct fido_shape fido_none = {
    .aaguid = {0x8b, 0xcd, 0x2b, 0x39, 0x51, 0x1a, 0x4d, 0x0b, 0x9d, 0x6c, 0x6e, 0x5c, 0x2a, 0x77, 0x10, 0x02},
    .ctap2 = true,
    .ctap21 = true,
    .ed25519 = true,
    .protocols = LIST(2, 1),
    .attestation = FIDO_ATTESTATION_NONE,
};

/* CTAP2, and ES256 credentials attested as U2F was. */
static const struct fido_shape fido_u2f_statement = {
    .ctap2 = true,
    .protocols = LIST(1),
    .attestation = FIDO_ATTESTATION_U2F,
    .chain = CHAIN_SHORT,
    .certificate_name = "Yubico U2F EE Serial 4",
    .not_before = "20140801000000Z",
    .not_after = "20500904000000Z",
};

/* ---- the table -------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct personality table[] = {
    /* name, firmware, wire, objects, device, its fate, FIDO2 */
    {"5.7.4", &firmware_5_7, &wire_usual, OBJECTS_MAXIMUM, &device_5_7, DEVICE_KEPT, &fido_5_7},
    {"5.7.4-complexity", &firmware_5_7_complexity, &wire_usual, OBJECTS_MAXIMUM, &device_5_7, DEVICE_KEPT, NULL},
    {"5.4.3", &firmware_5_4, &wire_usual, OBJECTS_MAXIMUM, &device_5_4, DEVICE_KEPT, &fido_5_4},
    {"4.3.5", &firmware_4_3, &wire_usual, OBJECTS_MAXIMUM, &device_4_3, DEVICE_KEPT, &fido_4_3},
    {"4.3.7", &firmware_4_3_7, &wire_usual, OBJECTS_MAXIMUM, &device_4_3_7, DEVICE_KEPT, &fido_4_3},
    {"5.7.4-fips", &firmware_5_7_fips, &wire_usual, OBJECTS_MAXIMUM, &device_5_7_fips, DEVICE_KEPT, &fido_5_7},
    {"5.4.3-fips", &firmware_5_4_fips, &wire_usual, OBJECTS_MAXIMUM, &device_5_4_fips, DEVICE_KEPT, &fido_5_4},
    {"5.4.3-cspn", &firmware_5_4, &wire_usual, OBJECTS_MAXIMUM, &device_5_4_cspn, DEVICE_KEPT, &fido_5_4},
    {"4.4.2-fips", &firmware_4_4_fips, &wire_usual, OBJECTS_MAXIMUM, &device_4_4_fips, DEVICE_KEPT, &fido_4_3},
    {"bio", &firmware_bio, &wire_usual, OBJECTS_MAXIMUM, &device_bio, DEVICE_KEPT, &fido_5_7},
    {"neo", &firmware_neo, &wire_neo, OBJECTS_MAXIMUM, NULL, DEVICE_KEPT, NULL},
    {"pivapplet", &firmware_pivapplet, &wire_short, OBJECTS_MAXIMUM, &device_own, DEVICE_KEPT, NULL},
    {"token2", &firmware_token2, &wire_usual, OBJECTS_MAXIMUM, &device_token2, DEVICE_KEPT, NULL},
    {"swissbit", &firmware_swissbit, &wire_usual, OBJECTS_MAXIMUM, NULL, DEVICE_KEPT, NULL},
    {"f9-replaced", &firmware_5_7, &wire_usual, OBJECTS_MAXIMUM, &device_own, DEVICE_KEPT, NULL},
    {"f9-key-replaced", &firmware_5_7, &wire_usual, OBJECTS_MAXIMUM, &device_5_7, DEVICE_KEY_REPLACED, NULL},
    {"f9-key-deleted", &firmware_5_7, &wire_usual, OBJECTS_MAXIMUM, &device_5_7, DEVICE_KEY_DELETED, NULL},
    {"f9-deleted", &firmware_5_7, &wire_usual, OBJECTS_MAXIMUM, &device_5_7, DEVICE_DELETED, NULL},
    {"b2-chain", &firmware_5_7, &wire_usual, OBJECTS_MAXIMUM, &device_b2, DEVICE_KEPT, NULL},
    {"preview", &firmware_5_7, &wire_usual, OBJECTS_MAXIMUM, &device_preview, DEVICE_KEPT, NULL},
    {"short-only", &firmware_5_4, &wire_short, OBJECTS_MAXIMUM, &device_5_4, DEVICE_KEPT, NULL},
    {"61xx", &firmware_5_7, &wire_pieces, OBJECTS_MAXIMUM, &device_5_7, DEVICE_KEPT, NULL},
    {"6Cxx", &firmware_5_4, &wire_exact, OBJECTS_MAXIMUM, &device_5_4, DEVICE_KEPT, NULL},
    {"9000-with-more", &firmware_5_4, &wire_silent, OBJECTS_MAXIMUM, &device_5_4, DEVICE_KEPT, NULL},
    {"object-full", &firmware_5_7, &wire_usual, 1024, &device_5_7, DEVICE_KEPT, NULL},
    {"fido-self", &firmware_5_4, &wire_usual, OBJECTS_MAXIMUM, &device_5_4, DEVICE_KEPT, &fido_self},
    {"fido-none", &firmware_5_4, &wire_usual, OBJECTS_MAXIMUM, &device_5_4, DEVICE_KEPT, &fido_none},
    {"fido-u2f-statement", &firmware_5_4, &wire_usual, OBJECTS_MAXIMUM, &device_5_4, DEVICE_KEPT, &fido_u2f_statement},
};
/* clang-format on */

const struct personality *personality_at(size_t place)
{
	return place < sizeof(table) / sizeof(table[0]) ? &table[place] : NULL;
}

const struct personality *personality_find(const char *name)
{
	const struct personality *found;

	for (size_t i = 0; (found = personality_at(i)) != NULL; i++)
		if (strcmp(found->name, name) == 0)
			return found;
	return NULL;
}

bool personality_has(struct bytes list, uint8_t value)
{
	uint8_t next;

	while (bytes_take_u8(&list, &next))
		if (next == value)
			return true;
	return false;
}
