#include "policy/strict_json.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/language.h"

/* jansson leaves letters out of a text for which it gets no memory, and goes on: so it gets it here, where that is noticed. */
static _Thread_local bool exhausted;

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	exhausted = exhausted || memory == NULL;
	return memory;
}

static void watch_memory(void)
{
	json_set_alloc_funcs(allocate, free);
}

bool strict_json_error(const struct json_reader *reader, const char *where, const char *what, struct error *err)
{
	return error_set(err, reader->code, "%s: %s: %s", translated(reader->origin), where, translated(what));
}

bool strict_json_parse(const struct json_reader *reader, struct bytes text, json_t **root, struct error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	json_error_t problem;

	(void)pthread_once(&once, watch_memory);
	exhausted = false;
	*root = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &problem);
	if (exhausted) {
		json_decref(*root);
		*root = NULL;
		return error_set(err, ERROR_MEMORY, "no memory for %s", reader->origin);
	}
	return *root != NULL || error_set(err, reader->code, "%s: line %d, column %d: %s", reader->origin, problem.line,
	                            problem.column, problem.text);
}

struct writing {
	struct buffer *out;
	struct error *err;
	bool failed; /* jansson goes on when it was told so of a member's name */
};

static int put(const char *text, size_t size, void *context)
{
	struct writing *writing = context;

	writing->failed = writing->failed || !buffer_put(writing->out, bytes_of(text, size), writing->err);
	return writing->failed ? -1 : 0;
}

bool strict_json_put(const json_t *value, size_t flags, struct buffer *out, struct error *err)
{
	struct writing writing = {.out = out, .err = err};
	size_t before = out->len;
	bool done = json_dump_callback(value, put, &writing, flags) == 0 && !writing.failed;

	if (done)
		return true;
	buffer_cut(out, before);
	return writing.failed ? false : error_set(err, ERROR_MEMORY, "no memory to write JSON");
}

static const char *type_name(json_type type)
{
	static const char *const names[] = {
	    [JSON_OBJECT] = N_("an object"),
	    [JSON_ARRAY] = N_("a list"),
	    [JSON_STRING] = N_("a text"),
	    [JSON_INTEGER] = N_("a whole number"),
	    [JSON_REAL] = "a number",
	    [JSON_TRUE] = "true",
	    [JSON_FALSE] = "false",
	    [JSON_NULL] = "null",
	};

	return translated(names[type]);
}

static const struct json_member *find_member(const struct json_member members[], size_t num_members, const char *name)
{
	for (size_t i = 0; i < num_members; i++) {
		if (bytes_equal_text(bytes_of_text(name), members[i].name))
			return &members[i];
	}
	return NULL;
}

bool strict_json_members(const struct json_reader *reader, const char *where, json_t *object,
    const struct json_member members[], size_t num_members, struct error *err)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return strict_json_error(reader, where, "an object belongs here", err);
	for (size_t i = 0; i < num_members; i++)
		*members[i].value = NULL;
	json_object_foreach(object, name, value)
	{
		const struct json_member *member = find_member(members, num_members, name);

		if (member == NULL)
			return error_set(err, reader->code, "%s: %s: \"%.40s\" is not a member that is known here",
			    translated(reader->origin), where, name);
		if (json_typeof(value) != member->type)
			return error_set(err, reader->code, "%s: %s: \"%s\" must be %s, not %s",
			    translated(reader->origin), where, name, type_name(member->type),
			    type_name(json_typeof(value)));
		*member->value = value;
	}
	for (size_t i = 0; i < num_members; i++) {
		if (members[i].required && *members[i].value == NULL)
			return error_set(err, reader->code, "%s: %s: \"%s\" is missing", translated(reader->origin),
			    where, members[i].name);
	}
	return true;
}
