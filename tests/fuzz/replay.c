/* replay.c: runs a fuzz target without libFuzzer: over every file of its corpus, and over each of them cut at every length
 * and with each byte changed. The corpus of fuzz_NAME is tests/fuzz/corpus/NAME, or the folder that is named. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "tests/fuzz/fuzz.h"

#define SEED_MAXIMUM ((size_t)1024 * 1024)
/* Longer seeds are changed at every n-th place only, to keep a run short. */
#define CHANGES_MAXIMUM 1000

#pragma weak LLVMFuzzerInitialize

/* A copy of exactly its size: a read behind the end is seen by the sanitizers. */
static void run_copy(struct bytes seed, size_t len, size_t changed)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	demand(copy != NULL);
	memcpy(copy, seed.data, len);
	if (changed < len)
		copy[changed] = (uint8_t)(copy[changed] ^ 0xffU);
	demand(LLVMFuzzerTestOneInput(copy, len) == 0);
	free(copy);
}

static void run_seed(struct bytes seed)
{
	size_t step = 1 + seed.len / CHANGES_MAXIMUM;

	run_copy(seed, seed.len, seed.len);
	for (size_t at = 0; at < seed.len; at += step) {
		run_copy(seed, at, at);
		run_copy(seed, seed.len, at);
	}
}

static bool run_folder(const char *folder, size_t *count, struct error *err)
{
	DIR *entries = opendir(folder);
	struct dirent *entry;
	bool done = true;

	if (entries == NULL)
		return error_set_errno(err, ERROR_FILE, "%s cannot be opened", folder);
	while (done && (entry = readdir(entries)) != NULL) {
		struct buffer path = BUFFER_EMPTY, seed = BUFFER_EMPTY;

		if (entry->d_name[0] == '.')
			continue;
		done = buffer_put_format(&path, err, "%s/%s", folder, entry->d_name) &&
		       file_load(buffer_text(&path), SEED_MAXIMUM, &seed, err);
		if (done)
			run_seed(buffer_bytes(&seed));
		*count += done ? 1 : 0;
		buffer_free(&path);
		buffer_free(&seed);
	}
	(void)closedir(entries);
	return done;
}

static bool find_folder(const char *program, struct buffer *folder, struct error *err)
{
	const char *name = strstr(program, "fuzz_"), *top = getenv("top_srcdir");

	while (name != NULL && strstr(name + 1, "fuzz_") != NULL)
		name = strstr(name + 1, "fuzz_");
	if (name == NULL || top == NULL)
		return error_set(err, ERROR_USAGE, "name a folder of seeds, or let make check run it");
	return buffer_put_format(folder, err, "%s/tests/fuzz/corpus/%s", top, name + strlen("fuzz_"));
}

int main(int argc, char **argv)
{
	struct buffer folder = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	size_t count = 0;
	bool done = argc == 2 ? buffer_put_text(&folder, argv[1], &err) : find_folder(argv[0], &folder, &err);

	if (LLVMFuzzerInitialize != NULL)
		demand(LLVMFuzzerInitialize(&argc, &argv) == 0);
	done = done && run_folder(buffer_text(&folder), &count, &err);
	if (done && count == 0)
		done = error_set(&err, ERROR_FILE, "%s holds no seed", buffer_text(&folder));
	if (done)
		(void)printf("%zu seeds\n", count);
	else
		(void)fprintf(stderr, "%s\n", err.text);
	buffer_free(&folder);
	return error_exit_status(err.code);
}
