/* request.h: the little protocol between the thin clients in sshd and PAM and the verifier.
 *
 * One request and one reply a connection (or on standard input and output of `keyenrolld --once`). A message is a 4-byte
 * length and that many bytes: version, code, fields as SSH strings. Both ends and the fuzzer share this codec; it lies in
 * common/ because verifier/ and pam_module/ do not know each other.
 * Knows nothing of sockets and decisions. libc only.
 *
 *   request   byte version | byte code | string account | string service | uint32 number of methods
 *             | { string method name | string key or certificate blob } … | string remote
 *             | REQUEST_AUTHENTICATE, _AGENT: string caller | string command | uint32 wait
 *   reply     byte version | byte verdict | string reason | string sentence | string output */
#ifndef COMMON_REQUEST_H
#define COMMON_REQUEST_H

#include "common/auth_info.h"

#define REQUEST_VERSION 1
/* A request carries at most all that SSH_AUTH_INFO_0 may hold, a reply one key line. */
#define REQUEST_MAXIMUM (AUTH_INFO_MAXIMUM + 4096)
#define REPLY_MAXIMUM ((size_t)64 * 1024)
#define REQUEST_WAIT_MAXIMUM 600

enum request_code {
	REQUEST_AUTHORIZED_KEYS = 1, /* sshd asks for the lines of one offered key */
	REQUEST_SESSION = 2,         /* PAM asks whether a session may open after these methods */
	REQUEST_PRINCIPALS = 3,      /* sshd asks which principals of one offered certificate may enter */
	REQUEST_AUTHENTICATE = 4, /* PAM wants the person proven by a token that is plugged in here: conversation.h */
	REQUEST_AGENT = 5,        /* the same, by one of these keys in his SSH agent: conversation.h */
};

enum request_verdict {
	REQUEST_REFUSED = 0,
	REQUEST_ACCEPTED = 1,
};

struct request {
	enum request_code code;
	struct bytes account; /* the local account that is to be entered */
	struct bytes service; /* PAM's service, or "sshd" */
	struct request_method {
		struct bytes name, blob;
	} methods[AUTH_INFO_METHODS_MAXIMUM];
	size_t num_methods;
	/* where the person sits, in the words of who asks (PAM_RHOST); empty: not known, or here */
	struct bytes remote;
	/* REQUEST_AUTHENTICATE, _AGENT: the account from which it is asked (PAM_RUSER); may be empty */
	struct bytes caller;
	/* REQUEST_AUTHENTICATE, _AGENT: the words by which the application was started; may be empty */
	struct bytes command;
	uint32_t wait_seconds; /* REQUEST_AUTHENTICATE, _AGENT: how long for a token, 1 to REQUEST_WAIT_MAXIMUM */
};

struct reply {
	enum request_verdict verdict;
	struct bytes reason;   /* an error's stable word; "none" when accepted */
	struct bytes sentence; /* for the log */
	struct bytes output;   /* REQUEST_AUTHORIZED_KEYS, _PRINCIPALS: what sshd reads; else empty */
};

/* request_encode: appends a whole message, length included; `out` is as before on error. What a request must hold is not
 * looked at: request_parse is, at the other end.
 * Errors: ERROR_LIMIT (over REQUEST_MAXIMUM, too many methods), ERROR_MEMORY. */
bool request_encode(const struct request *request, struct buffer *out, struct error *err) MUST_CHECK;

/* reply_encode: the same for a reply. Errors: ERROR_LIMIT (over REPLY_MAXIMUM), ERROR_MEMORY. */
bool reply_encode(const struct reply *reply, struct buffer *out, struct error *err) MUST_CHECK;

/* request_parse: reads a message without its length, all of it.
 *   request  out: borrowed from `message`; unchanged on error
 * Errors: ERROR_PROTOCOL_VERSION (a peer of another version), ERROR_PROTOCOL (also: an account, service or method without
 * printable name; not one method for REQUEST_AUTHORIZED_KEYS and _PRINCIPALS, none for _SESSION and _AGENT, any for
 * _AUTHENTICATE; a wait out of range). */
bool request_parse(struct bytes message, struct request *request, struct error *err) MUST_CHECK;

/* reply_parse: the same for a reply. The output is not looked into.
 * Errors: ERROR_PROTOCOL_VERSION, ERROR_PROTOCOL (also: a reason or sentence that is not printable, a refusal with output). */
bool reply_parse(struct bytes message, struct reply *reply, struct error *err) MUST_CHECK;

/* request_name: "authorized-keys", "session", "principals", "authenticate", "agent"; "unknown" for another number. Static storage. */
const char *request_name(enum request_code code);

#endif
