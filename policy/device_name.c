#include "policy/device_name.h"

#include <stdio.h>

#include "policy/evidence_formats.h"
#include "policy/result.h"

void device_name(const struct result *result, char name[DEVICE_NAME_SIZE])
{
	const struct claim *serial = result_find_claim(result, CLAIM_SERIAL);
	enum evidence_format format;

	name[0] = '\0';
	if (serial != NULL && serial->grade == CLAIM_PROVEN &&
	    evidence_format_find(bytes_of_text(result->format), &format))
		(void)snprintf(name, DEVICE_NAME_SIZE, "%s %.70s",
		    evidence_format_row(evidence_format_row(format)->kin)->name, serial->value);
}
