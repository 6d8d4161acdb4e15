/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_IMPLIES_H
#define CONFINE_SECCOMP_IMPLIES_H

#include "confine/seccomp/merge_call.h"

/*
 * Whether `narrow` allows (or logs, or traces) by its rules only what one rule of `wide` does
 * too, both with one and the same default: then `narrow` alone is the merge. A quick look at
 * the conditions, without dividing anything into cubes; false may also mean "cannot tell", or that the
 * budget did not last.
 */
bool call_implies(struct call_rules narrow, struct call_rules wide, struct budget *budget);

#endif
