/* SPDX-License-Identifier: Apache-2.0 */
#include "support_confine.h"

struct confine support_confine(struct arena *arena, const char *policy)
{
	struct confine confine = { .arena = arena };
	struct error err = { 0 };

	policy_init(&confine.policy);
	if (policy != NULL)
		ASSERT_OK(policy_parse(support_json(arena, policy).doc, &confine.policy, &err), err);
	confine.host = (struct host){
		.kernel = SUPPORT_KERNEL,
		.capabilities = SUPPORT_CAPS,
		.grantable = SUPPORT_CAPS,
		.has_apparmor = true,
		.apparmor_profiles = TEXT("oci-confine-default (enforce)\ncri (enforce)\n"
					  "a (enforce)\nbase (enforce)\nother (enforce)\n"),
	};
	return confine;
}

struct ruleset support_ruleset(struct arena *arena, const char *text)
{
	struct ruleset_context context = { 0, SUPPORT_KERNEL };
	struct notes notes = { .count = 0 };
	struct profile profile;
	struct ruleset ruleset = { .arches = 0 };
	struct error err = { 0 };

	ASSERT_OK(profile_parse(support_json(arena, text), PROFILE_IN_FILE, "p", arena, &profile, &err),
		  err);
	ASSERT_OK(ruleset_resolve(&profile, &context, arena, &notes, &ruleset, &err), err);
	return ruleset;
}

unsigned support_call(const char *name)
{
	unsigned call = 0;

	ck_assert_msg(syscall_find(text_of(name), &call), "%s", name);
	return call;
}

static bool holds(const struct profile_arg *cond, const uint64_t *args)
{
	uint64_t value = args[cond->index];

	switch ((enum compare)cond->op) {
	case COMPARE_NE:
		return value != cond->a;
	case COMPARE_LT:
		return value < cond->a;
	case COMPARE_LE:
		return value <= cond->a;
	case COMPARE_EQ:
		return value == cond->a;
	case COMPARE_GE:
		return value >= cond->a;
	case COMPARE_GT:
		return value > cond->a;
	case COMPARE_MASKED_EQ:
		return (value & cond->a) == (cond->b & cond->a);
	}
	return false;
}

struct verdict support_evaluate(const struct ruleset *ruleset, unsigned call, const uint64_t *args)
{
	struct verdict verdict = ruleset->default_verdict;
	bool found = false;

	for (const struct rule *r = ruleset->calls[call]; r != NULL; r = r->next) {
		bool match = true;

		for (unsigned c = 0; c < r->cond_count; c++)
			match = match && holds(&r->conds[c], args);
		if (match && (!found || r->verdict.action < verdict.action)) {
			verdict = r->verdict;
			found = true;
		}
	}
	return verdict;
}

enum action support_strictest(const struct ruleset *rulesets, size_t count, unsigned call,
			      const uint64_t *args)
{
	enum action strictest = ACTION_ALLOW;

	for (size_t i = 0; i < count; i++) {
		enum action action = (enum action)support_evaluate(&rulesets[i], call, args).action;

		strictest = action < strictest ? action : strictest;
	}
	return strictest;
}

char *support_written(struct arena *arena, const struct ruleset *ruleset)
{
	struct buffer out = BUFFER_INIT(arena);

	ruleset_write(ruleset, &out);
	buffer_add_char(&out, '\0');
	ck_assert(!out.failed);
	return out.ptr;
}
