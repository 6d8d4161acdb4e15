/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_INJECT_KEEPER_H
#define CONFINE_INJECT_KEEPER_H

#include "confine/inject/plan.h"

/*
 * The process that stays behind when the hook ends, until the workload's execve and no longer:
 * in a session of its own, with no descriptor of the runtime's (which waits for its hooks'
 * output to be closed), in "/", called oci-confine-keeper.
 */
struct keeper {
	bool is_child; /* this process is the keeper */
	int ready;     /* keeper: the pipe to the hook */
};

/*
 * Forks. In the hook it returns once the keeper holds the container's init, or with the
 * keeper's own error. In the keeper it returns at once with is_child: call keeper_run().
 */
enum status keeper_start(struct keeper *ret_keeper, struct error *err) MUST_CHECK;

/*
 * The keeper's life: seize, tell the hook, wait for the execve, inject, detach. When that fails
 * the container is killed and err says why; nobody but the log can be told. words is argv of
 * main(), whose bytes become the new name.
 */
enum status keeper_run(struct keeper *keeper, const struct inject_plan *plan, char **words,
		       struct error *err) MUST_CHECK;

#endif
