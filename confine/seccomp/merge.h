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
 */
enum status merge_profiles(const struct ruleset *inputs, size_t count, struct arena *arena,
			   struct notes *notes, struct ruleset *ret_merged, struct error *err)
	MUST_CHECK;

/*
 * Writes the ruleset as linux.seccomp of config.json, one line, always the same text for the
 * same rules: calls by name, rules without conditions gathered by verdict.
 */
void ruleset_write(const struct ruleset *ruleset, struct buffer *out);

#endif
