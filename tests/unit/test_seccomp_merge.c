/* SPDX-License-Identifier: Apache-2.0 */
/* Whole profiles: merge.c, boundary.c and write.c. */
#include "support_confine.h"

#include <errno.h>
#include <string.h>

#include "confine/seccomp/boundary.h"
#include "confine/seccomp/runtime_default.h"

static struct ruleset merge(struct arena *arena, const struct ruleset *inputs, size_t count)
{
	struct notes notes = { .count = 0 };
	struct ruleset merged = { .arches = 0 };
	struct error err = { 0 };

	ASSERT_OK(merge_profiles(inputs, count, arena, &notes, &merged, &err), err);
	return merged;
}

static struct ruleset merge_texts(struct arena *arena, const char *a, const char *b)
{
	struct ruleset inputs[] = { support_ruleset(arena, a), support_ruleset(arena, b) };

	return merge(arena, inputs, 2);
}

#define DENY "{\"defaultAction\":\"SCMP_ACT_ERRNO\""
#define NOTIFY "{\"defaultAction\":\"SCMP_ACT_NOTIFY\""
#define ALLOW "{\"defaultAction\":\"SCMP_ACT_ALLOW\""

static const struct flags_case {
	const char *a, *b; /* what stands behind the default action */
	const char *flags; /* NULL: none given */
} flags_cases[] = {
	{ "", "", NULL },
	{ "", ",\"flags\":[]", "[]" },
	{ ",\"flags\":[]", ",\"flags\":[]", "[]" },
	{ ",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]", "", "[\"SECCOMP_FILTER_FLAG_LOG\"]" },
	{ ",\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]", "", NULL },
	{ ",\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]", ",\"flags\":[]", "[]" },
	{ ",\"flags\":[\"SECCOMP_FILTER_FLAG_TSYNC\"]", ",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]",
	  "[\"SECCOMP_FILTER_FLAG_TSYNC\",\"SECCOMP_FILTER_FLAG_LOG\"]" },
};

START_TEST(flags_only_tighten)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct flags_case *c = &flags_cases[_i];
	char a[256], b[256], *text;

	(void)snprintf(a, sizeof(a), DENY "%s}", c->a);
	(void)snprintf(b, sizeof(b), DENY "%s}", c->b);
	for (int turn = 0; turn < 2; turn++) {
		struct ruleset m = merge_texts(&arena, turn == 0 ? a : b, turn == 0 ? b : a);

		text = support_written(&arena, &m);
		if (c->flags == NULL)
			ck_assert_ptr_null(strstr(text, "\"flags\""));
		else
			ck_assert_ptr_nonnull(strstr(text, c->flags));
	}
}
END_TEST

START_TEST(one_listener_is_kept_two_are_refused)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset m = merge_texts(
		&arena, DENY ",\"listenerPath\":\"/run/\\\"x\\\"\",\"listenerMetadata\":\"m\"}", DENY "}");
	struct ruleset two[] = { support_ruleset(&arena, DENY ",\"listenerPath\":\"/a\"}"),
				 support_ruleset(&arena, DENY ",\"listenerPath\":\"/b\"}") };
	struct notes notes = { .count = 0 };
	struct error err = { 0 };

	ck_assert_ptr_nonnull(strstr(support_written(&arena, &m),
				     "\"listenerPath\":\"/run/\\\"x\\\"\",\"listenerMetadata\":\"m\""));
	ck_assert_int_eq(merge_profiles(two, 2, &arena, &notes, &m, &err), STATUS_DENIED);
	two[1].listener_path = TEXT("/a");
	ASSERT_OK(merge_profiles(two, 2, &arena, &notes, &m, &err), err);
	ASSERT_TEXT(m.listener_path, "/a");
}
END_TEST

START_TEST(architectures_are_those_of_all)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset m = merge_texts(
		&arena, DENY ",\"architectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_S390\",\"SCMP_ARCH_ARM\"]}",
		DENY ",\"architectures\":[\"SCMP_ARCH_ARM\",\"SCMP_ARCH_S390\"]}");

	ck_assert_uint_eq(m.arches,
			  ARCH_BIT(ARCH_NATIVE) | ARCH_BIT(ARCH_S390) | ARCH_BIT(ARCH_ARM));
	/* no list is the native one alone: others are killed */
	m = merge_texts(&arena, DENY ",\"architectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]}", DENY "}");
	ck_assert_uint_eq(m.arches, ARCH_BIT(ARCH_NATIVE));
}
END_TEST

static const char *const profiles[] = {
	ALLOW "}",
	DENY "}",
	"{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\",\"syscalls\":[{\"names\":[\"read\",\"write\","
	"\"exit_group\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
	ALLOW ",\"syscalls\":[{\"names\":[\"chmod\",\"fchmod\",\"fchmodat\"],\"action\":\"SCMP_ACT_ERRNO\"},"
	      "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[{\"index\":0,\"value\":2,"
	      "\"op\":\"SCMP_CMP_NE\"}]}]}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"architectures\":["
	"\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\",\"SCMP_ARCH_X86_64\"],\"flags\":[],\"syscalls\":["
	"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1},{\"names\":[\"personality\","
	"\"read\",\"clone\",\"chmod\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":8,"
	"\"op\":\"SCMP_CMP_EQ\"},{\"index\":1,\"value\":255,\"valueTwo\":1,\"op\":\"SCMP_CMP_MASKED_EQ\"}"
	"]}]}",
};

static void check_never_looser(const struct ruleset *inputs, const struct ruleset *merged)
{
	static const uint64_t values[] = { 0, 1, 2, 8, 255, (uint64_t)1 << 32 | 8, UINT64_MAX };

	for (unsigned call = 0; call < syscall_count(); call++) {
		for (int i = 0; i < ARRAY_LEN(values) * ARRAY_LEN(values); i++) {
			uint64_t args[PROFILE_ARGS_MAX] = { values[i % ARRAY_LEN(values)],
							    values[i / ARRAY_LEN(values)] };
			enum action is = (enum action)support_evaluate(merged, call, args).action;
			enum action want = support_strictest(inputs, 2, call, args);

			REQUIRE(is <= want, "looser: %.*s", TEXT_ARG(syscall_name(call)));
		}
	}
}

/* Baseline and each, each with each: never looser, and once merged it stays. */
START_TEST(merged_again_nothing_changes)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset_context context = { 0, SUPPORT_KERNEL };
	struct ruleset baseline, inputs[2], merged, again;
	struct error err = { 0 };
	char *text;

	ASSERT_OK(runtime_default_resolve(TEXT(""), &context, &arena, &baseline, &err), err);
	for (int j = -1; j < ARRAY_LEN(profiles); j++) {
		inputs[0] = j < 0 ? baseline : support_ruleset(&arena, profiles[j]);
		inputs[1] = support_ruleset(&arena, profiles[_i]);
		merged = merge(&arena, inputs, 2);
		check_never_looser(inputs, &merged);
		text = support_written(&arena, &merged);
		/* what is written reads back, and merging it with the same inputs again is a no-op */
		inputs[1] = support_ruleset(&arena, text);
		check_never_looser(inputs, &inputs[1]);
		again = merge(&arena, inputs, 2);
		ck_assert_str_eq(support_written(&arena, &again), text);
		again = merge(&arena, &inputs[1], 1);
		ck_assert_str_eq(support_written(&arena, &again), text);
	}
}
END_TEST

START_TEST(explicit_errno_survives_a_default)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const uint64_t args[PROFILE_ARGS_MAX];
	struct ruleset m = merge_texts(&arena,
				       DENY ",\"syscalls\":[{\"names\":[\"clone3\"],\"action\":"
					    "\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}",
				       DENY ",\"syscalls\":[{\"names\":[\"openat2\"],\"action\":"
					    "\"SCMP_ACT_ALLOW\"}]}");

	ck_assert_uint_eq(support_evaluate(&m, support_call("clone3"), args).data, ENOSYS);
}
END_TEST

START_TEST(calls_that_libseccomp_cannot_deny_are_refused)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct notes notes = { .count = 0 };
	struct error err = { 0 };
	char json[256];

	for (unsigned call = 0; call < syscall_count(); call++) {
		struct ruleset set, merged;

		if (!syscall_is_newer(call))
			continue;
		(void)snprintf(json, sizeof(json),
			       ALLOW ",\"syscalls\":[{\"names\":[\"%.*s\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
			       TEXT_ARG(syscall_name(call)));
		set = support_ruleset(&arena, json);
		ck_assert_int_eq(merge_profiles(&set, 1, &arena, &notes, &merged, &err),
				 STATUS_UNSUPPORTED);
		ck_assert_ptr_nonnull(strstr(err.what, "does not know this call"));
	}
}
END_TEST

START_TEST(notes_tell_what_is_tightened)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset inputs[] = {
		support_ruleset(&arena, ALLOW ",\"architectures\":[\"SCMP_ARCH_X32\",\"SCMP_ARCH_X86\"],"
					      "\"syscalls\":[{\"names\":[\"read\"],\"action\":"
					      "\"SCMP_ACT_KILL\",\"args\":[{\"index\":0,\"value\":4294967296,"
					      "\"op\":\"SCMP_CMP_EQ\"}]}]}"),
	};
	static const uint64_t args[PROFILE_ARGS_MAX];
	struct notes notes = { .count = 0 };
	struct ruleset merged;
	struct error err = { 0 };

	ASSERT_OK(merge_profiles(inputs, 1, &arena, &notes, &merged, &err), err);
	ck_assert_uint_eq(notes.count, 1);
	ck_assert_ptr_nonnull(strstr(notes.list[0].ptr, "conditions on read cannot be merged exactly"));
	ck_assert_uint_eq(support_evaluate(&merged, support_call("read"), args).action,
			  ACTION_KILL_THREAD);
}
END_TEST

/* --- the boundary above which runc answers ENOSYS --- */

static int highest_named(const struct ruleset *set, enum arch arch)
{
	int highest = -1;

	for (unsigned call = 0; call < syscall_count(); call++) {
		if (set->calls[call] != NULL && syscall_number(call, arch) > highest)
			highest = syscall_number(call, arch);
	}
	return highest;
}

START_TEST(boundary_is_the_lowest_of_the_inputs)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset m = merge_texts(
		&arena,
		DENY ",\"syscalls\":[{\"names\":[\"read\",\"statx\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		DENY ",\"syscalls\":[{\"names\":[\"read\",\"openat2\"],\"action\":\"SCMP_ACT_ALLOW\"}]}");

	/* statx is named though it only says what the default says; openat2 above it is not */
	ck_assert_int_eq(highest_named(&m, ARCH_NATIVE), syscall_number(support_call("statx"), ARCH_NATIVE));
	ck_assert_ptr_nonnull(m.calls[support_call("statx")]);
	ck_assert_ptr_null(m.calls[support_call("openat2")]);
}
END_TEST

START_TEST(a_default_that_allows_has_no_boundary)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset m = merge_texts(
		&arena, ALLOW ",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\"}]}",
		DENY ",\"syscalls\":[{\"names\":[\"read\",\"openat2\"],\"action\":\"SCMP_ACT_ALLOW\"}]}");

	ck_assert_int_eq(highest_named(&m, ARCH_NATIVE),
			 syscall_number(support_call("openat2"), ARCH_NATIVE));
}
END_TEST

/* crun has no answer of its own above it, and would ask the listener. */
START_TEST(under_notify_an_errno_above_it_stays)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const uint64_t args[PROFILE_ARGS_MAX];
	struct ruleset m = merge_texts(
		&arena,
		NOTIFY ",\"syscalls\":[{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		NOTIFY ",\"syscalls\":[{\"names\":[\"pidfd_open\"],\"action\":\"SCMP_ACT_KILL\"}]}");

	ck_assert_uint_eq(support_evaluate(&m, support_call("clone3"), args).action, ACTION_ERRNO);
}
END_TEST

START_TEST(a_stricter_rule_above_stays_and_the_gap_is_filled)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const uint64_t args[PROFILE_ARGS_MAX];
	struct ruleset m = merge_texts(
		&arena, DENY ",\"syscalls\":[{\"names\":[\"statx\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		DENY ",\"syscalls\":[{\"names\":[\"openat2\"],\"action\":\"SCMP_ACT_KILL\"}]}");
	struct verdict between = support_evaluate(&m, support_call("clone3"), args);

	ck_assert_uint_eq(support_evaluate(&m, support_call("openat2"), args).action,
			  ACTION_KILL_THREAD);
	ck_assert_uint_eq(between.action, ACTION_ERRNO);
	ck_assert_uint_eq(between.data, ENOSYS);
	ck_assert_uint_eq(support_evaluate(&m, support_call("statx"), args).data, EPERM);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("seccomp merge");
	TCase *tc = support_case(suite, "merge");

	tcase_add_loop_test(tc, flags_only_tighten, 0, ARRAY_LEN(flags_cases));
	tcase_add_test(tc, one_listener_is_kept_two_are_refused);
	tcase_add_test(tc, architectures_are_those_of_all);
	tcase_add_loop_test(tc, merged_again_nothing_changes, 0, ARRAY_LEN(profiles));
	tcase_add_test(tc, explicit_errno_survives_a_default);
	tcase_add_test(tc, calls_that_libseccomp_cannot_deny_are_refused);
	tcase_add_test(tc, notes_tell_what_is_tightened);
	tcase_add_test(tc, boundary_is_the_lowest_of_the_inputs);
	tcase_add_test(tc, a_default_that_allows_has_no_boundary);
	tcase_add_test(tc, under_notify_an_errno_above_it_stays);
	tcase_add_test(tc, a_stricter_rule_above_stays_and_the_gap_is_filled);
	return support_run(suite);
}
