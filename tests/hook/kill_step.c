/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_step VICTIM CLOCK STOP REPORT HOOK [HOOK-WORD...]
 *
 * Stands where the hook does, runs it, and kills VICTIM ("self", "init" or "runtime") with
 * SIGKILL when the CLOCK ("hook", or "keeper" for the process that it leaves behind) enters or
 * leaves its STOP-th system call; "self" is the clock itself. To the runtime it looks as if the
 * hook was called: same state, same exit status. REPORT then holds "killed", or "ended" when the
 * clock came to its end first.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define IS_EVENT(status, event) ((status) >> 8 == (SIGTRAP | (event) << 8))
#define IS_SYSCALL(status) ((status) >> 8 == (SIGTRAP | 0x80))

struct step {
	const char *victim, *clock, *report;
	long stop;
	char **hook;
	char state[8192];
	size_t state_len;
	pid_t init, runtime;
	int told; /* the hook's exit status goes there */
	/* while it runs */
	pid_t hook_pid, keeper_pid;
	long stops;
	bool is_running; /* the hook's own program, not ours */
	bool has_killed;
};

static void read_state(struct step *s)
{
	const char *pid;
	ssize_t n;

	while ((n = read(STDIN_FILENO, s->state + s->state_len, sizeof(s->state) - 1 - s->state_len)) > 0)
		s->state_len += (size_t)n;
	pid = strstr(s->state, "\"pid\"");
	s->init = pid != NULL ? (pid_t)strtol(pid + strcspn(pid, "0123456789"), NULL, 10) : 0;
}

static pid_t start_hook(const struct step *s)
{
	int feed[2];
	pid_t pid;

	if (pipe2(feed, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)dup2(feed[0], STDIN_FILENO);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
			_exit(126);
		(void)execv(s->hook[0], s->hook);
		_exit(127);
	}
	if (write(feed[1], s->state, s->state_len) < 0)
		return -1;
	(void)close(feed[0]);
	(void)close(feed[1]);
	return pid;
}

static void kill_victim(struct step *s, pid_t clock)
{
	pid_t victim = clock;

	if (strcmp(s->victim, "init") == 0)
		victim = s->init;
	else if (strcmp(s->victim, "runtime") == 0)
		victim = s->runtime;
	s->has_killed = true;
	(void)kill(victim, SIGKILL);
}

static void count(struct step *s, pid_t pid)
{
	bool is_clock = strcmp(s->clock, "keeper") == 0 ? pid == s->keeper_pid
							: pid == s->hook_pid && s->is_running;

	if (is_clock && ++s->stops == s->stop)
		kill_victim(s, pid);
}

/* The keeper stops as a new tracee does: with SIGSTOP, before it has run. */
static void stopped(struct step *s, pid_t pid, int status)
{
	unsigned long forked;
	int sig = WSTOPSIG(status);

	if (IS_EVENT(status, PTRACE_EVENT_FORK) &&
	    ptrace(PTRACE_GETEVENTMSG, pid, NULL, &forked) == 0)
		s->keeper_pid = (pid_t)forked;
	if (IS_EVENT(status, PTRACE_EVENT_EXEC))
		s->is_running = true;
	if (IS_SYSCALL(status))
		count(s, pid);
	if (status >> 16 != 0 || IS_SYSCALL(status) || sig == SIGSTOP)
		sig = 0;
	(void)ptrace(PTRACE_SYSCALL, pid, NULL, (long)sig);
}

static void tell(struct step *s, int status)
{
	unsigned char code = WIFEXITED(status) ? (unsigned char)WEXITSTATUS(status) : 137;

	if (write(s->told, &code, 1) != 1)
		_exit(126);
	(void)close(s->told);
}

static void trace(struct step *s)
{
	int status;
	pid_t pid;
	FILE *report;

	s->hook_pid = start_hook(s);
	if (s->hook_pid < 0 || waitpid(s->hook_pid, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, s->hook_pid, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK) != 0)
		_exit(126);
	(void)ptrace(PTRACE_SYSCALL, s->hook_pid, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid > 0 && WIFSTOPPED(status))
			stopped(s, pid, status);
		else if (pid == s->hook_pid)
			tell(s, status);
	}
	report = fopen(s->report, "w");
	if (report == NULL || fputs(s->has_killed ? "killed\n" : "ended\n", report) < 0 ||
	    fclose(report) != 0)
		_exit(126);
}

/* Out of the runtime's way, which waits for whoever holds its hook's output. */
static void become_tracer(struct step *s)
{
	int null = open("/dev/null", O_RDWR);

	(void)setsid();
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)dup2(null, STDERR_FILENO);
	trace(s);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct step s = { 0 };
	unsigned char code = 126;
	int ends[2];

	if (argc < 6 || pipe2(ends, O_CLOEXEC) != 0) {
		(void)fputs("usage: kill_step VICTIM CLOCK STOP REPORT HOOK [WORD...]\n", stderr);
		return 2;
	}
	s = (struct step){ .victim = argv[1], .clock = argv[2], .stop = strtol(argv[3], NULL, 10),
			   .report = argv[4], .hook = argv + 5, .runtime = getppid(), .told = ends[1] };
	read_state(&s);
	if (fork() == 0)
		become_tracer(&s);
	(void)close(ends[1]);
	return read(ends[0], &code, 1) == 1 ? code : 126;
}
