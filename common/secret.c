#include "common/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define CAPACITY_MAXIMUM 4096

/* Lies at the front of its own pages, so that the lengths are locked and wiped with the content. */
struct secret {
	size_t capacity, len;
	uint8_t data[];
};

/* A NUL always fits behind the content. */
static size_t pages_of(size_t capacity)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (sizeof(struct secret) + capacity + 1 + page - 1) / page * page;
}

bool secret_new(size_t capacity, struct secret **secret, struct error *err)
{
	size_t size = pages_of(capacity);
	struct secret *pages;

	if (capacity == 0 || capacity > CAPACITY_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "a secret holds 1 to %d bytes, not %zu", CAPACITY_MAXIMUM, capacity);
	pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		return error_set_errno(err, ERROR_MEMORY, "no memory for a secret of %zu bytes", capacity);
	/* Where the kernel refuses one of these, a secret is less well kept, but a person can still work. */
	(void)mlock(pages, size);
	(void)madvise(pages, size, MADV_DONTDUMP);
	(void)madvise(pages, size, MADV_WIPEONFORK);
	pages->capacity = capacity;
	*secret = pages;
	return true;
}

void secret_free(struct secret *secret)
{
	size_t size;

	if (secret == NULL)
		return;
	size = pages_of(secret->capacity);
	explicit_bzero(secret, size);
	(void)munmap(secret, size);
}

bool secret_put(struct secret *secret, struct bytes bytes, struct error *err)
{
	size_t len = bytes.len;

	if (len > secret->capacity - secret->len || !bytes_take_to(&bytes, secret->data + secret->len, len))
		return error_set(err, ERROR_LIMIT, "longer than %zu bytes", secret->capacity);
	secret->len += len;
	return true;
}

bool secret_put_u8(struct secret *secret, uint8_t byte, struct error *err)
{
	return secret_put(secret, bytes_of(&byte, sizeof(byte)), err);
}

void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret->data, secret->capacity);
	secret->len = 0;
}

struct bytes secret_bytes(const struct secret *secret)
{
	return bytes_of(secret->data, secret->len);
}

const char *secret_text(const struct secret *secret)
{
	return (const char *)secret->data;
}

bool secret_equal(struct bytes one, struct bytes other)
{
	/* volatile: a compiler must not end the loop at the first difference */
	volatile uint8_t difference = 0;

	if (one.len != other.len)
		return false;
	for (size_t i = 0; i < one.len; i++)
		difference = (uint8_t)(difference | (one.data[i] ^ other.data[i]));
	return difference == 0;
}

bool secret_forbid_dumps(struct error *err)
{
	const struct rlimit none = {0, 0};

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot forbid core dumps");
	return true;
}
