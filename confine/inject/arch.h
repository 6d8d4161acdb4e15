/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_INJECT_ARCH_H
#define CONFINE_INJECT_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

/*
 * What differs between architectures when a stopped process is made to run system calls: one
 * file each, x86_64.c and aarch64.c, of which meson takes one.
 */
enum remote_call {
	REMOTE_MMAP,
	REMOTE_MUNMAP,
	REMOTE_OPENAT,
	REMOTE_WRITE,
	REMOTE_CLOSE,
	REMOTE_CAPSET,
	REMOTE_PRCTL,
	REMOTE_SECCOMP,
	REMOTE_LSM_SET_SELF_ATTR, /* since Linux 6.8 */
	REMOTE_CALLS_
};

/* How one kind of program calls the kernel. A kernel may run several: x86_64 and i386. */
struct abi {
	const char *name;
	size_t pointer_size;  /* 4 or 8, as struct sock_fprog has it there */
	uint64_t instruction; /* the system call instruction, in the low bytes of a word */
	uint64_t instruction_mask;
	unsigned short instruction_size;
	long numbers[REMOTE_CALLS_];
};

/* All registers of a stopped process. False with errno on failure. */
bool arch_read_registers(pid_t pid, struct user_regs_struct *ret_registers);
bool arch_write_registers(pid_t pid, const struct user_regs_struct *registers);

/* The ABI of the program that starts with these registers; NULL: none that we can call in. */
const struct abi *arch_abi(const struct user_regs_struct *registers);

uint64_t arch_pc(const struct user_regs_struct *registers);

/* Makes them those of a program about to execute the instruction at `pc` for this call. */
void arch_set_call(struct user_regs_struct *registers, const struct abi *abi, uint64_t pc,
		   enum remote_call call, const uint64_t args[6]);

/* What the call returned: a negative errno, or the value without sign. */
int64_t arch_result(const struct user_regs_struct *registers, const struct abi *abi);

#endif
