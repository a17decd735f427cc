#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "enroll/desk.h"
#include "enroll/escrow.h"
#include "enroll/terminal.h"
#include "registry/possession.h"
#include "registry/registrars.h"
#include "registry/store.h"

/* Each missing folder on the way, so that a user's first call works. */
static bool make_folders(const char *folder, struct error *err)
{
	char path[PATH_MAX];
	size_t len = strlen(folder);

	if (len == 0 || len >= sizeof(path))
		return error_set(err, ERROR_USAGE, "\"%s\" can be no folder", folder);
	for (size_t i = 1; i <= len; i++) {
		if (folder[i] != '/' && folder[i] != '\0')
			continue;
		memcpy(path, folder, i);
		path[i] = '\0';
		if (!file_make_folder(path, i == len ? 0750 : 0755, err))
			return false;
	}
	return true;
}

/* desk.conf must mean the same from any folder. */
static bool put_absolute(const char *path, struct buffer *out, struct error *err)
{
	char here[PATH_MAX];

	if (path[0] == '/')
		return buffer_put_text(out, path, err);
	if (!getcwd(here, sizeof(here)))
		return error_set_errno(err, ERROR_FILE, "the present folder");
	return buffer_put_format(out, err, "%s/%s", here, path);
}

static bool wished_settings(const struct desk_wish *wish, struct desk_settings *settings, struct error *err)
{
	settings->agent = wish->agent;
	if (!put_absolute(wish->key_path ? wish->key_path : wish->folder, &settings->key_path, err) ||
	    (!wish->key_path && !buffer_put_text(&settings->key_path, "/registrar", err)))
		return false;
	return (!wish->pkcs11_module || put_absolute(wish->pkcs11_module, &settings->pkcs11_module, err)) &&
	       (!wish->escrow || put_absolute(wish->escrow, &settings->escrow_certificate, err));
}

/* ssh-keygen asks for the passphrase itself, unless it is told that there is none. */
static bool run_ssh_keygen(const struct desk_wish *wish, const char *path, struct error *err)
{
	const char *words[] = {"ssh-keygen", "-q", "-t", "ed25519", "-C", wish->registrar_name, "-f", path,
	    wish->no_passphrase ? "-N" : NULL, "", NULL};
	char *arguments[sizeof(words) / sizeof(*words)];

	memcpy(arguments, words, sizeof(words)); /* posix_spawn promises not to write to them */
	return process_run_interactive("ssh-keygen", arguments, err);
}

/* Without a terminal ssh-keygen would take the end of input for an empty passphrase. */
static bool make_key(const struct desk_wish *wish, const char *path, struct error *err)
{
	if (wish->agent || wish->pkcs11_module)
		return error_set(err, ERROR_USAGE, "the public key of the agent or the PKCS#11 token must be there");
	if (!wish->no_passphrase && !terminal_is_there())
		return error_set(err, ERROR_USAGE,
		    "a new registrar's key wants a passphrase, and there is no terminal to ask "
		    "on: make the key yourself, or say --no-passphrase");
	terminal_say("A new registrar's key is made. Whoever has it and its passphrase can enroll.");
	return run_ssh_keygen(wish, path, err);
}

static bool ensure_key(
    const struct desk_wish *wish, const struct desk_settings *settings, bool *made, struct error *err)
{
	const char *path = buffer_text(&settings->key_path);

	*made = !file_exists(path);
	return !*made || make_key(wish, path, err) || error_prefix(err, "the registrar's key %s", path);
}

static bool ensure_settings(const char *path, const struct desk_settings *settings, bool *made, struct error *err)
{
	struct buffer wished = BUFFER_EMPTY;
	bool done;

	*made = !file_exists(path);
	done = !*made ||
	       (desk_settings_encode(settings, &wished, err) && file_store(path, buffer_bytes(&wished), 0644, err));
	buffer_free(&wished);
	return done;
}

static bool put_registrar_line(
    const char *name, const struct desk_settings *settings, struct buffer *out, struct error *err)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	bool done = desk_load_public_key(buffer_text(&settings->key_path), &key, err) &&
	            buffer_put_format(out, err,
	                "# Who may enroll, in ssh's allowed_signers format; hosts have this as %s\n"
	                "%s namespaces=\"%s,%s\" ",
	                KEYENROLL_CONFIG_DIR "/registrars", name, POSSESSION_NAMESPACE, GRACE_NAMESPACE) &&
	            ssh_key_put_line(&key, out, err) && buffer_put_text(out, "\n", err);

	ssh_key_clear(&key);
	return done;
}

static bool ensure_registrars(
    const char *path, const struct desk_wish *wish, const struct desk_settings *settings, bool *made, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	bool done;

	*made = !file_exists(path);
	done = !*made || (put_registrar_line(wish->registrar_name, settings, &text, err) &&
	                     file_store(path, buffer_bytes(&text), 0644, err));
	buffer_free(&text);
	return done;
}

static bool ensure_store(const char *path, bool *made, struct error *err)
{
	struct store *store = NULL;
	bool done;

	*made = !file_exists(path);
	done = store_open(path, true, &store, err);
	store_close(store);
	return done;
}

/* What a desk has it keeps; a wish for something else is an error and not a change. */
static bool kept_check(const struct desk_wish *wish, const struct desk_settings *wished,
    const struct desk_settings *kept, const char *path, struct error *err)
{
	if (wish->key_path && !bytes_equal(buffer_bytes(&wished->key_path), buffer_bytes(&kept->key_path)))
		return error_set(err, ERROR_USAGE, "this desk signs with %s; edit %s to change that",
		    buffer_text(&kept->key_path), path);
	if (!wish->escrow ||
	    bytes_equal(buffer_bytes(&wished->escrow_certificate), buffer_bytes(&kept->escrow_certificate)))
		return true;
	if (kept->escrow_certificate.len == 0)
		return error_set(err, ERROR_USAGE,
		    "this desk seals no codes; put the line \"escrow-certificate %s\" into %s to change that",
		    buffer_text(&wished->escrow_certificate), path);
	return error_set(err, ERROR_USAGE, "this desk seals codes to %s; edit %s to change that",
	    buffer_text(&kept->escrow_certificate), path);
}

static bool settle(const struct desk_wish *wish, const char *path, struct desk_settings *settings, struct error *err)
{
	struct desk_settings wished = DESK_SETTINGS_EMPTY;
	bool done = wished_settings(wish, &wished, err);

	if (done && !file_exists(path)) {
		*settings = wished;
		return true;
	}
	done =
	    done && desk_settings_load(wish->folder, settings, err) && kept_check(wish, &wished, settings, path, err);
	desk_settings_clear(&wished);
	return done;
}

/* Before anything is made: nobody wants to learn at the first enrollment that nothing can be sealed. */
static bool escrow_check(const struct desk_wish *wish, struct error *err)
{
	struct escrow *escrow = NULL;
	bool done = !wish->escrow || escrow_new(wish->escrow, &escrow, err);

	escrow_free(escrow);
	return done;
}

bool desk_make(const struct desk_wish *wish, struct desk_made *made, struct error *err)
{
	struct buffer path = BUFFER_EMPTY, registrars = BUFFER_EMPTY, store = BUFFER_EMPTY;
	struct desk_settings settings = DESK_SETTINGS_EMPTY;
	bool done;

	*made = (struct desk_made){.key = false};
	done = buffer_put_format(&path, err, "%s/desk.conf", wish->folder) &&
	       buffer_put_format(&registrars, err, "%s/registrars", wish->folder) &&
	       buffer_put_format(&store, err, "%s/registry.db", wish->folder) && escrow_check(wish, err) &&
	       make_folders(wish->folder, err) && settle(wish, buffer_text(&path), &settings, err) &&
	       ensure_key(wish, &settings, &made->key, err) &&
	       ensure_registrars(buffer_text(&registrars), wish, &settings, &made->registrars, err) &&
	       ensure_store(buffer_text(&store), &made->store, err) &&
	       ensure_settings(buffer_text(&path), &settings, &made->settings, err);
	desk_settings_clear(&settings);
	buffer_free(&path);
	buffer_free(&registrars);
	buffer_free(&store);
	return done;
}
