#include "tests/unit/unit.h"

#include "tests/unit/course_bench.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>

/* It declares its PEM functions only behind the one above. */
#include <openssl/cms.h>

#include "common/file.h"
#include "common/secret.h"
#include "enroll/desk.h"
#include "enroll/escrow.h"
#include "enroll/journal.h"
#include "piv/admin_data.h"
#include "policy/policy.h"
#include "policy/trust.h"
#include "registry/registrars.h"
#include "registry/registrars_file.h"
#include "registry/store.h"
#include "tests/vtoken/shared_vendor.h"

static bool say_may_destroy(void *state, const struct course *course, struct error *err)
{
	struct clerk *clerk = state;

	(void)course;
	clerk->asked_to_destroy++;
	return clerk->may_destroy || error_set(err, ERROR_DECLINED, "no");
}

static bool say_pin(void *state, const struct course *course, enum course_pin which, const struct error *problem,
    struct secret **pin, struct error *err)
{
	struct clerk *clerk = state;

	(void)course;
	clerk->asked++;
	clerk->asked_new += which == COURSE_PIN_NEW;
	if (clerk->renumbers)
		clerk->renumbers->serial++;
	if (problem) {
		*err = *problem;
		clerk->problem = problem->code;
		clerk->pin = clerk->next_pin ? clerk->next_pin : clerk->pin;
	}
	return (!problem || clerk->next_pin) && secret_new(16, pin, err) &&
	       secret_put(*pin, bytes_of_text(clerk->pin), err);
}

static bool read_puk(void *state, const struct course *course, const struct secret *puk, struct error *err)
{
	struct clerk *clerk = state;

	(void)course;
	(void)err;
	assert_int_equal(secret_bytes(puk).len, 8);
	snprintf(clerk->puk, sizeof(clerk->puk), "%s", secret_text(puk));
	return !clerk->puk_path[0] || file_store(clerk->puk_path, secret_bytes(puk), 0600, err);
}

static void wait_for_it(void *state)
{
	(void)state;
}

static void touch_it(void *state)
{
	struct clerk *clerk = state;

	clerk->touches++;
}

static void hear_warning(void *state, const char *sentence)
{
	(void)state;
	(void)sentence;
}

static void count_step(struct clerk *clerk)
{
	if (++clerk->steps == clerk->dies_at_step)
		(void)raise(SIGKILL);
}

static void hear_before(void *state, const char *step, const char *sentence)
{
	struct clerk *clerk = state;

	(void)sentence;
	snprintf(clerk->last_step, sizeof(clerk->last_step), "%s", step);
	count_step(clerk);
}

static void hear_after(void *state, const char *step, const struct error *err)
{
	struct clerk *clerk = state;

	(void)err;
	assert_string_equal(step, clerk->last_step);
	count_step(clerk);
}

static void load_trust(struct world *world)
{
	struct error err = ERROR_EMPTY;
	struct buffer json = BUFFER_EMPTY;
	char path[160];

	snprintf(path, sizeof(path), "%s/trust.json", world->vendor);
	assert_done(file_load(path, 1 << 20, &json, &err), err);
	assert_done(trust_new(&world->trust, &err), err);
	assert_done(trust_add(world->trust, buffer_bytes(&json), path, TRUST_SITE, &err), err);
	buffer_free(&json);
}

/* A certificate of its own key, and the escrow that was made of the file. */
static void make_escrow(struct world *world)
{
	X509 *certificate = X509_new();
	struct error err = ERROR_EMPTY;
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/escrow.pem", world->folder);
	world->escrow_key = EVP_EC_gen("P-256");
	file = fopen(path, "we");
	assert_true(certificate && world->escrow_key && file);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), 86400));
	assert_int_equal(X509_set_pubkey(certificate, world->escrow_key), 1);
	assert_true(X509_sign(certificate, world->escrow_key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_X509(file, certificate), 1);
	assert_int_equal(fclose(file), 0);
	X509_free(certificate);
	assert_done(escrow_new(path, &world->escrow, &err), err);
}

/* Each write is synced, which a disk in memory does at once. */
static void make_folder(struct world *world)
{
	snprintf(world->folder, sizeof(world->folder), "/dev/shm/keyenroll-course.XXXXXX");
	if (mkdtemp(world->folder))
		return;
	snprintf(world->folder, sizeof(world->folder), "/tmp/keyenroll-course.XXXXXX");
	assert_non_null(mkdtemp(world->folder));
}

int bench_make_world(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct error err = ERROR_EMPTY;
	struct desk_made made;

	make_folder(world);
	assert_int_equal(setenv("TMPDIR", world->folder, 1), 0);
	snprintf(world->vendor, sizeof(world->vendor), "%s/vendor", world->folder);
	snprintf(world->stranger, sizeof(world->stranger), "%s/stranger", world->folder);
	snprintf(world->registry, sizeof(world->registry), "%s/registry", world->folder);
	assert_done(shared_vendor_link(SHARED_VENDOR, world->vendor, &err), err);
	assert_done(shared_vendor_link(SHARED_VENDOR_STRANGER, world->stranger, &err), err);
	load_trust(world);
	make_escrow(world);
	assert_done(policy_new_default(&world->policy, &err), err);
	*state = world;
	assert_done(
	    desk_make(
	        &(struct desk_wish){.folder = world->registry, .registrar_name = "helpdesk", .no_passphrase = true},
	        &made, &err),
	    err);
	return 0;
}

int bench_end_world(void **state)
{
	struct world *world = *state;
	char command[128];

	trust_free(world->trust);
	policy_free(world->policy);
	escrow_free(world->escrow);
	EVP_PKEY_free(world->escrow_key);
	snprintf(command, sizeof(command), "rm -rf %s", world->folder);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

/* Each test begins with an empty registry. */
int bench_open_desk(void **state)
{
	struct world *world = *state;
	struct error err = ERROR_EMPTY;
	struct desk_made made;
	char path[512];

	snprintf(path, sizeof(path), "rm -rf %s/registry.db %s/journal %s/escrow", world->registry, world->registry,
	    world->registry);
	assert_int_equal(system(path), 0);
	assert_done(
	    desk_make(&(struct desk_wish){.folder = world->registry, .registrar_name = "helpdesk"}, &made, &err), err);
	assert_true(made.store && !made.key && !made.settings && !made.registrars);
	assert_done(desk_open(world->registry, &world->desk, &err), err);
	snprintf(path, sizeof(path), "%s/registrars", world->registry);
	assert_done(registrars_file_load(path, &world->registrars, &err), err);
	return 0;
}

int bench_close_desk(void **state)
{
	struct world *world = *state;

	desk_close(&world->desk);
	registrars_clear(&world->registrars);
	return 0;
}

struct course_request bench_request(const char *algorithm, enum piv_pin_policy pin_policy)
{
	return (struct course_request){
	    .person = "alice",
	    .slot = piv_slot_find("9a"),
	    .algorithm = piv_algorithm_find(algorithm),
	    .pin_policy = pin_policy,
	    .touch_policy = PIV_TOUCH_NEVER,
	    .days = 30,
	    .operator_name = "desk",
	    .now = BENCH_NOW,
	};
}

static bool count_entry(const struct store_entry *entry, void *context, struct error *err)
{
	(void)err;
	assert_string_equal(entry->person, "alice");
	assert_string_equal(entry->operator_name, "desk");
	++*(unsigned *)context;
	return true;
}

struct course_means bench_means(struct world *world)
{
	return (struct course_means){.registry = world->registry,
	    .desk = &world->desk,
	    .registrars = &world->registrars,
	    .trust = world->trust,
	    .policy = world->policy,
	    .escrow = world->seals ? world->escrow : NULL};
}

static struct course_dialogue dialogue_of(struct clerk *clerk)
{
	return (struct course_dialogue){.state = clerk,
	    .may_destroy = say_may_destroy,
	    .ask_pin = say_pin,
	    .show_puk = clerk->deaf ? NULL : read_puk,
	    .touch = touch_it,
	    .wait = wait_for_it,
	    .warn = hear_warning,
	    .before = hear_before,
	    .after = hear_after};
}

static bool open_plug(struct vtoken_plug *plug, struct token *token, struct error *err)
{
	struct transport transport = vtoken_plug_transport(plug);

	if (piv_open_over(&transport, &token->piv, err) && piv_identify(token->piv, &token->identity, err))
		return true;
	token_close(token);
	return false;
}

bool bench_run_with(const struct course_means *means, struct vtoken_plug *plug, const struct course_request *request,
    struct clerk *clerk, struct error *err)
{
	struct course_dialogue dialogue = dialogue_of(clerk);
	struct token token = TOKEN_EMPTY;
	struct course course;
	bool done;

	if (!open_plug(plug, &token, err))
		return false;
	course_init(&course, request, means, &dialogue, &token);
	done = course_run(&course, err);
	course_clear(&course);
	return done;
}

bool bench_run(struct world *world, struct vtoken_plug *plug, const struct course_request *request, struct clerk *clerk,
    struct error *err)
{
	struct course_means means = bench_means(world);

	return bench_run_with(&means, plug, request, clerk, err);
}

static bool take_name(const char *name, const struct journal_record *record, void *context, struct error *err)
{
	(void)record;
	(void)err;
	snprintf(context, 128, "%s", name);
	return true;
}

static bool is_recorded(struct world *world, const struct journal_record *record)
{
	struct error err = ERROR_EMPTY;
	unsigned num = 0;

	if (record->key[0])
		assert_done(store_each(world->desk.store, NULL, record->key, count_entry, &num, &err), err);
	return num > 0;
}

static bool run_resumed(struct world *world, struct vtoken_plug *plug, const struct journal_record *record,
    struct journal **journal, struct clerk *clerk, struct error *err)
{
	struct course_request request = bench_request("ecdsa-p256", record->pin_policy);
	struct course_means means = bench_means(world);
	struct course_dialogue dialogue = dialogue_of(clerk);
	struct token token = TOKEN_EMPTY;
	struct course course;
	bool done;

	if (!open_plug(plug, &token, err))
		return false;
	request.pin_tries = record->pin_tries;
	request.puk_tries = record->puk_tries;
	request.certificate = buffer_bytes(&record->certificate);
	if (journal_enrolls(record)) {
		request.slot = record->slot;
		request.algorithm = record->algorithm;
	} else {
		request.person = NULL;
	}
	course_init(&course, &request, &means, &dialogue, &token);
	course_resume(&course, record, journal);
	done = journal_enrolls(record) ? course_run(&course, err)
	                               : course_codes_state(&course, err) && course_run_retries(&course, err);
	course_clear(&course);
	return done;
}

bool bench_change(
    struct world *world, struct vtoken_plug *plug, bench_change_call *change, struct clerk *clerk, struct error *err)
{
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct course_means means = bench_means(world);
	struct course_dialogue dialogue = dialogue_of(clerk);
	struct token token = TOKEN_EMPTY;
	struct course course;
	bool done;

	if (!open_plug(plug, &token, err))
		return false;
	request.person = NULL;
	course_init(&course, &request, &means, &dialogue, &token);
	done = course_codes_state(&course, err) && change(&course, clerk, err);
	course_clear(&course);
	return done;
}

/* As the verb does: what is recorded already only needs its journal's end. */
bool bench_resume(struct world *world, struct vtoken_plug *plug, struct clerk *clerk, bool *found, struct error *err)
{
	struct journal_record record = JOURNAL_RECORD_EMPTY;
	struct journal *journal = NULL;
	char name[128] = "";
	bool done;

	assert_done(journal_each(world->registry, take_name, name, err), *err);
	*found = name[0] != '\0';
	if (!*found)
		return true;
	assert_done(journal_open(world->registry, name, &record, &journal, err), *err);
	done = is_recorded(world, &record) ? journal_end(journal, "enrolled", BENCH_NOW, err)
	                                   : run_resumed(world, plug, &record, &journal, clerk, err);
	journal_close(journal);
	journal_record_clear(&record);
	return done;
}

bool bench_abandon(struct world *world, struct vtoken_plug *plug, struct clerk *clerk, struct error *err)
{
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct course_means means = bench_means(world);
	struct course_dialogue dialogue = dialogue_of(clerk);
	struct journal_record record = JOURNAL_RECORD_EMPTY;
	struct journal *journal = NULL;
	struct token token = TOKEN_EMPTY;
	struct course course;
	char name[128] = "";
	bool held, deleted, done;

	assert_done(journal_each(world->registry, take_name, name, err), *err);
	if (!name[0])
		return true;
	if (!open_plug(plug, &token, err))
		return false;
	assert_done(journal_open(world->registry, name, &record, &journal, err), *err);
	request.slot = record.slot;
	course_init(&course, &request, &means, &dialogue, &token);
	course_resume(&course, &record, &journal);
	done =
	    course_abandon(&course, &held, &deleted, err) && journal_end(course.journal, "abandoned", BENCH_NOW, err);
	course_clear(&course);
	journal_record_clear(&record);
	return done;
}

size_t bench_stride(void)
{
	const char *text = getenv("KEYENROLL_SWEEP_STRIDE");
	size_t number = text == NULL ? 1 : (size_t)strtoul(text, NULL, 10);

	return number == 0 ? 1 : number;
}

unsigned bench_count(struct world *world)
{
	struct error err = ERROR_EMPTY;
	unsigned num = 0;

	assert_done(store_each(world->desk.store, NULL, NULL, count_entry, &num, &err), err);
	return num;
}

static bool count_journal(const char *name, const struct journal_record *record, void *context, struct error *err)
{
	(void)name;
	(void)record;
	(void)err;
	++*(unsigned *)context;
	return true;
}

unsigned bench_count_journals(struct world *world)
{
	struct error err = ERROR_EMPTY;
	unsigned num = 0;

	assert_done(journal_each(world->registry, count_journal, &num, &err), err);
	return num;
}

static const uint8_t factory_key[] = {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8};

bool bench_code_is(const struct code *code, const char *text)
{
	uint8_t padded[CODE_LENGTH];

	memset(padded, 0xff, sizeof(padded));
	memcpy(padded, text, strlen(text));
	return memcmp(code->value, padded, sizeof(padded)) == 0;
}

/* Whether one of the sealed files, opened with the escrow key, has this line. */
static bool file_has(const struct world *world, const char *path, const char *line)
{
	FILE *file = fopen(path, "re");
	CMS_ContentInfo *message = file ? PEM_read_CMS(file, NULL, NULL, NULL) : NULL;
	BIO *out = BIO_new(BIO_s_mem());
	bool found = false;
	char *text;
	long len;

	assert_true(message && out);
	assert_int_equal(CMS_decrypt(message, world->escrow_key, NULL, NULL, out, 0), 1);
	assert_int_equal(BIO_write(out, "", 1), 1);
	len = BIO_get_mem_data(out, &text);
	found = len > 0 && strstr(text, line) != NULL;
	BIO_free(out);
	CMS_ContentInfo_free(message);
	(void)fclose(file);
	return found;
}

static bool is_sealed(const struct world *world, const char *line)
{
	char pattern[160];
	bool found = false;
	glob_t files;

	snprintf(pattern, sizeof(pattern), "%s/escrow/*.pem", world->registry);
	if (glob(pattern, 0, NULL, &files) != 0)
		return false;
	for (size_t i = 0; i < files.gl_pathc; i++)
		found = found || file_has(world, files.gl_pathv[i], line);
	globfree(&files);
	return found;
}

bool bench_puk_is_sealed(const struct world *world, const struct card *card)
{
	char line[32];

	snprintf(line, sizeof(line), "\npuk %.8s\n", (const char *)card->puk.value);
	return is_sealed(world, line);
}

static bool key_is_sealed(const struct world *world, struct bytes key)
{
	struct buffer line = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t byte;
	bool found;

	assert_done(buffer_put_text(&line, "\nmanagement-key ", &err), err);
	while (bytes_take_u8(&key, &byte))
		assert_done(buffer_put_format(&line, &err, "%02x", byte), err);
	assert_done(buffer_put_text(&line, "\n", &err), err);
	found = is_sealed(world, buffer_text(&line));
	buffer_free(&line);
	return found;
}

bool bench_key_is_known(const struct world *world, struct card *card)
{
	struct bytes key = bytes_of(card->management.key, card->management.cipher->key_len);
	const struct object *printed = card_object(card, PIV_OBJECT_PRINTED);
	struct secret *stored = NULL, *next = NULL;
	bool known = bytes_equal(key, BYTES_OF(factory_key));

	if (!known && printed && piv_protected_keys_parse(buffer_bytes(&printed->content), &stored, &next, NULL))
		known = secret_equal(secret_bytes(stored), key) || (next && secret_equal(secret_bytes(next), key));
	secret_free(stored);
	secret_free(next);
	return known || key_is_sealed(world, key);
}

struct vtoken_plug *bench_fresh_plug(const struct world *world, const char *personality)
{
	struct vtoken_plug *plug;
	char path[128];

	snprintf(path, sizeof(path), "%s/card-%s", world->folder, personality);
	if (!file_exists(path)) {
		plug = vtoken_plug_new(personality, world->vendor);
		vtoken_plug_keep(plug, path);
		vtoken_plug_free(plug);
	}
	plug = vtoken_plug_load(path);
	vtoken_plug_keep(plug, NULL);
	return plug;
}

void bench_begin_anew(struct world *world)
{
	void *state = world;

	assert_int_equal(bench_close_desk(&state), 0);
	assert_int_equal(bench_open_desk(&state), 0);
}

void bench_read_noted_puk(struct clerk *clerk)
{
	struct buffer text = BUFFER_EMPTY;

	if (file_load(clerk->puk_path, 16, &text, NULL))
		snprintf(clerk->puk, sizeof(clerk->puk), "%s", buffer_text(&text));
	buffer_free(&text);
}
