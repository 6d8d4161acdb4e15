/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_EVALUATE_H
#define CONFINE_SECCOMP_EVALUATE_H

#include "confine/seccomp/ruleset.h"

/*
 * What a ruleset says of one call with these arguments, as it is declared (ruleset.h). 32bit:
 * compared in low halves, as on x86 and x32. *ret_rule is the rule that decided, NULL for the
 * default; it may be NULL itself.
 */
struct verdict ruleset_evaluate(const struct ruleset *ruleset, unsigned call,
				const uint64_t args[PROFILE_ARGS_MAX], bool is_32bit,
				const struct rule **ret_rule);

#endif
