/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merged_cost MERGED INPUT INPUT: profiles as config.json has them. Prints one line: the length of
 * each one's filter in BPF instructions, and for getppid, personality and a socket that the kernel
 * refuses the nanoseconds of a call without a filter, under both inputs' filters, and under the
 * merged one: medians of rounds in turn, each in a forked child.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "oci-spec/base/file.h"
#include "tests/diff/compile.h"
#include "tests/diff/random_profile.h"

#define ROUNDS 9
#define CALLS_A_ROUND 300000

static const struct walker_host host = { 0xa80425fb, 6 << 16 | 1 };

static struct bpf read_filter(const char *path, struct arena *arena)
{
	struct profile *profile;
	struct error err = { 0 };
	struct bpf filter;
	struct text text;

	if (file_read(AT_FDCWD, path, PROFILE_BYTES_MAX, arena, &text, NULL, &err) != STATUS_OK ||
	    profile_from_text(text, PROFILE_IN_CONFIG, arena, &profile, &err) != STATUS_OK ||
	    compile_profile(profile, &host, false, 10000, arena, &filter) != COMPILED) {
		(void)fprintf(stderr, "merged_cost: %s: %s\n", path, err.what);
		exit(1);
	}
	return filter;
}

static double run_calls(unsigned which)
{
	struct timespec start, end;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0; i < CALLS_A_ROUND; i++)
		(void)(which == 0   ? syscall(SYS_getppid)
		       : which == 1 ? syscall(SYS_personality, 0xffffffff)
				    : syscall(SYS_socket, 2, 99, 0));
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
	       CALLS_A_ROUND;
}

static double measure(const struct bpf *filters, size_t count, unsigned which, double *shared)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		bool loaded = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;

		for (size_t i = 0; i < count && loaded; i++) {
			struct sock_fprog program = {
				(unsigned short)filters[i].count,
				(struct sock_filter *)(uintptr_t)filters[i].list,
			};

			loaded = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
		}
		if (loaded)
			*shared = run_calls(which);
		_exit(loaded ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		(void)fprintf(stderr, "merged_cost: a child failed\n");
		exit(1);
	}
	return *shared;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static double taken[3][3][ROUNDS];
	struct arena arena = ARENA_INIT;
	struct bpf filters[3];
	double *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (argc != 4 || shared == MAP_FAILED)
		return 2;
	for (int i = 0; i < 3; i++)
		filters[i] = read_filter(argv[i + 1], &arena);
	for (int round = 0; round < ROUNDS; round++) {
		for (unsigned which = 0; which < 3; which++) {
			taken[which][0][round] = measure(NULL, 0, which, shared);
			taken[which][1][round] = measure(filters + 1, 2, which, shared);
			taken[which][2][round] = measure(filters, 1, which, shared);
		}
	}
	printf("%zu+%zu -> %zu", filters[1].count, filters[2].count, filters[0].count);
	for (unsigned which = 0; which < 3; which++) {
		for (unsigned kind = 0; kind < 3; kind++) {
			qsort(taken[which][kind], ROUNDS, sizeof(double), by_size);
			printf("%s%.0f", kind == 0 ? " | " : " / ", taken[which][kind][ROUNDS / 2]);
		}
	}
	printf("\n");
	arena_done(&arena);
	return 0;
}
