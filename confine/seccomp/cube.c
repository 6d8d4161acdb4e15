/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/cube.h"

#include <stdlib.h>

#define ARGS PROFILE_ARGS_MAX

bool cube_disjoint(const struct cube *a, const struct cube *b)
{
	for (unsigned i = 0; i < ARGS; i++) {
		if (((a->value[i] ^ b->value[i]) & a->mask[i] & b->mask[i]) != 0)
			return true;
	}
	return false;
}

void cube_intersect(const struct cube *a, const struct cube *b, struct cube *ret_cube)
{
	for (unsigned i = 0; i < ARGS; i++) {
		ret_cube->mask[i] = a->mask[i] | b->mask[i];
		ret_cube->value[i] = a->value[i] | b->value[i];
	}
}

bool regions_add(struct regions *regions, const struct cube *cube, struct verdict verdict,
		 bool is_explicit, struct budget *budget)
{
	if (!budget_take(budget, 1))
		return false;
	if (regions->count == regions->size) {
		size_t size = regions->size == 0 ? 4 : regions->size * 2;
		struct region *list = arena_grow(regions->arena, regions->list,
						 regions->size * sizeof(*list),
						 size * sizeof(*list));

		if (list == NULL)
			return false;
		regions->list = list;
		regions->size = size;
	}
	regions->list[regions->count++] = (struct region){ *cube, verdict, is_explicit };
	return true;
}

/*
 * Fixes the bits that the hole fixes and `from` leaves free, one after the other: first the
 * opposite bit, which is outside the hole, then the hole's own bit for all that follow.
 */
bool regions_add_difference(struct regions *regions, const struct region *from,
			    const struct cube *hole, struct budget *budget)
{
	struct cube rest = from->cube;

	if (cube_disjoint(&rest, hole))
		return regions_add(regions, &rest, from->verdict, from->is_explicit, budget);
	for (unsigned i = 0; i < ARGS; i++) {
		uint64_t open = hole->mask[i] & ~rest.mask[i];

		while (open != 0) {
			uint64_t bit = (uint64_t)1 << (63 - __builtin_clzll(open));
			struct cube outside = rest;

			outside.mask[i] |= bit;
			outside.value[i] |= ~hole->value[i] & bit;
			if (!regions_add(regions, &outside, from->verdict, from->is_explicit,
					 budget))
				return false;
			rest.mask[i] |= bit;
			rest.value[i] |= hole->value[i] & bit;
			open &= ~bit;
		}
	}
	return true;
}

/* The largest k for which low starts an aligned block of 2^k numbers that ends by high. */
static unsigned block_bits(uint64_t low, uint64_t high)
{
	unsigned bits = low == 0 ? 64 : (unsigned)__builtin_ctzll(low);

	while (bits > 0 && (bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1) > high - low)
		bits--;
	return bits;
}

bool regions_add_range(struct regions *regions, unsigned index, uint64_t low, uint64_t high,
		       struct verdict verdict, bool is_explicit, struct budget *budget)
{
	for (;;) {
		unsigned bits = block_bits(low, high);
		uint64_t inside = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
		struct cube cube = { 0 };

		cube.mask[index] = ~inside;
		cube.value[index] = low;
		if (!regions_add(regions, &cube, verdict, is_explicit, budget))
			return false;
		if (high - low == inside)
			return true;
		low += inside + 1;
	}
}

static bool add_condition(struct regions *regions, const struct profile_arg *cond,
			  struct verdict verdict, struct budget *budget)
{
	struct cube cube = { 0 };
	uint64_t a = cond->a;
	bool ok = true;

	switch ((enum compare)cond->op) {
	case COMPARE_MASKED_EQ:
		cube.mask[cond->index] = a;
		cube.value[cond->index] = cond->b;
		return regions_add(regions, &cube, verdict, true, budget);
	case COMPARE_EQ:
		return regions_add_range(regions, cond->index, a, a, verdict, true, budget);
	case COMPARE_NE:
		if (a > 0)
			ok = regions_add_range(regions, cond->index, 0, a - 1, verdict, true,
					       budget);
		if (ok && a < UINT64_MAX)
			ok = regions_add_range(regions, cond->index, a + 1, UINT64_MAX, verdict,
					       true, budget);
		return ok;
	case COMPARE_LT:
		return regions_add_range(regions, cond->index, 0, a - 1, verdict, true, budget);
	case COMPARE_LE:
		return regions_add_range(regions, cond->index, 0, a, verdict, true, budget);
	case COMPARE_GE:
		return regions_add_range(regions, cond->index, a, UINT64_MAX, verdict, true,
					 budget);
	case COMPARE_GT:
		return regions_add_range(regions, cond->index, a + 1, UINT64_MAX, verdict, true,
					 budget);
	}
	return false;
}

/* The conditions' cubes are on different arguments, so their product is disjoint as they are. */
bool regions_add_rule(struct regions *regions, const struct rule *rule, struct budget *budget)
{
	struct regions product = { .arena = regions->arena };
	static const struct cube everything;

	if (!regions_add(&product, &everything, rule->verdict, true, budget))
		return false;
	for (unsigned c = 0; c < rule->cond_count; c++) {
		struct regions cond = { .arena = regions->arena },
			       next = { .arena = regions->arena };

		if (!add_condition(&cond, &rule->conds[c], rule->verdict, budget))
			return false;
		for (size_t i = 0; i < product.count; i++) {
			for (size_t j = 0; j < cond.count; j++) {
				struct cube both;

				cube_intersect(&product.list[i].cube, &cond.list[j].cube, &both);
				if (!regions_add(&next, &both, rule->verdict, true, budget))
					return false;
			}
		}
		product = next;
	}
	for (size_t i = 0; i < product.count; i++) {
		if (!regions_add(regions, &product.list[i].cube, rule->verdict, true, budget))
			return false;
	}
	return true;
}

/* If a and b differ in exactly one fixed bit, frees it in a. */
static bool join(struct cube *a, const struct cube *b)
{
	unsigned at = ARGS;
	uint64_t bit = 0;

	for (unsigned i = 0; i < ARGS; i++) {
		uint64_t differ = a->value[i] ^ b->value[i];

		if (a->mask[i] != b->mask[i])
			return false;
		if (differ == 0)
			continue;
		if (at != ARGS || (differ & (differ - 1)) != 0)
			return false;
		at = i;
		bit = differ;
	}
	if (at == ARGS)
		return false;
	a->mask[at] &= ~bit;
	a->value[at] &= ~bit;
	return true;
}

/* Joins the region at `at` with all behind it that it can be joined with. */
static bool join_behind(struct regions *regions, size_t at, struct budget *budget, bool *ret_joined)
{
	struct region *a = &regions->list[at];
	size_t j = at + 1;

	/* a look at a pair is a tenth of other steps */
	if (!budget_take(budget, (regions->count - at) / 16 + 1))
		return false;
	while (j < regions->count) {
		const struct region *b = &regions->list[j++];

		if (!verdict_equal(a->verdict, b->verdict) || a->is_explicit != b->is_explicit ||
		    !join(&a->cube, &b->cube))
			continue;
		regions->list[j - 1] = regions->list[--regions->count];
		*ret_joined = true;
		/* wider now, it may be joined with one that it was not before */
		j = at + 1;
		if (!budget_take(budget, (regions->count - at) / 16 + 1))
			return false;
	}
	return true;
}

bool regions_compact(struct regions *regions, struct budget *budget)
{
	bool joined = true;

	while (joined) {
		joined = false;
		for (size_t i = 0; i < regions->count; i++) {
			if (!join_behind(regions, i, budget, &joined))
				return false;
		}
	}
	return true;
}

static unsigned conditions_of(const struct cube *cube)
{
	unsigned count = 0;

	for (unsigned i = 0; i < ARGS; i++)
		count += cube->mask[i] != 0 ? 1 : 0;
	return count;
}

static int by_place(const void *a, const void *b)
{
	const struct region *x = a, *y = b;
	unsigned x_conditions = conditions_of(&x->cube), y_conditions = conditions_of(&y->cube);

	if (x_conditions != y_conditions)
		return x_conditions > y_conditions ? -1 : 1;
	if (x->verdict.action != y->verdict.action)
		return x->verdict.action < y->verdict.action ? -1 : 1;
	if (x->verdict.data != y->verdict.data)
		return x->verdict.data < y->verdict.data ? -1 : 1;
	for (unsigned i = 0; i < ARGS; i++) {
		if (x->cube.value[i] != y->cube.value[i])
			return x->cube.value[i] < y->cube.value[i] ? -1 : 1;
		if (x->cube.mask[i] != y->cube.mask[i])
			return x->cube.mask[i] < y->cube.mask[i] ? -1 : 1;
	}
	return 0;
}

void regions_sort(struct regions *regions)
{
	if (regions->count > 1)
		qsort(regions->list, regions->count, sizeof(regions->list[0]), by_place);
}
