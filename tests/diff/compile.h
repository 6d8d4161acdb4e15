/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_COMPILE_H
#define TESTS_DIFF_COMPILE_H

#include "confine/filter/bpf.h"
#include "tests/diff/walker.h"

/* How it went. Adding some rules to libseccomp never returns: hence a child and a limit. */
enum compiled {
	COMPILED,
	COMPILE_REFUSED, /* libseccomp returned an error */
	COMPILE_HUNG,	 /* the child used up its time, or crashed */
	COMPILE_NO_CHILD /* fork or memory failed: the test cannot go on */
};

/*
 * Hands a profile to libseccomp as runc and crun do: rules equal to the default are skipped,
 * unknown names ignored, an index given twice becomes one rule a condition, all listed
 * architectures are added and the native one is always in. `optimize` is runc's binary tree.
 */
enum compiled compile_profile(const struct profile *profile, const struct walker_host *host,
			      bool optimize, unsigned cpu_ms, struct arena *arena,
			      struct bpf *ret_filter);

/* How many rules a runtime would hand over; runc 1.3 makes a binary tree of more than 32. */
size_t compile_rule_count(const struct profile *profile, const struct walker_host *host);

#define COMPILE_TREE_ABOVE 32

#endif
