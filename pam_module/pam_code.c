#include "pam_module/pam_code.h"

#include <security/_pam_types.h>
#include <stddef.h>

int pam_code(bool accepted, enum error_code code)
{
	static const int codes[] = {
	    [ERROR_CATEGORY_DENIED] = PAM_PERM_DENIED,
	    [ERROR_CATEGORY_INPUT] = PAM_PERM_DENIED,
	    [ERROR_CATEGORY_DEVICE] = PAM_AUTHINFO_UNAVAIL,
	    [ERROR_CATEGORY_SYSTEM] = PAM_AUTHINFO_UNAVAIL,
	    [ERROR_CATEGORY_USAGE] = PAM_SERVICE_ERR,
	    [ERROR_CATEGORY_BUG] = PAM_SYSTEM_ERR,
	};

	/* What a person can mend by typing again, and what he cannot: applications tell the two apart. */
	static const struct {
		enum error_code error;
		int code;
	} typed[] = {
	    {ERROR_PIN_WRONG, PAM_AUTH_ERR},
	    {ERROR_PIN_LENGTH, PAM_AUTH_ERR},
	    {ERROR_PIN_BLOCKED, PAM_MAXTRIES},
	    {ERROR_PIN_PAUSED, PAM_MAXTRIES},
	};

	if (accepted)
		return PAM_SUCCESS;
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		if (typed[i].error == code)
			return typed[i].code;
	return codes[error_category(code)];
}
