/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_BPF_H
#define CONFINE_FILTER_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "confine/filter/answer.h"

/* A filter as the kernel gets it: classic BPF over struct seccomp_data. Borrowed. */
struct bpf {
	const struct sock_filter *list;
	size_t count;
};

/*
 * Whether the kernel would take the filter: bpf_check_classic(), net/core/filter.c, and
 * seccomp_check_filter(), kernel/seccomp.c. Such a filter ends for every call, in its own bounds.
 */
bool bpf_is_sound(const struct bpf *filter);

/* Whether some call can get this action, SECCOMP_RET_*, of a filter that only returns constants. */
bool bpf_gives(const struct bpf *filter, answer_t action);

/*
 * Runs a filter on one call as kernel/seccomp.c does. False for one that is not sound, as far as
 * this call sees it.
 */
bool bpf_run(const struct bpf *filter, const struct seccomp_data *call, answer_t *ret_answer);

/*
 * What the kernel does when all these filters are installed, the first one first: the strictest
 * action wins; of equal ones the filter installed last gives the data.
 */
bool bpf_run_stacked(const struct bpf *filters, size_t count, const struct seccomp_data *call,
		     answer_t *ret_answer);

#define BPF_CONSTANTS_MAX 128

/* A number that a filter compares a 32-bit half of an argument with, behind a mask. */
struct bpf_constant {
	uint8_t index;	/* of the argument, 0 to 5 */
	bool is_high;	/* the upper half of it */
	uint32_t value; /* compared with */
	uint32_t mask;	/* the bits that count; all of them without a mask */
};

/* What a filter can see of the calls with one number. Zero it before the first bpf_look(). */
struct bpf_view {
	bool sees_arguments; /* without this every such call gets the same answer */
	struct bpf_constant list[BPF_CONSTANTS_MAX];
	size_t count;		/* what does not fit is left out */
	struct bpf_step *steps; /* room for the walk, kept from one to the next */
	size_t step_count;
	uint32_t walk; /* its number */
};

/*
 * Walks all ways through a sound filter that a call of this number and architecture can take.
 * False: no memory.
 */
bool bpf_look(const struct bpf *filter, int nr, uint32_t audit_arch, struct arena *arena,
	      struct bpf_view *view) MUST_CHECK;

#endif
