/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_time ROUNDS FRESH USED COMMAND-A --- COMMAND-B [--- COMMAND-C...]: runs the commands in turn, ROUNDS
 * times each, and prints the median CPU time (user and system) of one run in microseconds, one
 * line a command. Interleaved, so that whatever else the machine does meets all alike. Before
 * each run, uncounted, the file USED is made a copy of FRESH.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16
#define ROUNDS_MAX 5000

static char **commands[COMMANDS_MAX];
static double taken[COMMANDS_MAX][ROUNDS_MAX];

static void copy(const char *from, const char *to)
{
	static char bytes[16 * 1024 * 1024];
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	size_t n = in != NULL ? fread(bytes, 1, sizeof(bytes), in) : 0;

	if (in == NULL || out == NULL || fwrite(bytes, 1, n, out) != n || fclose(out) != 0) {
		perror(to);
		exit(1);
	}
	(void)fclose(in);
}

static double run_once(char **command)
{
	struct rusage usage;
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		(void)execv(command[0], command);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status)) {
		(void)fprintf(stderr, "cpu_time: cannot run %s\n", command[0]);
		exit(1);
	}
	if (WEXITSTATUS(status) != 0) {
		(void)fprintf(stderr, "cpu_time: %s exited %d\n", command[0], WEXITSTATUS(status));
		exit(1);
	}
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	int rounds = argc > 4 ? (int)strtol(argv[1], NULL, 10) : 0, count = 0;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		(void)fprintf(stderr, "usage: cpu_time ROUNDS FRESH USED COMMAND... [--- COMMAND...]...\n");
		return 2;
	}
	commands[count++] = argv + 4;
	for (int i = 4; i < argc; i++) {
		if (strcmp(argv[i], "---") != 0)
			continue;
		argv[i] = NULL;
		if (count == COMMANDS_MAX)
			return 2;
		commands[count++] = argv + i + 1;
	}
	for (int round = 0; round < rounds; round++) {
		for (int c = 0; c < count; c++) {
			copy(argv[2], argv[3]);
			taken[c][round] = run_once(commands[c]);
		}
	}
	for (int c = 0; c < count; c++) {
		qsort(taken[c], (size_t)rounds, sizeof(taken[c][0]), by_size);
		printf("%.1f\n", taken[c][rounds / 2]);
	}
	return 0;
}
