/* SPDX-License-Identifier: Apache-2.0 */
/* What json_parse() must refuse, because two readers could read it differently. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

static const struct json_limits limits = { 1 << 20, 8, 100000 };

static enum status parse(struct arena *arena, struct text text, struct json_doc *doc,
			 struct error *err)
{
	return json_parse(arena, text, "c.json", &limits, doc, err);
}

static const struct guard_case {
	const char *name, *json;
	const char *where, *what; /* NULL: it must pass */
} guard_cases[] = {
	{ "empty object", "{}", NULL, NULL },
	{ "white space around", " \t\r\n{ } \n", NULL, NULL },
	{ "all kinds of values",
	  "{\"a\":null,\"b\":true,\"c\":[1,-2.5e-3,\"x\",{}],\"d\":{\"e\":[]}}", NULL, NULL },
	{ "same key in different objects", "{\"a\":{\"x\":1},\"b\":{\"x\":1}}", NULL, NULL },
	{ "unknown keys that differ in case", "{\"env\":1,\"Env\":2}", NULL, NULL },
	{ "surrogate pair", "{\"a\":\"\\ud83d\\ude00\"}", NULL, NULL },
	{ "escaped backslash before u", "{\"a\":\"\\\\ud800\"}", NULL, NULL },
	{ "raw UTF-8", "{\"a\":\"\xf0\x9f\x98\x80\"}", NULL, NULL },

	{ "nothing", "", "", "is empty" },
	{ "white space only", "  \n", "", "" },
	{ "cut in an object", "{\"a\":1", "", "ends in the middle" },
	{ "cut in a string", "{\"a\":\"x", "", "ends in the middle" },
	{ "cut in a key", "{\"a", "", "ends in the middle" },
	{ "cut in a word", "{\"a\":tru", "", "ends in the middle" },
	{ "cut behind a colon", "{\"a\":", "", "ends in the middle" },
	{ "cut behind a comma", "{\"a\":1,", "", "ends in the middle" },
	{ "cut in an escape", "{\"a\":\"\\u00", "", "ends in the middle" },
	{ "scalar", "1", "", "" },
	{ "string", "\"a\"", "", "must hold one object" },
	{ "null", "null", "", "must hold one object" },
	{ "two documents", "{}{}", "", "line 1, column" },
	{ "garbage behind", "{} x", "", "line 1, column" },
	{ "comma behind", "{},", "", "line 1, column" },
	{ "closing brace too many", "{}}", "", "line 1, column" },
	{ "C comment", "{/* x */\"a\":1}", "", "line 1, column" },
	{ "C++ comment", "{\"a\":1}// x\n", "", "line 1, column" },
	{ "comment in the second line", "{\n/**/}", "", "line 2, column" },
	{ "hash comment", "# x\n{}", "", "line 1, column" },
	{ "byte order mark", "\xef\xbb\xbf{}", "", "line 1, column" },
	{ "trailing comma in an object", "{\"a\":1,}", "", "line 1, column" },
	{ "trailing comma in an array", "{\"a\":[1,]}", "", "line 1, column" },
	{ "missing comma", "{\"a\":1 \"b\":2}", "", "line 1, column" },
	{ "missing colon", "{\"a\" 1}", "", "line 1, column" },
	{ "unquoted key", "{a:1}", "", "line 1, column" },
	{ "number as a key", "{1:1}", "", "line 1, column" },
	{ "single quotes", "{'a':1}", "", "line 1, column" },
	{ "leading zero", "{\"a\":01}", "", "line 1, column" },
	{ "plus sign", "{\"a\":+1}", "", "line 1, column" },
	{ "hexadecimal", "{\"a\":0x10}", "", "line 1, column" },
	{ "bare fraction", "{\"a\":.5}", "", "line 1, column" },
	{ "fraction without digits", "{\"a\":1.}", "", "line 1, column" },
	{ "exponent without digits", "{\"a\":1e}", "", "line 1, column" },
	{ "NaN", "{\"a\":NaN}", "", "line 1, column" },
	{ "infinity", "{\"a\":-Infinity}", "", "line 1, column" },
	{ "word in another case", "{\"a\":True}", "", "line 1, column" },
	{ "raw newline in a string", "{\"a\":\"x\ny\"}", "", "line 1, column" },
	{ "raw control character", "{\"a\":\"x\x01\"}", "", "line 1, column" },
	/* yajl takes both for white space */
	{ "vertical tab", "{\v\"a\":1}", "", "" },
	{ "vertical tab behind a comma", "{\"a\":1,\v\"b\":1}", "", "" },
	{ "vertical tab before a value", "{\"a\":\v1}", "", "" },
	{ "vertical tab behind the document", "{}\v", "", "" },
	{ "form feed", "{\f\"a\":1}", "", "" },
	{ "form feed before a value", "{\"a\":\f\"x\"}", "", "" },
	{ "form feed in an array", "{\"a\":[1\f,2]}", "", "" },
	{ "next line", "{\xc2\x85\"a\":1}", "", "line 1, column" },
	{ "no-break space", "{\xc2\xa0\"a\":1}", "", "line 1, column" },
	{ "delete", "{\x7f\"a\":1}", "", "line 1, column" },
	{ "unknown escape", "{\"a\":\"\\x41\"}", "", "line 1, column" },
	{ "escape with wrong digits", "{\"a\":\"\\u00g0\"}", "", "line 1, column" },
	{ "bad UTF-8 in a value", "{\n\"a\":\"\xff\"}", "", "line 2, column 6: is not valid UTF-8" },
	{ "bad UTF-8 in a key", "{\"\xc3\":1}", "", "line 1, column" },
	{ "overlong slash", "{\"a\":\"\xc0\xaf\"}", "", "" },
	{ "surrogate in UTF-8", "{\"a\":{\"b\":\"\xed\xa0\x80\"}}", "", "" },
	{ "past the last code point", "{\"a\":\"\xf4\x90\x80\x80\"}", "", "" },

	{ "key twice", "{\"a\":1,\"a\":2}", "a", "this key stands twice" },
	{ "key twice, other between", "{\"x\":{\"a\":1,\"b\":1,\"a\":1}}", "x.a",
	  "this key stands twice" },
	{ "key twice, once escaped", "{\"ab\":1,\"\\u0061b\":2}", "ab", "this key stands twice" },
	{ "key twice, both objects", "{\"a\":{\"z\":{}},\"a\":{}}", "a", "this key stands twice" },
	{ "empty key twice", "{\"\":1,\"\":2}", "[\"\"]", "this key stands twice" },
	{ "key twice in an array's object", "{\"l\":[{},{\"k\":1,\"k\":1}]}", "l[1].k",
	  "this key stands twice" },
	{ "NUL in a value", "{\"a\":{\"b\":[\"x\\u0000y\"]}}", "a.b[0]", "NUL" },
	{ "NUL in a key", "{\"a\":{\"x\\u0000y\":1}}", "a", "one of its keys holds a NUL" },
	{ "NUL alone", "{\"a\":\"\\u0000\"}", "a", "NUL" },
	{ "lone high surrogate", "{\"a\":\"\\ud800\"}", "a", "surrogate" },
	{ "lone low surrogate", "{\"a\":\"\\udc00\"}", "a", "surrogate" },
	{ "pair the wrong way round", "{\"a\":\"\\udc00\\ud800\"}", "a", "surrogate" },
	{ "high and something else", "{\"a\":\"\\ud800x\"}", "a", "surrogate" },
	{ "high and another escape", "{\"a\":\"\\ud800\\u0041\"}", "a", "surrogate" },
	{ "high, high, low", "{\"a\":\"\\ud800\\ud800\\udc00\"}", "a", "surrogate" },
	{ "lone surrogate in a key", "{\"a\":{\"\\uDFFF\":1}}", "a", "one of its keys" },
};

START_TEST(guards)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	const struct guard_case *c = &guard_cases[_i];
	struct json_doc doc = { .name = "untouched" };
	struct error err = { 0 };
	enum status st = parse(&arena, text_of(c->json), &doc, &err);

	if (c->what == NULL) {
		ASSERT_CASE(st == STATUS_OK, c->name, err);
		return;
	}
	ASSERT_CASE(st == STATUS_INVALID, c->name, err);
	ck_assert_str_eq(doc.name, "untouched");
	ck_assert_str_eq(err.file, "c.json");
	ASSERT_CASE(strcmp(err.where, c->where) == 0, c->name, err);
	ASSERT_CASE(strstr(err.what, c->what) != NULL, c->name, err);
	ck_assert_ptr_null(strchr(err.what, '\n'));
}
END_TEST

START_TEST(raw_nul_is_refused)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const char in_string[] = "{\"a\":\"x\0y\"}", behind[] = "{}\0", between[] = "{\0}";
	struct json_doc doc;
	struct error err = { 0 };

	ck_assert_int_eq(parse(&arena, (struct text){ in_string, sizeof(in_string) - 1 }, &doc, &err),
			 STATUS_INVALID);
	ck_assert_int_eq(parse(&arena, (struct text){ behind, sizeof(behind) - 1 }, &doc, &err),
			 STATUS_INVALID);
	ck_assert_int_eq(parse(&arena, (struct text){ between, sizeof(between) - 1 }, &doc, &err),
			 STATUS_INVALID);
}
END_TEST

/* Around the number of keys from which on they are hashed. */
static const unsigned key_counts[] = { 2, 3, 11, 12, 13, 14, 31, 32, 33, 100, 5000 };

static void write_keys(struct buffer *b, unsigned count, unsigned repeated)
{
	buffer_add_str(b, "{\"before\":{\"k0\":0},\"o\":{");
	for (unsigned i = 0; i < count; i++) {
		buffer_add_str(b, i > 0 ? ",\"k" : "\"k");
		buffer_add_u64(b, i + 1 == count ? repeated : i);
		buffer_add_str(b, "\":");
		buffer_add_u64(b, i);
	}
	buffer_add_str(b, "},\"k1\":1}");
}

START_TEST(finds_duplicates_in_objects_of_any_size)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	unsigned count = key_counts[_i], repeats[] = { 0, (count - 1) / 2, count - 2 };
	struct buffer unique = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct json_doc doc;
	struct text text;
	char where[32];

	write_keys(&unique, count, count - 1);
	ASSERT_OK(buffer_text(&unique, &text, &err), err);
	ASSERT_OK(parse(&arena, text, &doc, &err), err);
	for (int i = 0; i < ARRAY_LEN(repeats); i++) {
		struct buffer b = BUFFER_INIT(&arena);

		write_keys(&b, count, repeats[i]);
		ASSERT_OK(buffer_text(&b, &text, &err), err);
		ck_assert_int_eq(parse(&arena, text, &doc, &err), STATUS_INVALID);
		(void)snprintf(where, sizeof(where), "o.k%u", repeats[i]);
		ck_assert_str_eq(err.where, where);
		ck_assert_str_eq(err.what, "this key stands twice");
	}
}
END_TEST

START_TEST(hash_table_is_clean_for_each_object)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer b = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct json_doc doc;
	struct text text;

	/* the same 50 keys in three objects, sizes rising and falling */
	buffer_add_str(&b, "{\"l\":[");
	for (unsigned n = 0; n < 3; n++) {
		buffer_add_str(&b, n > 0 ? ",{" : "{");
		for (unsigned i = 0; i < (n == 1 ? 200 : 50); i++) {
			buffer_add_str(&b, i > 0 ? ",\"k" : "\"k");
			buffer_add_u64(&b, i);
			buffer_add_str(&b, "\":0");
		}
		buffer_add_str(&b, "}");
	}
	buffer_add_str(&b, "]}");
	ASSERT_OK(buffer_text(&b, &text, &err), err);
	ASSERT_OK(parse(&arena, text, &doc, &err), err);
}
END_TEST

static struct text nested(struct arena *arena, const char *open, const char *close, size_t depth)
{
	struct buffer b = BUFFER_INIT(arena);
	struct error err = { 0 };
	struct text text;

	for (size_t i = 0; i < depth; i++)
		buffer_add_str(&b, open);
	for (size_t i = 0; i < depth; i++)
		buffer_add_str(&b, close);
	ASSERT_OK(buffer_text(&b, &text, &err), err);
	return text;
}

START_TEST(depth_is_limited)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const struct json_limits deepest = { 1 << 24, 64, 1 << 22 };
	static const struct json_limits beyond = { 1 << 24, 1000000, 1 << 22 };
	struct error err = { 0 };
	struct json_doc doc;

	ASSERT_OK(parse(&arena, nested(&arena, "[", "]", 8), &doc, &err), err);
	ck_assert_int_eq(parse(&arena, nested(&arena, "[", "]", 9), &doc, &err), STATUS_INVALID);
	ck_assert_str_eq(err.what, "is nested more than 8 levels deep");
	ASSERT_OK(json_parse(&arena, nested(&arena, "[", "]", 64), "", &deepest, &doc, &err), err);
	ck_assert_int_eq(json_parse(&arena, nested(&arena, "[", "]", 65), "", &deepest, &doc, &err),
			 STATUS_INVALID);
	/* a million: no stack runs over, whatever the caller allows */
	ck_assert_int_eq(json_parse(&arena, nested(&arena, "[", "]", 1000000), "", &beyond, &doc,
				    &err),
			 STATUS_INVALID);
	ck_assert_int_eq(json_parse(&arena, nested(&arena, "{\"a\":", "}", 100000), "", &beyond,
				    &doc, &err),
			 STATUS_INVALID);
}
END_TEST

START_TEST(bytes_and_values_are_limited)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const struct json_limits small = { 20, 8, 5 };
	struct error err = { 0 };
	struct json_doc doc;

	/* a key counts as one, its value as another */
	ASSERT_OK(json_parse(&arena, TEXT("{\"a\":1,\"b\":2}"), "", &small, &doc, &err), err);
	ck_assert_int_eq(json_parse(&arena, TEXT("{\"a\":1,\"b\":[2]}"), "", &small, &doc, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.what, "has more than 5 values");
	ASSERT_OK(json_parse(&arena, TEXT("{\"a\":\"0123456789ab\"}"), "", &small, &doc, &err), err);
	ck_assert_int_eq(json_parse(&arena, TEXT("{\"a\":\"0123456789abc\"}"), "", &small, &doc, &err),
			 STATUS_INVALID);
	ck_assert_str_eq(err.what, "is larger than 20 bytes");
}
END_TEST

START_TEST(many_small_values_are_counted_not_suffered)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	static const struct json_limits wide = { 1 << 24, 8, 1000000 };
	struct buffer b = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct json_doc doc;
	struct text text;

	buffer_add_char(&b, '[');
	for (unsigned i = 0; i < 999998; i++)
		buffer_add_str(&b, "0,");
	buffer_add_str(&b, "0]");
	ASSERT_OK(buffer_text(&b, &text, &err), err);
	ASSERT_OK(json_parse(&arena, text, "", &wide, &doc, &err), err);
	ck_assert_int_eq(parse(&arena, text, &doc, &err), STATUS_INVALID);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec json guard");
	TCase *tc = support_case(suite, "guard");

	tcase_add_loop_test(tc, guards, 0, ARRAY_LEN(guard_cases));
	tcase_add_test(tc, raw_nul_is_refused);
	tcase_add_loop_test(tc, finds_duplicates_in_objects_of_any_size, 0, ARRAY_LEN(key_counts));
	tcase_add_test(tc, hash_table_is_clean_for_each_object);
	tcase_add_test(tc, depth_is_limited);
	tcase_add_test(tc, bytes_and_values_are_limited);
	tcase_add_test(tc, many_small_values_are_counted_not_suffered);
	return support_run(suite);
}
