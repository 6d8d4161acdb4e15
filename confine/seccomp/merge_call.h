/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_MERGE_CALL_H
#define CONFINE_SECCOMP_MERGE_CALL_H

#include "confine/seccomp/cube.h"

/*
 * The merge of one system call of two profiles, into rules of the normal form that libseccomp
 * turns into exactly the filter they declare (docs/merge-rules.md):
 *
 *   (u)  one rule without conditions, or
 *   (i)  disjoint intervals of one argument, all data below 2^32, or
 *   (c)  pairwise disjoint MASKED_EQ cubes, at most one condition an argument.
 */
#define MERGED_RULES_PER_CALL_MAX 128

enum precision {
	PRECISION_EXACT,
	PRECISION_LOW_ONLY,  /* arguments of 2^32 and more get the merged default */
	PRECISION_STRICTEST, /* the strictest verdict of all holds for every argument */
};

struct call_rules {
	const struct rule *rules;
	struct verdict default_verdict;
};

struct merge_context {
	struct arena *arena;
	struct arena *scratch;		/* for what no rule of the result points into */
	struct verdict default_verdict; /* of the merged profile */
	bool has_32bit;			/* an x86 ABI that compares low halves only stays listed */
	struct budget *budget;
};

/* What holds where both apply. The first is the earlier input, the second the later. */
struct outcome {
	struct verdict verdict;
	bool is_explicit;
};
struct outcome outcome_pick(struct outcome first, struct outcome second);

/*
 * *ret_rules gets the merged rules, NULL where the merged default says all. *ret_precision
 * tells what was given up because the answer is too large, or cannot be said for a 32-bit ABI.
 * STATUS_SYSTEM: no memory.
 */
enum status merge_call(const struct merge_context *context, struct call_rules first,
		       struct call_rules second, struct rule **ret_rules,
		       enum precision *ret_precision, struct error *err) MUST_CHECK;

/* The last resort: the strictest verdict of all for every argument. */
enum status merge_call_strictest(const struct merge_context *context, struct call_rules first,
				 struct call_rules second, struct rule **ret_rules,
				 struct error *err) MUST_CHECK;

/*
 * Divides all arguments into disjoint regions with the verdict of each. False when there is no
 * memory or budget for it.
 */
bool call_partition(struct call_rules call, struct arena *arena, struct budget *budget,
		    struct regions *out);

/* The verdict for every argument when there is just one. */
bool call_is_constant(struct call_rules call, struct outcome *ret_outcome);

#endif
