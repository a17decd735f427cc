/* fido_defects.h: six attestation certificates of a vendor's early devices whose signature is encoded wrongly.
 *
 * Their BIT STRING claims unused bits that it does not have. They are known by their hash, so that nothing else is ever
 * repaired. Source: Yubico's U2F server libraries, where the same list stands. */
#ifndef POLICY_FIDO_DEFECTS_H
#define POLICY_FIDO_DEFECTS_H

#include "common/buffer.h"

/* fido_defect_mend: repairs one of those six; any other certificate is left alone.
 *   der     in and out: borrowed, from `mended` when it was repaired
 *   mended  out: empty when nothing was repaired
 * Errors: as buffer_put. */
bool fido_defect_mend(struct bytes *der, struct buffer *mended, struct error *err) MUST_CHECK;

#endif
