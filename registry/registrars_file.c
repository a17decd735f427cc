#include "registry/registrars_file.h"

#include "common/file.h"
#include "registry/registrars.h"

#define REGISTRARS_FILE_MAXIMUM ((size_t)1024 * 1024)

bool registrars_file_load(const char *path, struct registrars *registrars, struct error *err)
{
	struct buffer text = BUFFER_UP_TO(REGISTRARS_FILE_MAXIMUM);
	bool done = file_load_trusted(path, REGISTRARS_FILE_MAXIMUM, &text, err) &&
	            (registrars_parse(buffer_bytes(&text), registrars, err) || error_prefix(err, "%s", path));

	buffer_free(&text);
	return done;
}
