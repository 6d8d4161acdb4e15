/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOOK_OPTIONS_H
#define HOOK_OPTIONS_H

#include <stdbool.h>

#include "oci-spec/hook_state.h"

/* The stages of runtime-spec, config.md, "POSIX-platform Hooks". */
enum stage {
	STAGE_FROM_STATE, /* not said */
	STAGE_PRESTART,
	STAGE_CREATE_RUNTIME,
	STAGE_CREATE_CONTAINER,
	STAGE_START_CONTAINER,
	STAGE_POSTSTART,
	STAGE_POSTSTOP,
};

struct hook_options {
	enum stage stage;
	const char *policy_path; /* NULL: the default */
	bool show_version, show_help;
};

extern const char hook_help[];

/* Reads the command line. STATUS_INVALID names the word that is not understood. */
enum status hook_options_parse(int argc, char **argv, struct hook_options *ret_options,
			       struct error *err) MUST_CHECK;

/*
 * What the hook is to do: ENFORCE before the workload runs, ATTEST after. The status tells only
 * where runtimes agree: runc says creating before the start and created after it, crun created
 * and running. STATUS_UNSUPPORTED for a stage at which neither can be done.
 */
enum hook_task { HOOK_ENFORCE, HOOK_ATTEST };
enum status hook_task_of(enum stage stage, const struct hook_state *state, enum hook_task *ret_task,
			 struct error *err) MUST_CHECK;

/*
 * Whether the state's pid means the same to us as to the runtime. Inside the container's
 * namespaces (createContainer) crun says 0, and runc a number of another pid namespace, which
 * shows in /proc: it is still the host's.
 */
enum status hook_check_pid(const struct hook_state *state, struct error *err) MUST_CHECK;

#endif
