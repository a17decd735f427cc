/* operator.h: who runs the command: the account's name, for records. Knows nothing of what is recorded. */
#ifndef ENROLL_OPERATOR_H
#define ENROLL_OPERATOR_H

#include "common/account_name.h"

/* operator_name: the name of the account that runs this, "uid-1000" where the account has none that can be recorded. */
void operator_name(char name[ACCOUNT_NAME_MAXIMUM]);

#endif
