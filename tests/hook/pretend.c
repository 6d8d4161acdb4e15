/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pretend CASE BUNDLE PROGRAM [HOOK [HOOK-WORD...]] [--then HOOK [HOOK-WORD...]]
 *
 * A runtime that does what none of the real ones does, between the hook and the execve of the
 * workload. It forks an init that waits, runs the hook with the init's state on its standard
 * input, lets the init go on, and ends as the workload does: its exit status, 128 + signal when
 * it was killed, 100 + N when the hook refused with status N.
 *
 * Behind --then a hook that is run once the workload, which must answer as cat(1) does, runs; its
 * failure is nothing to this runtime, as to crun 1.8.1. The exit status then says what came of it:
 * as above where the hook did not fail; 100 + N where it did, and has killed the workload, or was
 * killed itself; 99 where it failed and let the workload live.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct pretend {
	char *bundle, *program;
	char **hook, **then;
	int go[2]; /* the init waits for a byte; none comes when the runtime dies */
	int ask[2], answer[2]; /* the workload's standard input and output, with --then */
	pid_t init;
};

static void execute(char *program)
{
	char *argv[] = { program, NULL };

	(void)execve(program, argv, environ);
	_exit(127);
}

static void wait_for_hook(struct pretend *p)
{
	char c;

	ssize_t n;

	while ((n = read(p->go[0], &c, 1)) < 0 && errno == EINTR)
		;
	if (n != 1)
		_exit(125);
}

/* --- what the init does before its execve --- */

static void do_nothing(struct pretend *p)
{
	wait_for_hook(p);
}

static void answer(struct pretend *p)
{
	if (p->then != NULL && (dup2(p->ask[0], 0) != 0 || dup2(p->answer[1], 1) != 1))
		_exit(126);
	(void)close(p->ask[1]);
	wait_for_hook(p);
}

static void *execute_in_thread(void *p)
{
	execute(((struct pretend *)p)->program);
	return NULL;
}

static void *wait_and_execute(void *p)
{
	wait_for_hook(p);
	return execute_in_thread(p);
}

static void *come_and_go(void *p)
{
	(void)p;
	usleep(200);
	return NULL;
}

static void start_thread(void *(*run)(void *), struct pretend *p)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, p) != 0)
		_exit(126);
	(void)pthread_detach(thread);
}

static void old_thread_executes(struct pretend *p)
{
	start_thread(wait_and_execute, p);
	for (;;)
		(void)pause();
}

static void new_thread_executes(struct pretend *p)
{
	wait_for_hook(p);
	start_thread(execute_in_thread, p);
	for (;;)
		(void)pause();
}

/* As many threads as can be, starting and ending while the hook lists them. */
static void threads_all_the_time(struct pretend *p)
{
	ssize_t n;
	char c;

	if (fcntl(p->go[0], F_SETFL, O_NONBLOCK) != 0)
		_exit(126);
	while ((n = read(p->go[0], &c, 1)) < 0 && errno == EAGAIN) {
		for (int i = 0; i < 4; i++)
			start_thread(come_and_go, p);
		usleep(100);
	}
	if (n != 1)
		_exit(125);
	start_thread(execute_in_thread, p);
	for (;;)
		(void)pause();
}

static void some_fail_first(struct pretend *p)
{
	static const char *const failing[] = { "/nowhere", "/", "/proc/self/status", "config.json" };
	char *argv[] = { NULL };

	wait_for_hook(p);
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++)
		(void)execve(failing[i], argv, environ);
}

static void stop_first(struct pretend *p)
{
	wait_for_hook(p);
	(void)raise(SIGSTOP);
}

static void limit(int resource, rlim_t bytes)
{
	struct rlimit limit = { bytes, bytes };

	if (setrlimit((__rlimit_resource_t)resource, &limit) != 0)
		_exit(126);
}

static void small_stack(struct pretend *p)
{
	wait_for_hook(p);
	limit(RLIMIT_STACK, 16384);
}

static void no_memory(struct pretend *p)
{
	wait_for_hook(p);
	limit(RLIMIT_AS, 164 * 1024);
}

static void filter(unsigned action)
{
	static const unsigned denied[] = { SYS_seccomp, SYS_prctl, SYS_mmap, SYS_munmap,
					   SYS_capset, SYS_openat };
	enum { COUNT = sizeof(denied) / sizeof(denied[0]) };
	struct sock_filter code[2 * COUNT + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { 2 * COUNT + 2, code };

	for (unsigned i = 0; i < COUNT; i++) {
		code[1 + 2 * i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied[i], 0, 1);
		code[2 + 2 * i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
	}
	code[2 * COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		_exit(126);
}

static void filter_that_denies(struct pretend *p)
{
	wait_for_hook(p);
	filter(SECCOMP_RET_ERRNO | EPERM);
}

static void filter_that_kills(struct pretend *p)
{
	wait_for_hook(p);
	filter(SECCOMP_RET_KILL_PROCESS);
}

/* SIGTRAP ignored, SIGUSR1 blocked and pending, a value with it: all outlive execve. */
static void odd_signals(struct pretend *p)
{
	sigset_t set;

	(void)signal(SIGTRAP, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 7 });
	wait_for_hook(p);
}

static void end_without(struct pretend *p)
{
	wait_for_hook(p);
	_exit(7);
}

static int execute_in_process(void *p)
{
	execute(((struct pretend *)p)->program);
	return 0;
}

/* Not a thread, and no child that fork(2) would make: traced as threads are. */
static void process_executes(struct pretend *p)
{
	static char stack[65536] __attribute__((aligned(16)));

	wait_for_hook(p);
	if (clone(execute_in_process, stack + sizeof(stack), 0, p) < 0)
		_exit(126);
	(void)sleep(2);
	_exit(8);
}

static void traced_already(struct pretend *p)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(126);
	wait_for_hook(p);
}

/* --- what goes on meanwhile --- */

static void nothing(struct pretend *p)
{
	(void)p;
}

static void continue_it(struct pretend *p)
{
	usleep(50000);
	(void)kill(p->init, SIGCONT);
}

/* Stops it and lets it go on as often as can be, while it executes and is confined. */
static void stop_and_continue(struct pretend *p)
{
	siginfo_t info = { 0 };

	for (int i = 0; i < 20000 && info.si_pid == 0; i++) {
		(void)kill(p->init, SIGSTOP);
		(void)kill(p->init, SIGCONT);
		(void)waitid(P_PID, (id_t)p->init, &info, WEXITED | WNOHANG | WNOWAIT);
	}
	(void)kill(p->init, SIGCONT);
}

/* As Go's runtime does to preempt; by default ignored. */
static void urge(struct pretend *p)
{
	siginfo_t info = { 0 };

	for (int i = 0; i < 100000 && info.si_pid == 0; i++) {
		(void)kill(p->init, SIGURG);
		(void)waitid(P_PID, (id_t)p->init, &info, WEXITED | WNOHANG | WNOWAIT);
	}
}

static void kill_at_once(struct pretend *p)
{
	(void)kill(p->init, SIGKILL);
}

/* As plain, and waits for the keeper too, as containerd's shim or conmon does. */
#define REAPING "reaping"

static const struct {
	const char *name;
	void (*init)(struct pretend *p);
	void (*meanwhile)(struct pretend *p);
} cases[] = {
	{ "plain", do_nothing, nothing },
	{ "answering", answer, nothing },
	{ REAPING, do_nothing, nothing },
	{ "old-thread", old_thread_executes, nothing },
	{ "new-thread", new_thread_executes, nothing },
	{ "many-threads", threads_all_the_time, nothing },
	{ "failing-first", some_fail_first, nothing },
	{ "stopped-first", stop_first, continue_it },
	{ "stopped-often", do_nothing, stop_and_continue },
	{ "urged-often", do_nothing, urge },
	{ "small-stack", small_stack, nothing },
	{ "no-memory", no_memory, nothing },
	{ "denying-filter", filter_that_denies, nothing },
	{ "killing-filter", filter_that_kills, nothing },
	{ "odd-signals", odd_signals, nothing },
	{ "no-exec", end_without, nothing },
	{ "killed", do_nothing, kill_at_once },
	{ "process", process_executes, nothing },
	{ "traced", traced_already, nothing },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static int wait_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 255;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run_hook(const struct pretend *p, char **hook, const char *status)
{
	int state[2];
	pid_t pid;

	if (hook[0] == NULL)
		return 0; /* nobody confines it: for comparison */
	if (pipe2(state, O_CLOEXEC) != 0)
		return 255;
	pid = fork();
	if (pid == 0) {
		(void)dup2(state[0], STDIN_FILENO);
		(void)execv(hook[0], hook);
		_exit(127);
	}
	(void)close(state[0]);
	(void)signal(SIGPIPE, SIG_IGN); /* not every hook reads it */
	(void)dprintf(state[1],
		      "{\"ociVersion\":\"1.0.2\",\"id\":\"pretend\",\"status\":\"%s\","
		      "\"pid\":%d,\"bundle\":\"%s\"}",
		      status, (int)p->init, p->bundle);
	(void)close(state[1]);
	return wait_status(pid);
}

/* Whether it is killed within a second; by us if not by anybody else. */
static bool is_killed(struct pretend *p)
{
	siginfo_t info = { 0 };

	for (int i = 0; i < 1000 && info.si_pid == 0; i++) {
		(void)waitid(P_PID, (id_t)p->init, &info, WEXITED | WNOHANG | WNOWAIT);
		usleep(1000);
	}
	(void)kill(p->init, SIGKILL);
	(void)wait_status(p->init);
	return info.si_code == CLD_KILLED;
}

static int run_then(struct pretend *p)
{
	char c = '?';
	int status;

	if (write(p->ask[1], &c, 1) != 1 || read(p->answer[0], &c, 1) != 1)
		return 255; /* it does not run */
	status = run_hook(p, p->then, "running");
	if (status > 0 && status < 128)
		return is_killed(p) ? 100 + status : 99;
	/* it must go on, whatever state a hook that was killed has left it in */
	(void)close(p->ask[1]);
	if (status == 0)
		return wait_status(p->init);
	(void)wait_status(p->init);
	return 100 + status;
}

static int run(struct pretend *p, size_t which)
{
	bool reaps = strcmp(cases[which].name, REAPING) == 0;
	int status;

	if (pipe2(p->go, O_CLOEXEC) != 0 || pipe2(p->ask, O_CLOEXEC) != 0 ||
	    pipe2(p->answer, O_CLOEXEC) != 0 || (reaps && prctl(PR_SET_CHILD_SUBREAPER, 1) != 0))
		return 255;
	p->init = fork();
	if (p->init == 0) {
		(void)close(p->go[1]);
		cases[which].init(p);
		execute(p->program);
	}
	(void)close(p->go[0]);
	(void)close(p->ask[0]);
	(void)close(p->answer[1]);
	usleep(10000); /* it waits, or does what it does, when the hook comes */
	status = run_hook(p, p->hook, "creating");
	if (status != 0) {
		(void)kill(p->init, SIGKILL);
		(void)wait_status(p->init);
		return 100 + status;
	}
	if (write(p->go[1], "g", 1) != 1)
		return 255;
	if (p->then != NULL)
		return run_then(p);
	cases[which].meanwhile(p);
	status = wait_status(p->init);
	while (reaps && (wait(NULL) > 0 || errno == EINTR))
		;
	return status;
}

int main(int argc, char **argv)
{
	struct pretend p = { .then = NULL };

	for (int i = 4; i < argc && p.then == NULL; i++) {
		if (strcmp(argv[i], "--then") == 0) {
			p.then = argv + i + 1;
			argv[i] = NULL;
		}
	}
	for (size_t i = 0; i < CASES && argc >= 4; i++) {
		if (strcmp(argv[1], cases[i].name) != 0)
			continue;
		p.bundle = argv[2];
		p.program = argv[3];
		p.hook = argv + 4;
		return run(&p, i);
	}
	(void)fputs("usage: pretend CASE BUNDLE PROGRAM [HOOK...] [--then HOOK...]\n", stderr);
	return 2;
}
