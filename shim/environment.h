/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_ENVIRONMENT_H
#define SHIM_ENVIRONMENT_H

#include <stdbool.h>

#include "oci-spec/base/error.h"

/* What the environment says to the programs here. */

/* NULL when not set; borrowed from the environment. */
struct environment {
	const char *runtime; /* OCI_CONFINE_RUNTIME */
	const char *policy;  /* OCI_CONFINE_POLICY */
	const char *path;    /* OCI_CONFINE_PATH */
};

/* Whether any is set. One pass: getenv(3) for each would be dearer than all else here. */
bool environment_read(struct environment *ret_environment);

/*
 * The shim narrows PATH to one directory for containerd's shim and all that this starts; the
 * wrapper gives it back to the real runtime, which looks for criu there and hands it to hooks
 * that have no environment of their own. In between the old value waits in OCI_CONFINE_PATH.
 */

/* PATH as it is; NULL when it is not set. */
const char *environment_search_path(void);

enum status environment_narrow_path(const char *dir, struct error *err) MUST_CHECK;

/* Undoes it; saved is environment.path, NULL where nothing was narrowed. */
enum status environment_widen_path(const char *saved, struct error *err) MUST_CHECK;

#endif
