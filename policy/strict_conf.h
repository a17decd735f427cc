/* strict_conf.h: libconfuse as this project's files want it: an unknown word, a value that is given twice and a section without
 * its end are errors that name file and line, and nothing comes from the environment.
 *
 * A table of options is made of the rows below and ends with STRICT_CONF_END; each section's table has STRICT_CONF_LINE too.
 * Loading is for one thread at a time, since libconfuse's scanner is.
 * Knows nothing of what the words mean. */
#ifndef POLICY_STRICT_CONF_H
#define POLICY_STRICT_CONF_H

#include <confuse.h>

#include "common/bytes.h"
#include "common/error.h"

/* strict_conf_note_value: called by libconfuse for each value, through the rows; not to be called. */
int strict_conf_note_value(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result);

/* strict_conf_refuse_line: called likewise where somebody writes "line" in a file; not to be called. */
int strict_conf_refuse_line(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result);

/* strict_conf_checked: a row whose value is looked at as soon as it is read, so that what is wrong with it has its line.
 *   check  returns 0, or what strict_conf_refuse returns */
cfg_opt_t strict_conf_checked(cfg_opt_t row, cfg_validate_callback_t check);

/* strict_conf_refuse: what such a check has against the value; of `reason` the sentence counts, the code is the reading's own. */
int strict_conf_refuse(cfg_t *cfg, const struct error *reason);

/* Stands behind the text: libconfuse takes the end of the file for the end of a section, where this is unknown. */
#define STRICT_CONF_END_MARK "end-of-file"

#define STRICT_CONF_TEXT(name) ((cfg_opt_t)CFG_STR_CB(name, NULL, CFGF_NODEFAULT, strict_conf_note_value))
#define STRICT_CONF_LIST(name) ((cfg_opt_t)CFG_STR_LIST_CB(name, NULL, CFGF_NODEFAULT, strict_conf_note_value))
/* A section's line as a number that cannot be written in the file. */
#define STRICT_CONF_LINE ((cfg_opt_t)CFG_INT_CB("line", 0, CFGF_NONE, strict_conf_refuse_line))
/* Any number of sections, each with a title of its own. */
#define STRICT_CONF_SECTIONS(name, rows) ((cfg_opt_t)CFG_SEC(name, rows, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES))
#define STRICT_CONF_END STRICT_CONF_TEXT(STRICT_CONF_END_MARK), CFG_END()

/* strict_conf_read: reads a whole text.
 *   origin   its name, for errors ("FILE:LINE: …")
 *   code     what an error in it is
 *   options  the file's own table; copied
 *   cfg      out: the caller's, to cfg_free()
 * Errors: `code`, ERROR_LIMIT above 1 MiB, ERROR_MEMORY. */
bool strict_conf_read(struct bytes text, const char *origin, enum error_code code, cfg_opt_t *options, cfg_t **cfg,
    struct error *err) MUST_CHECK;

/* strict_conf_line: the line on which a section begins. */
long strict_conf_line(cfg_t *section);

/* strict_conf_duration: "90d", "12h", "30m" in seconds.
 *   code  what an error in it is
 * Errors: `code`. */
bool strict_conf_duration(const char *text, enum error_code code, int64_t *seconds, struct error *err) MUST_CHECK;

#endif
