#include "enroll/host_setup.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/file.h"
#include "common/language.h"
#include "common/process.h"
#include "config.h"
#include "enroll/doctor.h"
#include "enroll/host_files.h"
#include "enroll/sshd_settings.h"
#include "verifier/host_rules.h"

#define COMMAND_TIMEOUT_MS 60000
#define TRIES 4U
#define FILE_MAXIMUM ((size_t)1024 * 1024)
#define COMMAND KEYENROLL_SBIN_DIR "/keyenroll-sshd"
#define REVOCATION_LIST KEYENROLL_STATE_DIR "/revoked.krl"
#define ADDRESS "127.0.0.1"

/* A socket of systemd's starts an sshd that reads its files anew. */
static const char usual_reload[] =
    "if [ ! -d /run/systemd/system ]; then kill -HUP \"$(cat /run/sshd.pid)\"; "
    "elif systemctl --quiet is-active ssh.service; then systemctl reload ssh.service; "
    "elif systemctl --quiet is-active sshd.service; then systemctl reload sshd.service; "
    "else systemctl --quiet is-active ssh.socket || systemctl --quiet is-active sshd.socket; fi";

static bool run_shell(const char *command, struct error *err)
{
	char shell[] = "/bin/sh", option[] = "-c", *copy = strdup(command);
	struct buffer output = BUFFER_EMPTY;
	bool done = copy != NULL ? process_run(shell, (char *[]){shell, option, copy, NULL}, NULL, BYTES_EMPTY, &output,
	                               COMMAND_TIMEOUT_MS, err)
	                         : error_set(err, ERROR_MEMORY, "no memory to start %s", shell);

	buffer_free(&output);
	free(copy);
	return done;
}

/* A listener that was just told to start anew may be away for a moment. */
static bool try_login(const struct host_setup_wish *wish, const char *when, unsigned tries, struct error *err)
{
	for (unsigned i = 0; i < tries; i++) {
		if (wish->try_command == NULL || run_shell(wish->try_command, err))
			return true;
		(void)sleep(i + 1 < tries ? 1 : 0);
	}
	return error_set(err, ERROR_HOST_SETUP, "the login \"%s\" %s", wish->try_command, translated(when));
}

/* The second of rest keeps a login that is tried next from meeting the listener of before. */
static bool reload_sshd(const char *command, struct error *err)
{
	bool done = run_shell(command == NULL ? usual_reload : command, err) ||
	            error_prefix(err, "sshd was not told to read its configuration again");

	(void)sleep(done ? 1 : 0);
	return done;
}

/* What sshd opens besides keys is shut, where this sshd has it and it is open. */
static bool put_doors(const struct sshd_settings *before, struct buffer *out, struct error *err)
{
	static const struct {
		const char *keyword, *line;
	} doors[] = {
	    {"passwordauthentication", "PasswordAuthentication no\n"},
	    {"kbdinteractiveauthentication", "KbdInteractiveAuthentication no\n"},
	    {"hostbasedauthentication", "HostbasedAuthentication no\n"},
	    {"gssapiauthentication", "GSSAPIAuthentication no\n"},
	};

	for (size_t i = 0; !sshd_demands_key(before) && i < sizeof(doors) / sizeof(doors[0]); i++)
		if (sshd_value_is(before, doors[i].keyword, "yes") && !buffer_put_text(out, doors[i].line, err))
			return false;
	return buffer_put_text(out, "AuthorizedKeysFile none\n", err);
}

/* A break-glass account keeps the ways in that it had. */
static bool put_break_glass(const char *account, struct buffer *out, struct error *err)
{
	struct sshd_settings before = SSHD_SETTINGS_EMPTY;
	char keys[1024], password[16];
	bool done = sshd_settings_load(NULL, account, ADDRESS, &before, err);

	sshd_value(&before, "authorizedkeysfile", keys, sizeof(keys));
	sshd_value(&before, "passwordauthentication", password, sizeof(password));
	done =
	    done && buffer_put_format(out, err, "Match User %s\n\tAuthorizedKeysFile %s\n\tPasswordAuthentication %s\n",
	                account, keys, password);
	sshd_settings_clear(&before);
	return done;
}

static bool put_all_break_glass(const struct host_rules *rules, struct buffer *out, struct error *err)
{
	const char *account;
	size_t num;

	for (num = 0; (account = host_rules_break_glass_at(rules, num)) != NULL; num++)
		if (!put_break_glass(account, out, err))
			return false;
	return num == 0 || buffer_put_text(out, "Match all\n", err);
}

/* A host that audits keeps its doors: the module only tells what it would refuse. */
static bool put_drop_in(const struct host_rules *rules, struct buffer *out, struct error *err)
{
	const struct host_person nobody = {.name = ""};
	bool enforces = host_rules_mode(rules, &nobody) == HOST_MODE_ENFORCE;
	struct sshd_settings before = SSHD_SETTINGS_EMPTY;
	bool done = sshd_settings_load(NULL, "root", ADDRESS, &before, err) &&
	            buffer_put_text(out,
	                "# Written by \"keyenroll host setup\"; \"keyenroll host undo\" takes it back.\n"
	                "UsePAM yes\n"
	                "AuthorizedKeysCommand " COMMAND " authorized-keys %u %t %k\n"
	                "AuthorizedKeysCommandUser " KEYENROLL_VERIFIER_USER "\n",
	                err);

	if (done && file_exists(REVOCATION_LIST))
		done = buffer_put_text(out, "RevokedKeys " REVOCATION_LIST "\n", err);
	if (done && enforces)
		done = put_doors(&before, out, err) && put_all_break_glass(rules, out, err);
	sshd_settings_clear(&before);
	return done;
}

static bool is_session_line(struct bytes line)
{
	return bytes_start_with(line, "session") || bytes_start_with(line, "-session") ||
	       bytes_start_with(line, "@include common-session");
}

/* The module's line goes in front of the first session line: no pam_env.so may come before it. */
static bool put_pam(struct bytes text, struct buffer *out, struct error *err)
{
	static const char ours[] = "session required " KEYENROLL_PAM_DIR "/pam_keyenroll.so mode=ssh\n";
	struct bytes line;
	bool put = false, ended = text.len == 0 || text.data[text.len - 1] == '\n';

	while (bytes_take_until(&text, '\n', &line)) {
		if (!put && is_session_line(line)) {
			put = true;
			if (!buffer_put_text(out, ours, err))
				return false;
		}
		if (!buffer_put(out, line, err) || ((text.len > 0 || ended) && !buffer_put_text(out, "\n", err)))
			return false;
	}
	return put || ((ended || buffer_put_text(out, "\n", err)) && buffer_put_text(out, ours, err));
}

static bool write_pam(struct error *err)
{
	struct buffer before = BUFFER_UP_TO(FILE_MAXIMUM), after = BUFFER_UP_TO(FILE_MAXIMUM);
	struct pam_stack stack;
	bool there = false, done = pam_stack_load("/etc/pam.d", "sshd", &stack, err);

	for (size_t i = 0; done && i < stack.num; i++)
		there = there || pam_line_is(&stack.lines[i], "pam_keyenroll.so");
	done = done && (there || (file_load(HOST_PAM_FILE, FILE_MAXIMUM, &before, err) &&
	                             put_pam(buffer_bytes(&before), &after, err) &&
	                             host_files_write(HOST_PAM_FILE, buffer_bytes(&after), err)));
	buffer_free(&before);
	buffer_free(&after);
	return done;
}

static bool write_files(const struct host_rules *rules, struct error *err)
{
	struct buffer drop_in = BUFFER_EMPTY;
	bool done = put_drop_in(rules, &drop_in, err) && host_files_write(HOST_DROP_IN, buffer_bytes(&drop_in), err) &&
	            write_pam(err);

	buffer_free(&drop_in);
	return done;
}

/* The doctor judges the new files as sshd and PAM will read them. */
static bool ask_doctor(int64_t now, struct error *err)
{
	static const char *const root[] = {"root"};
	struct doctor doctor = {
	    .address = ADDRESS, .folders = {KEYENROLL_CONFIG_DIR, KEYENROLL_DATA_DIR, KEYENROLL_STATE_DIR}, .now = now};
	struct finding finding;
	bool done = doctor_look(&doctor, root, 1, err);

	for (size_t i = 0; done && doctor_check_at(&doctor, i, &finding); i++)
		if (finding.health == HEALTH_PROBLEM)
			done = error_set(err, ERROR_HOST_SETUP, "%s: %.300s; %.150s", finding.id, finding.sentence,
			    finding.next_step);
	doctor_clear(&doctor);
	return done;
}

/* Left running it would end the next trial before its time. */
static void stop_systemd_timer(void)
{
	struct error ignored = ERROR_EMPTY;

	if (file_exists("/run/systemd/system"))
		(void)run_shell("systemctl --quiet stop 'keyenroll-host-undo-*.timer' 2>/dev/null", &ignored);
}

/* The name is that of this trial: systemd keeps a name for a moment after its timer has stopped. A reboot ends the timer, and what
 * is on trial then would stay: the unit that is enabled here takes it back before sshd starts. */
static bool start_systemd_timer(const struct host_setup_wish *wish, struct error *err)
{
	struct buffer command = BUFFER_EMPTY;
	bool done;

	stop_systemd_timer();
	done = buffer_put_format(&command, err,
	           "systemctl --quiet enable " KEYENROLL_UNIT_DIR "/keyenroll-trial.service && "
	           "systemd-run --quiet --collect --unit=keyenroll-host-undo-%lld --on-active=%um %s host undo "
	           "--unconfirmed",
	           (long long)wish->now, wish->minutes, wish->program) &&
	       run_shell(buffer_text(&command), err);
	buffer_free(&command);
	return done;
}

/* Whether the trial that a timer was started for is still the one there is. */
static bool is_on_trial(const struct host_setup_wish *wish)
{
	struct host_setup_state state;
	bool there;

	return !host_setup_load(&state, &there, NULL) || (there && state.since == wish->now);
}

/* Outlives the operator's session; nothing of the caller's is kept open. */
static void wait_and_undo(const struct host_setup_wish *wish)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid();
	for (int i = 0; nothing >= 0 && i <= 2; i++)
		(void)dup2(nothing, i);
	(void)close_range(3, ~0U, 0);
	if (fork() != 0)
		_exit(0);
	for (unsigned left = wish->minutes * 60; left > 0;)
		left = sleep(left);
	if (!is_on_trial(wish))
		_exit(0);
	if (wish->reload == NULL)
		execl(wish->program, "keyenroll", "host", "undo", "--unconfirmed", (char *)NULL);
	else
		execl(wish->program, "keyenroll", "host", "undo", "--unconfirmed", "--reload", wish->reload,
		    (char *)NULL);
	_exit(127);
}

static bool start_timer(const struct host_setup_wish *wish, struct error *err)
{
	pid_t child;

	if (wish->reload == NULL && file_exists("/run/systemd/system"))
		return start_systemd_timer(wish, err);
	child = fork();
	if (child < 0)
		return error_set_errno(err, ERROR_SYSTEM, "no timer could be started");
	if (child == 0)
		wait_and_undo(wish);
	return waitpid(child, NULL, 0) == child || error_set_errno(err, ERROR_SYSTEM, "no timer could be started");
}

/* What took longer than the trial was taken back meanwhile. */
static bool still_on_trial(const struct host_setup_wish *wish, struct error *err)
{
	return is_on_trial(wish) ||
	       error_set(err, ERROR_HOST_SETUP, "the trial was over before all was tried: give it more --minutes");
}

/* The timer first: PAM's line counts from the moment that it is written, and whoever writes it may lose his connection then. */
static bool close_gate(const struct host_setup_wish *wish, const struct host_rules *rules, struct error *err)
{
	return start_timer(wish, err) && write_files(rules, err) && ask_doctor(wish->now, err) &&
	       reload_sshd(wish->reload, err) && try_login(wish, N_("does not work any more"), TRIES, err) &&
	       still_on_trial(wish, err);
}

/* What was put back counts, also where not all of it was. */
static bool open_gate(const char *reload, struct error *err)
{
	bool restored = host_files_restore(err);

	return reload_sshd(reload, restored ? err : NULL) && restored;
}

static bool begin_trial(const struct host_setup_wish *wish, const struct host_rules *rules, struct error *err)
{
	const struct host_setup_state state = {.since = wish->now, .until = wish->now + (int64_t)wish->minutes * 60};
	struct error other = ERROR_EMPTY;

	if (!try_login(wish, N_("does not work even before anything is changed"), 1, err) ||
	    !host_files_keep(&state, err))
		return false;
	if (close_gate(wish, rules, err))
		return true;
	if (!open_gate(wish->reload, &other))
		(void)error_prefix(err, "putting the files back failed too (%s)", other.text);
	return false;
}

bool host_setup(const struct host_setup_wish *wish, struct error *err)
{
	const struct configuration_folders folders = {KEYENROLL_CONFIG_DIR, KEYENROLL_DATA_DIR, KEYENROLL_STATE_DIR};
	struct configuration *configuration = NULL;
	struct host_view view;
	int lock = -1;
	bool done = configuration_new(&folders, &configuration, err) &&
	            configuration_refresh(configuration, NULL, &view, err) && host_files_lock(&lock, err) &&
	            begin_trial(wish, view.rules, err);

	if (lock >= 0)
		(void)close(lock);
	configuration_free(configuration);
	return done;
}

static bool need_setup(struct host_setup_state *state, struct error *err)
{
	bool there;

	return host_setup_load(state, &there, err) &&
	       (there || error_set(err, ERROR_USAGE, "nothing is set up: keyenroll host setup"));
}

static bool confirm(struct error *err)
{
	struct host_setup_state state;

	if (!need_setup(&state, err))
		return false;
	state.until = 0;
	if (!host_setup_store(&state, err))
		return false;
	stop_systemd_timer();
	return true;
}

bool host_confirm(struct error *err)
{
	int lock;
	bool done = host_files_lock(&lock, err) && confirm(err);

	if (lock >= 0)
		(void)close(lock);
	return done;
}

/* A trial of which nobody can read how long it lasts has lasted long enough: nobody is locked out by that. */
static bool undo(const char *reload, bool unconfirmed, bool force, struct error *err)
{
	struct host_setup_state state;
	bool there, known = host_setup_load(&state, &there, err);

	if (!known && !(unconfirmed ? !host_setup_is_confirmed() : force))
		return false;
	if (known && unconfirmed && (!there || state.until == 0))
		return true;
	if (known && !need_setup(&state, err))
		return false;
	if ((!unconfirmed && !force && !host_files_unchanged(err)) || !open_gate(reload, err))
		return false;
	if (!unconfirmed)
		stop_systemd_timer();
	return true;
}

/* Whoever set it up may sit there stopped, with the gate closed: a trial that is over is taken back all the same. */
bool host_undo(const char *reload, bool unconfirmed, bool force, struct error *err)
{
	struct error busy = ERROR_EMPTY;
	int lock;
	bool locked = host_files_lock(&lock, unconfirmed ? &busy : err),
	     done = (locked || unconfirmed) && undo(reload, unconfirmed, force, err);

	if (lock >= 0)
		(void)close(lock);
	return done;
}
