/* policy_files.h: the policy that lies on a machine: its file and the lists of serial numbers that it names.
 * Which path that is, the programs say. Knows nothing of what rules mean: policy/policy.h. */
#ifndef REGISTRY_POLICY_FILES_H
#define REGISTRY_POLICY_FILES_H

#include "common/error.h"

struct policy;

/* policy_files_load: reads a policy; where the file is absent the built-in baseline rules. All files must be the
 * administrator's or the caller's alone to write.
 *   path    policy.conf; serial files in it are absolute paths
 *   policy  out: the caller's, to policy_free()
 * Errors: ERROR_POLICY_FILE with file and line, ERROR_PERMISSIONS, ERROR_FILE, ERROR_LIMIT, ERROR_MEMORY. */
bool policy_files_load(const char *path, struct policy **policy, struct error *err) MUST_CHECK;

#endif
