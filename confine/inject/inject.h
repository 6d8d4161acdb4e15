/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_INJECT_INJECT_H
#define CONFINE_INJECT_INJECT_H

#include "confine/inject/plan.h"

/*
 * Puts a plan upon a traced process that is stopped at PTRACE_EVENT_EXEC: its new program has
 * not run an instruction. In the order that each step leaves the next one possible: AppArmor
 * label, capability sets, no_new_privs, filter. Only ever takes away, each only where something
 * is missing, and looks in /proc/PID (procfd) at the end whether all of it holds. given_back is
 * room for the filter as the kernel has it: on the stack every start would pay for all of it.
 *
 * On STATUS_OK the process is stopped, traced and as if nothing had happened. On any other it
 * must not run on; sys_errno ESRCH: it was killed meanwhile.
 */
enum status inject(const struct inject_plan *plan, int procfd,
		   struct sock_filter given_back[BPF_MAXINSNS], struct error *err) MUST_CHECK;

#endif
