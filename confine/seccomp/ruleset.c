/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/ruleset.h"

#include <errno.h>
#include <inttypes.h>

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot resolve the profile");
}

enum status ruleset_init(struct ruleset *ruleset, struct verdict default_verdict,
			 struct arena *arena, struct error *err)
{
	*ruleset = (struct ruleset){ .default_verdict = default_verdict };
	ruleset->arches = ARCH_BIT(ARCH_NATIVE);
	ruleset->calls = arena_array(arena, syscall_count(), sizeof(struct rule *));
	ruleset->named = arena_alloc(arena, syscall_count());
	if (ruleset->calls == NULL || ruleset->named == NULL)
		return no_memory(err);
	return STATUS_OK;
}

bool rules_equal(const struct rule *a, const struct rule *b)
{
	for (; a != NULL && b != NULL; a = a->next, b = b->next) {
		if (a == b)
			return true;
		if (!verdict_equal(a->verdict, b->verdict) || a->cond_count != b->cond_count)
			return false;
		for (unsigned c = 0; c < a->cond_count; c++) {
			const struct profile_arg *x = &a->conds[c], *y = &b->conds[c];

			if (x->index != y->index || x->op != y->op || x->a != y->a || x->b != y->b)
				return false;
		}
	}
	return a == b;
}

bool ruleset_applies(const struct profile_when *when, const struct ruleset_context *context)
{
	return (when->caps_all & ~context->bounding) == 0 &&
	       (when->caps_none & context->bounding) == 0 && context->kernel >= when->kernel_min &&
	       (when->kernel_below == 0 || context->kernel < when->kernel_below);
}

/* A call's second and later rules; how many there are and which is last is kept beside them. */
static enum status append(struct ruleset *ruleset, unsigned call, struct rule *rule,
			  struct arena *arena, struct error *err)
{
	struct rule **head = &ruleset->calls[call];
	size_t bytes = sizeof(**head) + (*head)->cond_count * sizeof((*head)->conds[0]);
	struct rule_end *end;

	if (ruleset->ends == NULL)
		ruleset->ends = arena_array(arena, syscall_count(), sizeof(*ruleset->ends));
	if (ruleset->ends == NULL)
		return no_memory(err);
	end = &ruleset->ends[call];
	if (end->last == NULL) {
		/* a single rule may be shared with other calls: make it ours before linking to it */
		end->last = arena_alloc(arena, bytes);
		if (end->last == NULL)
			return no_memory(err);
		memcpy(end->last, *head, bytes);
		*head = end->last;
		end->count = 1;
	}
	if (end->count == RULES_PER_CALL_MAX)
		return error_set(err, STATUS_INVALID, 0, "more than %d rules for '%.*s'",
				 RULES_PER_CALL_MAX, TEXT_ARG(syscall_name(call)));
	end->last->next = rule;
	end->last = rule;
	end->count++;
	return STATUS_OK;
}

/* Adds a rule whose conditions are on different arguments. */
static enum status add_rule(struct ruleset *ruleset, unsigned call, struct ruleset_source *source,
			    const struct profile_arg *conds, size_t count, struct arena *arena,
			    struct error *err)
{
	struct rule *rule = count == 0 ? source->shared : NULL;

	if (rule == NULL || ruleset->calls[call] != NULL) {
		rule = arena_alloc(arena, sizeof(*rule) + count * sizeof(rule->conds[0]));
		if (rule == NULL)
			return no_memory(err);
		rule->verdict = source->verdict;
		rule->origin = source->origin;
		rule->cond_count = (uint8_t)count;
		if (count > 0)
			memcpy(rule->conds, conds, count * sizeof(rule->conds[0]));
		if (count == 0 && source->shared == NULL && ruleset->calls[call] == NULL)
			source->shared = rule;
	}
	if (ruleset->calls[call] == NULL) {
		ruleset->calls[call] = rule;
		return STATUS_OK;
	}
	return append(ruleset, call, rule, arena, err);
}

enum truth { NEVER, SOMETIMES, ALWAYS };

/* Brings a condition to its plainest form: libseccomp masks the datum of MASKED_EQ first. */
static enum truth simplify(struct profile_arg *arg)
{
	switch ((enum compare)arg->op) {
	case COMPARE_MASKED_EQ:
		arg->b &= arg->a;
		return arg->a == 0 ? ALWAYS : SOMETIMES;
	case COMPARE_LT:
		return arg->a == 0 ? NEVER : SOMETIMES;
	case COMPARE_GE:
		return arg->a == 0 ? ALWAYS : SOMETIMES;
	case COMPARE_GT:
		return arg->a == UINT64_MAX ? NEVER : SOMETIMES;
	case COMPARE_LE:
		return arg->a == UINT64_MAX ? ALWAYS : SOMETIMES;
	case COMPARE_EQ:
	case COMPARE_NE:
		break;
	}
	return SOMETIMES;
}

static bool repeats_an_index(const struct profile_arg *args, size_t count)
{
	unsigned seen = 0;

	for (size_t i = 0; i < count; i++) {
		if ((seen & 1u << args[i].index) != 0)
			return true;
		seen |= 1u << args[i].index;
	}
	return false;
}

static enum status add_conditional(struct ruleset *ruleset, unsigned call,
				   struct ruleset_source *source, struct arena *arena,
				   struct error *err)
{
	/* both runtimes turn a repeated index into an OR of single conditions */
	bool any = repeats_an_index(source->args, source->arg_count);
	struct profile_arg conds[PROFILE_ARGS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < source->arg_count; i++) {
		struct profile_arg arg = source->args[i];
		enum truth truth = simplify(&arg);
		enum status st;

		if (any && truth != NEVER) {
			st = add_rule(ruleset, call, source, &arg, truth == ALWAYS ? 0 : 1, arena,
				      err);
			if (st != STATUS_OK)
				return st;
		}
		if (!any && truth == NEVER)
			return STATUS_OK;
		if (truth == SOMETIMES)
			conds[count++] = arg;
	}
	if (any)
		return STATUS_OK;
	return add_rule(ruleset, call, source, conds, count, arena, err);
}

enum status ruleset_add_any(struct ruleset *ruleset, unsigned call, struct ruleset_source *source,
			    struct arena *arena, struct error *err)
{
	if (source->arg_count > 0)
		return add_conditional(ruleset, call, source, arena, err);
	return add_rule(ruleset, call, source, NULL, 0, arena, err);
}

static enum status unknown_name(const struct profile_rule *rule, size_t i, struct verdict fallback,
				struct arena *arena, const char *profile, struct notes *notes,
				struct error *err)
{
	struct text name = rule->names[i], nearest;
	struct json list = json_get(rule->json, "names");
	struct json at = json_exists(list) ? json_first(list) : json_get(rule->json, "name");

	if (rule->verdict.action >= fallback.action) {
		notes_add(notes, arena, "%s: unknown system call '%.*s' left out", profile,
			  TEXT_ARG(name));
		return STATUS_OK;
	}
	nearest = syscall_nearest(name);
	for (size_t n = 0; n < i; n++)
		at = json_next(at);
	return json_fail(at, STATUS_INVALID, err,
			 "'%.*s' is no system call, so this rule would deny nothing%s%.*s%s",
			 TEXT_ARG(name), nearest.len > 0 ? " (did you mean '" : "",
			 TEXT_ARG(nearest), nearest.len > 0 ? "'?)" : "");
}

static enum status resolve_rule(const struct profile *profile, const struct profile_rule *rule,
				struct arena *arena, struct notes *notes, struct ruleset *ruleset,
				struct error *err)
{
	struct ruleset_source source = {
		.verdict = rule->verdict,
		.args = rule->args,
		.arg_count = rule->arg_count,
		.origin = (uint16_t)(rule->number + 1),
	};
	enum status st = STATUS_OK;

	for (size_t i = 0; i < rule->name_count && st == STATUS_OK; i++) {
		unsigned call;

		if (!syscall_find(rule->names[i], &call)) {
			st = unknown_name(rule, i, profile->default_verdict, arena, profile->name,
					  notes, err);
			continue;
		}
		st = ruleset_add(ruleset, call, &source, arena, err);
		if (st == STATUS_INVALID) {
			json_path(rule->json, err->where, sizeof(err->where));
			return rule->json.doc->name != NULL
				       ? error_in_file(err, rule->json.doc->name)
				       : st;
		}
	}
	return st;
}

enum status ruleset_resolve(const struct profile *profile, const struct ruleset_context *context,
			    struct arena *arena, struct notes *notes, struct ruleset *ret_ruleset,
			    struct error *err)
{
	struct ruleset ruleset;
	enum status st = ruleset_init(&ruleset, profile->default_verdict, arena, err);

	ruleset.arches |= profile->arches;
	ruleset.flags = profile->flags;
	ruleset.flags_given = profile->flags_given;
	ruleset.listener_path = profile->listener_path;
	ruleset.listener_metadata = profile->listener_metadata;
	for (size_t i = 0; i < profile->rule_count && st == STATUS_OK; i++) {
		const struct profile_rule *rule = &profile->rules[i];

		if (ruleset_applies(&rule->when, context))
			st = resolve_rule(profile, rule, arena, notes, &ruleset, err);
	}
	if (st == STATUS_OK)
		*ret_ruleset = ruleset;
	return st;
}

static void log_instead(struct verdict *verdict)
{
	if (verdict->action < ACTION_LOG)
		*verdict = (struct verdict){ ACTION_LOG, 0 };
}

void ruleset_log_instead(struct ruleset *ruleset, uint32_t arches)
{
	log_instead(&ruleset->default_verdict);
	for (unsigned call = 0; call < syscall_count(); call++) {
		for (struct rule *rule = ruleset->calls[call]; rule != NULL; rule = rule->next)
			log_instead(&rule->verdict);
	}
	ruleset->arches = arches;
	ruleset->listener_path = ruleset->listener_metadata = TEXT_NONE;
}
