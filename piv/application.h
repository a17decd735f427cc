/* application.h: an open PIV application: selecting it, what the token says of itself, and the one door through which all
 * commands go. The order of a course:
 *
 *	reader_context_new → piv_open → piv_identify → piv_metadata_read … → piv_authenticate → piv_generate →
 *	piv_attest → piv_certificate_read → piv_pin_verify → piv_sign → piv_certificate_write → piv_close
 *
 * Attest before the PIN is verified, and verify directly before signing: with a PIN policy of "always" any other command in
 * between loses it.
 * All that stands here is claimed by the token, not proved. Knows nothing of certificates, policy and persons.
 * Source: NIST SP 800-73-4 part 2; Yubico PIV extensions (version FD, serial F8). */
#ifndef PIV_APPLICATION_H
#define PIV_APPLICATION_H
#include "common/buffer.h"
#include "piv/slot.h"

struct apdu_command;
struct reader_context;
struct transport;

struct piv;

/* Who the token says it is. */
struct piv_identity {
	struct piv_version firmware;
	bool has_serial;
	uint32_t serial;
};

/* piv_open: connects to the card in a reader, begins a transaction that lasts until piv_close, and selects PIV: one command.
 *   piv  out: the caller's, to piv_close(); must not outlive `context`
 * Errors: those of card_open; ERROR_CARD_APPLICATION when there is no PIV application. */
bool piv_open(struct reader_context *context, const char *reader_name, struct piv **piv, struct error *err) MUST_CHECK;

/* piv_open_over: as piv_open, over a transport of the caller's making, which is taken over (closed on error as well).
 * Errors: as piv_open. */
bool piv_open_over(struct transport *transport, struct piv **piv, struct error *err) MUST_CHECK;

/* piv_close: ends the transaction; when a code was, or may have been, verified the card is reset, so that nobody finds it unlocked.
 * NULL does nothing. */
void piv_close(struct piv *piv);

/* piv_identify: asks for firmware and serial: two commands, or five where the serial sits in another application (before
 * firmware 5), so it comes first. From here on a reset by another program is followed by a comparison of the serial.
 *   identity  out; a token without these instructions has firmware 0.0.0 and no serial, which is no error
 * Errors: those of piv_exchange. */
bool piv_identify(struct piv *piv, struct piv_identity *identity, struct error *err) MUST_CHECK;

/* piv_exchange: one command, sent again by itself when another program had reset the card and nothing was unlocked.
 *   reply, status  as for apdu_exchange
 * Errors: those of apdu_exchange; ERROR_CARD_RESET when a code or key that had been verified is lost by it (PIV is selected
 * again, authenticate again); ERROR_CARD_CHANGED when another token sits in the reader now, ERROR_CARD_APPLICATION
 * when it has no PIV. */
bool piv_exchange(struct piv *piv, const struct apdu_command *command, struct buffer *reply, uint16_t *status,
    struct error *err) MUST_CHECK;

/* piv_run: piv_exchange, and anything but 9000 is an error.
 *   doing  what is tried, for the front of the error's sentence
 *   reply  NULL when none is wanted
 * Errors: those of piv_exchange and status_check. */
bool piv_run(struct piv *piv, const struct apdu_command *command, const char *doing, struct buffer *reply,
    struct error *err) MUST_CHECK;

/* piv_note_unlocked: the management key was accepted: from now on a reset loses something. */
void piv_note_unlocked(struct piv *piv);

/* piv_note_pin_verified: as piv_note_unlocked, for the PIN. */
void piv_note_pin_verified(struct piv *piv);

/* piv_note_may_be_unlocked: a code was proved by another command than VERIFY, or the answer to one is lost: the card is reset at
 * the close, and nothing else changes. */
void piv_note_may_be_unlocked(struct piv *piv);

/* piv_pin_is_fresh: whether the PIN was verified by the very last command. What is refused then wanted a touch. */
bool piv_pin_is_fresh(const struct piv *piv);

/* piv_resets: how often another program has reset the token so far. What takes two commands that belong together begins again
 * when it changes between them. */
unsigned piv_resets(const struct piv *piv);

#endif
