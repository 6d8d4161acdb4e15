/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

/* The linker puts this in place of calloc(3), see meson.build. Zero: never fails. */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
static int fail_countdown;

void *__wrap_calloc(size_t count, size_t size)
{
	if (fail_countdown > 0 && --fail_countdown == 0)
		return NULL;
	return __real_calloc(count, size);
}

static bool is_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0)
			return false;
	}
	return true;
}

static const size_t sizes[] = { 0, 1, 15, 16, 17, 4096, 65535, 65536, 65537, 1048576 };

START_TEST(memory_is_zero_aligned_and_separate)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	size_t size = sizes[_i];
	unsigned char *a = arena_alloc(&arena, size), *b = arena_alloc(&arena, size);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_uint_eq((uintptr_t)a % 16, 0);
	ck_assert_uint_eq((uintptr_t)b % 16, 0);
	ck_assert(is_zero(a, size));
	memset(a, 0xff, size);
	ck_assert(is_zero(b, size));
}
END_TEST

START_TEST(impossible_sizes_give_null)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	volatile size_t huge = SIZE_MAX; /* the compiler would warn */

	ck_assert_ptr_null(arena_alloc(&arena, huge));
	ck_assert_ptr_null(arena_alloc(&arena, huge - 15));
	ck_assert_ptr_null(arena_alloc(&arena, huge / 2 + 1));
	ck_assert_ptr_null(arena_array(&arena, huge / 8 + 2, 8));
	ck_assert_ptr_null(arena_array(&arena, 8, huge / 8 + 2));
	ck_assert_ptr_null(arena_grow(&arena, NULL, 0, huge));
	ck_assert_ptr_nonnull(arena_array(&arena, 0, 8));
}
END_TEST

START_TEST(grows_in_place_or_copies)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	unsigned char *p = arena_grow(&arena, NULL, 0, 10), *moved;

	ck_assert_ptr_nonnull(p);
	memset(p, 7, 10);
	ck_assert_ptr_eq(arena_grow(&arena, p, 10, 16), p);  /* within its own padding */
	ck_assert_ptr_eq(arena_grow(&arena, p, 16, 100), p); /* the last allocation */
	ck_assert(is_zero(p + 16, 84));
	ck_assert_ptr_nonnull(arena_alloc(&arena, 1));
	moved = arena_grow(&arena, p, 100, 200);
	ck_assert_ptr_nonnull(moved);
	ck_assert_ptr_ne(moved, p);
	ck_assert_mem_eq(moved, p, 100);
	ck_assert(is_zero(moved + 100, 100));
	ck_assert_ptr_eq(arena_grow(&arena, moved, 200, 50), moved); /* never shrinks */
}
END_TEST

START_TEST(grows_past_the_chunk)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	unsigned char *p = arena_alloc(&arena, 60000), *moved;

	memset(p, 9, 60000);
	moved = arena_grow(&arena, p, 60000, 200000);
	ck_assert_ptr_ne(moved, p);
	ck_assert_mem_eq(moved, p, 60000);
	ck_assert(is_zero(moved + 60000, 140000));
}
END_TEST

START_TEST(failure_leaves_all_as_it_was)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	char *p = arena_alloc(&arena, 100);

	memcpy(p, "kept", 5);
	fail_countdown = 1;
	ck_assert_ptr_null(arena_alloc(&arena, 100000));
	fail_countdown = 1;
	ck_assert_ptr_null(arena_grow(&arena, p, 100, 100000));
	ck_assert_str_eq(p, "kept");
	ck_assert_ptr_nonnull(arena_alloc(&arena, 100000));
}
END_TEST

START_TEST(can_be_used_again)
{
	struct arena arena = ARENA_INIT;

	for (int round = 0; round < 3; round++) {
		ck_assert_ptr_nonnull(arena_alloc(&arena, 100000));
		ck_assert_ptr_nonnull(arena_alloc(&arena, 1));
		arena_done(&arena);
		ck_assert_ptr_null(arena.chunks);
	}
	arena_done(&arena); /* an empty one, too */
}
END_TEST

/* Whether it is lent little or much, and whether what is lent was enough. */
static const size_t lent[] = { 0, 64, 4096, 1048576 };

START_TEST(a_reset_one_begins_anew_with_zeros)
{
	AUTO(arena_done) struct arena outer = ARENA_INIT;
	AUTO(arena_done) struct arena inner = arena_within(&outer, lent[_i]);
	unsigned char *beside = arena_alloc(&outer, 100);

	memset(beside, 7, 100);
	for (int round = 0; round < 3; round++) {
		unsigned char *first = arena_alloc(&inner, 48), *second;

		ck_assert(is_zero(first, 48));
		memset(first, 0xff, 48);
		second = arena_alloc(&inner, 100000);
		ck_assert(is_zero(second, 100000));
		memset(second, 0xff, 100000);
		arena_reset(&inner);
		if (lent[_i] >= 48)
			ck_assert_ptr_eq(inner.next, first);
	}
	for (size_t i = 0; i < 100; i++)
		ck_assert_uint_eq(beside[i], 7);
}
END_TEST

START_TEST(without_memory_to_lend_it_has_its_own)
{
	struct arena outer = ARENA_INIT, inner;

	fail_countdown = 1;
	inner = arena_within(&outer, 100);
	ck_assert_ptr_nonnull(arena_alloc(&inner, 100));
	arena_reset(&inner);
	ck_assert_ptr_null(inner.chunks);
	arena_done(&outer);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base arena");
	TCase *tc = support_case(suite, "arena");

	tcase_add_loop_test(tc, memory_is_zero_aligned_and_separate, 0, ARRAY_LEN(sizes));
	tcase_add_test(tc, impossible_sizes_give_null);
	tcase_add_test(tc, grows_in_place_or_copies);
	tcase_add_test(tc, grows_past_the_chunk);
	tcase_add_test(tc, failure_leaves_all_as_it_was);
	tcase_add_test(tc, can_be_used_again);
	tcase_add_loop_test(tc, a_reset_one_begins_anew_with_zeros, 0, ARRAY_LEN(lent));
	tcase_add_test(tc, without_memory_to_lend_it_has_its_own);
	return support_run(suite);
}
