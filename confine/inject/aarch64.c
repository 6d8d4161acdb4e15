/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64. Numbers: include/uapi/asm-generic/unistd.h; a system call's registers: syscall(2).
 * Compiled by every test run with the cross compiler. It cannot run under qemu-user, which
 * emulates no ptrace(2) (ENOSYS): only a real or a fully emulated machine can show it at work.
 *
 * 32-bit ARM programs are refused: their register set has another size, which is how they are
 * known here. x7 of a process in a system call stop tells the direction and writing it is
 * ignored; the kernel puts the program's own back (arch/arm64/kernel/ptrace.c).
 */
#include "confine/inject/arch.h"

#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static const struct abi aarch64 = {
	.name = "aarch64",
	.pointer_size = 8,
	.instruction = 0xd4000001, /* svc #0 */
	.instruction_mask = 0xffffffff,
	.instruction_size = 4,
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

bool arch_read_registers(pid_t pid, struct user_regs_struct *ret_registers)
{
	struct iovec set = { ret_registers, sizeof(*ret_registers) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &set) != 0)
		return false;
	if (set.iov_len == sizeof(*ret_registers))
		return true;
	errno = ENOEXEC;
	return false;
}

bool arch_write_registers(pid_t pid, const struct user_regs_struct *registers)
{
	struct user_regs_struct copy = *registers;
	struct iovec set = { &copy, sizeof(copy) };

	return ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &set) == 0;
}

const struct abi *arch_abi(const struct user_regs_struct *registers)
{
	/* PSR_MODE32_BIT */
	return (registers->pstate & 0x10) == 0 ? &aarch64 : NULL;
}

uint64_t arch_pc(const struct user_regs_struct *registers)
{
	return registers->pc;
}

void arch_set_call(struct user_regs_struct *registers, const struct abi *abi, uint64_t pc,
		   enum remote_call call, const uint64_t args[6])
{
	registers->pc = pc;
	registers->regs[8] = (unsigned long long)abi->numbers[call];
	for (unsigned i = 0; i < 6; i++)
		registers->regs[i] = args[i];
}

int64_t arch_result(const struct user_regs_struct *registers, const struct abi *abi)
{
	(void)abi;
	return (int64_t)registers->regs[0];
}
