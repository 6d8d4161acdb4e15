/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_SHARED_BLOCKS_H
#define CONFINE_SECCOMP_SHARED_BLOCKS_H

#include "confine/seccomp/ruleset.h"

/*
 * libseccomp lets two calls, and one call of two architectures, share the instructions of one
 * condition and its verdict. Where one of them comes to these from a rule on more arguments, the
 * argument that they compare was not loaded again, and another one is compared in its place: seen
 * in 2.5.4, with a filter looser than its rules. So a call whose rules are not all on the same
 * arguments must not end in a condition and verdict that a rule of another call ends in too; nor
 * have a condition on a high half alone while a 32-bit architecture is listed, where that is no
 * condition and the rule is on fewer arguments. Its strictest verdict then holds for all
 * arguments, with a note.
 */
enum status shared_blocks_avoid(struct ruleset *merged, struct arena *arena, struct notes *notes,
				struct error *err) MUST_CHECK;

#endif
