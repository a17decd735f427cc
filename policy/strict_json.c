#include "policy/strict_json.h"

#include "common/language.h"

bool strict_json_error(const struct json_reader *reader, const char *where, const char *what, struct error *err)
{
	return error_set(err, reader->code, "%s: %s: %s", translated(reader->origin), where, translated(what));
}

bool strict_json_parse(const struct json_reader *reader, struct bytes text, json_t **root, struct error *err)
{
	json_error_t problem;

	*root = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &problem);
	return *root != NULL || error_set(err, reader->code, "%s: line %d, column %d: %s", reader->origin, problem.line,
	                            problem.column, problem.text);
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
