/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_REAL_RUNTIME_H
#define SHIM_REAL_RUNTIME_H

#include "confine/policy.h"

/*
 * The first runtime of the list that is there and executable and is not this program itself.
 * `override` is used instead when it is not NULL: an absolute path of a file that only root or
 * the caller can have written. STATUS_UNSUPPORTED when there is none. *ret_path is terminated.
 */
enum status real_runtime_find(const struct runtimes *runtimes, const char *override,
			      struct arena *arena, const char **ret_path,
			      struct error *err) MUST_CHECK;

/* By its name: runc and crun keep their state differently, and crun takes compiled filters. */
bool real_runtime_is_crun(const char *path);

#endif
