/* vtoken_transport.h: the virtual token in this very process, behind a transport of piv/, with a record of the instructions
 * that came. */
#ifndef TESTS_UNIT_VTOKEN_TRANSPORT_H
#define TESTS_UNIT_VTOKEN_TRANSPORT_H

#include "piv/transport.h"

#define VTOKEN_RECORD_MAXIMUM 256

struct vtoken_plug;
struct card;

/* vtoken_plug_new: a fresh token of a personality, with an f9 key of the test vendor in `vendor` (NULL: none); fails the test where that
 * does not work. */
struct vtoken_plug *vtoken_plug_new(const char *personality, const char *vendor);
void vtoken_plug_free(struct vtoken_plug *plug);

/* vtoken_plug_transport: the way to it; the plug lives on when it is closed. */
struct transport vtoken_plug_transport(struct vtoken_plug *plug);

/* vtoken_plug_pull: the card is taken out at the n-th APDU from now, 1 being the next. */
void vtoken_plug_pull(struct vtoken_plug *plug, unsigned long at);

/* vtoken_plug_record: the instruction bytes that came so far, in order; borrowed. */
struct bytes vtoken_plug_record(const struct vtoken_plug *plug);

/* vtoken_plug_pin_tries: how many tries of the PIN are left. */
unsigned vtoken_plug_pin_tries(const struct vtoken_plug *plug);

/* vtoken_plug_keep: from now on the card lives in this file, written at each change before it answers; NULL: in no file. */
void vtoken_plug_keep(struct vtoken_plug *plug, const char *path);

/* vtoken_plug_load: the card of such a file, in a new plug. */
struct vtoken_plug *vtoken_plug_load(const char *path);

/* vtoken_plug_kill: this process dies by SIGKILL at the n-th APDU from now: before the card sees it, or when the card has run
 * it and nobody has heard the answer. */
void vtoken_plug_kill(struct vtoken_plug *plug, unsigned long at, bool after);

/* vtoken_plug_pull_after, vtoken_plug_reset: as vtoken_plug_pull, but with the APDU run; the session lost instead. */
void vtoken_plug_pull_after(struct vtoken_plug *plug, unsigned long at);
void vtoken_plug_reset(struct vtoken_plug *plug, unsigned long at);

/* vtoken_plug_insert: the card is put in again, and nothing is to go wrong any more. */
void vtoken_plug_insert(struct vtoken_plug *plug);

/* vtoken_plug_card: what the card holds, to look at. */
struct card *vtoken_plug_card(struct vtoken_plug *plug);

#endif
