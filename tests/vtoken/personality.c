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
