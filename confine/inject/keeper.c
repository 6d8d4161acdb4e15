/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/inject/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine/inject/hold.h"
#include "confine/inject/inject.h"
#include "oci-spec/base/file.h"

#define KEEPER_NAME "oci-confine-keeper"
#define SIGNAL_SET_BYTES ((size_t)8) /* the kernel's sigset_t */
#define READY_FD 3 /* the only descriptor of the hook's that the keeper has, until it is ready */

/* A page at least on every machine; what runs over the stack ends there. */
#define GUARD_BYTES ((size_t)64 * 1024)
#define STACK_BYTES ((size_t)192 * 1024)

/* What the keeper has of its own in the hook's memory: nothing of it is the hook's to use. */
struct room {
	char guard[GUARD_BYTES];
	char stack[STACK_BYTES] __attribute__((aligned(16)));
	struct keeper keeper;
	struct error err;
	int ready; /* the pipe to the hook */
	struct sock_filter given_back[BPF_MAXINSNS];
};

/* Everything that ties it to the hook and its runtime, but the pipe. */
static enum status leave_runtime(int *ready, struct error *err)
{
	AUTO(file_close) int null = -1;

	if (setsid() < 0 || chdir("/") != 0)
		return error_set(err, STATUS_SYSTEM, errno, "the keeper cannot leave the runtime");
	if (*ready != READY_FD) {
		if (dup3(*ready, READY_FD, O_CLOEXEC) < 0)
			return error_set(err, STATUS_SYSTEM, errno, "the keeper cannot be told of");
		*ready = READY_FD;
	}
	if (syscall(SYS_close_range, READY_FD + 1, ~0U, 0) != 0)
		return error_set(err, STATUS_UNSUPPORTED, errno,
				 "the keeper cannot close its descriptors (needs Linux 5.9)");
	null = openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
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
static enum status confine_held(struct room *room, int procfd, struct error *err)
{
	const struct inject_plan *plan = room->keeper.plan;
	bool is_gone;
	enum status st = hold_until_exec(plan->pid, &is_gone, err);

	if (st == STATUS_OK && is_gone)
		return STATUS_OK;
	if (st == STATUS_OK)
		st = inject(plan, procfd, room->given_back, err);
	if (st == STATUS_OK && ptrace(PTRACE_DETACH, plan->pid, NULL, NULL) != 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot let the container go");
	if (st == STATUS_OK || (st == STATUS_SYSTEM && err->sys_errno == ESRCH))
		return STATUS_OK;
	/* the number is its own: we trace it and have not seen it end */
	(void)kill(plan->pid, SIGKILL);
	return st;
}

static enum status keep(struct room *room)
{
	AUTO(file_close) int procfd = -1;
	struct error *err = &room->err;
	enum status st = leave_runtime(&room->ready, err);

	take_name(room->keeper.words);
	if (st == STATUS_OK)
		st = hold_seize(room->keeper.plan->pid, &procfd, err);
	if (st != STATUS_OK)
		return st;
	/* without the byte the hook fails, and when this one ends the container does */
	if (write(room->ready, "", 1) != 1)
		return error_set(err, STATUS_SYSTEM, EPIPE, "the hook is gone");
	file_close(&room->ready);
	st = confine_held(room, procfd, err);
	if (st != STATUS_OK)
		room->keeper.on_failure(room->keeper.plan, err);
	return st;
}

/* What it returns is the exit status of a process that runs no exit handlers: clone(2). */
static int life(void *room)
{
	return (int)keep(room);
}

static struct room *make_room(const struct keeper *keeper, struct error *err)
{
	struct room *room = mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (room == MAP_FAILED || mprotect(room->guard, sizeof(room->guard), PROT_NONE) != 0) {
		(void)error_set(err, STATUS_SYSTEM, errno, "no memory for the keeper");
		return NULL;
	}
	room->keeper = *keeper;
	return room;
}

/* A byte says that the init is held. Without one the keeper ends, and says why by how. */
static enum status wait_until_held(int fd, pid_t pid, const struct room *room, struct error *err)
{
	int status;
	char held;
	ssize_t n = read(fd, &held, 1);

	if (n == 1)
		return STATUS_OK;
	if (n < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot hear from the keeper");
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    room->err.status == STATUS_OK || WEXITSTATUS(status) != (int)room->err.status)
		return error_set(err, STATUS_SYSTEM, 0, "the keeper died before it held the init");
	*err = room->err;
	return err->status;
}

enum status keeper_start(const struct keeper *keeper, struct error *err)
{
	AUTO(file_close) int hears = -1;
	struct room *room = make_room(keeper, err);
	int ends[2];
	sigset_t all;
	pid_t pid;

	if (room == NULL)
		return err->status;
	/*
	 * The keeper's, too: whoever ends it by SIGTERM would end the container. Not by the C
	 * library, which leaves out signals that it has for itself.
	 */
	memset(&all, 0xff, sizeof(all));
	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, SIGNAL_SET_BYTES) != 0 ||
	    pipe2(ends, O_CLOEXEC) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "no pipe to the keeper");
	hears = ends[0];
	room->ready = ends[1];
	pid = clone(life, room->stack + sizeof(room->stack), CLONE_VM | SIGCHLD, room);
	file_close(&ends[1]);
	if (pid < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot start the keeper");
	return wait_until_held(hears, pid, room, err);
}
