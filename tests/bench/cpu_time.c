/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_time [-r] [-j N] ROUNDS FRESH USED COMMAND [+++ AFTER] [--- COMMAND [+++ AFTER]]...: runs the
 * commands in turn, ROUNDS times each, N of each at once, "@" in their words and in USED being the
 * number of the one, 0 to N-1. Interleaved, and with another one first in every round, so that
 * whatever else the machine does meets all alike. Before each run, uncounted, the file USED is
 * made a copy of FRESH; after it AFTER is run, uncounted too.
 *
 * Prints one line a command: the median CPU time (user and system, of what it waited for as well)
 * of one run in microseconds; with -r behind it the median of its ratio to the first command's in
 * the same round, and the ratio of the sums over all rounds.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMANDS_MAX 16
#define ROUNDS_MAX 5000
#define WORDS_MAX 64
#define WORD_MAX 512
#define AT_ONCE_MAX 10

static struct command {
	char **words, **after; /* after: NULL for none */
	double taken[ROUNDS_MAX];
} commands[COMMANDS_MAX];

static const char *with_number(const char *word, int number, char *out)
{
	size_t n = 0;

	for (; *word != '\0' && n + 1 < WORD_MAX; word++)
		out[n++] = *word == '@' ? (char)('0' + number) : *word;
	out[n] = '\0';
	return out;
}

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

/* What it prints goes to standard error: a container's first process keeps what it is given. */
static pid_t start(char **words, int number)
{
	static char text[WORDS_MAX][WORD_MAX];
	static const char *argv[WORDS_MAX + 1];
	int count = 0;
	pid_t pid;

	for (; words[count] != NULL && count < WORDS_MAX; count++)
		argv[count] = with_number(words[count], number, text[count]);
	argv[count] = NULL;
	pid = vfork();
	if (pid == 0) {
		if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
			(void)execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	return pid;
}

/* The CPU time of the next one that ends. */
static double finish(const char *name)
{
	struct rusage usage;
	int status;

	if (wait4(-1, &status, 0, &usage) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		(void)fprintf(stderr, "cpu_time: %s failed\n", name);
		exit(1);
	}
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double run(const struct command *command, int at_once, const char *fresh, const char *used)
{
	char path[WORD_MAX];
	double taken = 0;

	for (int i = 0; i < at_once; i++)
		copy(fresh, with_number(used, i, path));
	for (int i = 0; i < at_once; i++)
		(void)start(command->words, i);
	for (int i = 0; i < at_once; i++)
		taken += finish(command->words[0]);
	for (int i = 0; i < at_once && command->after != NULL; i++) {
		(void)start(command->after, i);
		(void)finish(command->after[0]);
	}
	return taken;
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

static void print(const struct command *command, int rounds, bool with_ratios)
{
	static double times[ROUNDS_MAX], ratios[ROUNDS_MAX];
	double sum = 0, first = 0;

	for (int i = 0; i < rounds; i++) {
		times[i] = command->taken[i];
		ratios[i] = command->taken[i] / (commands[0].taken[i] + 1e-9);
		sum += command->taken[i];
		first += commands[0].taken[i];
	}
	printf("%.1f", median(times, rounds));
	if (with_ratios)
		printf(" %.4f %.4f", median(ratios, rounds), sum / first);
	printf("\n");
}

/* Takes the command line apart; how many commands it has, 0 when it is not understood. */
static int parse(char **words)
{
	int count = 0;

	commands[count++].words = words;
	for (; *words != NULL; words++) {
		struct command *last = &commands[count - 1];

		if (strcmp(*words, "+++") == 0) {
			*words = NULL;
			last->after = words + 1;
		} else if (strcmp(*words, "---") == 0) {
			*words = NULL;
			if (count == COMMANDS_MAX)
				return 0;
			commands[count++].words = words + 1;
		}
	}
	return count;
}

int main(int argc, char **argv)
{
	int at_once = 1, rounds, count;
	bool with_ratios = argc > 1 && strcmp(argv[1], "-r") == 0;

	if (with_ratios) {
		argv++;
		argc--;
	}
	if (argc > 2 && strcmp(argv[1], "-j") == 0) {
		at_once = atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	rounds = argc > 4 ? atoi(argv[1]) : 0;
	count = rounds > 0 ? parse(argv + 4) : 0;
	if (rounds < 1 || rounds > ROUNDS_MAX || at_once < 1 || at_once > AT_ONCE_MAX || count == 0) {
		(void)fprintf(stderr, "usage: cpu_time [-r] [-j N] ROUNDS FRESH USED COMMAND... [+++ AFTER...] "
				      "[--- COMMAND...]...\n");
		return 2;
	}
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < count; i++) {
			struct command *command = &commands[(i + round) % count];

			command->taken[round] = run(command, at_once, argv[2], argv[3]);
		}
	}
	for (int c = 0; c < count; c++)
		print(&commands[c], rounds, with_ratios);
	return 0;
}
