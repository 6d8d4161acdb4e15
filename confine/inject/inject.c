/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/inject/inject.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

#include "confine/inject/label.h"
#include "confine/inject/remote.h"
#include "confine/live.h"

/* Where things lie in the memory that calls point to. */
#define AT_PROGRAM ((size_t)0)	   /* struct sock_fprog */
#define AT_CAP_HEADER ((size_t)16) /* struct __user_cap_header_struct */
#define AT_CAP_DATA ((size_t)32)   /* two struct __user_cap_data_struct */
#define AT_LABEL ((size_t)64)
#define AT_CODE (AT_LABEL + LABEL_MEMORY_BYTES) /* the filter */

struct injection {
	const struct inject_plan *plan;
	int procfd;
	struct sock_filter *given_back; /* the filter, by the kernel */
	struct remote remote;
	struct live before;
};

/*
 * A filter that the runtime has put on could deny the very calls that make it stricter. Root's
 * tracer may suspend it (ptrace(2), PTRACE_O_SUSPEND_SECCOMP; it ends with the tracing). Whoever
 * may not, or whose kernel cannot, goes on: then such a filter fails the injection.
 */
static void suspend_filters(const struct injection *in)
{
	const unsigned long options = PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL |
				      PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE;

	(void)ptrace(PTRACE_SETOPTIONS, in->remote.pid, NULL, options | PTRACE_O_SUSPEND_SECCOMP);
}

static enum status map_memory(struct injection *in, struct error *err)
{
	size_t code = in->plan->filter_count * sizeof(in->plan->code[0]);
	enum status st = remote_memory(&in->remote, AT_CODE + code, err);

	if (st == STATUS_OK && code > 0)
		st = remote_write(&in->remote, AT_CODE, in->plan->code, code, err);
	return st;
}

/*
 * The sets as they would be if the runtime had been told the decision: execve has made
 * permitted and effective of the bounding and ambient ones (capabilities(7), "Transformation of
 * capabilities during execve"), so the decided bounding set limits them.
 */
static struct capability_sets wanted_sets(const struct injection *in)
{
	const struct capability_sets *live = &in->before.capabilities;
	const struct capability_sets *decided = &in->plan->capabilities;

	return (struct capability_sets){
		.bounding = live->bounding & decided->bounding,
		.permitted = live->permitted & decided->bounding,
		.effective = live->effective & decided->bounding,
		.inheritable = live->inheritable & decided->inheritable,
		.ambient = live->ambient & decided->ambient,
	};
}

static enum status drop_each(struct injection *in, uint64_t set, uint64_t option, uint64_t what,
			     const char *name, struct error *err)
{
	enum status st = STATUS_OK;

	for (unsigned n = 0; n <= CAPABILITY_MAX && st == STATUS_OK; n++) {
		uint64_t args[6] = { option, n };

		if (what != 0) {
			args[1] = what;
			args[2] = n;
		}
		if ((set & CAPABILITY_BIT(n)) != 0)
			st = remote_must(&in->remote, REMOTE_PRCTL, args, name, err);
	}
	return st;
}

/*
 * Narrowing the bounding set takes CAP_SETPCAP, which a workload that does not start as root no
 * longer has. What it could still be good for is a file's capabilities, and no_new_privs, which
 * such a container always has, keeps them from being granted (execve(2)).
 */
static enum status drop_bounding(struct injection *in, uint64_t wanted, struct error *err)
{
	uint64_t surplus = in->before.capabilities.bounding & ~wanted;
	bool may = (in->before.capabilities.effective & CAPABILITY_BIT(CAP_SETPCAP)) != 0;

	if (surplus == 0 || !may)
		return STATUS_OK;
	return drop_each(in, surplus, PR_CAPBSET_DROP, 0, "prctl(PR_CAPBSET_DROP)", err);
}

static enum status set_capabilities(struct injection *in, const struct capability_sets *sets,
				    struct error *err)
{
	const struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const struct __user_cap_data_struct data[2] = {
		{ (uint32_t)sets->effective, (uint32_t)sets->permitted,
		  (uint32_t)sets->inheritable },
		{ (uint32_t)(sets->effective >> 32), (uint32_t)(sets->permitted >> 32),
		  (uint32_t)(sets->inheritable >> 32) },
	};
	const uint64_t args[6] = { in->remote.memory + AT_CAP_HEADER,
				   in->remote.memory + AT_CAP_DATA };
	enum status st = remote_write(&in->remote, AT_CAP_HEADER, &header, sizeof(header), err);

	if (st == STATUS_OK)
		st = remote_write(&in->remote, AT_CAP_DATA, data, sizeof(data), err);
	if (st == STATUS_OK)
		st = remote_must(&in->remote, REMOTE_CAPSET, args, "capset()", err);
	return st;
}

static enum status inject_capabilities(struct injection *in, struct error *err)
{
	const struct capability_sets wanted = wanted_sets(in), *live = &in->before.capabilities;
	enum status st = drop_bounding(in, wanted.bounding, err);

	if (st == STATUS_OK)
		st = drop_each(in, live->ambient & ~wanted.ambient, PR_CAP_AMBIENT,
			       PR_CAP_AMBIENT_LOWER, "prctl(PR_CAP_AMBIENT_LOWER)", err);
	if (st != STATUS_OK ||
	    (wanted.permitted == live->permitted && wanted.effective == live->effective &&
	     wanted.inheritable == live->inheritable))
		return st;
	return set_capabilities(in, &wanted, err);
}

/* A filter takes it (seccomp(2)); one that may keep its privileges across execve would not. */
static enum status inject_no_new_privileges(struct injection *in, struct error *err)
{
	const uint64_t args[6] = { PR_SET_NO_NEW_PRIVS, 1 };

	if (in->before.no_new_privileges)
		return STATUS_OK;
	return remote_must(&in->remote, REMOTE_PRCTL, args, "prctl(PR_SET_NO_NEW_PRIVS)", err);
}

/* struct sock_fprog of the program's ABI: a count, and a pointer at its own alignment. */
static enum status inject_filter(struct injection *in, struct error *err)
{
	const size_t pointer_size = in->remote.abi->pointer_size;
	const uint64_t code = in->remote.memory + AT_CODE;
	const uint64_t args[6] = { SECCOMP_SET_MODE_FILTER, in->plan->filter_flags,
				   in->remote.memory + AT_PROGRAM };
	unsigned char program[16] = { 0 };
	enum status st;

	if (!in->plan->has_filter)
		return STATUS_OK;
	memcpy(program, &in->plan->filter_count, sizeof(in->plan->filter_count));
	memcpy(program + pointer_size, &code, pointer_size); /* little-endian: low half first */
	st = remote_write(&in->remote, AT_PROGRAM, program, 2 * pointer_size, err);
	if (st == STATUS_OK)
		st = remote_must(&in->remote, REMOTE_SECCOMP, args, "seccomp()", err);
	return st;
}

/*
 * Who could write into the program's memory between our writing and the kernel's reading (a
 * process of the same user in a shared pid namespace) could have put another filter there. The
 * kernel gives back what it took, to root's tracer; the index counts from the oldest.
 */
static enum status check_filter(const struct injection *in, struct error *err)
{
	static const char changed[] =
		"the filter that the kernel has is not the one that was given";
	long count;

	if (!in->plan->has_filter)
		return STATUS_OK;
	count = ptrace(PTRACE_SECCOMP_GET_FILTER, in->remote.pid,
		       (unsigned long)in->before.seccomp_filters, NULL);
	if (count < 0 && (errno == EACCES || errno == EIO || errno == EINVAL))
		return STATUS_OK; /* not root's, or a kernel without it: ptrace(2) */
	if (count != in->plan->filter_count)
		return error_set(err, STATUS_SYSTEM, count < 0 ? errno : 0, "%s", changed);
	count = ptrace(PTRACE_SECCOMP_GET_FILTER, in->remote.pid,
		       (unsigned long)in->before.seccomp_filters, in->given_back);
	if (count != in->plan->filter_count ||
	    memcmp(in->given_back, in->plan->code, (size_t)count * sizeof(*in->given_back)) != 0)
		return error_set(err, STATUS_SYSTEM, count < 0 ? errno : 0, "%s", changed);
	return STATUS_OK;
}

/* Nothing is believed: what the kernel says of the process must be what was to be done. */
static enum status check_result(struct injection *in, struct error *err)
{
	const struct capability_sets wanted = wanted_sets(in);
	struct capability_sets sets;
	struct live after;
	enum status st = live_read(in->procfd, &after, err);

	if (st != STATUS_OK)
		return st;
	sets = after.capabilities;
	sets.bounding &= wanted.bounding; /* see drop_bounding() */
	if (!capability_sets_equal(&sets, &wanted))
		return error_set(err, STATUS_SYSTEM, 0, "the capability sets did not become right");
	if (!after.no_new_privileges)
		return error_set(err, STATUS_SYSTEM, 0, "no_new_privs did not become set");
	if (after.seccomp_filters != in->before.seccomp_filters + (in->plan->has_filter ? 1 : 0))
		return error_set(err, STATUS_SYSTEM, 0, "the filter is not among the process's");
	st = label_check(in->procfd, in->plan->label, err);
	return st == STATUS_OK ? check_filter(in, err) : st;
}

enum status inject(const struct inject_plan *plan, int procfd,
		   struct sock_filter given_back[BPF_MAXINSNS], struct error *err)
{
	struct injection in = { .plan = plan, .procfd = procfd, .given_back = given_back };
	enum status st = remote_begin(&in.remote, plan->pid, err);

	if (st == STATUS_OK)
		st = live_read(procfd, &in.before, err);
	if (st != STATUS_OK)
		return st;
	suspend_filters(&in);
	st = map_memory(&in, err);
	if (st == STATUS_OK)
		st = label_inject(&in.remote, AT_LABEL, procfd, plan->label, err);
	if (st == STATUS_OK)
		st = inject_capabilities(&in, err);
	if (st == STATUS_OK)
		st = inject_no_new_privileges(&in, err);
	if (st == STATUS_OK)
		st = inject_filter(&in, err);
	if (st == STATUS_OK)
		st = check_result(&in, err);
	return st == STATUS_OK ? remote_end(&in.remote, err) : st;
}
