/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x86_64, and i386 programs on it. Numbers: arch/x86/entry/syscalls/syscall_{64,32}.tbl; a
 * system call's registers: syscall(2). PTRACE_GETREGS gives a 64-bit tracer the 64-bit layout
 * whatever the tracee is (arch/x86/kernel/ptrace.c).
 */
#include "confine/inject/arch.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>

/* GDT selectors of user code: arch/x86/include/asm/segment.h, __USER_CS and __USER32_CS. */
#define USER_CODE_64 0x33
#define USER_CODE_32 0x23

static const struct abi x86_64 = {
	.name = "x86_64",
	.pointer_size = 8,
	.instruction = 0x050f, /* syscall */
	.instruction_mask = 0xffff,
	.instruction_size = 2,
	.numbers = { [REMOTE_MMAP] = SYS_mmap,
		     [REMOTE_MUNMAP] = SYS_munmap,
		     [REMOTE_OPENAT] = SYS_openat,
		     [REMOTE_WRITE] = SYS_write,
		     [REMOTE_CLOSE] = SYS_close,
		     [REMOTE_CAPSET] = SYS_capset,
		     [REMOTE_PRCTL] = SYS_prctl,
		     [REMOTE_SECCOMP] = SYS_seccomp,
		     [REMOTE_LSM_SET_SELF_ATTR] = 460 },
};

static const struct abi i386 = {
	.name = "i386",
	.pointer_size = 4,
	.instruction = 0x80cd, /* int $0x80 */
	.instruction_mask = 0xffff,
	.instruction_size = 2,
	.numbers = { [REMOTE_MMAP] = 192, /* mmap2: the offset, 0, is in pages */
		     [REMOTE_MUNMAP] = 91,
		     [REMOTE_OPENAT] = 295,
		     [REMOTE_WRITE] = 4,
		     [REMOTE_CLOSE] = 6,
		     [REMOTE_CAPSET] = 185,
		     [REMOTE_PRCTL] = 172,
		     [REMOTE_SECCOMP] = 354,
		     [REMOTE_LSM_SET_SELF_ATTR] = 460 },
};

bool arch_read_registers(pid_t pid, struct user_regs_struct *ret_registers)
{
	return ptrace(PTRACE_GETREGS, pid, NULL, ret_registers) == 0;
}

bool arch_write_registers(pid_t pid, const struct user_regs_struct *registers)
{
	return ptrace(PTRACE_SETREGS, pid, NULL, registers) == 0;
}

const struct abi *arch_abi(const struct user_regs_struct *registers)
{
	if (registers->cs == USER_CODE_64)
		return &x86_64;
	return registers->cs == USER_CODE_32 ? &i386 : NULL;
}

uint64_t arch_pc(const struct user_regs_struct *registers)
{
	return registers->rip;
}

void arch_set_call(struct user_regs_struct *registers, const struct abi *abi, uint64_t pc,
		   enum remote_call call, const uint64_t args[6])
{
	registers->rip = pc;
	registers->rax = (unsigned long long)abi->numbers[call];
	registers->orig_rax = ~0ULL; /* nothing to restart when a signal comes in between */
	if (abi == &i386) {
		registers->rbx = args[0];
		registers->rcx = args[1];
		registers->rdx = args[2];
		registers->rsi = args[3];
		registers->rdi = args[4];
		registers->rbp = args[5];
		return;
	}
	registers->rdi = args[0];
	registers->rsi = args[1];
	registers->rdx = args[2];
	registers->r10 = args[3];
	registers->r8 = args[4];
	registers->r9 = args[5];
}

int64_t arch_result(const struct user_regs_struct *registers, const struct abi *abi)
{
	uint32_t low = (uint32_t)registers->rax;

	if (abi != &i386)
		return (int64_t)registers->rax;
	/* an address in the upper half is no error: those are the last page's, errno(3) */
	return low > UINT32_MAX - 4096 ? (int64_t)(int32_t)low : (int64_t)low;
}
