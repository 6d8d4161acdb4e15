/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_POINTS_H
#define TESTS_DIFF_POINTS_H

#include "confine/filter/points.h"
#include "tests/diff/walker.h"

/* Points that the rules on `name` in the profiles of `walkers` may trip over: points_make(). */
void walker_points(struct points *points, const struct walker *const *walkers, size_t walker_count,
		   const char *name, size_t limit, struct prng *prng);

#endif
