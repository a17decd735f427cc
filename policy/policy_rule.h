/* policy_rule.h: a policy in memory: rules, their conditions and effects. Inside policy/ only. */
#ifndef POLICY_POLICY_RULE_H
#define POLICY_POLICY_RULE_H

#include "policy/result.h"

struct word_list {
	char **words; /* owned */
	size_t num;
	bool sorted; /* by word_list_sort */
};

/* Both ends belong to the range; parts are compared as numbers. */
struct firmware_range {
	unsigned low[3], high[3];
};

/* What a condition looks at, and so how its values are read and compared. */
enum condition_kind {
	CONDITION_FORMAT,
	CONDITION_ASSURANCE,
	CONDITION_CLAIM,       /* the claim's value is one of the words */
	CONDITION_CERTIFICATE, /* … or the hash of its turned signature */
	CONDITION_LIST,        /* one of the words in the claim's value is */
	CONDITION_FIRMWARE,
	CONDITION_SERIAL,
	CONDITION_PROVEN,   /* each claim that is named has this grade */
	CONDITION_IMPLIED,  /* … or is at least implied */
	CONDITION_ADVISORY, /* one of the ids or severities applies */
	CONDITION_PERSON,
	CONDITION_GROUP,
	CONDITION_HOST_CLASS,
	CONDITION_AGE_BELOW,
	CONDITION_AGE_ABOVE,
};

struct condition_row {
	const char *keyword;
	enum condition_kind kind;
	enum claim_name claim;      /* for CONDITION_CLAIM, _FIRMWARE and _SERIAL */
	const char *const *allowed; /* the words that may stand there, NULL at the end; NULL: any */
};

struct condition {
	const struct condition_row *row;
	struct word_list words;
	struct firmware_range *ranges; /* owned; CONDITION_FIRMWARE, one a word */
	int64_t seconds;               /* CONDITION_AGE_… */
};

struct rule {
	char *name;
	int line;
	struct condition *conditions;
	size_t num_conditions;
	enum claim_grade least_grade; /* what a claim must have at least for a condition to rest on it */
	bool grade_given;             /* by the file */
	bool accepts;
	char *text; /* for the refused; NULL: none */
	char key_options[RESULT_OPTIONS_SIZE];
	int64_t maximum_life;
};

enum advisory_action {
	ADVISORY_IGNORE,
	ADVISORY_WARN,
	ADVISORY_REFUSE,
};
#define ADVISORY_ACTION_COUNT 3

struct policy {
	char *version;
	struct word_list advisories[ADVISORY_ACTION_COUNT]; /* ids and severities by what is done about them */
	struct rule *rules;
	size_t num_rules;
	bool evidence_only;
};

/* word_list_clear: frees the words; the list is empty then. */
void word_list_clear(struct word_list *list);

/* word_list_add: appends a copy. Errors: ERROR_MEMORY, ERROR_POLICY_FILE above 65,536 words. */
bool word_list_add(struct word_list *list, struct bytes word, struct error *err) MUST_CHECK;

/* word_list_sort: puts a list that is complete into an order in which words are found fast. */
void word_list_sort(struct word_list *list);

/* word_list_has: whether the word is in it, compared byte by byte. */
bool word_list_has(const struct word_list *list, const char *word);

/* rule_covers: whatever matches `later` matches `earlier` too, so that `later` behind it never decides. Sure when true, as far as
 * claims are proven: that a refusal without a grade rests on less is not what it was written for. */
bool rule_covers(const struct rule *earlier, const struct rule *later);

/* rule_clear: frees what the rule holds. */
void rule_clear(struct rule *rule);

#endif
