/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_LIVE_H
#define CONFINE_LIVE_H

#include <stdbool.h>
#include <sys/types.h>

#include "oci-spec/capability.h"

/*
 * What the kernel says of a running process's confinement: proc_pid_status(5). Read by way of
 * its directory in /proc, opened once, which goes with the process and not with the number.
 */
struct live {
	struct capability_sets capabilities;
	bool no_new_privileges;
	unsigned seccomp_mode;	  /* 0 none, 1 strict, 2 filter */
	unsigned seccomp_filters; /* how many */
	pid_t tracer;		  /* who traces it, 0 for nobody we can see */
};

/* Of the calling thread's process group leader. STATUS_SYSTEM with ESRCH: it is gone. */
enum status live_read(int procfd, struct live *ret_live, struct error *err) MUST_CHECK;

/*
 * The AppArmor label, "A//&B (enforce)" without newline, terminated; empty when the kernel has
 * no AppArmor. STATUS_INVALID when it does not fit.
 */
enum status live_read_label(int procfd, char *label, size_t size, struct error *err) MUST_CHECK;

#endif
