/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions that say another thing to 32-bit programs. */
#include "cli/lint.h"

static void cut(struct lint *lint, unsigned call, const struct rule *rules)
{
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		for (unsigned c = 0; c < r->cond_count; c++) {
			if ((r->conds[c].a | r->conds[c].b) <= UINT32_MAX)
				continue;
			lint_add(
				lint, lint_place(lint, r),
				"do without the high half, or list no 32-bit architecture",
				"%.*s: for SCMP_ARCH_X86, _X32, _ARM and other 32-bit architectures "
				"libseccomp cuts numbers and masks to 32 bits, so there the condition "
				"is another, or always holds",
				TEXT_ARG(syscall_name(call)));
			return;
		}
	}
}

void check_cut_to_32bit(struct lint *lint)
{
	if ((lint->arches & ARCHES_32BIT) != 0)
		lint_visit_calls(lint, cut);
}

static void multiplexed(struct lint *lint, unsigned call, const struct rule *rules)
{
	/* linux/net.h and linux/ipc.h, as far as people put conditions on them */
	static const char calls[][12] = {
		"socket",     "bind",	    "connect", "listen",   "accept",   "accept4",
		"socketpair", "send",	    "recv",    "sendto",   "recvfrom", "setsockopt",
		"getsockopt", "sendmsg",    "recvmsg", "shutdown", "semop",    "semget",
		"semctl",     "semtimedop", "msgsnd",  "msgrcv",   "msgget",   "msgctl",
		"shmat",      "shmdt",	    "shmget",  "shmctl",
	};
	bool is_one = false;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		is_one = is_one || text_is(syscall_name(call), calls[i]);
	for (const struct rule *r = rules; r != NULL && is_one; r = r->next) {
		if (r->cond_count == 0)
			continue;
		lint_add(
			lint, lint_place(lint, r),
			"do not list SCMP_ARCH_X86, or deny the call altogether",
			"%.*s: i386 programs make this call through a multiplexer with the arguments "
			"in memory, where no filter sees them; libseccomp then drops the condition on "
			"the first argument, so the rule says another thing there",
			TEXT_ARG(syscall_name(call)));
		return;
	}
}

void check_multiplexed(struct lint *lint)
{
	if ((lint->arches & ARCH_BIT(ARCH_X86)) != 0)
		lint_visit_calls(lint, multiplexed);
}
