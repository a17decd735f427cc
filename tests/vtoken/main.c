/* vtoken: a virtual PIV and FIDO2 token for tests, behind the virtual reader of a real pcscd. Options: see `vtoken --help`. */
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "tests/vtoken/control.h"
#include "tests/vtoken/state.h"
#include "tests/vtoken/vendor.h"
#include "tests/vtoken/vendor_fido.h"
#include "tests/vtoken/vpcd.h"

/* A reader looks for its card a few times a second. One that comes back sooner was never away for pcscd, which then
 * goes on with a dead connection. */
enum { RECONNECT_MS = 50, ABSENCE_MS = 1000, SERIAL_SMALLEST = 10000000, SERIAL_SPREAD = 30000000 };

#define DEFAULT_PERSONALITY "5.7.4"

struct options {
	unsigned long port;
	const char *state, *personality, *vendor, *control, *trace, *tell;
	unsigned long serial; /* 0: any */
	struct touch touch;
};

/* The sockets of the program; -1 where there is none. */
struct sockets {
	int reader, listener, client;
	uint64_t absent_since_ms; /* monotonic; 0: was never there */
	struct buffer pending;    /* the control client's unfinished line */
};

static const char usage[] =
    "Usage: vtoken --port N [OPTION]...\n"
    "       vtoken --control SOCKET --tell COMMAND\n"
    "A virtual PIV and FIDO2 token: connects to vpcd on 127.0.0.1.\n"
    "\n"
    "  --port N             where the reader listens\n"
    "  --state FILE         keeps the card in FILE, so that it outlives the process\n"
    "  --personality NAME   which model it is (default 5.7.4, or as the state says); \"list\" shows them\n"
    "  --serial N           its serial number (default: as the state says, or random)\n"
    "  --vendor DIR         the test vendor that vendor-ca made; signs f9 and the FIDO2 batch when the card is new\n"
    "  --control SOCKET     takes commands there: pull N, insert, status N SW, ... (tests/vtoken/control.h)\n"
    "  --tell COMMAND       sends COMMAND to the token at SOCKET, prints the answer, and ends\n"
    "  --touch WHEN         auto, never, never=MS or MS: when a touch comes\n"
    "  --trace FILE         appends every APDU in hexadecimal\n"
    "  --help\n";

static void complain(const struct error *err)
{
	(void)fprintf(stderr, "vtoken: %s [%s]\n", err->text, error_word(err->code));
}

static bool set_number(const char *text, unsigned long most, unsigned long *number, struct error *err)
{
	char *end;

	*number = strtoul(text, &end, 10);
	if (*end != '\0' || *number == 0 || *number > most)
		return error_set(err, ERROR_USAGE, "%s is not a number from 1 to %lu", text, most);
	return true;
}

static bool set_option(int letter, const char *value, struct options *options, struct error *err)
{
	switch (letter) {
	case 'p':
		return set_number(value, UINT16_MAX, &options->port, err);
	case 'n':
		return set_number(value, UINT32_MAX, &options->serial, err);
	case 'u':
		return touch_parse(bytes_of_text(value), &options->touch, err);
	case 's':
		options->state = value;
		return true;
	case 'm':
		options->personality = value;
		return true;
	case 'v':
		options->vendor = value;
		return true;
	case 'c':
		options->control = value;
		return true;
	case 't':
		options->trace = value;
		return true;
	case 'T':
		options->tell = value;
		return true;
	default:
		return error_set(err, ERROR_USAGE, "see vtoken --help");
	}
}

static bool parse_options(int argc, char **argv, struct options *options, struct error *err)
{
	static const struct option longs[] = {
	    {"port", required_argument, NULL, 'p'},
	    {"state", required_argument, NULL, 's'},
	    {"personality", required_argument, NULL, 'm'},
	    {"serial", required_argument, NULL, 'n'},
	    {"vendor", required_argument, NULL, 'v'},
	    {"control", required_argument, NULL, 'c'},
	    {"tell", required_argument, NULL, 'T'},
	    {"touch", required_argument, NULL, 'u'},
	    {"trace", required_argument, NULL, 't'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	int letter;

	*options = (struct options){.touch = {.comes = true}};
	while ((letter = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (letter == 'h') {
			(void)fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		}
		if (!set_option(letter, optarg, options, err))
			return false;
	}
	if (optind != argc)
		return error_set(err, ERROR_USAGE, "%s: no such argument, see vtoken --help", argv[optind]);
	return true;
}

static void list_personalities(void)
{
	const struct personality *personality;

	for (size_t i = 0; (personality = personality_at(i)) != NULL; i++)
		(void)printf("%s\n", personality->name);
}

static bool make_card(const struct options *options, struct card *card, struct error *err)
{
	const char *name = options->personality == NULL ? DEFAULT_PERSONALITY : options->personality;
	const struct personality *personality = personality_find(name);
	uint32_t serial = (uint32_t)options->serial;

	if (personality == NULL)
		return error_set(err, ERROR_USAGE, "%s: no such personality; \"list\" shows them", name);
	if (serial == 0) {
		if (RAND_bytes((unsigned char *)&serial, sizeof(serial)) != 1)
			return error_set(err, ERROR_CRYPTO, "no random number for a serial");
		serial = SERIAL_SMALLEST + serial % SERIAL_SPREAD;
	}
	card_init(card, personality, serial);
	if (options->vendor != NULL &&
	    (!vendor_make_f9(card, options->vendor, err) || !vendor_make_fido(card, options->vendor, err))) {
		card_clear(card);
		return false;
	}
	return options->state == NULL || state_store(card, options->state, err);
}

/* A stored card is what it is: an option that says otherwise is a mistake in the test. */
static bool check_card(const struct options *options, const struct card *card, struct error *err)
{
	if (options->personality != NULL && strcmp(options->personality, card->personality->name) != 0)
		return error_set(err, ERROR_USAGE, "%s holds a %s, not a %s", options->state, card->personality->name,
		    options->personality);
	if (options->serial != 0 && options->serial != card->serial)
		return error_set(
		    err, ERROR_USAGE, "%s holds serial number %lu", options->state, (unsigned long)card->serial);
	return true;
}

/* known: the card comes from its state file, so a reader may have held it a moment ago */
static bool open_card(const struct options *options, struct token *token, bool *known, struct error *err)
{
	*known = false;
	if (options->state != NULL && !state_load(options->state, &token->card, known, err))
		return false;
	if (!(*known ? check_card(options, &token->card, err) : make_card(options, &token->card, err)))
		return false;
	token->card.touch = options->touch;
	token->state_file = options->state;
	token->inserted = true;
	if (options->trace != NULL) {
		token->trace = fopen(options->trace, "ae");
		if (token->trace == NULL)
			return error_set_errno(err, ERROR_FILE, "%s", options->trace);
	}
	return true;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void serve_control_code(struct token *token, uint8_t code)
{
	switch (code) {
	case VPCD_POWER_OFF:
		token_power(token, "power off");
		break;
	case VPCD_POWER_ON:
		token_power(token, "power on");
		break;
	case VPCD_RESET:
		token_power(token, "reset");
		break;
	default:
		break;
	}
}

static bool serve_message(struct token *token, int reader, struct bytes message, struct error *err)
{
	/* T=1, and the name that libraries look for in the historical bytes */
	static const uint8_t atr[] = {
	    0x3b, 0xf8, 0x13, 0x00, 0x00, 0x81, 0x31, 0xfe, 0x15, 0x59, 0x75, 0x62, 0x69, 0x6b, 0x65, 0x79, 0x34, 0xd4};
	struct buffer reply = BUFFER_EMPTY;
	uint8_t code;
	bool done;

	if (message.len == 1 && bytes_take_u8(&message, &code)) {
		if (code == VPCD_ATR)
			return vpcd_send(reader, BYTES_OF(atr), err);
		serve_control_code(token, code);
		return true;
	}
	done = token_exchange(token, message, &reply, err) &&
	       (!token->inserted || vpcd_send(reader, buffer_bytes(&reply), err));
	buffer_free(&reply);
	return done;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void leave_reader(struct sockets *sockets)
{
	if (sockets->reader < 0)
		return;
	close_fd(&sockets->reader);
	sockets->absent_since_ms = now_ms();
}

static bool enter_reader(struct sockets *sockets, uint16_t port, struct error *err)
{
	if (sockets->absent_since_ms != 0 && now_ms() - sockets->absent_since_ms < ABSENCE_MS)
		return true;
	return vpcd_connect(port, &sockets->reader, err);
}

/* A reader that has gone is no failure: pcscd may come again. */
static bool serve_reader(struct token *token, struct sockets *sockets, struct error *err)
{
	struct buffer message = BUFFER_EMPTY;
	bool done = vpcd_receive(sockets->reader, &message, err) &&
	            serve_message(token, sockets->reader, buffer_bytes(&message), err);

	buffer_free(&message);
	if (done)
		return true;
	leave_reader(sockets);
	card_power_off(&token->card);
	return err->code == ERROR_CARD_REMOVED;
}

static void serve_client(struct token *token, struct sockets *sockets, bool *quit)
{
	if (control_serve(token, sockets->client, &sockets->pending, quit))
		return;
	close_fd(&sockets->client);
	buffer_free(&sockets->pending);
}

static bool poll_once(struct token *token, struct sockets *sockets, bool *quit, struct error *err)
{
	struct pollfd waits[] = {
	    {.fd = sockets->reader, .events = POLLIN},
	    {.fd = sockets->client < 0 ? sockets->listener : -1, .events = POLLIN},
	    {.fd = sockets->client, .events = POLLIN},
	};
	bool waits_for_reader = token->inserted && sockets->reader < 0;

	if (poll(waits, sizeof(waits) / sizeof(waits[0]), waits_for_reader ? RECONNECT_MS : -1) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "poll");
	if (waits[2].revents != 0)
		serve_client(token, sockets, quit);
	if (waits[1].revents != 0)
		sockets->client = accept(sockets->listener, NULL, NULL);
	return waits[0].revents == 0 || !token->inserted || serve_reader(token, sockets, err);
}

static bool serve(const struct options *options, struct token *token, bool known, struct error *err)
{
	struct sockets sockets = {.reader = -1, .listener = -1, .client = -1, .absent_since_ms = known ? now_ms() : 0};
	bool quit = false, done = true;

	if (options->control != NULL && !control_listen(options->control, &sockets.listener, err))
		return false;
	while (done && !quit) {
		if (!token->inserted)
			leave_reader(&sockets);
		else if (sockets.reader < 0)
			done = enter_reader(&sockets, (uint16_t)options->port, err);
		done = done && poll_once(token, &sockets, &quit, err);
	}
	close_fd(&sockets.reader);
	close_fd(&sockets.client);
	close_fd(&sockets.listener);
	buffer_free(&sockets.pending);
	return done;
}

static bool tell(const struct options *options, struct error *err)
{
	struct buffer answer = BUFFER_EMPTY;
	bool done;

	if (options->control == NULL)
		return error_set(err, ERROR_USAGE, "--tell wants --control SOCKET");
	done = control_tell(options->control, options->tell, &answer, err);
	if (done)
		(void)printf("%s\n", buffer_text(&answer));
	buffer_free(&answer);
	return done;
}

static bool run(const struct options *options, struct error *err)
{
	struct token token = {.inserted = false};
	bool known, done;

	if (options->port == 0)
		return error_set(err, ERROR_USAGE, "--port is missing, see vtoken --help");
	done = open_card(options, &token, &known, err) && serve(options, &token, known, err);
	if (token.trace != NULL)
		(void)fclose(token.trace);
	token_clear(&token);
	return done;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_EMPTY;
	struct options options;
	bool done = parse_options(argc, argv, &options, &err);

	if (done && options.personality != NULL && strcmp(options.personality, "list") == 0)
		list_personalities();
	else
		done = done && (options.tell != NULL ? tell(&options, &err) : run(&options, &err));
	if (!done)
		complain(&err);
	return error_exit_status(err.code);
}
