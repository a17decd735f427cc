/* registrars_file.h: the list of registrars that lies on a machine. Which path that is, the programs say.
 * Knows nothing of what stands in it: registrars.h. */
#ifndef REGISTRY_REGISTRARS_FILE_H
#define REGISTRY_REGISTRARS_FILE_H

#include "common/error.h"

struct registrars;

/* registrars_file_load: reads a list that must be the administrator's or the caller's alone to write: whoever writes it lets in whom he
 * likes.
 *   registrars  out: the caller's, to registrars_clear()
 * Errors: those of file_load_trusted, and those of registrars_parse with the path. */
bool registrars_file_load(const char *path, struct registrars *registrars, struct error *err) MUST_CHECK;

#endif
