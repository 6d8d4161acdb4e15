/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROPERTY_MERGED_H
#define TESTS_PROPERTY_MERGED_H

#include "confine/seccomp/merge.h"
#include "tests/diff/walker.h"

/* A merge as text, as rules and as the walker sees it. */
struct merged {
	struct ruleset ruleset;
	struct notes notes;
	struct text text;
	struct profile *profile;
	struct walker walker;
};

/* A walker over a profile for this container. False: no memory. */
bool merged_walk(struct walker *walker, const struct profile *profile,
		 const struct ruleset_context *context, struct arena *arena);

/* Merges, writes and reads again. STATUS_OK, or why there is no such merge. */
enum status merged_make(const struct ruleset_context *context,
			const struct profile *const *profiles, size_t count, struct arena *arena,
			struct merged *ret_merged, struct error *err) MUST_CHECK;

#endif
