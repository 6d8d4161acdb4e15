/* SPDX-License-Identifier: Apache-2.0 */
/* host.c and notes.c */
#include "support_confine.h"

#include <stdio.h>
#include <string.h>

START_TEST(reads_this_machine)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct host host = { 0 };
	struct error err = { 0 };

	ASSERT_OK(host_read(&arena, &host, &err), err);
	ck_assert_uint_gt(host.kernel >> 16, 2);
	/* a run of bits from CAP_CHOWN on, what this build knows at most */
	ck_assert_uint_eq(host.capabilities & (host.capabilities + 1), 0);
	ck_assert_uint_gt(host.capabilities, 0xffffffff);
	ck_assert_uint_eq(host.capabilities & ~capability_all(), 0);
	ck_assert_uint_eq(host.grantable & ~host.capabilities, 0);
	ck_assert_uint_ne(host.grantable, 0);
}
END_TEST

START_TEST(notes_are_kept_up_to_a_limit_and_counted)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	struct notes notes = { .count = 0 };
	char long_word[1000];

	memset(long_word, 'w', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	notes_add(&notes, &arena, "%s", long_word);
	for (int i = 1; i < NOTES_MAX + 5; i++)
		notes_add(&notes, &arena, "note %d", i);
	ck_assert_uint_eq(notes.count, NOTES_MAX);
	ck_assert_uint_eq(notes.dropped, 5);
	ck_assert_uint_eq(notes.list[0].len, NOTE_BYTES_MAX - 1);
	ASSERT_TEXT(notes.list[1], "note 1");
	ck_assert_int_eq(notes.list[1].ptr[notes.list[1].len], '\0');
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine host");
	TCase *tc = support_case(suite, "host");

	tcase_add_test(tc, reads_this_machine);
	tcase_add_test(tc, notes_are_kept_up_to_a_limit_and_counted);
	return support_run(suite);
}
