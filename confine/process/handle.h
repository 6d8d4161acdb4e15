/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_PROCESS_HANDLE_H
#define CONFINE_PROCESS_HANDLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "oci-spec/base/error.h"

/*
 * A process of this machine that stays the same one: its number can go to another process as soon
 * as it is reaped, the two descriptors cannot.
 */
struct process_handle {
	pid_t pid;
	int pidfd;
	int procfd; /* /proc/PID */
};

#define PROCESS_HANDLE_NONE \
	{                   \
		0, -1, -1   \
	}

/* For AUTO(process_close). */
void process_close(struct process_handle *handle);

/* STATUS_INVALID: there is no such process, or it has ended. */
enum status process_open(pid_t pid, struct process_handle *ret_handle,
			 struct error *err) MUST_CHECK;

/*
 * Fails as process_open() does when the process has ended. While it has not, its number is its
 * own: what was done by number before this check was done to it.
 */
enum status process_check(const struct process_handle *handle, struct error *err) MUST_CHECK;

/*
 * Whether the process started at this moment, in clock ticks since boot as /proc/PID/stat has it:
 * whether it is the one that somebody wrote down. 0 is any moment.
 */
bool process_is(const struct process_handle *handle, uint64_t start_time);

#endif
