/* SPDX-License-Identifier: Apache-2.0 */
/* The algebra of cubes, checked point by point on two arguments of three bits. */
#include "support_confine.h"

#include "confine/seccomp/cube.h"

#define BITS 3
#define POINTS (1u << (2 * BITS))

static const struct verdict deny = { ACTION_KILL_THREAD, 0 };

static bool contains(const struct cube *cube, unsigned point)
{
	uint64_t args[PROFILE_ARGS_MAX] = { point & 7, point >> BITS & 7 };

	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		if ((args[i] & cube->mask[i]) != cube->value[i])
			return false;
	}
	return true;
}

/* How many of the regions hold the point: 0 or 1 when they are disjoint. */
static unsigned covered(const struct regions *regions, unsigned point)
{
	unsigned count = 0;

	for (size_t i = 0; i < regions->count; i++)
		count += contains(&regions->list[i].cube, point) ? 1 : 0;
	return count;
}

/* Each of the 27 * 27 cubes over the two arguments: every bit 0, 1 or free. */
#define CUBES 729

static struct cube nth_cube(unsigned n)
{
	struct cube cube = { 0 };

	for (unsigned bit = 0; bit < 2 * BITS; bit++, n /= 3) {
		unsigned arg = bit / BITS;

		if (n % 3 == 2)
			continue;
		cube.mask[arg] |= (uint64_t)1 << bit % BITS;
		cube.value[arg] |= (uint64_t)(n % 3) << bit % BITS;
	}
	return cube;
}

START_TEST(intersection_and_difference_are_exact)
{
	struct budget budget = { SIZE_MAX };

	for (unsigned m = (unsigned)_i; m < CUBES; m += 9) {
		AUTO(arena_done) struct arena arena = ARENA_INIT;

		for (unsigned n = 0; n < CUBES; n++) {
			struct cube a = nth_cube(m), b = nth_cube(n), both = { 0 };
			struct region from = { a, deny, true };
			struct regions rest = { .arena = &arena };
			bool disjoint = cube_disjoint(&a, &b);

			if (!disjoint)
				cube_intersect(&a, &b, &both);
			REQUIRE(regions_add_difference(&rest, &from, &b, &budget), "budget");
			for (unsigned p = 0; p < POINTS; p++) {
				bool in_a = contains(&a, p), in_b = contains(&b, p);

				REQUIRE(!(disjoint && in_a && in_b), "%u, %u: not disjoint", m, n);
				REQUIRE(disjoint || contains(&both, p) == (in_a && in_b),
					"%u, %u: wrong intersection", m, n);
				REQUIRE(covered(&rest, p) == (in_a && !in_b ? 1 : 0),
					"%u, %u: wrong difference", m, n);
			}
		}
	}
}
END_TEST

START_TEST(ranges_are_covered_exactly)
{
	struct budget budget = { SIZE_MAX };

	for (uint64_t low = 0; low < 64; low++) {
		AUTO(arena_done) struct arena arena = ARENA_INIT;

		for (uint64_t high = low; high < 64; high++) {
			struct regions r = { .arena = &arena };

			REQUIRE(regions_add_range(&r, 3, low, high, deny, true, &budget), "budget");
			REQUIRE(r.count <= 12, "%zu cubes", r.count);
			for (uint64_t v = 0; v < 70; v++) {
				unsigned in = 0;

				for (size_t i = 0; i < r.count; i++)
					in += (v & r.list[i].cube.mask[3]) == r.list[i].cube.value[3] ? 1 : 0;
				REQUIRE(in == (v >= low && v <= high ? 1 : 0), "%u to %u at %u: %u",
					(unsigned)low, (unsigned)high, (unsigned)v, in);
			}
		}
	}
}
END_TEST

static const struct edge_case {
	uint64_t low, high;
	size_t cubes;
} edge_cases[] = {
	{ 0, UINT64_MAX, 1 },
	{ 0, 0, 1 },
	{ UINT64_MAX, UINT64_MAX, 1 },
	{ 1, UINT64_MAX, 64 },
	{ 0, UINT64_MAX - 1, 64 },
	{ 1, UINT64_MAX - 1, 126 },
	{ (uint64_t)1 << 63, UINT64_MAX, 1 },
	{ UINT32_MAX, (uint64_t)UINT32_MAX + 1, 2 },
};

START_TEST(ranges_at_the_edges)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct edge_case *c = &edge_cases[_i];
	struct regions r = { .arena = &arena };
	struct budget budget = { SIZE_MAX };

	ck_assert(regions_add_range(&r, 0, c->low, c->high, deny, true, &budget));
	ck_assert_uint_eq(r.count, c->cubes);
	/* disjoint, each within the range, together as long as it */
	for (size_t i = 0; i < r.count; i++) {
		uint64_t first = r.list[i].cube.value[0], last = first | ~r.list[i].cube.mask[0];

		ck_assert(first >= c->low && last <= c->high);
		for (size_t j = 0; j < i; j++)
			ck_assert(cube_disjoint(&r.list[i].cube, &r.list[j].cube));
	}
}
END_TEST

START_TEST(rules_become_what_they_say)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct budget budget = { SIZE_MAX };
	static const uint64_t data[] = { 1, 2, 5, 7 };

	for (uint8_t op = COMPARE_NE; op <= COMPARE_MASKED_EQ; op++) {
		for (int d = 0; d < ARRAY_LEN(data); d++) {
			struct rule *rule = arena_alloc(&arena, sizeof(*rule) + 2 * sizeof(rule->conds[0]));
			struct ruleset set = { .default_verdict = { ACTION_ALLOW, 0 } };
			struct rule *rules[1] = { rule };
			struct regions r = { .arena = &arena };

			rule->verdict = deny;
			rule->cond_count = 2;
			rule->conds[0] = (struct profile_arg){ 0, op, data[d], data[d] & 3 };
			rule->conds[1] = (struct profile_arg){ 1, COMPARE_LE, 4, 0 };
			if (op == COMPARE_MASKED_EQ)
				rule->conds[0].b &= rule->conds[0].a;
			set.calls = rules;
			ck_assert(regions_add_rule(&r, rule, &budget));
			for (unsigned p = 0; p < POINTS; p++) {
				uint64_t args[PROFILE_ARGS_MAX] = { p & 7, p >> BITS };
				bool denied = support_evaluate(&set, 0, args).action != ACTION_ALLOW;

				ck_assert_msg(covered(&r, p) == (denied ? 1 : 0), "op %d, datum %d, %u", op,
					      d, p);
			}
		}
	}
}
END_TEST

START_TEST(compacting_changes_nothing_but_the_count)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct budget budget = { 1000000 };
	struct verdict other = { ACTION_ERRNO, 5 };
	struct regions r = { .arena = &arena };

	/* every point by itself, in two verdicts split along one bit */
	for (unsigned p = 0; p < POINTS; p++) {
		struct cube cube = { .mask = { 7, 7 }, .value = { p & 7, p >> BITS } };

		ck_assert(regions_add(&r, &cube, (p & 4) != 0 ? deny : other, true, &budget));
	}
	ck_assert(regions_compact(&r, &budget));
	ck_assert_uint_lt(r.count, 16);
	for (unsigned p = 0; p < POINTS; p++) {
		ck_assert_uint_eq(covered(&r, p), 1);
		for (size_t i = 0; i < r.count; i++) {
			if (contains(&r.list[i].cube, p))
				ck_assert(verdict_equal(r.list[i].verdict, (p & 4) != 0 ? deny : other));
		}
	}
}
END_TEST

START_TEST(a_rule_is_not_joined_with_a_default)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct budget budget = { 1000 };
	struct cube zero = { .mask = { 1 }, .value = { 0 } }, one = { .mask = { 1 }, .value = { 1 } };
	struct regions r = { .arena = &arena };

	ck_assert(regions_add(&r, &zero, deny, true, &budget));
	ck_assert(regions_add(&r, &one, deny, false, &budget));
	ck_assert(regions_compact(&r, &budget));
	ck_assert_uint_eq(r.count, 2);
	r.list[1].is_explicit = true;
	ck_assert(regions_compact(&r, &budget));
	ck_assert_uint_eq(r.count, 1);
	ck_assert_uint_eq(r.list[0].cube.mask[0], 0);
}
END_TEST

START_TEST(the_budget_ends_the_work)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct regions r = { .arena = &arena };
	struct budget budget = { 10 };

	ck_assert(!regions_add_range(&r, 0, 1, UINT64_MAX, deny, true, &budget));
	ck_assert_uint_eq(budget.steps, 0);
	ck_assert_uint_eq(r.count, 10);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("seccomp cube");
	TCase *tc = support_case(suite, "cube");

	tcase_add_loop_test(tc, intersection_and_difference_are_exact, 0, 9);
	tcase_add_test(tc, ranges_are_covered_exactly);
	tcase_add_loop_test(tc, ranges_at_the_edges, 0, ARRAY_LEN(edge_cases));
	tcase_add_test(tc, rules_become_what_they_say);
	tcase_add_test(tc, compacting_changes_nothing_but_the_count);
	tcase_add_test(tc, a_rule_is_not_joined_with_a_default);
	tcase_add_test(tc, the_budget_ends_the_work);
	return support_run(suite);
}
