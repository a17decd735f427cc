/* conversation.h: what is said on one connection between a request that wants a person proven (REQUEST_AUTHENTICATE,
 * REQUEST_AGENT) and the reply to it.
 *
 * The verifier says that it is at it (QUESTION_UNDER_WAY) and passes, with one byte more, the descriptor of a socket on which all
 * other questions come. They come from a process that talks to tokens, and that process never holds the connection: the reply of
 * request.h, which ends the conversation at any point, can come from the one that decides only.
 * The verifier asks, the client answers; whatever kind of question it is, there is never more than one open. Framing is that of
 * request.h; a question's kind can be told from a verdict.
 * What a person reads travels as a message (message.h), and the client says it in his language.
 * An answer may carry a PIN: what it is encoded into, and read from, lives in a buffer, which wipes, for the time of one message.
 * The version is one of its own, apart from that of request.h: a change here is no matter for sshd. A peer of another version is
 * refused on both ends (version 1 sent finished English text, version 2 all on one connection).
 * Knows nothing of sockets, persons and tokens. libc only.
 *
 *   question  byte version | byte kind | message | string key | string data
 *   answer    byte version | byte 64 | string content */
#ifndef COMMON_CONVERSATION_H
#define COMMON_CONVERSATION_H

#include "common/message.h"

#define CONVERSATION_VERSION 3

#define QUESTION_MAXIMUM ((size_t)64 * 1024)
#define ANSWER_MAXIMUM ((size_t)4096)
/* How many questions a client puts up with in one conversation. */
#define CONVERSATION_QUESTIONS_MAXIMUM 48

enum question_kind {
	QUESTION_UNDER_WAY = 16, /* the first, on the connection: nothing to show or to answer */
	QUESTION_TELL = 17,      /* text for the person, no answer */
	QUESTION_WARN = 18,      /* as QUESTION_TELL, for what went wrong */
	QUESTION_PIN = 19,       /* the answer is a secret, typed unseen */
	QUESTION_CONSENT = 20,   /* the answer is a word, typed in sight */
	QUESTION_SIGN = 21,      /* for no person: the answer is the SSH signature blob that `key` makes over `data` */
};

struct question {
	enum question_kind kind;
	struct message message; /* for TELL, WARN, PIN and CONSENT; else empty */
	struct bytes key;       /* QUESTION_SIGN: the public key's blob; else empty */
	struct bytes data;      /* QUESTION_SIGN: what is to be signed; else empty */
};

/* question_is: whether a message without its length, from the verifier, is a question and not the reply. */
bool question_is(struct bytes message);

/* question_encode: appends a whole question, length included. What its kind lacks has to be empty: that is the parser's to refuse.
 * Errors: those of message_put; ERROR_LIMIT over QUESTION_MAXIMUM. */
bool question_encode(const struct question *question, struct buffer *out, struct error *err) MUST_CHECK;

/* answer_encode: appends a whole answer, length included. `out` holds a PIN then, and is freed as soon as it is sent.
 * Errors: ERROR_LIMIT over ANSWER_MAXIMUM, ERROR_MEMORY. */
bool answer_encode(struct bytes content, struct buffer *out, struct error *err) MUST_CHECK;

/* question_parse: reads a message without its length, all of it.
 *   question  out: borrowed from `message`
 * Errors: ERROR_PROTOCOL_VERSION, ERROR_PROTOCOL (also: a field that its kind does not have, or lacks one that it has). */
bool question_parse(struct bytes message, struct question *question, struct error *err) MUST_CHECK;

/* answer_parse: reads a message without its length, all of it.
 *   content  out: borrowed from `message`; may be empty
 * Errors: ERROR_PROTOCOL_VERSION, ERROR_PROTOCOL. */
bool answer_parse(struct bytes message, struct bytes *content, struct error *err) MUST_CHECK;

#endif
