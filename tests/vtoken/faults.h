/* faults.h: what shall go wrong, and at which APDU from now (the next one is 1). Knows nothing of cards. */
#ifndef TESTS_VTOKEN_FAULTS_H
#define TESTS_VTOKEN_FAULTS_H

#include "common/buffer.h"

enum fault_kind {
	FAULT_PULL,       /* the card is taken out before the APDU reaches it */
	FAULT_PULL_AFTER, /* it is taken out when the APDU is done, but not answered */
	FAULT_RESET,      /* the session is lost before the APDU, as after a reset */
	FAULT_STOP,       /* the program stops itself before the APDU, as by SIGSTOP; SIGCONT lets it go on */
	FAULT_REPLY,      /* these bytes are answered instead of running it */
};

enum { FAULTS_MAXIMUM = 16 };

struct fault {
	enum fault_kind kind;
	unsigned long countdown; /* 1: due at the next APDU */
	struct buffer reply;     /* FAULT_REPLY: data and status word */
};

struct faults {
	struct fault list[FAULTS_MAXIMUM];
	size_t count;
	unsigned delay_ms;   /* before each answer */
	unsigned long apdus; /* since faults_count was asked last */
};

/* faults_add: Errors: ERROR_LIMIT when FAULTS_MAXIMUM of them wait, or as buffer_put. */
bool faults_add(
    struct faults *faults, enum fault_kind kind, unsigned long at, struct bytes reply, struct error *err) MUST_CHECK;

/* faults_step: one more APDU has come. */
void faults_step(struct faults *faults);

/* faults_due: whether one of that kind is due now; it is used up then.
 *   reply  out: handed over to the caller, to buffer_free(); may be NULL for kinds that have none */
bool faults_due(struct faults *faults, enum fault_kind kind, struct buffer *reply);

void faults_clear(struct faults *faults);

#endif
