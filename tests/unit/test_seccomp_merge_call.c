/* SPDX-License-Identifier: Apache-2.0 */
/* merge_call.c, interval.c and implies.c: every pair of small rule sets, point by point. */
#include "support_confine.h"

#include <errno.h>
#include <string.h>

#include "confine/seccomp/implies.h"
#include "confine/seccomp/interval.h"
#include "confine/seccomp/merge_call.h"

#define RULES_MAX 3

struct shape {
	struct verdict verdict;
	uint8_t count;
	struct profile_arg conds[2];
};

static struct rule *make_rules(struct arena *arena, const struct shape *shapes, size_t count)
{
	struct rule *head = NULL, **tail = &head;

	for (size_t i = 0; i < count; i++) {
		struct rule *rule = arena_alloc(arena, sizeof(*rule) + sizeof(shapes[i].conds));

		rule->verdict = shapes[i].verdict;
		rule->cond_count = shapes[i].count;
		memcpy(rule->conds, shapes[i].conds, sizeof(shapes[i].conds));
		*tail = rule;
		tail = &rule->next;
	}
	return head;
}

static struct verdict says(struct call_rules call, const uint64_t *args)
{
	struct rule *rules[1] = { (struct rule *)(uintptr_t)call.rules };
	struct ruleset set = { .default_verdict = call.default_verdict, .calls = rules };

	return support_evaluate(&set, 0, args);
}

/* (u), (i) or (c) of merge_call.h. Sets of one verdict with EQ alone may overlap. */
static bool is_normal(const struct rule *rules)
{
	bool interval = true, cubes = true, high = false;

	if (rules == NULL || rules->next == NULL)
		return true;
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		if (r->cond_count == 0)
			return false;
		for (unsigned c = 0; c < r->cond_count; c++) {
			bool equal = r->conds[c].op == COMPARE_MASKED_EQ || r->conds[c].op == COMPARE_EQ;

			cubes = cubes && equal;
			high = high || (r->conds[c].op == COMPARE_MASKED_EQ ? r->conds[c].b :
									       r->conds[c].a) > UINT32_MAX;
		}
		interval = interval && r->cond_count == 1 &&
			   r->conds[0].index == rules->conds[0].index;
	}
	return cubes || (interval && !high);
}

static const uint64_t points[] = { 0, 1, 2, 4, 5, 6, 7, 8, 12, 255, 256, UINT32_MAX,
				   (uint64_t)UINT32_MAX + 1, (uint64_t)1 << 32 | 5,
				   (uint64_t)1 << 63, UINT64_MAX - 1, UINT64_MAX };

/* Never looser than either; just as strict, too, where it says that it is exact. */
static void check_merge(struct call_rules a, struct call_rules b, bool must_be_exact,
			const char *what)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct budget budget = { must_be_exact ? 150000 : 30000 };
	struct outcome dflt = outcome_pick((struct outcome){ a.default_verdict, false },
					   (struct outcome){ b.default_verdict, false });
	struct merge_context context = { &arena, &arena, dflt.verdict, false, &budget };
	struct rule *rules = NULL;
	struct error err = { 0 };
	enum precision precision = PRECISION_STRICTEST;

	ASSERT_OK(merge_call(&context, a, b, &rules, &precision, &err), err);
	ck_assert_msg(precision == PRECISION_EXACT || !must_be_exact, "%s: not exact", what);
	ck_assert_msg(is_normal(rules), "%s: not in normal form", what);
	for (int i = 0; i < ARRAY_LEN(points); i++) {
		for (int j = 0; j < ARRAY_LEN(points); j++) {
			uint64_t args[PROFILE_ARGS_MAX] = { points[i], points[j] };
			struct call_rules merged = { rules, dflt.verdict };
			uint8_t want = says(a, args).action, other = says(b, args).action;

			want = other < want ? other : want;
			REQUIRE(precision == PRECISION_EXACT ? says(merged, args).action == want :
							       says(merged, args).action <= want,
				"%s at %#llx, %#llx: %d, should be %d", what,
				(unsigned long long)points[i], (unsigned long long)points[j],
				says(merged, args).action, want);
		}
	}
}

static const struct verdict allow = { ACTION_ALLOW, 0 }, eperm = { ACTION_ERRNO, EPERM },
			    logs = { ACTION_LOG, 0 }, kills = { ACTION_KILL_PROCESS, 0 };

static const uint64_t data[] = { 1, 5, 8, UINT32_MAX, (uint64_t)1 << 32 | 5 };

/* What must not fall back: intervals of one argument below 2^32, and single cubes. */
static bool is_small(uint8_t op_a, uint64_t da, uint8_t op_b, uint64_t db, uint8_t index_b)
{
	bool a_cube = op_a == COMPARE_EQ || op_a == COMPARE_MASKED_EQ;
	bool b_cube = op_b == COMPARE_EQ || op_b == COMPARE_MASKED_EQ;

	if (a_cube && b_cube)
		return true;
	return index_b == 0 && op_a != COMPARE_MASKED_EQ && op_b != COMPARE_MASKED_EQ &&
	       da < UINT32_MAX && db < UINT32_MAX;
}

/* One condition against one condition, every operator and datum, on one or on two arguments. */
START_TEST(every_pair_of_conditions)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	uint8_t op_a = (uint8_t)(_i % 7), op_b = (uint8_t)(_i / 7);
	char what[128];

	for (int n = 0; n < ARRAY_LEN(data) * ARRAY_LEN(data) * 4; n++) {
		uint64_t da = data[n / 4 % ARRAY_LEN(data)], db = data[n / 4 / ARRAY_LEN(data)];
		uint8_t index_b = n % 2 == 0 ? 0 : 1;
		bool deny = (n & 2) != 0;
		struct shape a = { deny ? kills : allow, 1, { { 0, op_a, da, da & 5 } } };
		struct shape b = { deny ? logs : allow, 1, { { index_b, op_b, db, db & ~(uint64_t)1 } } };
		struct call_rules first = { make_rules(&arena, &a, 1), deny ? allow : eperm };
		struct call_rules second = { make_rules(&arena, &b, 1), deny ? allow : eperm };

		(void)snprintf(what, sizeof(what), "a0 %s %#llx, a%u %s %#llx, %s",
			       compare_name((enum compare)op_a), (unsigned long long)da, index_b,
			       compare_name((enum compare)op_b), (unsigned long long)db,
			       deny ? "deny" : "allow");
		check_merge(first, second, is_small(op_a, da, op_b, db, index_b), what);
		check_merge(second, first, is_small(op_a, da, op_b, db, index_b), what);
	}
}
END_TEST

static const struct set_case {
	const char *name;
	struct verdict dflt;
	size_t count;
	struct shape rules[RULES_MAX];
} set_cases[] = {
	{ "nothing, allow", { ACTION_ALLOW, 0 }, 0, { { { 0, 0 }, 0, { { 0 } } } } },
	{ "nothing, errno", { ACTION_ERRNO, 1 }, 0, { { { 0, 0 }, 0, { { 0 } } } } },
	{ "allowed", { ACTION_ERRNO, 1 }, 1, { { { ACTION_ALLOW, 0 }, 0, { { 0 } } } } },
	{ "killed", { ACTION_ALLOW, 0 }, 1, { { { ACTION_KILL_THREAD, 0 }, 0, { { 0 } } } } },
	{ "traced", { ACTION_ALLOW, 0 }, 1, { { { ACTION_TRACE, 9 }, 0, { { 0 } } } } },
	{ "a range with steps", { ACTION_ERRNO, 1 }, 3,
	  { { { ACTION_ALLOW, 0 }, 1, { { 0, COMPARE_LE, 7, 0 } } },
	    { { ACTION_LOG, 0 }, 1, { { 0, COMPARE_EQ, 5, 0 } } },
	    { { ACTION_KILL_PROCESS, 0 }, 1, { { 0, COMPARE_GT, UINT32_MAX, 0 } } } } },
	{ "a hole", { ACTION_ALLOW, 0 }, 2,
	  { { { ACTION_ERRNO, 5 }, 1, { { 1, COMPARE_NE, 6, 0 } } },
	    { { ACTION_TRAP, 0 }, 1, { { 1, COMPARE_GE, 256, 0 } } } } },
	{ "two arguments", { ACTION_ERRNO, 1 }, 2,
	  { { { ACTION_ALLOW, 0 }, 2, { { 0, COMPARE_LT, 8, 0 }, { 1, COMPARE_LE, 5, 0 } } },
	    { { ACTION_ALLOW, 0 }, 2, { { 0, COMPARE_MASKED_EQ, 3, 1 }, { 1, COMPARE_EQ, 6, 0 } } } } },
	{ "always, and stricter sometimes", { ACTION_ERRNO, 1 }, 2,
	  { { { ACTION_ALLOW, 0 }, 0, { { 0 } } },
	    { { ACTION_KILL_THREAD, 0 }, 1, { { 0, COMPARE_MASKED_EQ, 0x104, 0x100 } } } } },
	{ "high bits", { ACTION_ALLOW, 0 }, 1,
	  { { { ACTION_ERRNO, 7 }, 1,
	      { { 0, COMPARE_MASKED_EQ, (uint64_t)1 << 63 | 1, (uint64_t)1 << 63 } } } } },
	{ "overlapping masks", { ACTION_ERRNO, 1 }, 3,
	  { { { ACTION_ALLOW, 0 }, 1, { { 0, COMPARE_MASKED_EQ, 1, 1 } } },
	    { { ACTION_ALLOW, 0 }, 1, { { 1, COMPARE_MASKED_EQ, 4, 4 } } },
	    { { ACTION_LOG, 0 }, 1, { { 0, COMPARE_MASKED_EQ, 12, 8 } } } } },
};

#define CONSTANT_SETS 5 /* the first of them say one thing for all arguments */

/* Every set with every set, itself included. */
START_TEST(every_pair_of_sets)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct set_case *a = &set_cases[_i];
	char what[128];

	for (int j = 0; j < ARRAY_LEN(set_cases); j++) {
		const struct set_case *b = &set_cases[j];

		(void)snprintf(what, sizeof(what), "%s and %s", a->name, b->name);
		check_merge((struct call_rules){ make_rules(&arena, a->rules, a->count), a->dflt },
			    (struct call_rules){ make_rules(&arena, b->rules, b->count), b->dflt },
			    _i < CONSTANT_SETS || j < CONSTANT_SETS, what);
	}
}
END_TEST

static const struct pick_case {
	const char *name;
	struct outcome first, second;
	struct verdict want;
} pick_cases[] = {
	{ "the stricter", { { ACTION_LOG, 0 }, true }, { { ACTION_TRAP, 0 }, false }, { ACTION_TRAP, 0 } },
	{ "the stricter, first", { { ACTION_TRAP, 0 }, false }, { { ACTION_LOG, 0 }, true },
	  { ACTION_TRAP, 0 } },
	{ "a rule before a default", { { ACTION_ERRNO, 38 }, true }, { { ACTION_ERRNO, 1 }, false },
	  { ACTION_ERRNO, 38 } },
	{ "a rule before a default, second", { { ACTION_ERRNO, 1 }, false },
	  { { ACTION_ERRNO, 38 }, true }, { ACTION_ERRNO, 38 } },
	{ "of two rules the later", { { ACTION_ERRNO, 1 }, true }, { { ACTION_ERRNO, 2 }, true },
	  { ACTION_ERRNO, 2 } },
	{ "of two defaults the later", { { ACTION_ERRNO, 1 }, false }, { { ACTION_ERRNO, 2 }, false },
	  { ACTION_ERRNO, 2 } },
};

START_TEST(ties_are_decided)
{
	const struct pick_case *c = &pick_cases[_i];

	ck_assert_msg(verdict_equal(outcome_pick(c->first, c->second).verdict, c->want), "%s", c->name);
}
END_TEST

START_TEST(what_32_bits_cannot_say_is_tightened)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct budget budget = { 150000 };
	struct merge_context context = { &arena, &arena, { ACTION_ALLOW, 0 }, true, &budget };
	struct shape high = { { ACTION_ERRNO, 7 }, 1, { { 0, COMPARE_EQ, (uint64_t)1 << 40, 0 } } };
	struct call_rules a = { make_rules(&arena, &high, 1), allow }, b = { NULL, allow };
	struct rule *rules = NULL;
	struct error err = { 0 };
	enum precision precision = PRECISION_EXACT;

	ASSERT_OK(merge_call(&context, a, b, &rules, &precision, &err), err);
	ck_assert_int_ne(precision, PRECISION_EXACT);
	ck_assert_ptr_nonnull(rules);
	ck_assert_uint_eq(rules->cond_count, 0);
	ck_assert_uint_eq(rules->verdict.action, ACTION_ERRNO);
	context.has_32bit = false;
	ASSERT_OK(merge_call(&context, a, b, &rules, &precision, &err), err);
	ck_assert_int_eq(precision, PRECISION_EXACT);
	ck_assert_uint_eq(rules->cond_count, 1);
}
END_TEST

START_TEST(without_budget_the_strictest_holds)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct budget budget = { 3 };
	struct merge_context context = { &arena, &arena, { ACTION_ALLOW, 0 }, false, &budget };
	struct shape sa = { { ACTION_ERRNO, 7 }, 2, { { 0, COMPARE_NE, 7, 0 }, { 1, COMPARE_NE, 9, 0 } } };
	struct shape sb = { { ACTION_TRAP, 0 }, 2, { { 0, COMPARE_NE, 3, 0 }, { 1, COMPARE_NE, 1, 0 } } };
	struct call_rules a = { make_rules(&arena, &sa, 1), allow };
	struct call_rules b = { make_rules(&arena, &sb, 1), allow };
	struct rule *rules = NULL;
	struct error err = { 0 };
	enum precision precision = PRECISION_EXACT;

	ASSERT_OK(merge_call(&context, a, b, &rules, &precision, &err), err);
	ck_assert_int_eq(precision, PRECISION_STRICTEST);
	ck_assert_uint_eq(rules->cond_count, 0);
	ck_assert_uint_eq(rules->verdict.action, ACTION_TRAP);
}
END_TEST

START_TEST(intervals_depend_on_the_meaning_only)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct budget budget = { 150000 };
	struct merge_context context = { &arena, &arena, { ACTION_ERRNO, EPERM }, false, &budget };
	struct shape one[] = { { allow, 1, { { 0, COMPARE_LE, 9, 0 } } } };
	struct shape other[] = { { allow, 1, { { 0, COMPARE_LT, 6, 0 } } },
				 { allow, 1, { { 0, COMPARE_LE, 9, 0 } } },
				 { allow, 1, { { 0, COMPARE_EQ, 3, 0 } } } };
	struct call_rules none = { NULL, allow };
	struct rule *x = NULL, *y = NULL;

	ck_assert(interval_merge(&context, (struct call_rules){ make_rules(&arena, one, 1), eperm }, none, &x));
	ck_assert(interval_merge(&context, (struct call_rules){ make_rules(&arena, other, 3), eperm }, none,
				 &y));
	ck_assert_ptr_null(x->next);
	ck_assert_ptr_null(y->next);
	ck_assert_uint_eq(x->conds[0].op, COMPARE_LE);
	ck_assert_mem_eq(&x->conds[0], &y->conds[0], sizeof(x->conds[0]));
}
END_TEST

/* implies() may say "cannot tell", but never a wrong yes. */
START_TEST(what_is_implied_is_so)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	uint8_t op_a = (uint8_t)(_i % 7), op_b = (uint8_t)(_i / 7);
	struct budget budget = { SIZE_MAX };
	unsigned implied = 0;

	for (int n = 0; n < ARRAY_LEN(data) * ARRAY_LEN(data); n++) {
		uint64_t da = data[n % ARRAY_LEN(data)], db = data[n / ARRAY_LEN(data)];
		struct shape a = { allow, 1, { { 0, op_a, da, da & 5 } } };
		struct shape b = { allow, 1, { { 0, op_b, db, db & 5 } } };
		struct call_rules narrow = { make_rules(&arena, &a, 1), eperm };
		struct call_rules wide = { make_rules(&arena, &b, 1), eperm };

		if (!call_implies(narrow, wide, &budget))
			continue;
		implied++;
		for (int p = 0; p < ARRAY_LEN(points); p++) {
			uint64_t args[PROFILE_ARGS_MAX] = { points[p] };

			REQUIRE(says(narrow, args).action != ACTION_ALLOW ||
					says(wide, args).action == ACTION_ALLOW,
				"%d %#llx, %d %#llx", op_a, (unsigned long long)da, op_b,
				(unsigned long long)db);
		}
	}
	if (op_a == op_b)
		ck_assert_uint_gt(implied, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("seccomp merge_call");
	TCase *tc = support_case(suite, "merge_call");

	tcase_add_loop_test(tc, every_pair_of_conditions, 0, 49);
	tcase_add_loop_test(tc, every_pair_of_sets, 0, ARRAY_LEN(set_cases));
	tcase_add_loop_test(tc, ties_are_decided, 0, ARRAY_LEN(pick_cases));
	tcase_add_test(tc, what_32_bits_cannot_say_is_tightened);
	tcase_add_test(tc, without_budget_the_strictest_holds);
	tcase_add_test(tc, intervals_depend_on_the_meaning_only);
	tcase_add_loop_test(tc, what_is_implied_is_so, 0, 49);
	return support_run(suite);
}
