/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/ruling.h"

#include "confine/seccomp/evaluate.h"
#include "confine/seccomp/merge_call.h"

static bool add(struct rulings *answers, const struct ruling *answer, struct budget *budget)
{
	if (!budget_take(budget, 1))
		return false;
	if (answers->count == answers->size) {
		size_t size = answers->size == 0 ? 8 : answers->size * 2;
		struct ruling *list = arena_grow(answers->arena, answers->list,
						 answers->size * sizeof(*list),
						 size * sizeof(*list));

		if (list == NULL)
			return false;
		answers->list = list;
		answers->size = size;
	}
	answers->list[answers->count++] = *answer;
	return true;
}

/*
 * The rules as libseccomp compares them for x86 and x32: the low halves of the numbers. One
 * that can never hold is left out.
 */
static bool narrow_rules(const struct rule *rules, struct arena *arena, struct rule **ret_rules)
{
	struct rule *head = NULL, **tail = &head;

	for (const struct rule *r = rules; r != NULL; r = r->next) {
		size_t bytes = sizeof(*r) + r->cond_count * sizeof(r->conds[0]);
		struct rule *copy = arena_alloc(arena, bytes);
		bool never = false;

		if (copy == NULL)
			return false;
		memcpy(copy, r, bytes);
		copy->next = NULL;
		for (unsigned c = 0; c < r->cond_count; c++) {
			struct profile_arg *cond = &copy->conds[c];

			cond->a = (uint32_t)cond->a;
			cond->b = (uint32_t)cond->b & cond->a;
			never = never || (cond->op == COMPARE_LT && cond->a == 0);
		}
		if (never)
			continue;
		*tail = copy;
		tail = &copy->next;
	}
	*ret_rules = head;
	return true;
}

static bool is_one_call(const struct cube *cube)
{
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		if (cube->mask[i] != UINT64_MAX)
			return false;
	}
	return true;
}

/* One ruleset's answers; the arguments of a region are all decided by one rule. */
static bool rulings_of(const struct ruleset *ruleset, size_t by, const struct question *question,
		       const struct cube *asked, struct budget *budget, struct rulings *out)
{
	struct regions regions = { .arena = out->arena };
	struct call_rules call = { ruleset->calls[question->call], ruleset->default_verdict };
	struct rule *narrow;

	if (is_one_call(asked)) {
		/* no need to divide anything, whatever the rules */
		if (!regions_add(&regions, asked, ruleset->default_verdict, false, budget))
			return false;
	} else {
		if (question->is_32bit) {
			if (!narrow_rules(call.rules, out->arena, &narrow))
				return false;
			call.rules = narrow;
		}
		if (!call_partition(call, out->arena, budget, &regions))
			return false;
	}
	for (size_t i = 0; i < regions.count; i++) {
		struct ruling answer = { .by = by };

		if (cube_disjoint(&regions.list[i].cube, asked))
			continue;
		cube_intersect(&regions.list[i].cube, asked, &answer.cube);
		answer.verdict = ruleset_evaluate(ruleset, question->call, answer.cube.value,
						  question->is_32bit, &answer.rule);
		answer.is_explicit = answer.rule != NULL;
		if (!add(out, &answer, budget))
			return false;
	}
	return true;
}

static bool stack(const struct rulings *first, const struct rulings *second, struct budget *budget,
		  struct rulings *out)
{
	for (size_t i = 0; i < first->count; i++) {
		for (size_t j = 0; j < second->count; j++) {
			const struct ruling *a = &first->list[i], *b = &second->list[j];
			struct outcome oa = { a->verdict, a->is_explicit };
			struct outcome ob = { b->verdict, b->is_explicit };
			struct outcome picked = outcome_pick(oa, ob);
			struct ruling answer;

			if (!budget_take(budget, 1))
				return false;
			if (cube_disjoint(&a->cube, &b->cube))
				continue;
			/* of two that say the same the first is named, unless a rule says it */
			answer = verdict_equal(picked.verdict, a->verdict) &&
						 picked.is_explicit == a->is_explicit
					 ? *a
					 : *b;
			cube_intersect(&a->cube, &b->cube, &answer.cube);
			if (!add(out, &answer, budget))
				return false;
		}
	}
	return true;
}

bool rulings_find(const struct ruleset *rulesets, size_t count, const struct question *question,
		  struct arena *arena, struct budget *budget, struct rulings *out)
{
	struct rulings all = { .arena = arena };
	struct cube asked = question->asked;

	for (unsigned i = 0; i < PROFILE_ARGS_MAX && question->is_32bit; i++) {
		asked.mask[i] |= ~(uint64_t)UINT32_MAX;
		asked.value[i] &= UINT32_MAX;
	}
	for (size_t r = 0; r < count; r++) {
		struct rulings one = { .arena = arena }, both = { .arena = arena };

		if (!rulings_of(&rulesets[r], r, question, &asked, budget, &one))
			return false;
		if (r > 0 && !stack(&all, &one, budget, &both))
			return false;
		all = r > 0 ? both : one;
	}
	*out = all;
	return true;
}
