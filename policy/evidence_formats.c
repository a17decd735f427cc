#include "policy/evidence_formats.h"

#include "policy/fido.h"
#include "policy/piv.h"

static const struct evidence_format_row rows[EVIDENCE_FORMAT_COUNT] = {
    [EVIDENCE_PIV] = {"piv", EVIDENCE_PIV, piv_appraise},
    [EVIDENCE_FIDO] = {"fido", EVIDENCE_FIDO, fido_appraise},
    [EVIDENCE_SSH_SK] = {"ssh-sk-attest", EVIDENCE_FIDO, fido_appraise_ssh_sk},
};

const struct evidence_format_row *evidence_format_row(enum evidence_format format)
{
	return &rows[format];
}

bool evidence_format_find(struct bytes name, enum evidence_format *format)
{
	for (size_t i = 0; i < EVIDENCE_FORMAT_COUNT; i++) {
		if (bytes_equal_text(name, rows[i].name)) {
			*format = (enum evidence_format)i;
			return true;
		}
	}
	return false;
}

bool evidence_format_find_kin(struct bytes name, enum evidence_format *format)
{
	return evidence_format_find(name, format) && rows[*format].kin == *format;
}
