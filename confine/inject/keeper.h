/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_INJECT_KEEPER_H
#define CONFINE_INJECT_KEEPER_H

#include "confine/inject/plan.h"

/*
 * The process that stays behind when the hook ends, until the workload's execve and no longer:
 * in a session of its own, with no descriptor of the runtime's (which waits for its hooks'
 * output to be closed), in "/", called oci-confine-keeper. It seizes the container's init, tells
 * the hook, waits for the execve, injects, detaches. When that fails the container is killed.
 *
 * It has the hook's memory, not a copy of it (clone(2), CLONE_VM): copying would be the most
 * that it costs. So the hook, once this has returned, does nothing but end: it allocates nothing
 * and frees nothing.
 */
struct keeper {
	const struct inject_plan *plan; /* in pages of its own */
	char **words;			/* argv of main(), whose bytes become the new name */
	/* what is done when it has killed the container: nobody hears it but the log */
	void (*on_failure)(const struct inject_plan *plan, const struct error *err);
};

/*
 * Returns once the keeper holds the container's init; or with the keeper's own error, and then
 * it has ended. Blocks every signal, for good: neither of the two is interrupted while they use
 * the same memory.
 */
enum status keeper_start(const struct keeper *keeper, struct error *err) MUST_CHECK;

#endif
