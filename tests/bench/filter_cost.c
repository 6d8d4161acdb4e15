/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter_cost DIRECTORY ROUNDS [native|three]: what filter_get() costs for RuntimeDefault with the
 * cache in DIRECTORY, for x86_64 alone or for x86_64, x86 and x32. First once with the cache as it
 * is, then ROUNDS times from it. Prints the CPU time of the first and the median of the others in
 * microseconds, one line each, and ends with 1 where one of the others did not come from the cache.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "confine/filter/filter.h"
#include "confine/seccomp/merge.h"
#include "confine/seccomp/runtime_default.h"

#define ROUNDS_MAX 5000

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The time that it took, or a negative number. */
static double get(const struct ruleset *set, const struct filter_options *options,
		  bool *ret_was_cached)
{
	struct arena arena = ARENA_INIT;
	struct filter filter = { 0 };
	struct error err = { 0 };
	double start = now(), took;
	enum status st = filter_get(set, options, &arena, &filter, &err);

	took = now() - start;
	if (st != STATUS_OK)
		(void)fprintf(stderr, "filter_cost: %s\n", err.what);
	*ret_was_cached = filter.was_cached;
	arena_done(&arena);
	return st == STATUS_OK ? took : -1;
}

int main(int argc, char **argv)
{
	static double taken[ROUNDS_MAX];
	struct filter_options options = { argc > 1 ? argv[1] : NULL };
	int rounds = argc > 2 ? atoi(argv[2]) : 0;
	struct ruleset_context context = { 0xa80425fb, 6 << 16 | 1 };
	struct arena arena = ARENA_INIT;
	struct ruleset input, set;
	struct notes notes = { .count = 0 };
	struct error err = { 0 };
	bool cached, all_cached = true;

	if (rounds < 0 || rounds > ROUNDS_MAX ||
	    runtime_default_resolve(TEXT_NONE, &context, &arena, &input, &err) != STATUS_OK)
		return 2;
	if (argc > 3 && strcmp(argv[3], "native") == 0)
		input.arches = ARCH_BIT(ARCH_NATIVE);
	if (merge_profiles(&input, 1, &arena, &notes, &set, &err) != STATUS_OK)
		return 2;
	taken[0] = get(&set, &options, &cached);
	if (taken[0] < 0)
		return 2;
	(void)printf("%.1f\n", taken[0]);
	for (int i = 0; i < rounds; i++) {
		taken[i] = get(&set, &options, &cached);
		all_cached = all_cached && cached;
	}
	if (rounds > 0) {
		qsort(taken, (size_t)rounds, sizeof(taken[0]), by_value);
		(void)printf("%.1f\n", taken[rounds / 2]);
	}
	arena_done(&arena);
	return all_cached ? 0 : 1;
}
