/* course_bench.h: a desk in a folder of its own, two vendors of which it believes the first, a clerk who answers what a course
 * asks, and the virtual token in this process: what the tests of the enrollment's course stand on. */
#ifndef TESTS_UNIT_COURSE_BENCH_H
#define TESTS_UNIT_COURSE_BENCH_H

#include "enroll/course.h"
#include "enroll/desk.h"
#include "registry/registrars.h"
#include "tests/unit/vtoken_transport.h"
#include "tests/vtoken/card.h"

#define BENCH_NOW 1800000000
#define BENCH_PIN "271828"

struct world {
	char folder[64], vendor[128], stranger[128], registry[128];
	struct desk desk;
	struct registrars registrars;
	struct trust *trust;
	struct policy *policy;
	struct escrow *escrow; /* whose key stands in `escrow_key` */
	struct evp_pkey_st *escrow_key;
	bool seals; /* codes are sealed, and shown to nobody */
};

/* What the clerk of a test says, and what he was asked. */
struct clerk {
	const char *pin, *next_pin; /* next: what he says when the first one was no good; NULL: nothing */
	bool may_destroy, deaf;     /* deaf: a PUK cannot be shown to him */
	unsigned asked, asked_new, asked_to_destroy, touches, steps;
	enum error_code problem; /* with what he was asked last */
	unsigned dies_at_step;   /* SIGKILL at the n-th call of before and after together; 0: never */
	struct card *renumbers;  /* while the PIN is asked for, this card's serial grows by one; NULL: none */
	char puk[16];            /* what he was shown last */
	char puk_path[128];      /* where he writes it down; "": nowhere */
	char last_step[32];
};

/* cmocka's: for the group, and for each test, which begins with an empty registry and no journal. */
int bench_make_world(void **state);
int bench_end_world(void **state);
int bench_open_desk(void **state);
int bench_close_desk(void **state);

/* bench_request: an enrollment of alice in slot 9a, touch never. */
struct course_request bench_request(const char *algorithm, enum piv_pin_policy pin_policy);

/* bench_run: a whole course. Errors: those of course_run. */
bool bench_run(struct world *world, struct vtoken_plug *plug, const struct course_request *request, struct clerk *clerk,
    struct error *err) MUST_CHECK;

/* bench_run_with: the same with means of the test's own making. */
bool bench_run_with(const struct course_means *means, struct vtoken_plug *plug, const struct course_request *request,
    struct clerk *clerk, struct error *err) MUST_CHECK;

struct course_means bench_means(struct world *world);

/* bench_change: a change of codes, as a verb does it: the state of the codes is read first. */
typedef bool bench_change_call(struct course *course, struct clerk *clerk, struct error *err);
bool bench_change(struct world *world, struct vtoken_plug *plug, bench_change_call *change, struct clerk *clerk,
    struct error *err) MUST_CHECK;

/* bench_resume: goes on with the one unfinished course.
 *   found  out: false when there is none */
bool bench_resume(
    struct world *world, struct vtoken_plug *plug, struct clerk *clerk, bool *found, struct error *err) MUST_CHECK;

/* bench_abandon: takes the one unfinished enrollment back, if there is one. */
bool bench_abandon(struct world *world, struct vtoken_plug *plug, struct clerk *clerk, struct error *err) MUST_CHECK;

/* bench_stride: a sweep tries each N-th place with KEYENROLL_SWEEP_STRIDE=N, for builds in which every place would take too long;
 * each one otherwise. */
size_t bench_stride(void);

/* bench_count: how many enrollments the registry has, all of them alice's; journals: how many are unfinished. */
unsigned bench_count(struct world *world);
unsigned bench_count_journals(struct world *world);

/* bench_code_is: whether a code of the card is that text; bench_puk_is_sealed: whether the PUK can be read with the escrow key;
 * bench_key_is_known: whether the management key is the factory's, stands in PRINTED behind the PIN, or can be read with the
 * escrow key. */
bool bench_code_is(const struct code *code, const char *text);
bool bench_puk_is_sealed(const struct world *world, const struct card *card);
bool bench_key_is_known(const struct world *world, struct card *card);

/* bench_fresh_plug: a card as the factory made it, without waiting for another f9 key. */
struct vtoken_plug *bench_fresh_plug(const struct world *world, const char *personality);

/* bench_begin_anew: an empty registry and no journal, in the middle of a test. */
void bench_begin_anew(struct world *world);

/* bench_read_noted_puk: what a clerk who is gone wrote down. */
void bench_read_noted_puk(struct clerk *clerk);

#endif
