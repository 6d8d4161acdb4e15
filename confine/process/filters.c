/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/process/filters.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "confine/live.h"

#define PTRACE_STOP_EVENT 128 /* linux/ptrace.h, PTRACE_EVENT_STOP */
#define WAIT_MAX_NS 1000000000
#define WAIT_STEP_MIN_NS 20000
#define WAIT_STEP_MAX_NS 5000000

/* By its number: the C libraries' prototypes of ptrace() differ, an enum here, an int there. */
static long trace(int request, pid_t pid, uintptr_t address, void *data)
{
	return syscall(SYS_ptrace, (long)request, (long)pid, address, data);
}

static void hide(struct live_filters *filters, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void hide(struct live_filters *filters, const char *fmt, ...)
{
	va_list ap;

	filters->count = 0;
	filters->hidden = true;
	va_start(ap, fmt);
	(void)vsnprintf(filters->why, sizeof(filters->why), fmt, ap);
	va_end(ap);
}

/* EPERM has several reasons; status tells the one that ptrace(2) keeps to itself. */
static void hide_unseizable(const struct process_handle *process, int failed,
			    struct live_filters *filters)
{
	struct live live;
	struct error ignored;

	if (live_read(process->procfd, &live, &ignored) == STATUS_OK && live.tracer != 0)
		hide(filters, "process %ld traces it", (long)live.tracer);
	else if (failed == EPERM)
		hide(filters, "the kernel does not let us trace it: CAP_SYS_PTRACE in its user "
			      "namespace is needed, and kernel.yama.ptrace_scope below 3");
	else
		hide(filters, "it cannot be traced: %s", strerror(failed));
}

/*
 * Waits until the process stands still. False when it does not within the time, as one that
 * sleeps uninterruptibly. *ret_signal is a signal that it was about to get.
 */
static bool wait_for_stop(pid_t pid, int *ret_signal, bool *ret_ended)
{
	long waited = 0, nap = WAIT_STEP_MIN_NS;

	*ret_signal = 0;
	*ret_ended = false;
	while (waited < WAIT_MAX_NS) {
		struct timespec moment = { 0, nap };
		int status;
		pid_t got = waitpid(pid, &status, __WALL | WNOHANG);

		if (got == pid && WIFSTOPPED(status)) {
			/* a signal on its way, unless it is our stop or a stop of the whole group */
			if (status >> 16 == 0)
				*ret_signal = WSTOPSIG(status);
			return true;
		}
		if (got == pid || (got < 0 && errno != EINTR)) {
			*ret_ended = true;
			return false;
		}
		(void)nanosleep(&moment, NULL);
		waited += nap;
		nap = nap * 2 < WAIT_STEP_MAX_NS ? nap * 2 : WAIT_STEP_MAX_NS;
	}
	return false;
}

/* Reads filter `index`, 0 being the one installed first. False at the end, or with it hidden. */
static bool read_filter(pid_t pid, size_t index, struct arena *arena, struct live_filters *filters,
			struct error *err)
{
	struct sock_filter *code;
	long count = trace(PTRACE_SECCOMP_GET_FILTER, pid, index, NULL);

	if (count < 0 && errno == EACCES)
		hide(filters, "CAP_SYS_ADMIN is needed, and no seccomp filter of our own");
	else if (count < 0 && (errno == EIO || errno == EINVAL) && index == 0)
		hide(filters,
		     "the kernel has no CONFIG_CHECKPOINT_RESTORE, or the process no filter");
	else if (count < 0 && errno == EMEDIUMTYPE)
		hide(filters, "one of them is no classic BPF");
	else if (count < 0 && errno != ENOENT && errno != EINVAL) /* none at all */
		hide(filters, "the kernel does not give them: %s", strerror(errno));
	if (count < 0)
		return false;
	if (index == LIVE_FILTERS_MAX || count > BPF_MAXINSNS) {
		hide(filters, "there are more than %d of them", LIVE_FILTERS_MAX);
		return false;
	}
	code = arena_array(arena, (size_t)count, sizeof(*code));
	if (code == NULL) {
		(void)error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read seccomp filters");
		return false;
	}
	if (trace(PTRACE_SECCOMP_GET_FILTER, pid, index, code) != count) {
		hide(filters, "the kernel does not give them: %s", strerror(errno));
		return false;
	}
	filters->list[filters->count++] = (struct bpf){ code, (size_t)count };
	return true;
}

static enum status read_filters(pid_t pid, struct arena *arena, struct live_filters *filters,
				struct error *err)
{
	size_t index = 0;

	err->status = STATUS_OK;
	while (read_filter(pid, index, arena, filters, err))
		index++;
	return err->status;
}

enum status live_filters_read(const struct process_handle *process, struct arena *arena,
			      struct live_filters *ret_filters, struct error *err)
{
	struct live_filters *filters = ret_filters;
	pid_t pid = process->pid;
	int signal;
	bool ended;
	enum status st;

	filters->count = 0;
	filters->hidden = false;
	filters->why[0] = '\0';
	if (trace(PTRACE_SEIZE, pid, 0, NULL) != 0) {
		int failed = errno;

		st = process_check(process, err);
		if (st == STATUS_OK)
			hide_unseizable(process, failed, filters);
		return st;
	}
	/* from here on it is not reaped behind us: if it is still there, it is what we seized */
	st = process_check(process, err);
	if (st == STATUS_OK && trace(PTRACE_INTERRUPT, pid, 0, NULL) == 0 &&
	    wait_for_stop(pid, &signal, &ended)) {
		st = read_filters(pid, arena, filters, err);
		if (trace(PTRACE_DETACH, pid, 0, (void *)(intptr_t)signal) != 0 && errno != ESRCH)
			return error_set(err, STATUS_SYSTEM, errno, "cannot let process %ld go",
					 (long)pid);
		return st;
	}
	if (st == STATUS_OK)
		st = process_check(process, err);
	if (st == STATUS_OK)
		hide(filters, "it does not stop: it waits in the kernel for something");
	return st;
}
