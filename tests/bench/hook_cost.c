/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook_cost ROUNDS WORKLOAD BUNDLE HOOK [--- BUNDLE HOOK...]: the CPU time of a container's start
 * in the three processes that a hook costs something: the hook, what it leaves behind, and the
 * container's init until its end. A runtime that is nothing else starts an init, runs the hook,
 * lets the init execute WORKLOAD, and waits for all of them.
 *
 * Cases in turn, ROUNDS times each: no hook; no hook, but the init itself puts the filter on that
 * the last HOOK put on; then each HOOK. That filter lies in the last BUNDLE as filter.bpf then, for
 * a hook that has it ready (least_hook.c). Prints for each the medians in microseconds, a line a
 * case: hook, keeper, init. As root.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
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

#define ROUNDS_MAX 5000
#define CASES_MAX 8
#define WAITS "/bin/cat" /* a workload that can be looked at */

enum { HOOK, KEEPER, INIT, PROCESSES };

struct one {
	char *bundle, *hook; /* NULL: none */
	bool own_filter;
};

static struct sock_filter code[BPF_MAXINSNS];
static struct sock_fprog filter = { 0, code };
static double taken[CASES_MAX][PROCESSES][ROUNDS_MAX];

static _Noreturn void fail(const char *what)
{
	(void)fprintf(stderr, "hook_cost: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double microseconds(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

static pid_t start_init(const struct one *one, char *workload, int *ret_go)
{
	char *argv[] = { workload, NULL };
	int go[2];
	pid_t pid;
	char c;

	if (pipe2(go, O_CLOEXEC) != 0)
		fail("pipe");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid > 0) {
		(void)close(go[0]);
		*ret_go = go[1];
		return pid;
	}
	(void)close(go[1]);
	if (read(go[0], &c, 1) != 1)
		_exit(125);
	if (one->own_filter && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
				syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
					SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter) != 0))
		_exit(124);
	(void)execve(workload, argv, environ);
	_exit(127);
}

static double run_hook(const struct one *one, pid_t init)
{
	char *argv[] = { one->hook, NULL };
	struct rusage usage;
	int state[2], status;
	pid_t pid;

	if (pipe2(state, O_CLOEXEC) != 0)
		fail("pipe");
	(void)dprintf(state[1],
		      "{\"ociVersion\":\"1.0.2\",\"id\":\"cost\",\"status\":\"creating\",\"pid\":%d,"
		      "\"bundle\":\"%s\"}",
		      (int)init, one->bundle);
	(void)close(state[1]);
	pid = vfork();
	if (pid == 0) {
		(void)dup2(state[0], STDIN_FILENO);
		(void)execv(one->hook, argv);
		_exit(127);
	}
	(void)close(state[0]);
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status != 0)
		fail("the hook failed");
	return microseconds(&usage);
}

/* All that is left: the init, and the keeper, which is a child of ours when the hook has ended. */
static void reap(pid_t init, double used[PROCESSES])
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, 0, &usage)) > 0 || errno == EINTR) {
		if (pid > 0 && status != 0)
			fail(pid == init ? "the workload failed" : "the keeper failed");
		if (pid > 0)
			used[pid == init ? INIT : KEEPER] = microseconds(&usage);
	}
}

static void run_once(const struct one *one, char *workload, double used[PROCESSES])
{
	int go;
	pid_t init = start_init(one, workload, &go);

	memset(used, 0, PROCESSES * sizeof(used[0]));
	usleep(200); /* it waits when the hook comes, as it does for a real runtime's */
	if (one->hook != NULL)
		used[HOOK] = run_hook(one, init);
	if (write(go, "g", 1) != 1)
		fail("the init is gone");
	(void)close(go);
	reap(init, used);
}

/* Has the hook confine a workload that waits, and takes the filter from that. */
static void take_filter(const struct one *one)
{
	char waits[] = WAITS;
	int go, input[2], status;
	long count;
	pid_t init, keeper;

	if (pipe2(input, O_CLOEXEC) != 0 || dup2(input[0], STDIN_FILENO) < 0)
		fail("pipe");
	init = start_init(one, waits, &go);
	(void)run_hook(one, init);
	if (write(go, "g", 1) != 1)
		fail("the init is gone");
	(void)close(go);
	keeper = wait(&status); /* it ends when the workload begins */
	if (keeper == init || status != 0)
		fail("the keeper failed");
	if (ptrace(PTRACE_SEIZE, init, NULL, NULL) != 0 ||
	    ptrace(PTRACE_INTERRUPT, init, NULL, NULL) != 0 || waitpid(init, &status, 0) != init)
		fail("the workload cannot be looked at");
	count = ptrace(PTRACE_SECCOMP_GET_FILTER, init, 0, code);
	if (count <= 0)
		fail("the workload has no filter");
	filter.len = (unsigned short)count;
	(void)kill(init, SIGKILL);
	(void)waitpid(init, &status, 0);
	(void)close(input[0]);
	(void)close(input[1]);
}

static void keep_filter(const struct one *one)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/filter.bpf", one->bundle);
	file = fopen(path, "we");
	if (file == NULL || fwrite(code, sizeof(code[0]), filter.len, file) != filter.len ||
	    fclose(file) != 0)
		fail(path);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *list, int count)
{
	qsort(list, (size_t)count, sizeof(list[0]), by_size);
	return list[count / 2];
}

int main(int argc, char **argv)
{
	struct one cases[CASES_MAX] = { { 0 }, { .own_filter = true } };
	int rounds = argc > 4 ? (int)strtol(argv[1], NULL, 10) : 0, count = 2;

	for (int i = 3; i + 1 < argc && count < CASES_MAX; i += 3)
		cases[count++] = (struct one){ .bundle = argv[i], .hook = argv[i + 1] };
	if (rounds < 1 || rounds > ROUNDS_MAX || count < 3) {
		(void)fprintf(stderr, "usage: hook_cost ROUNDS WORKLOAD BUNDLE HOOK [--- BUNDLE HOOK]...\n");
		return 2;
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		fail("cannot wait for the keeper");
	take_filter(&cases[count - 1]);
	keep_filter(&cases[count - 1]);
	for (int round = 0; round < rounds; round++) {
		for (int c = 0; c < count; c++) {
			double used[PROCESSES];

			run_once(&cases[c], argv[2], used);
			for (int p = 0; p < PROCESSES; p++)
				taken[c][p][round] = used[p];
		}
	}
	for (int c = 0; c < count; c++)
		printf("%.0f %.0f %.0f\n", median(taken[c][HOOK], rounds),
		       median(taken[c][KEEPER], rounds), median(taken[c][INIT], rounds));
	return 0;
}
