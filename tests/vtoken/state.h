/* state.h: the card on disk: what survives power off, as JSON, keys in the clear (it is a test tool). */
#ifndef TESTS_VTOKEN_STATE_H
#define TESTS_VTOKEN_STATE_H

#include "tests/vtoken/card.h"

/* state_store: writes beside the file and renames, so a killed process leaves the old or the new state. Not synced:
 * a test does not outlive a power cut. Errors: ERROR_FILE, ERROR_MEMORY, ERROR_CRYPTO. */
bool state_store(const struct card *card, const char *path, struct error *err) MUST_CHECK;

/* state_load:
 *   found  out: false when there is no such file; the card is untouched then
 *   card   out: initialised from the file, to card_clear(); untouched on error
 * Errors: ERROR_FILE, ERROR_TEXT naming the field, ERROR_CRYPTO for a broken key. */
bool state_load(const char *path, struct card *card, bool *found, struct error *err) MUST_CHECK;

#endif
