/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/evaluate.h"

bool condition_holds(const struct profile_arg *cond, uint64_t value, bool is_32bit)
{
	uint64_t a = is_32bit ? (uint32_t)cond->a : cond->a;
	uint64_t b = is_32bit ? (uint32_t)cond->b : cond->b;

	value = is_32bit ? (uint32_t)value : value;
	switch ((enum compare)cond->op) {
	case COMPARE_NE:
		return value != a;
	case COMPARE_LT:
		return value < a;
	case COMPARE_LE:
		return value <= a;
	case COMPARE_EQ:
		return value == a;
	case COMPARE_GE:
		return value >= a;
	case COMPARE_GT:
		return value > a;
	case COMPARE_MASKED_EQ:
		return (value & a) == (b & a);
	}
	return false;
}

struct verdict ruleset_evaluate(const struct ruleset *ruleset, unsigned call,
				const uint64_t args[PROFILE_ARGS_MAX], bool is_32bit,
				const struct rule **ret_rule)
{
	const struct rule *decided = NULL;

	for (const struct rule *r = ruleset->calls[call]; r != NULL; r = r->next) {
		bool match = true;

		for (unsigned c = 0; c < r->cond_count; c++)
			match = match &&
				condition_holds(&r->conds[c], args[r->conds[c].index], is_32bit);
		if (match && (decided == NULL || r->verdict.action < decided->verdict.action))
			decided = r;
	}
	if (ret_rule != NULL)
		*ret_rule = decided;
	return decided != NULL ? decided->verdict : ruleset->default_verdict;
}
