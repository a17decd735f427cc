#include "enroll/enroll_dialogue.h"

#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "enroll/codes.h"
#include "enroll/course.h"
#include "enroll/prompt.h"
#include "enroll/report.h"
#include "enroll/terminal.h"
#include "enroll/verb.h"
#include "piv/codes.h"

/* What has to be typed before a key is destroyed: the serial, since a yes is typed too easily. */
static const char *confirmation(const struct course *course, char text[16])
{
	if (course->identity.has_serial)
		snprintf(text, 16, "%lu", (unsigned long)course->identity.serial);
	else
		snprintf(text, 16, "slot %s", course->request.slot->name);
	return text;
}

/* None of these tokens tells a serial. */
static bool may_replace_resident(const struct course *course, struct error *err)
{
	const char *application = course->wanted.application;
	char question[128], answer[16];

	if (!terminal_is_there())
		return error_set(err, ERROR_DECLINED,
		    "the token holds a resident key of this person for %s, which would be lost: say --yes, or another "
		    "--application",
		    application);
	terminal_warn(
	    "the token holds a resident key of this person for %s already. A new one destroys it.", application);
	snprintf(question, sizeof(question), translated("Type %s to go on: "), prompt_yes());
	if (!prompt_line(question, answer, sizeof(answer), err))
		return false;
	return prompt_is_yes(answer) || error_set(err, ERROR_DECLINED, "the resident key was left as it is");
}

static bool may_destroy(void *state, const struct course *course, struct error *err)
{
	const struct enroll_answers *answers = state;
	char name[TOKEN_NAME_SIZE], wanted[16], question[128], answer[64];
	const char *slot;

	if (answers->yes)
		return true;
	if (course->request.fido)
		return may_replace_resident(course, err);
	slot = course->request.slot->name;
	token_name(&course->token, name);
	confirmation(course, wanted);
	if (!terminal_is_there())
		return error_set(err, ERROR_DECLINED,
		    "slot %s of %s holds a key, which would be lost: say --yes, or --slot", slot, name);
	terminal_warn(
	    "slot %s of %s holds a key already. A new one destroys it, and what was encrypted to it.", slot, name);
	snprintf(question, sizeof(question), translated("Type %s to go on: "), wanted);
	if (!prompt_line(question, answer, sizeof(answer), err))
		return false;
	if (strcmp(answer, wanted) != 0)
		return error_set(err, ERROR_DECLINED, "slot %s of %s was left as it is", slot, name);
	return true;
}

/* A wrong PIN is asked for again only while two tries are left, so this is about the first question. */
static void warn_last(const struct course *course, const char *question)
{
	const struct authenticator_facts *facts = &course->authenticator.facts;

	if (course->request.fido)
		codes_warn_last(facts->says_tries, facts->tries_left, question);
	else
		codes_warn_last(course->pin_state.says_tries, course->pin_state.tries_left, question);
}

static bool new_pin_check(const struct secret *pin, const void *context, struct error *err)
{
	const struct course *course = context;

	return piv_code_check(PIV_CODE_PIN, course->identity.firmware, pin, err);
}

/* A script says a code once: what was wrong with it is the answer. */
static bool ask_pin(void *state, const struct course *course, enum course_pin which, const struct error *problem,
    struct secret **pin, struct error *err)
{
	const struct enroll_answers *answers = state;
	char name[TOKEN_NAME_SIZE], question[TOKEN_NAME_SIZE + 32];

	if (problem) {
		*err = *problem;
		if (!codes_can_ask(&answers->pin))
			return false;
		terminal_say("%s.", problem->text);
	}
	course_token_name(course, name);
	snprintf(question, sizeof(question),
	    translated(which == COURSE_PIN_NEW ? N_("new PIN of %s") : N_("PIN of %s")), name);
	if (which == COURSE_PIN_PRESENT) {
		warn_last(course, question);
		return codes_ask(&answers->pin, question, "--pin-fd", pin, err);
	}
	if (!problem && codes_can_ask(&answers->pin))
		terminal_say("The token has the factory's PIN. The user chooses a new one now: 6 to 8 characters.");
	return codes_ask_new(&answers->pin, question, "--pin-fd", new_pin_check, course, pin, err);
}

static bool new_pin(void *state, const struct course *course, unsigned shortest, const struct error *problem,
    struct secret **pin, struct error *err)
{
	const struct enroll_answers *answers = state;
	char name[TOKEN_NAME_SIZE], question[TOKEN_NAME_SIZE + 32];

	course_token_name(course, name);
	if (problem) {
		*err = *problem;
		if (!codes_can_ask(&answers->pin))
			return false;
		terminal_say("%s.", problem->text);
	} else if (codes_can_ask(&answers->pin)) {
		terminal_say(course->authenticator.facts.has_pin
		                 ? N_("%s wants a new PIN. The user chooses one now, of %u characters at least.")
		                 : N_("%s has no PIN yet. The user chooses one now, of %u characters at least."),
		    name, shortest);
	}
	snprintf(question, sizeof(question), translated("new PIN of %s"), name);
	return codes_ask_new(&answers->pin, question, "--pin-fd", NULL, NULL, pin, err);
}

static bool may_share(void *state, const struct course *course, const char *holder, struct error *err)
{
	const struct enroll_answers *answers = state;
	char name[TOKEN_NAME_SIZE], answer[16];

	course_token_name(course, name);
	if (answers->yes)
		return true;
	if (!terminal_is_there())
		return error_set(err, ERROR_DECLINED,
		    "%s holds a key that is enrolled for %s: say --yes, or take another token", name, holder);
	terminal_warn("%s holds a key that is enrolled for %s.", name, holder);
	if (!prompt_line("Type yes to put another person's key into it: ", answer, sizeof(answer), err))
		return false;
	return prompt_is_yes(answer) ||
	       error_set(err, ERROR_DECLINED, "%s is %s's, and was left as it is", name, holder);
}

static bool show_puk(void *state, const struct course *course, const struct secret *puk, struct error *err)
{
	const struct enroll_answers *answers = state;
	char name[TOKEN_NAME_SIZE], title[TOKEN_NAME_SIZE + 32], label[16] = "";

	snprintf(title, sizeof(title), translated("PUK of %s"), token_name(&course->token, name));
	if (answers->many && course->identity.has_serial)
		snprintf(label, sizeof(label), "%lu\t", (unsigned long)course->identity.serial);
	else if (answers->many)
		snprintf(label, sizeof(label), "-\t");
	return codes_show(answers->puk_descriptor, label, title, puk, err);
}

static void touch(void *state)
{
	(void)state;
	terminal_say("Touch the token when it blinks.");
}

static void wait(void *state)
{
	(void)state;
	terminal_progress("The token is still making the key.");
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
	if (sentence)
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
	    .may_share = may_share,
	    .show_puk = answers->puk_descriptor >= 0 || terminal_is_there() ? show_puk : NULL,
	    .touch = touch,
	    .wait = wait,
	    .warn = warn,
	    .before = before,
	    .after = after,
	};
}

static bool made_elsewhere(const struct course *course)
{
	return course->request.fido != NULL && course->request.fido->path == NULL;
}

/* NULL for a FIDO2 key, which lies in none. */
static const char *slot_name(const struct course *course)
{
	return course->request.fido == NULL ? course->request.slot->name : NULL;
}

/* An enrollment, as `enroll --json` prints it. *content is the caller's. */
static bool summary_json(const struct course *course, json_t **content, struct error *err)
{
	struct buffer result = BUFFER_EMPTY, line = BUFFER_EMPTY;
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE], after_text[REPORT_TIME_SIZE], before_text[REPORT_TIME_SIZE];
	bool done = result_put_json(&course->result, &result, err) &&
	            ssh_key_fingerprint(&course->key, fingerprint, err) &&
	            ssh_certificate_put_line(&course->enrollment.certificate, &line, err);

	if (done)
		*content = json_pack("{s:s, s:s, s:s?, s:s?, s:I, s:o, s:s, s:s, s:s, s:b, s:b, s:s?, s:o}", "person",
		    course->request.person, "fingerprint", fingerprint, "device",
		    course->device[0] ? course->device : NULL, "slot", slot_name(course), "serial",
		    (json_int_t)course->serial, "ended",
		    course->ended != 0 ? json_integer((json_int_t)course->ended) : json_null(), "valid_after",
		    report_time(course->valid_after, after_text), "valid_before",
		    report_time(course->valid_before, before_text), "certificate", buffer_text(&line), "puk_changed",
		    course->puk_set, "management_key_changed", course->management_key_set, "sealed",
		    course->sealed.len > 0 ? buffer_text(&course->sealed) : NULL, "result",
		    json_loadb(buffer_text(&result), result.len, 0, NULL));
	buffer_free(&result);
	buffer_free(&line);
	return done;
}

static bool summary_text(const struct course *course, struct error *err)
{
	char until[REPORT_TIME_SIZE], fingerprint[SSH_KEY_FINGERPRINT_SIZE];

	if (!ssh_key_fingerprint(&course->key, fingerprint, err))
		return false;
	report_line("Enrolled     %s", course->request.person);
	if (course->request.fido == NULL)
		report_line("Token        %s, slot %s, %s",
		    course->device[0] ? course->device : translated("not named by its attestation"),
		    course->request.slot->name, course->request.algorithm->title);
	else if (!made_elsewhere(course))
		report_line("Key files    %s, .pub, -cert.pub", course->request.fido->path);
	else
		report_text("Token        elsewhere; the key is known by its attestation\n");
	report_line("Key          %s", fingerprint);
	report_line("Valid until  %s", report_time(course->valid_before, until));
	report_line("Number       %llu", (unsigned long long)course->serial);
	if (course->ended != 0)
		report_line("Ended        number %llu: its key was in this slot, and is destroyed",
		    (unsigned long long)course->ended);
	if (course->sealed.len > 0)
		report_line("Sealed in    %s", buffer_text(&course->sealed));
	if (course->puk_set && course->sealed.len == 0)
		report_text("The PUK is the one that was shown. Keep it where the helpdesk finds it.\n");
	if (course->management_key_set)
		report_text(course->sealed.len > 0
		                ? N_("The management key is a new one, and sealed.\n")
		                : N_("The management key is a new one, kept in the token behind the PIN.\n"));
	if (!made_elsewhere(course))
		report_text("Hand over the token. ");
	report_text("Hosts learn of it with the next snapshot: keyenroll snapshot\n");
	return report_end(err);
}

bool enroll_summary(const struct invocation *invocation, const struct course *course, struct error *err)
{
	json_t *content = NULL;

	if (!invocation->json)
		return summary_text(course, err);
	return summary_json(course, &content, err) &&
	       report_take_json(made_elsewhere(course) ? "import" : "enroll", content, err);
}

static bool resumed_json(const struct journal_record *record, const struct course *course, struct error *err)
{
	const char *outcome = !course ? "recorded-before" : journal_enrolls(record) ? "enrolled" : "tries-set";
	bool sealed = course && course->sealed.len > 0;
	json_t *enrollment = json_null();

	if (course && journal_enrolls(record) && !summary_json(course, &enrollment, err))
		return false;
	return report_take_json("resume",
	    json_pack("{s:s, s:s?, s:o, s:b, s:s?, s:o}", "outcome", outcome, "person",
	        journal_enrolls(record) ? record->person : NULL, "token",
	        record->has_serial ? json_integer(record->serial) : json_null(), "puk_changed",
	        course && course->puk_set, "sealed", sealed ? buffer_text(&course->sealed) : NULL, "enrollment",
	        enrollment),
	    err);
}

bool enroll_resumed(const struct invocation *invocation, const struct journal_record *record,
    const struct course *course, struct error *err)
{
	if (invocation->json)
		return resumed_json(record, course, err);
	if (course && journal_enrolls(record))
		return summary_text(course, err);
	if (!course)
		report_text("It had been recorded already; nothing is left to do.\n");
	else
		report_line("The PIN has %u tries, the PUK %u.%s", record->pin_tries, record->puk_tries,
		    course->puk_set ? translated(" The PUK is a new one.") : "");
	return report_end(err);
}

void enroll_explain_refusal(const struct course *course)
{
	const struct result *result = &course->result;

	if (result->num_reasons == 0 || result->verdict == VERDICT_ACCEPTED)
		return;
	for (size_t i = 0; i < result->num_reasons; i++) {
		terminal_say("%s: %s [%s]", result->reasons[i].warning ? translated("warning") : translated("refused"),
		    result->reasons[i].sentence, error_word(result->reasons[i].code));
		if (result->reasons[i].next_step[0])
			terminal_say("  next: %s", result->reasons[i].next_step);
	}
	if (course->request.fido != NULL)
		terminal_say("The new key is not enrolled.");
	else if (course->made_key)
		terminal_say(course->journal
		                 ? N_("The key in slot %s is not enrolled; \"keyenroll abandon\" takes it out.")
		                 : N_("The key in slot %s is not enrolled, and was taken out again."),
		    course->request.slot->name);
}

/* Of a FIDO2 key there is no journal: whatever broke off is begun anew. */
static void explain_fido(const struct course *course)
{
	if (course->spki.len > 0 && course->result.verdict == VERDICT_ACCEPTED)
		terminal_say("The key that was made is not enrolled, and has no files. "
		             "When that is mended, say the same again.");
}

void enroll_explain_journal(const struct course *course)
{
	if (course->request.fido != NULL && !made_elsewhere(course))
		explain_fido(course);
	if (!course->journal)
		return;
	if (course->request.person)
		terminal_say("The enrollment is not finished: \"keyenroll resume\" goes on with it, "
		             "\"keyenroll abandon\" takes its key out of the token.");
	else
		terminal_say("This is not finished, and the codes may be the factory's: \"keyenroll resume\" goes on "
		             "with it.");
}
