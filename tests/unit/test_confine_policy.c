/* SPDX-License-Identifier: Apache-2.0 */
#include "support_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(built_in_policy_is_the_documented_one)
{
	struct policy p;

	policy_init(&p);
	ck_assert_str_eq(p.path, "built-in policy");
	ck_assert_int_eq(p.unconfined, ANSWER_CONFINE);
	ck_assert_int_eq(p.privileged, ANSWER_REFUSE);
	ck_assert_int_eq(p.restore, ANSWER_REFUSE);
	ck_assert(p.hook_adds_no_new_privileges);
	ck_assert_int_eq(p.baseline, BASELINE_RUNTIME_DEFAULT);
	ck_assert_uint_eq(p.drop_capabilities, 0);
	ck_assert_uint_eq(p.limit_capabilities, UINT64_MAX);
	ck_assert(!p.no_new_privileges && !p.native_arch_only && !p.exempt_engine_is_containerd);
	ck_assert(p.precompiled);
	ck_assert_uint_gt(p.runtimes.list.count, 0);
	for (size_t i = 0; i < p.runtimes.list.count; i++)
		ck_assert(text_starts_with(p.runtimes.list.items[i], "/"));
}
END_TEST

START_TEST(reads_every_key)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct policy p = support_confine(
		&arena,
		"{\"runtimes\":[\"/a\",\"/b\"],\"runtime-override\":false,"
		"\"seccomp\":{\"baseline\":\"runtime-default@1.7\",\"profile-root\":\"/p\","
		"\"architectures\":\"native\",\"precompiled\":false},"
		"\"capabilities\":{\"drop\":[\"CAP_NET_RAW\"],\"limit\":[\"CAP_KILL\",\"CAP_CHOWN\"]},"
		"\"no-new-privileges\":true,\"unconfined\":\"pass\",\"privileged\":\"confine\",\"restore\":\"pass\","
		"\"hook\":{\"no-new-privileges\":\"refuse\"},"
		"\"exempt\":{\"engine\":\"containerd\",\"namespaces\":[\"kube-system\"]},"
		"\"runtime-annotations\":[\"run.oci.handler\"]}").policy;

	ck_assert_uint_eq(p.runtimes.list.count, 2);
	ASSERT_TEXT(p.runtimes.list.items[1], "/b");
	ck_assert(!p.runtimes.allow_override && p.native_arch_only && p.no_new_privileges);
	ck_assert(!p.precompiled);
	ck_assert_int_eq(p.baseline, BASELINE_RUNTIME_DEFAULT);
	ASSERT_TEXT(p.baseline_version, "1.7");
	ASSERT_TEXT(p.profile_root, "/p");
	ck_assert_uint_eq(p.drop_capabilities, CAPABILITY_BIT(CAP_NET_RAW));
	ck_assert_uint_eq(p.limit_capabilities, CAPABILITY_BIT(CAP_KILL) | CAPABILITY_BIT(CAP_CHOWN));
	ck_assert_int_eq(p.unconfined, ANSWER_PASS);
	ck_assert_int_eq(p.privileged, ANSWER_CONFINE);
	ck_assert_int_eq(p.restore, ANSWER_PASS);
	ck_assert(!p.hook_adds_no_new_privileges);
	ck_assert(p.exempt_engine_is_containerd && text_list_has(&p.exempt_namespaces, TEXT("kube-system")));
	ck_assert(!text_list_has(&p.exempt_namespaces, TEXT("kube")));
	ck_assert(text_list_has(&p.runtime_annotations, TEXT("run.oci.handler")));
	ck_assert_str_eq(p.path, "t.json");
}
END_TEST

START_TEST(empty_lists_mean_nothing_is_in_them)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct policy p = support_confine(&arena, "{\"capabilities\":{\"limit\":[],\"drop\":[]}}").policy;

	ck_assert_uint_eq(p.limit_capabilities, 0);
	ck_assert_uint_eq(p.drop_capabilities, 0);
	p = support_confine(&arena, "{\"capabilities\":{\"drop\":[\"ALL\"]}}").policy;
	ck_assert_uint_eq(p.drop_capabilities, UINT64_MAX);
	p = support_confine(&arena, "{\"seccomp\":{\"baseline\":\"none\"}}").policy;
	ck_assert_int_eq(p.baseline, BASELINE_NONE);
	p = support_confine(&arena, "{\"seccomp\":{\"baseline\":\"/etc/b.json\"}}").policy;
	ck_assert_int_eq(p.baseline, BASELINE_FILE);
	ASSERT_TEXT(p.baseline_file, "/etc/b.json");
}
END_TEST

static const struct refuse_case {
	const char *json, *where, *what;
} refuse_cases[] = {
	{ "[]", "", "expected an object" },
	{ "{\"seccmp\":{}}", "seccmp", "unknown key" },
	{ "{\"Seccomp\":{}}", "Seccomp", "another spelling" },
	{ "{\"runtimes\":\"/a\"}", "runtimes", "expected an array" },
	{ "{\"runtimes\":null}", "runtimes", "expected an array, found null" },
	{ "{\"runtimes\":[\"runc\"]}", "runtimes[0]", "must be an absolute path" },
	{ "{\"runtimes\":[\"/a\",\"\"]}", "runtimes[1]", "is empty" },
	{ "{\"runtimes\":[1]}", "runtimes[0]", "expected a string" },
	{ "{\"runtime-override\":\"no\"}", "runtime-override", "expected true or false" },
	{ "{\"seccomp\":[]}", "seccomp", "expected an object" },
	{ "{\"seccomp\":{\"logs\":true}}", "seccomp.logs", "unknown key" },
	{ "{\"seccomp\":{\"baseline\":1}}", "seccomp.baseline", "expected a string" },
	{ "{\"seccomp\":{\"baseline\":\"default\"}}", "seccomp.baseline", "found 'default'" },
	{ "{\"seccomp\":{\"baseline\":\"b.json\"}}", "seccomp.baseline", "found 'b.json'" },
	{ "{\"seccomp\":{\"baseline\":\"runtime-default@9.9\"}}", "seccomp.baseline",
	  "no such version" },
	{ "{\"seccomp\":{\"baseline\":\"runtime-default@\"}}", "seccomp.baseline", "no such version" },
	{ "{\"seccomp\":{\"baseline\":\"runtime-default@1.7@1.6\"}}", "seccomp.baseline",
	  "no such version" },
	{ "{\"seccomp\":{\"profile-root\":\"p\"}}", "seccomp.profile-root", "must be an absolute" },
	{ "{\"seccomp\":{\"profile-root\":null}}", "seccomp.profile-root", "expected a string" },
	{ "{\"seccomp\":{\"architectures\":\"all\"}}", "seccomp.architectures",
	  "expected \"keep\" or \"native\"" },
	{ "{\"seccomp\":{\"precompiled\":\"no\"}}", "seccomp.precompiled", "expected" },
	{ "{\"seccomp\":{\"architectures\":[]}}", "seccomp.architectures", "expected \"keep\"" },
	{ "{\"capabilities\":{\"drop\":[\"NET_RAW\"]}}", "capabilities.drop[0]",
	  "unknown capability 'NET_RAW'" },
	{ "{\"capabilities\":{\"drop\":\"ALL\"}}", "capabilities.drop", "expected an array" },
	{ "{\"capabilities\":{\"drop\":[\"ALL\",\"CAP_KILL\"]}}", "capabilities.drop[0]",
	  "unknown capability 'ALL'" },
	{ "{\"capabilities\":{\"limit\":[\"CAP_X\"]}}", "capabilities.limit[0]", "unknown capability" },
	{ "{\"capabilities\":{\"add\":[]}}", "capabilities.add", "unknown key" },
	{ "{\"no-new-privileges\":null}", "no-new-privileges", "expected true or false" },
	{ "{\"unconfined\":\"allow\"}", "unconfined", "found 'allow'" },
	{ "{\"restore\":\"confine\"}", "restore", "expected \"refuse\" or \"pass\"" },
	{ "{\"restore\":null}", "restore", "expected a string" },
	{ "{\"hook\":{\"no-new-privileges\":true}}", "hook.no-new-privileges", "\"accept\" or" },
	{ "{\"hook\":{\"seccomp\":true}}", "hook.seccomp", "unknown key" },
	{ "{\"hook\":\"accept\"}", "hook", "expected an object" },
	{ "{\"exempt\":{\"engine\":\"cri\",\"namespaces\":[]}}", "exempt.engine",
	  "expected \"containerd\"" },
	{ "{\"privileged\":true}", "privileged", "expected a string" },
	{ "{\"exempt\":{\"namespaces\":[]}}", "exempt", "has no 'engine'" },
	{ "{\"exempt\":{\"engine\":\"podman\",\"namespaces\":[]}}", "exempt.engine",
	  "expected \"containerd\"" },
	{ "{\"exempt\":{\"engine\":\"containerd\"}}", "exempt", "has no 'namespaces'" },
	{ "{\"exempt\":{\"engine\":\"containerd\",\"namespaces\":[\"\"]}}", "exempt.namespaces[0]", "empty" },
	{ "{\"exempt\":{\"engine\":\"containerd\",\"namespaces\":[],\"pods\":[]}}", "exempt.pods",
	  "unknown key" },
	{ "{\"runtime-annotations\":{}}", "runtime-annotations", "expected an array" },
	{ "{\"apparmor\":{\"engine-defaults\":[\"crio-*\",\"a b\"]}}", "apparmor.engine-defaults[1]",
	  "expected the name of an AppArmor profile, found 'a b'" },
	{ "{\"apparmor\":{\"engine-defaults\":[\"*\"]}}", "apparmor.engine-defaults[0]",
	  "expected the name of an AppArmor profile" },
	{ "{\"apparmor\":{\"baseline\":\"a//&b\"}}", "apparmor.baseline", "found 'a//&b'" },
	{ "{\"apparmor\":{\"baseline\":\"unconf\"}}", "apparmor.baseline", "found 'unconf'" },
	{ "{\"apparmor\":{\"baseline\":\"\"}}", "apparmor.baseline", "is empty" },
	{ "{\"apparmor\":{\"required\":\"yes\"}}", "apparmor.required", "true, false or \"auto\"" },
	{ "{\"mode\":\"permissive\"}", "mode", "expected \"enforce\" or \"audit\"" },
	{ "{\"mode\":null}", "mode", "expected" },
};

START_TEST(refuses_what_it_does_not_understand)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct refuse_case *c = &refuse_cases[_i];
	struct policy policy = { .path = "untouched" };
	struct error err = { 0 };
	enum status st = policy_parse(support_json(&arena, c->json).doc, &policy, &err);

	ASSERT_CASE(st == STATUS_INVALID, c->json, err);
	ASSERT_CASE(strcmp(err.where, c->where) == 0, c->json, err);
	ASSERT_CASE(strstr(err.what, c->what) != NULL, c->json, err);
	ck_assert_str_eq(err.file, "t.json");
	ck_assert_str_eq(policy.path, "untouched");
}
END_TEST

START_TEST(lists_are_limited)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer json = BUFFER_INIT(&arena);
	struct policy policy;
	struct error err = { 0 };

	buffer_add_str(&json, "{\"runtimes\":[\"/a\"");
	for (int i = 0; i < POLICY_LIST_MAX; i++)
		buffer_add_str(&json, ",\"/a\"");
	buffer_add_str(&json, "]}");
	buffer_add_char(&json, '\0');
	ck_assert_int_eq(policy_parse(support_json(&arena, json.ptr).doc, &policy, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.what, "has more than 64 entries");
}
END_TEST

static const struct file_case {
	const char *name, *content;
	mode_t mode;
	uid_t uid;
	enum status want;
	const char *what;
} file_cases[] = {
	{ "sound", "{\"unconfined\":\"refuse\"}", 0644, 0, STATUS_OK, "" },
	{ "writable by its group", "{}", 0664, 0, STATUS_INVALID, "writable by group or others" },
	{ "writable by all", "{}", 0666, 0, STATUS_INVALID, "writable by group or others" },
	{ "somebody else's", "{}", 0644, 1000, STATUS_INVALID, "is owned by uid 1000" },
	{ "empty", "", 0644, 0, STATUS_INVALID, "is empty" },
	{ "truncated", "{\"seccomp\":{\"base", 0644, 0, STATUS_INVALID, "ends in the middle" },
	{ "with a comment", "{} // x", 0644, 0, STATUS_INVALID, "line 1" },
	{ "key twice", "{\"unconfined\":\"pass\",\"unconfined\":\"refuse\"}", 0644, 0, STATUS_INVALID,
	  "stands twice" },
	{ "nested too deep", "{\"a\":[[[[[[[[[]]]]]]]]]}", 0644, 0, STATUS_INVALID, "nested more than" },
	{ "unknown key", "{\"x\":1}", 0644, 0, STATUS_INVALID, "unknown key" },
};

START_TEST(reads_sound_files_only)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct file_case *c = &file_cases[_i];
	char *dir = support_temp_dir(&arena), path[128];
	struct policy policy = { .path = "untouched" };
	struct error err = { 0 };
	enum status st;

	if (c->uid != 0 && geteuid() != 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/policy.json", dir);
	support_write_file(dir, "policy.json", c->content);
	ck_assert_int_eq(chmod(path, c->mode), 0);
	if (c->uid != 0)
		ck_assert_int_eq(chown(path, c->uid, 0), 0);
	st = policy_read(path, &arena, &policy, &err);
	support_remove_dir(dir);
	ASSERT_CASE(st == c->want, c->name, err);
	if (st == STATUS_OK) {
		ck_assert_int_eq(policy.unconfined, ANSWER_REFUSE);
		ck_assert_str_eq(policy.path, path);
		return;
	}
	ck_assert_str_eq(err.file, path);
	ASSERT_CASE(strstr(err.what, c->what) != NULL, c->name, err);
	ck_assert_str_eq(policy.path, "untouched");
}
END_TEST

START_TEST(reads_regular_files_only)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *dir = support_temp_dir(&arena), path[128], big[300 * 1024];
	struct policy policy;
	struct error err = { 0 };

	(void)snprintf(path, sizeof(path), "%s/p", dir);
	ck_assert_int_eq(policy_read(path, &arena, &policy, &err), STATUS_SYSTEM);
	ck_assert_int_eq(err.sys_errno, ENOENT); /* named, so it has to be there */
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(policy_read(path, &arena, &policy, &err), STATUS_INVALID);
	ck_assert_int_eq(unlink(path), 0);
	support_write_file(dir, "real", "{}");
	ck_assert_int_eq(symlink("real", path), 0);
	ck_assert_int_eq(policy_read(path, &arena, &policy, &err), STATUS_INVALID);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(policy_read(dir, &arena, &policy, &err), STATUS_INVALID);
	memset(big, ' ', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	support_write_file(dir, "p", big);
	ck_assert_int_eq(policy_read(path, &arena, &policy, &err), STATUS_INVALID);
	ck_assert_ptr_nonnull(strstr(err.what, "is larger than"));
	support_remove_dir(dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine policy");
	TCase *tc = support_case(suite, "policy");

	tcase_add_test(tc, built_in_policy_is_the_documented_one);
	tcase_add_test(tc, reads_every_key);
	tcase_add_test(tc, empty_lists_mean_nothing_is_in_them);
	tcase_add_loop_test(tc, refuses_what_it_does_not_understand, 0, ARRAY_LEN(refuse_cases));
	tcase_add_test(tc, lists_are_limited);
	tcase_add_loop_test(tc, reads_sound_files_only, 0, ARRAY_LEN(file_cases));
	tcase_add_test(tc, reads_regular_files_only);
	return support_run(suite);
}
