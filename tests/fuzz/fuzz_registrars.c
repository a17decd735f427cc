/* Lists of registrars: whatever is taken has names and keys, and a check of each key ends in a word for it. */
#include "registry/registrars.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct registrars registrars = REGISTRARS_EMPTY;
	struct error err = ERROR_EMPTY;

	if (!registrars_parse(bytes_of(data, size), &registrars, &err)) {
		demand(err.code != ERROR_NONE && registrars.list == NULL);
		return 0;
	}
	for (size_t i = 0; i < registrars.num; i++) {
		const struct registrar *registrar = &registrars.list[i];

		demand(registrar->name[0] != '\0' && registrar->valid_after < registrar->valid_before);
		demand(registrars_find(&registrars, &registrar->key) != NULL);
		if (registrar->signs_enrollments)
			demand(registrars_check(&registrars, &registrar->key, registrar->valid_after, &err));
		else if (!registrars_check(&registrars, &registrar->key, 0, &err))
			demand(err.code == ERROR_REGISTRAR_UNKNOWN || err.code == ERROR_REGISTRAR_EXPIRED);
	}
	registrars_clear(&registrars);
	return 0;
}
