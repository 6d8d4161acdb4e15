/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DIFF_BPF_H
#define TESTS_DIFF_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "tests/diff/answer.h"

/* A filter as the kernel gets it. */
struct bpf {
	struct sock_filter *list;
	size_t count;
};

/*
 * The second judge: runs a filter on one call as kernel/seccomp.c does. False for a program
 * that the kernel would not take: it runs past its end or has an instruction that
 * seccomp_check_filter() refuses.
 */
bool bpf_run(const struct bpf *filter, const struct seccomp_data *call, answer_t *ret_answer);

/*
 * Whether the filter somewhere compares the architecture with what can only be a system call's
 * number. libseccomp 2.5 forgets to load the number when the first call of an architecture does
 * not exist there; all rules for that architecture are then dead.
 */
bool bpf_forgets_number(const struct bpf *filter);

/*
 * The third judge: what the kernel does when all these filters are installed, the first one
 * first. The strictest action wins; of equal ones the filter installed last gives the data.
 */
bool bpf_run_stacked(const struct bpf *const *filters, size_t count,
		     const struct seccomp_data *call, answer_t *ret_answer);

#endif
