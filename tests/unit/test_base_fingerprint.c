/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/fingerprint.h"
#include "support.h"

/*
 * What the xxhsum program prints for them (xxhsum -H2): entries that are kept must be found by
 * the next build too.
 */
static const struct vector {
	const char *name, *unit;
	size_t times;
	const char *hex;
} vectors[] = {
	{ "empty", "", 1, "99aa06d3014798d86001c324468d497f" },
	{ "abc", "abc", 1, "06b05ab6733a618578af5f94892f3950" },
	{ "16 bytes", "a", 16, "ff9f5054066830d0245750ddc4828d15" },
	{ "200 bytes", "a", 200, "cffe968d25cc79dac8654f5c46034008" },
	{ "240 bytes", "a", 240, "0163721cdafde206ea57d24533760a39" },
	{ "241 bytes", "a", 241, "3e7bebe4a2c07b0bf6cfef5c5aca1930" },
	{ "10,000 bytes", "a", 10000, "5e8076d9949b09f9b56762f6fe471911" },
};

START_TEST(is_what_xxhash_says)
{
	const struct vector *v = &vectors[_i];
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct buffer text = BUFFER_INIT(&arena);
	char hex[FINGERPRINT_HEX_SIZE];
	struct fingerprint fingerprint;

	for (size_t i = 0; i < v->times; i++)
		buffer_add_str(&text, v->unit);
	ck_assert(!text.failed);
	fingerprint = fingerprint_of((struct text){ text.ptr, text.len });
	fingerprint_hex(&fingerprint, hex);
	ck_assert_msg(strcmp(hex, v->hex) == 0, "%s: %s", v->name, hex);
}
END_TEST

START_TEST(tells_texts_apart)
{
	struct fingerprint a = fingerprint_of(TEXT("a")), b = fingerprint_of(TEXT("a"));

	ck_assert(fingerprint_equal(&a, &b));
	b.low ^= 1;
	ck_assert(!fingerprint_equal(&a, &b));
	b = a;
	b.high ^= 1;
	ck_assert(!fingerprint_equal(&a, &b));
	b = fingerprint_of(TEXT("b"));
	ck_assert(!fingerprint_equal(&a, &b));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fingerprint");

	tcase_add_loop_test(support_case(suite, "vectors"), is_what_xxhash_says, 0,
			    ARRAY_LEN(vectors));
	tcase_add_test(support_case(suite, "equal"), tells_texts_apart);
	return support_run(suite);
}
