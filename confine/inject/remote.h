/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_INJECT_REMOTE_H
#define CONFINE_INJECT_REMOTE_H

#include <sys/uio.h>

#include "confine/inject/arch.h"
#include "oci-spec/base/error.h"

/*
 * System calls run by a process that we trace, in the stop at the end of its execve(2): its new
 * program is mapped and has not run an instruction. One call is an instruction put where the
 * program begins, stopped at its entry and at its end (PTRACE_SYSCALL; single steps would need
 * SIGTRAP, which a program may have inherited as ignored). Every signal is blocked meanwhile, so
 * it stays in the kernel's queue as it is and the program gets it later; SIGSTOP, which cannot
 * be blocked, stops the process there and then, until SIGCONT.
 *
 * After remote_end() registers, text, signal mask and memory are what they were.
 *
 * In all of these STATUS_SYSTEM with sys_errno ESRCH says that the process was killed.
 */
struct remote {
	pid_t pid;
	const struct abi *abi;
	struct user_regs_struct saved;
	uint64_t text; /* where the instruction is */
	long word;     /* what was there */
	uint64_t signals;
	uint64_t memory; /* remote_memory()'s; 0: none */
	size_t memory_size;
};

/* From the PTRACE_EVENT_EXEC stop to the end of the execve, ready for calls. */
enum status remote_begin(struct remote *remote, pid_t pid, struct error *err) MUST_CHECK;

/* Runs one call. Fails only when it could not be run; its own failure is in *ret_result. */
enum status remote_call(struct remote *remote, enum remote_call call, const uint64_t args[6],
			int64_t *ret_result, struct error *err) MUST_CHECK;

/* Runs one call that must succeed; `what` names it in the message, "capset()". */
enum status remote_must(struct remote *remote, enum remote_call call, const uint64_t args[6],
			const char *what, struct error *err) MUST_CHECK;

/* Maps memory for what calls point to; at most once. It is gone after remote_end(). */
enum status remote_memory(struct remote *remote, size_t size, struct error *err) MUST_CHECK;

/* Writes into that memory, at offset. */
enum status remote_write(struct remote *remote, size_t offset, const void *bytes, size_t size,
			 struct error *err) MUST_CHECK;

/* Puts everything back. The process is still stopped and traced. */
enum status remote_end(struct remote *remote, struct error *err) MUST_CHECK;

#endif
