/* openpgp.h: the OpenPGP application that stands beside PIV in a YubiKey, as it leaves the factory: what it is can be read, no key is
 * in it. It is there because other people's programs look for it: GnuPG's scdaemon takes a card that has one for itself alone.
 * It can only be read: codes, keys and writing are not simulated, and those instructions answered as unknown.
 * Source: Functional Specification of the OpenPGP application on ISO Smart Card Operating Systems, 2.0.1, 2.1 and 3.4: 4.2.1 (the
 * AID), 4.3 and 4.4 (data objects), 6 (historical bytes), 7.2 (instructions). */
#ifndef TESTS_VTOKEN_OPENPGP_H
#define TESTS_VTOKEN_OPENPGP_H

#include "tests/vtoken/card.h"
#include "tests/vtoken/command.h"

/* openpgp_named: whether the card has the application and SELECT gave its name, with or without what follows RID and PIX. */
bool openpgp_named(const struct card *card, struct bytes name);

/* openpgp_answer: answers an instruction of the selected application; returns the status word. */
unsigned openpgp_answer(const struct card *card, const struct command *command, struct buffer *reply);

#endif
