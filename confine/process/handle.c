/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/process/handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

void process_close(struct process_handle *handle)
{
	file_close(&handle->pidfd);
	file_close(&handle->procfd);
}

static enum status is_gone(pid_t pid, struct error *err)
{
	return error_set(err, STATUS_INVALID, 0, "process %ld is not there, or has ended",
			 (long)pid);
}

enum status process_check(const struct process_handle *handle, struct error *err)
{
	/* EPERM is an answer, too: it is there */
	if (syscall(SYS_pidfd_send_signal, handle->pidfd, 0, NULL, 0) == 0 || errno == EPERM)
		return STATUS_OK;
	if (errno == ESRCH)
		return is_gone(handle->pid, err);
	return error_set(err, STATUS_SYSTEM, errno, "cannot look at process %ld",
			 (long)handle->pid);
}

enum status process_open(pid_t pid, struct process_handle *ret_handle, struct error *err)
{
	AUTO(process_close) struct process_handle handle = PROCESS_HANDLE_NONE;
	char path[32];
	enum status st;

	handle.pid = pid;
	handle.pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (handle.pidfd < 0 && (pid <= 0 || errno == ESRCH))
		return is_gone(pid, err);
	/* the number of a thread that leads no process */
	if (handle.pidfd < 0 && (errno == EINVAL || errno == ENOENT))
		return error_set(err, STATUS_INVALID, 0, "%ld is a thread, not a process",
				 (long)pid);
	if (handle.pidfd < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot open process %ld", (long)pid);
	(void)snprintf(path, sizeof(path), "/proc/%ld", (long)pid);
	handle.procfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (handle.procfd < 0)
		return errno == ENOENT
			       ? is_gone(pid, err)
			       : error_set(err, STATUS_SYSTEM, errno, "cannot open '%s'", path);
	st = process_check(&handle, err);
	if (st != STATUS_OK)
		return st;
	*ret_handle = handle;
	handle = (struct process_handle)PROCESS_HANDLE_NONE;
	return STATUS_OK;
}

/* proc_pid_stat(5): the 22nd word; the second one, the name, may hold anything up to its last ")". */
bool process_is(const struct process_handle *handle, uint64_t start_time)
{
	AUTO(file_close) int fd = openat(handle->procfd, "stat", O_RDONLY | O_CLOEXEC);
	char text[1024];
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	char *at;

	if (start_time == 0)
		return true;
	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strrchr(text, ')');
	for (unsigned word = 2; at != NULL && word < 22; word++)
		at = strchr(at + 1, ' ');
	return at != NULL && strtoull(at, NULL, 10) == start_time;
}
