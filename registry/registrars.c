#include "registry/registrars.h"

#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "common/text.h"
#include "registry/possession.h"
#include "registry/registrar_options.h"
#include "registry/trust_signature.h"

#define REGISTRARS_MAXIMUM 1024U

static void registrar_clear(struct registrar *registrar)
{
	free(registrar->name);
	ssh_key_clear(&registrar->key);
	*registrar = (struct registrar){.name = NULL};
}

void registrars_clear(struct registrars *registrars)
{
	for (size_t i = 0; i < registrars->num; i++)
		registrar_clear(&registrars->list[i]);
	free(registrars->list);
	*registrars = REGISTRARS_EMPTY;
}

static bool take_name(struct bytes *line, struct registrar *registrar, struct error *err)
{
	struct bytes name;

	if (!registrar_take_word(line, &name))
		return error_set(err, ERROR_REGISTRARS, "nothing stands here");
	if (!text_is_printable(name) || bytes_start_with(name, "\""))
		return error_set(err, ERROR_REGISTRARS, "the name of the registrar is in quotes or not printable");
	registrar->name = strndup((const char *)name.data, name.len);
	return registrar->name != NULL || error_set(err, ERROR_MEMORY, "no memory for a registrar");
}

static bool starts_with_key_type(struct bytes line)
{
	struct bytes word;

	if (!registrar_take_word(&line, &word))
		return false;
	for (enum ssh_key_type type = 0; type < SSH_KEY_TYPE_COUNT; type++)
		if (bytes_equal_text(word, ssh_key_type_name(type)))
			return true;
	return false;
}

/* NAME [OPTIONS] TYPE BASE64 [COMMENT]; as in ssh-keygen, what is no key type is taken for options. */
static bool parse_line(struct bytes line, struct registrar *registrar, struct error *err)
{
	struct registrar_options options = REGISTRAR_OPTIONS_NONE;
	struct bytes comment;

	if (!take_name(&line, registrar, err))
		return false;
	registrar_skip_blanks(&line);
	if (!starts_with_key_type(line) && !registrar_take_options(&line, &options, err))
		return false;
	registrar_skip_blanks(&line);
	if (line.len == 0)
		return error_set(err, ERROR_REGISTRARS, "the key is missing");
	if (!starts_with_key_type(line))
		return error_set(err, ERROR_REGISTRARS,
		    "behind the options no type of key stands; between options there is a comma and no blank");
	if (!ssh_key_parse_line(line, &registrar->key, &comment, err)) {
		/* one word for a file that is wrong, whatever in it is; a machine without memory is none */
		if (err != NULL && err->code != ERROR_MEMORY)
			err->code = ERROR_REGISTRARS;
		return false;
	}
	registrar->valid_after = options.valid_after;
	registrar->valid_before = options.valid_before;
	registrar->signs_enrollments =
	    !options.namespaces_given || registrar_namespaces_match(options.namespaces, POSSESSION_NAMESPACE);
	registrar->signs_grace =
	    !options.namespaces_given || registrar_namespaces_match(options.namespaces, GRACE_NAMESPACE);
	registrar->signs_trust =
	    !options.namespaces_given || registrar_namespaces_match(options.namespaces, TRUST_NAMESPACE);
	return true;
}

static bool append(struct registrars *registrars, struct bytes line, struct error *err)
{
	struct registrar *longer;

	if (registrars->num == REGISTRARS_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "more than %u registrars", REGISTRARS_MAXIMUM);
	longer = reallocarray(registrars->list, registrars->num + 1, sizeof(*longer));
	if (longer == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a registrar");
	registrars->list = longer;
	longer[registrars->num] = (struct registrar){.name = NULL};
	if (parse_line(line, &longer[registrars->num], err)) {
		registrars->num++;
		return true;
	}
	registrar_clear(&longer[registrars->num]);
	return false;
}

bool registrars_parse(struct bytes text, struct registrars *registrars, struct error *err)
{
	struct registrars all = REGISTRARS_EMPTY;
	struct bytes line;

	for (size_t number = 1; bytes_take_until(&text, '\n', &line); number++) {
		registrar_skip_blanks(&line);
		if (line.len == 0 || bytes_start_with(line, "#"))
			continue;
		if (append(&all, line, err))
			continue;
		registrars_clear(&all);
		return error_prefix(err, "line %zu", number);
	}
	*registrars = all;
	return true;
}

const struct registrar *registrars_find(const struct registrars *registrars, const struct ssh_key *key)
{
	for (size_t i = 0; i < registrars->num; i++)
		if (ssh_key_equal(&registrars->list[i].key, key))
			return &registrars->list[i];
	return NULL;
}

bool registrars_check(const struct registrars *registrars, const struct ssh_key *key, int64_t time, struct error *err)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	const struct registrar *expired = NULL;

	for (size_t i = 0; i < registrars->num; i++) {
		const struct registrar *registrar = &registrars->list[i];

		if (!registrar->signs_enrollments || !ssh_key_equal(&registrar->key, key))
			continue;
		/* another line may have another time for the same key */
		if (time >= registrar->valid_after && time <= registrar->valid_before)
			return true;
		expired = registrar;
	}
	if (expired != NULL)
		return error_set(err, ERROR_REGISTRAR_EXPIRED, "the key of registrar %s was not valid when it signed",
		    expired->name);
	if (!ssh_key_fingerprint(key, fingerprint, err))
		return false;
	if (registrars_find(registrars, key) == NULL)
		return error_set(err, ERROR_REGISTRAR_UNKNOWN, "%s is no registrar's key here", fingerprint);
	return error_set(err, ERROR_REGISTRAR_UNKNOWN, "%s is no registrar's key here: its namespaces do not hold %s",
	    fingerprint, POSSESSION_NAMESPACE);
}
