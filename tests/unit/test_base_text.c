/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

static const struct utf8_case {
	const char *name, *bytes;
	bool valid;
} utf8_cases[] = {
	{ "empty", "", true },
	{ "ascii", "plain", true },
	{ "longer than a word of ascii", "sixteen bytes and more of it", true },
	{ "two bytes", "\xc3\xa9", true },
	{ "three bytes", "\xe2\x82\xac", true },
	{ "four bytes", "\xf0\x9f\x98\x80", true },
	{ "last code point", "\xf4\x8f\xbf\xbf", true },
	{ "past the last code point", "\xf4\x90\x80\x80", false },
	{ "overlong slash in two bytes", "\xc0\xaf", false },
	{ "overlong slash in three bytes", "\xe0\x80\xaf", false },
	{ "overlong in four bytes", "\xf0\x80\x80\xaf", false },
	{ "last before the surrogates", "\xed\x9f\xbf", true },
	{ "high surrogate", "\xed\xa0\x80", false },
	{ "low surrogate", "\xed\xbf\xbf", false },
	{ "lone continuation", "\x80", false },
	{ "cut in the middle", "abcdefgh\xe2\x82", false },
	{ "cut and continued wrongly", "\xe2\x28\xa1", false },
	{ "last byte wrong", "\xf0\x9f\x98\x28", false },
	{ "five byte form", "\xf8\x88\x80\x80\x80", false },
	{ "bad byte behind eight good ones", "12345678\xff", false },
	{ "bad byte in the first word", "1234\xff" "678", false },
};

START_TEST(tells_utf8)
{
	const struct utf8_case *c = &utf8_cases[_i];
	struct text t = text_of(c->bytes);
	size_t sound = text_utf8_length(t);

	ck_assert_msg((sound == t.len) == c->valid, "%s: %zu", c->name, sound);
	/* what it calls sound is so by itself */
	ck_assert_uint_eq(text_utf8_length((struct text){ t.ptr, sound }), sound);
}
END_TEST

static const struct fold_case {
	const char *a, *b;
	bool same;
} fold_cases[] = {
	{ "seccomp", "seccomp", true },
	{ "seccomp", "Seccomp", true },
	{ "SECCOMP", "seccomp", true },
	{ "seccomp", "\xc5\xbf" "eccomp", true }, /* U+017F */
	{ "mask", "mas\xe2\x84\xaa", true },	  /* U+212A */
	{ "seccomp", "seccom", false },
	{ "seccom", "seccomp", false },
	{ "seccomp", "seccomq", false },
	{ "", "", true },
	{ "", "a", false },
	{ "[", "{", false }, /* 0x20 apart, no letters */
	{ "@", "`", false },
	{ "\xc3\xa9", "\xc3\x89", false }, /* Go folds no other letters */
	{ "s\xc5", "ss", false },
};

START_TEST(folds_keys_as_go_does)
{
	const struct fold_case *c = &fold_cases[_i];

	ck_assert_msg(text_equal_folded(text_of(c->a), text_of(c->b)) == c->same, "%s %s", c->a,
		      c->b);
	ck_assert_msg(text_equal_folded(text_of(c->b), text_of(c->a)) == c->same, "%s %s", c->b,
		      c->a);
}
END_TEST

START_TEST(cuts_at_separator)
{
	struct text rest = TEXT("a,,b,");

	ASSERT_TEXT(text_cut(&rest, ','), "a");
	ASSERT_TEXT(text_cut(&rest, ','), "");
	ASSERT_TEXT(text_cut(&rest, ','), "b");
	ck_assert_ptr_nonnull(rest.ptr); /* one empty word is still to come */
	ASSERT_TEXT(text_cut(&rest, ','), "");
	ck_assert_ptr_null(rest.ptr);
	ck_assert_uint_eq(text_cut(&rest, ',').len, 0);
}
END_TEST

static const struct trim_case {
	const char *in, *out;
} trim_cases[] = {
	{ "", "" }, { " ", "" }, { "\t \t", "" }, { " a b\t", "a b" }, { "a", "a" }, { "\na", "\na" },
};

START_TEST(trims_blanks)
{
	ASSERT_TEXT(text_trim(text_of(trim_cases[_i].in)), trim_cases[_i].out);
}
END_TEST

START_TEST(compares)
{
	ck_assert(text_equal(TEXT("a"), TEXT("a")));
	ck_assert(!text_equal(TEXT("a"), TEXT("b")));
	ck_assert(!text_equal(TEXT("a"), TEXT("aa")));
	ck_assert(text_equal(TEXT_NONE, TEXT("")));
	ck_assert(!text_equal(TEXT("a\0b"), TEXT("a\0c")));
	ck_assert(text_starts_with(TEXT("localhost/x"), "localhost/"));
	ck_assert(!text_starts_with(TEXT("local"), "localhost/"));
	ck_assert(text_starts_with(TEXT_NONE, ""));
}
END_TEST

static const struct string_case {
	struct text in;
	const char *json;
} string_cases[] = {
	{ { "", 0 }, "\"\"" },
	{ { "a\"b\\c", 5 }, "\"a\\\"b\\\\c\"" },
	{ { "a\nb\tc", 5 }, "\"a\\nb\\tc\"" },
	{ { "\x01\x1f\r", 3 }, "\"\\u0001\\u001f\\u000d\"" },
	{ { "a\0b", 3 }, "\"a\\u0000b\"" },
	{ { "\xc3\xa9/\x7f", 4 }, "\"\xc3\xa9/\x7f\"" },
};

START_TEST(writes_json_strings)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer b = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct text out;

	buffer_add_json_string(&b, string_cases[_i].in);
	ASSERT_OK(buffer_text(&b, &out, &err), err);
	ASSERT_TEXT(out, string_cases[_i].json);
}
END_TEST

static const struct number_case {
	uint64_t value;
	const char *digits;
} number_cases[] = {
	{ 0, "0" },
	{ 7, "7" },
	{ 4294967296, "4294967296" },
	{ INT64_MAX, "9223372036854775807" },
	{ UINT64_MAX, "18446744073709551615" },
};

START_TEST(writes_every_number_exactly)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer b = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct text out;

	buffer_add_u64(&b, number_cases[_i].value);
	ASSERT_OK(buffer_text(&b, &out, &err), err);
	ASSERT_TEXT(out, number_cases[_i].digits);
}
END_TEST

START_TEST(buffer_grows_over_many_chunks)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer b = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct text out;

	for (unsigned i = 0; i < 300000; i++) {
		buffer_add_char(&b, (char)('a' + i % 26));
		if (i % 1000 == 0)
			ck_assert_ptr_nonnull(arena_alloc(&arena, 100)); /* forces a move */
	}
	ASSERT_OK(buffer_text(&b, &out, &err), err);
	ck_assert_uint_eq(out.len, 300000);
	for (unsigned i = 0; i < 300000; i++)
		ck_assert(out.ptr[i] == (char)('a' + i % 26));
}
END_TEST

START_TEST(buffer_reports_no_memory_once_for_all)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer b = BUFFER_INIT(&arena);
	struct error err = { 0 };
	struct text out = TEXT("untouched");

	buffer_add(&b, (struct text){ "x", SIZE_MAX / 3 });
	ck_assert(b.failed);
	buffer_add_str(&b, "more");
	ck_assert_int_eq(buffer_text(&b, &out, &err), STATUS_SYSTEM);
	ASSERT_TEXT(out, "untouched");
}
END_TEST

/* RFC 4648, section 10, and every byte once. */
static const char every_byte_base64[] =
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4"
	"OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3Bx"
	"cnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmq"
	"q6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj"
	"5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/w==";

static const struct base64_case {
	const char *bytes, *text;
} base64_cases[] = {
	{ "", "" },	      { "f", "Zg==" },		{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },    { "foob", "Zm9vYg==" },	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" }, { "foobarf", "Zm9vYmFyZg==" }, { "foobarfo", "Zm9vYmFyZm8=" },
	{ "foobarfoo", "Zm9vYmFyZm9v" },
};

START_TEST(writes_base64)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	unsigned char bytes[256];

	for (size_t i = 0; i < ARRAY_LEN(base64_cases); i++) {
		struct buffer out = BUFFER_INIT(&arena);

		buffer_add_char(&out, '"');
		buffer_add_base64(&out, text_of(base64_cases[i].bytes));
		ck_assert(!out.failed);
		ASSERT_TEXT(((struct text){ out.ptr + 1, out.len - 1 }), base64_cases[i].text);
	}
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (size_t len = 0; len <= sizeof(bytes); len += 3) {
		struct buffer out = BUFFER_INIT(&arena);

		buffer_add_base64(&out, (struct text){ (const char *)bytes, len });
		ck_assert_uint_eq(out.len, len / 3 * 4);
		ck_assert_int_eq(memcmp(len > 0 ? out.ptr : "", every_byte_base64, out.len), 0);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base text");
	TCase *tc = support_case(suite, "text");

	tcase_add_test(tc, writes_base64);
	tcase_add_loop_test(tc, tells_utf8, 0, ARRAY_LEN(utf8_cases));
	tcase_add_loop_test(tc, folds_keys_as_go_does, 0, ARRAY_LEN(fold_cases));
	tcase_add_loop_test(tc, trims_blanks, 0, ARRAY_LEN(trim_cases));
	tcase_add_loop_test(tc, writes_json_strings, 0, ARRAY_LEN(string_cases));
	tcase_add_loop_test(tc, writes_every_number_exactly, 0, ARRAY_LEN(number_cases));
	tcase_add_test(tc, cuts_at_separator);
	tcase_add_test(tc, compares);
	tcase_add_test(tc, buffer_grows_over_many_chunks);
	tcase_add_test(tc, buffer_reports_no_memory_once_for_all);
	return support_run(suite);
}
