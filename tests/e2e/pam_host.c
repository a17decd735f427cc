/* pam_host FOLDER SERVICE USER: a program as those that PAM's modules live in: with threads, one of which starts children all the time,
 * and a SIGCHLD handler of its own. It proves USER three times, each time with the next line of standard input for whatever is asked, and
 * looks before and after each call of PAM at what a module must leave alone: descriptors, signals, environment, threads, folder, umask,
 * locale.
 * Prints what each call returned; exit status 0: nothing was changed. */
#include <dirent.h>
#include <errno.h>
#include <libintl.h>
#include <locale.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 3
#define TEXT_SIZE ((size_t)64 * 1024)

extern char **environ;

static atomic_int children_ended, children_lost;
static atomic_bool over;

static void on_child(int number)
{
	(void)number;
	atomic_fetch_add(&children_ended, 1);
}

/* A module that waits for children of its own by waitpid(-1), or ignores SIGCHLD for a moment, takes these away. */
static void *start_children(void *unused)
{
	while (!atomic_load(&over)) {
		pid_t child = fork();
		int status;

		if (child == 0)
			_exit(7);
		while (waitpid(child, &status, 0) < 0)
			if (errno != EINTR) {
				atomic_fetch_add(&children_lost, 1);
				break;
			}
		usleep(20000);
	}
	return unused;
}

static void *wait_about(void *unused)
{
	while (!atomic_load(&over))
		usleep(10000);
	return unused;
}

/* ---- what must stay as it is ---- */

struct scene {
	char text[TEXT_SIZE];
	size_t len;
};

#define NOTE(scene, ...)                                                                                               \
	((scene)->len += (size_t)snprintf((scene)->text + (scene)->len, TEXT_SIZE - (scene)->len, __VA_ARGS__))

static void note_descriptors(struct scene *scene)
{
	char path[64], target[256];

	for (int i = 0; i < 256; i++) {
		ssize_t len;

		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", i);
		len = readlink(path, target, sizeof(target) - 1);
		if (len > 0)
			NOTE(scene, "descriptor %d %.*s\n", i, (int)len, target);
	}
}

static void note_signals(struct scene *scene)
{
	sigset_t blocked;

	(void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	for (int i = 1; i < SIGRTMAX; i++) {
		struct sigaction action = {.sa_flags = 0};

		if (sigaction(i, NULL, &action) == 0)
			NOTE(scene, "signal %d %p %x %d\n", i, (void *)(size_t)action.sa_handler,
			    (unsigned)action.sa_flags, sigismember(&blocked, i));
	}
}

static void note_threads(struct scene *scene)
{
	DIR *tasks = opendir("/proc/self/task");
	int num = 0;

	while (tasks != NULL && readdir(tasks) != NULL)
		num++;
	if (tasks != NULL)
		closedir(tasks);
	NOTE(scene, "threads %d\n", num);
}

static void look(struct scene *scene)
{
	char folder[4096];
	mode_t mask = umask(0);

	umask(mask);
	scene->len = 0;
	note_descriptors(scene);
	note_signals(scene);
	note_threads(scene);
	for (char **word = environ; *word != NULL; word++)
		NOTE(scene, "environment %s\n", *word);
	NOTE(scene, "locale %s domain %s\n", setlocale(LC_ALL, NULL), textdomain(NULL));
	NOTE(scene, "folder %s umask %o user %d %d alarm %u\n", getcwd(folder, sizeof(folder)), mask, (int)getuid(),
	    (int)geteuid(), alarm(0));
}

/* ---- PAM ---- */

/* Whatever is asked, the answer is the next line. */
static int converse(int num, const struct pam_message **messages, struct pam_response **responses, void *unused)
{
	struct pam_response *made = calloc((size_t)num, sizeof(*made));
	char line[128];

	(void)unused;
	for (int i = 0; i < num; i++) {
		bool asks =
		    messages[i]->msg_style == PAM_PROMPT_ECHO_OFF || messages[i]->msg_style == PAM_PROMPT_ECHO_ON;

		if (!asks || made == NULL || fgets(line, sizeof(line), stdin) == NULL)
			continue;
		line[strcspn(line, "\n")] = '\0';
		made[i].resp = strdup(line);
	}
	*responses = made;
	return made == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static const struct {
	const char *name;
	int (*call)(pam_handle_t *handle, int flags);
} calls[] = {
    {"authenticate", pam_authenticate},
    {"acct_mgmt", pam_acct_mgmt},
    {"setcred", pam_setcred},
    {"open_session", pam_open_session},
    {"close_session", pam_close_session},
};

static bool call_all(pam_handle_t *handle, struct scene *before, struct scene *after)
{
	bool unchanged = true;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int result;

		look(before);
		result = calls[i].call(handle, 0);
		look(after);
		printf("%s %d\n", calls[i].name, result);
		if (strcmp(before->text, after->text) != 0) {
			printf("%s changed\n%s\nto\n%s\n", calls[i].name, before->text, after->text);
			unchanged = false;
		}
	}
	return unchanged;
}

static bool run_round(char **argv, struct scene *before, struct scene *after)
{
	const struct pam_conv conversation = {converse, NULL};
	pam_handle_t *handle = NULL;
	bool unchanged;

	if (pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &handle) != PAM_SUCCESS)
		return false;
	unchanged = call_all(handle, before, after);
	(void)pam_end(handle, PAM_SUCCESS);
	return unchanged;
}

int main(int argc, char **argv)
{
	static struct scene before, after;
	struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
	pthread_t threads[3];
	bool unchanged = argc == 4;

	if (sigaction(SIGCHLD, &action, NULL) < 0)
		return 99;
	for (size_t i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, i == 0 ? start_children : wait_about, NULL) != 0)
			return 99;
	for (int i = 0; unchanged && i < ROUNDS; i++)
		unchanged = run_round(argv, &before, &after);
	atomic_store(&over, true);
	for (size_t i = 0; i < 3; i++)
		(void)pthread_join(threads[i], NULL);
	printf("children ended %d lost %d\n", atomic_load(&children_ended), atomic_load(&children_lost));
	return unchanged && atomic_load(&children_ended) > 0 && atomic_load(&children_lost) == 0 ? 0 : 1;
}
