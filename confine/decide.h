/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_DECIDE_H
#define CONFINE_DECIDE_H

#include "confine/apparmor/label.h"
#include "confine/host.h"
#include "confine/load.h"
#include "confine/notes.h"
#include "confine/policy.h"
#include "confine/request.h"
#include "confine/seccomp/merge.h"
#include "oci-spec/container.h"

/*
 * The promise, for every process of the container:
 *
 *   capabilities  what config.json grants, minus requested drops, minus the policy's, within
 *                 its limit
 *   seccomp       RuntimeDefault for the final bounding set AND config.json's profile AND each
 *                 requested one
 *   AppArmor      the baseline stacked with config.json's profile and each requested one
 *   no_new_privs  if any of them asks for it
 *
 * In audit mode capabilities and no_new_privs stay as config.json says, what seccomp would deny
 * is logged instead, and AppArmor's profiles complain: no more is denied than without us, to an
 * exec neither.
 *
 * Deciding is pure: the same container, policy, host and profiles give the same decision, and
 * nothing but memory is touched.
 */
struct privileges {
	struct capability_sets capabilities;
	bool no_new_privileges;
	struct text apparmor_profile;	/* empty: none */
	struct apparmor_label apparmor; /* its members that have to be loaded first */
	bool untouched;			/* the policy leaves this container alone */
	bool inherits_too_much;		/* exec: config.json grants more than is decided now */
	bool as_asked; /* exec in audit mode: its own capabilities and no_new_privs stay */
};

struct confinement {
	struct privileges privileges; /* with .untouched: nothing is changed, and no more decided */
	bool has_seccomp;
	struct ruleset seccomp;	  /* valid when has_seccomp */
	struct text seccomp_text; /* the same, as linux.seccomp of config.json */
	struct text filter;	  /* compiled, a JSON string for crun: handover.h; empty: none */
	uint64_t dropped; /* capabilities that config.json granted and the decision does not */
};

struct confine_inputs {
	const struct container *container;
	const struct policy *policy;
	const struct host *host;
	const struct request *request;
	const struct loaded_profiles *profiles;
};

/*
 * STATUS_DENIED: the policy refuses such a container. STATUS_INVALID and STATUS_UNSUPPORTED: the
 * promise cannot be kept. In each case the container must not start.
 */
enum status confine_decide(const struct confine_inputs *inputs, struct arena *arena,
			   struct notes *notes, struct confinement *ret_confinement,
			   struct error *err) MUST_CHECK;

/*
 * What a process that is exec'd into the container may have: what it asks for, within the
 * container's own decision. Refusals that hold at the start do not count here: a container that
 * runs already can be looked into.
 */
enum status confine_decide_exec(const struct confine_inputs *inputs, const struct process *process,
				struct arena *arena, struct notes *notes,
				struct privileges *ret_privileges, struct error *err) MUST_CHECK;

#endif
