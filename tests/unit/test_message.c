/* Messages: what an error says in another language, what hostile frames and hostile translations do not do. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/format.h"
#include "common/message.h"
#include "tests/unit/mutation.h"

#define RAW(text) text, sizeof(text) - 1
#define VALUE "\0\0\0\1v"

/* ---- from an error ---- */

static void check_said(const struct error *err, const char *name)
{
	struct message message = message_of_error(err);
	char text[MESSAGE_TEXT_SIZE];

	assert_false(err->wording.lost);
	if (!message_render(&message, NULL, text, sizeof(text)) || strcmp(text, err->text) != 0)
		fail_msg("%s: \"%s\" became \"%s\"", name, err->text, text);
}

static void an_error_is_said_again_word_for_word(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
#define CHECK(...)                                                                                                     \
	do {                                                                                                           \
		(void)error_set(&err, ERROR_TEXT, __VA_ARGS__);                                                        \
		check_said(&err, #__VA_ARGS__);                                                                        \
	} while (0)
	CHECK("no value");
	CHECK("100 %%, and %% of it");
	CHECK("%s of %s", "one", "two");
	CHECK("nothing: \"%s\"", "");
	CHECK("%.*s.", 3, "abcdef");
	CHECK("%.*s.", -1, "abcdef");
	CHECK("%.40s, %.60s", "abc", "defghijklmnopqrstuvwxyzdefghijklmnopqrstuvwxyzdefghijklmnopqrstuvwxyz");
	CHECK("%.64s", "x");
	CHECK("%c%d%u", 'c', -12, 34U);
	CHECK("%ld %lu %lld %llu", -1L, 2UL, -3LL, 4ULL);
	CHECK("%zu bytes, %02x, %04x, %06lx", (size_t)5, 6U, 0x6982U, 0x5fc105UL);
#undef CHECK
	(void)error_prefix(&err, "slot %s", "9a");
	check_said(&err, "prefix");
	errno = ENOENT;
	(void)error_set_errno(&err, ERROR_FILE, "%s of %d", "file", 7);
	(void)error_prefix(&err, "%s", "outer");
	check_said(&err, "errno");
}

static void an_error_of_too_many_parts_is_still_told(void **state)
{
	struct error err = ERROR_EMPTY;
	char text[MESSAGE_TEXT_SIZE];
	struct message message;

	(void)state;
	(void)error_set(&err, ERROR_TEXT, "%s%s%s%s%s%s%s%s%s", "a", "b", "c", "d", "e", "f", "g", "h", "100 %n");
	assert_true(err.wording.lost);
	message = message_of_error(&err);
	assert_true(message_render(&message, NULL, text, sizeof(text)));
	assert_string_equal(text, "abcdefgh100 %n");
	(void)error_set(&err, ERROR_TEXT, "inner %s", "value");
	for (int i = 0; i < WORDING_FORMATS_MAXIMUM; i++)
		(void)error_prefix(&err, "%d", i);
	assert_true(err.wording.lost);
	message = message_of_error(&err);
	assert_true(message_render(&message, NULL, text, sizeof(text)));
	assert_string_equal(text, err.text);
}

static void what_is_cut_or_cannot_be_shown_stays_a_message(void **state)
{
	struct error err = ERROR_EMPTY;
	struct buffer out = BUFFER_EMPTY;
	char text[MESSAGE_TEXT_SIZE], longest[2000];
	struct message message;

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	(void)error_set(&err, ERROR_TEXT, "%s and %s", longest, "behind");
	message = message_of_error(&err);
	assert_done(message_put(&message, &out, &err), err);
	(void)error_set(&err, ERROR_TEXT, "reader \"%s\"", "a\033[2Jb");
	message = message_of_error(&err);
	assert_true(message_render(&message, NULL, text, sizeof(text)));
	assert_string_equal(text, "reader \"a?[2Jb\"");
	buffer_free(&out);
}

/* ---- in another language ---- */

static const char *catalogue_sentence, *catalogue_translation;

static const char *translate(const char *sentence)
{
	assert_true(sentence[0] != '\0');
	if (strcmp(sentence, "two words") == 0)
		return "deux mots";
	return strcmp(sentence, catalogue_sentence) == 0 ? catalogue_translation : sentence;
}

static void a_translation_gets_the_values(void **state)
{
	static const struct {
		const char *sentence, *first, *second, *translation, *said;
	} rows[] = {
	    {"Touch %s", "piv 1", NULL, "Berühren: %s", "Berühren: piv 1"},
	    {"%s of %s", "A", "B", "%s von %s", "A von B"},
	    {"%s of %s", "A", "B", "%2$s hat %1$s", "B hat A"},
	    {"%s of %s", "A", "B", "%2$s, %1$s, %2$s", "B, A, B"},
	    {"%04x of %zu", "6982", "12", "%2$zu: %1$04x", "12: 6982"},
	    {"all of it", NULL, NULL, "100 %% davon", "100 % davon"},
	    {"not there", NULL, NULL, "not there", "not there"},
	    {"\"%s\"", "%s%n%1$s", NULL, "»%s«", "»%s%n%1$s«"},
	    {"%s!", "two words", NULL, "! %s", "! deux mots"},
	    {"%s!", "A", NULL, "%s %s", "A!"},
	    {"%s!", "A", NULL, "nothing", "A!"},
	    {"%s!", "A", NULL, "%2$s", "A!"},
	    {"%s!", "A", NULL, "%n", "A!"},
	    {"%s!", "A", NULL, "%0$s", "A!"},
	    {"%s!", "A", NULL, "%9$s", "A!"},
	    {"%s!", "A", NULL, "%1$s %s", "A!"},
	    {"%s!", "A", NULL, "%1000000s", "A!"},
	    {"%s!", "A", NULL, "%*s", "A!"},
	    {"%s!", "A", NULL, "%s %", "A!"},
	    {"%s!", "A", NULL, "%1$", "A!"},
	    {"%s!", "A", NULL, "", "A!"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct message message = message_of(rows[i].sentence, rows[i].first, rows[i].second);
		char text[MESSAGE_TEXT_SIZE] = "";

		catalogue_sentence = rows[i].sentence;
		catalogue_translation = rows[i].translation;
		if (!message_render(&message, translate, text, sizeof(text)) || strcmp(text, rows[i].said) != 0)
			fail_msg("\"%s\": \"%s\"", rows[i].translation, text);
	}
}

static void what_is_too_long_is_said_in_english_or_not(void **state)
{
	char text[MESSAGE_TEXT_SIZE], longest[MESSAGE_TEXT_SIZE];
	struct message message = message_of("short", NULL, NULL);

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	catalogue_sentence = "short";
	catalogue_translation = longest;
	assert_true(message_render(&message, translate, text, sizeof(text)));
	assert_string_equal(text, longest);
	assert_true(message_render(&message, translate, text, sizeof(text) - 1));
	assert_string_equal(text, "short");
	assert_true(message_render(&message, translate, text, sizeof("short")));
	assert_false(message_render(&message, translate, text, sizeof("short") - 1));
}

/* ---- from outside ---- */

static void hostile_frames_are_refused(void **state)
{
	static const struct {
		const char *name, *frame;
		size_t len;
		bool good;
	} rows[] = {
	    {"nothing said", RAW("\0\0"), true},
	    {"a sentence", RAW("\1\0\0\0\1a\0"), true},
	    {"a sentence with a value", RAW("\1\0\0\0\2%s\1" VALUE), true},
	    {"numbered", RAW("\1\0\0\0\10%2$s%1$s\2" VALUE VALUE), true},
	    {"an empty value", RAW("\1\0\0\0\2%s\1\0\0\0\0"), true},
	    {"no byte", RAW(""), false},
	    {"no values", RAW("\1\0\0\0\1a"), false},
	    {"an empty sentence", RAW("\1\0\0\0\0\0"), false},
	    {"a value too few", RAW("\1\0\0\0\2%s\0"), false},
	    {"a value too many", RAW("\1\0\0\0\2%s\2" VALUE VALUE), false},
	    {"a value without sentence", RAW("\0\1" VALUE), false},
	    {"a gap in the numbers", RAW("\1\0\0\0\4%2$s\1" VALUE), false},
	    {"both ways of counting", RAW("\1\0\0\0\6%1$s%s\1" VALUE), false},
	    {"%n", RAW("\1\0\0\0\2%n\1" VALUE), false},
	    {"a width", RAW("\1\0\0\0\5%999s\1" VALUE), false},
	    {"a percent sign at the end", RAW("\1\0\0\0\1%\0"), false},
	    {"an escape in the sentence", RAW("\1\0\0\0\2\033c\0"), false},
	    {"an escape in a value", RAW("\1\0\0\0\2%s\1\0\0\0\1\033"), false},
	    {"a line end in a value", RAW("\1\0\0\0\2%s\1\0\0\0\1\n"), false},
	    {"a NUL in the sentence", RAW("\1\0\0\0\2a\0\0"), false},
	    {"half a letter", RAW("\1\0\0\0\1\303\0"), false},
	    {"a length behind the end", RAW("\1\377\377\377\377a\0"), false},
	    {"7 sentences", RAW("\7\0\0\0\1a\0\0\0\1a\0\0\0\1a\0\0\0\1a\0\0\0\1a\0\0\0\1a\0\0\0\1a\0"), false},
	    {"255 values", RAW("\1\0\0\0\1a\377"), false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes in = bytes_of(rows[i].frame, rows[i].len);
		struct message message;

		if (message_take(&in, &message) != rows[i].good || (rows[i].good ? 0 : rows[i].len) != in.len)
			fail_msg("%s", rows[i].name);
	}
}

/* Whatever passes is written again byte for byte, and can be shown or is too long. */
static void check_damaged(struct bytes damaged, void *context)
{
	struct bytes in = damaged, taken;
	struct buffer again = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct message message;
	char text[MESSAGE_TEXT_SIZE];

	(void)context;
	if (!message_take(&in, &message))
		return;
	assert_true(bytes_take(&damaged, damaged.len - in.len, &taken));
	assert_done(message_put(&message, &again, &err), err);
	assert_true(bytes_equal(buffer_bytes(&again), taken));
	assert_true(message_render(&message, translate, text, sizeof(text)));
	buffer_free(&again);
}

static void damage_never_breaks_the_parser(void **state)
{
	struct error err = ERROR_EMPTY, damage = ERROR_EMPTY;
	struct buffer out = BUFFER_EMPTY;
	struct message message;

	(void)state;
	catalogue_sentence = "inner %s, %u times";
	catalogue_translation = "%2$u mal innen %1$s";
	(void)error_set(&damage, ERROR_TEXT, "inner %s, %u times", "two words", 3U);
	(void)error_prefix(&damage, "outer %s", "b");
	message = message_of_error(&damage);
	assert_done(message_put(&message, &out, &err), err);
	every_mutation(buffer_bytes(&out), check_damaged, NULL);
	buffer_free(&out);
}

static void values_that_do_not_fit_are_not_sent(void **state)
{
	struct message message = message_of("%s", NULL, NULL);
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_refused(message_put(&message, &out, &err), err, ERROR_BUG);
	assert_int_equal(out.len, 0);
}

/* ---- the catalogues ---- */

/* The text between the quotes of a line in a catalogue. */
static void put_quoted(const char *line, struct buffer *out)
{
	const char *from = strchr(line, '"'), *to = strrchr(line, '"');
	struct error err = ERROR_EMPTY;

	if (from != NULL && to > from)
		assert_done(buffer_put(out, bytes_of(from + 1, (size_t)(to - from - 1)), &err), err);
}

/* A translation that does not take the values which its sentence takes would never be shown. */
static void check_pair(const struct buffer *sentence, const struct buffer *translation, size_t *num_checked)
{
	size_t wanted, num;

	/* gettext puts the machine's own conversion in place of such a one */
	if (strstr(buffer_text(sentence), "%<PRI") != NULL || !format_count(buffer_bytes(sentence), &wanted))
		return;
	if (!format_count(buffer_bytes(translation), &num) || num != wanted)
		fail_msg("\"%s\" does not fit \"%s\"", buffer_text(translation), buffer_text(sentence));
	++*num_checked;
}

static void check_catalogue(const char *language)
{
	struct buffer catalogue = BUFFER_EMPTY, sentence = BUFFER_EMPTY, translation = BUFFER_EMPTY;
	struct buffer *filled = &sentence;
	const char *top = getenv("top_srcdir");
	struct error err = ERROR_EMPTY;
	size_t num_checked = 0;
	char path[512], line[4096];
	struct bytes rest, one;

	(void)snprintf(path, sizeof(path), "%s/po/%s.po", top == NULL ? "." : top, language);
	assert_done(file_load(path, (size_t)4 << 20, &catalogue, &err), err);
	rest = buffer_bytes(&catalogue);
	while (bytes_take_until(&rest, '\n', &one)) {
		assert_true(bytes_to_text(one, line, sizeof(line)));
		if (strncmp(line, "msgid ", 6) == 0) {
			check_pair(&sentence, &translation, &num_checked);
			buffer_cut(&sentence, 0);
			filled = &sentence;
		}
		if (strncmp(line, "msgstr ", 7) == 0 || strncmp(line, "msgstr[0] ", 10) == 0) {
			buffer_cut(&translation, 0);
			filled = &translation;
		} else if (strncmp(line, "msg", 3) == 0 && strncmp(line, "msgid ", 6) != 0)
			filled = NULL;
		if (filled != NULL && line[0] != '#')
			put_quoted(line, filled);
	}
	check_pair(&sentence, &translation, &num_checked);
	assert_true(num_checked > 1000);
	buffer_free(&catalogue);
	buffer_free(&sentence);
	buffer_free(&translation);
}

static void each_translation_can_take_its_values(void **state)
{
	(void)state;
	check_catalogue("de");
	check_catalogue("fr");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_error_is_said_again_word_for_word),
	    cmocka_unit_test(an_error_of_too_many_parts_is_still_told),
	    cmocka_unit_test(what_is_cut_or_cannot_be_shown_stays_a_message),
	    cmocka_unit_test(a_translation_gets_the_values),
	    cmocka_unit_test(what_is_too_long_is_said_in_english_or_not),
	    cmocka_unit_test(hostile_frames_are_refused),
	    cmocka_unit_test(damage_never_breaks_the_parser),
	    cmocka_unit_test(values_that_do_not_fit_are_not_sent),
	    cmocka_unit_test(each_translation_can_take_its_values),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
