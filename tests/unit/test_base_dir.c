/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci-spec/base/dir.h"
#include "oci-spec/base/file.h"

/* A directory below the working directory, which is where the tests run; in `path`. */
static void make_scratch(char *path, size_t size)
{
	char *cwd = getcwd(NULL, 0);

	ck_assert_ptr_nonnull(cwd);
	(void)snprintf(path, size, "%s/dir.XXXXXX", cwd);
	free(cwd);
	ck_assert_ptr_nonnull(mkdtemp(path));
}

static void below(char *out, size_t size, const char *base, const char *name)
{
	ck_assert_int_lt(snprintf(out, size, "%s/%s", base, name), (int)size);
}

static void clean(const char *base)
{
	char command[5000];

	(void)snprintf(command, sizeof(command), "%s/a/b/c", base);
	(void)rmdir(command);
	(void)snprintf(command, sizeof(command), "%s/a/b", base);
	(void)rmdir(command);
	(void)snprintf(command, sizeof(command), "%s/a", base);
	(void)rmdir(command);
	(void)unlink(command);
	(void)rmdir(base);
}

START_TEST(makes_what_is_missing_for_us_alone)
{
	AUTO(file_close) int fd = -1, again = -1;
	char base[4096], path[4200];
	struct stat about, same;
	struct error err = { 0 };

	make_scratch(base, sizeof(base));
	below(path, sizeof(path), base, "a/b/c");
	ASSERT_OK(dir_open_own(path, &fd, &err), err);
	ck_assert_int_eq(fstat(fd, &about), 0);
	ck_assert_uint_eq(about.st_mode & 07777u, 0700);
	ASSERT_OK(dir_open_own(path, &again, &err), err);
	ck_assert_int_eq(fstat(again, &same), 0);
	ck_assert_uint_eq(about.st_ino, same.st_ino);
	clean(base);
}
END_TEST

START_TEST(follows_no_link)
{
	int fd = -1;
	char base[4096], path[4200];
	struct error err = { 0 };

	make_scratch(base, sizeof(base));
	below(path, sizeof(path), base, "a");
	ck_assert_int_eq(symlink("/", path), 0);
	ck_assert_int_eq(dir_open_own(path, &fd, &err), STATUS_INVALID);
	below(path, sizeof(path), base, "a/tmp");
	ck_assert_int_eq(dir_open_own(path, &fd, &err), STATUS_INVALID);
	ck_assert_int_eq(fd, -1);
	clean(base);
}
END_TEST

START_TEST(takes_none_that_others_write)
{
	int fd = -1;
	char base[4096], path[4200];
	struct error err = { 0 };

	make_scratch(base, sizeof(base));
	below(path, sizeof(path), base, "a");
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(chmod(path, 0777), 0);
	ck_assert_int_eq(dir_open_own(path, &fd, &err), STATUS_INVALID);
	ck_assert_int_eq(fd, -1);
	clean(base);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base dir");
	TCase *tc = support_case(suite, "dir");

	tcase_add_test(tc, makes_what_is_missing_for_us_alone);
	tcase_add_test(tc, follows_no_link);
	tcase_add_test(tc, takes_none_that_others_write);
	return support_run(suite);
}
