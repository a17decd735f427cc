#include "enroll/enroll_dialogue.h"

#include <stdio.h>
#include <string.h>

#include "enroll/codes.h"
#include "enroll/prompt.h"
#include "enroll/report.h"
#include "enroll/terminal.h"

/* What has to be typed before a key is destroyed: the serial, since a yes is typed too easily. */
static const char *confirmation(const struct course *course, char text[16])
{
	if (course->identity.has_serial)
		snprintf(text, 16, "%lu", (unsigned long)course->identity.serial);
	else
		snprintf(text, 16, "slot %s", course->request.slot->name);
	return text;
}

static bool may_destroy(void *state, const struct course *course, struct error *err)
{
	const struct enroll_answers *answers = state;
	char name[TOKEN_NAME_SIZE], wanted[16], question[128], answer[64];
	const char *slot = course->request.slot->name;

	token_name(&course->token, name);
	confirmation(course, wanted);
	if (answers->yes)
		return true;
	if (!terminal_is_there())
		return error_set(err, ERROR_DECLINED,
		    "slot %s of %s holds a key, which would be lost: say --yes, or --slot", slot, name);
	terminal_warn(
	    "slot %s of %s holds a key already. A new one destroys it, and what was encrypted to it.", slot, name);
	snprintf(question, sizeof(question), "Type %s to go on: ", wanted);
	if (!prompt_line(question, answer, sizeof(answer), err))
		return false;
	if (strcmp(answer, wanted) != 0)
		return error_set(err, ERROR_DECLINED, "slot %s of %s was left as it is", slot, name);
	return true;
}

static bool ask_pin(
    void *state, const struct course *course, bool again, unsigned tries_left, struct secret **pin, struct error *err)
{
	const struct enroll_answers *answers = state;
	char name[TOKEN_NAME_SIZE];

	/* A script has one PIN; trying it twice would only cost a try. */
	if (again && (answers->pin_descriptor >= 0 || !terminal_is_there()))
		return false;
	if (again)
		terminal_say("That is not the PIN; %u tries are left.", tries_left);
	return codes_pin(answers->pin_descriptor, course_token_name(course, name), pin, err);
}

/* Twice on a terminal, because nobody sees what is typed; a script says it once. */
static bool new_pin(void *state, const struct course *course, unsigned shortest, struct secret **pin, struct error *err)
{
	const struct enroll_answers *answers = state;
	struct secret *again = NULL;
	char name[TOKEN_NAME_SIZE];
	bool done;

	course_token_name(course, name);
	if (answers->pin_descriptor >= 0)
		return codes_pin(answers->pin_descriptor, name, pin, err);
	terminal_say("%s has no PIN yet. The user chooses one now, of %u characters at least.", name, shortest);
	done = prompt_secret("New PIN: ", AUTHENTICATOR_PIN_LONGEST, pin, err) &&
	       prompt_secret("The same again: ", AUTHENTICATOR_PIN_LONGEST, &again, err);
	if (done && !secret_equal(secret_bytes(*pin), secret_bytes(again)))
		done = error_set(err, ERROR_DECLINED, "the two PINs differ; nothing was set");
	secret_free(again);
	return done;
}

static void touch(void *state)
{
	(void)state;
	terminal_say("Touch the token when it blinks.");
}

static void warn(void *state, const char *sentence)
{
	(void)state;
	terminal_warn("%s.", sentence);
}

static void before(void *state, const char *step, const char *sentence)
{
	(void)state;
	(void)step;
	terminal_progress("%s.", sentence);
}

static void after(void *state, const char *step, const struct error *err)
{
	(void)state;
	(void)step;
	(void)err;
}

struct course_dialogue enroll_dialogue(struct enroll_answers *answers)
{
	return (struct course_dialogue){
	    .state = answers,
	    .may_destroy = may_destroy,
	    .ask_pin = ask_pin,
	    .new_pin = new_pin,
	    .touch = touch,
	    .warn = warn,
	    .before = before,
	    .after = after,
	};
}

/* NULL for a FIDO2 key, which lies in none. */
static const char *slot_name(const struct course *course)
{
	return course->request.fido == NULL ? course->request.slot->name : NULL;
}

static bool summary_json(const struct course *course, const char *fingerprint, const char *line, struct error *err)
{
	struct buffer result = BUFFER_EMPTY;
	char after_text[REPORT_TIME_SIZE], before_text[REPORT_TIME_SIZE];
	bool done = result_put_json(&course->result, &result, err) &&
	            report_take_json("enroll",
	                json_pack("{s:s, s:s, s:s?, s:s?, s:I, s:s, s:s, s:s, s:o}", "person", course->request.person,
	                    "fingerprint", fingerprint, "device", course->device[0] ? course->device : NULL, "slot",
	                    slot_name(course), "serial", (json_int_t)course->serial, "valid_after",
	                    report_time(course->valid_after, after_text), "valid_before",
	                    report_time(course->valid_before, before_text), "certificate", line, "result",
	                    json_loadb(buffer_text(&result), result.len, 0, NULL)),
	                err);

	buffer_free(&result);
	return done;
}

static bool summary_text(const struct course *course, const char *fingerprint, struct error *err)
{
	char until[REPORT_TIME_SIZE];

	report_line("Enrolled     %s", course->request.person);
	if (course->request.fido == NULL)
		report_line("Token        %s, slot %s, %s",
		    course->device[0] ? course->device : "not named by its attestation", course->request.slot->name,
		    course->request.algorithm->title);
	else
		report_line("Key files    %s, .pub, -cert.pub", course->request.fido->path);
	report_line("Key          %s", fingerprint);
	report_line("Valid until  %s", report_time(course->valid_before, until));
	report_line("Number       %llu", (unsigned long long)course->serial);
	report_text("Hand over the token. Hosts learn of it with the next snapshot: keyenroll snapshot\n");
	return report_end(err);
}

bool enroll_summary(const struct invocation *invocation, const struct course *course, struct error *err)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct buffer line = BUFFER_EMPTY;
	bool done = ssh_key_fingerprint(&course->key, fingerprint, err) &&
	            ssh_certificate_put_line(&course->enrollment.certificate, &line, err);

	if (done)
		done = invocation->json ? summary_json(course, fingerprint, buffer_text(&line), err)
		                        : summary_text(course, fingerprint, err);
	buffer_free(&line);
	return done;
}

void enroll_explain_refusal(const struct course *course)
{
	const struct result *result = &course->result;

	if (result->num_reasons == 0 || result->verdict == VERDICT_ACCEPTED)
		return;
	for (size_t i = 0; i < result->num_reasons; i++) {
		terminal_say("%s: %s [%s]", result->reasons[i].warning ? "warning" : "refused",
		    result->reasons[i].sentence, error_word(result->reasons[i].code));
		if (result->reasons[i].next_step[0])
			terminal_say("  next: %s", result->reasons[i].next_step);
	}
	if (course->request.fido == NULL)
		terminal_say(
		    "The key in slot %s is not enrolled; the next enrollment replaces it.", course->request.slot->name);
	else
		terminal_say("The new key is not enrolled.");
}
