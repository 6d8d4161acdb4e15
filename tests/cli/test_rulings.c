/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rulings_find() and compare_call() against ruleset_evaluate() at points around every number in
 * the rules, for random stacks of profiles: the rulings cover every point once, with the verdict
 * that the strictest profile gives, and a change is listed just where two stacks differ.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "confine/seccomp/compare.h"
#include "confine/seccomp/evaluate.h"
#include "confine/seccomp/merge_call.h"

#define CALL 7
#define ROUNDS 500
#define POINTS 60

static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint64_t pick_number(void)
{
	static const uint64_t usual[] = { 0,	       1,	    2,		40,
					  255,	       0x10000,	    0x7fffffff, 0xffffffff,
					  0x100000000, 0x100000028, 1ull << 63, UINT64_MAX };

	return usual[next() % (sizeof(usual) / sizeof(usual[0]))] + next() % 2;
}

static struct verdict pick_verdict(void)
{
	struct verdict v = { .action = (uint8_t)(next() % ACTION_COUNT_) };

	if (action_has_data((enum action)v.action))
		v.data = next() % 2 == 0 ? EPERM : ENOSYS;
	return v;
}

static void random_ruleset(struct ruleset *ruleset, struct arena *arena)
{
	struct error err;
	unsigned rules = (unsigned)(next() % 4);

	ck_assert_int_eq(ruleset_init(ruleset, pick_verdict(), arena, &err), STATUS_OK);
	for (unsigned r = 0; r < rules; r++) {
		struct profile_arg args[2] = { { 0 } };
		struct ruleset_source source = { .verdict = pick_verdict(),
						 .args = args,
						 .arg_count = next() % 3,
						 .origin = (uint16_t)(r + 1) };

		for (size_t a = 0; a < source.arg_count; a++)
			args[a] = (struct profile_arg){ (uint8_t)(next() % 2),
							(uint8_t)(next() % 7), pick_number(),
							pick_number() };
		ck_assert_int_eq(ruleset_add(ruleset, CALL, &source, arena, &err), STATUS_OK);
	}
}

static bool contains(const struct cube *cube, const uint64_t *args)
{
	for (unsigned i = 0; i < PROFILE_ARGS_MAX; i++) {
		if ((args[i] & cube->mask[i]) != cube->value[i])
			return false;
	}
	return true;
}

static struct outcome expected(const struct ruleset *list, size_t count, const uint64_t *args,
			       bool is_32bit)
{
	struct outcome all = { { ACTION_ALLOW, 0 }, false };

	for (size_t i = 0; i < count; i++) {
		const struct rule *rule;
		struct verdict v = ruleset_evaluate(&list[i], CALL, args, is_32bit, &rule);
		struct outcome one = { v, rule != NULL };

		all = i == 0 ? one : outcome_pick(all, one);
	}
	return all;
}

START_TEST(rulings_are_what_the_profiles_say)
{
	struct arena arena = ARENA_INIT;
	bool is_32bit = _i == 1;

	state = 88172645463325252u;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct ruleset list[3];
		size_t count = 1 + next() % 3;
		struct question question = { .call = CALL, .is_32bit = is_32bit };
		struct budget budget = { 100000 };
		struct rulings rulings = { .arena = &arena };

		for (size_t i = 0; i < count; i++)
			random_ruleset(&list[i], &arena);
		if (!rulings_find(list, count, &question, &arena, &budget, &rulings))
			continue;
		for (unsigned p = 0; p < POINTS; p++) {
			uint64_t args[PROFILE_ARGS_MAX] = { pick_number(), pick_number(), next() };
			unsigned hits = 0;

			for (unsigned i = 0; i < PROFILE_ARGS_MAX && is_32bit; i++)
				args[i] = (uint32_t)args[i];
			for (size_t r = 0; r < rulings.count; r++) {
				const struct ruling *ruling = &rulings.list[r];
				struct outcome want = expected(list, count, args, is_32bit);
				const struct rule *rule;

				if (!contains(&ruling->cube, args))
					continue;
				hits++;
				ck_assert_uint_eq(ruling->verdict.action, want.verdict.action);
				ck_assert_uint_eq(ruling->verdict.data, want.verdict.data);
				(void)ruleset_evaluate(&list[ruling->by], CALL, args, is_32bit,
						       &rule);
				ck_assert(rule == ruling->rule);
			}
			ck_assert_uint_eq(hits, 1);
		}
		arena_done(&arena);
	}
	arena_done(&arena);
}
END_TEST

static bool lists(const struct change *changes, struct verdict from, struct verdict to)
{
	for (const struct change *c = changes; c != NULL; c = c->next) {
		if (c->difference == DIFFERENCE_UNKNOWN ||
		    (verdict_equal(c->from, from) && verdict_equal(c->to, to)))
			return true;
	}
	return false;
}

START_TEST(changes_are_where_verdicts_differ)
{
	struct arena arena = ARENA_INIT;
	unsigned differ = 0, equal = 0;

	state = 2463534242u;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct ruleset a, b;
		struct change *changes;
		struct error err;

		random_ruleset(&a, &arena);
		random_ruleset(&b, &arena);
		ck_assert_int_eq(compare_call(&(struct stacks){ { &a, 1 }, { &b, 1 }, false },
					      CALL, &arena, &changes, &err),
				 STATUS_OK);
		for (unsigned p = 0; p < POINTS; p++) {
			uint64_t args[PROFILE_ARGS_MAX] = { pick_number(), pick_number(), next() };
			struct verdict va = expected(&a, 1, args, false).verdict;
			struct verdict vb = expected(&b, 1, args, false).verdict;

			if (verdict_equal(va, vb)) {
				equal++;
				ck_assert(changes == NULL || !changes->always ||
					  changes->difference == DIFFERENCE_UNKNOWN);
				continue;
			}
			differ++;
			ck_assert(lists(changes, va, vb));
		}
		/* a profile and itself, and the stack of it twice, are the same */
		ck_assert_int_eq(compare_call(&(struct stacks){ { &a, 1 }, { &a, 1 }, false },
					      CALL, &arena, &changes, &err),
				 STATUS_OK);
		ck_assert_ptr_null(changes);
		arena_done(&arena);
	}
	ck_assert_uint_gt(differ, ROUNDS);
	ck_assert_uint_gt(equal, ROUNDS);
	arena_done(&arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rulings");
	TCase *tests = tcase_create("rulings");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tests, 100);
	tcase_add_loop_test(tests, rulings_are_what_the_profiles_say, 0, 2);
	tcase_add_test(tests, changes_are_where_verdicts_differ);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
