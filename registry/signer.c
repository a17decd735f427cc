#include "registry/signer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "common/ssh_certificate.h"

#define CERTIFICATE_MAXIMUM ((size_t)256 * 1024)
#define ARGUMENTS_MAXIMUM 24

/* The folder in which ssh-keygen works: it holds the public key and gets the certificate, both of them public. */
struct workshop {
	char folder[256];
	char key[sizeof("/key.pub") + 256];
	char certificate[sizeof("/key-cert.pub") + 256];
};

static bool workshop_open(struct workshop *workshop, struct error *err)
{
	const char *parent = getenv("TMPDIR");

	*workshop = (struct workshop){.folder = ""};
	if (parent == NULL || parent[0] != '/' || strlen(parent) > 200)
		parent = "/tmp";
	(void)snprintf(workshop->folder, sizeof(workshop->folder), "%s/keyenroll.XXXXXX", parent);
	if (mkdtemp(workshop->folder) == NULL) {
		error_set_errno(err, ERROR_FILE, "%s", workshop->folder);
		workshop->folder[0] = '\0';
		return false;
	}
	(void)snprintf(workshop->key, sizeof(workshop->key), "%s/key.pub", workshop->folder);
	(void)snprintf(workshop->certificate, sizeof(workshop->certificate), "%s/key-cert.pub", workshop->folder);
	return true;
}

static void workshop_close(const struct workshop *workshop)
{
	if (workshop->folder[0] == '\0')
		return;
	(void)unlink(workshop->key);
	(void)unlink(workshop->certificate);
	(void)rmdir(workshop->folder);
}

static bool write_key(const struct workshop *workshop, const struct ssh_key *key, struct error *err)
{
	struct buffer line = BUFFER_EMPTY;
	bool done;

	done = ssh_key_put_line(key, &line, err) && buffer_put_text(&line, "\n", err) &&
	       file_store(workshop->key, buffer_bytes(&line), 0600, err);
	buffer_free(&line);
	return done;
}

/* What an order says in words of ssh-keygen. */
struct command {
	const char *arguments[ARGUMENTS_MAXIMUM];
	size_t num;
	char serial[24], validity[48];
	struct buffer extension;
};

static void add(struct command *command, const char *option, const char *value)
{
	command->arguments[command->num++] = option;
	if (value != NULL)
		command->arguments[command->num++] = value;
}

/* Times go as seconds in hexadecimal, the one form that no time zone touches. */
static bool command_init(
    struct command *command, const struct signing_order *order, const struct workshop *workshop, struct error *err)
{
	*command = (struct command){.extension = BUFFER_EMPTY};
	(void)snprintf(command->serial, sizeof(command->serial), "%" PRIu64, order->serial);
	(void)snprintf(command->validity, sizeof(command->validity), "0x%" PRIx64 ":0x%" PRIx64,
	    (uint64_t)order->valid_after, (uint64_t)order->valid_before);
	if (!buffer_put_format(&command->extension, err, "extension:%s=", order->extension) ||
	    !buffer_put(&command->extension, order->content, err))
		return false;
	add(command, "ssh-keygen", "-q");
	add(command, "-s", order->registrar_key);
	if (order->agent)
		add(command, "-U", NULL);
	if (order->pkcs11_module != NULL)
		add(command, "-D", order->pkcs11_module);
	add(command, "-I", order->key_id);
	add(command, "-n", order->person);
	add(command, "-z", command->serial);
	add(command, "-V", command->validity);
	add(command, "-O", buffer_text(&command->extension));
	add(command, workshop->key, NULL);
	return true;
}

/* ssh-keygen's own words, and its questions for a passphrase, a PIN or a touch, are between it and the operator. */
static bool run(const struct command *command, struct error *err)
{
	char *arguments[ARGUMENTS_MAXIMUM + 1] = {NULL};

	for (size_t i = 0; i < command->num; i++) /* posix_spawn promises not to write to them */
		memcpy(&arguments[i], &command->arguments[i], sizeof(arguments[i]));
	return process_run_interactive("ssh-keygen", arguments, err);
}

static bool sign(const struct signing_order *order, const struct workshop *workshop, struct error *err)
{
	struct command command;
	bool done;

	done = command_init(&command, order, workshop, err) &&
	       (run(&command, err) || error_prefix(err, "signing with %s", order->registrar_key));
	buffer_free(&command.extension);
	return done;
}

/* An agent may answer with whatever it likes, and a file beside the key may be another one: what came is compared. */
static bool check_as_ordered(
    const struct signing_order *order, const struct ssh_certificate *certificate, struct error *err)
{
	if (ssh_key_equal(&certificate->key, order->key) && certificate->serial == order->serial &&
	    certificate->valid_after == (uint64_t)order->valid_after &&
	    certificate->valid_before == (uint64_t)order->valid_before)
		return true;
	return error_set(err, ERROR_SSH_CERTIFICATE, "ssh-keygen made another certificate than was ordered");
}

static bool read_certificate(
    const struct signing_order *order, const struct workshop *workshop, struct buffer *certificate, struct error *err)
{
	struct ssh_certificate made = SSH_CERTIFICATE_EMPTY;
	struct buffer file = BUFFER_UP_TO(CERTIFICATE_MAXIMUM);
	struct bytes text, line;
	bool done = false;

	if (!file_load(workshop->certificate, CERTIFICATE_MAXIMUM, &file, err))
		goto out;
	text = buffer_bytes(&file);
	if (!bytes_take_until(&text, '\n', &line) || text.len > 0) {
		error_set(err, ERROR_SSH_CERTIFICATE, "ssh-keygen wrote something else than one certificate");
		goto out;
	}
	done = ssh_certificate_parse_line(line, &made, err) && check_as_ordered(order, &made, err) &&
	       buffer_put(certificate, buffer_bytes(&made.blob), err);
out:
	ssh_certificate_clear(&made);
	buffer_free(&file);
	return done;
}

bool signer_sign(const struct signing_order *order, struct buffer *certificate, struct error *err)
{
	struct workshop workshop;
	bool done;

	if (order->valid_after < 0 || order->valid_before <= order->valid_after)
		return error_set(err, ERROR_BUG, "an enrollment that is over before it begins was ordered");
	done = workshop_open(&workshop, err) && write_key(&workshop, order->key, err) && sign(order, &workshop, err) &&
	       read_certificate(order, &workshop, certificate, err);
	workshop_close(&workshop);
	return done;
}
