/* keyenroll-sshd: sshd's AuthorizedKeysCommand and AuthorizedPrincipalsCommand: prints the line of a key, or the principal of a
 * certificate, that the verifier accepts, and else nothing.
 *
 *   TrustedUserCAKeys FILE-OF-THE-REGISTRARS'-KEYS
 *   AuthorizedPrincipalsCommand SBINDIR/keyenroll-sshd principals %u %t %k
 *   AuthorizedPrincipalsCommandUser _keyenroll
 *   AuthorizedKeysCommand SBINDIR/keyenroll-sshd authorized-keys %u %t %k
 *   AuthorizedKeysCommandUser _keyenroll
 *
 * In this order: OpenSSH 9.2 forgets an AuthorizedPrincipalsCommand that stands behind AuthorizedKeysCommand, and believes any
 * certificate of those authorities then.
 *
 * That user is the verifier's own: it may ask about every account, and where the verifier is gone, the `--once` that is
 * started in its stead runs as that user from the beginning. sshd reads standard output, so all else goes to the log. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/account_name.h"
#include "common/base64.h"
#include "common/client.h"
#include "common/log.h"
#include "common/request.h"
#include "config.h"
#include "pam_module/chain.h"

static const char usage[] =
    "usage: keyenroll-sshd [OPTION]... authorized-keys ACCOUNT KEY-TYPE BASE64-KEY\n"
    "       keyenroll-sshd [OPTION]... principals ACCOUNT KEY-TYPE BASE64-CERTIFICATE\n"
    "\n"
    "For sshd_config: AuthorizedKeysCommand " KEYENROLL_SBIN_DIR "/keyenroll-sshd authorized-keys %u %t %k\n"
    "                 AuthorizedKeysCommandUser " KEYENROLL_VERIFIER_USER "\n"
    "where enrollment certificates log in, with these in front of them:\n"
    "                 TrustedUserCAKeys FILE with the registrars' keys\n"
    "                 AuthorizedPrincipalsCommand " KEYENROLL_SBIN_DIR "/keyenroll-sshd principals %u %t %k\n"
    "                 AuthorizedPrincipalsCommandUser " KEYENROLL_VERIFIER_USER "\n"
    "\n"
    "  --socket PATH    where the verifier listens [" CLIENT_SOCKET "]\n"
    "  --chain COMMAND  a key must be enrolled, and COMMAND ACCOUNT must print it too (authorized-keys only);\n"
    "                   the options that stand before it there are kept\n"
    "  --help           show this text\n"
    "  --version        show the version\n"
    "\n"
    "Exit status: 0 a line was printed, or the key is refused (nothing is printed); 2 wrong input,\n"
    "4 no answer from the verifier, 64 wrong usage. The reason stands in the log.\n";

static const struct option options[] = {
    {"socket", required_argument, NULL, 's'},
    {"chain", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},
    {0},
};

struct command {
	struct client client;
	enum request_code code;
	const char *account, *key_type, *key;
	const char *chain; /* NULL: none */
	bool help, version;
};

static void report(int priority, const struct command *command, const struct error *err)
{
	const struct log_field fields[] = {
	    {"KEYENROLL_REASON", error_word(err->code)},
	    {"KEYENROLL_ACCOUNT", command->account},
	    {"KEYENROLL_SERVICE", "sshd"},
	};

	log_write(&(struct log_event){.program = "keyenroll-sshd",
	    .priority = priority,
	    .sentence = err->text,
	    .fields = fields,
	    .num_fields = sizeof(fields) / sizeof(fields[0])});
}

static bool take_options(int argc, char **argv, struct command *command, struct error *err)
{
	int option;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 's')
			command->client.socket = optarg;
		else if (option == 'c')
			command->chain = optarg;
		else if (option == 'h')
			command->help = true;
		else if (option == 'v')
			command->version = true;
		else
			return error_set(err, ERROR_USAGE, "unknown or incomplete option");
	}
	return true;
}

static bool command_parse(int argc, char **argv, struct command *command, struct error *err)
{
	static const enum request_code codes[] = {REQUEST_AUTHORIZED_KEYS, REQUEST_PRINCIPALS};

	if (!take_options(argc, argv, command, err))
		return false;
	if (command->help || command->version)
		return true;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]) && optind < argc; i++)
		if (strcmp(argv[optind], request_name(codes[i])) == 0)
			command->code = codes[i];
	if (argc - optind != 4 || command->code == 0)
		return error_set(err, ERROR_USAGE,
		    "wants: authorized-keys %%u %%t %%k, or principals; keyenroll-sshd --help shows the lines");
	if (command->chain != NULL && command->code != REQUEST_AUTHORIZED_KEYS)
		return error_set(err, ERROR_USAGE, "--chain belongs to authorized-keys");
	command->account = argv[optind + 1];
	command->key_type = argv[optind + 2];
	command->key = argv[optind + 3];
	return true;
}

/* The type that sshd names must be the one inside the key. */
static bool key_parse(const struct command *command, struct buffer *key, struct error *err)
{
	struct bytes rest, type;

	if (!base64_parse(bytes_of_text(command->key), key, err))
		return error_prefix(err, "the key");
	rest = buffer_bytes(key);
	if (!bytes_take_ssh_string(&rest, &type) || !bytes_equal_text(type, command->key_type))
		return error_set(err, ERROR_SSH_KEY, "the key's type is not the one that stands beside it");
	return true;
}

/* What sshd reads as a line must be one: printable and ended. */
static bool output_check(struct bytes output, struct error *err)
{
	uint8_t byte = 0;

	while (bytes_take_u8(&output, &byte))
		if ((byte < ' ' || byte > '~') && byte != '\n')
			return error_set(err, ERROR_PROTOCOL, "byte 0x%02x does not belong into a line for sshd", byte);
	return byte == '\n' || error_set(err, ERROR_PROTOCOL, "the line has no end");
}

static bool print(struct bytes output, struct error *err)
{
	if (fwrite(output.data, 1, output.len, stdout) != output.len || fflush(stdout) != 0)
		return error_set_errno(err, ERROR_FILE, "cannot print the line");
	return true;
}

/* The other command's options come first: where two contradict each other sshd takes the later. */
static bool put_chained(const struct command *command, struct bytes line, struct buffer *out, struct error *err)
{
	const char *separator = bytes_start_with(line, command->key_type) ? " " : ",";

	return chain_ask(command->chain, command->account, command->key_type, command->key, out, err) &&
	       (out->len == 0 || buffer_put_text(out, separator, err)) && buffer_put(out, line, err);
}

static bool print_accepted(const struct command *command, struct bytes line, struct error *err)
{
	struct buffer chained = BUFFER_EMPTY;
	bool done;

	if (command->chain == NULL)
		return output_check(line, err) && print(line, err);
	done = put_chained(command, line, &chained, err) && output_check(buffer_bytes(&chained), err) &&
	       print(buffer_bytes(&chained), err);
	buffer_free(&chained);
	return done;
}

/* A refusal is an answer: sshd then goes on to the client's next key. */
static bool refuse(const struct command *command, const struct error *why)
{
	report(LOG_INFO, command, why);
	return true;
}

/* True also for a refusal. */
static bool answer(const struct command *command, struct bytes key, struct error *err)
{
	const struct request request = {
	    .code = command->code,
	    .account = bytes_of_text(command->account),
	    .service = bytes_of_text("sshd"),
	    .methods = {{.name = bytes_of_text("publickey"), .blob = key}},
	    .num_methods = 1,
	};
	struct buffer message = BUFFER_EMPTY;
	struct error refusal = ERROR_EMPTY;
	struct reply reply;
	bool done = false;

	if (!client_ask(&command->client, &request, &message, &reply, err))
		goto out;
	done =
	    client_consent(&reply, &refusal) ? print_accepted(command, reply.output, err) : refuse(command, &refusal);
	if (!done && err->code == ERROR_CHAIN)
		done = refuse(command, err);
out:
	buffer_free(&message);
	return done;
}

static bool run(const struct command *command, struct error *err)
{
	struct buffer key = BUFFER_UP_TO(AUTH_INFO_MAXIMUM);
	bool done = account_name_check(bytes_of_text(command->account), err) && key_parse(command, &key, err) &&
	            answer(command, buffer_bytes(&key), err);

	buffer_free(&key);
	return done;
}

int main(int argc, char **argv)
{
	struct command command = {
	    .client = {.socket = CLIENT_SOCKET, .verifier = CLIENT_VERIFIER, .timeout_ms = CLIENT_TIMEOUT_MS}};
	struct error err = ERROR_EMPTY;

	if (command_parse(argc, argv, &command, &err)) {
		if (command.help || command.version) {
			fputs(command.help ? usage : "keyenroll-sshd " PACKAGE_VERSION "\n", stdout);
			return 0;
		}
		if (run(&command, &err))
			return 0;
	} else {
		fprintf(stderr, "keyenroll-sshd: %s\n", err.text);
	}
	report(LOG_ERR, &command, &err);
	return error_exit_status(err.code);
}
