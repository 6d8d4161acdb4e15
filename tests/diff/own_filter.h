/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_OWN_FILTER_H
#define TESTS_DIFF_OWN_FILTER_H

#include "confine/filter/bpf.h"
#include "confine/seccomp/ruleset.h"
#include "tests/diff/calls.h"

/* The filter that we would install ourselves, and where runc begins to answer ENOSYS. */
struct own_filter {
	struct bpf bpf;
	bool has_boundary[ARCH_COUNT_];
	uint32_t boundary[ARCH_COUNT_]; /* highest number, with the bit of x32 */
};

/*
 * Compiles the merged rules, holds the result and the runtimes' own filter against them by
 * judge_filters(), and finds the boundaries as runc does, in the written profile. False with the
 * reason in `wrong` when the rules do not compile, or the check finds a filter looser than them.
 */
bool own_filter_make(const struct ruleset *merged, const struct profile *written,
		     const struct bpf *runtimes, struct arena *arena, struct own_filter *ret_filter,
		     char *wrong, size_t wrong_size);

/*
 * Whether ours answers a call just as the runtimes' filter does, ENOSYS above the boundary aside.
 */
bool own_filter_agrees(const struct own_filter *filter, const struct call *call,
		       const struct seccomp_data *data, answer_t theirs, answer_t *ret_ours);

#endif
