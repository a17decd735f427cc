#include "tests/vtoken/shared_vendor.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/buffer.h"

bool shared_vendor_link(const char *name, const char *path, struct error *err)
{
	const char *build = getenv("top_builddir");
	struct buffer folder = BUFFER_EMPTY;
	char *absolute = NULL;
	bool done = false;

	if (!buffer_put_format(&folder, err, "%s/tests/vtoken/vendors/%s", build == NULL ? "." : build, name))
		goto out;
	absolute = realpath(buffer_text(&folder), NULL);
	if (absolute == NULL)
		error_set_errno(err, ERROR_FILE, "%s (make check makes it)", buffer_text(&folder));
	else if (symlink(absolute, path) < 0)
		error_set_errno(err, ERROR_FILE, "%s", path);
	else
		done = true;
out:
	free(absolute);
	buffer_free(&folder);
	return done;
}
