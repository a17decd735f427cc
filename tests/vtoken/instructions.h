/* instructions.h: what the applications of the card do, one function an instruction.
 *
 * Each gets the whole data of the command (chained parts put together), appends its reply and returns a status word;
 * what it appended is dropped unless that is 9000 or 9100. A change that must outlive power off sets card->changed.
 * Sources: NIST SP 800-73-4 part 2 section 3 for the standard ones; the vendor's public documentation for F6 to FF. */
#ifndef TESTS_VTOKEN_INSTRUCTIONS_H
#define TESTS_VTOKEN_INSTRUCTIONS_H

#include "tests/vtoken/card.h"
#include "tests/vtoken/command.h"
#include "tests/vtoken/status.h"

/* application_answer: finds the instruction in the table of the selected application and runs it. */
unsigned application_answer(struct card *card, const struct command *command, struct buffer *reply);

/* A4: selects an application by its AID or the front of it. Another application drops the session. */
unsigned instruction_select(struct card *card, const struct command *command, struct buffer *reply);

/* codes.c: 20 VERIFY (also: state, log out), 24 CHANGE REFERENCE DATA, 2C RESET RETRY COUNTER, FA set the tries,
 * FB reset the application. */
unsigned instruction_verify(struct card *card, const struct command *command, struct buffer *reply);
unsigned instruction_change_reference(struct card *card, const struct command *command, struct buffer *reply);
unsigned instruction_reset_retry(struct card *card, const struct command *command, struct buffer *reply);
unsigned instruction_set_tries(struct card *card, const struct command *command, struct buffer *reply);
unsigned instruction_reset(struct card *card, const struct command *command, struct buffer *reply);

/* object.c: CB GET DATA, DB PUT DATA. */
unsigned instruction_get_data(struct card *card, const struct command *command, struct buffer *reply);
unsigned instruction_put_data(struct card *card, const struct command *command, struct buffer *reply);

/* key.c: 47 GENERATE ASYMMETRIC KEY PAIR, FE import a key, F6 move or delete a key. */
unsigned instruction_generate(struct card *card, const struct command *command, struct buffer *reply);
unsigned instruction_import(struct card *card, const struct command *command, struct buffer *reply);
unsigned instruction_move(struct card *card, const struct command *command, struct buffer *reply);

/* authenticate.c: 87 GENERAL AUTHENTICATE with a slot key; management.c: 87 with the management key, FF set that key. */
unsigned instruction_authenticate(struct card *card, const struct command *command, struct buffer *reply);
unsigned authenticate_management(
    struct card *card, const struct command *command, struct bytes elements, struct buffer *reply);
unsigned instruction_set_management(struct card *card, const struct command *command, struct buffer *reply);

/* attest.c: F9, a certificate about the key of a slot. */
unsigned instruction_attest(struct card *card, const struct command *command, struct buffer *reply);

/* metadata.c: F7, what the card says of a key or a code; F8 the serial number; FD the firmware version. */
unsigned instruction_metadata(struct card *card, const struct command *command, struct buffer *reply);
unsigned instruction_serial(struct card *card, const struct command *command, struct buffer *reply);
unsigned instruction_version(struct card *card, const struct command *command, struct buffer *reply);

/* touch.c: waits for the finger where the policy wants one. False: none came. */
bool touch_given(struct card *card, uint8_t touch_policy);

#endif
