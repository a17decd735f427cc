/* keyenrolld: the verifier: the one process on a host that appraises for sshd and PAM. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <syslog.h>
#include <unistd.h>

#include "common/log.h"
#include "config.h"
#include "verifier/configuration.h"
#include "verifier/listen.h"
#include "verifier/once.h"
#include "verifier/privileges.h"
#include "verifier/sandbox.h"
#include "verifier/serve.h"

static const char usage[] =
    "usage: keyenrolld [--socket PATH] [OPTION]...\n"
    "       keyenrolld --once [OPTION]...\n"
    "\n"
    "Answers sshd and PAM whether a key may enter an account of this host. A service manager hands the socket over;\n"
    "without one, --socket makes it.\n"
    "\n"
    "  --socket PATH      listen at PATH\n"
    "  --once             answer one request from standard input on standard output\n"
    "  --config-dir DIR   where registrars and trust.d are [" KEYENROLL_CONFIG_DIR "]\n"
    "  --data-dir DIR     where the shipped trust.json is [" KEYENROLL_DATA_DIR "]\n"
    "  --state-dir DIR    where the snapshot is [" KEYENROLL_STATE_DIR "]\n"
    "  --help             show this text\n"
    "  --version          show the version\n"
    "\n"
    "Started as root it becomes " KEYENROLL_VERIFIER_USER " before it reads a request.\n"
    "Exit status: 0 ended as asked, 4 the machine refused something, 64 wrong usage.\n";

struct command {
	const char *socket;
	bool once, help, version;
	struct configuration_folders folders;
};

enum { OPTION_SOCKET = 256, OPTION_ONCE, OPTION_CONFIG, OPTION_DATA, OPTION_STATE, OPTION_HELP, OPTION_VERSION };

static const struct option options[] = {
    {"socket", required_argument, NULL, OPTION_SOCKET},
    {"once", no_argument, NULL, OPTION_ONCE},
    {"config-dir", required_argument, NULL, OPTION_CONFIG},
    {"data-dir", required_argument, NULL, OPTION_DATA},
    {"state-dir", required_argument, NULL, OPTION_STATE},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {0},
};

static bool take_option(int option, struct command *command)
{
	switch (option) {
	case OPTION_SOCKET:
		command->socket = optarg;
		return true;
	case OPTION_ONCE:
		command->once = true;
		return true;
	case OPTION_CONFIG:
		command->folders.config = optarg;
		return true;
	case OPTION_DATA:
		command->folders.data = optarg;
		return true;
	case OPTION_STATE:
		command->folders.state = optarg;
		return true;
	case OPTION_HELP:
		command->help = true;
		return true;
	case OPTION_VERSION:
		command->version = true;
		return true;
	default:
		return false;
	}
}

/* getopt_long has already said on standard error what is wrong with an option. */
static bool command_parse(int argc, char **argv, struct command *command, struct error *err)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(option, command))
			return error_set(
			    err, ERROR_USAGE, "unknown or incomplete option; keyenrolld --help lists them");
	if (optind < argc)
		return error_set(err, ERROR_USAGE, "%s: no such argument", argv[optind]);
	if (command->once && command->socket != NULL)
		return error_set(err, ERROR_USAGE, "--once listens on no socket");
	return true;
}

/* SIGTERM and SIGINT arrive as a readable descriptor, so no handler and no state of it is needed. */
static bool watch_signals(int *descriptor, struct error *err)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0 ||
	    (*descriptor = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot watch for signals");
	return true;
}

/* lock  out: to be held for as long as the socket; -1 where none is needed */
static bool open_listener(const char *path, int *listener, int *lock, struct error *err)
{
	if (!listen_activated(listener, err))
		return false;
	if (*listener >= 0 && path != NULL)
		return error_set(err, ERROR_USAGE, "--socket, though the service manager passed a socket");
	if (*listener >= 0)
		return true;
	if (path == NULL)
		return error_set(err, ERROR_USAGE, "no socket was passed: say --socket PATH, or --once");
	return listen_lock(path, lock, err) && listen_at(path, listener, err);
}

static void log_notice(const char *sentence)
{
	log_write(&(struct log_event){.program = "keyenrolld", .priority = LOG_NOTICE, .sentence = sentence});
}

/* A layer that is missing is worth a line each time that the daemon starts. */
static bool close_in(const struct command *command, struct error *err)
{
#ifdef KEYENROLL_WITHOUT_SANDBOX
	(void)command, (void)err;
	log_notice("built with sanitizers: not in the sandbox");
	return true;
#else
	const char *const folders[] = {command->folders.config, command->folders.data, command->folders.state};
	struct sandbox_layers layers;

	if (!sandbox_enter(folders, sizeof(folders) / sizeof(folders[0]), &layers, err))
		return false;
	if (!command->once && !layers.landlock)
		log_notice("this kernel has no Landlock: files are kept by their permissions alone");
	if (!command->once && !layers.seccomp)
		log_notice("no filter of system calls is known for this architecture");
	return true;
#endif
}

static bool run_daemon(const struct command *command, struct configuration *configuration, struct error *err)
{
	int listener = -1, lock = -1, stop = -1;
	bool done = open_listener(command->socket, &listener, &lock, err) &&
	            privileges_drop(KEYENROLL_VERIFIER_USER, err) && watch_signals(&stop, err) &&
	            close_in(command, err) && serve(listener, stop, configuration, err);

	if (listener >= 0)
		close(listener);
	if (lock >= 0)
		close(lock);
	if (stop >= 0)
		close(stop);
	return done;
}

static bool run_once(const struct command *command, struct configuration *configuration, struct error *err)
{
	uid_t asker = getuid();

	return privileges_drop(KEYENROLL_VERIFIER_USER, err) && close_in(command, err) &&
	       once(STDIN_FILENO, STDOUT_FILENO, asker, configuration, err);
}

static bool run(const struct command *command, struct error *err)
{
	struct configuration *configuration = NULL;
	bool done;

	(void)signal(SIGPIPE, SIG_IGN);
	if (!configuration_new(&command->folders, &configuration, err))
		return false;
	done = command->once ? run_once(command, configuration, err) : run_daemon(command, configuration, err);
	configuration_free(configuration);
	return done;
}

/* Whoever spawns `--once` wants nothing on his standard error; the log has it in any case. */
static void report(const struct command *command, const struct error *err)
{
	const struct log_field fields[] = {{"KEYENROLL_REASON", error_word(err->code)}};

	log_write(&(struct log_event){
	    .program = "keyenrolld", .priority = LOG_ERR, .sentence = err->text, .fields = fields, .num_fields = 1});
	if (!command->once)
		fprintf(stderr, "keyenrolld: %s [%s]\n", err->text, error_word(err->code));
}

int main(int argc, char **argv)
{
	struct command command = {
	    .folders = {.config = KEYENROLL_CONFIG_DIR, .data = KEYENROLL_DATA_DIR, .state = KEYENROLL_STATE_DIR}};
	struct error err = ERROR_EMPTY;

	if (!command_parse(argc, argv, &command, &err)) {
		fprintf(stderr, "keyenrolld: %s\n", err.text);
		return error_exit_status(err.code);
	}
	if (command.help || command.version) {
		fputs(command.help ? usage : "keyenrolld " PACKAGE_VERSION "\n", stdout);
		return 0;
	}
	if (run(&command, &err))
		return 0;
	report(&command, &err);
	return error_exit_status(err.code);
}
