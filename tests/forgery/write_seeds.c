/* write_seeds FOLDER: writes honest certificates, chains and a trust bundle as seeds for the fuzz targets. The keys are thrown
 * away. tests/fuzz/make_corpus is the same for the other targets. */
#include <stdio.h>

#include "common/file.h"
#include "tests/forgery/chain.h"

static bool store(const char *folder, const char *name, struct buffer *content, struct error *err)
{
	char path[512];
	bool done;

	(void)snprintf(path, sizeof(path), "%.400s/%.100s", folder, name);
	done = file_store(path, buffer_bytes(content), 0644, err);
	buffer_free(content);
	return done;
}

static bool write_chain(const char *folder, enum forged_shape shape, const char *const names[3], struct error *err)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct forged_chain chain;
	bool done = true;

	forged_chain_honest(shape, &chain);
	for (size_t i = 0; i < 2; i++) {
		struct buffer der = BUFFER_EMPTY;

		done = done && forged_certificate_put(&chain.certificates[i], &der, err) &&
		       store(folder, names[i], &der, err);
	}
	done = done && forged_chain_evidence(&chain, &evidence, err) && store(folder, names[2], &evidence.content, err);
	evidence_clear(&evidence);
	return done;
}

int main(int argc, char **argv)
{
	static const char *const s1[] = {"evidence/s1-attestation", "evidence/s1-device", "evidence/s1-content"};
	static const char *const s2[] = {"evidence/s2-attestation", "evidence/s2-device", "evidence/s2-content"};
	struct buffer bundle = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	bool done = argc == 2 && write_chain(argv[1], FORGED_S1, s1, &err) &&
	            write_chain(argv[1], FORGED_S2, s2, &err) && forged_put_bundle(NULL, &bundle, &err) &&
	            store(argv[1], "trust/bundle", &bundle, &err);

	if (!done)
		(void)fprintf(stderr, "write_seeds: %s\n", argc == 2 ? err.text : "one folder is wanted");
	forged_keys_free();
	return done ? 0 : 1;
}
