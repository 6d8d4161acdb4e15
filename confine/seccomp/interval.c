/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/interval.h"

#include <stdlib.h>

#define NO_INDEX 255

/* A mask of high bits only makes MASKED_EQ the interval of one aligned block. */
static bool is_prefix_mask(uint64_t mask)
{
	return (~mask & (~mask + 1)) == 0;
}

/* The numbers that satisfy a condition, as low..high; NE is its gap. False: not an interval. */
static bool as_interval(const struct profile_arg *cond, uint64_t *low, uint64_t *high)
{
	*low = 0;
	*high = UINT64_MAX;
	switch ((enum compare)cond->op) {
	case COMPARE_MASKED_EQ:
		*low = cond->b;
		*high = cond->b | ~cond->a;
		return is_prefix_mask(cond->a);
	case COMPARE_EQ:
	case COMPARE_NE:
		*low = *high = cond->a;
		return true;
	case COMPARE_LT:
		*high = cond->a - 1;
		return true;
	case COMPARE_LE:
		*high = cond->a;
		return true;
	case COMPARE_GE:
		*low = cond->a;
		return true;
	case COMPARE_GT:
		*low = cond->a + 1;
		return true;
	}
	return false;
}

struct sweep {
	uint64_t *cuts; /* where something may change: the first number after the change */
	size_t count;
	uint8_t index;
};

/* False when a rule is of another kind, or would need a datum of 2^32 and more. */
static bool add_cuts(struct sweep *sweep, const struct rule *rules)
{
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		uint64_t low, high;

		if (r->cond_count == 0)
			continue;
		if (r->cond_count > 1 ||
		    (sweep->index != NO_INDEX && sweep->index != r->conds[0].index) ||
		    !as_interval(&r->conds[0], &low, &high))
			return false;
		sweep->index = r->conds[0].index;
		if (low > (uint64_t)UINT32_MAX + 1 || (high != UINT64_MAX && high > UINT32_MAX))
			return false;
		if (low > 0)
			sweep->cuts[sweep->count++] = low;
		if (high < UINT64_MAX)
			sweep->cuts[sweep->count++] = high + 1;
	}
	return true;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static size_t count_rules(const struct rule *rules)
{
	size_t count = 0;

	for (; rules != NULL; rules = rules->next)
		count++;
	return count;
}

/* What one profile says at one number; equally strict rules: the first. */
static struct outcome evaluate(struct call_rules call, uint64_t number)
{
	struct outcome outcome = { call.default_verdict, false };

	for (const struct rule *r = call.rules; r != NULL; r = r->next) {
		uint64_t low = 0, high = UINT64_MAX;
		bool match = true;

		if (r->cond_count > 0) {
			(void)as_interval(&r->conds[0], &low, &high);
			match = (number >= low && number <= high) != (r->conds[0].op == COMPARE_NE);
		}
		if (match && (!outcome.is_explicit || r->verdict.action < outcome.verdict.action))
			outcome = (struct outcome){ r->verdict, true };
	}
	return outcome;
}

static bool add_rule(const struct merge_context *context, struct rule ***tail, uint8_t index,
		     enum compare op, uint64_t a, uint64_t b, struct verdict verdict)
{
	struct rule *rule = arena_alloc(context->arena, sizeof(*rule) + sizeof(rule->conds[0]));

	if (rule == NULL)
		return false;
	rule->verdict = verdict;
	rule->cond_count = 1;
	rule->conds[0] = (struct profile_arg){ index, (uint8_t)op, a, b };
	**tail = rule;
	*tail = &rule->next;
	return true;
}

/* GT d rather than GE d+1: the datum stays below 2^32. */
static bool add_segment(const struct merge_context *context, struct rule ***tail, uint8_t index,
			uint64_t low, uint64_t high, struct outcome outcome)
{
	struct regions blocks = { .arena = context->scratch };

	if (!outcome.is_explicit)
		return true;
	if (low == high)
		return add_rule(context, tail, index, COMPARE_EQ, low, 0, outcome.verdict);
	if (low == 0)
		return add_rule(context, tail, index, COMPARE_LE, high, 0, outcome.verdict);
	if (high == UINT64_MAX)
		return add_rule(context, tail, index, COMPARE_GT, low - 1, 0, outcome.verdict);
	if (!regions_add_range(&blocks, index, low, high, outcome.verdict, true, context->budget))
		return false;
	for (size_t i = 0; i < blocks.count; i++) {
		if (!add_rule(context, tail, index, COMPARE_MASKED_EQ,
			      blocks.list[i].cube.mask[index], blocks.list[i].cube.value[index],
			      outcome.verdict))
			return false;
	}
	return true;
}

/* Makes is_explicit mean "needs a rule", as is_worth_a_rule() of merge_call.c has it. */
static struct outcome plain(const struct merge_context *context, struct outcome outcome)
{
	if (verdict_equal(outcome.verdict, context->default_verdict) &&
	    outcome.verdict.action != ACTION_ERRNO)
		outcome.is_explicit = false;
	else if (!verdict_equal(outcome.verdict, context->default_verdict))
		outcome.is_explicit = true;
	return outcome;
}

static bool sweep_segments(const struct merge_context *context, const struct sweep *sweep,
			   struct call_rules first, struct call_rules second,
			   struct rule **ret_rules)
{
	struct rule *rules = NULL, **tail = &rules;
	struct outcome current = { { 0, 0 }, false };
	uint64_t start = 0;

	for (size_t i = 0; i <= sweep->count; i++) {
		uint64_t at = i == 0 ? 0 : sweep->cuts[i - 1];
		struct outcome here =
			plain(context, outcome_pick(evaluate(first, at), evaluate(second, at)));

		if (i > 0 && (here.is_explicit != current.is_explicit ||
			      !verdict_equal(here.verdict, current.verdict))) {
			if (!add_segment(context, &tail, sweep->index, start, at - 1, current))
				return false;
			start = at;
		}
		current = here;
	}
	if (start == 0) {
		struct rule *rule = NULL;

		if (current.is_explicit) {
			rule = arena_alloc(context->arena, sizeof(*rule));
			if (rule == NULL)
				return false;
			rule->verdict = current.verdict;
		}
		rules = rule;
	} else if (!add_segment(context, &tail, sweep->index, start, UINT64_MAX, current)) {
		return false;
	}
	*ret_rules = rules;
	return true;
}

bool interval_merge(const struct merge_context *context, struct call_rules first,
		    struct call_rules second, struct rule **ret_rules)
{
	size_t rules = count_rules(first.rules) + count_rules(second.rules);
	struct sweep sweep = { .index = NO_INDEX };

	sweep.cuts = arena_array(context->scratch, rules * 2, sizeof(*sweep.cuts));
	if (sweep.cuts == NULL || !add_cuts(&sweep, first.rules) ||
	    !add_cuts(&sweep, second.rules) || sweep.index == NO_INDEX ||
	    !budget_take(context->budget, rules * rules / 16))
		return false;
	qsort(sweep.cuts, sweep.count, sizeof(*sweep.cuts), by_number);
	return sweep_segments(context, &sweep, first, second, ret_rules);
}
