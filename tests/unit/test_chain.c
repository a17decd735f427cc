/* Another AuthorizedKeysCommand: which of its lines is the key's, and what of its options is kept. */
#include "tests/unit/unit.h"

#include <string.h>

#include "pam_module/chain.h"

#define TYPE "ssh-ed25519"
#define KEY "AAAAC3NzaC1lZDI1NTE5AAAAIB"

static void the_line_of_the_key_gives_its_options(void **state)
{
	static const struct {
		const char *lines, *options; /* NULL: the key is refused */
	} rows[] = {
	    {TYPE " " KEY "\n", ""},
	    {TYPE " " KEY, ""},
	    {TYPE " " KEY " alice@example.org\n", ""},
	    {"  " TYPE "\t" KEY "\n", ""},
	    {"# comment\n\nssh-rsa AAAA\n" TYPE " " KEY "\n", ""},
	    {"restrict " TYPE " " KEY "\n", "restrict"},
	    {"restrict,command=\"ls -l\" " TYPE " " KEY "\n", "restrict,command=\"ls -l\""},
	    {"command=\"say \\\"a b\\\"\" " TYPE " " KEY "\n", "command=\"say \\\"a b\\\"\""},
	    {"from=\"10.0.0.1\" " TYPE " AAAA\nrestrict " TYPE " " KEY "\n", "restrict"},
	    {"command=\"no-touch-required\" " TYPE " " KEY "\n", "command=\"no-touch-required\""},
	    {"", NULL},
	    {TYPE " AAAA\n", NULL},
	    {"ssh-rsa " KEY "\n", NULL},
	    {TYPE " " KEY "A\n", NULL},
	    {TYPE " " KEY ",\n", NULL},
	    {"# " TYPE " " KEY "\n" TYPE " AAAA\n", NULL},
	    {"command=\"" TYPE " " KEY "\" " TYPE " AAAA\n", NULL},
	    {"command=\"" TYPE " " KEY "\n", NULL},
	    {"no-touch-required " TYPE " " KEY "\n", NULL},
	    {"restrict,No-Touch-Required,pty " TYPE " " KEY "\n", NULL},
	    {"cert-authority " TYPE " " KEY "\n", NULL},
	    {"environment=\"A=\x1b[\" " TYPE " " KEY "\n", NULL},
	    /* to sshd a quote behind a backslash is never an end, also where a backslash stands before that one */
	    {"command=\"echo \\\\\" b\" " TYPE " " KEY "\n", "command=\"echo \\\\\" b\""},
	    {"command=\"echo \\\\\" " TYPE " " KEY "\n", NULL},
	    {"environment=\"A=\\\\\",environment=\",no-touch-required,environment=\"B=\\\\\"x\" " TYPE " " KEY "\n",
	        NULL},
	    {"environment=\"A=\\\\\",environment=\",cert-authority,environment=\"B=\\\\\"x\" " TYPE " " KEY "\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer options = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		bool done = chain_find(bytes_of_text(rows[i].lines), TYPE, KEY, &options, &err);

		if (done != (rows[i].options != NULL) || (!done && err.code != ERROR_CHAIN) ||
		    strcmp(buffer_text(&options), done ? rows[i].options : "") != 0)
			fail_msg("%s: \"%s\" %s", rows[i].lines, buffer_text(&options), err.text);
		buffer_free(&options);
	}
}

static void the_command_is_run_with_the_account(void **state)
{
	struct buffer options = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(chain_ask("/bin/echo restrict " TYPE " " KEY, "alice", TYPE, KEY, &options, &err), err);
	assert_string_equal(buffer_text(&options), "restrict");
	buffer_cut(&options, 0);
	assert_done(chain_ask("/bin/echo " TYPE, KEY, TYPE, KEY, &options, &err), err);
	assert_refused(chain_ask("/bin/false", "alice", TYPE, KEY, &options, &err), err, ERROR_PROGRAM);
	assert_refused(chain_ask("/bin/true", "alice", TYPE, KEY, &options, &err), err, ERROR_CHAIN);
	assert_refused(chain_ask("echo", "alice", TYPE, KEY, &options, &err), err, ERROR_USAGE);
	assert_refused(chain_ask("", "alice", TYPE, KEY, &options, &err), err, ERROR_USAGE);
	buffer_free(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_line_of_the_key_gives_its_options),
	    cmocka_unit_test(the_command_is_run_with_the_account),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
