/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/implies.h"

/* The smallest and largest number that satisfies a condition. NE has the whole range. */
static void bounds(const struct profile_arg *cond, uint64_t *low, uint64_t *high)
{
	*low = 0;
	*high = UINT64_MAX;
	switch ((enum compare)cond->op) {
	case COMPARE_MASKED_EQ:
		*low = cond->b;
		*high = cond->b | ~cond->a;
		break;
	case COMPARE_EQ:
		*low = *high = cond->a;
		break;
	case COMPARE_LT:
		*high = cond->a - 1;
		break;
	case COMPARE_LE:
		*high = cond->a;
		break;
	case COMPARE_GE:
		*low = cond->a;
		break;
	case COMPARE_GT:
		*low = cond->a + 1;
		break;
	case COMPARE_NE:
		break;
	}
}

/* Whether the number can satisfy the condition: exact for MASKED_EQ, EQ and NE. */
static bool admits(const struct profile_arg *cond, uint64_t number)
{
	uint64_t low, high;

	if (cond->op == COMPARE_MASKED_EQ)
		return (number & cond->a) == cond->b;
	if (cond->op == COMPARE_NE)
		return number != cond->a;
	bounds(cond, &low, &high);
	return number >= low && number <= high;
}

/* Whether every number that satisfies `narrow` satisfies `wide`; false when it cannot be told. */
static bool cond_implies(const struct profile_arg *narrow, const struct profile_arg *wide)
{
	uint64_t low, high, wide_low, wide_high;

	if (narrow->index != wide->index)
		return false;
	if (narrow->op == wide->op && narrow->a == wide->a && narrow->b == wide->b)
		return true;
	if (wide->op == COMPARE_NE)
		return !admits(narrow, wide->a);
	if (wide->op == COMPARE_MASKED_EQ) {
		if (narrow->op == COMPARE_EQ)
			return (narrow->a & wide->a) == wide->b;
		return narrow->op == COMPARE_MASKED_EQ && (wide->a & ~narrow->a) == 0 &&
		       (narrow->b & wide->a) == wide->b;
	}
	bounds(narrow, &low, &high);
	bounds(wide, &wide_low, &wide_high);
	return low >= wide_low && high <= wide_high;
}

static bool rule_implies(const struct rule *narrow, const struct rule *wide)
{
	for (unsigned w = 0; w < wide->cond_count; w++) {
		bool implied = false;

		for (unsigned n = 0; n < narrow->cond_count && !implied; n++)
			implied = cond_implies(&narrow->conds[n], &wide->conds[w]);
		if (!implied)
			return false;
	}
	return true;
}

/* All rules have this one verdict, and it is looser than the default. */
static bool only_loosens(struct call_rules call, struct verdict verdict)
{
	if (verdict.action <= call.default_verdict.action)
		return false;
	for (const struct rule *r = call.rules; r != NULL; r = r->next) {
		if (!verdict_equal(r->verdict, verdict))
			return false;
	}
	return true;
}

bool call_implies(struct call_rules narrow, struct call_rules wide, struct budget *budget)
{
	if (narrow.rules == NULL || wide.rules == NULL ||
	    !verdict_equal(narrow.default_verdict, wide.default_verdict) ||
	    !only_loosens(narrow, narrow.rules->verdict) ||
	    !only_loosens(wide, narrow.rules->verdict))
		return false;
	for (const struct rule *n = narrow.rules; n != NULL; n = n->next) {
		const struct rule *w = wide.rules;

		while (w != NULL && !rule_implies(n, w)) {
			if (!budget_take(budget, 1))
				return false;
			w = w->next;
		}
		if (w == NULL)
			return false;
	}
	return true;
}
