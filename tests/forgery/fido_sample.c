/* fido_sample FORMAT FOLDER [BLOBS]: writes an honest attestation of that format ("packed", "fido-u2f") with all that is needed to verify it, by
 * keyenroll and by others: attestation-object, authenticator-data, client-data-hash, signature, attestation-certificate (DER), root (its
 * issuer's, DER) and trust.json, the bundle that believes that root; batch-key.json and batch-hash.json, which distrust its
 * attestation key; mds.json, which believes the root of metadata, and a BLOB of metadata about the model for each line
 * "NAME NUMBER NEXT-UPDATE [STATUS]" of the file BLOBS. The key is of the application "ssh:"; keys are thrown away. */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "tests/forgery/fido_recipe.h"
#include "tests/forgery/mds_recipe.h"

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

typedef bool put_bundle(struct buffer *out, struct error *err);

static bool store_bundle(const char *folder, const char *name, put_bundle *put, struct error *err)
{
	struct buffer bundle = BUFFER_EMPTY;
	bool done = put(&bundle, err) && store(folder, name, buffer_bytes(&bundle), err);

	buffer_free(&bundle);
	return done;
}

static bool store_batch(const char *folder, const char *name, struct bytes certificate, struct error *err)
{
	struct buffer bundle = BUFFER_EMPTY;
	bool done = fido_recipe_put_batch(certificate, &bundle, err) && store(folder, name, buffer_bytes(&bundle), err);

	buffer_free(&bundle);
	return done;
}

/* One line of the list. */
static bool store_blob(const char *folder, const char *line, struct error *err)
{
	char name[32], number[16], next_update[11], status[40] = "", report[64] = "";
	struct buffer blob = BUFFER_EMPTY;
	struct mds_recipe recipe;
	bool done;

	if (sscanf(line, "%31s %15s %10s %39s", name, number, next_update, status) < 3)
		return error_set(err, ERROR_USAGE, "a line of the list is NAME NUMBER NEXT-UPDATE [STATUS]");
	if (status[0] != '\0')
		(void)snprintf(report, sizeof(report), "{\"status\": \"%s\"}", status);
	mds_recipe_honest(&recipe);
	recipe.number = number;
	recipe.next_update = next_update;
	recipe.reports = report;
	recipe.days_from = -3650;
	done = mds_recipe_put(&recipe, &blob, err) && store(folder, name, buffer_bytes(&blob), err);
	buffer_free(&blob);
	return done;
}

static bool store_blobs(const char *folder, const char *path, struct error *err)
{
	FILE *list = fopen(path, "r");
	char line[256];
	bool done = list != NULL || error_set_errno(err, ERROR_FILE, "%s", path);

	while (done && fgets(line, sizeof(line), list) != NULL)
		done = store_blob(folder, line, err);
	if (list != NULL)
		(void)fclose(list);
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
	       store(folder, "attestation-certificate", statement.certificates[0], err) &&
	       store_batch(folder, "batch-key.json", BYTES_EMPTY, err) &&
	       store_batch(folder, "batch-hash.json", statement.certificates[0], err);
	evidence_clear(&evidence);
	return done;
}

int main(int argc, char **argv)
{
	struct fido_recipe recipe;
	struct error err = ERROR_EMPTY;
	bool done = (argc == 3 || argc == 4) && (strcmp(argv[1], "packed") == 0 || strcmp(argv[1], "fido-u2f") == 0);

	if (!done) {
		(void)fprintf(stderr, "fido_sample: write: fido_sample packed|fido-u2f FOLDER [BLOBS]\n");
		return 64;
	}
	fido_recipe_honest(strcmp(argv[1], "packed") == 0 ? FIDO_PACKED : FIDO_U2F, &recipe);
	done = store_attestation(argv[2], &recipe, &err) && store_root(argv[2], &recipe, &err) &&
	       store_bundle(argv[2], "trust.json", fido_recipe_put_bundle, &err) &&
	       store_bundle(argv[2], "mds.json", mds_recipe_put_bundle, &err) &&
	       (argc == 3 || store_blobs(argv[2], argv[3], &err));
	if (!done)
		(void)fprintf(stderr, "fido_sample: %s\n", err.text);
	forged_keys_free();
	return done ? 0 : 1;
}
