/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_MAKE_H
#define CONFINE_FILTER_MAKE_H

#include "confine/filter/bpf.h"
#include "confine/seccomp/ruleset.h"

/*
 * Makes the program for a ruleset and holds it against the rules, point by point (judge.h). As a
 * search tree, unless the chain of comparisons that runc and crun make is nearer to what the rules
 * say; the one taken is never looser.
 *
 * STATUS_UNSUPPORTED: libseccomp refuses the rules, or makes something looser of them, or more
 * than the kernel takes. STATUS_SYSTEM: no memory, no descriptor.
 */
enum status filter_make(const struct ruleset *ruleset, struct arena *arena, struct bpf *ret_bpf,
			struct error *err) MUST_CHECK;

#endif
