/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_EVALUATE_H
#define CONFINE_SECCOMP_EVALUATE_H

#include "confine/seccomp/ruleset.h"

/* Whether a condition holds for an argument. 32bit: both in their low halves only. */
bool condition_holds(const struct profile_arg *cond, uint64_t value, bool is_32bit);

/*
 * What a ruleset says of one call with these arguments, as it is declared (ruleset.h). 32bit:
 * compared in low halves, as on x86 and x32. *ret_rule is the rule that decided, NULL for the
 * default; it may be NULL itself.
 */
struct verdict ruleset_evaluate(const struct ruleset *ruleset, unsigned call,
				const uint64_t args[PROFILE_ARGS_MAX], bool is_32bit,
				const struct rule **ret_rule);

#endif
