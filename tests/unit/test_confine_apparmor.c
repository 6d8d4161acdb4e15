/* SPDX-License-Identifier: Apache-2.0 */
#include "support_confine.h"

#include <string.h>

#include "confine/apparmor.h"

static const struct name_case {
	struct text name;
	bool plain;
} name_cases[] = {
	{ TEXT("k8s-apparmor-example-deny-write"), true },
	{ TEXT("cri-containerd.apparmor.d"), true },
	{ TEXT("A"), true },
	{ TEXT("_x"), true },
	{ TEXT("9"), true },
	{ TEXT("unconfinedx"), true },
	{ TEXT("unconfine-d"), true },
	{ TEXT("Unconfined"), true },
	{ TEXT(""), false },
	/* the kernel takes every prefix for "unconfined" */
	{ TEXT("u"), false },
	{ TEXT("unconf"), false },
	{ TEXT("unconfined"), false },
	{ TEXT("un\0x"), false },
	{ TEXT("a//&b"), false },
	{ TEXT("&a"), false },
	{ TEXT("a//b"), false },
	{ TEXT(":ns:a"), false },
	{ TEXT("a:b"), false },
	{ TEXT(" a"), false },
	{ TEXT("a "), false },
	{ TEXT("a\n"), false },
	{ TEXT("/usr/bin/x"), false },
	{ TEXT(".a"), false },
	{ TEXT("-a"), false },
	{ TEXT("a*"), false },
	{ TEXT("caf\xc3\xa9"), false },
};

START_TEST(knows_plain_names)
{
	ck_assert_msg(apparmor_name_is_plain(name_cases[_i].name) == name_cases[_i].plain, "%.*s",
		      TEXT_ARG(name_cases[_i].name));
}
END_TEST

START_TEST(names_have_a_length)
{
	char name[257];

	memset(name, 'a', sizeof(name));
	ck_assert(apparmor_name_is_plain((struct text){ name, 255 }));
	ck_assert(!apparmor_name_is_plain((struct text){ name, 256 }));
}
END_TEST

static const struct stack_case {
	const char *current;
	const char *requested[3];
	const char *label;
} stack_cases[] = {
	{ "", { NULL }, "" },
	{ "base", { NULL }, "base" },
	{ "unconfined", { NULL }, "unconfined" },
	{ "", { "a" }, "a" },
	{ "unconfined", { "a" }, "a" },
	{ "base", { "a" }, "base//&a" },
	{ "base", { "a", "b" }, "base//&a//&b" },
	{ "base", { "a", "a" }, "base//&a" },
	{ "base", { "base" }, "base" },
	{ "base//&a", { "a" }, "base//&a" },
	{ "base//&a", { "b", "base" }, "base//&a//&b" },
	{ "base//&ab", { "a" }, "base//&ab//&a" },
	{ "a//&base", { "base", "a" }, "a//&base" },
};

START_TEST(stacks_as_a_set)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct stack_case *c = &stack_cases[_i];
	struct host host = { .has_apparmor = true };
	struct json annotation = support_json(&arena, "{}");
	struct request_profile wanted[3];
	struct text label, again;
	struct error err = { 0 };
	size_t count = 0;

	for (; count < 3 && c->requested[count] != NULL; count++)
		wanted[count] = (struct request_profile){ text_of(c->requested[count]), annotation };
	ASSERT_OK(apparmor_stack(text_of(c->current), wanted, count, &host, &arena, &label, &err), err);
	ASSERT_TEXT(label, c->label);
	ASSERT_OK(apparmor_stack(label, wanted, count, &host, &arena, &again, &err), err);
	ASSERT_TEXT(again, c->label);
}
END_TEST

START_TEST(without_apparmor_a_profile_is_refused)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct host host = { .has_apparmor = false };
	struct json annotation = json_get(support_json(&arena, "{\"x\":\"localhost/a\"}"), "x");
	struct request_profile wanted = { TEXT("a"), annotation };
	struct text label;
	struct error err = { 0 };

	ASSERT_OK(apparmor_stack(TEXT(""), NULL, 0, &host, &arena, &label, &err), err);
	ASSERT_OK(apparmor_stack(TEXT("unconfined"), NULL, 0, &host, &arena, &label, &err), err);
	ck_assert_int_eq(apparmor_stack(TEXT("base"), NULL, 0, &host, &arena, &label, &err),
			 STATUS_UNSUPPORTED);
	ck_assert_int_eq(apparmor_stack(TEXT(""), &wanted, 1, &host, &arena, &label, &err),
			 STATUS_UNSUPPORTED);
	ck_assert_str_eq(err.where, "x");
	ck_assert_int_eq(apparmor_stack_label(TEXT("base"), annotation, &host, &arena, &label, &err),
			 STATUS_UNSUPPORTED);
}
END_TEST

static const struct label_case {
	const char *current, *asked;
	const char *label; /* NULL: refused */
} label_cases[] = {
	{ "base", "a", "base//&a" },
	{ "base", "base", "base" },
	{ "base", "a//&base", "base//&a" },
	{ "base", "a//&b//&a", "base//&a//&b" },
	{ "base", "a//&unconfined", NULL },
	{ "base", "a//&", "base//&a" },
	{ "base", "a//&//&b", NULL },
	{ "base", ":ns:a", NULL },
	{ "base", "a b", NULL },
};

START_TEST(stacks_the_label_of_an_exec)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct label_case *c = &label_cases[_i];
	struct host host = { .has_apparmor = true };
	struct text label = TEXT("untouched");
	struct error err = { 0 };
	char json[128];
	enum status st;

	(void)snprintf(json, sizeof(json), "{\"apparmorProfile\":\"%s\"}", c->asked);
	st = apparmor_stack_label(text_of(c->current),
				  json_get(support_json(&arena, json), "apparmorProfile"), &host, &arena,
				  &label, &err);
	ASSERT_CASE(st == (c->label != NULL ? STATUS_OK : STATUS_INVALID), c->asked, err);
	ASSERT_TEXT(label, c->label != NULL ? c->label : "untouched");
	if (c->label == NULL)
		ck_assert_str_eq(err.where, "apparmorProfile");
}
END_TEST

START_TEST(knows_what_confines)
{
	ck_assert(!apparmor_confines(TEXT("")) && !apparmor_confines(TEXT_NONE));
	ck_assert(!apparmor_confines(TEXT("unconfined")));
	ck_assert(apparmor_confines(TEXT("a")) && apparmor_confines(TEXT("a//&unconfined")));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine apparmor");
	TCase *tc = support_case(suite, "apparmor");

	tcase_add_loop_test(tc, knows_plain_names, 0, ARRAY_LEN(name_cases));
	tcase_add_test(tc, names_have_a_length);
	tcase_add_loop_test(tc, stacks_as_a_set, 0, ARRAY_LEN(stack_cases));
	tcase_add_test(tc, without_apparmor_a_profile_is_refused);
	tcase_add_loop_test(tc, stacks_the_label_of_an_exec, 0, ARRAY_LEN(label_cases));
	tcase_add_test(tc, knows_what_confines);
	return support_run(suite);
}
