#include "registry/policy_files.h"

#include "common/file.h"
#include "policy/policy.h"

static bool load_list(void *context, const char *path, struct buffer *content, struct error *err)
{
	(void)context;
	if (path[0] != '/')
		return error_set(err, ERROR_POLICY_FILE, "%s: write the whole path, from / on", path);
	return file_load_trusted(path, POLICY_FILE_MAXIMUM, content, err);
}

bool policy_files_load(const char *path, struct policy **policy, struct error *err)
{
	struct buffer text = BUFFER_UP_TO(POLICY_FILE_MAXIMUM);
	bool done;

	if (file_is_absent(path))
		return policy_new_default(policy, err);
	done = file_load_trusted(path, POLICY_FILE_MAXIMUM, &text, err) &&
	       policy_parse(buffer_bytes(&text), path, load_list, NULL, policy, err);
	buffer_free(&text);
	return done;
}
