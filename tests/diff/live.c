/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/live.h"

#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLE_MAX 64
#define POINTS_PER_CALL 12
#define WAIT_MS 5000

/* Harmless whatever the arguments, for a child that ends at once. */
static const char *const harmless[] = {
	"getppid", "getuid", "getgid",	 "getpgid", "personality", "socket", "setns",
	"chmod",   "fchmod", "fchmodat", "openat2", "clone3",	   "semop",
};

struct
try {
	const struct call *call;
	struct point point;
	answer_t expected;
	volatile int done;
	volatile long result;
	volatile int error; /* errno, or SIGSYS_SEEN */
};
#define SIGSYS_SEEN -1

/* Shared between parent and child, as the filter may deny write(2). */
struct sample {
	struct try list[SAMPLE_MAX];
	size_t count;
	volatile int loaded, finished;
	sigjmp_buf back;
};

bool live_is_possible(void)
{
	return seccomp_arch_native() ==
	       (ARCH_NATIVE == ARCH_AARCH64 ? SCMP_ARCH_AARCH64 : SCMP_ARCH_X86_64);
}

static void kill_child(pid_t pid, int *ret_status)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, ret_status, 0);
}

static bool is_deadly(answer_t answer)
{
	return answer_action(answer) == SECCOMP_RET_KILL_PROCESS ||
	       answer_action(answer) == SECCOMP_RET_KILL_THREAD;
}

static bool fill(struct sample *sample, const struct bpf *filter,
		 const struct walker *const *walkers, size_t walker_count,
		 const struct calls *calls, struct prng *prng, struct points *points)
{
	struct try deadly = { 0 };

	for (size_t h = 0; h < sizeof(harmless) / sizeof(harmless[0]); h++) {
		const struct call *call = calls_find(calls, ARCH_NATIVE, text_of(harmless[h]));

		if (call == NULL)
			continue;
		walker_points(points, walkers, walker_count, call->name, 64, prng);
		for (unsigned n = 0; n < POINTS_PER_CALL && sample->count < SAMPLE_MAX - 1; n++) {
			struct try try = { .call = call,
					   .point = points->list[prng_below(prng, points->count)] };
			struct seccomp_data data = call_data(call, try.point.args);

			if (!bpf_run(filter, &data, &try.expected))
				return false;
			if (is_deadly(try.expected))
				deadly = try;
			else
				sample->list[sample->count++] = try;
		}
	}
	if (deadly.call != NULL)
		sample->list[sample->count++] = deadly;
	return true;
}

/* --- the child --- */

/* The only way for a signal handler to its data; set in the child alone. */
static struct sample *trapped;

static void on_sigsys(int signal)
{
	(void)signal;
	siglongjmp(trapped->back, 1);
}

static _Noreturn void child(struct sample *sample, const struct bpf *filter)
{
	struct sock_filter code[BPF_MAXINSNS];
	struct sock_fprog program = { (unsigned short)filter->count, code };
	struct sigaction action = { .sa_handler = on_sigsys, .sa_flags = SA_NODEFER };
	struct rlimit none = { 0, 0 };
	volatile size_t i;

	trapped = sample;
	memcpy(code, filter->list, filter->count * sizeof(code[0]));
	if (sigaction(SIGSYS, &action, NULL) != 0 || setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		_exit(1);
	sample->loaded = 1;
	for (i = 0; i < sample->count; i++) {
		struct try *try = &sample->list[i];
		const uint64_t *a = try->point.args;

		/* without saved mask: that would be a call more for the filter to deny */
		if (sigsetjmp(sample->back, 0) == 0) {
			errno = 0;
			try->result = syscall(try->call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
			try->error = errno;
		} else {
			try->result = -1;
			try->error = SIGSYS_SEEN;
		}
		try->done = 1;
	}
	sample->finished = 1;
	/* even exit_group(2) may be denied: the parent ends us */
	for (;;)
		;
}

/* --- the parent --- */

static bool never_fails(const char *name)
{
	return strcmp(name, "getppid") == 0 || strcmp(name, "getuid") == 0 ||
	       strcmp(name, "getgid") == 0;
}

static bool ended_as_expected(const struct try *try, bool killed_by_sigsys)
{
	switch (answer_action(try->expected)) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
		return !try->done && killed_by_sigsys;
	case SECCOMP_RET_TRAP:
		return try->done && try->error == SIGSYS_SEEN;
	case SECCOMP_RET_ERRNO:
		return try->done && try->result == -1 &&
		       try->error == (int)(try->expected & SECCOMP_RET_DATA);
	case SECCOMP_RET_USER_NOTIF: /* no listener */
	case SECCOMP_RET_TRACE:	     /* no tracer */
		return try->done && try->result == -1 && try->error == ENOSYS;
	default:
		return try->done && try->error != SIGSYS_SEEN &&
		       (try->result >= 0 || !never_fails(try->call->name));
	}
}

static bool check(const struct sample *sample, bool killed_by_sigsys, char *wrong, size_t size)
{
	for (size_t i = 0; i < sample->count; i++) {
		const struct try *try = &sample->list[i];

		if (ended_as_expected(try, killed_by_sigsys))
			continue;
		(void)snprintf(wrong, size,
			       "%s(0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
			       ", ...): expected %s(%u), result %ld, error %d, %s",
			       try->call->name, try->point.args[0], try->point.args[1],
			       try->point.args[2], answer_name(try->expected),
			       try->expected & SECCOMP_RET_DATA, try->result, try->error,
			       try->done ? "returned" : "did not return");
		return false;
	}
	return true;
}

static bool run(struct sample *sample, const struct bpf *filter, char *wrong, size_t size)
{
	struct timespec moment = { 0, 200000 };
	int status = 0;
	bool ended = false;
	pid_t pid = fork();

	if (pid == 0)
		child(sample, filter);
	if (pid < 0) {
		(void)snprintf(wrong, size, "cannot fork");
		return false;
	}
	for (unsigned i = 0; i < WAIT_MS * 5 && !ended && !sample->finished; i++) {
		ended = waitpid(pid, &status, WNOHANG) == pid;
		(void)nanosleep(&moment, NULL);
	}
	if (!ended)
		kill_child(pid, &status);
	if (!sample->loaded) {
		(void)snprintf(wrong, size, "the kernel does not take the filter");
		return false;
	}
	return check(sample, WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, wrong, size);
}

bool live_compare(const struct bpf *filter, const struct walker *const *walkers,
		  size_t walker_count, const struct calls *calls, uint64_t seed, size_t *ret_tried,
		  char *wrong, size_t wrong_size)
{
	struct prng prng = prng_fork(seed, 4);
	struct arena arena = ARENA_INIT;
	struct points *points = arena_alloc(&arena, sizeof(*points));
	struct sample *sample = mmap(NULL, sizeof(*sample), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool ok = false;

	(void)snprintf(wrong, wrong_size, "no memory");
	if (points != NULL && sample != MAP_FAILED &&
	    fill(sample, filter, walkers, walker_count, calls, &prng, points)) {
		ok = run(sample, filter, wrong, wrong_size);
		*ret_tried = sample->count;
	}
	if (sample != MAP_FAILED)
		(void)munmap(sample, sizeof(*sample));
	arena_done(&arena);
	return ok;
}
