/* vtoken_bench.h: a virtual token on the bench: commands go in as hexadecimal text, without any reader. */
#ifndef TESTS_UNIT_VTOKEN_BENCH_H
#define TESTS_UNIT_VTOKEN_BENCH_H

#include "tests/vtoken/token.h"

#define BENCH_SELECT "00a4040005a000000308"
#define BENCH_PIN "0020008008313233343536ffff"
#define BENCH_WRONG_PIN "0020008008393939393939ffff"
#define BENCH_WRONG_PUK                                                                                                \
	"002c008010"                                                                                                   \
	"3939393939393939"                                                                                             \
	"313233343536ffff"

struct bench {
	struct token token;
	struct buffer reply; /* data of the last answer, all parts of it, without the status word */
};

/* bench_open: a new card of that personality, selected. Without a vendor it has no f9. */
void bench_open(struct bench *bench, const char *personality);
void bench_close(struct bench *bench);

/* bench_send: one APDU; what waits behind 61xx is fetched. Returns the status word. */
unsigned bench_send(struct bench *bench, const char *hex);

/* bench_send_bytes: the same for bytes. */
unsigned bench_send_bytes(struct bench *bench, struct bytes message);

/* bench_manage: proves the factory management key, one way. */
void bench_manage(struct bench *bench);

/* bench_reply_is: whether the last answer's data are these. */
bool bench_reply_is(const struct bench *bench, const char *hex);

#endif
