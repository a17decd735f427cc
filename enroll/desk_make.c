#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "enroll/desk.h"
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
		if (mkdir(path, i == len ? 0750 : 0755) < 0 && errno != EEXIST)
			return error_set_errno(err, ERROR_FILE, "making the folder %s", path);
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

static bool wished_signer(const struct desk_wish *wish, struct desk_signer *signer, struct error *err)
{
	signer->agent = wish->agent;
	if (!put_absolute(wish->key_path ? wish->key_path : wish->folder, &signer->key_path, err) ||
	    (!wish->key_path && !buffer_put_text(&signer->key_path, "/registrar", err)))
		return false;
	return !wish->pkcs11_module || put_absolute(wish->pkcs11_module, &signer->pkcs11_module, err);
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

static bool ensure_key(const struct desk_wish *wish, const struct desk_signer *signer, bool *made, struct error *err)
{
	const char *path = buffer_text(&signer->key_path);

	*made = !file_exists(path);
	return !*made || make_key(wish, path, err) || error_prefix(err, "the registrar's key %s", path);
}

static bool ensure_settings(const char *path, const struct desk_signer *signer, bool *made, struct error *err)
{
	struct buffer wished = BUFFER_EMPTY;
	bool done;

	*made = !file_exists(path);
	done =
	    !*made || (desk_signer_encode(signer, &wished, err) && file_store(path, buffer_bytes(&wished), 0644, err));
	buffer_free(&wished);
	return done;
}

static bool put_registrar_line(
    const char *name, const struct desk_signer *signer, struct buffer *out, struct error *err)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	bool done = desk_load_public_key(buffer_text(&signer->key_path), &key, err) &&
	            buffer_put_format(out, err,
	                "# Who may enroll, in ssh's allowed_signers format; hosts have this as %s\n"
	                "%s namespaces=\"%s,%s\" ",
	                KEYENROLL_CONFIG_DIR "/registrars", name, POSSESSION_NAMESPACE, GRACE_NAMESPACE) &&
	            ssh_key_put_line(&key, out, err) && buffer_put_text(out, "\n", err);

	ssh_key_clear(&key);
	return done;
}

static bool ensure_registrars(
    const char *path, const struct desk_wish *wish, const struct desk_signer *signer, bool *made, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	bool done;

	*made = !file_exists(path);
	done = !*made || (put_registrar_line(wish->registrar_name, signer, &text, err) &&
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

/* A desk that has a signer keeps it; a wish for another one is an error and not a change. */
static bool settle_signer(
    const struct desk_wish *wish, const char *settings, struct desk_signer *signer, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	struct desk_signer wished = {.agent = false};
	bool done = wished_signer(wish, &wished, err);

	if (done && !file_exists(settings)) {
		*signer = wished;
		return true;
	}
	done = done && file_load(settings, 65536, &text, err) &&
	       (desk_signer_parse(buffer_bytes(&text), signer, err) || error_prefix(err, "%s", settings));
	if (done && wish->key_path && !bytes_equal(buffer_bytes(&wished.key_path), buffer_bytes(&signer->key_path)))
		done = error_set(err, ERROR_USAGE, "this desk signs with %s; edit %s to change that",
		    buffer_text(&signer->key_path), settings);
	desk_signer_clear(&wished);
	buffer_free(&text);
	return done;
}

bool desk_make(const struct desk_wish *wish, struct desk_made *made, struct error *err)
{
	struct buffer settings = BUFFER_EMPTY, registrars = BUFFER_EMPTY, store = BUFFER_EMPTY;
	struct desk_signer signer = {.agent = false};
	bool done;

	*made = (struct desk_made){.key = false};
	done = buffer_put_format(&settings, err, "%s/desk.conf", wish->folder) &&
	       buffer_put_format(&registrars, err, "%s/registrars", wish->folder) &&
	       buffer_put_format(&store, err, "%s/registry.db", wish->folder) && make_folders(wish->folder, err) &&
	       settle_signer(wish, buffer_text(&settings), &signer, err) &&
	       ensure_key(wish, &signer, &made->key, err) &&
	       ensure_registrars(buffer_text(&registrars), wish, &signer, &made->registrars, err) &&
	       ensure_store(buffer_text(&store), &made->store, err) &&
	       ensure_settings(buffer_text(&settings), &signer, &made->settings, err);
	desk_signer_clear(&signer);
	buffer_free(&settings);
	buffer_free(&registrars);
	buffer_free(&store);
	return done;
}
