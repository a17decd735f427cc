#include "tests/vtoken/shared_vendor.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/buffer.h"

bool shared_vendor_link(const char *name, const char *path, struct error *err)
{
	const char *build = getenv("top_builddir");
	struct buffer folder = BUFFER_EMPTY;
	bool done = false;

	if (!buffer_put_format(&folder, err, "%s/tests/vtoken/vendors/%s", build == NULL ? "." : build, name))
		goto out;
	if (access(buffer_text(&folder), R_OK) < 0)
		error_set_errno(
		    err, ERROR_FILE, "%s (make check makes it; top_builddir says where)", buffer_text(&folder));
	else if (symlink(buffer_text(&folder), path) < 0)
		error_set_errno(err, ERROR_FILE, "%s", path);
	else
		done = true;
out:
	buffer_free(&folder);
	return done;
}
