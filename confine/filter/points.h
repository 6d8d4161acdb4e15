/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_POINTS_H
#define CONFINE_FILTER_POINTS_H

#include "confine/filter/bpf.h"
#include "confine/filter/prng.h"
#include "oci-spec/seccomp_profile.h"

/* The arguments of one call to try. */
struct point {
	uint64_t args[PROFILE_ARGS_MAX];
};

#define POINTS_MAX 1024

struct points {
	struct point list[POINTS_MAX];
	size_t count;
};

/* One rule's conditions; borrowed. */
struct point_rule {
	const struct profile_arg *conds;
	size_t count;
};

/*
 * Arguments that rules may trip over: each datum and mask, one more and one less, with halves
 * cut, swapped and filled, and the edges of 32 and 64 bits; all combinations where these are
 * few, else `limit` of them, always with some that hit each rule. With first_ids the first
 * argument also takes each number below that, which are call ids of socketcall and ipc.
 */
void points_make(struct points *points, const struct point_rule *rules, size_t rule_count,
		 unsigned first_ids, size_t limit, struct prng *prng);

/*
 * The constants of a filter as conditions on whole arguments, each pair of a low and a high half
 * that stand for one argument. Writes at most `max`; returns how many.
 */
size_t points_conditions(const struct bpf_view *view, struct profile_arg *ret_conds, size_t max);

#endif
