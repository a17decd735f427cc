#include "pam_module/pam_code.h"

#include <security/_pam_types.h>

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

	return accepted ? PAM_SUCCESS : codes[error_category(code)];
}
