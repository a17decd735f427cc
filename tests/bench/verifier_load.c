/* verifier_load [OPTION]... ACCOUNT KEY.pub: asks a running verifier about a key, as sshd's and PAM's clients do, from many
 * processes at once, and prints how long the answers took and what they were:
 *   reason WORD COUNT    for each reason that was given ("none" accepts)
 *   p50_us, p99_us, max_us VALUE
 *
 *   --socket PATH    where it listens
 *   --session        ask whether a session opens, and not for the key's line
 *   --parallel N     processes that ask, all starting at once [1]
 *   --rounds N       questions of each [1]
 *   --pause MS       between two of them [0]
 *   --timeout MS     what a client waits for an answer [2000]
 *   --half N, --mute N, --megabyte N
 *                    processes beside them that send half a request, never read their answer, send a megabyte; again and again,
 *                    from before the first question to after the last */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base64.h"
#include "common/client.h"
#include "common/file.h"
#include "common/request.h"

#define MEGABYTE ((size_t)1024 * 1024)
#define HOSTILE_PATIENCE_S 5

enum { OPTION_SOCKET, OPTION_SESSION, OPTION_PARALLEL, OPTION_ROUNDS, OPTION_PAUSE, OPTION_TIMEOUT, OPTION_HOSTILE };

static const struct option options[] = {
    {"socket", required_argument, NULL, OPTION_SOCKET},
    {"session", no_argument, NULL, OPTION_SESSION},
    {"parallel", required_argument, NULL, OPTION_PARALLEL},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"pause", required_argument, NULL, OPTION_PAUSE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"half", required_argument, NULL, OPTION_HOSTILE},
    {"mute", required_argument, NULL, OPTION_HOSTILE + 1},
    {"megabyte", required_argument, NULL, OPTION_HOSTILE + 2},
    {0},
};

#define HOSTILE_KINDS 3

struct load {
	struct client client;
	struct request request;
	size_t parallel, rounds;
	long pause_ms;
	size_t hostile[HOSTILE_KINDS];
	struct buffer key, encoded;
};

/* What came of one question. */
struct sample {
	uint32_t microseconds;
	enum error_code reason;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "verifier_load: %s\n", what);
	exit(2);
}

static int64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void rest_ms(long milliseconds)
{
	const struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};

	(void)nanosleep(&pause, NULL);
}

static struct sample ask(const struct load *load)
{
	struct buffer message = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct reply reply;
	int64_t begin = now_us();
	struct sample sample;

	if (client_ask(&load->client, &load->request, &message, &reply, &err) && client_consent(&reply, &err))
		err.code = ERROR_NONE;
	sample = (struct sample){(uint32_t)(now_us() - begin), err.code};
	buffer_free(&message);
	return sample;
}

/* ---- clients that do as they like ------------------------------------------------------------------------------------------- */

static int connect_to(const char *path)
{
	const struct timeval patience = {.tv_sec = HOSTILE_PATIENCE_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
	    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		die("cannot make a socket");
	if (connect(descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return descriptor;
	(void)close(descriptor);
	return -1;
}

/* Sends what the verifier takes, and stays until it hangs up, or for a moment where nothing is read. */
static void send_part(const struct load *load, struct bytes part, bool reads)
{
	int descriptor = connect_to(load->client.socket);
	uint8_t received[4096];

	if (descriptor < 0)
		return;
	(void)!send(descriptor, part.data, part.len, MSG_NOSIGNAL);
	while (reads && recv(descriptor, received, sizeof(received), 0) > 0)
		;
	if (!reads)
		rest_ms(100);
	(void)close(descriptor);
}

static void send_half(const struct load *load)
{
	struct bytes whole = buffer_bytes(&load->encoded), half;

	if (bytes_take(&whole, load->encoded.len / 2, &half))
		send_part(load, half, true);
}

static void never_read(const struct load *load)
{
	send_part(load, buffer_bytes(&load->encoded), false);
}

/* A megabyte that says so, and then as much as the protocol allows without ever being a request. */
static void send_megabyte(const struct load *load)
{
	static const uint32_t lengths[] = {MEGABYTE, REQUEST_MAXIMUM};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct buffer much = BUFFER_UP_TO(2 * MEGABYTE);
		uint8_t *room;

		if (!buffer_put_u32(&much, lengths[i], NULL) || !buffer_extend(&much, MEGABYTE, &room, NULL))
			die("no memory");
		send_part(load, buffer_bytes(&much), true);
		buffer_free(&much);
	}
}

static void (*const hostile[HOSTILE_KINDS])(const struct load *load) = {send_half, never_read, send_megabyte};

/* ---- processes -------------------------------------------------------------------------------------------------------------- */

static pid_t start(void)
{
	pid_t child = fork();

	if (child < 0)
		die("cannot fork");
	if (child == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

static void start_hostile(const struct load *load, pid_t *children, size_t *num)
{
	for (size_t kind = 0; kind < HOSTILE_KINDS; kind++)
		for (size_t i = 0; i < load->hostile[kind]; i++) {
			children[*num] = start();
			while (children[*num] == 0)
				hostile[kind](load);
			(*num)++;
		}
}

/* Waits for the end of the starter's pipe: all begin at once. */
static void ask_in_rounds(const struct load *load, int gate, struct sample *samples)
{
	char byte;

	while (read(gate, &byte, 1) < 0 && errno == EINTR)
		;
	for (size_t round = 0; round < load->rounds; round++) {
		if (round > 0 && load->pause_ms > 0)
			rest_ms(load->pause_ms);
		samples[round] = ask(load);
	}
	_exit(0);
}

static void ask_all(const struct load *load, struct sample *samples)
{
	size_t num_hostile = 0, most = load->hostile[0] + load->hostile[1] + load->hostile[2];
	pid_t *hostiles = calloc(most + 1, sizeof(*hostiles)), *askers = calloc(load->parallel, sizeof(*askers));
	int gate[2];

	if (hostiles == NULL || askers == NULL)
		die("no memory");
	start_hostile(load, hostiles, &num_hostile);
	if (num_hostile > 0)
		rest_ms(300);
	if (pipe(gate) < 0)
		die("no pipe");
	for (size_t i = 0; i < load->parallel; i++) {
		askers[i] = start();
		if (askers[i] == 0) {
			(void)close(gate[1]);
			ask_in_rounds(load, gate[0], &samples[i * load->rounds]);
		}
	}
	(void)close(gate[0]);
	(void)close(gate[1]);
	for (size_t i = 0; i < load->parallel; i++)
		(void)waitpid(askers[i], NULL, 0);
	for (size_t i = 0; i < num_hostile; i++) {
		(void)kill(hostiles[i], SIGKILL);
		(void)waitpid(hostiles[i], NULL, 0);
	}
	free(hostiles);
	free(askers);
}

/* ---- the sum ---------------------------------------------------------------------------------------------------------------- */

static int by_reason(const void *left, const void *right)
{
	const struct sample *a = left, *b = right;

	return (a->reason > b->reason) - (a->reason < b->reason);
}

static int by_time(const void *left, const void *right)
{
	const struct sample *a = left, *b = right;

	return (a->microseconds > b->microseconds) - (a->microseconds < b->microseconds);
}

static void print_sum(struct sample *samples, size_t num)
{
	size_t same = 0;

	qsort(samples, num, sizeof(*samples), by_reason);
	for (size_t i = 0; i < num; i++) {
		same++;
		if (i + 1 < num && samples[i + 1].reason == samples[i].reason)
			continue;
		printf("reason %s %zu\n", error_word(samples[i].reason), same);
		same = 0;
	}
	qsort(samples, num, sizeof(*samples), by_time);
	printf("p50_us %u\np99_us %u\nmax_us %u\n", samples[num / 2].microseconds, samples[num * 99 / 100].microseconds,
	    samples[num - 1].microseconds);
}

/* ---- options ---------------------------------------------------------------------------------------------------------------- */

static size_t number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end != '\0' || value > 1000000)
		die("a number is wrong");
	return value;
}

static void take_option(int option, struct load *load)
{
	switch (option) {
	case OPTION_SOCKET:
		load->client.socket = optarg;
		break;
	case OPTION_SESSION:
		load->request.code = REQUEST_SESSION;
		break;
	case OPTION_PARALLEL:
		load->parallel = number(optarg);
		break;
	case OPTION_ROUNDS:
		load->rounds = number(optarg);
		break;
	case OPTION_PAUSE:
		load->pause_ms = (long)number(optarg);
		break;
	case OPTION_TIMEOUT:
		load->client.timeout_ms = (unsigned)number(optarg);
		break;
	case OPTION_HOSTILE:
	case OPTION_HOSTILE + 1:
	case OPTION_HOSTILE + 2:
		load->hostile[option - OPTION_HOSTILE] = number(optarg);
		break;
	default:
		die("unknown option; the head of verifier_load.c has them");
	}
}

/* The second word of the file's line. */
static void load_key(const char *path, struct buffer *key)
{
	struct buffer text = BUFFER_UP_TO(MEGABYTE);
	struct error err = ERROR_EMPTY;
	struct bytes rest, line, word = BYTES_EMPTY;

	if (!file_load(path, MEGABYTE, &text, &err))
		die(err.text);
	rest = buffer_bytes(&text);
	if (!bytes_take_until(&rest, '\n', &line) || !bytes_take_until(&line, ' ', &word) ||
	    !bytes_take_until(&line, ' ', &word) || !base64_parse(word, key, &err))
		die("KEY.pub is no public key");
	buffer_free(&text);
}

int main(int argc, char **argv)
{
	struct load load = {.client = {.socket = CLIENT_SOCKET, .timeout_ms = CLIENT_TIMEOUT_MS},
	    .request = {.code = REQUEST_AUTHORIZED_KEYS, .service = bytes_of_text("sshd"), .num_methods = 1},
	    .parallel = 1,
	    .rounds = 1,
	    .key = BUFFER_UP_TO(MEGABYTE),
	    .encoded = BUFFER_UP_TO(MEGABYTE)};
	struct sample *samples;
	size_t num;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(option, &load);
	if (argc - optind != 2 || load.parallel * load.rounds == 0)
		die("wants ACCOUNT KEY.pub");
	load_key(argv[optind + 1], &load.key);
	load.request.account = bytes_of_text(argv[optind]);
	load.request.methods[0].name = bytes_of_text("publickey");
	load.request.methods[0].blob = buffer_bytes(&load.key);
	num = load.parallel * load.rounds;
	samples = mmap(NULL, num * sizeof(*samples), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (samples == MAP_FAILED || !request_encode(&load.request, &load.encoded, NULL))
		die("no memory");
	(void)signal(SIGPIPE, SIG_IGN);
	ask_all(&load, samples);
	print_sum(samples, num);
	buffer_free(&load.key);
	buffer_free(&load.encoded);
	return 0;
}
