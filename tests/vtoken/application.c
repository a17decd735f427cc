#include "tests/vtoken/instructions.h"

#include <string.h>

#include "tests/vtoken/fido_instructions.h"
#include "tests/vtoken/openpgp.h"

enum { CLASS_ISO = 0x00, INS_SELECT = 0xa4, INS_VERIFY = 0x20, SELECT_BY_NAME = 0x04, INS_OTP_REQUEST = 0x01 };
enum { OTP_REQUEST_SERIAL = 0x10 };

static const uint8_t aid_piv[] = {0xa0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00};
static const uint8_t aid_fido[] = {0xa0, 0x00, 0x00, 0x06, 0x47, 0x2f, 0x00, 0x01};
static const uint8_t aid_otp[] = {0xa0, 0x00, 0x00, 0x05, 0x27, 0x20, 0x01, 0x01};

enum { AID_PROVIDER_LENGTH = 5 };

/* 61 { 4F, 79 { 4F } } */
static const uint8_t piv_template[] = {
    0x61, 0x11, 0x4f, 0x06, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00, 0x79, 0x07, 0x4f, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08};

static const struct instruction {
	uint8_t ins;
	const char *name;
	unsigned (*run)(struct card *card, const struct command *command, struct buffer *reply);
	bool vendor; /* exists only where the personality lists it */
} piv_instructions[] = {
    {0x20, "VERIFY", instruction_verify, false},
    {0x24, "CHANGE REFERENCE DATA", instruction_change_reference, false},
    {0x2c, "RESET RETRY COUNTER", instruction_reset_retry, false},
    {0x47, "GENERATE ASYMMETRIC KEY PAIR", instruction_generate, false},
    {0x87, "GENERAL AUTHENTICATE", instruction_authenticate, false},
    {0xcb, "GET DATA", instruction_get_data, false},
    {0xdb, "PUT DATA", instruction_put_data, false},
    {0xf6, "move key", instruction_move, true},
    {0xf7, "metadata", instruction_metadata, true},
    {0xf8, "serial number", instruction_serial, true},
    {0xf9, "attest", instruction_attest, true},
    {0xfa, "set tries", instruction_set_tries, true},
    {0xfb, "reset", instruction_reset, true},
    {0xfd, "version", instruction_version, true},
    {0xfe, "import key", instruction_import, true},
    {0xff, "set management key", instruction_set_management, true},
};

static const struct instruction *find_instruction(const struct card *card, uint8_t ins)
{
	for (size_t i = 0; i < sizeof(piv_instructions) / sizeof(piv_instructions[0]); i++) {
		const struct instruction *found = &piv_instructions[i];

		if (found->ins != ins)
			continue;
		return !found->vendor || personality_has(card->personality->firmware->vendor_instructions, ins) ? found
		                                                                                                : NULL;
	}
	return NULL;
}

/* The given name may be cut anywhere behind the provider's five bytes. */
static bool names(struct bytes given, const uint8_t *aid, size_t len)
{
	return given.len >= AID_PROVIDER_LENGTH && given.len <= len && memcmp(given.data, aid, given.len) == 0;
}

static unsigned select_application(struct card *card, enum application application)
{
	if (card->session.application != application)
		card_deselect(card);
	card->session.pin_fresh = false;
	card->session.application = application;
	return STATUS_DONE;
}

unsigned instruction_select(struct card *card, const struct command *command, struct buffer *reply)
{
	uint8_t otp_state[] = {0, 0, 0, 0x01, 0x00, 0x00};

	if (command->p1 != SELECT_BY_NAME)
		return STATUS_PARAMETERS;
	if (names(command->data, aid_piv, sizeof(aid_piv))) {
		if (!buffer_put(reply, BYTES_OF(piv_template), NULL))
			return STATUS_FAILURE;
		return select_application(card, APPLICATION_PIV);
	}
	if (!card->personality->firmware->of_another_vendor && names(command->data, aid_otp, sizeof(aid_otp))) {
		memcpy(otp_state, card->personality->firmware->version, sizeof(card->personality->firmware->version));
		if (!buffer_put(reply, BYTES_OF(otp_state), NULL))
			return STATUS_FAILURE;
		return select_application(card, APPLICATION_OTP);
	}
	if (card->fido.shape != NULL && names(command->data, aid_fido, sizeof(aid_fido))) {
		if (!buffer_put_text(reply, "U2F_V2", NULL))
			return STATUS_FAILURE;
		return select_application(card, APPLICATION_FIDO);
	}
	if (openpgp_named(card, command->data))
		return select_application(card, APPLICATION_OPENPGP);
	return STATUS_NOT_FOUND;
}

/* Firmware before 5.0 tells its serial number here only. */
static unsigned answer_otp(struct card *card, const struct command *command, struct buffer *reply)
{
	if (command->ins != INS_OTP_REQUEST)
		return STATUS_INSTRUCTION;
	if (command->p1 != OTP_REQUEST_SERIAL)
		return STATUS_PARAMETERS;
	return buffer_put_u32(reply, card->serial, NULL) ? STATUS_DONE : STATUS_FAILURE;
}

static unsigned answer_piv(struct card *card, const struct command *command, struct buffer *reply)
{
	const struct instruction *instruction = find_instruction(card, command->ins);
	unsigned status;

	if (instruction == NULL)
		return STATUS_INSTRUCTION;
	status = instruction->run(card, command, reply);
	/* whatever comes between VERIFY and the use of an "always" key loses the PIN for it */
	if (command->ins != INS_VERIFY)
		card->session.pin_fresh = false;
	return status;
}

unsigned application_answer(struct card *card, const struct command *command, struct buffer *reply)
{
	if (command->cla == CLASS_ISO && command->ins == INS_SELECT)
		return instruction_select(card, command, reply);
	if (card->session.application == APPLICATION_NONE)
		return STATUS_INSTRUCTION;
	if (card->session.application == APPLICATION_FIDO)
		return fido_answer(card, command, reply);
	if (command->cla != CLASS_ISO)
		return STATUS_CLASS;
	if (card->session.application == APPLICATION_OPENPGP)
		return openpgp_answer(card, command, reply);
	return card->session.application == APPLICATION_PIV ? answer_piv(card, command, reply)
	                                                    : answer_otp(card, command, reply);
}
