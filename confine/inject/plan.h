/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_INJECT_PLAN_H
#define CONFINE_INJECT_PLAN_H

#include <linux/filter.h>
#include <stdbool.h>
#include <sys/types.h>

#include "confine/decide.h"
#include "confine/filter/filter.h"

/*
 * What is put upon a container's first process: a decision, without the memory that deciding
 * took. The keeper carries nothing else.
 */
#define PLAN_ID_SIZE 128
#define PLAN_LABEL_SIZE 1024 /* one AppArmor label; the kernel's own limit is a page */

struct inject_plan {
	pid_t pid;	       /* the waiting init, in our pid namespace */
	char id[PLAN_ID_SIZE]; /* of the container, for messages; cut, terminated */
	struct capability_sets capabilities;
	bool has_filter;
	uint32_t filter_flags;		       /* SECCOMP_FILTER_FLAG_* */
	unsigned short filter_count;	       /* at most BPF_MAXINSNS */
	char label[PLAN_LABEL_SIZE];	       /* AppArmor: "A//&B"; empty: none is asked for */
	struct sock_filter code[BPF_MAXINSNS]; /* only filter_count of them are ever touched */
};

/*
 * Makes the plan in pages of its own, so that it outlives the arena and is all that the keeper
 * keeps. `filter` is NULL when no filter was decided. STATUS_UNSUPPORTED: the filter notifies a
 * listener, which only a runtime can connect; the label is longer than any that we write.
 */
enum status inject_plan_make(pid_t pid, struct text id, const struct confinement *decision,
			     const struct filter *filter, struct inject_plan **ret_plan,
			     struct error *err) MUST_CHECK;

#endif
