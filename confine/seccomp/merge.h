/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_MERGE_H
#define CONFINE_SECCOMP_MERGE_H

#include "confine/seccomp/ruleset.h"

/*
 * The floor: one profile that allows a call only where every input allows it and otherwise
 * answers as the strictest input does, the kernel's own rule for stacked filters
 * (linux/seccomp.h). Exact where the normal form of merge_call.h can say it, tighter where it
 * cannot, with a note that names the call; never looser.
 *
 * The inputs are in the order in which the kernel would get them: of two equally strict errno
 * a rule's beats a default's, then the later input's counts. There must be at least one.
 *
 * own: the place of the container's own profile in the list, or where it would be (up to
 * count). The result is such that a merge with it in that place gives it again, so that a
 * second start changes nothing.
 */
enum status merge_around(const struct ruleset *inputs, size_t count, size_t own,
			 struct arena *arena, struct notes *notes, struct ruleset *ret_merged,
			 struct error *err) MUST_CHECK;

/* The same for a floor and what is behind it: the second input's place, or the only one's. */
enum status merge_profiles(const struct ruleset *inputs, size_t count, struct arena *arena,
			   struct notes *notes, struct ruleset *ret_merged,
			   struct error *err) MUST_CHECK;

/*
 * Writes the ruleset as linux.seccomp of config.json, one line, always the same text for the
 * same rules: calls by name, rules without conditions gathered by verdict.
 */
void ruleset_write(const struct ruleset *ruleset, struct buffer *out);

/* Where a rule of the ruleset stands in "syscalls" of that text. */
size_t ruleset_place(const struct ruleset *ruleset, const struct rule *rule);

#endif
