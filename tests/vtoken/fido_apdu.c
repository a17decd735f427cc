#include "tests/vtoken/fido_instructions.h"
#include "tests/vtoken/status.h"

enum { CLASS_ISO = 0x00, CLASS_FIDO = 0x80 };
enum { INS_MESSAGE = 0x10, INS_GET_RESPONSE = 0x11, HOST_POLLS = 0x80, CANCEL = 0x11, KEEP_ALIVE_TOUCH = 2 };

static unsigned finish(struct card *card, enum fido_status status, struct bytes answer, struct buffer *reply)
{
	buffer_free(&card->fido.session.pending);
	return buffer_put_u8(reply, (uint8_t)status, NULL) && (status != FIDO_OK || buffer_put(reply, answer, NULL))
	           ? STATUS_DONE
	           : STATUS_FAILURE;
}

static unsigned run_pending(struct card *card, struct buffer *reply)
{
	struct buffer answer = BUFFER_EMPTY;
	enum fido_status status = fido_command(card, buffer_bytes(&card->fido.session.pending), &answer);
	unsigned word;

	if (status == FIDO_PENDING)
		word = buffer_put_u8(reply, KEEP_ALIVE_TOUCH, NULL) ? STATUS_KEEP_ALIVE : STATUS_FAILURE;
	else
		word = finish(card, status, buffer_bytes(&answer), reply);
	buffer_free(&answer);
	return word;
}

static unsigned run_message(struct card *card, const struct command *command, struct buffer *reply)
{
	struct fido_session *session = &card->fido.session;

	if (!card->fido.shape->ctap2)
		return STATUS_INSTRUCTION;
	buffer_free(&session->pending);
	session->pending_since_ms = fido_now_ms();
	session->may_wait = (command->p1 & HOST_POLLS) != 0;
	if (!buffer_put(&session->pending, command->data, NULL))
		return STATUS_FAILURE;
	return run_pending(card, reply);
}

static unsigned run_get_response(struct card *card, const struct command *command, struct buffer *reply)
{
	if (card->fido.session.pending.len == 0)
		return STATUS_CONDITIONS;
	if (command->p1 == CANCEL)
		return finish(card, FIDO_CANCELLED, BYTES_EMPTY, reply);
	return run_pending(card, reply);
}

unsigned fido_answer(struct card *card, const struct command *command, struct buffer *reply)
{
	if (command->cla == CLASS_ISO)
		return fido_u2f(card, command, reply);
	if (command->cla != CLASS_FIDO)
		return STATUS_CLASS;
	if (command->ins == INS_MESSAGE)
		return run_message(card, command, reply);
	return command->ins == INS_GET_RESPONSE ? run_get_response(card, command, reply) : STATUS_INSTRUCTION;
}
