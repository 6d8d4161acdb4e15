/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/decided.h"

#include <errno.h>
#include <linux/audit.h>

#include "confine/seccomp/boundary.h"
#include "confine/seccomp/evaluate.h"
#include "confine/seccomp/multiplex.h"

/* scripts/syscall.tbl: numbers from here on are the same on every architecture. */
#define COMMON_NUMBERS 424

uint32_t runnable_arches(void)
{
	if (ARCH_NATIVE == ARCH_X86_64)
		return ARCH_BIT(ARCH_X86_64) | ARCH_BIT(ARCH_X86) | ARCH_BIT(ARCH_X32);
	return ARCH_BIT(ARCH_AARCH64) | ARCH_BIT(ARCH_ARM);
}

uint32_t audit_arch_of(enum arch arch)
{
	if (arch == ARCH_X86)
		return AUDIT_ARCH_I386;
	if (arch == ARCH_AARCH64)
		return AUDIT_ARCH_AARCH64;
	if (arch == ARCH_ARM)
		return AUDIT_ARCH_ARM;
	return AUDIT_ARCH_X86_64;
}

static bool find_arch(uint32_t audit_arch, uint32_t number, enum arch *ret_arch)
{
	for (unsigned a = 0; a < ARCH_COUNT_; a++) {
		enum arch arch = (enum arch)a;

		if ((runnable_arches() & ARCH_BIT(a)) == 0 || audit_arch_of(arch) != audit_arch)
			continue;
		/* x86_64 comes first; libseccomp, too, takes every number with the bit for x32 */
		if (arch == ARCH_X86_64 && (number & X32_CALL_BIT) != 0)
			continue;
		*ret_arch = arch;
		return true;
	}
	return false;
}

/*
 * The calls that socketcall and ipc stand for have numbers of their own on x86, too, since Linux
 * 2.6.33, 4.3 and 5.1: arch/x86/entry/syscalls/syscall_32.tbl. libseccomp's names stand for both,
 * and resolve to none of them.
 */
static const struct {
	uint32_t number;
	const char *name;
} direct_calls[] = {
	{ 337, "recvmmsg" },   { 345, "sendmmsg" },    { 359, "socket" },
	{ 360, "socketpair" }, { 361, "bind" },	       { 362, "connect" },
	{ 363, "listen" },     { 364, "accept4" },     { 365, "getsockopt" },
	{ 366, "setsockopt" }, { 367, "getsockname" }, { 368, "getpeername" },
	{ 369, "sendto" },     { 370, "sendmsg" },     { 371, "recvfrom" },
	{ 372, "recvmsg" },    { 373, "shutdown" },    { 393, "semget" },
	{ 394, "semctl" },     { 395, "shmget" },      { 396, "shmctl" },
	{ 397, "shmat" },      { 398, "shmdt" },       { 399, "msgget" },
	{ 400, "msgsnd" },     { 401, "msgrcv" },      { 402, "msgctl" },
};

static void find_direct(struct numbered_call *call)
{
	for (size_t i = 0; i < sizeof(direct_calls) / sizeof(direct_calls[0]); i++) {
		if (direct_calls[i].number == call->number)
			call->has_name = syscall_find(text_of(direct_calls[i].name), &call->call);
	}
}

static bool find_number(enum arch arch, uint32_t number, unsigned *ret_call)
{
	size_t low = 0, high;
	const uint16_t *calls = syscall_by_number(arch, &high);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int there = syscall_number(calls[mid], arch);

		if (there >= 0 && (uint32_t)there == number) {
			*ret_call = calls[mid];
			return true;
		}
		if (there >= 0 && (uint32_t)there > number)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/*
 * Versions of libseccomp differ in which architectures have a new call (map_shadow_stack on x32);
 * its number is the same on all of them. x32 has some of its own among these, so it is not asked.
 */
static void find_common(uint32_t number, struct numbered_call *call)
{
	for (unsigned a = 0; a < ARCH_COUNT_ && !call->has_name; a++) {
		if ((runnable_arches() & ARCH_BIT(a)) != 0 && a != ARCH_X32 &&
		    number >= COMMON_NUMBERS)
			call->has_name = find_number((enum arch)a, number, &call->call);
	}
}

bool numbered_call_of(uint32_t audit_arch, uint32_t number, struct numbered_call *ret_call)
{
	struct numbered_call found = { .number = number };

	if (!find_arch(audit_arch, number, &found.arch))
		return false;
	if (found.arch == ARCH_X32)
		number &= ~X32_CALL_BIT;
	found.has_name = find_number(found.arch, number, &found.call);
	if (found.arch == ARCH_X86 && !found.has_name)
		find_direct(&found);
	if (!found.has_name) {
		find_common(number, &found);
		found.is_foreign = found.has_name;
	}
	*ret_call = found;
	return true;
}

static bool is_above_boundary(const struct ruleset *ruleset, const struct numbered_call *call)
{
	uint32_t bit = call->arch == ARCH_X32 ? X32_CALL_BIT : 0;
	int boundary;

	return boundary_of(ruleset, call->arch, &boundary) &&
	       call->number > ((uint32_t)boundary | bit);
}

struct decided decided_answer(const struct ruleset *ruleset, const struct numbered_call *call,
			      const uint64_t args[PROFILE_ARGS_MAX])
{
	struct verdict verdict = ruleset->default_verdict;

	if ((ruleset->arches & ARCH_BIT(call->arch)) == 0)
		return (struct decided){ SECCOMP_RET_KILL_THREAD, false };
	if (call->has_name && call->arch == ARCH_X86 && multiplex_is_multiplexer(call->call))
		verdict = multiplex_evaluate(ruleset, call->call, args);
	else if (call->has_name)
		verdict = ruleset_evaluate(ruleset, call->call, args, arch_is_32bit(call->arch),
					   NULL);
	return (struct decided){ answer_of(verdict), is_above_boundary(ruleset, call) };
}

bool decided_is_looser(struct decided decided, answer_t answer)
{
	if (decided.or_enosys && answer == (SECCOMP_RET_ERRNO | ENOSYS))
		return false;
	return answer_is_stricter(decided.answer, answer);
}
