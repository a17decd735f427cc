/* firmware.h: firmware versions of three numbers, compared as numbers. Knows nothing of who has which. */
#ifndef POLICY_FIRMWARE_H
#define POLICY_FIRMWARE_H

#include "common/bytes.h"

#define FIRMWARE_PART_MAXIMUM 65535U

/* firmware_parse: reads "5.7.4": three numbers with points between them and nothing else. */
bool firmware_parse(struct bytes text, unsigned parts[3]) MUST_CHECK;

/* firmware_compare: below, equal or above zero, part by part as numbers (4.10 is above 4.9). */
int firmware_compare(const unsigned one[3], const unsigned other[3]);

#endif
