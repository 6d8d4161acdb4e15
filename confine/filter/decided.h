/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_DECIDED_H
#define CONFINE_FILTER_DECIDED_H

#include "confine/filter/answer.h"
#include "confine/seccomp/ruleset.h"

/*
 * What a ruleset decides about calls as a filter sees them, by architecture and number.
 */

/* x32 calls are x86_64's with this bit set: asm/unistd.h, __X32_SYSCALL_BIT. */
#define X32_CALL_BIT 0x40000000u

/* The architectures whose programs a kernel of ours runs, as ARCH_BITs; all have numbers. */
uint32_t runnable_arches(void) __attribute__((const));

/* The AUDIT_ARCH_* under which the kernel shows calls of a runnable architecture. */
uint32_t audit_arch_of(enum arch arch) __attribute__((const));

/* A call by its number there, which for x32 has X32_CALL_BIT. */
struct numbered_call {
	enum arch arch;
	uint32_t number;
	bool has_name; /* `call` is a call of syscalls.h */
	unsigned call;
	bool is_foreign; /* libseccomp has it on other architectures, and makes no rule for it here */
};

/* False for an architecture that is not runnable. */
bool numbered_call_of(uint32_t audit_arch, uint32_t number, struct numbered_call *ret_call);

struct decided {
	answer_t answer;
	/*
	 * The call is above the boundary: ENOSYS, which runc then gives, is what the decision
	 * means too, whatever the default.
	 */
	bool or_enosys;
};

/* An architecture that the ruleset does not list is killed, as libseccomp has it. */
struct decided decided_answer(const struct ruleset *ruleset, const struct numbered_call *call,
			      const uint64_t args[PROFILE_ARGS_MAX]);

/* Whether a filter that gives this answer allows more than is decided. */
bool decided_is_looser(struct decided decided, answer_t answer);

#endif
