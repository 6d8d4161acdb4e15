/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_RULING_H
#define CONFINE_SECCOMP_RULING_H

#include "confine/seccomp/cube.h"

/*
 * What a stack of profiles says of one call, and which of them and which rule says it: for the
 * commands that explain. The order and the ties are those of merge.h.
 */
struct question {
	unsigned call;
	bool is_32bit;	   /* arguments are compared in low halves (x86, x32) */
	struct cube asked; /* only arguments in here; all zero: all */
};

struct ruling {
	struct cube cube; /* these arguments; the cubes of one list are disjoint */
	struct verdict verdict;
	bool is_explicit;	 /* a rule's, not a default's */
	size_t by;		 /* the ruleset that decides */
	const struct rule *rule; /* of that ruleset; NULL: its default */
};

struct rulings {
	struct arena *arena;
	struct ruling *list;
	size_t count, size;
};

/*
 * Divides the asked arguments into disjoint answers. False when there is no memory or budget
 * for it. With 32bit the high halves of all arguments are 0.
 */
bool rulings_find(const struct ruleset *rulesets, size_t count, const struct question *question,
		  struct arena *arena, struct budget *budget, struct rulings *out) MUST_CHECK;

/* Whether a call with this verdict is carried out as if there were no filter. */
static inline bool verdict_lets_through(struct verdict v)
{
	return v.action == ACTION_ALLOW || v.action == ACTION_LOG;
}

#endif
