/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <linux/capability.h>
#include <string.h>

#include "oci-spec/container.h"

static enum status parse(struct arena *arena, const char *json, struct container *ret_container,
			 struct error *err)
{
	return container_parse(support_json(arena, json).doc, arena, ret_container, err);
}

START_TEST(reads_what_concerns_us)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct container c = { 0 };
	struct error err = { 0 };

	ASSERT_OK(parse(&arena,
			"{\"ociVersion\":\"1.0\",\"process\":{\"args\":[\"sh\"],\"noNewPrivileges\":true,"
			"\"apparmorProfile\":\"cri-default\",\"capabilities\":{\"bounding\":[\"CAP_KILL\"]}},"
			"\"annotations\":{\"a\":\"x\",\"b.c/d\":\"y\"},"
			"\"linux\":{\"maskedPaths\":[\"/proc/kcore\"],"
			"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\"}}}",
			&c, &err),
		  err);
	ck_assert(c.process.no_new_privileges && c.process.capabilities_given && c.has_seccomp);
	ck_assert(c.has_masked_paths && !c.all_devices);
	ck_assert_uint_eq(c.process.capabilities.bounding, CAPABILITY_BIT(CAP_KILL));
	ASSERT_TEXT(c.process.apparmor_profile, "cri-default");
	ASSERT_TEXT(container_annotation(&c, "b.c/d"), "y");
	ck_assert_ptr_null(container_annotation(&c, "c").ptr);
	ck_assert_uint_eq(c.seccomp.default_verdict.action, ACTION_LOG);
	ck_assert_str_eq(c.seccomp.name, "config.json");
}
END_TEST

START_TEST(absent_things_are_absent)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct container c = { 0 };
	struct error err = { 0 };

	ASSERT_OK(parse(&arena, "{\"process\":{}}", &c, &err), err);
	ck_assert(!c.process.no_new_privileges && !c.process.capabilities_given && !c.has_seccomp);
	ck_assert(!json_exists(c.linux_object) && !c.has_masked_paths && !c.all_devices);
	ck_assert_uint_eq(c.process.apparmor_profile.len, 0);
	ck_assert_ptr_null(container_annotation(&c, "a").ptr);
}
END_TEST

static const struct device_case {
	const char *devices;
	bool all;
} device_cases[] = {
	{ "[]", false },
	{ "[{\"allow\":false,\"access\":\"rwm\"}]", false },
	{ "[{\"allow\":true,\"access\":\"rwm\"}]", true },
	{ "[{\"allow\":false},{\"allow\":true,\"type\":\"a\",\"access\":\"rwm\"}]", true },
	{ "[{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3}]", false },
	{ "[{\"allow\":true,\"type\":\"c\"}]", false },
	{ "[{\"allow\":true,\"type\":\"a\",\"major\":1}]", false },
};

START_TEST(knows_when_all_devices_are_allowed)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct container c = { 0 };
	struct error err = { 0 };
	char json[256];

	(void)snprintf(json, sizeof(json),
		       "{\"process\":{},\"linux\":{\"resources\":{\"devices\":%s}}}",
		       device_cases[_i].devices);
	ASSERT_OK(parse(&arena, json, &c, &err), err);
	ck_assert_msg(c.all_devices == device_cases[_i].all, "%s", json);
}
END_TEST

static const struct refuse_case {
	const char *json, *where, *what;
} refuse_cases[] = {
	{ "[]", "", "expected an object, found an array" },
	{ "{}", "", "has no 'process', which must be an object" },
	{ "{\"process\":null}", "process", "expected an object, found null" },
	{ "{\"process\":[]}", "process", "expected an object, found an array" },
	{ "{\"Process\":{},\"process\":{}}", "Process", "is 'process' in another spelling" },
	{ "{\"proce\\u017fs\":{}}", "[\"proce\xc5\xbfs\"]", "is 'process' in another spelling" },
	{ "{\"process\":{},\"LINUX\":{}}", "LINUX", "is 'linux' in another spelling" },
	{ "{\"process\":{},\"Annotations\":{}}", "Annotations", "another spelling" },
	{ "{\"process\":{\"NoNewPrivileges\":true}}", "process.NoNewPrivileges", "another spelling" },
	{ "{\"process\":{\"noNewPrivileges\":1}}", "process.noNewPrivileges",
	  "expected true or false, found a number" },
	{ "{\"process\":{\"noNewPrivileges\":null}}", "process.noNewPrivileges", "expected true" },
	{ "{\"process\":{\"apparmorProfile\":false}}", "process.apparmorProfile",
	  "expected a string, found a boolean" },
	{ "{\"process\":{\"Capabilities\":{}}}", "process.Capabilities", "another spelling" },
	{ "{\"process\":{\"capabilities\":null}}", "process.capabilities", "expected an object" },
	{ "{\"process\":{\"capabilities\":[\"CAP_KILL\"]}}", "process.capabilities",
	  "expected an object, found an array" },
	{ "{\"process\":{\"capabilities\":{\"effective\":[\"CAP_X\"]}}}",
	  "process.capabilities.effective[0]", "unknown capability 'CAP_X'" },
	{ "{\"process\":{},\"annotations\":[]}", "annotations", "expected an object" },
	{ "{\"process\":{},\"annotations\":{\"a\":1}}", "annotations.a", "expected a string" },
	{ "{\"process\":{},\"annotations\":{\"x.y/z\":null}}", "annotations[\"x.y/z\"]",
	  "expected a string, found null" },
	{ "{\"process\":{},\"linux\":null}", "linux", "expected an object, found null" },
	{ "{\"process\":{},\"linux\":{\"Seccomp\":{}}}", "linux.Seccomp", "another spelling" },
	{ "{\"process\":{},\"linux\":{\"seccomp\":null}}", "linux.seccomp", "expected an object" },
	{ "{\"process\":{},\"linux\":{\"\\u017feccomp\":{}}}", "linux[\"\xc5\xbf" "eccomp\"]",
	  "is 'seccomp' in another spelling" },
	{ "{\"process\":{},\"linux\":{\"seccomp\":{\"defaultAction\":\"X\"}}}",
	  "linux.seccomp.defaultAction", "unknown action 'X'" },
};

START_TEST(refuses_what_could_be_read_otherwise)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct refuse_case *c = &refuse_cases[_i];
	struct container container = { 0 };
	struct error err = { 0 };

	ASSERT_CASE(parse(&arena, c->json, &container, &err) == STATUS_INVALID, c->json, err);
	ck_assert_str_eq(err.where, c->where);
	ASSERT_CASE(strstr(err.what, c->what) != NULL, c->json, err);
	ck_assert_ptr_null(container.doc);
}
END_TEST

START_TEST(limits_hold)
{
	ck_assert_uint_eq(container_limits.max_bytes, CONTAINER_BYTES_MAX);
	ck_assert_uint_le(container_limits.max_depth, 64);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec container");
	TCase *tc = support_case(suite, "container");

	tcase_add_test(tc, reads_what_concerns_us);
	tcase_add_test(tc, absent_things_are_absent);
	tcase_add_loop_test(tc, knows_when_all_devices_are_allowed, 0, ARRAY_LEN(device_cases));
	tcase_add_loop_test(tc, refuses_what_could_be_read_otherwise, 0, ARRAY_LEN(refuse_cases));
	tcase_add_test(tc, limits_hold);
	return support_run(suite);
}
