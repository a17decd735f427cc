#include "tests/vtoken/personality.h"

#include <string.h>

#define LIST(...)                                                                                                      \
	{                                                                                                              \
		(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                                 \
	}

/* Instructions by the firmware that brought them: F9 in 4.3, F8 in 5.0, F7 in 5.3, F6 in 5.7. */
#define INSTRUCTIONS_4_3 LIST(0xff, 0xfe, 0xfd, 0xfb, 0xfa, 0xf9)
#define INSTRUCTIONS_5_3 LIST(0xff, 0xfe, 0xfd, 0xfb, 0xfa, 0xf9, 0xf8, 0xf7)
#define INSTRUCTIONS_5_7 LIST(0xff, 0xfe, 0xfd, 0xfb, 0xfa, 0xf9, 0xf8, 0xf7, 0xf6)

#define ALGORITHMS_4 LIST(0x06, 0x07, 0x11, 0x14)
#define ALGORITHMS_5_7 LIST(0x06, 0x07, 0x05, 0x16, 0x11, 0x14, 0xe0, 0xe1)

#define COMMAND_MAXIMUM 3072
#define OBJECTS_MAXIMUM 51200

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

/* The PIV side of a card that a test wants for its FIDO2 side only. */
/* clang-format off */
#define PIV_PLAIN \
	.version = {5, 4, 3}, .vendor_instructions = INSTRUCTIONS_4_3, .algorithms = ALGORITHMS_4, \
	.management_ciphers = LIST(0x03), .extended_length = true, .command_maximum = COMMAND_MAXIMUM, \
	.objects_maximum = OBJECTS_MAXIMUM, \
	.attestation = { \
	    .chain = CHAIN_SHORT, \
	    .device_name = "Yubico PIV Attestation", \
	    .not_before = "20160314000000Z", \
	    .not_after = "20520417000000Z", \
	    .device_version = {5, 4, 3}, \
	}
/* clang-format on */

static const struct personality table[] = {
    {
        .name = "5.7.4",
        .version = {5, 7, 4},
        .vendor_instructions = INSTRUCTIONS_5_7,
        .algorithms = ALGORITHMS_5_7,
        .management_ciphers = LIST(0x0a, 0x03, 0x08, 0x0c),
        .logout = true,
        .discovery = true,
        .seven_bit_puk = true,
        .extended_length = true,
        .command_maximum = COMMAND_MAXIMUM,
        .objects_maximum = OBJECTS_MAXIMUM,
        .attestation =
            {
                .chain = CHAIN_LONG,
                .device_name = "YubiKey PIV Attestation",
                .not_before = "20241201000000Z",
                .not_after = "99991231235959Z",
                .device_version = {5, 7, 4},
                .device_constraints = true,
                .leaf_serial = true,
                .form_factor = 0x01,
                .number_starts_with_one = true,
            },
        .fido = &fido_5_7,
    },
    {
        .name = "5.4.3",
        .version = {5, 4, 3},
        .vendor_instructions = INSTRUCTIONS_5_3,
        .algorithms = ALGORITHMS_4,
        .management_ciphers = LIST(0x03, 0x08, 0x0a, 0x0c),
        .logout = true,
        .discovery = true,
        .extended_length = true,
        .command_maximum = COMMAND_MAXIMUM,
        .objects_maximum = OBJECTS_MAXIMUM,
        .attestation =
            {
                .chain = CHAIN_SHORT,
                .device_name = "Yubico PIV Attestation",
                .not_before = "20160314000000Z",
                .not_after = "20520417000000Z",
                .device_version = {5, 4, 3},
                .device_constraints = true,
                .leaf_serial = true,
                .form_factor = 0x04,
                .number_starts_with_one = true,
            },
        .fido = &fido_5_4,
    },
    {
        .name = "4.3.5",
        .version = {4, 3, 5},
        .vendor_instructions = INSTRUCTIONS_4_3,
        .algorithms = ALGORITHMS_4,
        .management_ciphers = LIST(0x03),
        .extended_length = true,
        .command_maximum = COMMAND_MAXIMUM,
        .objects_maximum = OBJECTS_MAXIMUM,
        .attestation =
            {
                .chain = CHAIN_SHORT,
                .device_name = "Yubico PIV Attestation",
                .not_before = "20160314000000Z",
                .not_after = "20520417000000Z",
                .device_version = {4, 3, 4},
                .leaf_serial = true,
            },
        .fido = &fido_4_3,
    },
    {
        .name = "fido-self",
        PIV_PLAIN,
        .fido = &fido_self,
    },
    {
        .name = "fido-none",
        PIV_PLAIN,
        .fido = &fido_none,
    },
    {
        .name = "fido-u2f-statement",
        PIV_PLAIN,
        .fido = &fido_u2f_statement,
    },
};

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
