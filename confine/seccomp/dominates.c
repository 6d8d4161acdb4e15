/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/dominates.h"

struct contest {
	bool strict_is_second;
	struct arena *arena;
	struct budget *budget;
};

/* Whether, where both hold, the strict side's outcome is what counts. */
static bool wins(const struct contest *contest, struct outcome strict, struct outcome other)
{
	struct outcome picked = contest->strict_is_second ? outcome_pick(other, strict)
							  : outcome_pick(strict, other);

	/* whether an equal verdict is a rule's or a default's matters for an errno alone */
	return verdict_equal(picked.verdict, strict.verdict) &&
	       (picked.is_explicit == strict.is_explicit || strict.verdict.action != ACTION_ERRNO);
}

static bool all_cubes(const struct contest *contest, struct call_rules call, struct regions *out)
{
	*out = (struct regions){ .arena = contest->arena };
	for (const struct rule *r = call.rules; r != NULL; r = r->next) {
		if (!regions_add_rule(out, r, contest->budget))
			return false;
	}
	return true;
}

/* Whether the cubes together contain the region. */
static bool is_covered(const struct contest *contest, const struct region *region,
		       const struct regions *cover)
{
	struct regions left = { .arena = contest->arena };

	if (!regions_add(&left, &region->cube, region->verdict, true, contest->budget))
		return false;
	for (size_t i = 0; i < cover->count && left.count > 0; i++) {
		struct regions next = { .arena = contest->arena };

		if (cube_disjoint(&cover->list[i].cube, &region->cube))
			continue;
		for (size_t j = 0; j < left.count; j++) {
			if (!regions_add_difference(&next, &left.list[j], &cover->list[i].cube,
						    contest->budget))
				return false;
		}
		left = next;
	}
	return left.count == 0;
}

/* In one cube of the strict side: nothing of the other side may say more there. */
static bool holds_in_cube(const struct contest *contest, const struct region *cube,
			  const struct regions *others, struct verdict other_default)
{
	struct outcome strict = { cube->verdict, true };

	for (size_t i = 0; i < others->count; i++) {
		struct outcome other = { others->list[i].verdict, true };

		if (!wins(contest, strict, other) &&
		    !cube_disjoint(&cube->cube, &others->list[i].cube))
			return false;
	}
	return wins(contest, strict, (struct outcome){ other_default, false }) ||
	       is_covered(contest, cube, others);
}

bool call_dominates(struct call_rules strict, bool strict_is_second, struct call_rules other,
		    struct arena *arena, struct budget *budget)
{
	struct contest contest = { strict_is_second, arena, budget };
	struct outcome fallback = { strict.default_verdict, false };
	struct regions cubes, others;

	if (!all_cubes(&contest, strict, &cubes) || !all_cubes(&contest, other, &others))
		return false;
	if (!wins(&contest, fallback, (struct outcome){ other.default_verdict, false }))
		return false;
	for (size_t i = 0; i < cubes.count; i++) {
		if (!holds_in_cube(&contest, &cubes.list[i], &others, other.default_verdict))
			return false;
	}
	/* outside its cubes the strict side says its default, where nothing may say more */
	for (size_t i = 0; i < others.count; i++) {
		struct outcome rule = { others.list[i].verdict, true };

		if (!wins(&contest, fallback, rule) &&
		    !is_covered(&contest, &others.list[i], &cubes))
			return false;
	}
	return true;
}
