/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/decide.h"

#include <errno.h>

#include "confine/apparmor/choose.h"
#include "confine/capabilities.h"
#include "confine/seccomp/runtime_default.h"

/*
 * config.json does not say "privileged". What engines write for it: every capability that they
 * have to give, and every device or nothing masked.
 */
static bool is_privileged(const struct container *container, const struct host *host)
{
	return (host->grantable & ~container->process.capabilities.bounding) == 0 &&
	       (container->all_devices || !container->has_masked_paths);
}

/* Exempt, or privileged where the policy lets those pass. */
static bool is_untouched(const struct confine_inputs *in)
{
	return request_is_exempt(in->container, in->policy) ||
	       (in->policy->privileged == ANSWER_PASS && is_privileged(in->container, in->host));
}

static bool is_unconfined(const struct confine_inputs *in)
{
	return !in->container->has_seccomp && in->request->seccomp_count == 0 &&
	       !in->request->default_seccomp;
}

/* The policy's word on containers that should not be, and on those it does not touch. */
static enum status check_admission(const struct confine_inputs *in, struct error *err)
{
	const struct policy *policy = in->policy;

	if (policy->privileged == ANSWER_REFUSE && is_privileged(in->container, in->host))
		return json_fail(
			json_get(in->container->process.json, "capabilities"), STATUS_DENIED, err,
			"privileged containers are refused by %s (\"privileged\": \"refuse\")",
			policy->path);
	if (policy->unconfined == ANSWER_REFUSE &&
	    (is_unconfined(in) || in->request->unconfined_seccomp))
		return json_fail(json_exists(in->container->linux_object)
					 ? in->container->linux_object
					 : json_root(in->container->doc),
				 STATUS_DENIED, err,
				 "containers without a seccomp profile are refused by %s "
				 "(\"unconfined\": \"refuse\")",
				 policy->path);
	return STATUS_OK;
}

/* In audit mode what would be refused starts, with a warning. */
static bool only_audited(const struct confine_inputs *in, enum status st, struct arena *arena,
			 struct notes *notes, const struct error *err)
{
	if (st != STATUS_DENIED || !in->policy->audit)
		return false;
	notes_add(notes, arena, "audit: would be refused: %s%s%s", err->where,
		  err->where[0] != '\0' ? ": " : "", err->what);
	return true;
}

/* A pod's pause container is the engine's own. */
static enum status check_constraints(const struct confine_inputs *in, bool no_new_privileges,
				     struct arena *arena, struct notes *notes, struct error *err)
{
	struct constraint_question question = { &in->policy->constraints, in->container,
						in->policy->path, no_new_privileges };

	enum status st;

	if (in->request->is_sandbox)
		return STATUS_OK;
	st = constraints_check(&question, arena, notes, err);
	return only_audited(in, st, arena, notes, err) ? STATUS_OK : st;
}

static enum status decide_privileges(const struct confine_inputs *in,
				     struct privileges *ret_privileges, struct error *err)
{
	const struct process *process = &in->container->process;
	struct privileges privileges = { .capabilities = process->capabilities };
	uint64_t ceiling = in->policy->limit_capabilities & ~in->policy->drop_capabilities &
			   ~in->request->drop_capabilities;
	enum status st = capabilities_check_known(process, in->host, err);

	if (st != STATUS_OK)
		return st;
	capabilities_restrict(&privileges.capabilities, ceiling);
	privileges.no_new_privileges = process->no_new_privileges ||
				       in->request->no_new_privileges ||
				       in->policy->no_new_privileges;
	if (in->policy->audit) {
		privileges.capabilities = process->capabilities;
		privileges.no_new_privileges = process->no_new_privileges;
	}
	*ret_privileges = privileges;
	return STATUS_OK;
}

/* exec: the process.json of one, or not there. */
static enum status decide_label(const struct confine_inputs *in, struct json exec,
				struct arena *arena, struct notes *notes,
				struct privileges *privileges, struct error *err)
{
	struct apparmor_question question = { in->policy, in->host, in->request,
					      in->container->process.json, exec };
	struct apparmor_answer answer;
	enum status st = apparmor_choose(&question, arena, notes, &answer, err);

	if (st != STATUS_OK)
		return st;
	privileges->apparmor_profile = answer.text;
	privileges->apparmor = answer.label;
	return STATUS_OK;
}

struct seccomp_inputs {
	struct ruleset list[REQUEST_PROFILES_MAX + 2];
	size_t count;
};

static enum status add_profile(const struct profile *profile, const struct ruleset_context *context,
			       struct arena *arena, struct notes *notes,
			       struct seccomp_inputs *inputs, struct error *err)
{
	enum status st =
		ruleset_resolve(profile, context, arena, notes, &inputs->list[inputs->count], err);

	inputs->count += st == STATUS_OK ? 1 : 0;
	return st;
}

static enum status add_baseline(const struct confine_inputs *in,
				const struct ruleset_context *context, struct arena *arena,
				struct notes *notes, struct seccomp_inputs *inputs,
				struct error *err)
{
	const struct policy *policy = in->policy;
	enum status st;

	/* an administrator may let containers without any profile stay without one */
	if (policy->unconfined == ANSWER_PASS && is_unconfined(in))
		return STATUS_OK;
	if (policy->baseline == BASELINE_NONE && !in->request->default_seccomp)
		return STATUS_OK;
	if (policy->baseline == BASELINE_FILE)
		return add_profile(&in->profiles->baseline, context, arena, notes, inputs, err);
	st = runtime_default_resolve(policy->baseline_version, context, arena,
				     &inputs->list[inputs->count], err);
	inputs->count += st == STATUS_OK ? 1 : 0;
	return st;
}

/* Audit mode: the container's own profile is the only one that denies. */
static void log_what_we_add(struct seccomp_inputs *inputs, bool has_own, size_t own)
{
	uint32_t arches = has_own ? inputs->list[own].arches : ARCH_MACHINE;

	for (size_t i = 0; i < inputs->count; i++) {
		if (i != own || !has_own)
			ruleset_log_instead(&inputs->list[i], arches);
	}
}

/* A list that is not there means this one to runtimes: seccomp_profile.h. */
static void log_denials(struct ruleset *merged)
{
	merged->flags = (merged->flags_given ? merged->flags : FLAG_SPEC_ALLOW) | FLAG_LOG;
	merged->flags_given = true;
}

static enum status decide_seccomp(const struct confine_inputs *in, struct arena *arena,
				  struct notes *notes, struct confinement *confinement,
				  struct error *err)
{
	struct ruleset_context context = { confinement->privileges.capabilities.bounding,
					   in->host->kernel };
	struct seccomp_inputs *inputs = arena_alloc(arena, sizeof(*inputs));
	struct buffer out = BUFFER_INIT(arena);
	size_t own;
	enum status st;

	if (inputs == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
	st = add_baseline(in, &context, arena, notes, inputs, err);
	own = inputs->count;
	if (st == STATUS_OK && in->container->has_seccomp)
		st = add_profile(&in->container->seccomp, &context, arena, notes, inputs, err);
	for (size_t i = 0; i < in->request->seccomp_count && st == STATUS_OK; i++)
		st = add_profile(&in->profiles->requested[i], &context, arena, notes, inputs, err);
	if (st != STATUS_OK || inputs->count == 0)
		return st;
	if (in->policy->audit)
		log_what_we_add(inputs, in->container->has_seccomp, own);
	for (size_t i = 0; i < inputs->count && in->policy->native_arch_only && !in->policy->audit;
	     i++)
		inputs->list[i].arches = ARCH_BIT(ARCH_NATIVE);
	confinement->has_seccomp = true;
	st = merge_around(inputs->list, inputs->count, own, arena, notes, &confinement->seccomp,
			  err);
	if (st == STATUS_OK && in->policy->log_denials)
		log_denials(&confinement->seccomp);
	if (st == STATUS_OK) {
		ruleset_write(&confinement->seccomp, &out);
		st = buffer_text(&out, &confinement->seccomp_text, err);
	}
	return st;
}

enum status confine_decide(const struct confine_inputs *inputs, struct arena *arena,
			   struct notes *notes, struct confinement *ret_confinement,
			   struct error *err)
{
	struct confinement confinement = { .privileges.untouched = is_untouched(inputs) };
	enum status st = STATUS_OK;

	if (!confinement.privileges.untouched)
		st = check_admission(inputs, err);
	if (only_audited(inputs, st, arena, notes, err)) {
		confinement.privileges.untouched = true;
		st = STATUS_OK;
	}
	/* capabilities first: RuntimeDefault depends on the bounding set */
	if (st == STATUS_OK && !confinement.privileges.untouched)
		st = decide_privileges(inputs, &confinement.privileges, err);
	if (st == STATUS_OK && !confinement.privileges.untouched)
		st = check_constraints(inputs, confinement.privileges.no_new_privileges, arena,
				       notes, err);
	if (st == STATUS_OK && !confinement.privileges.untouched)
		st = decide_label(inputs, (struct json){ NULL, 0 }, arena, notes,
				  &confinement.privileges, err);
	if (st == STATUS_OK && !confinement.privileges.untouched)
		st = decide_seccomp(inputs, arena, notes, &confinement, err);
	if (st != STATUS_OK || confinement.privileges.untouched) {
		*ret_confinement = confinement;
		return st;
	}
	confinement.dropped = inputs->container->process.capabilities.bounding &
			      ~confinement.privileges.capabilities.bounding;
	*ret_confinement = confinement;
	return STATUS_OK;
}

/* Within what the container has; what the process itself asks for is in *privileges. */
static enum status decide_exec_privileges(const struct confine_inputs *in,
					  const struct process *process,
					  struct privileges *privileges, struct error *err)
{
	struct privileges container;
	enum status st = decide_privileges(in, &container, err);

	if (st == STATUS_OK)
		st = capabilities_check_known(process, in->host, err);
	privileges->as_asked = in->policy->audit;
	if (st != STATUS_OK || privileges->as_asked)
		return st;
	/* an exec that names none gets the container's: those that it was really started with */
	privileges->inherits_too_much = !capability_sets_equal(
		&container.capabilities, &in->container->process.capabilities);
	if (!process->capabilities_given)
		privileges->capabilities = container.capabilities;
	capabilities_restrict(&privileges->capabilities, container.capabilities.bounding);
	privileges->no_new_privileges |= container.no_new_privileges;
	return STATUS_OK;
}

enum status confine_decide_exec(const struct confine_inputs *inputs, const struct process *process,
				struct arena *arena, struct notes *notes,
				struct privileges *ret_privileges, struct error *err)
{
	struct privileges privileges = { .capabilities = process->capabilities,
					 .no_new_privileges = process->no_new_privileges };
	enum status st;

	if (is_untouched(inputs)) {
		privileges.untouched = true;
		privileges.apparmor_profile = process->apparmor_profile;
		*ret_privileges = privileges;
		return STATUS_OK;
	}
	st = decide_exec_privileges(inputs, process, &privileges, err);
	if (st == STATUS_OK)
		st = decide_label(inputs, process->json, arena, notes, &privileges, err);
	if (st == STATUS_OK)
		*ret_privileges = privileges;
	return st;
}
