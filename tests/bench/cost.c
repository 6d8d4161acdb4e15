/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cost ROUNDS FRESH USED COMMAND...: runs the command so often and prints what the cheapest run
 * took: microseconds of CPU (user and system), KiB of peak memory, exit status. Before each run
 * the file USED is made a link to FRESH: whoever replaces it by rename leaves FRESH as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long run_once(char **command, long *ret_kib, int *ret_status)
{
	struct rusage usage;
	int status;
	/* not fork: the child's peak would be ours */
	pid_t pid = vfork();

	if (pid == 0) {
		(void)execv(command[0], command);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == 127) {
		(void)fprintf(stderr, "cost: cannot run %s\n", command[0]);
		exit(1);
	}
	*ret_kib = usage.ru_maxrss;
	*ret_status = WEXITSTATUS(status);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
	       usage.ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
	long rounds = argc > 4 ? strtol(argv[1], NULL, 10) : 0, best = 0, kib = 0;
	int status = 0;

	if (rounds < 1) {
		(void)fprintf(stderr, "usage: cost ROUNDS FRESH USED COMMAND...\n");
		return 2;
	}
	for (long round = 0; round < rounds; round++) {
		long taken, used_kib;

		(void)unlink(argv[3]);
		if (link(argv[2], argv[3]) != 0) {
			perror(argv[3]);
			return 1;
		}
		taken = run_once(argv + 4, &used_kib, &status);
		best = round == 0 || taken < best ? taken : best;
		kib = used_kib > kib ? used_kib : kib;
	}
	printf("%ld %ld %d\n", best, kib, status);
	return 0;
}
