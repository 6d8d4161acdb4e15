/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timed REPORT HOOK [HOOK-WORD...]: stands where the hook does and runs it with its standard
 * output and error into a pipe, which it reads to the end as a runtime does. To REPORT goes a line:
 * how long it took until both the hook and whoever else had the pipe were gone, how long of that
 * the hook waited for a processor that others had, and its CPU time, in microseconds. To the
 * runtime it looks as if the hook was called.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static pid_t start(char **hook, int *ret_said)
{
	int said[2];
	pid_t pid;

	if (pipe2(said, O_CLOEXEC) != 0)
		return -1;
	pid = vfork();
	if (pid == 0) {
		(void)dup2(said[1], STDOUT_FILENO);
		(void)dup2(said[1], STDERR_FILENO);
		(void)execv(hook[0], hook);
		_exit(127);
	}
	(void)close(said[1]);
	*ret_said = said[0];
	return pid;
}

/* The second word of /proc/PID/schedstat, in nanoseconds there; 0 where the kernel has none. */
static long waited_for_processor(pid_t pid)
{
	unsigned long long ran, waited = 0;
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu %llu", &ran, &waited) != 2)
		waited = 0;
	(void)fclose(file);
	return (long)(waited / 1000);
}

int main(int argc, char **argv)
{
	struct rusage usage;
	char text[4096];
	ssize_t n;
	long started = now(), took, waited;
	siginfo_t ended;
	int said, status;
	pid_t pid = argc > 2 ? start(argv + 2, &said) : -1;
	FILE *report;

	if (pid < 0)
		return 126;
	while ((n = read(said, text, sizeof(text))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
			return 126;
	if (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) != 0)
		return 126;
	took = now() - started;
	waited = waited_for_processor(pid);
	if (wait4(pid, &status, 0, &usage) != pid)
		return 126;
	report = fopen(argv[1], "a");
	if (report == NULL ||
	    fprintf(report, "%ld %ld %ld\n", took, waited,
		    (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
			    usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) < 0 ||
	    fclose(report) != 0)
		return 126;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 137;
}
