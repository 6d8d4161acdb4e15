/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles and process files on disk: rewrite.c and the file half of confine.c. */
#include "support_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

#define LABEL "oci-confine-default//&cri//&a"
#define CONFIG                                                                                  \
	"{ \"x\" : [1.0, 1e3, 18446744073709551615],\n \"process\" : {\"capabilities\":{"         \
	"\"bounding\":[\"CAP_KILL\"]}, \"apparmorProfile\": \"cri\", \"noNewPrivileges\":false},"  \
	"\"linux\":{\"maskedPaths\":[\"/x\"]},\"annotations\":{"                                  \
	"\"oci-confine.io/drop-capabilities\":\"ALL\",\"oci-confine.io/no-new-privileges\":"       \
	"\"true\",\"oci-confine.io/apparmor\":\"localhost/a\"}}\n"

static enum status confine_in(struct confine *confine, const char *dir, struct error *err)
{
	AUTO(file_close) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct confined *confined = arena_alloc(confine->arena, sizeof(*confined));

	return confine_bundle(confine, fd, "config.json", "/b/config.json", confined, err);
}

START_TEST(rewrites_in_place_once)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confine confine = support_confine(&arena, NULL);
	char *dir = support_temp_dir(&arena), *once, path[128];
	struct error err = { 0 };
	struct stat before, after;

	(void)snprintf(path, sizeof(path), "%s/config.json", dir);
	support_write_file(dir, "config.json", CONFIG);
	ck_assert_int_eq(chmod(path, 0640), 0);
	ASSERT_OK(confine_in(&confine, dir, &err), err);
	once = support_read_file(&arena, dir, "config.json");
	ck_assert_ptr_nonnull(strstr(once, "{ \"x\" : [1.0, 1e3, 18446744073709551615],\n \"process\" : {"
					   "\"capabilities\":{}, \"apparmorProfile\": \"" LABEL
					   "\", "
					   "\"noNewPrivileges\":true},\"linux\":{\"maskedPaths\":[\"/x\"]"
					   ",\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\""));
	ck_assert_int_eq(stat(path, &before), 0);
	ck_assert_uint_eq(before.st_mode & 07777, 0640);
	/* once more: not even the inode changes */
	ASSERT_OK(confine_in(&confine, dir, &err), err);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	ck_assert_str_eq(support_read_file(&arena, dir, "config.json"), once);
	ck_assert_int_eq(support_count_entries(dir), 1);
	support_remove_dir(dir);
}
END_TEST

static const struct bad_case {
	const char *name, *config;
	enum status want;
	const char *where, *what;
} bad_cases[] = {
	{ "empty", "", STATUS_INVALID, "", "is empty" },
	{ "truncated", "{\"process\":{\"capab", STATUS_INVALID, "", "ends in the middle" },
	{ "no JSON", "#!/bin/sh\n", STATUS_INVALID, "", "line 1" },
	{ "key twice", "{\"process\":{},\"process\":{}}", STATUS_INVALID, "process",
	  "this key stands twice" },
	{ "another case", "{\"process\":{},\"Linux\":{}}", STATUS_INVALID, "Linux", "another spelling" },
	{ "wrong type", "{\"process\":{\"capabilities\":[]}}", STATUS_INVALID, "process.capabilities",
	  "expected an object, found an array" },
	{ "unknown capability", "{\"process\":{\"capabilities\":{\"ambient\":[\"CAP_X\"]}}}",
	  STATUS_INVALID, "process.capabilities.ambient[0]", "unknown capability 'CAP_X'" },
	{ "unknown system call under a deny rule",
	  "{\"process\":{},\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
	  "{\"names\":[\"read\",\"chmodat\"],\"action\":\"SCMP_ACT_ERRNO\"}]}}}",
	  STATUS_INVALID, "linux.seccomp.syscalls[0].names[1]", "'chmodat' is no system call" },
	{ "unknown annotation",
	  "{\"process\":{},\"annotations\":{\"oci-confine.io/x\":\"y\"}}", STATUS_INVALID,
	  "annotations[\"oci-confine.io/x\"]", "unknown annotation" },
	{ "missing profile",
	  "{\"process\":{},\"annotations\":{\"oci-confine.io/seccomp\":\"localhost/none.json\"}}",
	  STATUS_SYSTEM, "", "cannot open" },
	{ "crun's own filter",
	  "{\"process\":{},\"annotations\":{\"run.oci.seccomp_bpf_data\":\"AA==\"}}", STATUS_DENIED,
	  "annotations[\"run.oci.seccomp_bpf_data\"]", "replaces what is decided" },
};

START_TEST(refusals_leave_all_as_it_was)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct bad_case *c = &bad_cases[_i];
	struct confine confine = support_confine(&arena, "{\"seccomp\":{\"profile-root\":\"/var/empty-oc\"}}");
	char *dir = support_temp_dir(&arena), path[128];
	struct error err = { 0 };
	struct stat before, after;

	(void)snprintf(path, sizeof(path), "%s/config.json", dir);
	support_write_file(dir, "config.json", c->config);
	ck_assert_int_eq(stat(path, &before), 0);
	ASSERT_CASE(confine_in(&confine, dir, &err) == c->want, c->name, err);
	ASSERT_CASE(strcmp(err.where, c->where) == 0, c->name, err);
	ASSERT_CASE(strstr(err.what, c->what) != NULL, c->name, err);
	ck_assert_str_ne(err.file, "");
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	ck_assert_str_eq(support_read_file(&arena, dir, "config.json"), c->config);
	ck_assert_int_eq(support_count_entries(dir), 1);
	support_remove_dir(dir);
}
END_TEST

START_TEST(config_json_must_be_a_regular_file)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confine confine = support_confine(&arena, NULL);
	char *dir = support_temp_dir(&arena), path[128];
	struct error err = { 0 };

	(void)snprintf(path, sizeof(path), "%s/config.json", dir);
	ck_assert_int_eq(confine_in(&confine, dir, &err), STATUS_SYSTEM);
	ck_assert_int_eq(err.sys_errno, ENOENT);
	ck_assert_str_eq(err.file, "/b/config.json");
	support_write_file(dir, "real.json", CONFIG);
	ck_assert_int_eq(symlink("real.json", path), 0);
	ck_assert_int_eq(confine_in(&confine, dir, &err), STATUS_INVALID);
	ck_assert_str_eq(support_read_file(&arena, dir, "real.json"), CONFIG);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(confine_in(&confine, dir, &err), STATUS_INVALID);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(confine_in(&confine, dir, &err), STATUS_INVALID);
	support_remove_dir(dir);
}
END_TEST

/* --- exec --- */

static const struct exec_case {
	const char *name, *before;
	enum status want;
	const char *after; /* else the JSON path of the error */
} exec_cases[] = {
	{ "no capabilities: the container's own", "{\"args\":[\"sh\"]}", STATUS_OK,
	  "{\"args\":[\"sh\"],\"capabilities\":{},\"noNewPrivileges\":true,"
	  "\"apparmorProfile\":\"" LABEL "\"}" },
	{ "more than the container has",
	  "{\"capabilities\":{\"bounding\":[\"CAP_KILL\",\"CAP_SYS_ADMIN\"]},\"noNewPrivileges\":true,"
	  "\"apparmorProfile\":\"" LABEL "\"}",
	  STATUS_OK,
	  "{\"capabilities\":{},\"noNewPrivileges\":true,\"apparmorProfile\":\"" LABEL "\"}" },
	{ "another profile is stacked",
	  "{\"noNewPrivileges\": false ,\"apparmorProfile\":\"other\"}", STATUS_OK,
	  "{\"noNewPrivileges\": true ,\"apparmorProfile\":\"oci-confine-default//&cri//&other//&a\","
	  "\"capabilities\":{}}" },
	{ "unconfined is not obeyed", "{\"noNewPrivileges\":true,\"apparmorProfile\":\"unconfined\"}",
	  STATUS_OK,
	  "{\"noNewPrivileges\":true,\"apparmorProfile\":\"" LABEL "\",\"capabilities\":{}}" },
	{ "a trick in the label", "{\"apparmorProfile\":\"x//&unconf\"}", STATUS_INVALID,
	  "apparmorProfile" },
	{ "unknown capability", "{\"capabilities\":{\"effective\":[\"CAP_X\"]}}", STATUS_INVALID,
	  "capabilities.effective[0]" },
	{ "key twice", "{\"noNewPrivileges\":true,\"noNewPrivileges\":false}", STATUS_INVALID,
	  "noNewPrivileges" },
	{ "another case", "{\"nonewprivileges\":true}", STATUS_INVALID, "nonewprivileges" },
	{ "an array", "[]", STATUS_INVALID, "" },
	{ "cut", "{\"args\"", STATUS_INVALID, "" },
};

START_TEST(exec_gets_no_more_than_the_container)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct exec_case *c = &exec_cases[_i];
	struct confine confine = support_confine(&arena, NULL);
	struct confined *container = arena_alloc(&arena, sizeof(*container));
	char *dir = support_temp_dir(&arena), path[128];
	AUTO(file_close) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err = { 0 };
	enum status st;

	(void)snprintf(path, sizeof(path), "%s/p.json", dir);
	support_write_file(dir, "config.json", CONFIG);
	support_write_file(dir, "p.json", c->before);
	ASSERT_OK(confine_read_container(&confine, fd, "config.json", "/b/config.json", container, &err),
		  err);
	st = confine_process_file(&confine, container, path, &err);
	ASSERT_CASE(st == c->want, c->name, err);
	ck_assert_str_eq(support_read_file(&arena, dir, "config.json"), CONFIG);
	ck_assert_str_eq(support_read_file(&arena, dir, "p.json"),
			 st == STATUS_OK ? c->after : c->before);
	ck_assert_int_eq(support_count_entries(dir), 2);
	if (st != STATUS_OK) {
		ck_assert_str_eq(err.file, path);
		ck_assert_str_eq(err.where, c->after);
	} else {
		ASSERT_OK(confine_process_file(&confine, container, path, &err), err);
		ck_assert_str_eq(support_read_file(&arena, dir, "p.json"), c->after);
	}
	support_remove_dir(dir);
}
END_TEST

static const struct audited_exec_case {
	const char *name, *before, *after;
} audited_exec_cases[] = {
	{ "what it asks for stays",
	  "{\"capabilities\":{\"bounding\":[\"CAP_SYS_ADMIN\"]},\"noNewPrivileges\":false,"
	  "\"apparmorProfile\":\"other\"}",
	  "{\"capabilities\":{\"bounding\":[\"CAP_SYS_ADMIN\"]},\"noNewPrivileges\":false,"
	  "\"apparmorProfile\":\"other\"}" },
	{ "no capabilities: the runtime gives the container's", "{\"apparmorProfile\":\"other\"}",
	  "{\"apparmorProfile\":\"other\"}" },
};

START_TEST(exec_in_audit_mode_gets_what_it_asks_for)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct audited_exec_case *c = &audited_exec_cases[_i];
	struct confine confine = support_confine(
		&arena, "{\"mode\":\"audit\",\"capabilities\":{\"drop\":[\"ALL\"]}}");
	struct confined *container = arena_alloc(&arena, sizeof(*container));
	char *dir = support_temp_dir(&arena), path[128];
	AUTO(file_close) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err = { 0 };

	(void)snprintf(path, sizeof(path), "%s/p.json", dir);
	support_write_file(dir, "config.json", CONFIG);
	support_write_file(dir, "p.json", c->before);
	ASSERT_OK(confine_read_container(&confine, fd, "config.json", "c", container, &err), err);
	ASSERT_CASE(confine_process_file(&confine, container, path, &err) == STATUS_OK, c->name, err);
	ck_assert_str_eq(support_read_file(&arena, dir, "p.json"), c->after);
	support_remove_dir(dir);
}
END_TEST

START_TEST(exec_into_an_exempt_container_is_left_alone)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct confine confine = support_confine(
		&arena, "{\"exempt\":{\"engine\":\"containerd\",\"namespaces\":[\"k\"]}}");
	struct confined *container = arena_alloc(&arena, sizeof(*container));
	char *dir = support_temp_dir(&arena), path[128];
	AUTO(file_close) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	static const char process[] = "{\"capabilities\":{\"bounding\":[\"CAP_SYS_ADMIN\"]}}";
	struct error err = { 0 };

	(void)snprintf(path, sizeof(path), "%s/p.json", dir);
	support_write_file(dir, "config.json",
			   "{\"process\":{},\"annotations\":{"
			   "\"io.kubernetes.cri.sandbox-namespace\":\"k\"}}");
	support_write_file(dir, "p.json", process);
	ASSERT_OK(confine_read_container(&confine, fd, "config.json", "c", container, &err), err);
	ASSERT_OK(confine_process_file(&confine, container, path, &err), err);
	ck_assert_str_eq(support_read_file(&arena, dir, "p.json"), process);
	support_remove_dir(dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine bundle");
	TCase *tc = support_case(suite, "bundle");

	tcase_add_test(tc, rewrites_in_place_once);
	tcase_add_loop_test(tc, refusals_leave_all_as_it_was, 0, ARRAY_LEN(bad_cases));
	tcase_add_test(tc, config_json_must_be_a_regular_file);
	tcase_add_loop_test(tc, exec_gets_no_more_than_the_container, 0, ARRAY_LEN(exec_cases));
	tcase_add_loop_test(tc, exec_in_audit_mode_gets_what_it_asks_for, 0,
			    ARRAY_LEN(audited_exec_cases));
	tcase_add_test(tc, exec_into_an_exempt_container_is_left_alone);
	return support_run(suite);
}
