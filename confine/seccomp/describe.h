/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_DESCRIBE_H
#define CONFINE_SECCOMP_DESCRIBE_H

#include "confine/seccomp/cube.h"

/* Verdicts, conditions and sets of arguments in words that people read. */

/* "allowed", "denied, EPERM", "kills the process". */
void describe_verdict(struct verdict verdict, struct buffer *out);

/* "EPERM", or NULL for a number that is not in the table of usual ones. */
const char *errno_name(unsigned number);

/* "a0 == 40", "a0 & 0xffffffff == 40"; one condition of a rule as it is declared. */
void describe_condition(const struct profile_arg *cond, struct buffer *out);

/* All conditions of a rule, "a0 == 1 and a1 == 2"; "always" without any. */
void describe_rule(const struct rule *rule, struct buffer *out);

/*
 * The set of arguments that `in` covers, where `out` covers all others; each list is disjoint.
 * Both are compacted in place. Ranges where all is on one argument, "not (...)" where that is
 * shorter: "a0 != 40", "a0 in 1..7 or a0 >= 0x20000". False, and nothing written, when it takes
 * too many words or is over the budget.
 */
bool describe_set(struct regions *in, struct regions *out, bool is_32bit, struct budget *budget,
		  struct buffer *text);

#endif
