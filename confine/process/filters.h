/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_PROCESS_FILTERS_H
#define CONFINE_PROCESS_FILTERS_H

#include "confine/filter/bpf.h"
#include "confine/process/handle.h"

#define LIVE_FILTERS_MAX 64

/* The seccomp filters that a process has, as it installed them. */
struct live_filters {
	struct bpf list[LIVE_FILTERS_MAX]; /* in the arena, the first one installed first */
	size_t count;
	bool hidden;   /* they could not be had; the list is empty */
	char why[160]; /* they are hidden */
};

/*
 * Takes the filters out of a process's first thread: ptrace(2), PTRACE_SECCOMP_GET_FILTER. For
 * that it is seized and stopped for some ten microseconds, and then let go as it was: stopped
 * where it had been stopped, its signals delivered. That wants CAP_SYS_ADMIN without a filter of
 * our own, a kernel with CONFIG_CHECKPOINT_RESTORE, and nobody else who traces it; where that is
 * not so, the filters are hidden, and it says why. One that waits in the kernel and does not stop
 * within a second stays seized until this program ends, which lets it go.
 *
 * STATUS_INVALID: the process has ended. STATUS_SYSTEM: no memory, or it could not be let go.
 */
enum status live_filters_read(const struct process_handle *process, struct arena *arena,
			      struct live_filters *ret_filters, struct error *err) MUST_CHECK;

#endif
