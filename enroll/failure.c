#include "enroll/failure.h"

#include <stdio.h>

#include "common/language.h"
#include "enroll/report.h"

struct advice {
	enum error_code code;
	const char *next_step;
};

static const struct advice advices[] = {
    {ERROR_USAGE, N_("\"keyenroll help\" lists the verbs, \"keyenroll help VERB\" the options of one")},
    {ERROR_BUG, N_("this is a fault of keyenroll itself; please report it with this line")},
    {ERROR_PCSC, N_("start the smart card service: systemctl start pcscd.socket")},
    {ERROR_READER_ABSENT, N_("plug in a reader or a token; \"keyenroll tokens\" shows what is there")},
    {ERROR_CARD_ABSENT, N_("plug in the token, then say the same again")},
    {ERROR_CARD_REMOVED,
        N_("plug the token in again; \"keyenroll resume\" goes on with an enrollment, nothing was recorded")},
    {ERROR_CARD_CHANGED, N_("another token sits in the reader; start over with the right one")},
    {ERROR_CARD_RESET, N_("another program uses this token; close it, then start over, or \"keyenroll resume\"")},
    {ERROR_CARD_BUSY,
        N_("another program holds the token; close it (gpg: \"gpgconf --kill scdaemon\") and start over")},
    {ERROR_CARD_EXCHANGE,
        N_("plug the token out and in again, then start over, or \"keyenroll resume\" where something was begun")},
    {ERROR_CARD_SEVERAL, N_("leave one token plugged in, or choose one by --serial or --reader")},
    {ERROR_CARD_APPLICATION, N_("this card has no PIV application; use another token")},
    {ERROR_CARD_UNSUPPORTED,
        N_("choose another --algorithm or a newer token; \"keyenroll tokens\" shows the firmware")},
    {ERROR_CARD_SLOT_EMPTY,
        N_("\"keyenroll slots\" shows which slots hold a key; \"keyenroll enroll\" has the token make one")},
    {ERROR_NOT_ATTESTABLE,
        N_("let the token make the key itself (keyenroll enroll); where it can attest none, take another token")},
    {ERROR_PIN_WRONG, N_("ask the user again; after the last try only the PUK helps")},
    {ERROR_PIN_BLOCKED,
        N_("\"keyenroll token unblock\" sets a new PIN by the PUK; \"keyenroll token reset\" makes it new")},
    {ERROR_PIN_NEEDED, N_("start over, and type the PIN when it is asked for, or give it by --pin-fd")},
    {ERROR_PIN_LENGTH, N_("a PIN of PIV has 6 to 8 characters, a PUK 8; a FIDO2 one what the token wants")},
    {ERROR_PUK_WRONG,
        N_("find the PUK that was shown or sealed; when no try is left only \"keyenroll token reset\" helps")},
    {ERROR_PUK_BLOCKED, N_("\"keyenroll token reset\" makes the PIV application new; its keys are lost")},
    {ERROR_CODE_WEAK, N_("choose another one: no row, no repetition, not the factory's")},
    {ERROR_CODE_CHARACTERS, N_("use letters and digits")},
    {ERROR_CODE_DEFAULT, N_("\"keyenroll token pin\" changes it")},
    {ERROR_JOURNAL, N_("make room on the disk, or mend the folder; then \"keyenroll resume\", or the same again where "
                       "nothing was begun")},
    {ERROR_JOURNAL_OPEN, N_("\"keyenroll resume\" goes on with it, \"keyenroll abandon\" puts the token back")},
    {ERROR_JOURNAL_ABSENT, N_("\"keyenroll list\" shows who is enrolled; who is not there is enrolled anew")},
    {ERROR_PUK_RECIPIENT, N_("give --escrow FILE or --puk-fd N, or run it on a terminal")},
    {ERROR_MANAGEMENT_KEY,
        N_("give the token's own management key by --management-key-fd, or reset its PIV application")},
    {ERROR_TOUCH, N_("start over and touch the token when it blinks")},
    {ERROR_ENROLLMENT_EXISTS, N_("\"keyenroll list\" shows who has it; what is active ends by \"keyenroll revoke "
                                 "--reason TEXT FINGERPRINT\"")},
    {ERROR_ENROLLMENT_ABSENT, N_("\"keyenroll list\" shows what is enrolled")},
    {ERROR_ENROLLMENT_REVOKED, N_("\"keyenroll show\" says when and why")},
    {ERROR_ENROLLMENT_EXPIRED, N_("enroll the token again")},
    {ERROR_REGISTRAR_UNKNOWN, N_("put the registrar's line into the registrars file, if he may enroll")},
    {ERROR_REGISTRAR_EXPIRED, N_("sign with a registrar whose line in the registrars file is valid now")},
    {ERROR_STORE, N_("where there is none, \"keyenroll init\" makes one (--registry chooses); else look for room and "
                     "rights on its disk")},
    {ERROR_STORE_VERSION, N_("use the newer keyenroll that made this registry")},
    {ERROR_SNAPSHOT_ROLLBACK,
        N_("see that the server has what the desk wrote last; a registry that was made anew or restored is "
           "taken with --allow-older")},
    {ERROR_SNAPSHOT_FUTURE, N_("set the clocks of host and desk; then \"keyenroll snapshot\" at the desk")},
    {ERROR_SNAPSHOT_EMPTY,
        N_("see that it is the snapshot of the right registry; if it is meant, --allow-empty takes it")},
    {ERROR_TRUST_BUNDLE, N_("mend or remove that bundle")},
    {ERROR_EVIDENCE_ABSENT, N_("give the attestation and the token's device certificate (f9), as PEM or DER")},
    {ERROR_EVIDENCE_INCOMPLETE, N_("give both certificates: the attestation and the token's device certificate (f9)")},
    {ERROR_PIV_ISSUER_UNKNOWN, N_("the token is of another vendor, or the trust bundle is older than it")},
    {ERROR_PIV_LEAF_SIGNATURE,
        N_("the token's attestation key was replaced, or the two files are of different tokens")},
    {ERROR_PIV_DEVICE_SIGNATURE, N_("do not use this token: its device certificate is forged or damaged")},
    {ERROR_KEY_ROCA, N_("do not use this key: generate an elliptic curve key, or use a newer token")},
    {ERROR_PERSON_NAME, N_("write the account's name as \"getent passwd\" shows it")},
};

const char *failure_advice(enum error_code code)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(*advices); i++)
		if (advices[i].code == code)
			return advices[i].next_step;
	return NULL;
}

static void say(const struct error *err, const char *next_step)
{
	fprintf(stderr, "keyenroll: %s [%s]\n", err->text, error_word(err->code));
	if (next_step)
		fprintf(stderr, translated("keyenroll: next: %s\n"), translated(next_step));
}

static bool say_json(const struct error *err, const char *next_step)
{
	struct error other = ERROR_EMPTY;
	json_t *content = json_pack("{s:{s:s, s:s, s:s?}}", "error", "code", error_word(err->code), "sentence",
	    err->text, "next_step", next_step);

	return report_take_json("error", content, &other);
}

int failure_report(const struct error *err, const char *verb, bool json)
{
	const char *next_step = failure_advice(err->code);
	char help[80];

	if (err->code == ERROR_USAGE && verb) {
		snprintf(help, sizeof(help), translated("\"keyenroll help %s\" shows what it takes"), verb);
		next_step = help;
	}
	/* An error that cannot be said as JSON is not lost for that. */
	if (!json || !say_json(err, next_step))
		say(err, next_step);
	return error_exit_status(err->code);
}
