/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_COMPILE_H
#define CONFINE_FILTER_COMPILE_H

#include "confine/filter/bpf.h"
#include "confine/seccomp/ruleset.h"

/*
 * What a filter looks like inside. A tree searches the call's number in halves, a chain compares
 * it with one after the other; runc and crun have chains (SCMP_FLTATR_CTL_OPTIMIZE 2 and 1).
 */
enum filter_shape { FILTER_CHAIN = 1, FILTER_TREE = 2 };

/*
 * Makes the program for a ruleset: libseccomp's, by the calls that runc and crun make for the
 * written profile, behind the jump table with which runc answers ENOSYS to calls above its
 * boundary (boundary.h). libseccomp stands behind this file alone.
 *
 * STATUS_UNSUPPORTED: libseccomp refuses the rules, or makes more of them than the kernel takes.
 * STATUS_SYSTEM: no memory, no descriptor.
 */
enum status filter_compile(const struct ruleset *ruleset, enum filter_shape shape,
			   struct arena *arena, struct bpf *ret_bpf, struct error *err) MUST_CHECK;

#endif
