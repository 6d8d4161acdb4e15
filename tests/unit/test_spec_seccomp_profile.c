/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <errno.h>
#include <string.h>

#include "oci-spec/seccomp_profile.h"

#define STRING_(x) #x
#define STRING(x) STRING_(x)

static struct profile parse(struct arena *arena, enum profile_form form, const char *json)
{
	struct profile profile = { 0 };
	struct error err = { 0 };

	ASSERT_OK(profile_parse(support_json(arena, json), form, "p", arena, &profile, &err), err);
	return profile;
}

START_TEST(reads_the_oci_form)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct profile p = parse(
		&arena, PROFILE_IN_CONFIG,
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
		"\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X32\"],"
		"\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],\"listenerPath\":\"/run/s\","
		"\"listenerMetadata\":\"m\",\"syscalls\":["
		"{\"names\":[\"read\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"},"
		"{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_TRACE\",\"errnoRet\":65535,\"args\":["
		"{\"index\":5,\"value\":18446744073709551615,\"valueTwo\":9223372036854775808,"
		"\"op\":\"SCMP_CMP_MASKED_EQ\"},{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_NE\"}]}]}");

	ck_assert_uint_eq(p.default_verdict.action, ACTION_ERRNO);
	ck_assert_uint_eq(p.default_verdict.data, 38);
	ck_assert_uint_eq(p.arches, ARCH_BIT(ARCH_X86_64) | ARCH_BIT(ARCH_X32));
	ck_assert(p.flags_given);
	ck_assert_uint_eq(p.flags, FLAG_LOG);
	ASSERT_TEXT(p.listener_path, "/run/s");
	ASSERT_TEXT(p.listener_metadata, "m");
	ck_assert_uint_eq(p.rule_count, 2);
	ck_assert_uint_eq(p.rules[0].name_count, 2);
	ASSERT_TEXT(p.rules[0].names[1], "write");
	ck_assert_uint_eq(p.rules[1].verdict.data, 65535);
	ck_assert_uint_eq(p.rules[1].arg_count, 2);
	ck_assert_uint_eq(p.rules[1].args[0].index, 5);
	ck_assert_uint_eq(p.rules[1].args[0].op, COMPARE_MASKED_EQ);
	ck_assert_uint_eq(p.rules[1].args[0].a, UINT64_MAX);
	ck_assert_uint_eq(p.rules[1].args[0].b, (uint64_t)1 << 63);
	ck_assert_str_eq(p.name, "p");
}
END_TEST

START_TEST(absent_is_not_empty)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct profile p = parse(&arena, PROFILE_IN_CONFIG, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}");

	ck_assert_uint_eq(p.default_verdict.data, EPERM);
	ck_assert(!p.flags_given);
	ck_assert_uint_eq(p.arches, 0);
	ck_assert_uint_eq(p.rule_count, 0);
	p = parse(&arena, PROFILE_IN_CONFIG,
		  "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[],\"syscalls\":[]}");
	ck_assert(p.flags_given);
	ck_assert_uint_eq(p.flags, 0);
	ck_assert_uint_eq(p.default_verdict.data, 0);
}
END_TEST

START_TEST(second_datum_counts_with_a_mask_only)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct profile p = parse(&arena, PROFILE_IN_CONFIG,
				 "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"a\"],"
				 "\"action\":\"SCMP_ACT_KILL\",\"args\":[{\"index\":1,\"value\":2,"
				 "\"valueTwo\":3,\"op\":\"SCMP_CMP_EQ\"}]}]}");

	ck_assert_uint_eq(p.rules[0].args[0].b, 0);
	ck_assert_uint_eq(p.rules[0].verdict.action, ACTION_KILL_THREAD);
	ck_assert_uint_eq(p.rules[0].verdict.data, 0);
}
END_TEST

START_TEST(reads_the_old_form_from_files)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct profile p = parse(&arena, PROFILE_IN_FILE,
				 "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
				 "{\"name\":\"chmod\",\"action\":\"SCMP_ACT_ERRNO\",\"args\":[]},"
				 "{\"name\":\"fchmod\",\"action\":\"SCMP_ACT_ERRNO\"}]}");

	ck_assert_uint_eq(p.rule_count, 2);
	ck_assert_uint_eq(p.rules[1].name_count, 1);
	ASSERT_TEXT(p.rules[1].names[0], "fchmod");
}
END_TEST

static const struct refuse_case {
	const char *name, *json, *where, *what;
} refuse_cases[] = {
	{ "no default", "{}", "", "has no 'defaultAction', which must be a string" },
	{ "no object", "[]", "", "expected an object, found an array" },
	{ "unknown default", "{\"defaultAction\":\"SCMP_ACT_MAYBE\"}", "defaultAction",
	  "unknown action 'SCMP_ACT_MAYBE'" },
	{ "default of another type", "{\"defaultAction\":1}", "defaultAction",
	  "expected a string, found a number" },
	{ "default in another case", "{\"DefaultAction\":\"SCMP_ACT_ALLOW\"}", "DefaultAction",
	  "is 'defaultAction' in another spelling" },
	{ "unknown key", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"extra\":1}", "extra",
	  "unknown key" },
	{ "unknown architecture",
	  "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_Z80\"]}",
	  "architectures[0]", "unknown architecture 'SCMP_ARCH_Z80'" },
	{ "architectures of another type",
	  "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":\"SCMP_ARCH_X86\"}", "architectures",
	  "expected an array" },
	{ "null architectures", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":null}",
	  "architectures", "expected an array, found null" },
	{ "unknown flag", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"X\"]}", "flags[0]",
	  "unknown flag 'X'" },
	{ "flags of another type", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":{}}", "flags",
	  "expected an array" },
	{ "flag of another type", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[1]}", "flags[0]",
	  "expected a string" },
	{ "listener of another type", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":1}",
	  "listenerPath", "expected a string" },
	{ "default errno 0", "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":0}",
	  "defaultErrnoRet", "0 would report success" },
	{ "default errno too large", "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":4096}",
	  "defaultErrnoRet", "4096 is larger than " STRING(PROFILE_ERRNO_MAX) },
	{ "default errno negative", "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":-1}",
	  "defaultErrnoRet", "whole number" },
	{ "trace message too large",
	  "{\"defaultAction\":\"SCMP_ACT_TRACE\",\"defaultErrnoRet\":65536}", "defaultErrnoRet",
	  "65536 is larger than 65535" },
	{ "rules of another type", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":{}}",
	  "syscalls", "expected an array" },
};

START_TEST(refuses_bad_profiles)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct refuse_case *c = &refuse_cases[_i];

	for (int form = PROFILE_IN_CONFIG; form <= PROFILE_IN_FILE; form++) {
		struct profile profile = { .name = "untouched" };
		struct error err = { 0 };
		enum status st = profile_parse(support_json(&arena, c->json),
					       (enum profile_form)form, "p", &arena, &profile, &err);

		ASSERT_CASE(st == STATUS_INVALID, c->name, err);
		ASSERT_CASE(strcmp(err.where, c->where) == 0, c->name, err);
		ASSERT_CASE(strstr(err.what, c->what) != NULL, c->name, err);
		ck_assert_str_eq(profile.name, "untouched");
	}
}
END_TEST

/* One rule of linux.seccomp.syscalls; where is below "syscalls[0]". */
static const struct refuse_case rule_cases[] = {
	{ "no object", "[]", "", "expected an object, found an array" },
	{ "no action", "{\"names\":[\"read\"]}", "", "has no 'action'" },
	{ "unknown action", "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_DENY\"}", ".action",
	  "unknown action 'SCMP_ACT_DENY'" },
	{ "action in another case",
	  "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\",\"Action\":\"SCMP_ACT_ALLOW\"}",
	  ".Action", "is 'action' in another spelling" },
	{ "unknown key", "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\",\"x\":1}", ".x",
	  "unknown key" },
	{ "no names", "{\"action\":\"SCMP_ACT_KILL\"}", "", "names no system call" },
	{ "names null", "{\"names\":null,\"action\":\"SCMP_ACT_KILL\"}", ".names",
	  "names no system call, so the rule is lost" },
	{ "names empty", "{\"names\":[],\"action\":\"SCMP_ACT_KILL\"}", ".names",
	  "names no system call" },
	{ "names of another type", "{\"names\":\"read\",\"action\":\"SCMP_ACT_KILL\"}", ".names",
	  "expected an array, found a string" },
	{ "names an object", "{\"names\":{\"a\":\"read\"},\"action\":\"SCMP_ACT_KILL\"}", ".names",
	  "expected an array, found an object" },
	{ "name of another type", "{\"names\":[\"read\",2],\"action\":\"SCMP_ACT_KILL\"}", ".names[1]",
	  "expected a string" },
	{ "empty name", "{\"names\":[\"read\",\"\"],\"action\":\"SCMP_ACT_KILL\"}", ".names[1]",
	  "is no name" },
	{ "errno 0", "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":0}",
	  ".errnoRet", "0 would report success to the caller; expected 1 to " STRING(PROFILE_ERRNO_MAX) },
	{ "errno too large", "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":65537}",
	  ".errnoRet", "65537 is larger than " STRING(PROFILE_ERRNO_MAX) },
	{ "errno a string", "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":\"1\"}",
	  ".errnoRet", "expected a number, found a string" },
	{ "args null", "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\",\"args\":null}", ".args",
	  "expected an array, found null" },
	{ "args an object", "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\",\"args\":{}}", ".args",
	  "expected an array, found an object" },
};

#define ARG(text) "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\",\"args\":[" text "]}"
#define GOOD_ARG "{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}"

static const struct refuse_case arg_cases[] = {
	{ "no object", ARG("1"), ".args[0]", "expected an object" },
	{ "second one bad", ARG(GOOD_ARG ",{}"), ".args[1]", "has no 'index'" },
	{ "no index", ARG("{\"value\":1,\"op\":\"SCMP_CMP_EQ\"}"), ".args[0]", "has no 'index'" },
	{ "no value", ARG("{\"index\":0,\"op\":\"SCMP_CMP_EQ\"}"), ".args[0]", "has no 'value'" },
	{ "no op", ARG("{\"index\":0,\"value\":1}"), ".args[0]", "has no 'op'" },
	{ "seventh argument", ARG("{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}"),
	  ".args[0].index", "6 is larger than 5" },
	{ "negative index", ARG("{\"index\":-1,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}"),
	  ".args[0].index", "not negative, found -1" },
	{ "negative value", ARG("{\"index\":0,\"value\":-1,\"op\":\"SCMP_CMP_EQ\"}"),
	  ".args[0].value", "not negative, found -1" },
	{ "value above u64", ARG("{\"index\":0,\"value\":18446744073709551616,\"op\":\"SCMP_CMP_EQ\"}"),
	  ".args[0].value", "is larger than 18446744073709551615" },
	{ "fraction", ARG("{\"index\":0,\"value\":1.0,\"op\":\"SCMP_CMP_EQ\"}"), ".args[0].value",
	  "whole number" },
	{ "exponent", ARG("{\"index\":0,\"value\":1e1,\"op\":\"SCMP_CMP_EQ\"}"), ".args[0].value",
	  "whole number" },
	{ "value a string", ARG("{\"index\":0,\"value\":\"1\",\"op\":\"SCMP_CMP_EQ\"}"),
	  ".args[0].value", "expected a number" },
	{ "second value negative",
	  ARG("{\"index\":0,\"value\":1,\"valueTwo\":-2,\"op\":\"SCMP_CMP_EQ\"}"),
	  ".args[0].valueTwo", "not negative" },
	{ "unknown operator", ARG("{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_ALMOST\"}"),
	  ".args[0].op", "unknown operator 'SCMP_CMP_ALMOST'" },
	{ "operator null", ARG("{\"index\":0,\"value\":1,\"op\":null}"), ".args[0].op",
	  "expected a string, found null" },
	{ "key in another case", ARG("{\"Index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}"),
	  ".args[0].Index", "is 'index' in another spelling" },
	{ "unknown key", ARG("{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\",\"x\":0}"),
	  ".args[0].x", "unknown key" },
	{ "seven conditions",
	  ARG(GOOD_ARG "," GOOD_ARG "," GOOD_ARG "," GOOD_ARG "," GOOD_ARG "," GOOD_ARG "," GOOD_ARG),
	  ".args", "has 7 conditions, at most 6" },
};

static void check_rule_refused(const struct refuse_case *c, enum profile_form form)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct profile profile = { .name = "untouched" };
	struct error err = { 0 };
	char json[1024], where[128];
	enum status st;

	(void)snprintf(json, sizeof(json), "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[%s]}",
		       c->json);
	(void)snprintf(where, sizeof(where), "syscalls[0]%s", c->where);
	st = profile_parse(support_json(&arena, json), form, "p", &arena, &profile, &err);
	ASSERT_CASE(st == STATUS_INVALID, c->name, err);
	ASSERT_CASE(strcmp(err.where, where) == 0, c->name, err);
	ASSERT_CASE(strstr(err.what, c->what) != NULL, c->name, err);
}

START_TEST(refuses_bad_rules)
{
	check_rule_refused(&rule_cases[_i], PROFILE_IN_CONFIG);
	check_rule_refused(&rule_cases[_i], PROFILE_IN_FILE);
}
END_TEST

START_TEST(refuses_bad_conditions)
{
	check_rule_refused(&arg_cases[_i], PROFILE_IN_CONFIG);
	check_rule_refused(&arg_cases[_i], PROFILE_IN_FILE);
}
END_TEST

/* Refused in config.json, where containerd would have dropped or never written it. */
static const struct refuse_case config_only_cases[] = {
	{ "old form", "{\"name\":\"read\",\"action\":\"SCMP_ACT_KILL\"}", ".name", "unknown key" },
	{ "includes", "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\",\"includes\":{}}",
	  ".includes", "unknown key" },
	{ "comment", "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\",\"comment\":\"\"}",
	  ".comment", "unknown key" },
};

START_TEST(config_json_has_the_oci_form_only)
{
	check_rule_refused(&config_only_cases[_i], PROFILE_IN_CONFIG);
}
END_TEST

static char *many(struct arena *arena, const char *head, const char *item, size_t count,
		  const char *tail)
{
	struct buffer b = BUFFER_INIT(arena);

	buffer_add_str(&b, head);
	for (size_t i = 0; i < count; i++) {
		buffer_add_str(&b, i > 0 ? "," : "");
		buffer_add_str(&b, item);
	}
	buffer_add_str(&b, tail);
	buffer_add_char(&b, '\0');
	ck_assert(!b.failed);
	return b.ptr;
}

START_TEST(rules_and_names_are_limited)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const char head[] = "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[";
	static const char rule[] = "{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\"}";
	struct profile profile;
	struct error err = { 0 };
	char *json = many(&arena, head, rule, PROFILE_RULES_MAX, "]}");

	ASSERT_OK(profile_parse(support_json(&arena, json), PROFILE_IN_CONFIG, "p", &arena, &profile,
				&err),
		  err);
	json = many(&arena, head, rule, PROFILE_RULES_MAX + 1, "]}");
	ck_assert_int_eq(profile_parse(support_json(&arena, json), PROFILE_IN_CONFIG, "p", &arena,
				       &profile, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.where, "syscalls");
	json = many(&arena,
		    "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"action\":\"SCMP_ACT_LOG\","
		    "\"names\":[",
		    "\"a\"", PROFILE_NAMES_MAX + 1, "]}]}");
	ck_assert_int_eq(profile_parse(support_json(&arena, json), PROFILE_IN_CONFIG, "p", &arena,
				       &profile, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.where, "syscalls[0]");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec seccomp_profile");
	TCase *tc = support_case(suite, "profile");

	tcase_add_test(tc, reads_the_oci_form);
	tcase_add_test(tc, absent_is_not_empty);
	tcase_add_test(tc, second_datum_counts_with_a_mask_only);
	tcase_add_test(tc, reads_the_old_form_from_files);
	tcase_add_loop_test(tc, refuses_bad_profiles, 0, ARRAY_LEN(refuse_cases));
	tcase_add_loop_test(tc, refuses_bad_rules, 0, ARRAY_LEN(rule_cases));
	tcase_add_loop_test(tc, refuses_bad_conditions, 0, ARRAY_LEN(arg_cases));
	tcase_add_loop_test(tc, config_json_has_the_oci_form_only, 0, ARRAY_LEN(config_only_cases));
	tcase_add_test(tc, rules_and_names_are_limited);
	return support_run(suite);
}
