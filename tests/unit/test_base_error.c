/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <errno.h>
#include <string.h>

START_TEST(statuses_are_the_exit_codes)
{
	ck_assert_int_eq(STATUS_OK, 0);
	ck_assert_int_eq(STATUS_INVALID, 1);
	ck_assert_int_eq(STATUS_DENIED, 2);
	ck_assert_int_eq(STATUS_UNSUPPORTED, 3);
	ck_assert_int_eq(STATUS_SYSTEM, 4);
}
END_TEST

START_TEST(inner_file_name_stays)
{
	struct error err = { 0 };

	ck_assert_int_eq(error_set(&err, STATUS_INVALID, 0, "bad %d", 7), STATUS_INVALID);
	ck_assert_int_eq(error_in_file(&err, "/p.json"), STATUS_INVALID);
	ck_assert_int_eq(error_in_file(&err, "/config.json"), STATUS_INVALID);
	ck_assert_int_eq(error_where(&err, "a[%d]", 3), STATUS_INVALID);
	ck_assert_str_eq(err.file, "/p.json");
	ck_assert_str_eq(err.where, "a[3]");
	ck_assert_str_eq(err.what, "bad 7");
	/* a new error forgets the old place */
	ck_assert_int_eq(error_set(&err, STATUS_SYSTEM, ENOENT, "gone"), STATUS_SYSTEM);
	ck_assert_str_eq(err.file, "");
	ck_assert_str_eq(err.where, "");
	ck_assert_int_eq(err.sys_errno, ENOENT);
}
END_TEST

static const struct line_case {
	const char *file, *where, *what;
	int sys_errno;
	const char *line;
} line_cases[] = {
	{ "/c.json", "linux.seccomp", "bad", 0, "/c.json: linux.seccomp: bad" },
	{ "", "", "bad", 0, "bad" },
	{ "/c.json", "", "cannot open", ENOENT, "/c.json: cannot open: No such file or directory" },
	{ "", "a", "b", 0, "a: b" },
	{ "/a\nb", "x\x1b[31m", "caf\xc3\xa9\x7f", 0,
	  "/a\\x0ab: x\\x1b[31m: caf\\xc3\\xa9\\x7f" },
	{ "", "", "", 0, "" },
};

START_TEST(formats_one_printable_line)
{
	const struct line_case *c = &line_cases[_i];
	struct error err = { 0 };
	char line[512];

	(void)error_set(&err, STATUS_INVALID, c->sys_errno, "%s", c->what);
	(void)error_in_file(&err, c->file);
	(void)error_where(&err, "%s", c->where);
	error_format(&err, line, sizeof(line));
	ck_assert_str_eq(line, c->line);
}
END_TEST

START_TEST(cuts_at_any_size)
{
	struct error err = { 0 };
	char full[512], line[512];

	(void)error_set(&err, STATUS_SYSTEM, EACCES, "a\x01" "b");
	(void)error_in_file(&err, "/file");
	error_format(&err, full, sizeof(full));
	for (size_t size = 1; size < strlen(full) + 2; size++) {
		memset(line, 'Z', sizeof(line));
		error_format(&err, line, size);
		ck_assert_uint_eq(strlen(line), size - 1 < strlen(full) ? size - 1 : strlen(full));
		ck_assert_int_eq(strncmp(line, full, strlen(line)), 0);
		ck_assert_int_eq(line[size], 'Z');
	}
}
END_TEST

START_TEST(long_parts_are_cut_not_overrun)
{
	struct error err = { 0 };
	char big[4096];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	(void)error_set(&err, STATUS_INVALID, 0, "%s", big);
	(void)error_in_file(&err, big);
	(void)error_where(&err, "%s", big);
	ck_assert_uint_eq(strlen(err.what), sizeof(err.what) - 1);
	ck_assert_uint_eq(strlen(err.file), sizeof(err.file) - 1);
	ck_assert_uint_eq(strlen(err.where), sizeof(err.where) - 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base error");
	TCase *tc = support_case(suite, "error");

	tcase_add_test(tc, statuses_are_the_exit_codes);
	tcase_add_test(tc, inner_file_name_stays);
	tcase_add_loop_test(tc, formats_one_printable_line, 0, ARRAY_LEN(line_cases));
	tcase_add_test(tc, cuts_at_any_size);
	tcase_add_test(tc, long_parts_are_cut_not_overrun);
	return support_run(suite);
}
