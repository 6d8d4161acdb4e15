/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/inject/remote.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_AT_SYSCALL (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */
#define SIGNAL_SET_BYTES ((size_t)8)	 /* the kernel's sigset_t */

static enum status failed(const char *what, struct error *err)
{
	return error_set(err, STATUS_SYSTEM, errno, "%s", what);
}

/*
 * Lets it go on from a stop that is no system call's. SIGSTOP cannot be blocked: it stops the
 * process as it would without us, until SIGCONT (ptrace(2), "Group-stop").
 */
static bool resume(pid_t pid, int status)
{
	bool is_event = status >> 16 == PTRACE_EVENT_STOP;

	if (is_event && WSTOPSIG(status) != SIGTRAP)
		return ptrace(PTRACE_LISTEN, pid, NULL, NULL) == 0;
	return ptrace(PTRACE_SYSCALL, pid, NULL, is_event ? 0L : (long)SIGSTOP) == 0;
}

/* Lets it run to its next system call's entry or end. */
static enum status run_to_stop(const struct remote *remote, struct error *err)
{
	int status;
	bool goes_on = ptrace(PTRACE_SYSCALL, remote->pid, NULL, NULL) == 0;

	for (;;) {
		if (!goes_on)
			return failed("cannot continue the process", err);
		while (waitpid(remote->pid, &status, __WALL) < 0) {
			if (errno != EINTR)
				return failed("cannot wait for the process", err);
		}
		if (!WIFSTOPPED(status))
			return error_set(err, STATUS_SYSTEM, ESRCH, "the process was killed");
		if (status >> 8 == STOP_AT_SYSCALL)
			return STATUS_OK;
		if (WSTOPSIG(status) != SIGSTOP && status >> 16 != PTRACE_EVENT_STOP)
			return error_set(err, STATUS_SYSTEM, 0,
					 "the process got signal %d instead of calling the kernel",
					 WSTOPSIG(status));
		goes_on = resume(remote->pid, status);
	}
}

/*
 * The instruction goes where the program begins, on a word's boundary: the same page, so it can
 * be executed there, and a word never lies across two pages.
 */
static enum status place_instruction(struct remote *remote, struct error *err)
{
	uint64_t word;

	remote->text = arch_pc(&remote->saved) & ~(uint64_t)(sizeof(long) - 1);
	errno = 0;
	remote->word = ptrace(PTRACE_PEEKTEXT, remote->pid, remote->text, NULL);
	if (errno != 0)
		return failed("cannot read where the program begins", err);
	word = ((uint64_t)remote->word & ~remote->abi->instruction_mask) | remote->abi->instruction;
	if (ptrace(PTRACE_POKETEXT, remote->pid, remote->text, word) != 0)
		return failed("cannot write where the program begins", err);
	return STATUS_OK;
}

enum status remote_begin(struct remote *remote, pid_t pid, struct error *err)
{
	const uint64_t all = ~(uint64_t)0;
	enum status st;

	*remote = (struct remote){ .pid = pid };
	/* from the stop inside execve to its end, where registers are the new program's */
	st = run_to_stop(remote, err);
	if (st != STATUS_OK)
		return st;
	if (ptrace(PTRACE_GETSIGMASK, pid, SIGNAL_SET_BYTES, &remote->signals) != 0 ||
	    ptrace(PTRACE_SETSIGMASK, pid, SIGNAL_SET_BYTES, &all) != 0)
		return failed("cannot block the process's signals", err);
	if (!arch_read_registers(pid, &remote->saved))
		return failed("cannot read the process's registers", err);
	remote->abi = arch_abi(&remote->saved);
	if (remote->abi == NULL)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "the program is for an architecture that cannot be confined here");
	return place_instruction(remote, err);
}

enum status remote_call(struct remote *remote, enum remote_call call, const uint64_t args[6],
			int64_t *ret_result, struct error *err)
{
	struct user_regs_struct registers = remote->saved;
	enum status st;

	arch_set_call(&registers, remote->abi, remote->text, call, args);
	if (!arch_write_registers(remote->pid, &registers))
		return failed("cannot set the process's registers", err);
	st = run_to_stop(remote, err); /* its entry */
	if (st == STATUS_OK)
		st = run_to_stop(remote, err); /* its end */
	if (st != STATUS_OK)
		return st;
	if (!arch_read_registers(remote->pid, &registers))
		return failed("cannot read the process's registers", err);
	if (arch_pc(&registers) != remote->text + remote->abi->instruction_size)
		return error_set(err, STATUS_SYSTEM, 0, "the process did not call the kernel");
	*ret_result = arch_result(&registers, remote->abi);
	return STATUS_OK;
}

enum status remote_must(struct remote *remote, enum remote_call call, const uint64_t args[6],
			const char *what, struct error *err)
{
	int64_t result;
	enum status st = remote_call(remote, call, args, &result, err);

	if (st == STATUS_OK && result < 0)
		st = error_set(err, STATUS_SYSTEM, (int)-result, "%s in the container", what);
	return st;
}

enum status remote_memory(struct remote *remote, size_t size, struct error *err)
{
	const uint64_t args[6] = { 0,
				   size,
				   PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS,
				   ~(uint64_t)0, /* no file */
				   0 };
	int64_t result;
	enum status st = remote_call(remote, REMOTE_MMAP, args, &result, err);

	if (st != STATUS_OK)
		return st;
	if (result < 0)
		return error_set(err, STATUS_SYSTEM, (int)-result,
				 "no memory in the container for its filter: mmap()");
	remote->memory = (uint64_t)result;
	remote->memory_size = size;
	return STATUS_OK;
}

enum status remote_write(struct remote *remote, size_t offset, const void *bytes, size_t size,
			 struct error *err)
{
	/* process_vm_writev(2) takes pointers that it does not write through without const */
	struct iovec from = { .iov_len = size }, to = { .iov_len = size };

	memcpy(&from.iov_base, &bytes, sizeof(bytes));
	to.iov_base = (char *)(uintptr_t)remote->memory + offset; /* NOLINT: theirs, not ours */
	if (offset > remote->memory_size || size > remote->memory_size - offset)
		return error_set(err, STATUS_SYSTEM, EFAULT, "too little memory was mapped");
	if (process_vm_writev(remote->pid, &from, 1, &to, 1, 0) != (ssize_t)size)
		return failed("cannot write into the container's memory", err);
	return STATUS_OK;
}

/* The program's own text, registers and signal mask. */
static enum status put_back(struct remote *remote, struct error *err)
{
	if (ptrace(PTRACE_POKETEXT, remote->pid, remote->text, remote->word) != 0)
		return failed("cannot put the program's text back", err);
	if (!arch_write_registers(remote->pid, &remote->saved))
		return failed("cannot put the program's registers back", err);
	if (ptrace(PTRACE_SETSIGMASK, remote->pid, SIGNAL_SET_BYTES, &remote->signals) != 0)
		return failed("cannot put the process's signal mask back", err);
	return STATUS_OK;
}

enum status remote_end(struct remote *remote, struct error *err)
{
	const uint64_t args[6] = { remote->memory, remote->memory_size };
	enum status st = STATUS_OK;

	if (remote->memory != 0)
		st = remote_must(remote, REMOTE_MUNMAP, args, "munmap()", err);
	return st == STATUS_OK ? put_back(remote, err) : st;
}
