/* SPDX-License-Identifier: Apache-2.0 */
/* ruleset.c and evaluate.c */
#include "support_confine.h"

#include <linux/capability.h>
#include <string.h>

#include "confine/seccomp/evaluate.h"

#define RULE(name, action, args)                                                              \
	"{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action "\",\"args\":[" args "]}"
#define ARG(index, op, a, b)                                                                  \
	"{\"index\":" #index ",\"op\":\"SCMP_CMP_" #op "\",\"value\":" #a ",\"valueTwo\":" #b "}"

static enum status resolve(struct arena *arena, const char *rules, struct ruleset_context context,
			   struct notes *notes, struct ruleset *ret_ruleset, struct error *err)
{
	struct buffer json = BUFFER_INIT(arena);
	struct profile profile;

	buffer_add_str(&json, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
	buffer_add_str(&json, rules);
	buffer_add_str(&json, "]}");
	buffer_add_char(&json, '\0');
	ASSERT_OK(profile_parse(support_json(arena, json.ptr), PROFILE_IN_FILE, "p", arena, &profile,
				err),
		  *err);
	return ruleset_resolve(&profile, &context, arena, notes, ret_ruleset, err);
}

static const struct meaning_case {
	const char *name, *rules; /* on personality, the default is ERRNO */
	uint64_t args[2];
	enum action want;
} meaning_cases[] = {
	{ "no rule", RULE("read", "ALLOW", ""), { 0, 0 }, ACTION_ERRNO },
	{ "all conditions must hold",
	  RULE("personality", "ALLOW", ARG(0, EQ, 1, 0) "," ARG(1, EQ, 2, 0)), { 1, 2 }, ACTION_ALLOW },
	{ "one does not", RULE("personality", "ALLOW", ARG(0, EQ, 1, 0) "," ARG(1, EQ, 2, 0)),
	  { 1, 3 }, ACTION_ERRNO },
	{ "an index twice is an OR",
	  RULE("personality", "ALLOW", ARG(0, EQ, 1, 0) "," ARG(0, EQ, 2, 0)), { 2, 9 }, ACTION_ALLOW },
	{ "an index twice, other conditions too",
	  RULE("personality", "ALLOW", ARG(0, EQ, 1, 0) "," ARG(0, EQ, 2, 0) "," ARG(1, EQ, 9, 0)),
	  { 7, 9 }, ACTION_ALLOW },
	{ "an index twice, none holds",
	  RULE("personality", "ALLOW", ARG(0, EQ, 1, 0) "," ARG(0, EQ, 2, 0)), { 3, 0 },
	  ACTION_ERRNO },
	{ "strictest of the matching",
	  RULE("personality", "ALLOW", "") "," RULE("personality", "KILL", ARG(0, GE, 5, 0)), { 5, 0 },
	  ACTION_KILL_THREAD },
	{ "the looser where the stricter does not match",
	  RULE("personality", "ALLOW", "") "," RULE("personality", "KILL", ARG(0, GE, 5, 0)), { 4, 0 },
	  ACTION_ALLOW },
	{ "a datum outside its mask is masked",
	  RULE("personality", "ALLOW", ARG(0, MASKED_EQ, 15, 255)), { 31, 0 }, ACTION_ALLOW },
	{ "mask 0 always matches", RULE("personality", "ALLOW", ARG(0, MASKED_EQ, 0, 7)), { 1, 0 },
	  ACTION_ALLOW },
	{ "GE 0 always matches", RULE("personality", "ALLOW", ARG(0, GE, 0, 0)), { 0, 0 },
	  ACTION_ALLOW },
	{ "LE the largest always matches",
	  RULE("personality", "ALLOW", ARG(0, LE, 18446744073709551615, 0)), { UINT64_MAX, 0 },
	  ACTION_ALLOW },
	{ "LT 0 never matches", RULE("personality", "ALLOW", ARG(0, LT, 0, 0)), { 0, 0 },
	  ACTION_ERRNO },
	{ "GT the largest never matches",
	  RULE("personality", "ALLOW", ARG(0, GT, 18446744073709551615, 0)), { UINT64_MAX, 0 },
	  ACTION_ERRNO },
	{ "never, and another condition",
	  RULE("personality", "ALLOW", ARG(0, LT, 0, 0) "," ARG(1, EQ, 1, 0)), { 0, 1 },
	  ACTION_ERRNO },
	{ "never, or another of the same index",
	  RULE("personality", "ALLOW", ARG(0, LT, 0, 0) "," ARG(0, EQ, 1, 0)), { 1, 0 },
	  ACTION_ALLOW },
	{ "high halves count", RULE("personality", "ALLOW", ARG(0, EQ, 4294967296, 0)), { 0, 0 },
	  ACTION_ERRNO },
	{ "named twice in one rule",
	  "{\"names\":[\"personality\",\"personality\"],\"action\":\"SCMP_ACT_LOG\"}", { 0, 0 },
	  ACTION_LOG },
};

/* Always or never true, or with a datum outside its mask. */
static bool is_trivial(const struct profile_arg *cond)
{
	switch ((enum compare)cond->op) {
	case COMPARE_MASKED_EQ:
		return cond->a == 0 || (cond->b & ~cond->a) != 0;
	case COMPARE_LT:
	case COMPARE_GE:
		return cond->a == 0;
	case COMPARE_LE:
	case COMPARE_GT:
		return cond->a == UINT64_MAX;
	case COMPARE_EQ:
	case COMPARE_NE:
		break;
	}
	return false;
}

START_TEST(means_what_the_profile_declares)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct meaning_case *c = &meaning_cases[_i];
	struct ruleset_context context = { 0, SUPPORT_KERNEL };
	uint64_t args[PROFILE_ARGS_MAX] = { c->args[0], c->args[1] };
	struct notes notes = { .count = 0 };
	unsigned call = support_call("personality");
	struct ruleset set;
	struct error err = { 0 };

	ASSERT_OK(resolve(&arena, c->rules, context, &notes, &set, &err), err);
	ck_assert_msg(support_evaluate(&set, call, args).action == c->want, "%s", c->name);
	ck_assert_msg(ruleset_evaluate(&set, call, args, false, NULL).action == c->want, "%s", c->name);
	ck_assert_uint_eq(notes.count, 0);
	/* conditions are on different arguments, and none is trivial: the merge counts on it */
	for (const struct rule *r = set.calls[call]; r != NULL; r = r->next) {
		for (unsigned i = 0; i < r->cond_count; i++) {
			ck_assert(i == 0 || r->conds[i - 1].index != r->conds[i].index);
			ck_assert_msg(!is_trivial(&r->conds[i]), "%s", c->name);
		}
	}
}
END_TEST

START_TEST(low_halves_alone_are_compared_on_32_bits)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset set = support_ruleset(
		&arena, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" RULE(
				"personality", "KILL", ARG(0, EQ, 8, 0)) "]}");
	uint64_t args[PROFILE_ARGS_MAX] = { (uint64_t)1 << 32 | 8 };
	const struct rule *decided = NULL;
	unsigned call = support_call("personality");

	ck_assert_uint_eq(ruleset_evaluate(&set, call, args, false, &decided).action, ACTION_ALLOW);
	ck_assert_ptr_null(decided);
	ck_assert_uint_eq(ruleset_evaluate(&set, call, args, true, &decided).action,
			  ACTION_KILL_THREAD);
	ck_assert_ptr_eq(decided, set.calls[call]);
	ck_assert_uint_eq(decided->origin, 1);
}
END_TEST

START_TEST(first_of_equally_strict_gives_the_errno)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const uint64_t args[PROFILE_ARGS_MAX];
	struct ruleset set = support_ruleset(
		&arena, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
			"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5},"
			"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":6}]}");

	ck_assert_uint_eq(ruleset_evaluate(&set, support_call("read"), args, false, NULL).data, 5);
}
END_TEST

static const struct when_case {
	const char *when;
	uint64_t bounding;
	uint32_t kernel;
	bool applies;
} when_cases[] = {
	{ "\"includes\":{}", 0, 0, true },
	{ "\"includes\":{\"caps\":[\"CAP_BPF\"]}", 0, 0, false },
	{ "\"includes\":{\"caps\":[\"CAP_BPF\"]}", CAPABILITY_BIT(CAP_BPF), 0, true },
	{ "\"includes\":{\"caps\":[\"CAP_BPF\",\"CAP_KILL\"]}", CAPABILITY_BIT(CAP_BPF), 0, false },
	{ "\"excludes\":{\"caps\":[\"CAP_BPF\"]}", CAPABILITY_BIT(CAP_BPF), 0, false },
	{ "\"excludes\":{\"caps\":[\"CAP_BPF\"]}", CAPABILITY_BIT(CAP_KILL), 0, true },
	{ "\"excludes\":{\"caps\":[\"CAP_BPF\",\"CAP_KILL\"]}", CAPABILITY_BIT(CAP_KILL), 0, false },
	{ "\"includes\":{\"minKernel\":\"4.8\"}", 0, 4 << 16 | 7, false },
	{ "\"includes\":{\"minKernel\":\"4.8\"}", 0, 4 << 16 | 8, true },
	{ "\"includes\":{\"minKernel\":\"4.8\"}", 0, 5 << 16, true },
	{ "\"excludes\":{\"minKernel\":\"4.8\"}", 0, 4 << 16 | 7, true },
	{ "\"excludes\":{\"minKernel\":\"4.8\"}", 0, 4 << 16 | 8, false },
};

START_TEST(rules_apply_by_capability_and_kernel)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct when_case *c = &when_cases[_i];
	struct ruleset_context context = { c->bounding, c->kernel };
	struct notes notes = { .count = 0 };
	struct ruleset set;
	struct error err = { 0 };
	char rule[256];

	(void)snprintf(rule, sizeof(rule),
		       "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ALLOW\",%s}", c->when);
	ASSERT_OK(resolve(&arena, rule, context, &notes, &set, &err), err);
	ck_assert_msg((set.calls[support_call("bpf")] != NULL) == c->applies, "%s", c->when);
	ck_assert_int_eq(set.named[support_call("bpf")] != 0, c->applies);
}
END_TEST

START_TEST(unknown_names_matter_where_they_deny)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset_context context = { 0, SUPPORT_KERNEL };
	struct notes notes = { .count = 0 };
	struct ruleset set;
	struct error err = { 0 };

	ASSERT_OK(resolve(&arena,
			  "{\"names\":[\"read\",\"nosuch\"],\"action\":\"SCMP_ACT_ALLOW\"},"
			  "{\"names\":[\"other_one\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":9}",
			  context, &notes, &set, &err),
		  err);
	ck_assert_uint_eq(notes.count, 2);
	ASSERT_TEXT(notes.list[0], "p: unknown system call 'nosuch' left out");
	ck_assert_int_eq(resolve(&arena,
				 RULE("read", "ALLOW", "") ",{\"names\":[\"write\",\"chmodat\"],"
							   "\"action\":\"SCMP_ACT_KILL\"}",
				 context, &notes, &set, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.where, "syscalls[1].names[1]");
	ck_assert_str_eq(err.what, "'chmodat' is no system call, so this rule would deny nothing (did "
				   "you mean 'fchmodat'?)");
	ck_assert_int_eq(resolve(&arena, "{\"name\":\"zzzzzzzzz\",\"action\":\"SCMP_ACT_KILL\"}", context,
				 &notes, &set, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.where, "syscalls[0].name");
	ck_assert_str_eq(err.what, "'zzzzzzzzz' is no system call, so this rule would deny nothing");
}
END_TEST

START_TEST(rules_of_one_call_are_limited)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset_context context = { 0, SUPPORT_KERNEL };
	struct buffer rules = BUFFER_INIT(&arena);
	struct notes notes = { .count = 0 };
	struct ruleset set;
	struct error err = { 0 };
	char where[32];

	for (unsigned i = 0; i < RULES_PER_CALL_MAX; i++)
		buffer_add_str(&rules, i > 0 ? "," RULE("read", "LOG", ARG(0, EQ, 1, 0)) :
					       RULE("read", "LOG", ARG(0, EQ, 1, 0)));
	buffer_add_char(&rules, '\0');
	ASSERT_OK(resolve(&arena, rules.ptr, context, &notes, &set, &err), err);
	rules.len--;
	buffer_add_str(&rules, "," RULE("read", "LOG", ""));
	buffer_add_char(&rules, '\0');
	ck_assert_int_eq(resolve(&arena, rules.ptr, context, &notes, &set, &err), STATUS_INVALID);
	(void)snprintf(where, sizeof(where), "syscalls[%d]", RULES_PER_CALL_MAX);
	ck_assert_str_eq(err.where, where);
	ck_assert_ptr_nonnull(strstr(err.what, "rules for 'read'"));
}
END_TEST

START_TEST(the_native_architecture_is_always_in)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset set = support_ruleset(
		&arena, "{\"defaultAction\":\"SCMP_ACT_LOG\",\"architectures\":[\"SCMP_ARCH_S390\"]}");

	ck_assert_uint_eq(set.arches, ARCH_BIT(ARCH_NATIVE) | ARCH_BIT(ARCH_S390));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("seccomp ruleset");
	TCase *tc = support_case(suite, "ruleset");

	tcase_add_loop_test(tc, means_what_the_profile_declares, 0, ARRAY_LEN(meaning_cases));
	tcase_add_test(tc, low_halves_alone_are_compared_on_32_bits);
	tcase_add_test(tc, first_of_equally_strict_gives_the_errno);
	tcase_add_loop_test(tc, rules_apply_by_capability_and_kernel, 0, ARRAY_LEN(when_cases));
	tcase_add_test(tc, unknown_names_matter_where_they_deny);
	tcase_add_test(tc, rules_of_one_call_are_limited);
	tcase_add_test(tc, the_native_architecture_is_always_in);
	return support_run(suite);
}
