/* SPDX-License-Identifier: Apache-2.0 */
/* anchor.c, and dominates.c with it: what keeps a merged profile right and stable. */
#include "support_confine.h"

#include <errno.h>
#include <string.h>

#include "confine/seccomp/anchor.h"
#include "confine/seccomp/dominates.h"

static struct ruleset merged_alone(struct arena *arena, const char *profile)
{
	struct ruleset input = support_ruleset(arena, profile), merged = { .arches = 0 };
	struct notes notes = { .count = 0 };
	struct error err = { 0 };

	ASSERT_OK(merge_profiles(&input, 1, arena, &notes, &merged, &err), err);
	return merged;
}

/* Whether a rule without conditions that runtimes hand over stands on a numbered call. */
static bool is_anchored(const struct ruleset *set, enum arch arch)
{
	for (unsigned call = 0; call < syscall_count(); call++) {
		const struct rule *r = set->calls[call];

		if (r != NULL && r->cond_count == 0 && syscall_number(call, arch) >= 0 &&
		    !verdict_equal(r->verdict, set->default_verdict))
			return true;
	}
	return false;
}

#define X86_ALL "\"architectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X32\"],"

static const char *const needy[] = {
	/* only calls without a number on one of the architectures, or only conditional rules */
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\"," X86_ALL "\"syscalls\":[{\"names\":[\"accept\"],"
	"\"action\":\"SCMP_ACT_ERRNO\"}]}",
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\"," X86_ALL "\"syscalls\":[{\"names\":[\"stime\",\"waitpid\"],"
	"\"action\":\"SCMP_ACT_ERRNO\"}]}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\"," X86_ALL "\"syscalls\":[{\"names\":[\"personality\"],"
	"\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	"{\"defaultAction\":\"SCMP_ACT_TRAP\"," X86_ALL "\"syscalls\":[{\"names\":[\"personality\"],"
	"\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38," X86_ALL "\"syscalls\":[{\"names\":["
	"\"stime\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
};

START_TEST(every_architecture_has_an_anchor)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset set = merged_alone(&arena, needy[_i]), again;

	for (unsigned arch = 0; arch < ARCH_COUNT_; arch++) {
		if ((set.arches & ARCH_BIT(arch)) != 0 && arch != ARCH_X32)
			ck_assert_msg(is_anchored(&set, (enum arch)arch), "%s",
				      arch_name((enum arch)arch));
	}
	again = merged_alone(&arena, support_written(&arena, &set));
	ck_assert_str_eq(support_written(&arena, &set), support_written(&arena, &again));
}
END_TEST

/* The calls that may be named for it do nothing in any kernel, and get nothing looser. */
START_TEST(an_anchor_loosens_nothing)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const uint64_t args[PROFILE_ARGS_MAX];
	struct ruleset before = support_ruleset(&arena, needy[_i]);
	struct ruleset after = merged_alone(&arena, needy[_i]);

	for (unsigned call = 0; call < syscall_count(); call++) {
		struct verdict was = support_evaluate(&before, call, args);
		struct verdict is = support_evaluate(&after, call, args);

		if (anchor_is_candidate(call))
			REQUIRE(is.action <= was.action, "%.*s", TEXT_ARG(syscall_name(call)));
		else if (after.calls[call] != NULL)
			REQUIRE(is.action == was.action, "%.*s", TEXT_ARG(syscall_name(call)));
	}
}
END_TEST

START_TEST(a_profile_without_rules_needs_none)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset set = merged_alone(&arena, "{\"defaultAction\":\"SCMP_ACT_LOG\"}");

	for (unsigned call = 0; call < syscall_count(); call++)
		REQUIRE(set.calls[call] == NULL, "%.*s", TEXT_ARG(syscall_name(call)));
}
END_TEST

START_TEST(candidates_are_old_calls)
{
	ck_assert(anchor_is_candidate(support_call("afs_syscall")));
	ck_assert(!anchor_is_candidate(support_call("read")));
	ck_assert(!anchor_is_candidate(support_call("openat2")));
}
END_TEST

/* --- dominates.c --- */

#define RULES(a, b)                                                                           \
	"{\"defaultAction\":\"SCMP_ACT_" a "\",\"syscalls\":[{\"names\":[\"personality\"],\"action\":"  \
	"\"SCMP_ACT_" b "\",\"args\":[{\"index\":0,\"value\":"

static const char *const rulings[] = {
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
	RULES("ERRNO", "ALLOW") "8,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	RULES("ERRNO", "ALLOW") "9,\"op\":\"SCMP_CMP_LE\"}]}]}",
	RULES("ERRNO", "ALLOW") "8,\"valueTwo\":8,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}",
	RULES("ALLOW", "KILL") "8,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	RULES("ALLOW", "KILL") "4,\"op\":\"SCMP_CMP_GT\"}]}]}",
	RULES("LOG", "ERRNO") "8,\"op\":\"SCMP_CMP_NE\"}]}]}",
};

START_TEST(who_dominates_is_strictest_everywhere)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const uint64_t values[] = { 0, 4, 5, 8, 9, 10, 12, UINT32_MAX, UINT64_MAX };
	unsigned call = support_call("personality"), yes = 0;
	struct ruleset a = support_ruleset(&arena, rulings[_i]);
	struct call_rules strict = { a.calls[call], a.default_verdict };

	for (int j = 0; j < ARRAY_LEN(rulings); j++) {
		struct ruleset b = support_ruleset(&arena, rulings[j]);
		struct call_rules other = { b.calls[call], b.default_verdict };
		struct budget budget = { 100000 }, none = { 0 };

		ck_assert(!call_dominates(strict, true, other, &arena, &none) || j == _i ||
			  (strict.rules == NULL && other.rules == NULL));
		if (!call_dominates(strict, true, other, &arena, &budget))
			continue;
		yes++;
		for (int v = 0; v < ARRAY_LEN(values); v++) {
			uint64_t args[PROFILE_ARGS_MAX] = { values[v] };

			REQUIRE(support_evaluate(&a, call, args).action <=
					support_evaluate(&b, call, args).action,
				"%s does not dominate %s", rulings[_i], rulings[j]);
		}
	}
	ck_assert_uint_gt(yes, 0); /* itself at least, and the profile that allows all */
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("seccomp anchor");
	TCase *tc = support_case(suite, "anchor");

	tcase_add_loop_test(tc, every_architecture_has_an_anchor, 0, ARRAY_LEN(needy));
	tcase_add_loop_test(tc, an_anchor_loosens_nothing, 0, ARRAY_LEN(needy));
	tcase_add_test(tc, a_profile_without_rules_needs_none);
	tcase_add_test(tc, candidates_are_old_calls);
	tcase_add_loop_test(tc, who_dominates_is_strictest_everywhere, 0, ARRAY_LEN(rulings));
	return support_run(suite);
}
