/* SPDX-License-Identifier: Apache-2.0 */
/* Typed access to a document that has parsed. */
#include "support.h"

#include <string.h>

START_TEST(walks_objects_and_arrays)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct json root = support_json(&arena, " {\"a\" : [ 1 ,{\"x\":[]}, \"s\"],\"b\":{},\"\":null}");
	struct json list = json_get(root, "a"), m = json_first(root), e = json_first(list);

	ASSERT_TEXT(json_key(m), "a");
	ck_assert(json_is(m, JSON_ARRAY));
	m = json_next(m);
	ASSERT_TEXT(json_key(m), "b");
	ck_assert(!json_exists(json_first(m)));
	m = json_next(m);
	ASSERT_TEXT(json_key(m), "");
	ck_assert(json_exists(m) && json_is(m, JSON_NULL));
	ck_assert(!json_exists(json_next(m)));
	ASSERT_TEXT(json_raw(e), "1");
	e = json_next(e);
	ASSERT_TEXT(json_raw(e), "{\"x\":[]}");
	ck_assert_ptr_null(json_key(e).ptr);
	e = json_next(e);
	ASSERT_TEXT(json_text(e), "s");
	ck_assert(!json_exists(json_next(e)));
	/* what is not there has neither members nor type */
	ck_assert(!json_exists(json_get(root, "nope")));
	ck_assert(!json_exists(json_get(json_get(root, "nope"), "x")));
	ck_assert(!json_exists(json_get(list, "a")));
	ck_assert(!json_exists(json_next(json_get(root, "nope"))));
	ck_assert_int_eq(json_type(json_get(root, "nope")), JSON_NULL);
	ck_assert(!json_is(json_get(root, "nope"), JSON_NULL));
}
END_TEST

static const struct place_case {
	const char *json, *key, *raw;
} place_cases[] = {
	{ "{\"a\":1}", "a", "1" },
	{ "{\"a\":1 }", "a", "1" },
	{ "{ \"a\" :\n1\n, \"b\" : 2}", "a", "1" },
	{ "{ \"b\" : 2\t,\r\"a\"\n: -1.5E+3 }", "a", "-1.5E+3" },
	{ "{\"a\":18446744073709551616}", "a", "18446744073709551616" },
	{ "{\"a\": \"x\\\"y\" ,\"b\":1}", "a", "\"x\\\"y\"" },
	{ "{\"a\":[ 1 , [ ] ] }", "a", "[ 1 , [ ] ]" },
	{ "{\"a\":{ \"b\":{ } } }", "a", "{ \"b\":{ } }" },
	{ "{\"x\":[],\"a\":{}}", "a", "{}" },
	{ "{\"x\":{\"y\":[1,2,{}]},\"a\":true}", "a", "true" },
	{ "{\"x\":\"},a:\",\"a\":null}", "a", "null" },
	{ "{\"\\u0061\":false}", "a", "false" },
	{ "{\"a\":\"\"}", "a", "\"\"" },
};

START_TEST(knows_where_each_value_stood)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct place_case *c = &place_cases[_i];
	struct json root = support_json(&arena, c->json), value = json_get(root, c->key);

	ASSERT_TEXT(json_raw(value), c->raw);
	ck_assert_uint_eq(json_end(value) - json_start(value), strlen(c->raw));
	ck_assert_int_eq(memcmp(c->json + json_start(value), c->raw, strlen(c->raw)), 0);
	ASSERT_TEXT(json_raw(root), c->json);
}
END_TEST

static const struct string_case {
	const char *json, *value;
} string_cases[] = {
	{ "[\"\"]", "" },
	{ "[\"plain\"]", "plain" },
	{ "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t" },
	{ "[\"\\u0041\\u00e9\\u20ac\"]", "A\xc3\xa9\xe2\x82\xac" },
	{ "[\"\\ud83d\\uDE00\"]", "\xf0\x9f\x98\x80" },
	{ "[\"\\u017f\"]", "\xc5\xbf" },
	{ "[\"\xf0\x9f\x98\x80\"]", "\xf0\x9f\x98\x80" },
	{ "[\"a\\u005c\\u0022b\"]", "a\\\"b" },
	{ "[12.50]", "12.50" },
};

START_TEST(decodes_strings)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct json value = json_first(support_json(&arena, string_cases[_i].json));

	ASSERT_TEXT(json_text(value), string_cases[_i].value);
}
END_TEST

START_TEST(finds_each_of_many_escaped_strings)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer b = BUFFER_INIT(&arena);
	struct json e;
	char want[16];

	buffer_add_char(&b, '[');
	for (unsigned i = 0; i < 1000; i++) {
		buffer_add_str(&b, i > 0 ? ",\"plain\",\"\\u0058" : "\"\\u0058");
		buffer_add_u64(&b, i);
		buffer_add_char(&b, '"');
	}
	buffer_add_str(&b, "]");
	buffer_add_char(&b, '\0');
	e = json_first(support_json(&arena, b.ptr));
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(want, sizeof(want), "X%u", i);
		ASSERT_TEXT(json_text(e), want);
		e = json_next(json_next(e));
	}
}
END_TEST

/* Longer than what yajl decodes into at first, so that it has its memory grow. */
START_TEST(decodes_long_strings_whole)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer b = BUFFER_INIT(&arena);
	struct text text;

	buffer_add_str(&b, "[\"");
	for (unsigned i = 0; i < 20000; i++)
		buffer_add_str(&b, "\\u0041bcdefg\\n");
	buffer_add_str(&b, "\"]");
	buffer_add_char(&b, '\0');
	text = json_text(json_first(support_json(&arena, b.ptr)));
	ck_assert_uint_eq(text.len, 20000 * 8);
	for (size_t i = 0; i < text.len; i += 8)
		REQUIRE(memcmp(text.ptr + i, "Abcdefg\n", 8) == 0, "at %zu", i);
}
END_TEST

static const struct u64_case {
	const char *literal;
	uint64_t max;
	bool valid;
	uint64_t value;
} u64_cases[] = {
	{ "0", UINT64_MAX, true, 0 },
	{ "0", 0, true, 0 },
	{ "1", 0, false, 0 },
	{ "9007199254740993", UINT64_MAX, true, 9007199254740993 }, /* 2^53 + 1 */
	{ "9223372036854775807", UINT64_MAX, true, INT64_MAX },
	{ "9223372036854775808", UINT64_MAX, true, (uint64_t)INT64_MAX + 1 },
	{ "18446744073709551614", UINT64_MAX, true, UINT64_MAX - 1 },
	{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
	{ "18446744073709551616", UINT64_MAX, false, 0 },
	{ "18446744073709551625", UINT64_MAX, false, 0 },
	{ "184467440737095516150", UINT64_MAX, false, 0 },
	{ "99999999999999999999999999999999999999", UINT64_MAX, false, 0 },
	{ "5", 5, true, 5 },
	{ "6", 5, false, 0 },
	{ "-0", UINT64_MAX, false, 0 },
	{ "-1", UINT64_MAX, false, 0 },
	{ "1.0", UINT64_MAX, false, 0 },
	{ "1e3", UINT64_MAX, false, 0 },
	{ "1E3", UINT64_MAX, false, 0 },
	{ "\"7\"", UINT64_MAX, false, 0 },
	{ "null", UINT64_MAX, false, 0 },
	{ "true", UINT64_MAX, false, 0 },
	{ "[1]", UINT64_MAX, false, 0 },
};

START_TEST(reads_u64_exactly_or_not_at_all)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct u64_case *c = &u64_cases[_i];
	struct error err = { 0 };
	uint64_t number = 77;
	char json[64];
	enum status st;

	(void)snprintf(json, sizeof(json), "{\"n\":%s}", c->literal);
	st = json_u64(json_get(support_json(&arena, json), "n"), c->max, &number, &err);
	ASSERT_CASE(st == (c->valid ? STATUS_OK : STATUS_INVALID), c->literal, err);
	ck_assert_uint_eq(number, c->valid ? c->value : 77);
	if (!c->valid)
		ck_assert_str_eq(err.where, "n");
}
END_TEST

static const struct path_case {
	const char *json, *where;
} path_cases[] = {
	/* each holds one number, which is looked for */
	{ "{\"linux\":{\"seccomp\":{\"syscalls\":[{},{},{\"args\":[{\"op\":7}]}]}}}",
	  "linux.seccomp.syscalls[2].args[0].op" },
	{ "[[],[\"a\",[7]]]", "[1][1][0]" },
	{ "{\"oci-confine.io/seccomp\":7}", "[\"oci-confine.io/seccomp\"]" },
	{ "{\"annotations\":{\"a b\":7}}", "annotations[\"a b\"]" },
	{ "{\"a_b-c9\":7}", "a_b-c9" },
	{ "{\"\":7}", "[\"\"]" },
	{ "{\"a\":{\"x.y\":[7]}}", "a[\"x.y\"][0]" },
};

static struct json find_number(struct json value)
{
	struct json found = { value.doc, 0 };

	if (json_is(value, JSON_NUMBER))
		return value;
	for (struct json c = json_first(value); json_exists(c) && !json_exists(found);
	     c = json_next(c))
		found = find_number(c);
	return found;
}

START_TEST(names_the_path)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct path_case *c = &path_cases[_i];
	struct json number = find_number(support_json(&arena, c->json));
	struct error err = { 0 };
	char path[256];

	json_path(number, path, sizeof(path));
	ck_assert_str_eq(path, c->where);
	ck_assert_int_eq(json_fail(number, STATUS_DENIED, &err, "no %s", "way"), STATUS_DENIED);
	ck_assert_str_eq(err.where, c->where);
	ck_assert_str_eq(err.what, "no way");
	ck_assert_str_eq(err.file, "t.json");
	for (size_t size = 1; size < sizeof(path); size++) {
		memset(path, 'Z', sizeof(path));
		json_path(number, path, size);
		ck_assert_uint_lt(strlen(path), size);
	}
}
END_TEST

START_TEST(a_path_of_long_keys_is_cut)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer b = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct json number;

	for (unsigned depth = 0; depth < 60; depth++) {
		buffer_add_str(&b, "{\"");
		for (unsigned i = 0; i < 300; i++)
			buffer_add_char(&b, 'k');
		buffer_add_str(&b, "\":");
	}
	buffer_add_char(&b, '7');
	for (unsigned depth = 0; depth < 60; depth++)
		buffer_add_char(&b, '}');
	buffer_add_char(&b, '\0');
	number = find_number(support_json(&arena, b.ptr));
	(void)json_fail(number, STATUS_INVALID, &err, "x");
	ck_assert_uint_eq(strlen(err.where), sizeof(err.where) - 1);
}
END_TEST

START_TEST(expects_and_requires_types)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct json root = support_json(&arena, "{\"o\":{\"s\":\"x\"},\"b\":true,\"f\":false}");
	struct json object = json_get(root, "o"), value = { root.doc, 0 };
	struct error err = { 0 };
	bool flag = false;

	ASSERT_OK(json_require(object, "s", JSON_STRING, &value, &err), err);
	ASSERT_TEXT(json_text(value), "x");
	ck_assert_int_eq(json_require(object, "t", JSON_STRING, &value, &err), STATUS_INVALID);
	ck_assert_str_eq(err.where, "o");
	ck_assert_str_eq(err.what, "has no 't', which must be a string");
	ck_assert_int_eq(json_require(object, "s", JSON_ARRAY, &value, &err), STATUS_INVALID);
	ck_assert_str_eq(err.where, "o.s");
	ck_assert_str_eq(err.what, "expected an array, found a string");
	ASSERT_TEXT(json_text(value), "x");
	ASSERT_OK(json_expect(json_get(root, "none"), JSON_ARRAY, &err), err);
	ASSERT_OK(json_bool(json_get(root, "b"), &flag, &err), err);
	ck_assert(flag);
	ASSERT_OK(json_bool(json_get(root, "f"), &flag, &err), err);
	ck_assert(!flag);
	ck_assert_int_eq(json_bool(object, &flag, &err), STATUS_INVALID);
}
END_TEST

static const struct keys_case {
	const char *json;
	bool others_allowed;
	const char *where; /* NULL: passes */
} keys_cases[] = {
	{ "{}", false, NULL },
	{ "{\"mask\":1,\"seccomp\":1}", false, NULL },
	{ "{\"mask\":1,\"other\":1}", true, NULL },
	{ "{\"mask\":1,\"other\":1}", false, "other" },
	{ "{\"Mask\":1}", true, "Mask" },
	{ "{\"MASK\":1,\"mask\":1}", true, "MASK" },
	{ "{\"mas\xe2\x84\xaa\":1}", true, "[\"mas\xe2\x84\xaa\"]" },
	{ "{\"mas\\u212a\":1}", true, "[\"mas\xe2\x84\xaa\"]" },
	{ "{\"\xc5\xbf" "eccomp\":1}", true, "[\"\xc5\xbf" "eccomp\"]" },
	{ "{\"\\u017Feccomp\":1}", true, "[\"\xc5\xbf" "eccomp\"]" },
	{ "{\"maske\":1,\"mas\":1,\"\":1}", true, NULL },
};

START_TEST(refuses_keys_in_another_spelling)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const char known[] = "mask seccomp";
	const struct keys_case *c = &keys_cases[_i];
	struct error err = { 0 };
	enum status st = json_check_keys(support_json(&arena, c->json), known, c->others_allowed,
					 &err);

	ASSERT_CASE(st == (c->where == NULL ? STATUS_OK : STATUS_INVALID), c->json, err);
	if (c->where != NULL)
		ck_assert_str_eq(err.where, c->where);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec json");
	TCase *tc = support_case(suite, "json");

	tcase_add_test(tc, walks_objects_and_arrays);
	tcase_add_loop_test(tc, knows_where_each_value_stood, 0, ARRAY_LEN(place_cases));
	tcase_add_loop_test(tc, decodes_strings, 0, ARRAY_LEN(string_cases));
	tcase_add_test(tc, finds_each_of_many_escaped_strings);
	tcase_add_test(tc, decodes_long_strings_whole);
	tcase_add_loop_test(tc, reads_u64_exactly_or_not_at_all, 0, ARRAY_LEN(u64_cases));
	tcase_add_loop_test(tc, names_the_path, 0, ARRAY_LEN(path_cases));
	tcase_add_test(tc, a_path_of_long_keys_is_cut);
	tcase_add_test(tc, expects_and_requires_types);
	tcase_add_loop_test(tc, refuses_keys_in_another_spelling, 0, ARRAY_LEN(keys_cases));
	return support_run(suite);
}
