/* store.h: where a site's enrollments are kept: one SQLite file, one transaction an enrollment, several operators at once.
 * A row never loses what it was: revoking adds, nothing is deleted.
 * Knows nothing of devices and of what makes an enrollment good; the caller has checked what it stores. */
#ifndef REGISTRY_STORE_H
#define REGISTRY_STORE_H

#include "common/account_name.h"
#include "common/ssh_key.h"
#include "policy/device_name.h"

struct enrollment;

struct store;

enum store_state {
	STORE_ACTIVE,
	STORE_REVOKED,
};

struct store_entry {
	uint64_t serial; /* the certificate's; unique in this store */
	char person[ACCOUNT_NAME_MAXIMUM];
	uint8_t key_hash[SSH_KEY_HASH_SIZE];
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	char registrar[SSH_KEY_FINGERPRINT_SIZE];
	char device[DEVICE_NAME_SIZE]; /* as device_name() writes it; empty when the evidence names none */
	enum store_state state;
	int64_t enrolled_at, valid_after, valid_before, revoked_at; /* seconds since 1970; revoked_at 0 while active */
	char revoked_because[256];
	char operator_name[ACCOUNT_NAME_MAXIMUM]; /* the account that ran the command */
	struct bytes certificate;                 /* blob, borrowed for the time of the callback */
};

/* store_open: opens or, with `create`, makes a store. Waits for other operators for up to 10 seconds where it must, here and in all
 * that follows.
 *   store  out: the caller's, to store_close(); for one thread at a time
 * Errors: ERROR_STORE (absent, not a database, busy), ERROR_STORE_VERSION (made by a newer program). */
bool store_open(const char *path, bool create, struct store **store, struct error *err) MUST_CHECK;
/* store_close: closes it; NULL is no store. */
void store_close(struct store *store);

/* store_check_writable: whether something could be recorded now. What may only be read opens as well, and would say so at the very
 * end. Errors: ERROR_STORE. */
bool store_check_writable(struct store *store, struct error *err) MUST_CHECK;

/* store_hold: keeps other operators from writing until store_release, so that what is made of the store in between is its
 * latest state. Nothing can be written in between from here either. Errors: ERROR_STORE. */
bool store_hold(struct store *store, struct error *err) MUST_CHECK;
/* store_hold_over: the same, for what may be part of something longer.
 *   held  out: whether the store was held already, and so is not this caller's to release
 * Errors: ERROR_STORE. */
bool store_hold_over(struct store *store, bool *held, struct error *err) MUST_CHECK;
/* store_release: lets them go on. */
void store_release(struct store *store);

/* store_next_serial: a serial that no enrollment of this store has or had; reserved from now on, also for other operators.
 * Errors: ERROR_STORE. */
bool store_next_serial(struct store *store, uint64_t *serial, struct error *err) MUST_CHECK;

/* store_add: records an enrollment in one transaction.
 *   device         "piv 12345678"; a device that is enrolled for another person is refused
 *   operator_name  who runs this
 * A key whose enrollment is over may be enrolled again, one that was revoked never.
 * Errors: ERROR_ENROLLMENT_EXISTS (key or serial is there already; or the device belongs to another person), ERROR_TEXT (a text that is not
 * printable or too long), ERROR_ENROLLMENT (a serial beyond SQLite's integers), ERROR_STORE. */
bool store_add(struct store *store, const struct enrollment *enrollment, const char *device, const char *operator_name,
    int64_t now, struct error *err) MUST_CHECK;

/* store_add_in_place: the same for a key that was made in the place of another one of that device, which is gone for good: what is
 * enrolled of that one for this device is revoked in the same transaction, so that no list calls it active.
 *   gone   fingerprint of the key that is gone; one that is not enrolled, or for another device, is left alone; "" or "-" is none
 *   ended  out: the serial of what was revoked; 0: nothing was
 * Errors: those of store_add. */
bool store_add_in_place(struct store *store, const struct enrollment *enrollment, const char *device, const char *gone,
    const char *operator_name, int64_t now, uint64_t *ended, struct error *err) MUST_CHECK;

/* store_check_device: whether a device may be enrolled for a person, as far as one can know before there is a key.
 *   device  "piv 12345678"; "" is nobody's
 * Errors: ERROR_ENROLLMENT_EXISTS (it is enrolled for another person), ERROR_TEXT, ERROR_STORE. */
bool store_check_device(
    struct store *store, const char *device, const char *person, int64_t now, struct error *err) MUST_CHECK;

/* store_find_holder: for whom a device is enrolled now; "" for nobody.
 *   person  out
 * Errors: ERROR_STORE. */
bool store_find_holder(struct store *store, const char *device, int64_t now, char person[ACCOUNT_NAME_MAXIMUM],
    struct error *err) MUST_CHECK;

/* store_check_key: whether a key that is there already may be enrolled: not while it is enrolled, and never once it was revoked.
 * Errors: ERROR_ENROLLMENT_EXISTS, ERROR_STORE, those of ssh_key_hash. */
bool store_check_key(struct store *store, const struct ssh_key *key, int64_t now, struct error *err) MUST_CHECK;

/* store_revoke: marks what is enrolled of a key.
 *   because  a sentence without control characters
 * Errors: ERROR_ENROLLMENT_ABSENT, ERROR_ENROLLMENT_REVOKED (it is already), ERROR_TEXT, ERROR_STORE. */
bool store_revoke(
    struct store *store, const char *fingerprint, const char *because, int64_t now, struct error *err) MUST_CHECK;

/* store_visitor: called for each entry; false stops the walk, which then returns false with what the visitor put into err. */
typedef bool store_visitor(const struct store_entry *entry, void *context, struct error *err);

/* store_each: walks all entries in order of serial. Other operators may write meanwhile: what they add is walked as well, and a
 * visitor may take its time, or write itself.
 *   person       only this person's; NULL: all
 *   fingerprint  only this key's; NULL: all
 * Errors: ERROR_STORE, what the visitor says. */
bool store_each(struct store *store, const char *person, const char *fingerprint, store_visitor *visit, void *context,
    struct error *err) MUST_CHECK;

/* store_each_key: walks the keys in order of their hash, each once with its latest entry; entries that are over by `now` are
 * left out, unless they are revoked. Others cannot write meanwhile: for walks within store_hold.
 * Errors: ERROR_STORE, what the visitor says. */
bool store_each_key(
    struct store *store, int64_t now, store_visitor *visit, void *context, struct error *err) MUST_CHECK;

#endif
