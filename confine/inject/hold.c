/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/inject/hold.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

#define OPTIONS \
	(PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE)

/* "0" to "3" of Yama; '0' where there is no Yama. */
static char yama_scope(void)
{
	AUTO(file_close) int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
	char scope = '0';

	if (fd >= 0 && read(fd, &scope, 1) != 1)
		scope = '0';
	return scope;
}

static enum status cannot_seize(struct error *err)
{
	int cause = errno;
	char scope = yama_scope();

	if (cause == EPERM && scope == '3')
		return error_set(err, STATUS_UNSUPPORTED, cause,
				 "cannot hold the container's init: kernel.yama.ptrace_scope is 3; "
				 "boot with 2 or less, or confine by oci-confine-runtime");
	if (cause == EPERM)
		return error_set(err, STATUS_UNSUPPORTED, cause,
				 "cannot hold the container's init (it is traced already, or this "
				 "user lacks CAP_SYS_PTRACE over it; kernel.yama.ptrace_scope is "
				 "%c): confine by oci-confine-runtime",
				 scope);
	return error_set(err, STATUS_SYSTEM, cause, "cannot hold the container's init");
}

/* Whether a thread that cannot be seized is ours already: started by one that was. */
static bool is_ours(pid_t tid)
{
	siginfo_t ignored;
	int cause = errno;
	/* wait(2) knows a tracer's threads one by one, and nobody else's; nothing is taken */
	bool ours = waitid(P_PID, (id_t)tid, &ignored,
			   WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) == 0;

	errno = cause; /* why it cannot be seized */
	return ours;
}

/* The name of a directory in /proc/PID/task; 0 for "." and "..". */
static pid_t thread_number(const char *name)
{
	pid_t tid = 0;

	for (; *name >= '0' && *name <= '9'; name++)
		tid = tid * 10 + (*name - '0');
	return tid;
}

/* Seizes the threads that are listed and not ours yet. */
static enum status seize_listed(DIR *dir, unsigned *ret_seized, struct error *err)
{
	const struct dirent *entry;

	*ret_seized = 0;
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		pid_t tid = thread_number(entry->d_name);

		if (tid <= 0)
			continue;
		if (ptrace(PTRACE_SEIZE, tid, NULL, OPTIONS) == 0)
			(*ret_seized)++;
		else if (errno != ESRCH && !is_ours(tid))
			return cannot_seize(err);
	}
	/* a list that breaks off must not look like its end */
	return errno == 0 ? STATUS_OK : cannot_seize(err);
}

/*
 * While threads are listed others may start; those of seized ones are seized by the kernel. Two
 * lists without a new one are the end, as in gdb.
 */
static enum status seize_others(int *taskfd, struct error *err)
{
	DIR *dir = fdopendir(*taskfd);
	unsigned seized, quiet = 0;
	enum status st = STATUS_OK;

	if (dir == NULL)
		return cannot_seize(err);
	*taskfd = -1; /* the directory's now */
	while (st == STATUS_OK && quiet < 2) {
		rewinddir(dir);
		st = seize_listed(dir, &seized, err);
		quiet = seized == 0 ? quiet + 1 : 0;
	}
	(void)closedir(dir);
	return st;
}

/*
 * The runtimes call execve from their first thread, but any thread could, and one that nobody
 * traces would run the workload as it is. A process of one thread, which is seized, cannot get
 * one that is not: only a thread makes a thread. How many there are is in the directory's link
 * count, beside its own two (fs/proc/base.c, proc_task_getattr()).
 */
static enum status seize_threads(int procfd, struct error *err)
{
	AUTO(file_close) int taskfd = openat(procfd, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat task;

	if (taskfd < 0 || fstat(taskfd, &task) != 0)
		return cannot_seize(err);
	return task.st_nlink == 2 + 1 ? STATUS_OK : seize_others(&taskfd, err);
}

enum status hold_seize(pid_t pid, int *ret_procfd, struct error *err)
{
	char path[32];
	int procfd;
	enum status st;

	/* the first thread by its number: that it is gone must not look like success */
	if (ptrace(PTRACE_SEIZE, pid, NULL, OPTIONS) != 0)
		return errno == ESRCH
			       ? error_set(err, STATUS_INVALID, 0,
					   "process %ld is not there, or has ended", (long)pid)
			       : cannot_seize(err);
	(void)snprintf(path, sizeof(path), "/proc/%ld", (long)pid);
	procfd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (procfd < 0)
		return cannot_seize(err);
	st = seize_threads(procfd, err);
	if (st == STATUS_OK)
		*ret_procfd = procfd;
	else
		file_close(&procfd);
	return st;
}

static bool is_group_stop(int status)
{
	int sig = WSTOPSIG(status);

	return status >> 16 == PTRACE_EVENT_STOP &&
	       (sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU);
}

/* Lets a thread go on as it would without us: ptrace(2), "Group-stop", "Signal injection". */
static void hand_on(pid_t tid, int status)
{
	bool is_signal = status >> 16 == 0 && WSTOPSIG(status) != (SIGTRAP | 0x80);

	/* ESRCH: killed in between, which the next wait tells */
	if (is_group_stop(status))
		(void)ptrace(PTRACE_LISTEN, tid, NULL, NULL);
	else
		(void)ptrace(PTRACE_CONT, tid, NULL, is_signal ? (long)WSTOPSIG(status) : 0L);
}

enum status hold_until_exec(pid_t pid, bool *ret_gone, struct error *err)
{
	int status;

	*ret_gone = false;
	for (;;) {
		pid_t tid = waitpid(-1, &status, __WALL);

		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0 && errno != ECHILD)
			return error_set(err, STATUS_SYSTEM, errno,
					 "cannot wait for the container");
		if (tid < 0 || (tid == pid && !WIFSTOPPED(status))) {
			*ret_gone = true;
			return STATUS_OK;
		}
		if (!WIFSTOPPED(status))
			continue; /* one of its threads */
		if (status >> 8 != (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
			hand_on(tid, status);
			continue;
		}
		/* whichever thread it was, it has the first one's number now: execve(2) */
		if (tid != pid)
			return error_set(err, STATUS_UNSUPPORTED, 0,
					 "a process that the runtime made, %d, executed a program "
					 "in place of the container's init",
					 (int)tid);
		return STATUS_OK;
	}
}
