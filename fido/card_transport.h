/* card_transport.h: libfido2's messages as commands of a card: what a libfido2 that was built without PC/SC, as Debian's is, needs to
 * speak to a card in a reader. HID's handshake is answered here; keep-alives end here.
 * Source: CTAP 2.1 11.3; fido_dev_set_io_functions(3), fido_dev_set_transport_functions in fido.h. */
#ifndef FIDO_CARD_TRANSPORT_H
#define FIDO_CARD_TRANSPORT_H

#include <fido.h>

#include "common/buffer.h"

struct transport;

/* card_transport_probe: whether the card in that reader has the application; nothing stays open.
 * Errors: those of card_open; ERROR_CARD_APPLICATION. */
bool card_transport_probe(const char *reader_name, struct error *err) MUST_CHECK;

/* card_transport_use: makes a device that is not open yet go to a card; its path is then the reader's name.
 * Returns libfido2's result. */
int card_transport_use(fido_dev_t *device);

/* card_transport_failure: why the last message failed, for a device that card_transport_use prepared and that is open; NULL when
 * none did. Borrowed. */
const struct error *card_transport_failure(const fido_dev_t *device);

/* A card that has the application selected, for who has a transport of his own (tests). */
struct card_link;

/* card_link_new: selects the application.
 *   transport  taken over, also on error
 *   link       out: the caller's, to card_link_free()
 * Errors: ERROR_CARD_APPLICATION, ERROR_CARD_REPLY (it does not come to say what it is), ERROR_MEMORY, those of the transport. */
bool card_link_new(struct transport *transport, struct card_link **link, struct error *err) MUST_CHECK;

/* card_link_free: cancels what the card still waits with, closes the transport, and frees; else the card stays as it is. NULL does
 * nothing. */
void card_link_free(struct card_link *link);

/* card_link_cbor: one CTAP2 request and its answer, whatever number of keep-alives comes between.
 *   timeout_ms  negative: as long as the card says that it is at work
 *   answer      status byte and CBOR, behind what it holds
 * After ERROR_TOUCH the card still waits: the next call fetches the answer to the same request, unless that is cancelled.
 * Errors: ERROR_CARD_UNSUPPORTED (U2F only), ERROR_CARD_STATUS, ERROR_CARD_REPLY, ERROR_TOUCH (the time is over), those of the
 * transport. */
bool card_link_cbor(
    struct card_link *link, struct bytes request, int timeout_ms, struct buffer *answer, struct error *err) MUST_CHECK;

/* card_answer_check: whether libfido2 may see an answer: a status, and CBOR whose counts and lengths are those of what is there,
 * in the authenticator data of a new key or a signature as well.
 *   request  that it answers
 * libcbor believes a count before it has seen the members, and asks for as much memory as a hostile card says.
 * Errors: ERROR_CARD_REPLY. */
bool card_answer_check(struct bytes request, struct bytes answer, struct error *err) MUST_CHECK;

/* card_link_cancel: a request that waits for a touch waits no longer; without one nothing is done.
 * Errors: those of the transport. */
bool card_link_cancel(struct card_link *link, struct error *err) MUST_CHECK;

/* card_link_u2f: one U2F command as libfido2 encodes it, with extended lengths.
 *   answer  data and status word
 * Errors: ERROR_CARD_REPLY, those of the transport; ERROR_BUG for what is no such command. */
bool card_link_u2f(struct card_link *link, struct bytes command, struct buffer *answer, struct error *err) MUST_CHECK;

#endif
