/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/inject/plan.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

static enum status check(const struct confinement *decision, const struct filter *filter,
			 struct error *err)
{
	if (filter != NULL && filter->needs_listener)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "the profiles hand system calls to a listener (SCMP_ACT_NOTIFY): "
				 "a hook cannot connect one, oci-confine-runtime can");
	if (filter != NULL && filter->count > BPF_MAXINSNS)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "the filter is longer than the kernel takes");
	if (decision->privileges.apparmor_profile.len >= PLAN_LABEL_SIZE)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "the AppArmor label is longer than %d bytes", PLAN_LABEL_SIZE - 1);
	return STATUS_OK;
}

enum status inject_plan_make(pid_t pid, struct text id, const struct confinement *decision,
			     const struct filter *filter, struct inject_plan **ret_plan,
			     struct error *err)
{
	const struct text label = decision->privileges.apparmor_profile;
	struct inject_plan *plan;
	enum status st = check(decision, filter, err);

	if (st != STATUS_OK)
		return st;
	plan = mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (plan == MAP_FAILED)
		return error_set(err, STATUS_SYSTEM, errno, "no memory for the plan");
	plan->pid = pid;
	(void)snprintf(plan->id, sizeof(plan->id), "%.*s", TEXT_ARG(id));
	plan->capabilities = decision->privileges.capabilities;
	if (label.len > 0)
		memcpy(plan->label, label.ptr, label.len);
	if (filter != NULL) {
		plan->has_filter = true;
		plan->filter_flags = filter->flags;
		plan->filter_count = (unsigned short)filter->count;
		memcpy(plan->code, filter->code, filter->count * sizeof(plan->code[0]));
	}
	*ret_plan = plan;
	return STATUS_OK;
}
