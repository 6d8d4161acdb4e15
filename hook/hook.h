/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOOK_HOOK_H
#define HOOK_HOOK_H

#include "confine/confine.h"
#include "confine/inject/keeper.h"
#include "hook/options.h"

#define HOOK_NAME "oci-confine-hook" /* in messages and in the log */

/* One call of the hook. */
struct hook {
	struct hook_options options;
	struct arena arena;
	struct hook_state state;
	char id[PLAN_ID_SIZE];	  /* for messages, also when the arena is gone */
	struct inject_plan *plan; /* NULL: nothing is put on */
	const char *done;	  /* to the container, besides refusing it; or NULL */
	char **words;		  /* argv of main() */
};

/* Reads policy, host and the bundle's config.json, and decides. */
enum status hook_decide(struct hook *hook, struct confine *ret_confine,
			struct confined *ret_confined, struct error *err) MUST_CHECK;

/*
 * Before the start: sees to it that the workload will be held to the decision. Where config.json
 * does not carry it, a keeper has stayed behind on STATUS_OK, and the hook must end: keeper.h.
 * The arena is empty then.
 */
enum status hook_enforce(struct hook *hook, struct error *err) MUST_CHECK;

/*
 * After it: holds the running process against the decision. A container that is looser is killed:
 * STATUS_DENIED says in what. So is one that cannot be held against it, whatever failed; hook->done
 * says that. One that a keeper still holds has not run yet, and the keeper will look; one that has
 * ended is past all looking.
 */
enum status hook_attest(struct hook *hook, struct error *err) MUST_CHECK;

#endif
