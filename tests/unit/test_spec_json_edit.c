/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <string.h>

#include "oci-spec/json_edit.h"

struct change {
	const char *object, *key, *value; /* object: a member of the root, NULL the root itself */
};

static const struct edit_case {
	const char *name, *before;
	struct change changes[4];
	const char *after;
} edit_cases[] = {
	{ "nothing to do", " {\"a\" : 1e3 }\n", { { NULL, "a", "1e3" } }, " {\"a\" : 1e3 }\n" },
	{ "replace", "{\"a\":1,\"b\":2}", { { NULL, "a", "[]" } }, "{\"a\":[],\"b\":2}" },
	{ "replace last, blanks stay", "{\"a\": 1 }", { { NULL, "a", "22" } }, "{\"a\": 22 }" },
	{ "add to an empty object", "{}", { { NULL, "a", "1" } }, "{\"a\":1}" },
	{ "add to an empty object with blanks", "{ \n}", { { NULL, "a", "1" } }, "{ \n\"a\":1}" },
	{ "add", "{\"x\":1}", { { NULL, "a", "1" } }, "{\"x\":1,\"a\":1}" },
	{ "add two", "{\"x\":1\n}", { { NULL, "a", "1" }, { NULL, "b", "2" } },
	  "{\"x\":1\n,\"a\":1,\"b\":2}" },
	{ "add two to an empty object", "{}", { { NULL, "a", "1" }, { NULL, "b", "2" } },
	  "{\"a\":1,\"b\":2}" },
	{ "inner objects", "{\"p\":{\"a\":1},\"l\":{}}",
	  { { "l", "s", "{}" }, { "p", "a", "2" }, { "p", "b", "3" } },
	  "{\"p\":{\"a\":2,\"b\":3},\"l\":{\"s\":{}}}" },
	{ "inner and outer at one place", "{\"p\":{}}", { { "p", "a", "1" }, { NULL, "z", "2" } },
	  "{\"p\":{\"a\":1},\"z\":2}" },
	{ "outer before inner in time", "{\"p\":{}}", { { NULL, "z", "2" }, { "p", "a", "1" } },
	  "{\"p\":{\"a\":1},\"z\":2}" },
	{ "replace and add behind it", "{\"a\":1}", { { NULL, "b", "2" }, { NULL, "a", "11" } },
	  "{\"a\":11,\"b\":2}" },
	{ "literals of others stay",
	  "{\"n\":18446744073709551615,\"f\":1.0,\"e\":1E+2,\"s\":\"\\u0041\\/\",\"a\":0}",
	  { { NULL, "a", "1" } },
	  "{\"n\":18446744073709551615,\"f\":1.0,\"e\":1E+2,\"s\":\"\\u0041\\/\",\"a\":1}" },
	{ "key that was written with escapes", "{\"\\u0061\":1}", { { NULL, "a", "2" } },
	  "{\"\\u0061\":2}" },
	{ "same meaning, another spelling", "{\"a\":\"\\u0041\"}", { { NULL, "a", "\"A\"" } },
	  "{\"a\":\"A\"}" },
};

static struct json target(struct json root, const struct change *change)
{
	return change->object == NULL ? root : json_get(root, change->object);
}

START_TEST(edits_only_what_was_asked)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct edit_case *c = &edit_cases[_i];
	struct json root = support_json(&arena, c->before);
	struct json_edits edits = { .count = 0 };
	struct error err = { 0 };
	struct iovec *pieces;
	size_t count;
	char *after;

	for (int i = 0; i < ARRAY_LEN(c->changes) && c->changes[i].key != NULL; i++)
		ASSERT_OK(json_edits_set(&edits, target(root, &c->changes[i]), c->changes[i].key,
					 text_of(c->changes[i].value), &err),
			  err);
	ASSERT_OK(json_edits_pieces(&edits, root.doc, &arena, &pieces, &count, &err), err);
	after = support_join(&arena, pieces, count);
	ck_assert_msg(strcmp(after, c->after) == 0, "%s: %s", c->name, after);
	ck_assert_int_eq(edits.count == 0, strcmp(c->before, c->after) == 0);

	/* the result is sound, and asking for the same again changes nothing */
	root = support_json(&arena, after);
	edits.count = 0;
	for (int i = 0; i < ARRAY_LEN(c->changes) && c->changes[i].key != NULL; i++)
		ASSERT_OK(json_edits_set(&edits, target(root, &c->changes[i]), c->changes[i].key,
					 text_of(c->changes[i].value), &err),
			  err);
	ck_assert_uint_eq(edits.count, 0);
}
END_TEST

START_TEST(too_many_edits_are_an_error)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct json root = support_json(&arena, "{}");
	struct json_edits edits = { .count = 0 };
	struct error err = { 0 };
	char key[8];

	for (int i = 0; i < JSON_EDITS_MAX; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		ASSERT_OK(json_edits_set(&edits, root, support_str(&arena, text_of(key)), TEXT("1"),
					 &err),
			  err);
	}
	ck_assert_int_eq(json_edits_set(&edits, root, "last", TEXT("1"), &err), STATUS_SYSTEM);
	ck_assert_uint_eq(edits.count, JSON_EDITS_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec json_edit");
	TCase *tc = support_case(suite, "edit");

	tcase_add_loop_test(tc, edits_only_what_was_asked, 0, ARRAY_LEN(edit_cases));
	tcase_add_test(tc, too_many_edits_are_an_error);
	return support_run(suite);
}
