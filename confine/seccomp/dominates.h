/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_DOMINATES_H
#define CONFINE_SECCOMP_DOMINATES_H

#include "confine/seccomp/merge_call.h"

/*
 * Whether what `strict` says holds for every argument when both apply, so that its rules are
 * the merge as they stand. This is what keeps a second merge from changing the first one's
 * result: dividing everything again could give other cubes of the same meaning, and costs far
 * more than this test, which only asks of each cube whether the other side covers it.
 * strict_is_second: it is the later input, whose errno counts in a tie. False may also mean
 * that the budget did not last.
 */
bool call_dominates(struct call_rules strict, bool strict_is_second, struct call_rules other,
		    struct arena *arena, struct budget *budget);

#endif
