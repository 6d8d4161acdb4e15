/* SPDX-License-Identifier: Apache-2.0 */
/* report.c and real_runtime.c */
#include "support_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/real_runtime.h"
#include "shim/report.h"

static void make_program(const char *dir, const char *name, mode_t mode)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	support_write_file(dir, name, "#!/bin/sh\n");
	ck_assert_int_eq(chmod(path, mode), 0);
}

/* Standard error goes to a file; what is printed is no concern of these tests. */
static void hide_stderr(void)
{
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

START_TEST(an_error_is_one_line_of_json)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena), *text, log[128];
	struct runtime_args args = { .log = log, .log_is_json = true, .id = "c\x1b" "1" };
	struct error err = { 0 };
	struct json line;

	hide_stderr();
	(void)snprintf(log, sizeof(log), "%s/log.json", dir);
	(void)error_set(&err, STATUS_INVALID, 0, "a \"quoted\"\nsecond line");
	(void)error_in_file(&err, "/b/config.json");
	(void)error_where(&err, "linux.seccomp");
	report_error(&args, &err);
	text = support_read_file(&arena, dir, "log.json");
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	line = support_json(&arena, text);
	ASSERT_TEXT(json_text(json_get(line, "level")), "error");
	ASSERT_TEXT(json_text(json_get(line, "msg")),
		    "oci-confine: c\\x1b1: /b/config.json: linux.seccomp: a \"quoted\"\\x0asecond line");
	/* 2006-01-02T15:04:05Z: go-runc drops the message when it does not parse */
	ck_assert_uint_eq(json_text(json_get(line, "time")).len, 20);
	/* the next one is appended */
	report_error(&args, &err);
	ck_assert_uint_eq(strlen(support_read_file(&arena, dir, "log.json")), 2 * strlen(text));
	support_remove_dir(dir);
}
END_TEST

START_TEST(notes_are_warnings)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena), *text, log[128];
	struct runtime_args args = { .log = log, .log_is_json = true, .id = "c1" };
	struct notes notes = { .count = 0 };
	struct error err = { 0 };

	hide_stderr();
	(void)snprintf(log, sizeof(log), "file:%s/log.json", dir);
	notes_add(&notes, &arena, "something was left out");
	ck_assert_int_eq(report_notes(&args, &notes, &err), STATUS_OK);
	text = support_read_file(&arena, dir, "log.json");
	ASSERT_TEXT(json_text(json_get(support_json(&arena, text), "level")), "warning");
	support_remove_dir(dir);
}
END_TEST

START_TEST(the_log_follows_no_link_and_hangs_on_no_fifo)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena), log[128];
	struct runtime_args args = { .log = log };
	struct error err = { 0 };

	hide_stderr();
	(void)error_set(&err, STATUS_INVALID, 0, "x");
	(void)snprintf(log, sizeof(log), "%s/fifo", dir);
	ck_assert_int_eq(mkfifo(log, 0600), 0);
	report_error(&args, &err);
	(void)snprintf(log, sizeof(log), "%s/link", dir);
	support_write_file(dir, "target", "kept");
	ck_assert_int_eq(symlink("target", log), 0);
	report_error(&args, &err);
	ck_assert_str_eq(support_read_file(&arena, dir, "target"), "kept");
	support_remove_dir(dir);
}
END_TEST

START_TEST(the_first_runtime_that_is_there)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena), json[512];
	struct runtimes runtimes;
	const char *path = NULL;
	struct error err = { 0 };

	make_program(dir, "plain", 0644);
	make_program(dir, "runc", 0755);
	make_program(dir, "crun", 0755);
	(void)snprintf(json, sizeof(json),
		       "{\"runtimes\":[\"/proc/self/exe\",\"%s/none\",\"%s/plain\",\"%s\",\"%s/runc\","
		       "\"%s/crun\"]}",
		       dir, dir, dir, dir, dir);
	runtimes = support_confine(&arena, json).policy.runtimes;
	ASSERT_OK(real_runtime_find(&runtimes, NULL, &arena, &path, &err), err);
	ck_assert_ptr_nonnull(strstr(path, "/runc"));
	runtimes.list.count = 4;
	ck_assert_int_eq(real_runtime_find(&runtimes, NULL, &arena, &path, &err), STATUS_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(err.what, "no runtime found"));
	runtimes.list.count = 0;
	ck_assert_int_eq(real_runtime_find(&runtimes, NULL, &arena, &path, &err), STATUS_UNSUPPORTED);
	support_remove_dir(dir);
}
END_TEST

START_TEST(an_override_must_be_sound)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena), runtime[128];
	struct runtimes runtimes = support_confine(&arena, NULL).policy.runtimes;
	const char *path = NULL;
	struct error err = { 0 };

	(void)snprintf(runtime, sizeof(runtime), "%s/runc", dir);
	ck_assert_int_eq(real_runtime_find(&runtimes, "runc", &arena, &path, &err), STATUS_INVALID);
	ck_assert_int_eq(real_runtime_find(&runtimes, runtime, &arena, &path, &err), STATUS_UNSUPPORTED);
	ck_assert_int_eq(real_runtime_find(&runtimes, "/proc/self/exe", &arena, &path, &err),
			 STATUS_UNSUPPORTED);
	make_program(dir, "runc", 0777);
	ck_assert_int_eq(real_runtime_find(&runtimes, runtime, &arena, &path, &err), STATUS_INVALID);
	ck_assert_ptr_nonnull(strstr(err.what, "writable by group or others"));
	make_program(dir, "runc", 0755);
	ASSERT_OK(real_runtime_find(&runtimes, runtime, &arena, &path, &err), err);
	ck_assert_str_eq(path, runtime);
	support_remove_dir(dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shim report");
	TCase *tc = support_case(suite, "report");

	tcase_add_test(tc, an_error_is_one_line_of_json);
	tcase_add_test(tc, notes_are_warnings);
	tcase_add_test(tc, the_log_follows_no_link_and_hangs_on_no_fifo);
	tcase_add_test(tc, the_first_runtime_that_is_there);
	tcase_add_test(tc, an_override_must_be_sound);
	return support_run(suite);
}
