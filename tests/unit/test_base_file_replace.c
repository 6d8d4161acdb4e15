/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

#define NAME "config.json"
#define OLD "the old file"

static int open_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static enum status replace(int dirfd, struct iovec *pieces, size_t count, struct error *err)
{
	struct stat like;

	ck_assert_int_eq(fstatat(dirfd, NAME, &like, AT_SYMLINK_NOFOLLOW), 0);
	return file_replace(dirfd, NAME, pieces, count, &like, err);
}

static struct iovec piece(const char *s)
{
	return (struct iovec){ (void *)(uintptr_t)s, strlen(s) };
}

static const size_t piece_counts[] = { 0, 1, 2, 63, 64, 65, 128, 1000 };

START_TEST(writes_every_piece_in_order)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena);
	AUTO(file_close) int fd = open_dir(dir);
	size_t count = piece_counts[_i];
	struct iovec *pieces = arena_array(&arena, count, sizeof(*pieces));
	struct error err = { 0 };

	support_write_file(dir, NAME, OLD);
	for (size_t i = 0; i < count; i++) {
		char *s = arena_alloc(&arena, 32);

		/* some are empty, the first and the last among them */
		if (i % 5 != 0 && i + 1 != count)
			(void)snprintf(s, 32, "<%zu>", i);
		pieces[i] = piece(s);
	}
	ASSERT_OK(replace(fd, pieces, count, &err), err);
	ck_assert_str_eq(support_read_file(&arena, dir, NAME), support_join(&arena, pieces, count));
	ck_assert_int_eq(support_count_entries(dir), 1);
	support_remove_dir(dir);
}
END_TEST

/* As edits side by side leave them; one writev(2) can then have nothing to write. */
START_TEST(pieces_without_bytes_are_no_failure)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena);
	AUTO(file_close) int fd = open_dir(dir);
	struct iovec pieces[200] = { { NULL, 0 } };
	struct error err = { 0 };

	support_write_file(dir, NAME, OLD);
	pieces[130] = piece("new");
	ASSERT_OK(replace(fd, pieces, ARRAY_LEN(pieces), &err), err);
	ck_assert_str_eq(support_read_file(&arena, dir, NAME), "new");
	support_remove_dir(dir);
}
END_TEST

static const struct keep_case {
	mode_t mode;
	uid_t uid;
	gid_t gid;
} keep_cases[] = {
	{ 0600, 0, 0 },	   { 0644, 0, 0 },	{ 0400, 0, 0 },
	{ 0666, 0, 0 },	   { 0640, 1234, 0 },	{ 0600, 0, 4321 },
	{ 0644, 1234, 77 }, { 0755, 65534, 65534 },
};

START_TEST(keeps_owner_and_mode)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct keep_case *c = &keep_cases[_i];
	char *dir = support_temp_dir(&arena);
	AUTO(file_close) int fd = open_dir(dir);
	struct iovec new = piece("new");
	struct error err = { 0 };
	struct stat about;

	(void)umask(077);
	support_write_file(dir, NAME, OLD);
	if (geteuid() == 0)
		ck_assert_int_eq(fchownat(fd, NAME, c->uid, c->gid, 0), 0);
	ck_assert_int_eq(fchmodat(fd, NAME, c->mode, 0), 0);
	ASSERT_OK(replace(fd, &new, 1, &err), err);
	ck_assert_int_eq(fstatat(fd, NAME, &about, 0), 0);
	ck_assert_uint_eq(about.st_mode & 07777, c->mode);
	if (geteuid() == 0) {
		ck_assert_uint_eq(about.st_uid, c->uid);
		ck_assert_uint_eq(about.st_gid, c->gid);
	}
	support_remove_dir(dir);
}
END_TEST

/* Whatever went wrong: the old file stands, and nothing beside it. */
static void check_untouched(struct arena *arena, const char *dir)
{
	ck_assert_str_eq(support_read_file(arena, dir, NAME), OLD);
	ck_assert_int_eq(support_count_entries(dir), 1);
}

static char *big_text(struct arena *arena, char c, size_t size)
{
	char *text = arena_alloc(arena, size + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, c, size);
	return text;
}

START_TEST(file_size_limit_leaves_the_old_file)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena);
	AUTO(file_close) int fd = open_dir(dir);
	struct iovec pieces[] = { piece("start"), piece(big_text(&arena, 'x', 100000)) };
	struct rlimit limit = { 4096, RLIM_INFINITY };
	struct error err = { 0 };

	support_write_file(dir, NAME, OLD);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(replace(fd, pieces, 2, &err), STATUS_SYSTEM);
	/* the signal that comes with it kills again from now on: a runtime would inherit that */
	ck_assert(signal(SIGXFSZ, SIG_DFL) == SIG_DFL);
	ck_assert_int_eq(err.sys_errno, EFBIG);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	check_untouched(&arena, dir);
	support_remove_dir(dir);
}
END_TEST

START_TEST(full_disk_leaves_the_old_file)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena);
	struct iovec new = piece(big_text(&arena, 'x', 1000000));
	struct error err = { 0 };

	/* the mount goes with this test's process */
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("none", dir, "tmpfs", 0, "size=64k") == 0) {
		AUTO(file_close) int fd = open_dir(dir);

		support_write_file(dir, NAME, OLD);
		ck_assert_int_eq(replace(fd, &new, 1, &err), STATUS_SYSTEM);
		ck_assert_int_eq(err.sys_errno, ENOSPC);
		check_untouched(&arena, dir);
		file_close(&fd);
		fd = -1;
		ck_assert_int_eq(umount(dir), 0);
	}
	support_remove_dir(dir);
}
END_TEST

START_TEST(no_more_inodes_leaves_the_old_file)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena);
	struct iovec new = piece("new");
	struct error err = { 0 };

	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("none", dir, "tmpfs", 0, "nr_inodes=2") == 0) {
		AUTO(file_close) int fd = open_dir(dir);

		support_write_file(dir, NAME, OLD);
		ck_assert_int_eq(replace(fd, &new, 1, &err), STATUS_SYSTEM);
		ck_assert_int_eq(err.sys_errno, ENOSPC);
		check_untouched(&arena, dir);
		file_close(&fd);
		fd = -1;
		ck_assert_int_eq(umount(dir), 0);
	}
	support_remove_dir(dir);
}
END_TEST

START_TEST(a_target_that_cannot_be_replaced_stays)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena);
	AUTO(file_close) int fd = open_dir(dir);
	struct iovec new = piece("new");
	struct error err = { 0 };

	/* a directory in its place: rename(2) fails after the new file was written */
	ck_assert_int_eq(mkdirat(fd, NAME, 0755), 0);
	ck_assert_int_eq(replace(fd, &new, 1, &err), STATUS_SYSTEM);
	ck_assert_int_eq(err.sys_errno, EISDIR);
	ck_assert_int_eq(support_count_entries(dir), 1);
	support_remove_dir(dir);
}
END_TEST

START_TEST(a_name_too_long_is_refused)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena);
	AUTO(file_close) int fd = open_dir(dir);
	struct iovec new = piece("new");
	struct error err = { 0 };
	struct stat like = { .st_mode = 0644 };

	ck_assert_int_ne(file_replace(fd, big_text(&arena, 'n', 250), &new, 1, &like, &err),
			 STATUS_OK);
	ck_assert_int_eq(support_count_entries(dir), 0);
	support_remove_dir(dir);
}
END_TEST

#define SIZE_A ((size_t)200000)
#define SIZE_B ((size_t)130000)

/* Replaces A by B and B by A until it is killed. */
static _Noreturn void replace_forever(int fd, const char *a, const char *b)
{
	struct iovec texts[2] = { piece(a), piece(b) };
	struct error err = { 0 };

	for (unsigned i = 0;; i++) {
		if (replace(fd, &texts[i % 2], 1, &err) != STATUS_OK)
			_exit(1);
	}
}

static void check_whole(const char *content)
{
	size_t len;

	ck_assert_ptr_nonnull(content);
	len = strlen(content);
	ck_assert_msg((content[0] == 'a' && len == SIZE_A) || (content[0] == 'b' && len == SIZE_B),
		      "half a file: %zu bytes of '%c'", len, content[0]);
	ck_assert_uint_eq(strspn(content, content[0] == 'a' ? "a" : "b"), len);
}

START_TEST(killed_at_any_point_leaves_old_or_new)
{
	AUTO(arena_done) struct arena texts = ARENA_INIT;
	char *dir = support_temp_dir(&texts);
	AUTO(file_close) int fd = open_dir(dir);
	char *a = big_text(&texts, 'a', SIZE_A), *b = big_text(&texts, 'b', SIZE_B);
	bool killed_between = false;
	int longest_us = 3000;

	support_write_file(dir, NAME, a);
	srand(20240229);
	/*
	 * It proves nothing unless it hits the time between create and rename. On a busy machine the
	 * child may not run at all while we sleep: then on, and longer, until it does.
	 */
	for (int round = 0; round < 150 || !killed_between; round++) {
		AUTO(arena_done) struct arena arena = ARENA_INIT;
		pid_t pid = fork();
		int status;

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			replace_forever(fd, a, b);
		ck_assert_int_eq(usleep((useconds_t)(rand() % longest_us)), 0);
		check_whole(support_read_file(&arena, dir, NAME)); /* while it is at work */
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status));
		check_whole(support_read_file(&arena, dir, NAME));
		killed_between = killed_between || support_count_entries(dir) > 1;
		longest_us *= round >= 150 && longest_us < 500000 ? 2 : 1;
	}
	support_remove_dir(dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base file_replace");
	TCase *tc = support_case(suite, "replace");

	tcase_add_loop_test(tc, writes_every_piece_in_order, 0, ARRAY_LEN(piece_counts));
	tcase_add_test(tc, pieces_without_bytes_are_no_failure);
	tcase_add_loop_test(tc, keeps_owner_and_mode, 0, ARRAY_LEN(keep_cases));
	tcase_add_test(tc, file_size_limit_leaves_the_old_file);
	tcase_add_test(tc, full_disk_leaves_the_old_file);
	tcase_add_test(tc, no_more_inodes_leaves_the_old_file);
	tcase_add_test(tc, a_target_that_cannot_be_replaced_stays);
	tcase_add_test(tc, a_name_too_long_is_refused);
	tcase_add_test(tc, killed_at_any_point_leaves_old_or_new);
	return support_run(suite);
}
