#include "common/language.h"
#include "enroll/desk.h"
#include "enroll/operator.h"
#include "enroll/report.h"
#include "enroll/verb.h"

enum {
	OPTION_REGISTRY,
	OPTION_REGISTRAR_KEY,
	OPTION_NAME,
	OPTION_AGENT,
	OPTION_PKCS11,
	OPTION_NO_PASSPHRASE,
	OPTION_ESCROW,
};

static const struct option_row options[] = {
    [OPTION_REGISTRY] = OPTION_ROW_REGISTRY,
    [OPTION_REGISTRAR_KEY] = {"registrar-key", "FILE", N_("the key that signs; made when it is not there")},
    [OPTION_NAME] = {"name", "NAME", N_("who the registrar is; the account's name by default")},
    [OPTION_AGENT] = {"agent", NULL, N_("the key is in ssh-agent; FILE is its .pub file")},
    [OPTION_PKCS11] = {"pkcs11", "MODULE", N_("the key is behind MODULE; FILE is its .pub file")},
    [OPTION_NO_PASSPHRASE] = {"no-passphrase", NULL, N_("make the key without a passphrase")},
    [OPTION_ESCROW] = {"escrow", "FILE", N_("seal every token's codes to this certificate")},
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static const char *there_or_made(bool made)
{
	return made ? translated("made") : translated("was there already");
}

static bool show_json(
    const char *folder, const struct desk_settings *settings, const struct desk_made *made, struct error *err)
{
	const struct buffer *escrow = &settings->escrow_certificate;

	return report_take_json("init",
	    json_pack("{s:s, s:s+, s:s?, s:{s:b, s:b, s:b, s:b}}", "registry", folder, "registrars", folder,
	        "/registrars", "escrow_certificate", escrow->len > 0 ? buffer_text(escrow) : NULL, "made",
	        "registrar_key", made->key, "registrars", made->registrars, "store", made->store, "settings",
	        made->settings),
	    err);
}

static bool show_text(
    const char *folder, const struct desk_settings *settings, const struct desk_made *made, struct error *err)
{
	report_line("Registry         %s: %s", folder, there_or_made(made->store));
	report_line("Registrar's key  %s", there_or_made(made->key));
	report_line("Registrars file  %s/registrars: %s", folder, there_or_made(made->registrars));
	if (settings->escrow_certificate.len > 0)
		report_line("Codes sealed to  %s", buffer_text(&settings->escrow_certificate));
	report_text("\nNext:\n");
	report_line("  1. Copy %s/registrars to %s/registrars on each host.", folder, KEYENROLL_CONFIG_DIR);
	report_text("  2. Plug in a token and say: keyenroll enroll USER\n"
	            "  3. Say: keyenroll snapshot, and bring the snapshot to the hosts.\n");
	return report_end(err);
}

static bool show(const struct invocation *invocation, const struct desk_made *made, struct error *err)
{
	const char *folder = buffer_text(&invocation->configuration.registry);
	struct desk_settings settings = DESK_SETTINGS_EMPTY;
	bool done = desk_settings_load(folder, &settings, err) &&
	            (invocation->json ? show_json : show_text)(folder, &settings, made, err);

	desk_settings_clear(&settings);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	const struct options *given = &invocation->options;
	char name[ACCOUNT_NAME_MAXIMUM];
	struct desk_made made;

	operator_name(name);
	if ((options_given(given, OPTION_AGENT) || options_given(given, OPTION_PKCS11)) &&
	    !options_given(given, OPTION_REGISTRAR_KEY))
		return error_set(err, ERROR_USAGE, "--agent and --pkcs11 need --registrar-key FILE.pub beside them");
	if (!account_name_check(bytes_of_text(options_text(given, OPTION_NAME, name)), err))
		return error_prefix(err, "--name");
	return desk_make(&(struct desk_wish){.folder = buffer_text(&invocation->configuration.registry),
	                     .registrar_name = options_text(given, OPTION_NAME, name),
	                     .key_path = options_text(given, OPTION_REGISTRAR_KEY, NULL),
	                     .agent = options_given(given, OPTION_AGENT),
	                     .pkcs11_module = options_text(given, OPTION_PKCS11, NULL),
	                     .escrow = options_text(given, OPTION_ESCROW, NULL),
	                     .no_passphrase = options_given(given, OPTION_NO_PASSPHRASE)},
	           &made, err) &&
	       show(invocation, &made, err);
}

const struct verb verb_init = {
    .name = "init",
    .summary = N_("make a registry and a registrar's key: once a desk"),
    .synopsis = "[OPTION]...",
    .description = N_("Makes the registry's folder with everything that is missing in it, and leaves\n"
                      "alone what is there, so it can be said twice. The registrar's key signs\n"
                      "enrollments; it may be a file, in ssh-agent or behind PKCS#11. Says what to do\n"
                      "next.\n"),
    .options = options,
    .run = run,
};
