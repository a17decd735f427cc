#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/secret.h"
#include "common/sshsig.h"
#include "enroll/course.h"
#include "enroll/desk.h"
#include "enroll/fido_enrolled.h"
#include "fido/assertion.h"
#include "fido/key_file.h"
#include "policy/fido_evidence.h"
#include "registry/store.h"

/* Ids that are shown to the token, so that it holds one key of a person only; older tokens take no longer list. */
#define EXCLUDED_MAXIMUM 8

struct excluded {
	struct buffer ids[EXCLUDED_MAXIMUM];
	size_t count;
	int64_t now;
};

/* Whose key files of that name are: what the operator does with them depends on that. */
static bool refuse_file(const struct course *course, const char *file, struct error *err)
{
	struct buffer path = BUFFER_EMPTY;
	struct ssh_key key = SSH_KEY_EMPTY;
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct error unknown = ERROR_EMPTY, known = ERROR_EMPTY;

	if (buffer_put_format(&path, &unknown, "%s.pub", course->request.fido->path) &&
	    desk_load_public_key(buffer_text(&path), &key, &unknown) &&
	    ssh_key_fingerprint(&key, fingerprint, &unknown) &&
	    store_check_key(course->means.desk->store, &key, course->request.now, &known))
		(void)error_set(err, ERROR_FILE,
		    "%s is there already, of a key that is enrolled for nobody: move it away, or name another --out",
		    file);
	else
		(void)error_set(
		    err, ERROR_FILE, "%s is there already, and may be the only way to a key: name another --out", file);
	ssh_key_clear(&key);
	buffer_free(&path);
	return false;
}

static bool is_free(const struct course *course, const char *suffix, struct error *err)
{
	struct buffer whole = BUFFER_EMPTY;
	bool done = buffer_put_format(&whole, err, "%s%s", course->request.fido->path, suffix);

	if (done && file_exists(buffer_text(&whole)))
		done = refuse_file(course, buffer_text(&whole), err);
	buffer_free(&whole);
	return done;
}

/* Before the token makes a key whose files could not be kept. */
static bool folder_check(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	struct buffer folder = BUFFER_EMPTY;
	bool done = buffer_put_format(&folder, err, "%.*s.", slash == NULL ? 0 : (int)(slash - path) + 1, path);

	if (done && access(buffer_text(&folder), W_OK | X_OK) < 0)
		done = error_set_errno(err, ERROR_FILE, "the folder of %s", path);
	buffer_free(&folder);
	return done;
}

bool course_fido_preflight(struct course *course, struct error *err)
{
	const struct course_fido *wanted = course->request.fido;
	const struct authenticator_facts *facts = &course->authenticator.facts;

	if (!facts->ctap2 && (wanted->resident || wanted->verification || wanted->type == SSH_KEY_SK_ED25519))
		return error_set(err, ERROR_CARD_UNSUPPORTED,
		    "this token knows U2F only: keys of the algorithm ecdsa-p256, without PIN, not resident");
	if (facts->has_pin && facts->says_tries && facts->tries_left == 0)
		return error_set(err, ERROR_PIN_BLOCKED, "the PIN is blocked: no try is left");
	return course_registry_check(course, err) && folder_check(wanted->path, err) && is_free(course, "", err) &&
	       is_free(course, ".pub", err) && is_free(course, "-cert.pub", err) && course_fido_settle(course, err);
}

/* Asked for again while it is too short for this token.
 *   old  NULL: it has none */
static bool choose_pin(struct course *course, const struct secret *old, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;
	struct error problem = ERROR_EMPTY;
	bool again = false;

	while (dialogue->new_pin(dialogue->state, course, course->authenticator.facts.pin_shortest,
	    again ? &problem : NULL, &course->pin, err)) {
		if (authenticator_set_pin(&course->authenticator, old, course->pin, &problem))
			return true;
		secret_free(course->pin);
		course->pin = NULL;
		again = problem.code == ERROR_PIN_LENGTH;
		if (!again) {
			*err = problem;
			return false;
		}
	}
	return false;
}

/* Somebody else knows the present one, or it is shorter than the token was told to want. */
static bool change_pin(struct course *course, struct error *err)
{
	struct secret *old = course->pin;
	bool done;

	course->pin = NULL;
	done = choose_pin(course, old, err);
	secret_free(old);
	return done;
}

bool course_fido_codes(struct course *course, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;
	const struct authenticator_facts *facts = &course->authenticator.facts;

	if (facts->has_pin)
		return dialogue->ask_pin(dialogue->state, course, COURSE_PIN_PRESENT, NULL, &course->pin, err) &&
		       (!facts->must_change_pin || change_pin(course, err));
	if (!facts->takes_pin || facts->verifies_itself || (!course->wanted.verification && !course->wanted.resident))
		return true;
	return choose_pin(course, NULL, err);
}

/* ---- what is enrolled already ---- */

static bool exclude_entry(const struct store_entry *entry, void *context, struct error *err)
{
	struct excluded *excluded = context;
	struct fido_enrolled found;

	if (excluded->count == EXCLUDED_MAXIMUM || !fido_enrolled_take(entry, excluded->now, &found))
		return true;
	if (!buffer_put(&excluded->ids[excluded->count], buffer_bytes(&found.id), err)) {
		fido_enrolled_clear(&found);
		return false;
	}
	excluded->count++;
	fido_enrolled_clear(&found);
	return true;
}

/* Whether the token holds one of the keys that it is told to keep. No touch. */
static bool holds_excluded(
    struct course *course, const struct credential_request *request, bool *holds, struct error *err)
{
	struct bytes id;
	size_t place;

	*holds = false;
	for (size_t i = 0; i < request->num_exclude && !*holds; i++) {
		id = buffer_bytes(&request->exclude[i]);
		if (!assertion_find(&course->authenticator, request->application, &id, 1, request->pin, &place, err))
			return false;
		*holds = place == 0;
	}
	return true;
}

/* A token keeps one resident key of an application and a person: the next one takes its place without a word. One that is enrolled
 * here it will be told to keep; what another desk or ssh-keygen made, only the token knows. */
static bool replace_check(struct course *course, const struct credential_request *request, struct error *err)
{
	bool exists = false, enrolled = false;

	if (!request->resident)
		return true;
	if (!credential_exists(&course->authenticator, request, &exists, err) ||
	    (exists && !holds_excluded(course, request, &enrolled, err)))
		return false;
	return !exists || enrolled || course->dialogue.may_destroy(course->dialogue.state, course, err);
}

static bool make(struct course *course, const struct excluded *excluded, struct error *err)
{
	const struct course_fido *wanted = &course->wanted;
	struct credential_request request = {.type = wanted->type,
	    .application = wanted->application,
	    .challenge = BYTES_OF(course->challenge),
	    .user_name = course->request.person,
	    .resident = wanted->resident,
	    .verification = wanted->verification,
	    .protection = wanted->protection,
	    .exclude = excluded->ids,
	    .num_exclude = excluded->count,
	    .pin = course->pin};
	struct bytes person = bytes_of_text(course->request.person);

	if (person.len > sizeof(request.user))
		person.len = sizeof(request.user);
	if (!bytes_take_to(&person, request.user, person.len))
		return error_set(err, ERROR_BUG, "a person's name is too long");
	if (!replace_check(course, &request, err))
		return false;
	course->dialogue.touch(course->dialogue.state);
	return credential_make(&course->authenticator, &request, &course->credential, err);
}

/* A wrong PIN is asked for again while that cannot block the token. */
static bool make_with_pin(struct course *course, const struct excluded *excluded, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;
	unsigned tries_left = course->authenticator.facts.says_tries ? course->authenticator.facts.tries_left : 0;
	struct error problem = ERROR_EMPTY;

	while (!course_fido_holders(course, err) || !make(course, excluded, err)) {
		if (err->code != ERROR_PIN_WRONG || tries_left < 3)
			return false;
		tries_left--;
		secret_free(course->pin);
		course->pin = NULL;
		(void)error_set(&problem, ERROR_PIN_WRONG, "that is not the PIN; %u tries are left", tries_left);
		if (!dialogue->ask_pin(dialogue->state, course, COURSE_PIN_PRESENT, &problem, &course->pin, err))
			return false;
	}
	return true;
}

bool course_fido_generate(struct course *course, struct error *err)
{
	struct excluded excluded = {.now = course->request.now};
	bool done = store_each(course->means.desk->store, course->request.person, NULL, exclude_entry, &excluded, err);

	if (done && RAND_bytes(course->challenge, sizeof(course->challenge)) != 1)
		done = error_set(err, ERROR_CRYPTO, "no random challenge");
	done = done && make_with_pin(course, &excluded, err) &&
	       credential_ssh_key(&course->credential, &course->key, err) &&
	       ssh_key_put_spki(&course->key, &course->spki, err);
	for (size_t i = 0; i < EXCLUDED_MAXIMUM; i++)
		buffer_free(&excluded.ids[i]);
	return done;
}

bool course_fido_attest(struct course *course, struct error *err)
{
	const struct fido_binding binding = {.application = buffer_bytes(&course->key.application),
	    .kind = FIDO_CLIENT_DATA_CHALLENGE,
	    .client_data = BYTES_OF(course->challenge)};

	return evidence_of_fido(buffer_bytes(&course->credential.attestation_object), &binding, &course->evidence, err);
}

/* ---- possession and files ---- */

static bool sign_record(struct course *course, struct assertion *assertion, struct error *err)
{
	const struct assertion_request request = {.type = course->credential.type,
	    .application = buffer_text(&course->credential.application),
	    .key_handle = buffer_bytes(&course->credential.key_handle),
	    .presence = true,
	    .verification = course->wanted.verification,
	    .pin = course->pin};
	struct buffer to_sign = BUFFER_EMPTY;
	bool done;

	course->dialogue.touch(course->dialogue.state);
	done = possession_put_to_sign(&course->possession, &to_sign, err) &&
	       assertion_make(&course->authenticator, &request, buffer_bytes(&to_sign), assertion, err);
	buffer_free(&to_sign);
	return done;
}

/* It also shows that the key can be used as it is going to be: a token whose verification does not work fails here. */
bool course_fido_possession(struct course *course, struct error *err)
{
	struct assertion assertion = ASSERTION_EMPTY;
	struct buffer signature = BUFFER_EMPTY;
	bool done = possession_draw(&course->means.desk->registrar, course->request.person, &course->evidence,
	                course->request.now, &course->possession, err) &&
	            sign_record(course, &assertion, err) &&
	            assertion_put_signature(course->credential.type, &assertion, &signature, err) &&
	            sshsig_encode(&course->key, POSSESSION_NAMESPACE, buffer_bytes(&signature),
	                &course->possession_signature, err);

	assertion_clear(&assertion);
	buffer_free(&signature);
	return done;
}

static bool write_handle(const struct course *course, struct error *err)
{
	struct key_file file = {.flags = course->credential.flags};
	struct buffer text = BUFFER_EMPTY;
	bool done = ssh_key_parse(buffer_bytes(&course->key.blob), &file.key, err) &&
	            buffer_put(&file.key_handle, buffer_bytes(&course->credential.key_handle), err) &&
	            buffer_put_text(&file.comment, course->request.person, err) && key_file_put(&file, &text, err) &&
	            file_store_new(course->request.fido->path, buffer_bytes(&text), 0600, err);

	key_file_clear(&file);
	buffer_free(&text);
	return done;
}

static bool write_public(const struct course *course, struct error *err)
{
	struct buffer path = BUFFER_EMPTY, line = BUFFER_EMPTY;
	bool done = buffer_put_format(&path, err, "%s.pub", course->request.fido->path) &&
	            ssh_key_put_line(&course->key, &line, err) &&
	            buffer_put_format(&line, err, " %s\n", course->request.person) &&
	            file_store_new(buffer_text(&path), buffer_bytes(&line), 0644, err);

	buffer_free(&path);
	buffer_free(&line);
	return done;
}

bool course_fido_files(struct course *course, struct error *err)
{
	if (!write_handle(course, err))
		return false;
	course->files_written = 1;
	if (!write_public(course, err))
		return false;
	course->files_written = 2;
	return true;
}

void course_fido_forget_files(struct course *course)
{
	static const char *const suffixes[] = {"", ".pub"};

	for (size_t i = 0; i < course->files_written && i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		struct buffer path = BUFFER_EMPTY;

		if (buffer_put_format(&path, NULL, "%s%s", course->request.fido->path, suffixes[i]))
			(void)unlink(buffer_text(&path));
		buffer_free(&path);
	}
	course->files_written = 0;
}

bool course_fido_release(struct course *course, struct error *err)
{
	(void)err;
	secret_free(course->pin);
	course->pin = NULL;
	authenticator_close(&course->authenticator);
	return true;
}
