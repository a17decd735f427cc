#include "policy/policy_rule.h"

#include <stdlib.h>
#include <string.h>

#include "policy/firmware.h"
#include "policy/policy_condition.h"

#define WORDS_MAXIMUM ((size_t)65536)

void word_list_clear(struct word_list *list)
{
	for (size_t i = 0; i < list->num; i++)
		free(list->words[i]);
	free(list->words);
	*list = (struct word_list){.words = NULL};
}

/* Room doubles whenever it is full, which is where the number is a power of two: lists of serial numbers are long. */
static bool make_room(struct word_list *list, struct error *err)
{
	char **words;

	if ((list->num & (list->num - 1)) != 0)
		return true;
	words = reallocarray(list->words, list->num == 0 ? 1 : 2 * list->num, sizeof(*words));
	if (words == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a policy's words");
	list->words = words;
	return true;
}

bool word_list_add(struct word_list *list, struct bytes word, struct error *err)
{
	char *copy;

	if (list->num >= WORDS_MAXIMUM)
		return error_set(err, ERROR_POLICY_FILE, "a list has more than %zu entries", WORDS_MAXIMUM);
	copy = malloc(word.len + 1);
	if (copy == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a policy's words");
	if (!bytes_to_text(word, copy, word.len + 1)) {
		free(copy);
		return error_set(err, ERROR_POLICY_FILE, "a word holds a NUL byte");
	}
	if (!make_room(list, err)) {
		free(copy);
		return false;
	}
	list->words[list->num++] = copy;
	return true;
}

static int compare_words(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

void word_list_sort(struct word_list *list)
{
	if (list->num > 0)
		qsort(list->words, list->num, sizeof(*list->words), compare_words);
	list->sorted = true;
}

bool word_list_has(const struct word_list *list, const char *word)
{
	if (list->sorted)
		return list->num > 0 &&
		       bsearch(&word, list->words, list->num, sizeof(*list->words), compare_words) != NULL;
	for (size_t i = 0; i < list->num; i++)
		if (strcmp(list->words[i], word) == 0)
			return true;
	return false;
}

static bool word_list_within(const struct word_list *inner, const struct word_list *outer)
{
	for (size_t i = 0; i < inner->num; i++)
		if (!word_list_has(outer, inner->words[i]))
			return false;
	return true;
}

static void condition_clear(struct condition *condition)
{
	word_list_clear(&condition->words);
	free(condition->ranges);
	*condition = (struct condition){.row = NULL};
}

void rule_clear(struct rule *rule)
{
	for (size_t i = 0; i < rule->num_conditions; i++)
		condition_clear(&rule->conditions[i]);
	free(rule->conditions);
	free(rule->name);
	free(rule->text);
	*rule = (struct rule){.name = NULL};
}

static bool range_within(const struct firmware_range *inner, const struct firmware_range *outer)
{
	return firmware_compare(inner->low, outer->low) >= 0 && firmware_compare(inner->high, outer->high) <= 0;
}

static bool ranges_within(const struct condition *inner, const struct condition *outer)
{
	for (size_t i = 0; i < inner->words.num; i++) {
		bool within = false;

		for (size_t j = 0; j < outer->words.num && !within; j++)
			within = range_within(&inner->ranges[i], &outer->ranges[j]);
		if (!within)
			return false;
	}
	return true;
}

/* Whatever satisfies `narrow` satisfies `wide`; both look at the same thing. */
static bool condition_within(const struct condition *narrow, const struct condition *wide)
{
	switch (wide->row->kind) {
	case CONDITION_FIRMWARE:
		return ranges_within(narrow, wide);
	case CONDITION_PROVEN:
	case CONDITION_IMPLIED:
		/* the other way round: every claim that is named has to hold, so more names are fewer keys */
		return word_list_within(&wide->words, &narrow->words);
	case CONDITION_AGE_BELOW:
		return narrow->seconds <= wide->seconds;
	case CONDITION_AGE_ABOVE:
		return narrow->seconds >= wide->seconds;
	case CONDITION_FORMAT:
	case CONDITION_ASSURANCE:
	case CONDITION_CLAIM:
	case CONDITION_CERTIFICATE:
	case CONDITION_LIST:
	case CONDITION_SERIAL:
	case CONDITION_ADVISORY:
	case CONDITION_PERSON:
	case CONDITION_GROUP:
	case CONDITION_HOST_CLASS:
		return word_list_within(&narrow->words, &wide->words);
	}
	return false;
}

static const struct condition *find_condition(const struct rule *rule, const struct condition_row *row)
{
	for (size_t i = 0; i < rule->num_conditions; i++)
		if (rule->conditions[i].row == row)
			return &rule->conditions[i];
	return NULL;
}

bool rule_covers(const struct rule *earlier, const struct rule *later)
{
	enum claim_grade later_grade = later->grade_given ? later->least_grade : CLAIM_PROVEN;

	/* what is proven is claimed as well, so the rule that asks for less matches more */
	if (earlier->least_grade > later_grade)
		return false;
	for (size_t i = 0; i < earlier->num_conditions; i++) {
		const struct condition *wide = &earlier->conditions[i];
		const struct condition *narrow = find_condition(later, wide->row);

		if (narrow == NULL || !condition_within(narrow, wide))
			return false;
	}
	return true;
}
