/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CHANGES_H
#define CLI_CHANGES_H

#include "cli/output.h"
#include "confine/seccomp/compare.h"

/* All calls that two stacks of profiles answer differently. */
struct changes {
	struct change **calls;		       /* by call; NULL: answered alike */
	size_t counts[DIFFERENCE_COUNT_];      /* calls with this difference */
	size_t by_argument[DIFFERENCE_COUNT_]; /* of these, for some arguments only */
	size_t total;			       /* calls with any */
};

/* Looks at the calls that a program of one of these architectures can make. */
enum status changes_find(const struct stacks *stacks, uint32_t arches, struct arena *arena,
			 struct changes *ret_changes, struct error *err) MUST_CHECK;

/* "opened", "closed", "changed", "unknown" */
const char *difference_name(enum difference difference);

/* Each group with its count, indented; nothing for a group without calls. */
void changes_say(const struct changes *changes, struct output *out);

/* "changes": [...] and "counts": {...}, as members of an open object. */
void changes_put(const struct changes *changes, struct output *out);

#endif
