/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "oci-spec/base/text.h"

#define OURS "OCI_CONFINE_"
#define SAVED "OCI_CONFINE_PATH"

/* What stands behind `name`, "NAME=", if nothing was found before: as getenv(3). */
static void take(const char *entry, const char *name, const char **value)
{
	if (*value == NULL)
		*value = text_after(entry, name);
}

bool environment_read(struct environment *ret_environment)
{
	struct environment found = { NULL, NULL, NULL };

	for (char **e = environ; e != NULL && *e != NULL; e++) {
		if (text_after(*e, OURS) == NULL)
			continue;
		take(*e, OURS "RUNTIME=", &found.runtime);
		take(*e, OURS "POLICY=", &found.policy);
		take(*e, SAVED "=", &found.path);
	}
	*ret_environment = found;
	return found.runtime != NULL || found.policy != NULL || found.path != NULL;
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
