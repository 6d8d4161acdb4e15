/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/merge_call.h"

#include <errno.h>

#include "confine/seccomp/dominates.h"
#include "confine/seccomp/implies.h"
#include "confine/seccomp/interval.h"

struct outcome outcome_pick(struct outcome first, struct outcome second)
{
	struct outcome picked = second;

	if (first.verdict.action != second.verdict.action)
		return first.verdict.action < second.verdict.action ? first : second;
	/* equally strict: a rule's errno before a default's, else the filter installed last */
	if (first.is_explicit && !second.is_explicit)
		picked = first;
	return picked;
}

/*
 * A rule that says what the default says anyway is dropped, but for an errno of its own: it
 * must go on winning over another input's default when the result is merged again.
 */
static bool is_worth_a_rule(const struct merge_context *context, struct outcome outcome)
{
	return !verdict_equal(outcome.verdict, context->default_verdict) ||
	       (outcome.is_explicit && outcome.verdict.action == ACTION_ERRNO);
}

bool call_is_constant(struct call_rules call, struct outcome *ret_outcome)
{
	const struct rule *always = NULL, *strictest = NULL;
	bool all_default = true;

	for (const struct rule *r = call.rules; r != NULL; r = r->next) {
		if (strictest == NULL || r->verdict.action < strictest->verdict.action)
			strictest = r;
		if (r->cond_count == 0 &&
		    (always == NULL || r->verdict.action < always->verdict.action))
			always = r;
		all_default = all_default && verdict_equal(r->verdict, call.default_verdict);
	}
	if (strictest == NULL) {
		*ret_outcome = (struct outcome){ call.default_verdict, false };
		return true;
	}
	/* an earlier conditional rule as strict as `always` may bring an errno of its own */
	if (always != NULL && strictest->verdict.action == always->verdict.action &&
	    (verdict_equal(strictest->verdict, always->verdict))) {
		for (const struct rule *r = call.rules; r != NULL && r != always; r = r->next) {
			if (r->verdict.action == always->verdict.action &&
			    !verdict_equal(r->verdict, always->verdict))
				return false;
		}
		*ret_outcome = (struct outcome){ always->verdict, true };
		return true;
	}
	if (all_default) {
		*ret_outcome = (struct outcome){ call.default_verdict, true };
		return true;
	}
	return false;
}

/* --- writing rules --- */

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
}

static enum status constant_rule(const struct merge_context *context, struct outcome outcome,
				 struct rule **ret_rules, struct error *err)
{
	struct rule *rule = NULL;

	if (is_worth_a_rule(context, outcome)) {
		rule = arena_alloc(context->arena, sizeof(*rule));
		if (rule == NULL)
			return no_memory(err);
		rule->verdict = outcome.verdict;
	}
	*ret_rules = rule;
	return STATUS_OK;
}

static struct rule *cube_rule(struct arena *arena, const struct region *region)
{
	struct rule *rule =
		arena_alloc(arena, sizeof(*rule) + PROFILE_ARGS_MAX * sizeof(rule->conds[0]));

	if (rule == NULL)
		return NULL;
	rule->verdict = region->verdict;
	for (uint8_t i = 0; i < PROFILE_ARGS_MAX; i++) {
		if (region->cube.mask[i] == 0)
			continue;
		rule->conds[rule->cond_count++] = (struct profile_arg){ i, COMPARE_MASKED_EQ,
									region->cube.mask[i],
									region->cube.value[i] };
	}
	return rule;
}

/* --- cubes --- */

/* Moves what a rule's cube takes of `rest` to `out`; the rest stays. */
static bool take_cube(const struct region *hit, struct regions *rest, struct budget *budget,
		      struct regions *out)
{
	struct regions left = { .arena = rest->arena };

	for (size_t i = 0; i < rest->count; i++) {
		struct cube both;

		if (!cube_disjoint(&rest->list[i].cube, &hit->cube)) {
			cube_intersect(&rest->list[i].cube, &hit->cube, &both);
			if (!regions_add(out, &both, hit->verdict, true, budget))
				return false;
		}
		if (!regions_add_difference(&left, &rest->list[i], &hit->cube, budget))
			return false;
	}
	*rest = left;
	return true;
}

/* Strictest rules first, of equally strict ones the first; the default gets what is left. */
bool call_partition(struct call_rules call, struct arena *arena, struct budget *budget,
		    struct regions *out)
{
	static const struct cube everything;
	struct regions rest = { .arena = arena };

	if (!regions_add(&rest, &everything, call.default_verdict, false, budget))
		return false;
	for (unsigned action = 0; action < ACTION_COUNT_; action++) {
		for (const struct rule *r = call.rules; r != NULL; r = r->next) {
			struct regions hit = { .arena = arena };

			if (r->verdict.action != action)
				continue;
			if (!regions_add_rule(&hit, r, budget))
				return false;
			for (size_t h = 0; h < hit.count; h++) {
				if (!take_cube(&hit.list[h], &rest, budget, out))
					return false;
			}
		}
	}
	for (size_t i = 0; i < rest.count; i++) {
		if (!regions_add(out, &rest.list[i].cube, call.default_verdict, false, budget))
			return false;
	}
	return true;
}

/* Every pair of regions that meet, with what holds in both. */
static bool intersect_partitions(const struct merge_context *context, const struct regions *first,
				 const struct regions *second, struct regions *out)
{
	for (size_t i = 0; i < first->count; i++) {
		for (size_t j = 0; j < second->count; j++) {
			const struct region *a = &first->list[i], *b = &second->list[j];
			struct outcome picked;
			struct cube both;

			if (cube_disjoint(&a->cube, &b->cube)) {
				if (!budget_take(context->budget, 1))
					return false;
				continue;
			}
			picked = outcome_pick((struct outcome){ a->verdict, a->is_explicit },
					      (struct outcome){ b->verdict, b->is_explicit });
			cube_intersect(&a->cube, &b->cube, &both);
			if (!regions_add(out, &both, picked.verdict, picked.is_explicit,
					 context->budget))
				return false;
		}
	}
	return true;
}

/* --- a side that can be taken as it stands --- */

static bool has_high_datum(const struct profile_arg *cond)
{
	return (cond->op == COMPARE_MASKED_EQ ? cond->b : cond->a) > UINT32_MAX;
}

static bool any_high_datum(const struct rule *rules)
{
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		for (unsigned c = 0; c < r->cond_count; c++) {
			if (has_high_datum(&r->conds[c]))
				return true;
		}
	}
	return false;
}

static bool all_equal_compares(const struct rule *rule)
{
	for (unsigned c = 0; c < rule->cond_count; c++) {
		if (rule->conds[c].op != COMPARE_EQ && rule->conds[c].op != COMPARE_MASKED_EQ)
			return false;
	}
	return true;
}

/* For rules with EQ and MASKED_EQ only, which are one cube each. */
static bool pairwise_disjoint(const struct merge_context *context, const struct rule *rules)
{
	struct regions cubes = { .arena = context->scratch };

	for (const struct rule *r = rules; r != NULL; r = r->next) {
		size_t before = cubes.count;

		if (!regions_add_rule(&cubes, r, context->budget))
			return false;
		for (size_t i = 0; i < before; i++) {
			if (!cube_disjoint(&cubes.list[i].cube, &cubes.list[before].cube))
				return false;
		}
	}
	return true;
}

/*
 * Whether libseccomp makes of these rules just what they declare: those of the normal form,
 * and sets of one verdict that were measured to be safe: one argument with data below 2^32
 * and any comparison, or EQ and MASKED_EQ on any arguments. And in which time: those with the most
 * conditions must come first, see regions_sort().
 */
static bool is_normal(const struct merge_context *context, const struct rule *rules)
{
	bool one_verdict = true, one_index = true, equal_only = true;
	const struct rule *first = rules;

	if (rules == NULL || rules->next == NULL)
		return rules == NULL || rules->cond_count == 0 || all_equal_compares(rules) ||
		       (rules->cond_count == 1 && !any_high_datum(rules));
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		if (r->cond_count == 0)
			return false;
		if (r->next != NULL && r->next->cond_count > r->cond_count)
			return false;
		one_verdict = one_verdict && verdict_equal(r->verdict, first->verdict);
		one_index = one_index && r->cond_count == 1 &&
			    r->conds[0].index == first->conds[0].index;
		equal_only = equal_only && all_equal_compares(r);
	}
	if (one_verdict && ((one_index && !any_high_datum(rules)) || equal_only))
		return true;
	return equal_only && pairwise_disjoint(context, rules);
}

/* Whether one side's rules, as they stand, are the merged rules, given that it always wins. */
static bool can_stand(const struct merge_context *context, struct call_rules call)
{
	return verdict_equal(call.default_verdict, context->default_verdict) &&
	       (!context->has_32bit || !any_high_datum(call.rules)) &&
	       is_normal(context, call.rules);
}

/* --- the merge --- */

/*
 * On an ABI that compares low halves only, a cube with a datum in a high half cannot be said:
 * left out where that is stricter, refused (false) where it is not.
 */
static bool drop_high_cubes(const struct merge_context *context, struct regions *regions,
			    enum precision *precision)
{
	size_t kept = 0;

	for (size_t i = 0; i < regions->count; i++) {
		const struct region *region = &regions->list[i];
		bool high = false;

		for (unsigned a = 0; a < PROFILE_ARGS_MAX; a++)
			high = high || region->cube.value[a] > UINT32_MAX;
		if (high && region->verdict.action < context->default_verdict.action)
			return false;
		if (!high)
			regions->list[kept++] = *region;
		else if (region->verdict.action != context->default_verdict.action)
			*precision = PRECISION_LOW_ONLY;
	}
	regions->count = kept;
	return true;
}

/* False: over the budget, or not to be said for a 32-bit ABI. */
static bool merge_cubes(const struct merge_context *context, struct call_rules first,
			struct call_rules second, struct rule **ret_rules,
			enum precision *ret_precision)
{
	struct regions a = { .arena = context->scratch }, b = a, both = a;
	struct rule *rules = NULL, **tail = &rules;
	enum precision precision = PRECISION_EXACT;
	size_t kept = 0;

	if (!call_partition(first, context->scratch, context->budget, &a) ||
	    !call_partition(second, context->scratch, context->budget, &b) ||
	    !intersect_partitions(context, &a, &b, &both))
		return false;
	for (size_t i = 0; i < both.count; i++) {
		struct outcome outcome = { both.list[i].verdict, both.list[i].is_explicit };

		if (is_worth_a_rule(context, outcome))
			both.list[kept++] = both.list[i];
	}
	both.count = kept;
	if (!regions_compact(&both, context->budget))
		return false;
	regions_sort(&both);
	if (context->has_32bit && !drop_high_cubes(context, &both, &precision))
		return false;
	if (both.count > MERGED_RULES_PER_CALL_MAX)
		return false;
	for (size_t i = 0; i < both.count; i++) {
		*tail = cube_rule(context->arena, &both.list[i]);
		if (*tail == NULL)
			return false;
		tail = &(*tail)->next;
	}
	*ret_rules = rules;
	*ret_precision = precision;
	return true;
}

/* Never looser than either side, whatever the arguments. */
static struct outcome strictest_of_all(struct call_rules first, struct call_rules second)
{
	struct outcome strictest = outcome_pick((struct outcome){ first.default_verdict, false },
						(struct outcome){ second.default_verdict, false });

	for (const struct rule *r = first.rules; r != NULL; r = r->next)
		strictest = outcome_pick((struct outcome){ r->verdict, true }, strictest);
	for (const struct rule *r = second.rules; r != NULL; r = r->next)
		strictest = outcome_pick(strictest, (struct outcome){ r->verdict, true });
	strictest.is_explicit = true;
	return strictest;
}

enum status merge_call_strictest(const struct merge_context *context, struct call_rules first,
				 struct call_rules second, struct rule **ret_rules,
				 struct error *err)
{
	return constant_rule(context, strictest_of_all(first, second), ret_rules, err);
}

/* Whether a constant is stricter than all that the other side can say: no tie of errno. */
static bool nothing_is_stricter(struct outcome constant, struct call_rules other)
{
	if (other.default_verdict.action <= constant.verdict.action)
		return false;
	for (const struct rule *r = other.rules; r != NULL; r = r->next) {
		if (r->verdict.action <= constant.verdict.action)
			return false;
	}
	return true;
}

/* The merge in some form. */
static enum status merge_any(const struct merge_context *context, struct call_rules first,
			     struct call_rules second, struct rule **ret_rules,
			     enum precision *ret_precision, struct error *err)
{
	struct outcome a, b;
	bool a_constant = call_is_constant(first, &a), b_constant = call_is_constant(second, &b);
	/* libseccomp cuts data to 32 bits there: a rule on a high half then matches other calls */
	bool sayable = !context->has_32bit ||
		       (!any_high_datum(first.rules) && !any_high_datum(second.rules));

	*ret_precision = PRECISION_EXACT;
	if (a_constant && b_constant)
		return constant_rule(context, outcome_pick(a, b), ret_rules, err);
	if (a_constant && nothing_is_stricter(a, second))
		return constant_rule(context, a, ret_rules, err);
	if (b_constant && nothing_is_stricter(b, first))
		return constant_rule(context, b, ret_rules, err);
	if (sayable && interval_merge(context, first, second, ret_rules))
		return STATUS_OK;
	if (sayable && can_stand(context, second) &&
	    (call_implies(second, first, context->budget) ||
	     call_dominates(second, true, first, context->scratch, context->budget))) {
		*ret_rules = (struct rule *)(uintptr_t)second.rules;
		return STATUS_OK;
	}
	if (sayable && can_stand(context, first) &&
	    (call_implies(first, second, context->budget) ||
	     call_dominates(first, false, second, context->scratch, context->budget))) {
		*ret_rules = (struct rule *)(uintptr_t)first.rules;
		return STATUS_OK;
	}
	if (sayable && merge_cubes(context, first, second, ret_rules, ret_precision))
		return STATUS_OK;
	*ret_precision = PRECISION_STRICTEST;
	return merge_call_strictest(context, first, second, ret_rules, err);
}

/* Rules that all say what the default says are one rule. */
static bool all_default(const struct merge_context *context, const struct rule *rules)
{
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		if (!verdict_equal(r->verdict, context->default_verdict))
			return false;
	}
	return rules != NULL;
}

/*
 * Brings the merge to a form that depends on its meaning only, as far as that is cheap, so that
 * a second merge finds nothing to do.
 */
enum status merge_call(const struct merge_context *context, struct call_rules first,
		       struct call_rules second, struct rule **ret_rules,
		       enum precision *ret_precision, struct error *err)
{
	static const struct call_rules anything = { NULL, { ACTION_ALLOW, 0 } };
	struct call_rules merged = { NULL, context->default_verdict };
	struct rule *rules = NULL;
	enum status st = merge_any(context, first, second, &rules, ret_precision, err);

	*ret_rules = rules;
	if (st != STATUS_OK || rules == NULL || rules->cond_count == 0)
		return st;
	if (all_default(context, rules))
		return constant_rule(context, (struct outcome){ context->default_verdict, true },
				     ret_rules, err);
	/* a side that stands may still be put in many ways; intervals are written in one */
	merged.rules = rules;
	if (!any_high_datum(rules) && !interval_merge(context, merged, anything, ret_rules))
		*ret_rules = rules;
	return STATUS_OK;
}
