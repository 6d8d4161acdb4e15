/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject CLOCK FAULT REPORT PROGRAM [ARG...]
 *
 * Stands where PROGRAM does, runs it with the same descriptors, and lets one of its system calls
 * go wrong. CLOCK says whose calls are counted: "self", the program until it executes another,
 * or "keeper", the process that it forks first. FAULT is "none", or CALL:KIND[:WHAT] with the
 * number of the call, from 1, and
 *   error:ERRNO   it is not made, and fails so (close(2) is made: it frees the number anyway)
 *   lost:ERRNO    it is made, and is reported as failed
 *   zero          it is not made, and returns 0
 *   short         it is made with a part of the bytes that it was given
 *   clock:SECONDS it is made, and the time that it gives is this one
 *   before:VICTIM, after:VICTIM   VICTIM gets SIGKILL before or after the call: "self", the
 *                 process whose call it is, "runtime", who called us, or "init", the "pid" in the
 *                 JSON object on standard input
 *   hold          it is not begun while REPORT.held, which is made then, is there
 * "slow:MILLISECONDS" makes every call take so long.
 *
 * The exit status is the program's, 128 + N after signal N. REPORT is there when the last traced
 * process has ended or was left alone. With "none" it has a line a call, else it says what came
 * of the fault: "fired NUMBER WHERE", or "ended".
 *
 * The traced program gets no vDSO: a clock that is read is a system call, too.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define IS_EVENT(status, event) ((status) >> 8 == (SIGTRAP | (event) << 8))
#define IS_SYSCALL(status) ((status) >> 8 == (SIGTRAP | 0x80))
#define OPTIONS \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL)

enum kind { NONE, ERROR, LOST, ZERO, SHORT, CLOCK, BEFORE, AFTER, HOLD, SLOW };

static const struct {
	const char *name;
	enum kind kind;
} kinds[] = {
	{ "error", ERROR }, { "lost", LOST },	  { "zero", ZERO },   { "short", SHORT },
	{ "clock", CLOCK }, { "before", BEFORE }, { "after", AFTER },
	{ "hold", HOLD },
};

struct injection {
	/* what shall happen */
	bool keeper_is_clock;
	enum kind kind;
	long call, value;
	const char *victim, *report;
	char **program;
	/* who is who */
	pid_t root, keeper, init, runtime;
	char state[8192];
	size_t state_len;
	bool has_state;
	/* what has happened */
	int execs;
	long calls;
	bool is_inside; /* the clock's call has begun */
	bool has_fired, overrides;
	long result;
	char where[400];
	FILE *out;
	int told; /* the exit status goes there */
};

/* --- what a call is about --- */

static void peek(pid_t pid, unsigned long from, char *to, size_t size)
{
	struct iovec here = { to, size - 1 }, there = { (void *)from, size - 1 };
	size_t to_page_end = 4096 - (from & 4095);
	ssize_t n = process_vm_readv(pid, &here, 1, &there, 1, 0);

	if (n < 0 && to_page_end < size - 1) {
		here.iov_len = there.iov_len = to_page_end;
		n = process_vm_readv(pid, &here, 1, &there, 1, 0);
	}
	to[n > 0 ? n : 0] = '\0';
}

static void peek_path(pid_t pid, unsigned long from, char *to, size_t size)
{
	peek(pid, from, to, size);
	to[strcspn(to, "\n")] = '\0';
}

static void fd_target(pid_t pid, unsigned long fd, char *to, size_t size)
{
	char link[64];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/%d/fd/%ld", (int)pid, (long)fd);
	n = readlink(link, to, size - 1);
	to[n > 0 ? n : 0] = '\0';
}

static void describe(pid_t pid, const struct user_regs_struct *regs, char *where, size_t size)
{
	where[0] = '\0';
	switch (regs->orig_rax) {
	case SYS_open:
	case SYS_stat:
	case SYS_lstat:
	case SYS_access:
	case SYS_readlink:
	case SYS_chdir:
	case SYS_execve:
	case SYS_mkdir:
		peek_path(pid, regs->rdi, where, size);
		break;
	case SYS_openat:
	case SYS_openat2:
	case SYS_newfstatat:
	case SYS_faccessat:
	case SYS_faccessat2:
	case SYS_readlinkat:
	case SYS_mkdirat:
	case SYS_unlinkat:
	case SYS_renameat:
		peek_path(pid, regs->rsi, where, size);
		break;
	case SYS_read:
	case SYS_write:
	case SYS_writev:
	case SYS_readv:
	case SYS_close:
	case SYS_fstat:
	case SYS_fchmod:
	case SYS_fchown:
	case SYS_lseek:
	case SYS_getdents64:
	case SYS_connect:
	case SYS_sendto:
		fd_target(pid, regs->rdi, where, size);
		break;
	case SYS_ptrace:
		(void)snprintf(where, size, "0x%lx", (unsigned long)regs->rdi);
		break;
	case SYS_prctl:
		(void)snprintf(where, size, "%ld", (long)regs->rdi);
		break;
	default:
		break;
	}
}

/* --- the fault --- */

static void kill_victim(struct injection *in, pid_t clock)
{
	pid_t victim = clock;

	if (strcmp(in->victim, "init") == 0)
		victim = in->init;
	else if (strcmp(in->victim, "runtime") == 0)
		victim = in->runtime;
	(void)kill(victim, SIGKILL);
}

/* Stopped as by SIGSTOP, for as long as somebody wants. */
static void hold(const struct injection *in)
{
	const struct timespec moment = { 0, 1000000 };
	char held[4200];
	int fd;

	(void)snprintf(held, sizeof(held), "%s.held", in->report);
	fd = open(held, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	(void)close(fd);
	while (fd >= 0 && access(held, F_OK) == 0)
		(void)nanosleep(&moment, NULL);
}

/* Half of the bytes; of several pieces the first one. */
static void shorten(struct user_regs_struct *regs)
{
	unsigned long long *count = regs->orig_rax == SYS_getrandom ? &regs->rsi : &regs->rdx;

	if (regs->orig_rax == SYS_writev || regs->orig_rax == SYS_readv)
		*count = 1;
	else if (*count > 1)
		*count /= 2;
}

static void begin_fault(struct injection *in, pid_t pid, struct user_regs_struct *regs)
{
	in->has_fired = true;
	(void)snprintf(in->where, sizeof(in->where), "%ld ", (long)regs->orig_rax);
	describe(pid, regs, in->where + strlen(in->where), sizeof(in->where) - 24);
	in->overrides = in->kind == ERROR || in->kind == LOST || in->kind == ZERO;
	in->result = in->kind == ZERO ? 0 : -in->value;
	if (in->kind == BEFORE) {
		kill_victim(in, pid);
	} else if (in->kind == HOLD) {
		hold(in);
	} else if (in->kind == SHORT) {
		shorten(regs);
	} else if (regs->orig_rax == SYS_brk && in->kind == ERROR) {
		regs->rdi = 0; /* it never fails, it says where the end still is */
		in->overrides = false;
	} else if (in->kind == ZERO || (in->kind == ERROR && regs->orig_rax != SYS_close)) {
		regs->orig_rax = (unsigned long long)-1;
	}
	(void)ptrace(PTRACE_SETREGS, pid, NULL, regs);
}

static void set_clock(const struct injection *in, pid_t pid, const struct user_regs_struct *regs)
{
	struct timespec now = { in->value, 0 };
	struct iovec here = { &now, sizeof(now) }, there = { (void *)regs->rsi, sizeof(now) };

	(void)process_vm_writev(pid, &here, 1, &there, 1, 0);
}

static void end_fault(struct injection *in, pid_t pid, struct user_regs_struct *regs)
{
	if (in->kind == AFTER)
		kill_victim(in, pid);
	if (in->kind == CLOCK)
		set_clock(in, pid, regs);
	if (in->overrides) {
		regs->rax = (unsigned long long)in->result;
		(void)ptrace(PTRACE_SETREGS, pid, NULL, regs);
	}
	in->overrides = false;
}

static void note(struct injection *in, pid_t pid, const struct user_regs_struct *regs)
{
	char where[300];

	describe(pid, regs, where, sizeof(where));
	(void)fprintf(in->out, "%ld %s\n", (long)regs->orig_rax, where);
}

static void clock_stopped(struct injection *in, pid_t pid)
{
	struct timespec pause = { in->value / 1000, in->value % 1000 * 1000000 };
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
		return;
	if (!in->is_inside && (long long)regs.rax != -ENOSYS)
		return; /* the end of a call that began before */
	in->is_inside = !in->is_inside;
	if (in->is_inside)
		in->calls++;
	if (in->is_inside && in->kind == NONE)
		note(in, pid, &regs);
	if (in->is_inside && in->kind == SLOW)
		(void)nanosleep(&pause, NULL);
	if (in->kind == NONE || in->kind == SLOW || in->calls != in->call)
		return;
	if (in->is_inside)
		begin_fault(in, pid, &regs);
	else
		end_fault(in, pid, &regs);
}

/* --- tracing --- */

static bool is_clock(const struct injection *in, pid_t pid)
{
	return in->keeper_is_clock ? pid == in->keeper : pid == in->root && in->execs == 1;
}

/* Takes AT_SYSINFO_EHDR out of what the kernel has just put on the new program's stack. */
static void hide_vdso(pid_t pid)
{
	struct user_regs_struct regs;
	Elf64_auxv_t entry;
	unsigned long at;
	int nulls = 0;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
		return;
	at = regs.rsp + 8; /* behind argc: argv, NULL, environment, NULL */
	for (; nulls < 2; at += 8) {
		errno = 0;
		nulls += ptrace(PTRACE_PEEKDATA, pid, (void *)at, NULL) == 0;
		if (errno != 0)
			return;
	}
	for (;; at += sizeof(entry)) {
		errno = 0;
		entry.a_type = (uint64_t)ptrace(PTRACE_PEEKDATA, pid, (void *)at, NULL);
		if (errno != 0 || entry.a_type == AT_NULL)
			return;
		if (entry.a_type == AT_SYSINFO_EHDR)
			(void)ptrace(PTRACE_POKEDATA, pid, (void *)at, (void *)AT_IGNORE);
	}
}

/* False: this process is left alone from now on. */
static bool executed(struct injection *in, pid_t pid)
{
	if (pid != in->root)
		return true;
	in->execs++;
	if (in->execs == 1)
		hide_vdso(pid);
	if (in->execs == 2 && in->kind == AFTER && in->has_fired)
		kill_victim(in, pid);
	return in->execs == 1;
}

static void stopped(struct injection *in, pid_t pid, int status)
{
	unsigned long forked;
	int sig = WSTOPSIG(status);

	if (IS_EVENT(status, PTRACE_EVENT_FORK) && in->keeper == 0 &&
	    ptrace(PTRACE_GETEVENTMSG, pid, NULL, &forked) == 0)
		in->keeper = (pid_t)forked;
	if (IS_EVENT(status, PTRACE_EVENT_EXEC) && !executed(in, pid)) {
		(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
		return;
	}
	if (IS_SYSCALL(status) && is_clock(in, pid))
		clock_stopped(in, pid);
	/* the keeper stops as a new tracee does: with SIGSTOP, before it has run */
	if (status >> 16 != 0 || IS_SYSCALL(status) || sig == SIGSTOP)
		sig = 0;
	(void)ptrace(PTRACE_SYSCALL, pid, NULL, (long)sig);
}

static void tell(struct injection *in, int status)
{
	unsigned char code = WIFEXITED(status) ? (unsigned char)WEXITSTATUS(status)
					       : (unsigned char)(128 + WTERMSIG(status));

	if (in->told >= 0 && write(in->told, &code, 1) != 1)
		_exit(126);
	(void)close(in->told);
	in->told = -1;
}

static void read_state(struct injection *in)
{
	const char *pid;
	ssize_t n;

	while ((n = read(STDIN_FILENO, in->state + in->state_len,
			 sizeof(in->state) - 1 - in->state_len)) > 0)
		in->state_len += (size_t)n;
	pid = strstr(in->state, "\"pid\"");
	in->init = pid != NULL ? (pid_t)strtol(pid + strcspn(pid, "0123456789"), NULL, 10) : 0;
}

static pid_t start(const struct injection *in)
{
	int feed[2];
	pid_t pid;

	if (pipe2(feed, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (in->has_state)
			(void)dup2(feed[0], STDIN_FILENO);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
			_exit(126);
		(void)execv(in->program[0], in->program);
		_exit(127);
	}
	(void)close(feed[0]);
	if (in->has_state && write(feed[1], in->state, in->state_len) < 0)
		return -1;
	(void)close(feed[1]);
	return pid;
}

static void write_report(struct injection *in, const char *temp)
{
	if (in->kind != NONE)
		(void)fprintf(in->out, in->has_fired ? "fired %s\n" : "ended\n", in->where);
	if (fclose(in->out) != 0 || rename(temp, in->report) != 0)
		_exit(126);
}

/* Out of the runtime's way, which waits for whoever holds the program's output. */
static void trace(struct injection *in)
{
	int status, null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char temp[4096];
	pid_t pid;

	(void)snprintf(temp, sizeof(temp), "%s.new", in->report);
	in->out = fopen(temp, "we");
	if (in->out == NULL)
		_exit(126);
	in->root = start(in);
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(null, fd);
	if (in->root < 0 || waitpid(in->root, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, in->root, NULL, OPTIONS) != 0)
		_exit(126);
	(void)ptrace(PTRACE_SYSCALL, in->root, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid > 0 && WIFSTOPPED(status))
			stopped(in, pid, status);
		else if (pid == in->root)
			tell(in, status);
	}
	write_report(in, temp);
	_exit(0);
}

/* CALL:KIND[:WHAT] */
static bool parse_fault(char *word, struct injection *in)
{
	char *kind, *what;

	if (strcmp(word, "none") == 0)
		return true;
	if (strncmp(word, "slow:", 5) == 0) {
		in->kind = SLOW;
		in->value = strtol(word + 5, NULL, 10);
		return true;
	}
	in->call = strtol(word, &kind, 10);
	if (in->call <= 0 || *kind != ':')
		return false;
	what = strchr(++kind, ':');
	if (what != NULL)
		*what++ = '\0';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i].name) == 0)
			in->kind = kinds[i].kind;
	}
	in->victim = what != NULL ? what : "self";
	in->value = what != NULL ? strtol(what, NULL, 10) : 0;
	return in->kind != NONE;
}

int main(int argc, char **argv)
{
	static struct injection in;
	unsigned char code = 126;
	int ends[2];

	if (argc < 5 || !parse_fault(argv[2], &in) || pipe2(ends, O_CLOEXEC) != 0) {
		(void)fputs("usage: inject self|keeper FAULT REPORT PROGRAM [ARG...]\n", stderr);
		return 2;
	}
	in.keeper_is_clock = strcmp(argv[1], "keeper") == 0;
	in.report = argv[3];
	in.program = argv + 4;
	in.runtime = getppid();
	in.told = ends[1];
	/* a state comes by a pipe; any other standard input is the program's own */
	in.has_state = lseek(STDIN_FILENO, 0, SEEK_CUR) < 0 && errno == ESPIPE;
	if (in.has_state)
		read_state(&in);
	if (fork() == 0) {
		(void)setsid();
		trace(&in);
	}
	(void)close(ends[1]);
	return read(ends[0], &code, 1) == 1 ? code : 126;
}
