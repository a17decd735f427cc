/* printable.h: foreign bytes as text for people: printable ASCII, everything else as a question mark. */
#ifndef POLICY_PRINTABLE_H
#define POLICY_PRINTABLE_H

#include "common/bytes.h"

/* printable_put: writes them, cut where there is no room, with a NUL behind. */
void printable_put(struct bytes bytes, char *text, size_t size);

#endif
