/* SPDX-License-Identifier: Apache-2.0 */
#include "support_confine.h"

#include <seccomp.h>
#include <string.h>

#include "confine/seccomp/syscalls.h"

static const struct {
	enum arch arch;
	uint32_t token;
} arches[] = {
	{ ARCH_X86, SCMP_ARCH_X86 },	 { ARCH_X86_64, SCMP_ARCH_X86_64 },
	{ ARCH_X32, SCMP_ARCH_X32 },	 { ARCH_ARM, SCMP_ARCH_ARM },
	{ ARCH_AARCH64, SCMP_ARCH_AARCH64 },
};

START_TEST(numbers_are_libseccomps)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	enum arch arch = arches[_i].arch;
	unsigned compared = 0;

	ck_assert(syscall_arch_is_numbered(arch));
	for (unsigned call = 0; call < syscall_count(); call++) {
		char *name = support_str(&arena, syscall_name(call));
		int theirs = seccomp_syscall_resolve_name_arch(arches[_i].token, name);

		if (syscall_is_newer(call))
			continue;
		if (arch == ARCH_X32 && theirs >= 0x40000000)
			theirs -= 0x40000000; /* __X32_SYSCALL_BIT, asm/unistd.h */
		ck_assert_int_eq((syscall_arches(call) & ARCH_BIT(arch)) != 0, theirs >= 0);
		/* below zero a pseudo number of libseccomp, far above one private to ARM */
		if (theirs < 0 || theirs > 2000)
			theirs = -1;
		ck_assert_msg(syscall_number(call, arch) == theirs, "%s: %d, %d", name,
			      syscall_number(call, arch), theirs);
		compared++;
	}
	ck_assert_uint_gt(compared, 400);
}
END_TEST

START_TEST(every_name_is_found_and_stands_once)
{
	for (unsigned call = 0; call < syscall_count(); call++) {
		unsigned found = 0;
		struct text name = syscall_name(call), before;

		ck_assert(syscall_find(name, &found));
		ck_assert_uint_eq(found, call);
		if (call == 0)
			continue;
		before = syscall_name(call - 1);
		ck_assert_int_lt(strncmp(before.ptr, name.ptr, before.len < name.len ? before.len : name.len) *
						 2 +
					 (before.len < name.len ? -1 : 1),
				 0);
	}
}
END_TEST

START_TEST(calls_of_an_architecture_fall)
{
	enum arch arch = arches[_i].arch;
	size_t count, numbered = 0;
	const uint16_t *calls = syscall_by_number(arch, &count);

	for (size_t i = 1; i < count; i++)
		ck_assert_int_ge(syscall_number(calls[i - 1], arch), syscall_number(calls[i], arch));
	for (unsigned call = 0; call < syscall_count(); call++)
		numbered += syscall_number(call, arch) >= 0 ? 1 : 0;
	ck_assert_uint_eq(count, numbered);
}
END_TEST

START_TEST(other_architectures_have_no_table)
{
	for (unsigned arch = ARCH_AARCH64 + 1; arch < ARCH_COUNT_; arch++) {
		ck_assert(!syscall_arch_is_numbered((enum arch)arch));
		ck_assert_int_eq(syscall_number(0, (enum arch)arch), -1);
	}
}
END_TEST

static const char *const unknown[] = { "", "chmodat", "READ", "read ", "readd", "nosuchcall" };

START_TEST(unknown_names_are_not_found)
{
	unsigned call = 77;

	ck_assert(!syscall_find(text_of(unknown[_i]), &call));
	ck_assert_uint_eq(call, 77);
}
END_TEST

static const struct nearest_case {
	const char *word, *nearest; /* NULL: nothing is like it */
} nearest_cases[] = {
	{ "chmodat", "fchmodat" },
	{ "opennat", "openat" },
	{ "sockett", "socket" },
	{ "clone33", "clone3" },
	{ "something_else_entirely", NULL },
	{ "a_name_that_is_longer_than_any_system_call_has_ever_been", NULL },
};

START_TEST(proposes_what_is_alike)
{
	const struct nearest_case *c = &nearest_cases[_i];
	struct text nearest = syscall_nearest(text_of(c->word));

	if (c->nearest == NULL)
		ck_assert_ptr_null(nearest.ptr);
	else
		ASSERT_TEXT(nearest, c->nearest);
}
END_TEST

START_TEST(the_table_is_of_this_libseccomp)
{
	const struct scmp_version *v = seccomp_version();
	char version[64];

	(void)snprintf(version, sizeof(version), "%u.%u.%u", v->major, v->minor, v->micro);
	ck_assert_str_eq(syscall_table_version(), version);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("seccomp syscalls");
	TCase *tc = support_case(suite, "syscalls");

	tcase_add_loop_test(tc, numbers_are_libseccomps, 0, ARRAY_LEN(arches));
	tcase_add_test(tc, every_name_is_found_and_stands_once);
	tcase_add_loop_test(tc, calls_of_an_architecture_fall, 0, ARRAY_LEN(arches));
	tcase_add_test(tc, other_architectures_have_no_table);
	tcase_add_loop_test(tc, unknown_names_are_not_found, 0, ARRAY_LEN(unknown));
	tcase_add_loop_test(tc, proposes_what_is_alike, 0, ARRAY_LEN(nearest_cases));
	tcase_add_test(tc, the_table_is_of_this_libseccomp);
	return support_run(suite);
}
