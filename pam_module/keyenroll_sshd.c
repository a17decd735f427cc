/* keyenroll-sshd: sshd's AuthorizedKeysCommand: prints the line of a key that the verifier accepts, and else nothing.
 *
 *   AuthorizedKeysCommand SBINDIR/keyenroll-sshd authorized-keys %u %t %k
 *   AuthorizedKeysCommandUser _keyenroll
 *
 * That user is the verifier's own: it may ask about every account, and where the verifier is gone, the `--once` that is
 * started in its stead runs as that user from the beginning. sshd reads standard output, so all else goes to the log. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/account_name.h"
#include "common/base64.h"
#include "common/log.h"
#include "config.h"
#include "pam_module/client.h"

static const char usage[] =
    "usage: keyenroll-sshd [OPTION]... authorized-keys ACCOUNT KEY-TYPE BASE64-KEY\n"
    "\n"
    "For sshd_config: AuthorizedKeysCommand " KEYENROLL_SBIN_DIR "/keyenroll-sshd authorized-keys %u %t %k\n"
    "                 AuthorizedKeysCommandUser " KEYENROLL_VERIFIER_USER "\n"
    "\n"
    "  --socket PATH  where the verifier listens [" CLIENT_SOCKET "]\n"
    "  --help         show this text\n"
    "  --version      show the version\n"
    "\n"
    "Exit status: 0 the key's line was printed, or the key is refused (nothing is printed); 2 wrong input,\n"
    "4 no answer from the verifier, 64 wrong usage. The reason stands in the log.\n";

static const struct option options[] = {
    {"socket", required_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},
    {0},
};

struct command {
	struct client client;
	const char *account, *key_type, *key;
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

static bool command_parse(int argc, char **argv, struct command *command, struct error *err)
{
	int option;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 's')
			command->client.socket = optarg;
		else if (option == 'h')
			command->help = true;
		else if (option == 'v')
			command->version = true;
		else
			return error_set(err, ERROR_USAGE, "unknown or incomplete option");
	}
	if (command->help || command->version)
		return true;
	if (argc - optind != 4 || strcmp(argv[optind], "authorized-keys") != 0)
		return error_set(
		    err, ERROR_USAGE, "wants: authorized-keys %%u %%t %%k; keyenroll-sshd --help shows the line");
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
			return error_set(err, ERROR_PROTOCOL, "byte 0x%02x does not belong into a key's line", byte);
	return byte == '\n' || error_set(err, ERROR_PROTOCOL, "the key's line has no end");
}

static bool print(struct bytes output, struct error *err)
{
	if (fwrite(output.data, 1, output.len, stdout) != output.len || fflush(stdout) != 0)
		return error_set_errno(err, ERROR_FILE, "cannot print the key's line");
	return true;
}

/* True also for a refusal, which is logged here: sshd then goes on to the client's next key. */
static bool authorized_keys(const struct command *command, struct bytes key, struct error *err)
{
	const struct request request = {
	    .code = REQUEST_AUTHORIZED_KEYS,
	    .account = bytes_of_text(command->account),
	    .service = bytes_of_text("sshd"),
	    .methods = {{.name = bytes_of_text("publickey"), .blob = key}},
	    .num_methods = 1,
	};
	struct error refusal = ERROR_EMPTY;
	struct buffer message = BUFFER_EMPTY;
	struct reply reply;
	bool done = false;

	if (!client_ask(&command->client, &request, &message, &reply, err))
		goto out;
	done = true;
	if (client_consent(&reply, &refusal))
		done = output_check(reply.output, err) && print(reply.output, err);
	else
		report(LOG_INFO, command, &refusal);
out:
	buffer_free(&message);
	return done;
}

static bool run(const struct command *command, struct error *err)
{
	struct buffer key = BUFFER_UP_TO(AUTH_INFO_MAXIMUM);
	bool done = account_name_check(bytes_of_text(command->account), err) && key_parse(command, &key, err) &&
	            authorized_keys(command, buffer_bytes(&key), err);

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
