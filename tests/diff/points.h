/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_POINTS_H
#define TESTS_DIFF_POINTS_H

#include "tests/diff/prng.h"
#include "tests/diff/walker.h"

/* The arguments of one call to try. */
struct point {
	uint64_t args[PROFILE_ARGS_MAX];
};

#define POINTS_MAX 1024

struct points {
	struct point list[POINTS_MAX];
	size_t count;
};

/*
 * Arguments that rules on `name` may trip over, for the profiles in `walkers`: each datum and
 * mask, one more and one less, with halves cut, swapped and filled, and the edges of 32 and 64
 * bits; all combinations where these are few, else `limit` of them, always with some that hit
 * each rule. For socketcall and ipc also every call id.
 */
void points_make(struct points *points, const struct walker *const *walkers, size_t walker_count,
		 const char *name, size_t limit, struct prng *prng);

#endif
