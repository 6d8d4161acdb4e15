/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_INJECT_HOLD_H
#define CONFINE_INJECT_HOLD_H

#include "oci-spec/base/error.h"
#include <stdbool.h>
#include <sys/types.h>

/*
 * A container's init, traced from before it may go on until it executes the workload. If the
 * tracer dies, the kernel kills it (PTRACE_O_EXITKILL).
 */

/*
 * Seizes every thread of the process, and those they start. It runs on as before. *ret_procfd is
 * its directory in /proc: a tracee keeps its number until its tracer has seen it end, so it is
 * the same process. STATUS_INVALID when there is none; STATUS_UNSUPPORTED when this kernel, or
 * Yama, lets nobody trace it; STATUS_SYSTEM else.
 */
enum status hold_seize(pid_t pid, int *ret_procfd, struct error *err) MUST_CHECK;

/*
 * Waits until the process executes a program, however long that takes, and hands on what comes
 * in between as if nobody traced. *ret_gone: it ended without, so there is nothing to do.
 * Otherwise it is in the PTRACE_EVENT_EXEC stop.
 */
enum status hold_until_exec(pid_t pid, bool *ret_gone, struct error *err) MUST_CHECK;

#endif
