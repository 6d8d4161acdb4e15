/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <linux/capability.h>

#include "oci-spec/capability.h"

START_TEST(names_and_numbers_belong_together)
{
	ck_assert_uint_ge(capability_count(), CAP_CHECKPOINT_RESTORE + 1);
	ck_assert_uint_le(capability_count(), CAPABILITY_MAX);
	for (unsigned n = 0; n < capability_count(); n++) {
		unsigned found = 99;

		ck_assert(text_starts_with(capability_name(n), "CAP_"));
		ck_assert(capability_number(capability_name(n), &found));
		ck_assert_uint_eq(found, n);
	}
	ck_assert_uint_eq(capability_all(), CAPABILITY_BIT(capability_count()) - 1);
}
END_TEST

static const struct number_case {
	const char *name;
	int number; /* -1: unknown */
} number_cases[] = {
	{ "CAP_CHOWN", CAP_CHOWN },	    { "CAP_NET_RAW", CAP_NET_RAW },
	{ "CAP_SYS_ADMIN", CAP_SYS_ADMIN }, { "CAP_SYSLOG", CAP_SYSLOG },
	{ "CAP_BPF", CAP_BPF },		    { "CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE },
	{ "CAP_SYS_CHROOT", CAP_SYS_CHROOT }, { "NET_RAW", -1 },
	{ "cap_net_raw", -1 },		    { "CAP_net_raw", -1 },
	{ "CAP_NET_RAWX", -1 },		    { "CAP_NET_RA", -1 },
	{ "CAP_", -1 },			    { "", -1 },
	{ "ALL", -1 },
};

START_TEST(numbers_are_the_kernels)
{
	const struct number_case *c = &number_cases[_i];
	unsigned number = 99;

	ck_assert_msg(capability_number(text_of(c->name), &number) == (c->number >= 0), "%s",
		      c->name);
	ck_assert_uint_eq(number, c->number >= 0 ? (unsigned)c->number : 99);
	ck_assert_int_eq(CAPABILITY_SYS_ADMIN, CAP_SYS_ADMIN);
}
END_TEST

static const struct sets_case {
	const char *json;
	const char *where; /* NULL: it must pass */
	const char *what;
} sets_cases[] = {
	{ "{}", NULL, NULL },
	{ "{\"bounding\":[]}", NULL, NULL },
	{ "{\"bounding\":[\"CAP_KILL\",\"CAP_KILL\"]}", NULL, NULL },
	{ "[]", "", "expected an object, found an array" },
	{ "{\"bounding\":[\"CAP_KILL\",\"CAP_NOPE\"]}", "bounding[1]", "unknown capability 'CAP_NOPE'" },
	{ "{\"ambient\":[\"net_raw\"]}", "ambient[0]", "unknown capability 'net_raw'" },
	{ "{\"effective\":\"CAP_KILL\"}", "effective", "expected an array, found a string" },
	{ "{\"effective\":[7]}", "effective[0]", "expected a string, found a number" },
	{ "{\"permitted\":null}", "permitted", "expected an array, found null" },
	{ "{\"Bounding\":[]}", "Bounding",
	  "is 'bounding' in another spelling, which runtimes read differently" },
	{ "{\"limit\":[]}", "limit", "unknown key" },
	{ "{\"bounding\":[[\"CAP_KILL\"]]}", "bounding[0]", "expected a string, found an array" },
};

START_TEST(parses_or_refuses_sets)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct sets_case *c = &sets_cases[_i];
	struct capability_sets sets = { .bounding = 77 };
	struct error err = { 0 };
	enum status st = capability_sets_parse(support_json(&arena, c->json), &sets, &err);

	ASSERT_CASE(st == (c->what == NULL ? STATUS_OK : STATUS_INVALID), c->json, err);
	if (c->what == NULL)
		return;
	ck_assert_uint_eq(sets.bounding, 77);
	ck_assert_str_eq(err.where, c->where);
	ck_assert_str_eq(err.what, c->what);
}
END_TEST

START_TEST(writes_what_it_reads)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const char json[] =
		"{\"bounding\":[\"CAP_CHOWN\",\"CAP_KILL\",\"CAP_CHECKPOINT_RESTORE\"],"
		"\"effective\":[\"CAP_CHOWN\"],\"inheritable\":[\"CAP_KILL\"],"
		"\"permitted\":[\"CAP_CHOWN\"],\"ambient\":[\"CAP_KILL\"]}";
	struct capability_sets sets, again;
	struct buffer out = BUFFER_INIT(&arena), none = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct text text;

	ASSERT_OK(capability_sets_parse(support_json(&arena, json), &sets, &err), err);
	ck_assert_uint_eq(sets.bounding, CAPABILITY_BIT(CAP_CHOWN) | CAPABILITY_BIT(CAP_KILL) |
						 CAPABILITY_BIT(CAP_CHECKPOINT_RESTORE));
	ck_assert_uint_eq(sets.ambient, CAPABILITY_BIT(CAP_KILL));
	capability_sets_write(&sets, &out);
	ASSERT_OK(buffer_text(&out, &text, &err), err);
	ASSERT_TEXT(text, json);
	ASSERT_OK(capability_sets_parse(support_json(&arena, support_str(&arena, text)), &again, &err),
		  err);
	ck_assert(capability_sets_equal(&sets, &again));
	again.ambient = 0;
	ck_assert(!capability_sets_equal(&sets, &again));
	capability_sets_write(&(struct capability_sets){ 0 }, &none);
	ASSERT_OK(buffer_text(&none, &text, &err), err);
	ASSERT_TEXT(text, "{}");
}
END_TEST

START_TEST(a_name_twice_is_there_once)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	uint64_t set = 0;
	struct error err = { 0 };

	ASSERT_OK(capability_set_parse(support_json(&arena, "[\"CAP_KILL\",\"CAP_KILL\"]"), &set, &err),
		  err);
	ck_assert_uint_eq(set, CAPABILITY_BIT(CAP_KILL));
}
END_TEST

START_TEST(describes_for_people)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer some = BUFFER_INIT(&arena), none = BUFFER_INIT(&arena);

	capability_set_describe(CAPABILITY_BIT(CAP_KILL) | CAPABILITY_BIT(CAP_CHOWN), &some);
	ASSERT_TEXT(((struct text){ some.ptr, some.len }), "CAP_CHOWN, CAP_KILL");
	capability_set_describe(0, &none);
	ASSERT_TEXT(((struct text){ none.ptr, none.len }), "none");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec capability");
	TCase *tc = support_case(suite, "capability");

	tcase_add_test(tc, names_and_numbers_belong_together);
	tcase_add_loop_test(tc, numbers_are_the_kernels, 0, ARRAY_LEN(number_cases));
	tcase_add_loop_test(tc, parses_or_refuses_sets, 0, ARRAY_LEN(sets_cases));
	tcase_add_test(tc, writes_what_it_reads);
	tcase_add_test(tc, a_name_twice_is_there_once);
	tcase_add_test(tc, describes_for_people);
	return support_run(suite);
}
