/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_SECCOMP_COMPARE_H
#define CONFINE_SECCOMP_COMPARE_H

#include "confine/seccomp/ruling.h"

/*
 * Where two stacks of profiles answer a call differently, exactly, by what they declare. A
 * stack is what a process has after several filters; of one profile it is that profile.
 */
struct stack {
	const struct ruleset *list;
	size_t count; /* 0: no filter at all, which allows everything */
};

enum difference {
	DIFFERENCE_OPENED, /* did not go through, does now */
	DIFFERENCE_CLOSED,
	DIFFERENCE_CHANGED, /* goes through or not as before, but with another action or errno */
	DIFFERENCE_UNKNOWN, /* too much to compare */
	DIFFERENCE_COUNT_,
};

/* One pair of verdicts, and the arguments that get it. */
struct change {
	enum difference difference;
	struct verdict from, to;
	bool always;	  /* for all arguments */
	struct text when; /* in words, empty when it takes too many */
	struct change *next;
};

struct stacks {
	struct stack from, to;
	bool is_32bit; /* only the low halves of arguments count: arch_is_32bit() */
};

/* *ret_changes is NULL when both stacks answer alike. STATUS_SYSTEM: no memory. */
enum status compare_call(const struct stacks *stacks, unsigned call, struct arena *arena,
			 struct change **ret_changes, struct error *err) MUST_CHECK;

/*
 * Architectures that the stack lets run at all: the intersection; all of them without a filter.
 */
uint32_t stack_arches(struct stack stack);

/*
 * Whether a program of one of these architectures can make the call, and some kernel does
 * anything then. True where it cannot be told, as there is no table of numbers.
 */
bool call_exists(unsigned call, uint32_t arches);

#endif
