/* fido_sample FORMAT FOLDER: writes an honest attestation of that format ("packed", "fido-u2f") with all that is needed to verify it, by
 * keyenroll and by others: attestation-object, authenticator-data, client-data-hash, signature, attestation-certificate (DER), root (its
 * issuer's, DER) and trust.json, the bundle that believes that root. The key is of the application "ssh:"; keys are thrown away. */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "tests/forgery/fido_recipe.h"

static bool store(const char *folder, const char *name, struct bytes content, struct error *err)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%.400s/%s", folder, name);
	return file_store(path, content, 0644, err);
}

static bool store_root(const char *folder, struct fido_recipe *recipe, struct error *err)
{
	struct buffer issuers = BUFFER_EMPTY;
	struct bytes rest, root = BYTES_EMPTY;
	bool done;

	recipe->root_behind = 1;
	done = fido_recipe_put_issuers(recipe, &issuers, err);
	recipe->root_behind = 0;
	rest = buffer_bytes(&issuers);
	done = done && bytes_take_ssh_string(&rest, &root) && store(folder, "root", root, err);
	buffer_free(&issuers);
	return done;
}

static bool store_bundle(const char *folder, struct error *err)
{
	struct buffer bundle = BUFFER_EMPTY;
	bool done = fido_recipe_put_bundle(&bundle, err) && store(folder, "trust.json", buffer_bytes(&bundle), err);

	buffer_free(&bundle);
	return done;
}

static bool store_attestation(const char *folder, const struct fido_recipe *recipe, struct error *err)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct fido_statement statement;
	struct bytes content, object, auth_data, challenge = bytes_of_text(recipe->challenge);
	uint8_t hash[SHA256_DIGEST_LENGTH];
	bool done = fido_recipe_evidence(recipe, &evidence, err);

	SHA256(challenge.data, challenge.len, hash);
	content = buffer_bytes(&evidence.content);
	done = done && bytes_take_ssh_string(&content, &object) &&
	       fido_object_parse(object, &statement, &auth_data, err) &&
	       store(folder, "attestation-object", object, err) &&
	       store(folder, "authenticator-data", auth_data, err) &&
	       store(folder, "client-data-hash", BYTES_OF(hash), err) &&
	       store(folder, "signature", statement.signature, err) &&
	       store(folder, "attestation-certificate", statement.certificates[0], err);
	evidence_clear(&evidence);
	return done;
}

int main(int argc, char **argv)
{
	struct fido_recipe recipe;
	struct error err = ERROR_EMPTY;
	bool done = argc == 3 && (strcmp(argv[1], "packed") == 0 || strcmp(argv[1], "fido-u2f") == 0);

	if (!done) {
		(void)fprintf(stderr, "fido_sample: write: fido_sample packed|fido-u2f FOLDER\n");
		return 64;
	}
	fido_recipe_honest(strcmp(argv[1], "packed") == 0 ? FIDO_PACKED : FIDO_U2F, &recipe);
	done = store_attestation(argv[2], &recipe, &err) && store_root(argv[2], &recipe, &err) &&
	       store_bundle(argv[2], &err);
	if (!done)
		(void)fprintf(stderr, "fido_sample: %s\n", err.text);
	forged_keys_free();
	return done ? 0 : 1;
}
