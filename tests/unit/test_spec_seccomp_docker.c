/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <linux/capability.h>
#include <string.h>

#include "oci-spec/capability.h"
#include "oci-spec/seccomp_profile.h"

#define NATIVE_ARCH (ARCH_NATIVE == ARCH_X86_64 ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64")

static enum status parse_in(struct arena *arena, enum profile_form form, const char *json,
			    struct profile *ret_profile, struct error *err)
{
	return profile_parse(support_json(arena, json), form, "p", arena, ret_profile, err);
}

static const struct when_case {
	const char *conditions; /* of the one rule */
	bool applies;
	struct profile_when when;
} when_cases[] = {
	{ "\"includes\":{},\"excludes\":{}", true, { 0 } },
	{ "\"includes\":{\"caps\":[]}", true, { 0 } },
	{ "\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_BPF\"]}", true,
	  { .caps_all = CAPABILITY_BIT(CAP_SYS_ADMIN) | CAPABILITY_BIT(CAP_BPF) } },
	{ "\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", true,
	  { .caps_none = CAPABILITY_BIT(CAP_SYS_ADMIN) } },
	{ "\"includes\":{\"minKernel\":\"4.8\"}", true, { .kernel_min = 4 << 16 | 8 } },
	{ "\"excludes\":{\"minKernel\":\"5.19\"}", true, { .kernel_below = 5 << 16 | 19 } },
	{ "\"includes\":{\"minKernel\":\"4.8.1\"}", true, { .kernel_min = 4 << 16 | 8 } },
	{ "\"includes\":{\"arches\":[\"" ARCH_NATIVE_GO "\"]}", true, { 0 } },
	{ "\"includes\":{\"arches\":[\"s390x\",\"" ARCH_NATIVE_GO "\"]}", true, { 0 } },
	{ "\"includes\":{\"arches\":[\"s390x\"]}", false, { 0 } },
	{ "\"includes\":{\"arches\":[]}", true, { 0 } },
	{ "\"excludes\":{\"arches\":[\"s390x\"]}", true, { 0 } },
	{ "\"excludes\":{\"arches\":[\"" ARCH_NATIVE_GO "\"]}", false, { 0 } },
	{ "\"comment\":\"x\",\"errno\":\"EPERM\"", true, { 0 } },
};

START_TEST(knows_when_a_rule_counts)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct when_case *c = &when_cases[_i];
	struct profile profile = { 0 };
	struct error err = { 0 };
	char json[512];

	(void)snprintf(json, sizeof(json),
		       "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"bpf\"],"
		       "\"action\":\"SCMP_ACT_ALLOW\",%s}]}",
		       c->conditions);
	ASSERT_OK(parse_in(&arena, PROFILE_IN_FILE, json, &profile, &err), err);
	ck_assert_msg(profile.rule_count == (c->applies ? 1 : 0), "%s", c->conditions);
	if (!c->applies)
		return;
	ck_assert_uint_eq(profile.rules[0].when.caps_all, c->when.caps_all);
	ck_assert_uint_eq(profile.rules[0].when.caps_none, c->when.caps_none);
	ck_assert_uint_eq(profile.rules[0].when.kernel_min, c->when.kernel_min);
	ck_assert_uint_eq(profile.rules[0].when.kernel_below, c->when.kernel_below);
}
END_TEST

static const struct refuse_case {
	const char *conditions, *where, *what;
} refuse_cases[] = {
	{ "\"includes\":null", "includes", "expected an object" },
	{ "\"includes\":[]", "includes", "expected an object" },
	{ "\"includes\":{\"cap\":[]}", "includes.cap", "unknown key" },
	{ "\"includes\":{\"Caps\":[]}", "includes.Caps", "another spelling" },
	{ "\"includes\":{\"caps\":[\"CAP_NOPE\"]}", "includes.caps[0]", "unknown capability" },
	{ "\"excludes\":{\"caps\":\"CAP_BPF\"}", "excludes.caps", "expected an array" },
	{ "\"includes\":{\"arches\":\"amd64\"}", "includes.arches", "expected an array" },
	{ "\"includes\":{\"arches\":[1]}", "includes.arches[0]", "expected a string" },
	{ "\"includes\":{\"minKernel\":4.8}", "includes.minKernel", "expected a string" },
	{ "\"includes\":{\"minKernel\":\"\"}", "includes.minKernel", "kernel version" },
	{ "\"includes\":{\"minKernel\":\"4\"}", "includes.minKernel", "kernel version" },
	{ "\"includes\":{\"minKernel\":\"4.\"}", "includes.minKernel", "kernel version" },
	{ "\"includes\":{\"minKernel\":\".8\"}", "includes.minKernel", "kernel version" },
	{ "\"includes\":{\"minKernel\":\"4.x\"}", "includes.minKernel", "kernel version" },
	{ "\"includes\":{\"minKernel\":\"-4.8\"}", "includes.minKernel", "kernel version" },
	{ "\"includes\":{\"minKernel\":\"99999.1\"}", "includes.minKernel", "kernel version" },
	{ "\"names\":[\"bpf\"],\"name\":\"bpf\"", "", "has both 'name' and 'names'" },
};

START_TEST(refuses_bad_conditions)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct refuse_case *c = &refuse_cases[_i];
	bool named = strstr(c->conditions, "names") != NULL;
	struct profile profile = { 0 };
	struct error err = { 0 };
	char json[512], where[64];
	enum status st;

	(void)snprintf(json, sizeof(json),
		       "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{%s"
		       "\"action\":\"SCMP_ACT_ALLOW\",%s}]}",
		       named ? "" : "\"names\":[\"bpf\"],", c->conditions);
	(void)snprintf(where, sizeof(where), "syscalls[0]%s%s", c->where[0] != '\0' ? "." : "",
		       c->where);
	st = parse_in(&arena, PROFILE_IN_FILE, json, &profile, &err);
	ASSERT_CASE(st == STATUS_INVALID, c->conditions, err);
	ASSERT_CASE(strcmp(err.where, where) == 0, c->conditions, err);
	ASSERT_CASE(strstr(err.what, c->what) != NULL, c->conditions, err);
}
END_TEST

static const struct map_case {
	const char *arch_map, *where, *what; /* what NULL: passes */
	uint32_t arches;
} map_cases[] = {
	{ "[]", NULL, NULL, 0 },
	{ "[{\"architecture\":\"SCMP_ARCH_S390X\",\"subArchitectures\":[\"SCMP_ARCH_S390\"]}]", NULL,
	  NULL, 0 },
	{ "[{\"architecture\":\"%s\",\"subArchitectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]},"
	  "{\"architecture\":\"SCMP_ARCH_S390X\",\"subArchitectures\":[\"SCMP_ARCH_S390\"]}]",
	  NULL, NULL, ARCH_BIT(ARCH_NATIVE) | ARCH_BIT(ARCH_X86) | ARCH_BIT(ARCH_X32) },
	{ "[{\"architecture\":\"%s\",\"subArchitectures\":null}]", NULL, NULL, ARCH_BIT(ARCH_NATIVE) },
	{ "[{\"architecture\":\"%s\"}]", NULL, NULL, ARCH_BIT(ARCH_NATIVE) },
	{ "{}", "archMap", "expected an array", 0 },
	{ "[1]", "archMap[0]", "expected an object", 0 },
	{ "[{}]", "archMap[0]", "has no 'architecture'", 0 },
	{ "[{\"architecture\":\"amd64\"}]", "archMap[0].architecture", "unknown architecture 'amd64'",
	  0 },
	{ "[{\"architecture\":\"%s\",\"subArchitectures\":[\"x\"]}]", "archMap[0].subArchitectures[0]",
	  "unknown architecture 'x'", 0 },
	{ "[{\"architecture\":\"%s\",\"sub\":[]}]", "archMap[0].sub", "unknown key", 0 },
};

START_TEST(reads_arch_map)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct map_case *c = &map_cases[_i];
	struct buffer json = BUFFER_INIT(&arena);
	const char *native = strstr(c->arch_map, "%s");
	struct profile profile = { 0 };
	struct error err = { 0 };
	enum status st;

	buffer_add_str(&json, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":");
	if (native != NULL) {
		buffer_add(&json, (struct text){ c->arch_map, (size_t)(native - c->arch_map) });
		buffer_add_str(&json, NATIVE_ARCH);
	}
	buffer_add_str(&json, native != NULL ? native + 2 : c->arch_map);
	buffer_add_char(&json, '}');
	buffer_add_char(&json, '\0');
	st = parse_in(&arena, PROFILE_IN_FILE, json.ptr, &profile, &err);
	ASSERT_CASE(st == (c->what == NULL ? STATUS_OK : STATUS_INVALID), c->arch_map, err);
	if (c->what == NULL) {
		ck_assert_uint_eq(profile.arches, c->arches);
		return;
	}
	ck_assert_str_eq(err.where, c->where);
	ck_assert_ptr_nonnull(strstr(err.what, c->what));
}
END_TEST

START_TEST(architectures_are_said_once)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct profile profile = { 0 };
	struct error err = { 0 };

	ck_assert_int_eq(parse_in(&arena, PROFILE_IN_FILE,
				  "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[],"
				  "\"architectures\":[]}",
				  &profile, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.what, "has both 'architectures' and 'archMap'");
	ck_assert_int_eq(parse_in(&arena, PROFILE_IN_CONFIG,
				  "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[]}", &profile,
				  &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.where, "archMap");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec seccomp_docker");
	TCase *tc = support_case(suite, "docker");

	tcase_add_loop_test(tc, knows_when_a_rule_counts, 0, ARRAY_LEN(when_cases));
	tcase_add_loop_test(tc, refuses_bad_conditions, 0, ARRAY_LEN(refuse_cases));
	tcase_add_loop_test(tc, reads_arch_map, 0, ARRAY_LEN(map_cases));
	tcase_add_test(tc, architectures_are_said_once);
	return support_run(suite);
}
