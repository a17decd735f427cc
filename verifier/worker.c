#include "verifier/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"

/* Where the two descriptors lie that a worker keeps. */
enum { WORKER_CONVERSATION = 3, WORKER_REPORT = 4 };

/* A report has the form of a reply: its verdict is whether there is output, and no more. */
static bool put_report(bool done, const struct buffer *output, const struct error *err, struct buffer *report)
{
	const struct reply reply = {
	    .verdict = done ? REQUEST_ACCEPTED : REQUEST_REFUSED,
	    .reason = bytes_of_text(error_word(err->code)),
	    .sentence = bytes_of_text(err->text),
	    .output = done ? buffer_bytes(output) : BYTES_EMPTY,
	};

	return reply_encode(&reply, report, NULL);
}

static void run(worker_job *job, const void *what)
{
	struct buffer output = BUFFER_UP_TO(WORKER_OUTPUT_MAXIMUM), report = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	bool done = job(what, WORKER_CONVERSATION, &output, &err);

	if (put_report(done, &output, &err, &report))
		(void)send(WORKER_REPORT, report.data, report.len, MSG_NOSIGNAL);
	buffer_free(&report);
	buffer_free(&output);
}

static bool place_conversation(int conversation)
{
	if (conversation < 0)
		return close_range(WORKER_CONVERSATION, WORKER_CONVERSATION, 0) == 0;
	return dup2(conversation, WORKER_CONVERSATION) == WORKER_CONVERSATION;
}

/* In the child: descriptors at known places, all others closed. */
static bool keep_two(int conversation, int report)
{
	int first = conversation < 0 ? -1 : fcntl(conversation, F_DUPFD, 10), second = fcntl(report, F_DUPFD, 10);

	return (first < 0) == (conversation < 0) && second >= 0 && place_conversation(first) &&
	       dup2(second, WORKER_REPORT) == WORKER_REPORT && close_range(WORKER_REPORT + 1, ~0U, 0) == 0;
}

bool worker_start(worker_job *job, const void *what, int conversation, const struct worker_remains *remains,
    struct worker *worker, struct error *err)
{
	pid_t parent = getpid(), process;
	int pair[2];

	if (remains->num >= WORKER_REMAINS_LIMIT)
		return error_set(err, ERROR_VERIFIER_BUSY,
		    "%zu processes that were killed do not end: a device or a file server keeps them", remains->num);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot make a socket for a worker");
	process = fork();
	if (process == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent && keep_two(conversation, pair[1]))
			run(job, what);
		_exit(0);
	}
	close(pair[1]);
	if (process < 0) {
		close(pair[0]);
		return error_set_errno(err, ERROR_SYSTEM, "cannot start a worker");
	}
	*worker = (struct worker){.process = process, .report = pair[0]};
	return true;
}

/* Whether it is gone; who is nobody's child here is so as well. */
static bool has_ended(pid_t process)
{
	return waitpid(process, NULL, WNOHANG) != 0;
}

void worker_end(struct worker *worker, struct worker_remains *remains)
{
	struct deadline deadline = deadline_in(WORKER_END_MS);
	bool ended;

	if (worker->process <= 0)
		return;
	(void)kill(worker->process, SIGKILL);
	while (!(ended = has_ended(worker->process)) && deadline_left_ms(deadline) > 0)
		(void)poll(NULL, 0, 1);
	if (!ended && remains->num < WORKER_REMAINS_MAXIMUM)
		remains->processes[remains->num++] = worker->process;
	close(worker->report);
	*worker = WORKER_NONE;
}

void worker_reap(struct worker_remains *remains)
{
	for (size_t i = remains->num; i-- > 0;)
		if (has_ended(remains->processes[i]))
			remains->processes[i] = remains->processes[--remains->num];
}

static bool hand_on(const struct reply *reply, struct error *err)
{
	char word[64], sentence[sizeof(err->text)];
	enum error_code code;

	if (!bytes_to_text(reply->reason, word, sizeof(word)) ||
	    !bytes_to_text(reply->sentence, sentence, sizeof(sentence)) || (code = error_find(word)) == ERROR_NONE)
		return error_set(err, ERROR_PROTOCOL, "a worker failed with a reason that cannot be read");
	return error_set(err, code, "%s", sentence);
}

bool worker_parse_report(struct bytes report, struct bytes *output, struct error *err)
{
	struct bytes message;
	struct reply reply;

	if (report.len == 0)
		return error_set(err, ERROR_SYSTEM, "a worker died before it had reported");
	if (!bytes_take_ssh_string(&report, &message) || report.len > 0)
		return error_set(err, ERROR_PROTOCOL, "a report that is cut short or too long");
	if (!reply_parse(message, &reply, err))
		return false;
	if (reply.verdict != REQUEST_ACCEPTED)
		return hand_on(&reply, err);
	*output = reply.output;
	return true;
}
