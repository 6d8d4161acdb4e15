/* SPDX-License-Identifier: Apache-2.0 */
/* process/: the filters of real processes, which must not notice. */
#include "support_confine.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine/live.h"
#include "confine/process/filters.h"

#define RET(k) BPF_STMT(BPF_RET | BPF_K, k)
#define LD_NR BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

static const struct sock_filter first[] = {
	LD_NR,
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 272, 0, 1),
	RET(SECCOMP_RET_ERRNO | 1),
	RET(SECCOMP_RET_ALLOW),
};
static const struct sock_filter second[] = { RET(SECCOMP_RET_ALLOW) };

/* What a child and the test share. */
struct shared {
	volatile int ready, signals;
	volatile unsigned long rounds;
};

struct child {
	pid_t pid;
	struct shared *shared;
};

/* The only way for a signal handler to its data; set in children alone. */
static struct shared *mine;

static void count_signal(int signal)
{
	(void)signal;
	mine->signals++;
}

static void install(const struct sock_filter *code, size_t count)
{
	struct sock_filter copy[8];
	struct sock_fprog program = { (unsigned short)count, copy };

	memcpy(copy, code, count * sizeof(*code));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		_exit(99);
}

static _Noreturn void sleep_for_ever(void)
{
	for (;;) {
		(void)pause();
		mine->rounds++;
	}
}

static _Noreturn void run_for_ever(void)
{
	for (;;)
		mine->rounds++;
}

static struct child start(unsigned filters, void (*go)(void))
{
	struct child c = { 0, mmap(NULL, sizeof(*c.shared), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0) };

	ck_assert(c.shared != MAP_FAILED);
	c.pid = fork();
	ck_assert_int_ge(c.pid, 0);
	if (c.pid == 0) {
		struct sigaction action = { .sa_handler = count_signal };

		mine = c.shared;
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || sigaction(SIGRTMIN, &action, NULL) != 0)
			_exit(98);
		if (filters > 0)
			install(first, sizeof(first) / sizeof(first[0]));
		if (filters > 1)
			install(second, 1);
		c.shared->ready = 1;
		go();
	}
	while (!c.shared->ready)
		(void)usleep(100);
	return c;
}

static void child_done(struct child *c)
{
	int status;

	(void)kill(c->pid, SIGKILL);
	(void)waitpid(c->pid, &status, __WALL);
	(void)munmap(c->shared, sizeof(*c->shared));
}

static struct live_filters read_from(pid_t pid, struct arena *arena)
{
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	struct live_filters filters;
	struct error err = { 0 };

	ASSERT_OK(process_open(pid, &process, &err), err);
	ASSERT_OK(live_filters_read(&process, arena, &filters, &err), err);
	return filters;
}

static char state_of(pid_t pid)
{
	char path[64], text[512] = "", *end;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 0);
	(void)fclose(file);
	end = strrchr(text, ')');
	ck_assert_ptr_nonnull(end);
	return end[2];
}

/* On a busy machine it takes its time: 5 s. */
static bool falls_asleep(pid_t pid)
{
	for (unsigned i = 0; i < 2500; i++) {
		if (state_of(pid) == 'S')
			return true;
		(void)usleep(2000);
	}
	return false;
}

/* Taking filters wants CAP_SYS_ADMIN; without it the tests below would show nothing. */
static bool may_read(const struct live_filters *filters)
{
	ck_assert_msg(!filters->hidden || geteuid() != 0, "%s", filters->why);
	return !filters->hidden;
}

START_TEST(gives_filters_in_their_order)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(child_done) struct child c = start(2, sleep_for_ever);
	struct live_filters filters = read_from(c.pid, &arena);

	if (!may_read(&filters))
		return;
	ck_assert_uint_eq(filters.count, 2);
	ck_assert_uint_eq(filters.list[0].count, 4);
	ck_assert(memcmp(filters.list[0].list, first, sizeof(first)) == 0);
	ck_assert_uint_eq(filters.list[1].count, 1);
	ck_assert(memcmp(filters.list[1].list, second, sizeof(second)) == 0);
}
END_TEST

START_TEST(says_when_there_are_none)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(child_done) struct child c = start(0, sleep_for_ever);
	struct live_filters filters = read_from(c.pid, &arena);

	ck_assert_uint_eq(filters.count, 0);
}
END_TEST

/* Asleep it sleeps on, in the same system call; running it runs on. */
START_TEST(leaves_it_as_it_was)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(child_done) struct child asleep = start(1, sleep_for_ever);
	AUTO(child_done) struct child running = start(1, run_for_ever);
	unsigned long rounds;

	ck_assert(falls_asleep(asleep.pid));
	for (unsigned i = 0; i < 50; i++) {
		(void)read_from(asleep.pid, &arena);
		(void)read_from(running.pid, &arena);
	}
	ck_assert(falls_asleep(asleep.pid));
	ck_assert_uint_eq(asleep.shared->rounds, 0);
	rounds = running.shared->rounds;
	for (unsigned i = 0; i < 2500 && running.shared->rounds == rounds; i++)
		(void)usleep(2000);
	ck_assert_uint_gt(running.shared->rounds, rounds);
}
END_TEST

#define SIGNALS 3000

/* Signals that come while it is held arrive: real-time ones are queued, so each counts. */
START_TEST(loses_no_signal)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(child_done) struct child c = start(1, run_for_ever);
	int status;
	pid_t sender = fork();

	ck_assert_int_ge(sender, 0);
	if (sender == 0) {
		for (int sent = 0; sent < SIGNALS; sent++) {
			union sigval none = { 0 };

			/* as many as are seen, so that the queue has room and they never stop */
			while (sent - c.shared->signals > 20)
				;
			if (sigqueue(c.pid, SIGRTMIN, none) != 0)
				_exit(1);
		}
		_exit(0);
	}
	while (waitpid(sender, &status, WNOHANG) == 0)
		(void)read_from(c.pid, &arena);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	for (unsigned n = 0; n < 1000 && c.shared->signals < SIGNALS; n++)
		(void)usleep(1000);
	ck_assert_int_eq(c.shared->signals, SIGNALS);
}
END_TEST

START_TEST(leaves_a_stopped_one_stopped)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(child_done) struct child c = start(1, run_for_ever);
	struct live_filters filters;
	unsigned long rounds;
	int status;

	ck_assert_int_eq(kill(c.pid, SIGSTOP), 0);
	ck_assert_int_eq(waitpid(c.pid, &status, WUNTRACED), c.pid);
	filters = read_from(c.pid, &arena);
	if (may_read(&filters))
		ck_assert_uint_eq(filters.count, 1);
	rounds = c.shared->rounds;
	(void)usleep(10000);
	ck_assert_uint_eq(c.shared->rounds, rounds);
	ck_assert_int_eq(state_of(c.pid), 'T');
	ck_assert_int_eq(kill(c.pid, SIGCONT), 0);
	for (unsigned n = 0; n < 1000 && c.shared->rounds == rounds; n++)
		(void)usleep(1000);
	ck_assert_uint_gt(c.shared->rounds, rounds);
}
END_TEST

START_TEST(says_who_traces_it)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(child_done) struct child c = start(1, run_for_ever);
	struct live_filters filters;
	char wanted[64];
	int ready[2], status;
	pid_t tracer;
	char byte;

	ck_assert_int_eq(pipe(ready), 0);
	tracer = fork();
	ck_assert_int_ge(tracer, 0);
	if (tracer == 0) {
		bool ok = ptrace(PTRACE_SEIZE, c.pid, 0, 0) == 0 && write(ready[1], "x", 1) == 1;

		(void)(ok && pause());
		_exit(1);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	filters = read_from(c.pid, &arena);
	ck_assert(filters.hidden);
	(void)snprintf(wanted, sizeof(wanted), "process %d traces it", tracer);
	ck_assert_str_eq(filters.why, wanted);
	ck_assert_int_eq(kill(tracer, SIGKILL), 0);
	ck_assert_int_eq(waitpid(tracer, &status, 0), tracer);
	filters = read_from(c.pid, &arena);
	(void)may_read(&filters);
}
END_TEST

/* A parent that waits for its vfork(2) child sleeps where no stop can reach it. */
static _Noreturn void wait_for_vfork(void)
{
	if (vfork() == 0) {
		(void)syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			(void)syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
	}
	_exit(0);
}

START_TEST(gives_up_on_one_that_does_not_stop)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(child_done) struct child c = start(1, wait_for_vfork);
	struct live_filters filters;

	while (state_of(c.pid) != 'D')
		(void)usleep(100);
	filters = read_from(c.pid, &arena);
	ck_assert(filters.hidden);
	ck_assert(geteuid() != 0 || strstr(filters.why, "does not stop") != NULL);
}
END_TEST

/* The number of a process that has ended and may be another's by now. */
START_TEST(takes_no_other_process_for_it)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	struct child c = start(1, sleep_for_ever);
	struct live_filters filters;
	struct live live;
	struct error err = { 0 };
	pid_t pid = c.pid;

	ASSERT_OK(process_open(pid, &process, &err), err);
	child_done(&c);
	ck_assert_int_eq(process_check(&process, &err), STATUS_INVALID);
	ck_assert_int_eq(live_filters_read(&process, &arena, &filters, &err), STATUS_INVALID);
	ck_assert_ptr_nonnull(strstr(err.what, "has ended"));
	ck_assert_int_ne(live_read(process.procfd, &live, &err), STATUS_OK);
	process_close(&process);
	ck_assert_int_eq(process_open(pid, &process, &err), STATUS_INVALID);
	ck_assert_int_eq(process_open(0, &process, &err), STATUS_INVALID);
	ck_assert_int_eq(process_open(-1, &process, &err), STATUS_INVALID);
}
END_TEST

static void *thread_tells_its_number(void *ret_tid)
{
	*(volatile pid_t *)ret_tid = gettid();
	while (pause() < 0)
		;
	return NULL;
}

/* A filter is a thread's own; only the process's first can be told by the process's number. */
START_TEST(takes_no_thread_for_a_process)
{
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	volatile pid_t tid = 0;
	struct error err = { 0 };
	pthread_t thread;
	char wanted[64];

	ck_assert_int_eq(pthread_create(&thread, NULL, thread_tells_its_number, (void *)(uintptr_t)&tid), 0);
	while (tid == 0)
		(void)usleep(100);
	ck_assert_int_eq(process_open(tid, &process, &err), STATUS_INVALID);
	(void)snprintf(wanted, sizeof(wanted), "%d is a thread, not a process", (int)tid);
	ck_assert_str_eq(err.what, wanted);
	ck_assert_int_eq(pthread_cancel(thread), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

START_TEST(tells_a_dead_one_that_nobody_waited_for)
{
	AUTO(arena_done) struct arena arena = ARENA_INIT;
	AUTO(child_done) struct child c = start(1, sleep_for_ever);
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	struct live_filters filters;
	struct error err = { 0 };

	ck_assert_int_eq(kill(c.pid, SIGKILL), 0);
	while (state_of(c.pid) != 'Z')
		(void)usleep(100);
	/* it is there, but has no filters to give any more */
	if (process_open(c.pid, &process, &err) == STATUS_OK &&
	    live_filters_read(&process, &arena, &filters, &err) == STATUS_OK)
		ck_assert(filters.hidden || filters.count == 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("process filters");
	TCase *tc = support_case(suite, "filters");

	tcase_add_test(tc, gives_filters_in_their_order);
	tcase_add_test(tc, says_when_there_are_none);
	tcase_add_test(tc, leaves_it_as_it_was);
	tcase_add_test(tc, loses_no_signal);
	tcase_add_test(tc, leaves_a_stopped_one_stopped);
	tcase_add_test(tc, says_who_traces_it);
	tcase_add_test(tc, gives_up_on_one_that_does_not_stop);
	tcase_add_test(tc, takes_no_other_process_for_it);
	tcase_add_test(tc, takes_no_thread_for_a_process);
	tcase_add_test(tc, tells_a_dead_one_that_nobody_waited_for);
	return support_run(suite);
}
