/* asking.h: the verifier's end of a conversation: opens it, and in a worker puts questions to the client and waits for the answers.
 * Knows nothing of what is asked. */
#ifndef VERIFIER_ASKING_H
#define VERIFIER_ASKING_H

#include "common/conversation.h"

struct secret;

/* How long a person may think about a question. */
#define ASKING_ANSWER_TIMEOUT_MS (120 * 1000)

/* asking_begin: tells a client on its connection that its proof is under way, and passes it the client's end of the conversation.
 *   conversation  stays the caller's, who closes it
 * Errors: as asking_tell. */
bool asking_begin(int connection, int conversation, struct error *err) MUST_CHECK;

/* asking_tell: sends a message that wants no answer.
 * Errors: ERROR_CONVERSATION when the client has gone, ERROR_DEADLINE, those of message_put. */
bool asking_tell(
    int conversation, enum question_kind kind, const struct message *message, struct error *err) MUST_CHECK;

/* asking_ask: sends a message and takes what was typed.
 *   answer  out, appended
 * Errors: as asking_tell, ERROR_PROTOCOL…. */
bool asking_ask(int conversation, enum question_kind kind, const struct message *message, struct secret *answer,
    struct error *err) MUST_CHECK;

/* asking_sign: has the client's agent sign; nothing in `signature` says that this key did not.
 * Errors: as asking_ask. */
bool asking_sign(
    int conversation, struct bytes key, struct bytes data, struct buffer *signature, struct error *err) MUST_CHECK;

#endif
