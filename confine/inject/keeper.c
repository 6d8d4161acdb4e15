/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/inject/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine/inject/hold.h"
#include "confine/inject/inject.h"
#include "confine/process/handle.h"
#include "oci-spec/base/file.h"

#define KEEPER_NAME "oci-confine-keeper"
#define READY_FD 3 /* the only descriptor of the hook's that the keeper has, until it is ready */

/* The hook's half: the keeper writes its struct error, all zero when it holds the init. */
static enum status wait_until_ready(int fd, struct error *err)
{
	struct error told;
	size_t len = 0;
	ssize_t n = 1;

	while (len < sizeof(told) && n != 0) {
		n = read(fd, (char *)&told + len, sizeof(told) - len);
		if (n < 0 && errno != EINTR)
			return error_set(err, STATUS_SYSTEM, errno, "cannot hear from the keeper");
		len += n > 0 ? (size_t)n : 0;
	}
	if (len < sizeof(told))
		return error_set(err, STATUS_SYSTEM, 0, "the keeper died before it held the init");
	if (told.status != STATUS_OK)
		*err = told;
	return told.status;
}

enum status keeper_start(struct keeper *ret_keeper, struct error *err)
{
	struct keeper keeper = { .ready = -1 };
	int ends[2];
	pid_t pid;
	enum status st;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "no pipe to the keeper");
	pid = fork();
	if (pid == 0) {
		file_close(&ends[0]);
		*ret_keeper = (struct keeper){ .is_child = true, .ready = ends[1] };
		return STATUS_OK;
	}
	file_close(&ends[1]);
	if (pid < 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot start the keeper");
	else
		st = wait_until_ready(ends[0], err);
	file_close(&ends[0]);
	*ret_keeper = keeper;
	return st;
}

/* Everything that ties it to the hook and its runtime, but the pipe. */
static enum status leave_runtime(struct keeper *keeper, struct error *err)
{
	AUTO(file_close) int null = -1;
	sigset_t all;

	(void)sigfillset(&all);
	/* whoever ends it by SIGTERM would end the container; waiting works all the same */
	if (setsid() < 0 || sigprocmask(SIG_SETMASK, &all, NULL) != 0 || chdir("/") != 0)
		return error_set(err, STATUS_SYSTEM, errno, "the keeper cannot leave the runtime");
	if (keeper->ready != READY_FD) {
		if (dup3(keeper->ready, READY_FD, O_CLOEXEC) < 0)
			return error_set(err, STATUS_SYSTEM, errno, "the keeper cannot be told of");
		keeper->ready = READY_FD;
	}
	if (syscall(SYS_close_range, READY_FD + 1, ~0U, 0) != 0)
		return error_set(err, STATUS_UNSUPPORTED, errno,
				 "the keeper cannot close its descriptors (needs Linux 5.9)");
	null = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		return error_set(err, STATUS_SYSTEM, errno, "the keeper cannot open /dev/null");
	/* a runtime may start its hooks without one of the three */
	if (null <= STDERR_FILENO)
		null = -1;
	return STATUS_OK;
}

/* In ps: the words' bytes lie one behind the other, and no longer name could be had. */
static void take_name(char **words)
{
	char *start = words[0], *end = start;

	(void)prctl(PR_SET_NAME, KEEPER_NAME, 0, 0, 0);
	for (size_t i = 0; words[i] != NULL && words[i] == end; i++)
		end += strlen(words[i]) + 1;
	if (end == start)
		return;
	memset(start, 0, (size_t)(end - start));
	(void)snprintf(start, (size_t)(end - start), "%s", KEEPER_NAME);
}

/* From the exec to the end. ESRCH: somebody killed the container, and nobody needs to know. */
static enum status confine_held(const struct inject_plan *plan, int procfd, struct error *err)
{
	bool is_gone;
	enum status st = hold_until_exec(plan->pid, &is_gone, err);

	if (st == STATUS_OK && is_gone)
		return STATUS_OK;
	if (st == STATUS_OK)
		st = inject(plan, procfd, err);
	if (st == STATUS_OK && ptrace(PTRACE_DETACH, plan->pid, NULL, NULL) != 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot let the container go");
	if (st == STATUS_OK || (st == STATUS_SYSTEM && err->sys_errno == ESRCH))
		return STATUS_OK;
	/* the number is its own: we trace it and have not seen it end */
	(void)kill(plan->pid, SIGKILL);
	return st;
}

enum status keeper_run(struct keeper *keeper, const struct inject_plan *plan, char **words,
		       struct error *err)
{
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	struct error told;
	enum status st = leave_runtime(keeper, err);

	take_name(words);
	if (st == STATUS_OK)
		st = process_open(plan->pid, &process, err);
	if (st == STATUS_OK)
		st = hold_seize(plan->pid, process.procfd, err);
	told = st == STATUS_OK ? (struct error){ 0 } : *err;
	/* a pipe takes so much whole or not at all; without an answer the hook fails */
	if (write(keeper->ready, &told, sizeof(told)) != (ssize_t)sizeof(told))
		st = error_set(err, STATUS_SYSTEM, EPIPE, "the hook is gone");
	file_close(&keeper->ready);
	return st == STATUS_OK ? confine_held(plan, process.procfd, err) : st;
}
