/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OURS "OCI_CONFINE_"
#define SAVED "OCI_CONFINE_PATH"

/* NAME's value when the entry is "NAME=value" and nothing was found before, as getenv(3). */
static void take(const char *entry, const char *name, const char **value)
{
	size_t n = strlen(name);

	if (*value == NULL && strncmp(entry, name, n) == 0 && entry[n] == '=')
		*value = entry + n + 1;
}

/* One pass: getenv(3) for each would be dearer than all else before a command of the runtime's. */
void environment_read(struct environment *ret_environment)
{
	struct environment found = { NULL, NULL, NULL };

	for (char **e = environ; e != NULL && *e != NULL; e++) {
		if ((*e)[0] != OURS[0] || strncmp(*e, OURS, sizeof(OURS) - 1) != 0)
			continue;
		take(*e, "OCI_CONFINE_RUNTIME", &found.runtime);
		take(*e, "OCI_CONFINE_POLICY", &found.policy);
		take(*e, SAVED, &found.path);
	}
	*ret_environment = found;
}

const char *environment_search_path(void)
{
	return getenv("PATH");
}

static enum status set(const char *name, const char *value, struct error *err)
{
	if ((value != NULL ? setenv(name, value, 1) : unsetenv(name)) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot set %s", name);
	return STATUS_OK;
}

enum status environment_narrow_path(const char *dir, struct error *err)
{
	/* without a PATH to keep, what stands there from outside must not pass for ours */
	enum status st = set(SAVED, environment_search_path(), err);

	return st == STATUS_OK ? set("PATH", dir, err) : st;
}

enum status environment_widen_path(const char *saved, struct error *err)
{
	enum status st;

	if (saved == NULL)
		return STATUS_OK;
	st = set("PATH", saved, err);
	return st == STATUS_OK ? set(SAVED, NULL, err) : st;
}
