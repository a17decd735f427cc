/* vendor-ca: makes a test vendor in a folder: the CAs that sign device certificates, as vendor.h names the files. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/vtoken/authority.h"

static const char usage[] =
    "Usage: vendor-ca [--prefix NAME] DIR\n"
    "Makes a test vendor in DIR: CAs for both chain shapes, and trust.json for them.\n"
    "\n"
    "  --prefix NAME   what the CAs' names begin with (default \"" AUTHORITY_DEFAULT_PREFIX "\")\n"
    "  --help\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = {
	    {"prefix", required_argument, NULL, 'p'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	const char *prefix = AUTHORITY_DEFAULT_PREFIX;
	struct error err = ERROR_EMPTY;
	int letter;

	while ((letter = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (letter == 'h') {
			(void)fputs(usage, stdout);
			return EXIT_SUCCESS;
		}
		if (letter != 'p')
			return error_exit_status(ERROR_USAGE);
		prefix = optarg;
	}
	if (argc - optind != 1) {
		(void)fputs(usage, stderr);
		return error_exit_status(ERROR_USAGE);
	}
	if (!authorities_make(argv[optind], prefix, &err))
		(void)fprintf(stderr, "vendor-ca: %s [%s]\n", err.text, error_word(err.code));
	return error_exit_status(err.code);
}
