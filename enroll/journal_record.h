/* journal_record.h: what a journal says, as text and as a struct. Lines "TIME WORD REST" behind the first, which has no time:
 *
 *   keyenroll-journal 1       the first line, without time
 *   person NAME · device SERIAL|- · slot 9a · algorithm ecdsa-p256 · pin-policy once · touch-policy never · days 365
 *   tries PIN PUK             how often each may be tried from then on; 0 0: as it is. Without a person that is the whole task
 *   factory yes|no            whether the operator said that the codes are the factory's (where the token cannot)
 *   certificate BASE64        a piece of the certificate that the operator brought; the pieces together are its DER
 *   begin STEP · done STEP
 *   before SHA256:…|-         the key that was in the slot before; "-" for none that attests
 *   key SHA256:…              the key that was made, or that the certificate is for
 *   sealed FILE               codes were sealed there, before the token had them
 *   shown puk                 the operator has read the PUK, before the token had it
 *   end enrolled|abandoned|refused
 * A last line without its end was cut off by a power failure and does not count.
 * Knows nothing of files. */
#ifndef ENROLL_JOURNAL_RECORD_H
#define ENROLL_JOURNAL_RECORD_H

#include <stdint.h>

#include "common/account_name.h"
#include "common/buffer.h"
#include "common/ssh_key.h"
#include "piv/slot.h"

#define JOURNAL_STEP_SIZE 32

/* What a journal says, read from its file or about to be written. */
struct journal_record {
	char person[ACCOUNT_NAME_MAXIMUM];
	bool has_serial;
	uint32_t serial;
	const struct piv_slot *slot;
	const struct piv_algorithm_row *algorithm;
	enum piv_pin_policy pin_policy;
	enum piv_touch_policy touch_policy;
	long days;
	unsigned pin_tries, puk_tries; /* 0: as they are */
	bool factory_codes;
	struct buffer certificate; /* owned; empty: none was brought */
	int64_t begun_at;
	char begun[JOURNAL_STEP_SIZE], done[JOURNAL_STEP_SIZE]; /* the latest of each; "" for none */
	bool pin_begun;                                         /* the PIN may be the new one */
	bool puk_begun;                                         /* the PUK may be the new one */
	bool generate_begun;                                    /* what was in the slot may be gone */
	bool tries_begun, tries_done;                           /* the codes may be, and were, the factory's again */
	bool ended;                                             /* only its move among the ended ones is missing */
	char before[SSH_KEY_FINGERPRINT_SIZE];                  /* "" before the key is made */
	char key[SSH_KEY_FINGERPRINT_SIZE];                     /* "" before there is one */
};

#define JOURNAL_RECORD_EMPTY ((struct journal_record){.certificate = BUFFER_EMPTY})

/* journal_record_clear: frees what it owns; JOURNAL_RECORD_EMPTY afterwards. */
void journal_record_clear(struct journal_record *record);

/* journal_enrolls: whether somebody is enrolled; else only the tries of a token's codes are set. */
bool journal_enrolls(const struct journal_record *record);

/* journal_parse: a journal's text.
 *   record  out: the caller's, to journal_record_clear()
 * Errors: ERROR_JOURNAL with the line's number. */
bool journal_parse(struct bytes text, struct journal_record *record, struct error *err) MUST_CHECK;

/* journal_record_put: appends the lines that a journal begins with: what is wanted, not what was done.
 * Errors: ERROR_JOURNAL for what cannot be a line. */
bool journal_record_put(
    const struct journal_record *record, int64_t now, struct buffer *out, struct error *err) MUST_CHECK;

/* journal_line_put: appends one line.
 *   rest  without control characters
 * Errors: ERROR_JOURNAL. */
bool journal_line_put(
    struct buffer *out, int64_t now, const char *word, const char *rest, struct error *err) MUST_CHECK;

#endif
