/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_at STOP PROGRAM [ARG...]: runs PROGRAM and kills it with SIGKILL when it enters or leaves
 * its STOP-th system call (each call has two stops). Exits with 0 when it was killed, with 1 when
 * it ended or executed another program first; stops count from the program's own execve.
 *
 * kill_at -u MICROSECONDS PROGRAM [ARG...]: kills it after that time, at whatever it does then.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define IS_EXEC(status) ((status) >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
#define IS_SYSCALL(status) (WSTOPSIG(status) == (SIGTRAP | 0x80))

static pid_t start(char **argv, bool traced)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	if (traced && (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0))
		_exit(126);
	(void)execv(argv[0], argv);
	_exit(127);
}

static bool wait_for(pid_t child, int *status)
{
	while (waitpid(child, status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return true;
}

static int kill_at_stop(long wanted, char **argv)
{
	pid_t child = start(argv, true);
	int status, execs = 0;
	long stops = 0;

	if (child < 0 || !wait_for(child, &status) || !WIFSTOPPED(status))
		return 2;
	if (ptrace(PTRACE_SETOPTIONS, child, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) != 0)
		return 2;
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) != 0 || !wait_for(child, &status))
			return 2;
		if (!WIFSTOPPED(status))
			return 1;
		if (IS_EXEC(status) && ++execs == 2) {
			/* it has handed over to the next program */
			(void)kill(child, SIGKILL);
			(void)wait_for(child, &status);
			return 1;
		}
		if (execs == 0 || !IS_SYSCALL(status) || ++stops < wanted)
			continue;
		(void)kill(child, SIGKILL);
		(void)wait_for(child, &status);
		return 0;
	}
}

static int kill_after(long microseconds, char **argv)
{
	struct timespec pause = { microseconds / 1000000, microseconds % 1000000 * 1000 };
	pid_t child = start(argv, false);
	int status;

	if (child < 0)
		return 2;
	(void)nanosleep(&pause, NULL);
	(void)kill(child, SIGKILL);
	if (!wait_for(child, &status))
		return 2;
	return WIFSIGNALED(status) ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc >= 4 && strcmp(argv[1], "-u") == 0)
		return kill_after(strtol(argv[2], NULL, 10), argv + 3);
	if (argc >= 3)
		return kill_at_stop(strtol(argv[1], NULL, 10), argv + 2);
	(void)fputs("usage: kill_at STOP PROGRAM [ARG...] | kill_at -u MICROSECONDS PROGRAM\n",
		    stderr);
	return 2;
}
