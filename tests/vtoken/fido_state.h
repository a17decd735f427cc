/* fido_state.h: the FIDO2 application's part of the state file (state.h). */
#ifndef TESTS_VTOKEN_FIDO_STATE_H
#define TESTS_VTOKEN_FIDO_STATE_H

#include <jansson.h>

#include "tests/vtoken/fido.h"

/* fido_state_encode: NULL: no memory. */
json_t *fido_state_encode(const struct fido *fido);

/* fido_state_decode: into an application that fido_applet_init made. Errors: ERROR_TEXT, ERROR_CRYPTO. */
bool fido_state_decode(json_t *state, struct fido *fido, struct error *err) MUST_CHECK;

#endif
