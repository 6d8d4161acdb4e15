/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_CUBE_H
#define CONFINE_SECCOMP_CUBE_H

#include "confine/seccomp/ruleset.h"

/*
 * A set of argument vectors in which some bits are fixed: all calls with
 * (argument[i] & mask[i]) == value[i] for every i. Each condition of a profile is a finite
 * union of cubes; the intersection of two cubes is a cube, the difference a disjoint union of
 * cubes. So every profile divides the arguments of a call exactly into disjoint cubes, and a
 * cube is just what MASKED_EQ conditions can say: docs/merge-rules.md has the proof.
 */
struct cube {
	uint64_t mask[PROFILE_ARGS_MAX], value[PROFILE_ARGS_MAX]; /* value within mask */
};

/*
 * A growing list of cubes, each with the verdict that holds in it. `explicit` tells a rule's
 * verdict from a default's: of two equally strict errno the explicit one wins.
 */
struct region {
	struct cube cube;
	struct verdict verdict;
	bool is_explicit;
};

struct regions {
	struct arena *arena;
	struct region *list;
	size_t count, size;
};

/* Work left for one merge, in cube operations; it never goes below zero. */
struct budget {
	size_t steps;
};

/* Takes this many; false, and nothing taken, when there are fewer. */
static inline bool budget_take(struct budget *budget, size_t steps)
{
	if (budget->steps < steps)
		return false;
	budget->steps -= steps;
	return true;
}

/* Whether the two have no call in common. */
bool cube_disjoint(const struct cube *a, const struct cube *b);

/* Writes the intersection of two that are not disjoint. */
void cube_intersect(const struct cube *a, const struct cube *b, struct cube *ret_cube);

/* False when there is no memory or budget: the caller falls back to a stricter form. */
bool regions_add(struct regions *regions, const struct cube *cube, struct verdict verdict,
		 bool is_explicit, struct budget *budget);

/* Appends what is left of `cube` without `hole`. */
bool regions_add_difference(struct regions *regions, const struct region *from,
			    const struct cube *hole, struct budget *budget);

/* Appends the cubes of one rule; they are disjoint. */
bool regions_add_rule(struct regions *regions, const struct rule *rule, struct budget *budget);

/*
 * One order for one set, whatever the way it was found. Those with the most conditions come first:
 * for each rule libseccomp searches all paths through those that it has (2.5.4: db.c,
 * _db_tree_prune()), which are as good as endless for three conditions behind 64 single ones.
 */
void regions_sort(struct regions *regions);

/* Joins cubes that differ in one bit and have one verdict, until none do. */
bool regions_compact(struct regions *regions, struct budget *budget);

/* The aligned prefixes that cover low..high exactly, as cubes over one argument. */
bool regions_add_range(struct regions *regions, unsigned index, uint64_t low, uint64_t high,
		       struct verdict verdict, bool is_explicit, struct budget *budget);

#endif
