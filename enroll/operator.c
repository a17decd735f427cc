#include "enroll/operator.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

void operator_name(char name[ACCOUNT_NAME_MAXIMUM])
{
	const struct passwd *account = getpwuid(getuid());
	struct error err = ERROR_EMPTY;

	if (account && account_name_check(bytes_of_text(account->pw_name), &err))
		snprintf(name, ACCOUNT_NAME_MAXIMUM, "%s", account->pw_name);
	else
		snprintf(name, ACCOUNT_NAME_MAXIMUM, "uid-%lu", (unsigned long)getuid());
}
