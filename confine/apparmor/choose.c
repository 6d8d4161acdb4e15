/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/choose.h"

#include <errno.h>

#include "confine/apparmor/loaded.h"

/* Stacking came with Linux 4.13. */
#define KERNEL_STACKS ((uint32_t)4 << 16 | 13)

enum status apparmor_audit_name(struct text name, struct arena *arena, struct text *ret_name,
				struct error *err)
{
	struct buffer audit = BUFFER_INIT(arena);

	if (text_starts_with(name, APPARMOR_AUDIT_PREFIX)) {
		*ret_name = name;
		return STATUS_OK;
	}
	buffer_add_str(&audit, APPARMOR_AUDIT_PREFIX);
	buffer_add(&audit, name);
	return buffer_text(&audit, ret_name, err);
}

/* What is stacked, and what each member comes from, for messages. */
struct stack {
	struct apparmor_label label;
	struct json origins[APPARMOR_MEMBERS_MAX]; /* not there: the baseline */
};

static struct json profile_of(struct json process)
{
	return json_get(process, "apparmorProfile");
}

bool apparmor_name_matches(struct text pattern, struct text name)
{
	if (pattern.len == 0 || pattern.ptr[pattern.len - 1] != '*')
		return text_equal(pattern, name);
	pattern.len--;
	return name.len >= pattern.len && memcmp(name.ptr, pattern.ptr, pattern.len) == 0;
}

static bool is_engine_default(const struct policy *policy, struct text name)
{
	for (size_t i = 0; i < policy->apparmor.engine_defaults.count; i++) {
		if (apparmor_name_matches(policy->apparmor.engine_defaults.items[i], name))
			return true;
	}
	return false;
}

/* What comes from outside of the policy, one after the other. */
static enum status add(struct stack *stack, struct text member, struct json origin,
		       struct error *err)
{
	size_t before = stack->label.count;

	if (!apparmor_label_add(&stack->label, member))
		return json_fail(origin, STATUS_INVALID, err, "stacks more than %d profiles",
				 APPARMOR_MEMBERS_MAX);
	if (stack->label.count > before)
		stack->origins[before] = origin;
	return STATUS_OK;
}

static enum status add_named(struct stack *stack, struct json value, struct error *err)
{
	struct apparmor_label label;
	enum status st = apparmor_label_parse(value, &label, err);

	for (size_t i = 0; st == STATUS_OK && i < label.count; i++)
		st = add(stack, label.members[i], value, err);
	return st;
}

/* Everything that is asked for: by config.json, by the exec, by annotations. */
static enum status collect(const struct apparmor_question *q, struct stack *ret_asked,
			   struct error *err)
{
	enum status st;

	ret_asked->label.count = 0;
	st = add_named(ret_asked, profile_of(q->process), err);
	if (st == STATUS_OK && json_exists(q->exec))
		st = add_named(ret_asked, profile_of(q->exec), err);
	for (size_t i = 0; st == STATUS_OK && i < q->request->apparmor_count; i++)
		st = add(ret_asked, q->request->apparmor[i].name,
			 q->request->apparmor[i].annotation, err);
	return st;
}

/* The policy lets containers be that say "unconfined" themselves. */
static bool may_be_unconfined(const struct apparmor_question *q)
{
	return q->policy->unconfined == ANSWER_PASS &&
	       (text_is(json_text(profile_of(q->process)), "unconfined") ||
		q->request->unconfined_apparmor);
}

static enum status stack_enforced(const struct apparmor_question *q, const struct stack *asked,
				  struct stack *ret_stack, struct error *err)
{
	struct text baseline = q->policy->apparmor.baseline;
	enum status st = STATUS_OK;

	if (baseline.len == 0 || (asked->label.count == 0 && may_be_unconfined(q)) ||
	    (asked->label.count == 1 && is_engine_default(q->policy, asked->label.members[0]))) {
		*ret_stack = *asked;
		return STATUS_OK;
	}
	ret_stack->label.count = 0;
	st = add(ret_stack, baseline, (struct json){ NULL, 0 }, err);
	for (size_t i = 0; st == STATUS_OK && i < asked->label.count; i++) {
		if (!is_engine_default(q->policy, asked->label.members[i]))
			st = add(ret_stack, asked->label.members[i], asked->origins[i], err);
	}
	return st;
}

/* Whether a profile is named that is not ours in audit mode. */
static enum status names_its_own(struct json value, bool *ret_own, struct error *err)
{
	struct apparmor_label label;
	enum status st = apparmor_label_parse(value, &label, err);

	*ret_own = false;
	for (size_t i = 0; st == STATUS_OK && i < label.count; i++)
		*ret_own |= !text_starts_with(label.members[i], APPARMOR_AUDIT_PREFIX);
	return st;
}

/* In audit mode what a process has without us stays; *ret_stays is false when that is nothing. */
static enum status keep_its_own(const struct apparmor_question *q, struct stack *stack,
				bool *ret_stays, struct error *err)
{
	struct json exec = profile_of(q->exec), own = profile_of(q->process);
	bool container_has;
	enum status st = names_its_own(own, &container_has, err);

	*ret_stays = container_has;
	/* one that names none gets the container's */
	if (st == STATUS_OK && json_text(exec).len > 0) {
		st = names_its_own(exec, ret_stays, err);
		/* "unconfined" stays too, where nothing that denies may be put in its place */
		*ret_stays |= container_has;
		own = exec;
	}
	return st == STATUS_OK && *ret_stays ? add_named(stack, own, err) : st;
}

static enum status stack_audited(const struct apparmor_question *q, const struct stack *asked,
				 struct arena *arena, struct notes *notes, struct stack *ret_stack,
				 struct error *err)
{
	struct stack enforced;
	bool stays = false;
	enum status st;

	ret_stack->label.count = 0;
	st = keep_its_own(q, ret_stack, &stays, err);
	if (st != STATUS_OK || stays) {
		if (st == STATUS_OK)
			notes_add(notes, arena,
				  "audit: the container keeps its own AppArmor profile, nothing is "
				  "stacked on it");
		return st;
	}
	st = stack_enforced(q, asked, &enforced, err);
	for (size_t i = 0; st == STATUS_OK && i < enforced.label.count; i++) {
		struct text name;

		st = apparmor_audit_name(enforced.label.members[i], arena, &name, err);
		if (st == STATUS_OK)
			st = add(ret_stack, name, enforced.origins[i], err);
	}
	return st;
}

/* The error is about the annotation or key that asks; about the policy where none does. */
static enum status fail(struct json origin, const struct apparmor_question *q, struct error *err,
			const char *what, const char *why)
{
	if (json_exists(origin))
		return json_fail(origin, STATUS_UNSUPPORTED, err, "%s, but %s", what, why);
	return error_set(err, STATUS_UNSUPPORTED, 0, "%s by %s, but %s", what, q->policy->path,
			 why);
}

const char *apparmor_obstacle(const struct host *host)
{
	if (!host->has_apparmor)
		return "this kernel has no AppArmor";
	if (host->apparmor_hidden)
		return "only root may see which profiles " APPARMOR_LOADED_PATH " lists";
	if (host->apparmor_profiles.ptr == NULL)
		return APPARMOR_LOADED_PATH " cannot be read: is securityfs mounted?";
	return NULL;
}

/* Without AppArmor only what nobody asked for may be left out. */
static enum status do_without(const struct apparmor_question *q, const struct stack *asked,
			      struct error *err)
{
	enum required required = q->policy->apparmor.required;
	const char *why = apparmor_obstacle(q->host);

	if (asked->label.count > 0)
		return fail(asked->origins[0], q, err, "an AppArmor profile is asked for", why);
	if (json_exists(q->request->default_apparmor))
		return fail(q->request->default_apparmor, q, err,
			    "an AppArmor profile is asked for", why);
	if (q->policy->apparmor.baseline.len == 0 || may_be_unconfined(q))
		return STATUS_OK;
	/* who is not root cannot look, nor load: what is required there, the policy must say */
	if (required == REQUIRED_YES ||
	    (required == REQUIRED_AUTO && q->host->has_apparmor && !q->host->apparmor_hidden))
		return fail((struct json){ NULL, 0 }, q, err, "AppArmor is required", why);
	return STATUS_OK;
}

/* Enough to keep the promise: what is loaded enforces, or in audit mode what is ours denies nothing. */
static bool mode_will_do(const struct policy *policy, struct text name, struct text mode)
{
	if (!policy->audit)
		return apparmor_mode_enforces(mode);
	return !text_starts_with(name, APPARMOR_AUDIT_PREFIX) || text_is(mode, "complain");
}

static enum status check_modes(const struct apparmor_question *q, const struct stack *stack,
			       struct error *err)
{
	for (size_t i = 0; i < stack->label.count; i++) {
		struct text name = stack->label.members[i];
		struct text mode = apparmor_loaded_mode(q->host->apparmor_profiles, name);
		struct json origin = stack->origins[i];

		if (mode.len == 0 || mode_will_do(q->policy, name, mode))
			continue;
		if (json_exists(origin))
			return json_fail(origin, STATUS_UNSUPPORTED, err,
					 "the AppArmor profile '%.*s' is loaded in %.*s mode, "
					 "expected %s",
					 TEXT_ARG(name), TEXT_ARG(mode),
					 q->policy->audit ? "complain" : "enforce");
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "the AppArmor profile '%.*s' of %s is loaded in %.*s mode, "
				 "expected %s",
				 TEXT_ARG(name), q->policy->path, TEXT_ARG(mode),
				 q->policy->audit ? "complain" : "enforce");
	}
	return STATUS_OK;
}

static enum status label_text(const struct apparmor_question *q, const struct stack *stack,
			      struct arena *arena, struct text *ret_text, struct error *err)
{
	struct json current = profile_of(json_exists(q->exec) ? q->exec : q->process);
	struct apparmor_label now;
	enum status st = apparmor_label_parse(current, &now, err);

	if (st == STATUS_OK && apparmor_label_equal(&now, &stack->label)) {
		*ret_text = json_text(current);
		return STATUS_OK;
	}
	return st == STATUS_OK ? apparmor_label_text(&stack->label, arena, ret_text, err) : st;
}

enum status apparmor_choose(const struct apparmor_question *q, struct arena *arena,
			    struct notes *notes, struct apparmor_answer *ret_answer,
			    struct error *err)
{
	struct stack *stacks = arena_array(arena, 2, sizeof(*stacks));
	struct stack *asked = stacks, *stack;
	enum status st;

	if (stacks == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot choose the AppArmor label");
	stack = stacks + 1;
	st = collect(q, asked, err);
	if (st == STATUS_OK && apparmor_obstacle(q->host) != NULL)
		st = do_without(q, asked, err);
	else if (st == STATUS_OK && q->policy->audit)
		st = stack_audited(q, asked, arena, notes, stack, err);
	else if (st == STATUS_OK)
		st = stack_enforced(q, asked, stack, err);
	if (st == STATUS_OK && stack->label.count == 0 && json_exists(q->request->default_apparmor))
		return json_fail(q->request->default_apparmor, STATUS_UNSUPPORTED, err,
				 "asks for the default AppArmor profile, but neither the engine "
				 "nor %s names one",
				 q->policy->path);
	if (st == STATUS_OK && stack->label.count > 1 && q->host->kernel < KERNEL_STACKS)
		st = fail(stack->origins[stack->label.count - 1], q, err,
			  "several AppArmor profiles are asked for",
			  "this kernel cannot stack them (Linux 4.13 can)");
	if (st == STATUS_OK)
		st = check_modes(q, stack, err);
	if (st == STATUS_OK)
		st = label_text(q, stack, arena, &ret_answer->text, err);
	if (st == STATUS_OK)
		ret_answer->label = stack->label;
	return st;
}
