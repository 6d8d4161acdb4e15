/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_CONTAINER_STATE_H
#define SHIM_CONTAINER_STATE_H

#include "shim/runtime_args.h"

/*
 * Finds the config.json of a container that runs already, in the state that its runtime keeps:
 * crun's own copy in ROOT/ID/config.json, for runc the bundle that ROOT/ID/state.json remembers;
 * which of the two the runtime is, its file's name says. *ret_dirfd and *ret_file name it,
 * *ret_shown is for messages. STATUS_INVALID when no such container is found: the runtime could
 * not exec into it either. The state's directory must be root's or the caller's own.
 */
enum status container_state_find(const struct runtime_args *args, const char *runtime_path,
				 struct arena *arena, int *ret_dirfd, const char **ret_file,
				 const char **ret_shown, struct error *err) MUST_CHECK;

#endif
