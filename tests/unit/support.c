/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct json support_json(struct arena *arena, const char *text)
{
	static const struct json_limits limits = { 64 * 1024 * 1024, 64, 4 * 1024 * 1024 };
	struct json_doc *doc = arena_alloc(arena, sizeof(*doc));
	struct error err = { 0 };

	ck_assert_ptr_nonnull(doc);
	ASSERT_OK(json_parse(arena, text_of(text), "t.json", &limits, doc, &err), err);
	return json_root(doc);
}

char *support_str(struct arena *arena, struct text text)
{
	char *copy = text_dup(arena, text);

	ck_assert_ptr_nonnull(copy);
	return copy;
}

char *support_join(struct arena *arena, const struct iovec *pieces, size_t count)
{
	struct buffer all = BUFFER_INIT(arena);

	for (size_t i = 0; i < count; i++)
		buffer_add(&all, (struct text){ pieces[i].iov_base, pieces[i].iov_len });
	buffer_add_char(&all, '\0');
	ck_assert(!all.failed);
	return all.ptr;
}

char *support_temp_dir(struct arena *arena)
{
	char *path = support_str(arena, TEXT("/tmp/oci-confine-test-XXXXXX"));

	ck_assert_ptr_nonnull(mkdtemp(path));
	return path;
}

void support_remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) != 0) {
			char sub[512];

			ck_assert_int_lt(snprintf(sub, sizeof(sub), "%s/%s", path, entry->d_name),
					 (int)sizeof(sub));
			support_remove_dir(sub);
		}
	}
	ck_assert_int_eq(closedir(dir), 0);
	ck_assert_int_eq(rmdir(path), 0);
}

static int open_in(const char *dir, const char *name, int flags)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	ck_assert_int_ge(at, 0);
	fd = openat(at, name, flags | O_CLOEXEC, 0644);
	ck_assert_int_eq(close(at), 0);
	return fd;
}

void support_write_file(const char *dir, const char *name, const char *content)
{
	int fd = open_in(dir, name, O_WRONLY | O_CREAT | O_TRUNC);
	size_t len = strlen(content);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchmod(fd, 0644), 0);
	ck_assert_uint_eq((size_t)write(fd, content, len), len);
	ck_assert_int_eq(close(fd), 0);
}

char *support_read_file(struct arena *arena, const char *dir, const char *name)
{
	struct stat about;
	int fd = open_in(dir, name, O_RDONLY);
	char *content;

	if (fd < 0)
		return NULL;
	ck_assert_int_eq(fstat(fd, &about), 0);
	content = arena_alloc(arena, (size_t)about.st_size + 1);
	ck_assert_ptr_nonnull(content);
	ck_assert_int_eq(read(fd, content, (size_t)about.st_size), about.st_size);
	ck_assert_int_eq(close(fd), 0);
	return content;
}

int support_count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = -2; /* "." and ".." */

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		count++;
	ck_assert_int_eq(closedir(dir), 0);
	return count;
}

TCase *support_case(Suite *suite, const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	return tc;
}

int support_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
