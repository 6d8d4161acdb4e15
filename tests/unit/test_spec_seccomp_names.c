/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <linux/seccomp.h>

#include "oci-spec/seccomp_names.h"

START_TEST(every_word_reads_as_it_is_written)
{
	for (unsigned i = 0; i < ACTION_COUNT_; i++) {
		enum action action = ACTION_COUNT_;

		ck_assert(action_parse(text_of(action_name((enum action)i)), &action));
		ck_assert_uint_eq(action, i);
	}
	for (unsigned i = 0; i <= COMPARE_MASKED_EQ; i++) {
		enum compare compare = COMPARE_NE;

		ck_assert(compare_parse(text_of(compare_name((enum compare)i)), &compare));
		ck_assert_uint_eq(compare, i);
	}
	for (unsigned i = 0; i < ARCH_COUNT_; i++) {
		enum arch arch = ARCH_COUNT_;

		ck_assert(arch_parse(text_of(arch_name((enum arch)i)), &arch));
		ck_assert_uint_eq(arch, i);
	}
	for (uint32_t bit = 1; bit <= FLAG_WAIT_KILLABLE_RECV; bit <<= 1) {
		uint32_t flag = 0;

		ck_assert(flag_parse(text_of(flag_name(bit)), &flag));
		ck_assert_uint_eq(flag, bit);
	}
}
END_TEST

START_TEST(the_old_kill_ends_the_thread)
{
	enum action action = ACTION_ALLOW;

	ck_assert(action_parse(TEXT("SCMP_ACT_KILL"), &action));
	ck_assert_int_eq(action, ACTION_KILL_THREAD);
}
END_TEST

static const char *const unknown[] = {
	"", "ALLOW", "scmp_act_allow", "SCMP_ACT_", "SCMP_ACT_ALLOWX", "SCMP_CMP_", "SCMP_CMP_EQX",
	"SCMP_ARCH_", "SCMP_ARCH_X86_6", "amd64", "SECCOMP_FILTER_FLAG_", "SECCOMP_FILTER_FLAG_NEW",
	" SCMP_ACT_ALLOW", "SCMP_ACT_ALLOW ",
};

START_TEST(unknown_words_are_not_guessed)
{
	struct text word = text_of(unknown[_i]);
	enum action action = ACTION_LOG;
	enum compare compare = COMPARE_GT;
	enum arch arch = ARCH_S390;
	uint32_t flag = 77;

	ck_assert(!action_parse(word, &action) && !compare_parse(word, &compare) &&
		  !arch_parse(word, &arch) && !flag_parse(word, &flag));
	ck_assert_int_eq(action, ACTION_LOG);
	ck_assert_int_eq(compare, COMPARE_GT);
	ck_assert_int_eq(arch, ARCH_S390);
	ck_assert_uint_eq(flag, 77);
}
END_TEST

/* linux/seccomp.h orders return values as signed numbers: the least one wins. */
START_TEST(strictness_is_the_kernels)
{
	static const int32_t values[ACTION_COUNT_] = {
		[ACTION_KILL_PROCESS] = (int32_t)SECCOMP_RET_KILL_PROCESS,
		[ACTION_KILL_THREAD] = (int32_t)SECCOMP_RET_KILL_THREAD,
		[ACTION_TRAP] = SECCOMP_RET_TRAP,
		[ACTION_ERRNO] = SECCOMP_RET_ERRNO,
		[ACTION_NOTIFY] = SECCOMP_RET_USER_NOTIF,
		[ACTION_TRACE] = SECCOMP_RET_TRACE,
		[ACTION_LOG] = SECCOMP_RET_LOG,
		[ACTION_ALLOW] = SECCOMP_RET_ALLOW,
	};

	for (int i = 1; i < ACTION_COUNT_; i++)
		ck_assert_int_lt(values[i - 1], values[i]);
	ck_assert(action_has_data(ACTION_ERRNO) && action_has_data(ACTION_TRACE));
	ck_assert(!action_has_data(ACTION_TRAP) && !action_has_data(ACTION_ALLOW));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec seccomp_names");
	TCase *tc = support_case(suite, "names");

	tcase_add_test(tc, every_word_reads_as_it_is_written);
	tcase_add_test(tc, the_old_kill_ends_the_thread);
	tcase_add_loop_test(tc, unknown_words_are_not_guessed, 0, ARRAY_LEN(unknown));
	tcase_add_test(tc, strictness_is_the_kernels);
	return support_run(suite);
}
