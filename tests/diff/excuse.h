/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_EXCUSE_H
#define TESTS_DIFF_EXCUSE_H

#include "confine/notes.h"
#include "tests/diff/calls.h"
#include "tests/diff/points.h"

/* A call that the merge answers stricter than the strictest input does. */
struct excuse {
	const struct notes *notes;
	const struct call *call;
	const struct point *point;
	answer_t want, got;
};

/*
 * Whether the notes of the merge account for it: a note that names the call, for arguments of
 * 2^32 and more if that is all it says; the note on calls newer than a profile knows; or it is
 * one of the old calls that every kernel answers with ENOSYS, which the merge may name
 * (anchor.h). named_by_all: every input has rules on the call.
 */
bool excuse_accepted(const struct excuse *excuse, bool named_by_all, answer_t merged_default);

#endif
