#include "tests/unit/unit.h"

#include <string.h>

#include "common/secret.h"
#include "piv/application.h"
#include "piv/authenticate.h"
#include "piv/certificate.h"
#include "piv/codes.h"
#include "piv/identifiers.h"
#include "piv/key.h"
#include "piv/management_cipher.h"
#include "piv/metadata.h"
#include "piv/object.h"
#include "piv/trace.h"
#include "tests/unit/scripted_card.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define END                                                                                                            \
	{                                                                                                              \
		NULL, NULL, ERROR_NONE                                                                                 \
	}
#define SELECT                                                                                                         \
	{                                                                                                              \
		"00a40400 05 a000000308 00", "9000", ERROR_NONE                                                        \
	}
#define VERSION(bytes)                                                                                                 \
	{                                                                                                              \
		"00fd0000 00", bytes "9000", ERROR_NONE                                                                \
	}
#define SERIAL(bytes)                                                                                                  \
	{                                                                                                              \
		"00f80000 00", bytes "9000", ERROR_NONE                                                                \
	}
#define PIN_GOOD                                                                                                       \
	{                                                                                                              \
		"00200080 08 313233343536ffff", "9000", ERROR_NONE                                                     \
	}

static struct piv *open_card(struct scripted_card *card)
{
	struct transport transport = scripted_card_transport(card);
	struct error err = ERROR_EMPTY;
	struct piv *piv = NULL;

	assert_done(piv_open_over(&transport, &piv, &err), err);
	assert_null(transport.state);
	return piv;
}

static void end_card(struct scripted_card *card, struct piv *piv, enum transport_leave left)
{
	scripted_card_check_end(card);
	piv_close(piv);
	assert_true(card->closed);
	assert_int_equal(card->left, left);
}

static struct secret *secret_of(const char *text)
{
	struct secret *secret = NULL;
	struct error err = ERROR_EMPTY;

	assert_done(secret_new(strlen(text) + 1, &secret, &err), err);
	assert_done(secret_put(secret, bytes_of_text(text), &err), err);
	return secret;
}

static void a_card_without_piv_is_closed_again(void **state)
{
	static const struct scripted_exchange script[] = {{"00a40400 05 a000000308 00", "6a82", ERROR_NONE}, END};
	struct scripted_card card = {.script = script};
	struct transport transport = scripted_card_transport(&card);
	struct error err = ERROR_EMPTY;
	struct piv *piv = NULL;

	(void)state;
	assert_refused(piv_open_over(&transport, &piv, &err), err, ERROR_CARD_APPLICATION);
	assert_true(card.closed);
	assert_null(piv);
}

struct identification {
	const char *name;
	struct scripted_exchange script[8];
	enum error_code code;
	uint8_t major;
	bool has_serial;
	uint32_t serial;
};

static void assert_identified(const struct identification *rows, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct scripted_card card = {.script = rows[i].script};
		struct piv *piv = open_card(&card);
		struct piv_identity identity;
		struct error err = ERROR_EMPTY;

		print_message("  %s\n", rows[i].name);
		assert_int_equal(piv_identify(piv, &identity, &err), rows[i].code == ERROR_NONE);
		assert_string_equal(error_word(err.code), error_word(rows[i].code));
		if (rows[i].code == ERROR_NONE) {
			assert_int_equal(identity.firmware.major, rows[i].major);
			assert_int_equal(identity.has_serial, rows[i].has_serial);
			assert_int_equal(identity.serial, rows[i].serial);
		}
		end_card(&card, piv, TRANSPORT_LEAVE_AS_IS);
	}
}

static void tokens_say_who_they_are(void **state)
{
	static const struct identification rows[] = {
	    {"5.7.4", {SELECT, VERSION("050704"), SERIAL("01f33e8d")}, ERROR_NONE, 5, true, 0x01f33e8d},
	    {"serial hidden", {SELECT, VERSION("050704"), {"00f80000 00", "6985", ERROR_NONE}}, ERROR_NONE, 5, false,
	        0},
	    {"4.3.5",
	        {SELECT, VERSION("040305"), {"00a40400 07 a0000005272001 00", "0403050104 9000", ERROR_NONE},
	            {"00011000 00", "005b1a2e 9000", ERROR_NONE}, SELECT},
	        ERROR_NONE, 4, true, 0x5b1a2e},
	    {"4.3.5 without the other application",
	        {SELECT, VERSION("040305"), {"00a40400 07 a0000005272001 00", "6a82", ERROR_NONE}, SELECT}, ERROR_NONE,
	        4, false, 0},
	    {"reset in between",
	        {SELECT, {"00fd0000 00", NULL, ERROR_CARD_RESET}, SELECT, VERSION("050704"), SERIAL("00000001")},
	        ERROR_NONE, 5, true, 1},
	    {"reset at once",
	        {{"00a40400 05 a000000308 00", NULL, ERROR_CARD_RESET}, SELECT, VERSION("050704"), SERIAL("00000001")},
	        ERROR_NONE, 5, true, 1},
	};

	(void)state;
	assert_identified(rows, COUNT(rows));
}

static void what_is_no_identity_is_refused(void **state)
{
	static const struct identification rows[] = {
	    {"another card", {SELECT, {"00fd0000 00", "6d00", ERROR_NONE}}, ERROR_NONE, 0, false, 0},
	    {"two bytes of version", {SELECT, VERSION("0507")}, ERROR_CARD_REPLY, 0, false, 0},
	    {"four bytes of version", {SELECT, VERSION("05070400")}, ERROR_CARD_REPLY, 0, false, 0},
	    {"three bytes of serial", {SELECT, VERSION("050704"), SERIAL("010203")}, ERROR_CARD_REPLY, 0, false, 0},
	    {"five bytes of serial", {SELECT, VERSION("050704"), SERIAL("0102030405")}, ERROR_CARD_REPLY, 0, false, 0},
	};

	(void)state;
	assert_identified(rows, COUNT(rows));
}

#define READ_CHUID "00cb3fff 00 0005 5c035fc102 0000"

#define IDENTIFIED SELECT, VERSION("050704"), SERIAL("00000001")
#define RESET_AT_CHUID                                                                                                 \
	{                                                                                                              \
		READ_CHUID, NULL, ERROR_CARD_RESET                                                                     \
	}

static void a_reset_is_survived_or_told(void **state)
{
	static const struct {
		const char *name;
		bool unlocked;
		struct scripted_exchange script[12];
		enum error_code code;
	} rows[] = {
	    {"nothing was unlocked", false,
	        {IDENTIFIED, RESET_AT_CHUID, IDENTIFIED, {READ_CHUID, "5300 9000", ERROR_NONE}}, ERROR_NONE},
	    {"the PIN is lost", true, {IDENTIFIED, PIN_GOOD, RESET_AT_CHUID, IDENTIFIED}, ERROR_CARD_RESET},
	    {"another token", false, {IDENTIFIED, RESET_AT_CHUID, SELECT, VERSION("050704"), SERIAL("00000002")},
	        ERROR_CARD_CHANGED},
	    {"the serial is gone", false,
	        {IDENTIFIED, RESET_AT_CHUID, SELECT, VERSION("050704"), {"00f80000 00", "6985", ERROR_NONE}},
	        ERROR_CARD_CHANGED},
	    {"no PIV any more", false, {IDENTIFIED, RESET_AT_CHUID, {"00a40400 05 a000000308 00", "6a82", ERROR_NONE}},
	        ERROR_CARD_APPLICATION},
	    {"reset twice", false, {IDENTIFIED, RESET_AT_CHUID, IDENTIFIED, RESET_AT_CHUID}, ERROR_CARD_RESET},
	    {"unplugged", false, {IDENTIFIED, {READ_CHUID, NULL, ERROR_CARD_REMOVED}}, ERROR_CARD_REMOVED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scripted_card card = {.script = rows[i].script};
		struct piv *piv = open_card(&card);
		struct secret *pin = secret_of("123456");
		struct piv_identity identity;
		struct buffer content = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		print_message("  %s\n", rows[i].name);
		assert_done(piv_identify(piv, &identity, &err), err);
		if (rows[i].unlocked)
			assert_done(piv_pin_verify(piv, pin, NULL, &err), err);
		assert_int_equal(piv_object_read(piv, PIV_OBJECT_CHUID, &content, &err), rows[i].code == ERROR_NONE);
		assert_string_equal(error_word(err.code), error_word(rows[i].code));
		end_card(&card, piv, TRANSPORT_LEAVE_AS_IS);
		secret_free(pin);
		buffer_free(&content);
	}
}

static void the_pin_is_tried_once_and_judged(void **state)
{
	static const struct {
		const char *pin;
		struct scripted_exchange script[3];
		enum error_code code;
		unsigned tries;
		enum transport_leave left;
	} rows[] = {
	    {"123456", {SELECT, PIN_GOOD}, ERROR_NONE, 99, TRANSPORT_LEAVE_RESET},
	    {"12345678", {SELECT, {"00200080 08 3132333435363738", "9000", ERROR_NONE}}, ERROR_NONE, 99,
	        TRANSPORT_LEAVE_RESET},
	    {"654321", {SELECT, {"00200080 08 363534333231ffff", "63c2", ERROR_NONE}}, ERROR_PIN_WRONG, 2,
	        TRANSPORT_LEAVE_AS_IS},
	    {"654321", {SELECT, {"00200080 08 363534333231ffff", "6301", ERROR_NONE}}, ERROR_PIN_WRONG, 1,
	        TRANSPORT_LEAVE_AS_IS},
	    {"654321", {SELECT, {"00200080 08 363534333231ffff", "63c0", ERROR_NONE}}, ERROR_PIN_BLOCKED, 0,
	        TRANSPORT_LEAVE_AS_IS},
	    {"654321", {SELECT, {"00200080 08 363534333231ffff", "6983", ERROR_NONE}}, ERROR_PIN_BLOCKED, 0,
	        TRANSPORT_LEAVE_AS_IS},
	    {"654321", {SELECT, {"00200080 08 363534333231ffff", "6a88", ERROR_NONE}}, ERROR_CARD_SLOT_EMPTY, 99,
	        TRANSPORT_LEAVE_AS_IS},
	    {"123456", {SELECT, {"00200080 08 313233343536ffff", NULL, ERROR_CARD_EXCHANGE}}, ERROR_CARD_EXCHANGE, 99,
	        TRANSPORT_LEAVE_RESET},
	    {"12345", {SELECT}, ERROR_PIN_LENGTH, 99, TRANSPORT_LEAVE_AS_IS},
	    {"123456789", {SELECT}, ERROR_PIN_LENGTH, 99, TRANSPORT_LEAVE_AS_IS},
	    {"", {SELECT}, ERROR_PIN_LENGTH, 99, TRANSPORT_LEAVE_AS_IS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scripted_card card = {.script = rows[i].script};
		struct piv *piv = open_card(&card);
		struct secret *pin = secret_of(rows[i].pin);
		struct error err = ERROR_EMPTY;
		unsigned tries = 99;

		assert_int_equal(piv_pin_verify(piv, pin, &tries, &err), rows[i].code == ERROR_NONE);
		assert_string_equal(error_word(err.code), error_word(rows[i].code));
		assert_int_equal(tries, rows[i].tries);
		end_card(&card, piv, rows[i].left);
		secret_free(pin);
	}
}

/* The answers were computed with the openssl command. */
static void the_management_ciphers_are_the_known_ones(void **state)
{
	static const struct {
		enum piv_algorithm algorithm;
		const char *block, *encrypted;
	} rows[] = {
	    {PIV_AES192, "000102030405060708090a0b0c0d0e0f", "3f92e2fce73f9d83187c140d035f7edc"},
	    {PIV_3DES, "0001020304050607", "90152a4c1cf42780"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer block = BUFFER_EMPTY, wanted = BUFFER_EMPTY, got = BUFFER_EMPTY, back = BUFFER_EMPTY;
		struct secret *key = NULL;
		struct error err = ERROR_EMPTY;

		put_hex(&block, rows[i].block);
		put_hex(&wanted, rows[i].encrypted);
		assert_done(piv_default_management_key(&key, &err), err);
		assert_done(management_cipher_encrypt(rows[i].algorithm, key, buffer_bytes(&block), &got, &err), err);
		assert_true(bytes_equal(buffer_bytes(&got), buffer_bytes(&wanted)));
		assert_done(management_cipher_decrypt(rows[i].algorithm, key, buffer_bytes(&got), &back, &err), err);
		assert_true(bytes_equal(buffer_bytes(&back), buffer_bytes(&block)));
		assert_refused(management_cipher_encrypt(PIV_AES256, key, buffer_bytes(&block), &got, &err), err,
		    ERROR_MANAGEMENT_KEY);
		buffer_cut(&block, 7);
		assert_refused(management_cipher_encrypt(rows[i].algorithm, key, buffer_bytes(&block), &got, &err), err,
		    ERROR_CARD_REPLY);
		secret_free(key);
		buffer_free(&back);
		buffer_free(&got);
		buffer_free(&wanted);
		buffer_free(&block);
	}
}

/* The witness is E(0001020304050607), so its answer is known; the host's challenge is not. */
#define WITNESS_3DES                                                                                                   \
	{                                                                                                              \
		"0087039b 04 7c028000 00", "7c0a 8008 90152a4c1cf42780 9000", ERROR_NONE                               \
	}
#define WITNESS_AES                                                                                                    \
	{                                                                                                              \
		"00870a9b 04 7c028000 00", "7c12 8010 3f92e2fce73f9d83187c140d035f7edc 9000", ERROR_NONE               \
	}
#define PROOF_3DES "0087039b 18 7c16 8008 0001020304050607 8108*"
#define PROOF_AES "00870a9b 28 7c26 8010 000102030405060708090a0b0c0d0e0f 8110*"

static void the_management_key_is_proved_on_both_sides(void **state)
{
	static const struct {
		const char *name;
		unsigned algorithm; /* 0: the token does not know the instruction */
		struct scripted_exchange script[6];
		enum error_code code;
		enum transport_leave left;
	} rows[] = {
	    {"the key is another", PIV_AES192, {SELECT, WITNESS_AES, {PROOF_AES, "6982", ERROR_NONE}},
	        ERROR_MANAGEMENT_KEY, TRANSPORT_LEAVE_AS_IS},
	    {"the token does not know the key", PIV_AES192,
	        {SELECT, WITNESS_AES, {PROOF_AES, "7c12 8210 00000000000000000000000000000000 9000", ERROR_NONE}},
	        ERROR_CARD_REPLY, TRANSPORT_LEAVE_RESET},
	    {"the token's proof is short", PIV_3DES, {SELECT, WITNESS_3DES, {PROOF_3DES, "7c02 8200 9000", ERROR_NONE}},
	        ERROR_CARD_REPLY, TRANSPORT_LEAVE_RESET},
	    {"the witness is short", PIV_3DES, {SELECT, {"0087039b 04 7c028000 00", "7c02 8000 9000", ERROR_NONE}},
	        ERROR_CARD_REPLY, TRANSPORT_LEAVE_AS_IS},
	    {"the answer to the proof is lost", PIV_3DES,
	        {SELECT, WITNESS_3DES, {PROOF_3DES, NULL, ERROR_CARD_EXCHANGE}}, ERROR_CARD_EXCHANGE,
	        TRANSPORT_LEAVE_RESET},
	    {"old token, older cipher first", 0, {SELECT, WITNESS_3DES, {PROOF_3DES, "6982", ERROR_NONE}},
	        ERROR_MANAGEMENT_KEY, TRANSPORT_LEAVE_AS_IS},
	    {"old token, then the newer cipher", 0,
	        {SELECT, {"0087039b 04 7c028000 00", "6a86", ERROR_NONE}, WITNESS_AES, {PROOF_AES, "6982", ERROR_NONE}},
	        ERROR_MANAGEMENT_KEY, TRANSPORT_LEAVE_AS_IS},
	    {"no cipher fits", 0,
	        {SELECT, {"0087039b 04 7c028000 00", "6a86", ERROR_NONE},
	            {"00870a9b 04 7c028000 00", "6a86", ERROR_NONE}},
	        ERROR_CARD_UNSUPPORTED, TRANSPORT_LEAVE_AS_IS},
	    {"the token's key is longer", PIV_AES256, {SELECT}, ERROR_MANAGEMENT_KEY, TRANSPORT_LEAVE_AS_IS},
	    {"the token's key is no cipher's", PIV_P256, {SELECT}, ERROR_CARD_UNSUPPORTED, TRANSPORT_LEAVE_AS_IS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct piv_metadata metadata = {.algorithm = piv_algorithm_row(rows[i].algorithm)};
		struct scripted_card card = {.script = rows[i].script};
		struct piv *piv = open_card(&card);
		struct secret *key = NULL;
		struct error err = ERROR_EMPTY;

		print_message("  %s\n", rows[i].name);
		assert_done(piv_default_management_key(&key, &err), err);
		assert_false(piv_authenticate(piv, rows[i].algorithm == 0 ? NULL : &metadata, key, &err));
		assert_string_equal(error_word(err.code), error_word(rows[i].code));
		end_card(&card, piv, rows[i].left);
		secret_free(key);
	}
}

/* To some cards a code that was changed, or that changed another, is one that was proved. */
static void a_card_whose_codes_changed_is_not_left_so(void **state)
{
#define CHANGE "00240080 10 313233343536ffff 323731383238ffff"
#define UNBLOCK "002c0080 10 3132333435363738 323731383238ffff"
	static const struct {
		bool unblocks;
		struct scripted_exchange script[3];
		enum error_code code;
		enum transport_leave left;
	} rows[] = {
	    {false, {SELECT, {CHANGE, "9000", ERROR_NONE}}, ERROR_NONE, TRANSPORT_LEAVE_RESET},
	    {false, {SELECT, {CHANGE, NULL, ERROR_CARD_EXCHANGE}}, ERROR_CARD_EXCHANGE, TRANSPORT_LEAVE_RESET},
	    {false, {SELECT, {CHANGE, "63c2", ERROR_NONE}}, ERROR_PIN_WRONG, TRANSPORT_LEAVE_AS_IS},
	    {true, {SELECT, {UNBLOCK, "9000", ERROR_NONE}}, ERROR_NONE, TRANSPORT_LEAVE_RESET},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scripted_card card = {.script = rows[i].script};
		struct piv *piv = open_card(&card);
		struct secret *pin = secret_of("123456"), *puk = secret_of("12345678"), *wanted = secret_of("271828");
		struct error err = ERROR_EMPTY;
		bool done = rows[i].unblocks ? piv_pin_unblock(piv, puk, wanted, NULL, &err)
		                             : piv_code_change(piv, PIV_CODE_PIN, pin, wanted, NULL, &err);

		assert_string_equal(error_word(done ? ERROR_NONE : err.code), error_word(rows[i].code));
		end_card(&card, piv, rows[i].left);
		secret_free(pin);
		secret_free(puk);
		secret_free(wanted);
	}
}

static void what_a_slot_refuses_is_explained(void **state)
{
	static const struct {
		const char *name;
		bool pin;
		struct scripted_exchange script[4];
		enum error_code code;
	} rows[] = {
	    {"no PIN", false, {SELECT, {"0087119a 26 7c24 8200 8120*", "6982", ERROR_NONE}}, ERROR_PIN_NEEDED},
	    {"no touch", true, {SELECT, PIN_GOOD, {"0087119a 26 7c24 8200 8120*", "6982", ERROR_NONE}}, ERROR_TOUCH},
	    {"no touch, other word", false, {SELECT, {"0087119a 26*", "6985", ERROR_NONE}}, ERROR_TOUCH},
	    {"empty", false, {SELECT, {"0087119a 26*", "6a80", ERROR_NONE}}, ERROR_CARD_SLOT_EMPTY},
	    {"no template", false, {SELECT, {"0087119a 26*", "9000", ERROR_NONE}}, ERROR_TLV_TRUNCATED},
	    {"other field", false, {SELECT, {"0087119a 26*", "7c02 8100 9000", ERROR_NONE}}, ERROR_TLV_TAG},
	    {"no signature", false, {SELECT, {"0087119a 26*", "7c04 8202 3000 9000", ERROR_NONE}}, ERROR_CARD_REPLY},
	    {"bytes behind", false, {SELECT, {"0087119a 26*", "7c0a 8208 3006020101020101 00 9000", ERROR_NONE}},
	        ERROR_TLV_REST},
	    {"a signature", false, {SELECT, {"0087119a 26*", "7c0a 8208 3006020101020101 9000", ERROR_NONE}},
	        ERROR_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scripted_card card = {.script = rows[i].script};
		struct piv *piv = open_card(&card);
		struct secret *pin = secret_of("123456");
		struct buffer signature = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		print_message("  %s\n", rows[i].name);
		if (rows[i].pin)
			assert_done(piv_pin_verify(piv, pin, NULL, &err), err);
		assert_int_equal(
		    piv_sign(piv, piv_slot_find("9A"), PIV_P256, PIV_SHA256, BYTES_OF("message"), &signature, &err),
		    rows[i].code == ERROR_NONE);
		assert_string_equal(error_word(err.code), error_word(rows[i].code));
		end_card(&card, piv, rows[i].pin ? TRANSPORT_LEAVE_RESET : TRANSPORT_LEAVE_AS_IS);
		secret_free(pin);
		buffer_free(&signature);
	}
}

static void what_is_not_attestable_says_so(void **state)
{
	static const struct {
		const char *reply;
		enum error_code code;
	} rows[] = {
	    {"3003020101 9000", ERROR_NONE},
	    {"6a80", ERROR_NOT_ATTESTABLE},
	    {"6a88", ERROR_NOT_ATTESTABLE},
	    {"6d00", ERROR_NOT_ATTESTABLE},
	    {"6a82", ERROR_NOT_ATTESTABLE},
	    {"6f00", ERROR_CARD_STATUS},
	    {"9000", ERROR_TLV_TRUNCATED},
	    {"3003020101 00 9000", ERROR_TLV_REST},
	    {"3103020101 9000", ERROR_TLV_TAG},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct scripted_exchange script[] = {
		    SELECT, {"00f99a00 00 0000", rows[i].reply, ERROR_NONE}, END};
		struct scripted_card card = {.script = script};
		struct piv *piv = open_card(&card);
		struct buffer leaf = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_int_equal(piv_attest(piv, piv_slot_find("9a"), &leaf, &err), rows[i].code == ERROR_NONE);
		assert_string_equal(error_word(err.code), error_word(rows[i].code));
		end_card(&card, piv, TRANSPORT_LEAVE_AS_IS);
		buffer_free(&leaf);
	}
}

#define GENERATE "0047009a 0b ac09 800111 aa0103 ab0102 00"

static void what_makes_no_key_says_so(void **state)
{
	static const struct {
		const char *reply;
		enum error_code code;
	} rows[] = {
	    {"6982", ERROR_MANAGEMENT_KEY},
	    {"6a80", ERROR_CARD_UNSUPPORTED},
	    {"6a81", ERROR_CARD_UNSUPPORTED},
	    {"9000", ERROR_TLV_TRUNCATED},
	    {"7f4900 9000", ERROR_TLV_TRUNCATED},
	    {"7f4903 860104 9000", ERROR_CARD_REPLY},
	    {"7f4900 00 9000", ERROR_TLV_REST},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct scripted_exchange script[] = {SELECT, {GENERATE, rows[i].reply, ERROR_NONE}, END};
		struct scripted_card card = {.script = script};
		struct piv *piv = open_card(&card);
		struct buffer spki = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_refused(
		    piv_generate(piv, piv_slot_find("9a"), PIV_P256, PIV_PIN_ALWAYS, PIV_TOUCH_ALWAYS, &spki, &err),
		    err, rows[i].code);
		assert_int_equal(spki.len, 0);
		end_card(&card, piv, TRANSPORT_LEAVE_AS_IS);
	}
}

static void a_fresh_token_gets_its_identifiers(void **state)
{
	static const struct {
		struct scripted_exchange script[5];
		enum error_code code;
	} rows[] = {
	    {{SELECT, {READ_CHUID, "5303 300100 9000", ERROR_NONE}}, ERROR_NONE},
	    {{SELECT, {READ_CHUID, "6a82", ERROR_NONE},
	         {"00db3fff 3a 5c035fc107 5333 f015a000000116ff02*", "9000", ERROR_NONE},
	         {"00db3fff 42 5c035fc102 533b 3019*", "9000", ERROR_NONE}},
	        ERROR_NONE},
	    {{SELECT, {READ_CHUID, "5300 9000", ERROR_NONE}, {"00db3fff 3a*", "6982", ERROR_NONE}},
	        ERROR_MANAGEMENT_KEY},
	    {{SELECT, {READ_CHUID, "6f00", ERROR_NONE}}, ERROR_CARD_STATUS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scripted_card card = {.script = rows[i].script};
		struct piv *piv = open_card(&card);
		struct error err = ERROR_EMPTY;

		assert_int_equal(piv_identifiers_ensure(piv, &err), rows[i].code == ERROR_NONE);
		assert_string_equal(error_word(err.code), error_word(rows[i].code));
		end_card(&card, piv, TRANSPORT_LEAVE_AS_IS);
	}
}

static void keep_line(void *state, const char *text)
{
	struct buffer *lines = state;
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_format(lines, &err, "%s\n", text), err);
}

/* A card that refuses a piece ends the command with it: what comes next is another one, and may be a code. */
static void a_code_behind_a_broken_chain_is_masked(void **state)
{
	static const struct scripted_exchange script[] = {SELECT, {"00 87 07 9a 00*", "6700", ERROR_NONE},
	    {"10 87 07 9a ff 7c*", "6982", ERROR_NONE}, PIN_GOOD, {"10 87 07 9a ff 7c*", NULL, ERROR_CARD_EXCHANGE},
	    PIN_GOOD, END};
	struct scripted_card card = {.script = script};
	struct transport transport = scripted_card_transport(&card);
	struct buffer lines = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	struct secret *pin = secret_of("123456");
	struct error err = ERROR_EMPTY;
	struct piv *piv = NULL;

	(void)state;
	assert_done(trace_wrap(&transport, (struct trace_sink){&lines, keep_line}, &err), err);
	assert_done(piv_open_over(&transport, &piv, &err), err);
	assert_refused(piv_sign(piv, piv_slot_find("9a"), PIV_RSA2048, PIV_SHA256, BYTES_EMPTY, &signature, &err), err,
	    ERROR_PIN_NEEDED);
	assert_done(piv_pin_verify(piv, pin, NULL, &err), err);
	assert_refused(piv_sign(piv, piv_slot_find("9a"), PIV_RSA2048, PIV_SHA256, BYTES_EMPTY, &signature, &err), err,
	    ERROR_CARD_EXCHANGE);
	assert_done(piv_pin_verify(piv, pin, NULL, &err), err);
	assert_null(strstr(buffer_text(&lines), " 31 32 33 34 35 36"));
	assert_non_null(strstr(buffer_text(&lines), "> 00 20 00 80 [9 bytes masked]"));
	end_card(&card, piv, TRANSPORT_LEAVE_RESET);
	secret_free(pin);
	buffer_free(&signature);
	buffer_free(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_card_without_piv_is_closed_again),
	    cmocka_unit_test(tokens_say_who_they_are),
	    cmocka_unit_test(what_is_no_identity_is_refused),
	    cmocka_unit_test(a_reset_is_survived_or_told),
	    cmocka_unit_test(the_pin_is_tried_once_and_judged),
	    cmocka_unit_test(a_code_behind_a_broken_chain_is_masked),
	    cmocka_unit_test(the_management_ciphers_are_the_known_ones),
	    cmocka_unit_test(the_management_key_is_proved_on_both_sides),
	    cmocka_unit_test(a_card_whose_codes_changed_is_not_left_so),
	    cmocka_unit_test(what_a_slot_refuses_is_explained),
	    cmocka_unit_test(what_is_not_attestable_says_so),
	    cmocka_unit_test(what_makes_no_key_says_so),
	    cmocka_unit_test(a_fresh_token_gets_its_identifiers),
	};

	return cmocka_run_group_tests_name("piv application", tests, NULL, NULL);
}
