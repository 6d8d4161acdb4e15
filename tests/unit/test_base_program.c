/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci-spec/base/program.h"

/* A shell stands for the other program, since it can do what a test wants done. */
static enum status run_shell(const char *script, const char *input, struct arena *arena,
			     struct text *ret_output, struct error *err)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct program program = {
		.path = "/bin/sh", .argv = argv, .seconds = 1, .output_max = 65536
	};

	return program_run(&program, text_of(input), arena, ret_output, err);
}

START_TEST(output_is_handed_out)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	struct text output;

	ASSERT_OK(run_shell("echo one; echo to nobody >&2; cat", "two\n", &arena, &output, &err), err);
	ASSERT_TEXT(output, "one\ntwo\n");
	ASSERT_OK(run_shell("true", "", &arena, &output, &err), err);
	ck_assert_uint_eq(output.len, 0);
}
END_TEST

START_TEST(nothing_of_ours_is_inherited)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	struct text output;
	int fd = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */

	ck_assert_int_eq(setenv("OCI_CONFINE_TEST_SECRET", "x", 1), 0);
	ck_assert_int_ge(fd, 3);
	ASSERT_OK(run_shell("env | grep -c SECRET; pwd; exec ls /proc/self/fd", "", &arena, &output,
			    &err),
		  err);
	ASSERT_TEXT(output, "0\n/\n0\n1\n2\n3\n"); /* 3 is the directory that ls reads */
	(void)close(fd);
}
END_TEST

START_TEST(failure_says_the_last_line)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	struct text output = TEXT("untouched");

	ck_assert_int_eq(run_shell("echo first >&2; echo why it is; echo 'the reason ' >&2; exit 3", "",
				   &arena, &output, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.what, "sh refuses it: the reason");
	ASSERT_TEXT(output, "untouched");
	ck_assert_int_eq(run_shell("exit 1", "", &arena, &output, &err), STATUS_INVALID);
	ck_assert_str_eq(err.what, "sh refuses it: no reason given");
}
END_TEST

START_TEST(limits_hold)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	struct text output = TEXT("untouched");

	ck_assert_int_eq(run_shell("sleep 30", "", &arena, &output, &err), STATUS_SYSTEM);
	ck_assert_str_eq(err.what, "sh took more than 1 s");
	ck_assert_int_eq(run_shell("exec head -c 100000 /dev/zero", "", &arena, &output, &err),
			 STATUS_SYSTEM);
	ck_assert_ptr_nonnull(strstr(err.what, "ended by signal 25"));
	ck_assert_int_eq(run_shell("kill -9 $$", "", &arena, &output, &err), STATUS_SYSTEM);
	ASSERT_TEXT(output, "untouched");
}
END_TEST

START_TEST(missing_program_is_told_apart)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const char *const argv[] = { "nothing", NULL };
	const struct program program = {
		.path = "/does/not/exist", .argv = argv, .seconds = 1, .output_max = 1
	};
	struct error err = { 0 };
	struct text output;

	ck_assert_int_eq(program_run(&program, TEXT_NONE, &arena, &output, &err), STATUS_UNSUPPORTED);
}
END_TEST

/* It is there and may be executed, but the kernel knows no such format, and no shell is asked. */
START_TEST(what_is_no_program_is_not_run)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const char *const argv[] = { "script", NULL };
	struct program program = { .argv = argv, .seconds = 1, .output_max = 4096 };
	struct buffer path = BUFFER_INIT(&arena), wanted = BUFFER_INIT(&arena);
	char *dir = support_temp_dir(&arena);
	struct error err = { 0 };
	struct text output = TEXT("untouched");

	support_write_file(dir, "script", "echo it ran\n");
	buffer_add_str(&path, dir);
	buffer_add_str(&path, "/script");
	buffer_add_char(&path, '\0');
	program.path = path.ptr;
	ck_assert_int_eq(chmod(program.path, 0700), 0);
	ck_assert_int_eq(program_run(&program, TEXT_NONE, &arena, &output, &err), STATUS_SYSTEM);
	buffer_add_str(&wanted, "cannot run ");
	buffer_add_str(&wanted, program.path);
	buffer_add_char(&wanted, '\0');
	ck_assert_str_eq(err.what, wanted.ptr);
	ASSERT_TEXT(output, "untouched");
	support_remove_dir(dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base/program");
	TCase *programs = support_case(suite, "programs");

	tcase_set_timeout(programs, 20);
	tcase_add_test(programs, output_is_handed_out);
	tcase_add_test(programs, nothing_of_ours_is_inherited);
	tcase_add_test(programs, failure_says_the_last_line);
	tcase_add_test(programs, limits_hold);
	tcase_add_test(programs, missing_program_is_told_apart);
	tcase_add_test(programs, what_is_no_program_is_not_run);
	return support_run(suite);
}
