/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

struct place {
	struct arena arena;
	char *dir;
	int fd;
};

static void place_init(struct place *place)
{
	*place = (struct place){ .fd = -1 };
	place->dir = support_temp_dir(&place->arena);
	place->fd = open(place->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(place->fd, 0);
}

static void place_done(struct place *place)
{
	file_close(&place->fd);
	support_remove_dir(place->dir);
	arena_done(&place->arena);
}

/* One of each kind of thing that can stand where a file should. */
static void make_things(const struct place *p)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	support_write_file(p->dir, "plain", "0123456789");
	support_write_file(p->dir, "empty", "");
	ck_assert_int_eq(mkdirat(p->fd, "sub", 0755), 0);
	ck_assert_int_eq(symlinkat("plain", p->fd, "link"), 0);
	ck_assert_int_eq(symlinkat("nowhere", p->fd, "dangling"), 0);
	ck_assert_int_eq(symlinkat("sub", p->fd, "linkdir"), 0);
	ck_assert_int_eq(mkfifoat(p->fd, "fifo", 0644), 0);
	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s/socket", p->dir);
	ck_assert_int_eq(bind(sock, (const struct sockaddr *)(const void *)&name, sizeof(name)), 0);
	ck_assert_int_eq(close(sock), 0);
	ck_assert_int_eq(chdir(p->dir), 0);
	support_write_file("sub", "deep", "deep down");
}

static const struct read_case {
	const char *path;
	size_t max_bytes;
	enum status want, beneath;
	const char *content, *what;
} read_cases[] = {
	{ "plain", 10, STATUS_OK, STATUS_OK, "0123456789", "" },
	{ "plain", 1000, STATUS_OK, STATUS_OK, "0123456789", "" },
	{ "plain", 9, STATUS_INVALID, STATUS_INVALID, NULL, "is larger than 9 bytes" },
	{ "plain", 0, STATUS_INVALID, STATUS_INVALID, NULL, "is larger than 0 bytes" },
	{ "empty", 0, STATUS_OK, STATUS_OK, "", "" },
	{ "sub/deep", 10, STATUS_OK, STATUS_OK, "deep down", "" },
	{ "missing", 10, STATUS_SYSTEM, STATUS_SYSTEM, NULL, "cannot open" },
	{ "link", 10, STATUS_INVALID, STATUS_INVALID, NULL, "symbolic link" },
	{ "dangling", 10, STATUS_INVALID, STATUS_INVALID, NULL, "symbolic link" },
	{ "fifo", 10, STATUS_INVALID, STATUS_INVALID, NULL, "not a regular file" },
	{ "sub", 10, STATUS_INVALID, STATUS_INVALID, NULL, "not a regular file" },
	{ "socket", 10, STATUS_INVALID, STATUS_INVALID, NULL, "not a regular file" },
	{ "linkdir/deep", 10, STATUS_OK, STATUS_INVALID, "deep down", "symbolic link" },
	{ "sub/../plain", 10, STATUS_OK, STATUS_OK, "0123456789", "" }, /* stays beneath */
	{ "sub/../../etc/passwd", 10, STATUS_SYSTEM, STATUS_INVALID, NULL, "leaves" },
	{ "/dev/null", 10, STATUS_INVALID, STATUS_INVALID, NULL, "" },
	{ "..", 10, STATUS_INVALID, STATUS_INVALID, NULL, "" },
};

static void check_read(const struct read_case *c, enum status st, enum status want,
		       struct text text, const struct stat *about, const struct error *err)
{
	ck_assert_msg(st == want, "%s: %d, %s", c->path, (int)st, err->what);
	if (st != STATUS_OK) {
		ASSERT_TEXT(text, "untouched");
		ck_assert_msg(strstr(err->what, c->what) != NULL || want == STATUS_SYSTEM, "%s: %s",
			      c->path, err->what);
		return;
	}
	ASSERT_TEXT(text, c->content);
	ck_assert_int_eq(text.ptr[text.len], '\0');
	ck_assert_uint_eq((size_t)about->st_size, text.len);
}

START_TEST(reads_regular_files_only)
{
	const struct read_case *c = &read_cases[_i];
	struct text text = TEXT("untouched");
	struct error err = { 0 };
	struct stat about;
	struct place p;
	enum status st;

	place_init(&p);
	make_things(&p);
	st = file_read(p.fd, c->path, c->max_bytes, &p.arena, &text, &about, &err);
	check_read(c, st, c->want, text, &about, &err);
	text = TEXT("untouched");
	st = file_read_beneath(p.fd, c->path, c->max_bytes, &p.arena, &text, &about, &err);
	check_read(c, st, c->beneath, text, &about, &err);
	ck_assert_int_eq(chdir("/"), 0);
	place_done(&p);
}
END_TEST

START_TEST(beneath_follows_no_magic_link)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(file_close) int proc = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err = { 0 };
	struct text text;

	ck_assert_int_eq(file_read_beneath(proc, "root/etc/passwd", 100000, &arena, &text, NULL, &err),
			 STATUS_INVALID);
	ck_assert_int_eq(file_read_beneath(proc, "exe", 100000, &arena, &text, NULL, &err),
			 STATUS_INVALID);
}
END_TEST

START_TEST(reads_files_that_tell_no_length)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct error err = { 0 };
	struct text text;

	ASSERT_OK(file_read(AT_FDCWD, "/proc/self/status", 1 << 20, &arena, &text, NULL, &err), err);
	ck_assert(text_starts_with(text, "Name:"));
	/* such a file is held to the limit all the same */
	ck_assert_int_eq(file_read(AT_FDCWD, "/proc/self/status", 20, &arena, &text, NULL, &err),
			 STATUS_INVALID);
}
END_TEST

/* Nothing is mapped where one's own memory begins, and reading there fails. */
START_TEST(says_when_reading_fails)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(file_close) int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	struct error err = { 0 };
	struct text text = TEXT("untouched");

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(file_read_fd(fd, 4096, &arena, &text, &err), STATUS_SYSTEM);
	ck_assert_int_eq(err.sys_errno, EIO);
	ck_assert_str_eq(err.what, "cannot read");
	ASSERT_TEXT(text, "untouched");
}
END_TEST

static const size_t pipe_sizes[] = { 0, 1, 65535, 65536, 65537, 200000 };

START_TEST(reads_pipes_to_their_end)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	size_t size = pipe_sizes[_i];
	struct error err = { 0 };
	struct text text;
	int ends[2];
	pid_t pid;

	for (int over = 0; over < 2; over++) {
		ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			char *bytes = arena_alloc(&arena, size + 1);

			memset(bytes, 'p', size);
			(void)close(ends[0]);
			for (size_t at = 0; at < size; at += 7777) {
				size_t n = size - at < 7777 ? size - at : 7777;

				if (write(ends[1], bytes + at, n) != (ssize_t)n)
					_exit(1);
			}
			_exit(0);
		}
		ck_assert_int_eq(close(ends[1]), 0);
		if (over == 0) {
			ASSERT_OK(file_read_fd(ends[0], size, &arena, &text, &err), err);
			ck_assert_uint_eq(text.len, size);
		} else if (size > 0) {
			ck_assert_int_eq(file_read_fd(ends[0], size - 1, &arena, &text, &err),
					 STATUS_INVALID);
		}
		ck_assert_int_eq(close(ends[0]), 0);
	}
}
END_TEST

START_TEST(opens_directories_only)
{
	struct error err = { 0 };
	struct place p;
	int fd = -7;

	place_init(&p);
	make_things(&p);
	ck_assert_int_eq(file_open_dir(p.fd, "plain", &fd, &err), STATUS_INVALID);
	ck_assert_int_eq(file_open_dir(p.fd, "fifo", &fd, &err), STATUS_INVALID);
	ck_assert_int_eq(file_open_dir(p.fd, "missing", &fd, &err), STATUS_SYSTEM);
	ck_assert_int_eq(err.sys_errno, ENOENT);
	ck_assert_int_eq(fd, -7);
	ASSERT_OK(file_open_dir(p.fd, "linkdir", &fd, &err), err);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	file_close(&fd);
	ck_assert_int_eq(chdir("/"), 0);
	place_done(&p);
}
END_TEST

static const struct owner_case {
	uid_t uid;
	mode_t mode;
	enum status want;
	const char *what;
} owner_cases[] = {
	{ 0, 0644, STATUS_OK, "" },
	{ 0, 0600, STATUS_OK, "" },
	{ 0, 0444, STATUS_OK, "" },
	{ 0, 0664, STATUS_INVALID, "writable by group or others (mode 0664)" },
	{ 0, 0646, STATUS_INVALID, "writable by group or others (mode 0646)" },
	{ 0, 01777, STATUS_INVALID, "mode 1777" },
	{ 54321, 0644, STATUS_INVALID, "owned by uid 54321" },
	{ 65534, 0644, STATUS_INVALID, "owned by uid 65534" },
};

START_TEST(only_root_may_have_written_it)
{
	const struct owner_case *c = &owner_cases[_i];
	struct stat about = { .st_uid = c->uid, .st_mode = S_IFREG | c->mode };
	struct error err = { 0 };

	ASSERT_CASE(file_check_owner(&about, &err) == c->want, c->what, err);
	ck_assert_ptr_nonnull(strstr(err.what, c->what));
}
END_TEST

START_TEST(own_files_are_trusted)
{
	struct stat about = { .st_uid = geteuid(), .st_mode = S_IFREG | 0600 };
	struct error err = { 0 };

	ASSERT_OK(file_check_owner(&about, &err), err);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base file");
	TCase *tc = support_case(suite, "file");

	tcase_add_loop_test(tc, reads_regular_files_only, 0, ARRAY_LEN(read_cases));
	tcase_add_test(tc, beneath_follows_no_magic_link);
	tcase_add_test(tc, reads_files_that_tell_no_length);
	tcase_add_test(tc, says_when_reading_fails);
	tcase_add_loop_test(tc, reads_pipes_to_their_end, 0, ARRAY_LEN(pipe_sizes));
	tcase_add_test(tc, opens_directories_only);
	tcase_add_loop_test(tc, only_root_may_have_written_it, 0, ARRAY_LEN(owner_cases));
	tcase_add_test(tc, own_files_are_trusted);
	return support_run(suite);
}
