#include "verifier/local_login.h"

#include <poll.h>
#include <string.h>

#include "common/deadline.h"
#include "common/language.h"
#include "fido/authenticator.h"
#include "piv/reader.h"
#include "verifier/asking.h"
#include "verifier/authentication.h"
#include "verifier/local_fido.h"
#include "verifier/local_piv.h"
#include "verifier/local_token.h"

/* Nothing tells of what is plugged into USB: it is looked for so often. */
#define USB_INTERVAL_MS 500

/* What is plugged in, as it was seen last. */
struct scene {
	struct local_login *login;
	struct reader_list readers;
	struct authenticator_list usb;
	bool has_piv, has_fido; /* what is looked for */
};

static void scene_clear(struct scene *scene)
{
	reader_list_clear(&scene->readers);
	authenticator_list_clear(&scene->usb);
}

static void note_kinds(struct scene *scene)
{
	const struct authentication *authentication = scene->login->authentication;

	for (size_t i = 0; i < authentication->num_candidates; i++) {
		scene->has_piv |= authentication->candidates[i].slot != NULL;
		scene->has_fido |= authentication->candidates[i].credential.len > 0;
	}
}

/* What went wrong with a card stays in *err, for the case that no other one will do. */
static bool look_at_cards(struct scene *scene, struct local_token *token, struct error *err)
{
	for (size_t i = 0; scene->has_piv && i < scene->readers.count; i++)
		if (scene->readers.readers[i].card_present &&
		    local_piv_look(scene->login, &scene->readers.readers[i], token, err))
			return true;
	return false;
}

static bool look_at_security_keys(struct scene *scene, struct local_token *token, struct error *err)
{
	struct authenticator_list list = AUTHENTICATOR_LIST_EMPTY;
	bool found = scene->has_fido && authenticator_list_load(&list, err) && list.count > 0 &&
	             local_fido_look(scene->login, &list, token, err);

	authenticator_list_clear(&list);
	return found;
}

static bool look(struct scene *scene, struct local_token *token, struct error *err)
{
	return look_at_cards(scene, token, err) || look_at_security_keys(scene, token, err);
}

static bool same_places(const struct authenticator_list *one, const struct authenticator_list *other)
{
	bool same = one->count == other->count;

	for (size_t i = 0; same && i < one->count; i++)
		same = strcmp(one->places[i].path, other->places[i].path) == 0;
	return same;
}

static bool look_for_usb(struct scene *scene, bool *changed, struct error *err)
{
	struct authenticator_list now = AUTHENTICATOR_LIST_EMPTY;

	if (!scene->has_fido)
		return true;
	if (!authenticator_list_load_usb(&now, err))
		return false;
	*changed = *changed || !same_places(&now, &scene->usb);
	authenticator_list_clear(&scene->usb);
	scene->usb = now;
	return true;
}

static bool wait_for_readers(struct scene *scene, int wait_ms, bool *changed, struct error *err)
{
	if (scene->login->context != NULL)
		return reader_list_wait(scene->login->context, &scene->readers, wait_ms, changed, err);
	(void)poll(NULL, 0, wait_ms);
	return true;
}

/* Until something was plugged in or out.
 *   changed  out: false when the time is over */
static bool wait_for_change(struct scene *scene, struct deadline deadline, bool *changed, struct error *err)
{
	*changed = false;
	while (!*changed) {
		int left = deadline_left_ms(deadline);

		if (left == 0)
			return true;
		if (scene->has_fido && left > USB_INTERVAL_MS)
			left = USB_INTERVAL_MS;
		if (!wait_for_readers(scene, left, changed, err) || !look_for_usb(scene, changed, err))
			return false;
	}
	return true;
}

/* What the person is to do, once: where several tokens are in the way, something else than to plug one in.
 *   last  what stood against those that are there */
static bool ask_for_token(const struct scene *scene, const struct error *last, struct error *err)
{
	const struct authentication *authentication = scene->login->authentication;
	const struct local_token first = {.candidate = &authentication->candidates[0]};
	struct message message;

	if (last->code == ERROR_CARD_SEVERAL)
		message = message_of_error(last);
	else if (authentication->num_candidates > 1)
		message = message_of(N_("Plug in your token"), NULL, NULL);
	else if (first.candidate->device[0] != '\0')
		message = message_of(N_("Plug in your token (%s)"), first.candidate->device, NULL);
	else
		message = message_of(N_("Plug in %s"), local_token_name(&first), NULL);
	return asking_tell(scene->login->conversation, QUESTION_TELL, &message, err);
}

/* Tries what is there, and what comes, until one is the person's.
 *   last  out: what stood against the last one */
static bool search(struct scene *scene, struct deadline deadline, struct local_token *token, bool *found,
    struct error *last, struct error *err)
{
	bool changed = true, asked = false;

	while (changed) {
		*found = look(scene, token, last);
		if (*found || deadline_left_ms(deadline) == 0)
			return true;
		if (!asked && !ask_for_token(scene, last, err))
			return false;
		asked = true;
		if (!wait_for_change(scene, deadline, &changed, err))
			return false;
	}
	return true;
}

/* last  what stood against the last token that was there, if one was */
static bool fail_absent(unsigned wait_seconds, const struct error *last, struct error *err)
{
	static const char absent[] = N_("no token of this person was plugged in within %u seconds");

	if (last->code == ERROR_NONE)
		return error_set(err, ERROR_TOKEN_ABSENT, absent, wait_seconds);
	*err = *last;
	err->code = ERROR_TOKEN_ABSENT;
	return error_prefix(err, absent, wait_seconds);
}

static bool find_token(struct scene *scene, struct local_token *token, struct error *err)
{
	unsigned wait_seconds = scene->login->authentication->request.wait_seconds;
	struct error last = ERROR_EMPTY;
	bool found = false, unused = false;

	if (scene->login->context != NULL && !reader_list_load(scene->login->context, &scene->readers, err))
		return false;
	if (!look_for_usb(scene, &unused, err) ||
	    !search(scene, deadline_in(1000 * wait_seconds), token, &found, &last, err))
		return false;
	return found || fail_absent(wait_seconds, &last, err);
}

static bool prove(struct local_login *login, struct scene *scene, struct buffer *proof, struct error *err)
{
	struct local_token token;

	if (!find_token(scene, &token, err))
		return false;
	return token.candidate->slot != NULL ? local_piv_prove(login, &token, proof, err)
	                                     : local_fido_prove(login, &token, proof, err);
}

bool local_login(const struct authentication *authentication, int conversation, struct buffer *proof, struct error *err)
{
	struct local_login login = {.authentication = authentication, .conversation = conversation};
	struct scene scene = {.login = &login, .readers = READER_LIST_EMPTY, .usb = AUTHENTICATOR_LIST_EMPTY};
	bool done;

	note_kinds(&scene);
	/* security keys on USB need no smart card service */
	if (!reader_context_new(&login.context, err)) {
		if (!scene.has_fido)
			return false;
		*err = ERROR_EMPTY;
	}
	done = prove(&login, &scene, proof, err);
	scene_clear(&scene);
	reader_context_free(login.context);
	return done;
}
