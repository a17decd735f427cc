#include "piv/slot.h"

#include <string.h>
#include <strings.h>

/* The retired slots hold keys that were replaced; any of the twenty may be used for a new one as well. */
#define RETIRED(id, object, name)                                                                                      \
	{                                                                                                              \
		id, object, name, "retired key management"                                                             \
	}

static const struct piv_slot slots[] = {
    {0x9a, 0x5fc105, "9a", "authentication"},
    {0x9c, 0x5fc10a, "9c", "digital signature"},
    {0x9d, 0x5fc10b, "9d", "key management"},
    {0x9e, 0x5fc101, "9e", "card authentication"},
    RETIRED(0x82, 0x5fc10d, "82"),
    RETIRED(0x83, 0x5fc10e, "83"),
    RETIRED(0x84, 0x5fc10f, "84"),
    RETIRED(0x85, 0x5fc110, "85"),
    RETIRED(0x86, 0x5fc111, "86"),
    RETIRED(0x87, 0x5fc112, "87"),
    RETIRED(0x88, 0x5fc113, "88"),
    RETIRED(0x89, 0x5fc114, "89"),
    RETIRED(0x8a, 0x5fc115, "8a"),
    RETIRED(0x8b, 0x5fc116, "8b"),
    RETIRED(0x8c, 0x5fc117, "8c"),
    RETIRED(0x8d, 0x5fc118, "8d"),
    RETIRED(0x8e, 0x5fc119, "8e"),
    RETIRED(0x8f, 0x5fc11a, "8f"),
    RETIRED(0x90, 0x5fc11b, "90"),
    RETIRED(0x91, 0x5fc11c, "91"),
    RETIRED(0x92, 0x5fc11d, "92"),
    RETIRED(0x93, 0x5fc11e, "93"),
    RETIRED(0x94, 0x5fc11f, "94"),
    RETIRED(0x95, 0x5fc120, "95"),
    {0xf9, 0x5fff01, "f9", "attestation"},
};

static const struct piv_algorithm_row algorithms[] = {
    {PIV_3DES, PIV_KEY_TYPE_SYMMETRIC, 192, {0, 0, 0}, "3des", "3DES"},
    {PIV_AES128, PIV_KEY_TYPE_SYMMETRIC, 128, {5, 4, 0}, "aes-128", "AES-128"},
    {PIV_AES192, PIV_KEY_TYPE_SYMMETRIC, 192, {5, 4, 0}, "aes-192", "AES-192"},
    {PIV_AES256, PIV_KEY_TYPE_SYMMETRIC, 256, {5, 4, 0}, "aes-256", "AES-256"},
    {PIV_RSA1024, PIV_KEY_TYPE_RSA, 1024, {0, 0, 0}, "rsa-1024", "RSA 1024"},
    {PIV_RSA2048, PIV_KEY_TYPE_RSA, 2048, {0, 0, 0}, "rsa-2048", "RSA 2048"},
    {PIV_RSA3072, PIV_KEY_TYPE_RSA, 3072, {5, 7, 0}, "rsa-3072", "RSA 3072"},
    {PIV_RSA4096, PIV_KEY_TYPE_RSA, 4096, {5, 7, 0}, "rsa-4096", "RSA 4096"},
    {PIV_P256, PIV_KEY_TYPE_EC, 256, {0, 0, 0}, "ecdsa-p256", "ECDSA P-256"},
    {PIV_P384, PIV_KEY_TYPE_EC, 384, {4, 0, 0}, "ecdsa-p384", "ECDSA P-384"},
    {PIV_ED25519, PIV_KEY_TYPE_EDWARDS, 256, {5, 7, 0}, "ed25519", "Ed25519"},
    {PIV_X25519, PIV_KEY_TYPE_AGREEMENT, 256, {5, 7, 0}, "x25519", "X25519"},
};

static const char *const pin_policies[PIV_PIN_POLICY_COUNT] = {
    [PIV_PIN_DEFAULT] = "default",
    [PIV_PIN_NEVER] = "never",
    [PIV_PIN_ONCE] = "once",
    [PIV_PIN_ALWAYS] = "always",
    [PIV_PIN_MATCH_ONCE] = "match-once",
    [PIV_PIN_MATCH_ALWAYS] = "match-always",
};

static const char *const touch_policies[PIV_TOUCH_POLICY_COUNT] = {
    [PIV_TOUCH_DEFAULT] = "default",
    [PIV_TOUCH_NEVER] = "never",
    [PIV_TOUCH_ALWAYS] = "always",
    [PIV_TOUCH_CACHED] = "cached",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct piv_slot *piv_slot_find(const char *name)
{
	for (size_t i = 0; i < COUNT(slots); i++)
		if (strcasecmp(slots[i].name, name) == 0)
			return &slots[i];
	return NULL;
}

const struct piv_slot *piv_slot_at(size_t index)
{
	return index < COUNT(slots) ? &slots[index] : NULL;
}

const struct piv_algorithm_row *piv_algorithm_find(const char *name)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	return NULL;
}

const struct piv_algorithm_row *piv_algorithm_row(unsigned number)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (algorithms[i].algorithm == number)
			return &algorithms[i];
	return NULL;
}

static unsigned long version_number(struct piv_version version)
{
	return (unsigned long)version.major << 16 | (unsigned long)version.minor << 8 | version.patch;
}

bool piv_version_reaches(struct piv_version version, struct piv_version wanted)
{
	return version_number(version) >= version_number(wanted);
}

const char *piv_pin_policy_name(enum piv_pin_policy policy)
{
	return pin_policies[policy];
}

const char *piv_touch_policy_name(enum piv_touch_policy policy)
{
	return touch_policies[policy];
}

bool piv_pin_policy_find(const char *name, enum piv_pin_policy *policy)
{
	for (unsigned i = 0; i < PIV_PIN_POLICY_COUNT; i++) {
		if (strcmp(pin_policies[i], name) != 0)
			continue;
		*policy = (enum piv_pin_policy)i;
		return true;
	}
	return false;
}

bool piv_touch_policy_find(const char *name, enum piv_touch_policy *policy)
{
	for (unsigned i = 0; i < PIV_TOUCH_POLICY_COUNT; i++) {
		if (strcmp(touch_policies[i], name) != 0)
			continue;
		*policy = (enum piv_touch_policy)i;
		return true;
	}
	return false;
}
