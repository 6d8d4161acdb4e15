/* SPDX-License-Identifier: Apache-2.0 */
/* The tables made at build time say just what the JSON files beside them say. */
#include "support_confine.h"

#include <stdlib.h>
#include <string.h>

#include "confine/seccomp/runtime_default.h"

static const struct version {
	const char *version, *file;
} versions[] = {
	{ RUNTIME_DEFAULT_NEWEST, "runtime-default.json" },
	{ "1.6", "runtime-default-1.6.json" },
	{ "1.7", "runtime-default-1.7.json" },
	{ "2.1", "runtime-default-2.1.json" },
};

static struct profile from_json(struct arena *arena, const char *file)
{
	char *text = support_read_file(arena, getenv("OCI_CONFINE_DATA"), file);
	struct profile profile = { .name = NULL };
	struct error err = { 0 };

	ck_assert_ptr_nonnull(text);
	ASSERT_OK(profile_parse(support_json(arena, text), PROFILE_IN_FILE, file, arena, &profile, &err),
		  err);
	return profile;
}

static void check_same(struct arena *arena, const struct version *v, const struct profile *profile,
		       struct ruleset_context context)
{
	struct notes notes = { .count = 0 };
	struct ruleset ours, theirs;
	struct error err = { 0 };

	ASSERT_OK(runtime_default_resolve(text_of(v->version), &context, arena, &ours, &err), err);
	ASSERT_OK(ruleset_resolve(profile, &context, arena, &notes, &theirs, &err), err);
	ck_assert_str_eq(support_written(arena, &ours), support_written(arena, &theirs));
	ck_assert_uint_eq(ours.arches, theirs.arches);
	ck_assert_mem_eq(ours.named, theirs.named, syscall_count());
	for (unsigned call = 0; call < syscall_count(); call++) {
		const struct rule *a = ours.calls[call], *b = theirs.calls[call];

		for (; a != NULL && b != NULL; a = a->next, b = b->next) {
			ck_assert(verdict_equal(a->verdict, b->verdict));
			ck_assert_uint_eq(a->cond_count, b->cond_count);
			for (unsigned i = 0; i < a->cond_count; i++)
				ck_assert(a->conds[i].index == b->conds[i].index &&
					  a->conds[i].op == b->conds[i].op &&
					  a->conds[i].a == b->conds[i].a && a->conds[i].b == b->conds[i].b);
		}
		ck_assert(a == NULL && b == NULL);
	}
}

START_TEST(tables_equal_the_files)
{
	const struct version *v = &versions[_i];
	static const uint32_t kernels[] = { 2 << 16 | 6, 4 << 16 | 7, 4 << 16 | 8, SUPPORT_KERNEL };

	for (int k = 0; k < ARRAY_LEN(kernels); k++) {
		AUTO(arena_done) struct arena arena = ARENA_INIT;
		struct profile profile = from_json(&arena, v->file);

		check_same(&arena, v, &profile, (struct ruleset_context){ 0, kernels[k] });
		check_same(&arena, v, &profile, (struct ruleset_context){ UINT64_MAX, kernels[k] });
		for (unsigned cap = 0; cap < capability_count(); cap++)
			check_same(&arena, v, &profile,
				   (struct ruleset_context){ CAPABILITY_BIT(cap), kernels[k] });
	}
}
END_TEST

START_TEST(names_are_known_sorted_and_unique)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct profile profile = from_json(&arena, versions[_i].file);

	ck_assert_uint_gt(profile.rule_count, 5);
	for (size_t r = 0; r < profile.rule_count; r++) {
		const struct profile_rule *rule = &profile.rules[r];

		for (uint32_t n = 0; n < rule->name_count; n++) {
			char *name = support_str(&arena, rule->names[n]);
			unsigned call;

			ck_assert_msg(syscall_find(rule->names[n], &call), "%s", name);
			if (n > 0)
				ck_assert_str_lt(support_str(&arena, rule->names[n - 1]), name);
		}
	}
}
END_TEST

START_TEST(unknown_versions_are_refused)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset_context context = { 0, SUPPORT_KERNEL };
	struct ruleset set;
	struct error err = { 0 };

	ck_assert(runtime_default_exists(TEXT("")) && runtime_default_exists(TEXT("1.7")));
	ck_assert(!runtime_default_exists(TEXT("1.")) && !runtime_default_exists(TEXT("1.70")));
	ck_assert_str_eq(runtime_default_versions(), "1.6, 1.7, 2.1");
	ck_assert_int_eq(runtime_default_resolve(TEXT("3.0"), &context, &arena, &set, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.what, "no runtime-default of version '3.0'; there are 1.6, 1.7, 2.1");
}
END_TEST

/* Why our own is not simply 2.1: SOURCES.md, "Local changes". */
START_TEST(vsock_is_not_reached_through_the_high_half)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct ruleset_context context = { UINT64_MAX, SUPPORT_KERNEL };
	uint64_t plain[PROFILE_ARGS_MAX] = { 40 }, high[PROFILE_ARGS_MAX] = { (uint64_t)1 << 32 | 40 };
	uint64_t inet[PROFILE_ARGS_MAX] = { 2 };
	unsigned call = support_call("socket");
	struct ruleset ours, theirs;
	struct error err = { 0 };

	ASSERT_OK(runtime_default_resolve(TEXT(""), &context, &arena, &ours, &err), err);
	ASSERT_OK(runtime_default_resolve(TEXT("2.1"), &context, &arena, &theirs, &err), err);
	ck_assert_uint_eq(support_evaluate(&ours, call, plain).action, ACTION_ERRNO);
	ck_assert_uint_eq(support_evaluate(&ours, call, high).action, ACTION_ERRNO);
	ck_assert_uint_eq(support_evaluate(&ours, call, inet).action, ACTION_ALLOW);
	ck_assert_uint_eq(support_evaluate(&theirs, call, high).action, ACTION_ALLOW);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("seccomp runtime_default");
	TCase *tc = support_case(suite, "runtime_default");

	tcase_add_loop_test(tc, tables_equal_the_files, 0, ARRAY_LEN(versions));
	tcase_add_loop_test(tc, names_are_known_sorted_and_unique, 0, ARRAY_LEN(versions));
	tcase_add_test(tc, unknown_versions_are_refused);
	tcase_add_test(tc, vsock_is_not_reached_through_the_high_half);
	return support_run(suite);
}
