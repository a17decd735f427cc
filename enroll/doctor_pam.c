#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/language.h"
#include "enroll/doctor.h"

#define MODULE "pam_keyenroll.so"

/* NULL: there is none. */
static const struct pam_line *find_line(const struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->session.num; i++)
		if (pam_line_is(&doctor->session.lines[i], MODULE))
			return &doctor->session.lines[i];
	return NULL;
}

void doctor_pam_line(const struct doctor *doctor, struct finding *finding)
{
	const struct pam_line *line = find_line(doctor);

	if (doctor->pam_error.code != ERROR_NONE)
		doctor_find(finding, HEALTH_PROBLEM, N_("mend that file"), "%s", doctor->pam_error.text);
	else if (line == NULL)
		doctor_find(finding, HEALTH_PROBLEM,
		    N_("put \"session required pam_keyenroll.so mode=ssh\" in front of the session lines of "
		       "/etc/pam.d/sshd"),
		    "no session line of sshd runs %s: nothing stops what sshd lets in by other ways", MODULE);
	else if (strstr(line->arguments, "mode=ssh") == NULL)
		doctor_find(finding, HEALTH_PROBLEM, N_("put mode=ssh behind it"),
		    "the line in %s has no mode=ssh: every session is refused", line->file);
}

/* What lets a refusal pass, or hides that the module is missing. */
static bool control_refuses(const char *control)
{
	return strcmp(control, "required") == 0 || strcmp(control, "requisite") == 0;
}

void doctor_pam_control(const struct doctor *doctor, struct finding *finding)
{
	const struct pam_line *line = find_line(doctor);

	if (line != NULL && !control_refuses(line->control))
		doctor_find(finding, HEALTH_PROBLEM, N_("write \"session required pam_keyenroll.so mode=ssh\""),
		    "the line in %s says %s: only required and requisite keep out whom it refuses", line->file,
		    line->control);
}

static bool may_end_the_stack(const char *control)
{
	return strcmp(control, "sufficient") == 0 || strstr(control, "=done") != NULL;
}

void doctor_pam_order(const struct doctor *doctor, struct finding *finding)
{
	const struct pam_line *ours = find_line(doctor);

	for (size_t i = 0; ours != NULL && &doctor->session.lines[i] != ours; i++) {
		const struct pam_line *line = &doctor->session.lines[i];

		if (pam_line_is(line, "pam_env.so") && strstr(line->arguments, "user_readenv=1") != NULL)
			doctor_find(finding, HEALTH_PROBLEM, N_("put the line of pam_keyenroll.so in front of it"),
			    "pam_env.so in %s reads users' own files before it: they can write what the module "
			    "believes",
			    line->file);
		else if (may_end_the_stack(line->control))
			doctor_find(finding, HEALTH_PROBLEM, N_("put the line of pam_keyenroll.so in front of it"),
			    "%s in %s is %s and may end the session lines before it", line->module, line->file,
			    line->control);
	}
}

/* Where PAM finds a module that is named without a folder. */
static bool find_module(const char *name, char path[512])
{
	static const char *const places[] = {"/lib/security", "/lib64/security", "/lib/*/security",
	    "/usr/lib/*/security", "/usr/lib/security", "/usr/lib64/security"};
	bool found = false;

	(void)snprintf(path, 512, "%s", name);
	if (name[0] == '/')
		return file_exists(path);
	for (size_t i = 0; !found && i < sizeof(places) / sizeof(places[0]); i++) {
		glob_t matches;

		(void)snprintf(path, 512, "%s/%s", places[i], name);
		found = glob(path, 0, NULL, &matches) == 0;
		if (found)
			(void)snprintf(path, 512, "%s", matches.gl_pathv[0]);
		globfree(&matches);
	}
	return found;
}

void doctor_pam_module(const struct doctor *doctor, struct finding *finding)
{
	const struct pam_line *line = find_line(doctor);
	char path[512];

	if (line == NULL)
		return;
	if (!find_module(line->module, path))
		doctor_find(finding, HEALTH_PROBLEM, N_("install it, or name it by its path"),
		    "%s in %s is not there: every session is refused", line->module, line->file);
	else
		(void)doctor_file_is_roots(path, finding);
}
