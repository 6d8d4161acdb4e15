/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine/attest.h"
#include "hook/hook.h"

/*
 * Whether a keeper of ours traces it: a process that runs this very program. (After an upgrade
 * in between it is another one; then the container is taken for what it looks like.)
 */
static bool is_held(const struct live *live)
{
	struct stat ours, theirs;
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%ld/exe", (long)live->tracer);
	return live->tracer > 0 && stat("/proc/self/exe", &ours) == 0 && stat(path, &theirs) == 0 &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* A pidfd can be read from when its process has ended: pidfd_open(2). */
static bool has_ended(const struct process_handle *process)
{
	struct pollfd ended = { .fd = process->pidfd, .events = POLLIN };

	return poll(&ended, 1, 0) == 1;
}

/* What is wrong is said, also if the container could not even be killed. */
static enum status kill_container(const struct process_handle *process,
				  const struct attest_findings *findings, struct error *err)
{
	const char *done = "killed";

	if (syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0) != 0)
		done = "not even killed";
	return error_set(err, STATUS_DENIED, 0, "%s: not confined as decided: %s%s", done,
			 findings->list[0].text, findings->count > 1 ? ", and more" : "");
}

static enum status compare(const struct confine *confine, const struct confined *confined,
			   const struct attested *attested, struct attest_findings *findings,
			   struct error *err)
{
	const struct attest_terms terms = {
		.has_run = true,
		.bounding_may_stay = confined->changed,
		.audit = confine->policy.audit,
		.apparmor_profiles = confine->host.apparmor_profiles,
	};

	return attest_compare(attested, &confined->decision, &terms, confine->arena, findings, err);
}

/*
 * runc runs poststart hooks while its init waits to execute the workload, and says "created":
 * the label is put on by that execve. All else is on already.
 */
static void leave_out_label(struct attest_findings *findings)
{
	size_t kept = 0;

	for (size_t i = 0; i < findings->count; i++) {
		if (findings->list[i].subject != ATTEST_APPARMOR)
			findings->list[kept++] = findings->list[i];
	}
	findings->count = kept;
}

static enum status attest(struct hook *hook, struct confine *confine,
			  const struct confined *confined, const struct process_handle *process,
			  struct error *err)
{
	struct attested *attested = arena_alloc(&hook->arena, sizeof(*attested));
	struct attest_findings *findings = arena_alloc(&hook->arena, sizeof(*findings));
	enum status st;

	if (attested == NULL || findings == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot attest");
	st = attest_read(process, &hook->arena, attested, err);
	if (has_ended(process) || (st == STATUS_OK && is_held(&attested->live)))
		return STATUS_OK;
	if (st == STATUS_OK)
		st = compare(confine, confined, attested, findings, err);
	if (st == STATUS_OK && text_is(hook->state.status, "created"))
		leave_out_label(findings);
	if (st != STATUS_OK || findings->count == 0)
		return st;
	return has_ended(process) ? STATUS_OK : kill_container(process, findings, err);
}

enum status hook_attest(struct hook *hook, struct error *err)
{
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	struct confine *confine = arena_alloc(&hook->arena, sizeof(*confine));
	struct confined *confined = arena_alloc(&hook->arena, sizeof(*confined));
	enum status st = hook_check_pid(&hook->state, err);

	if (confine == NULL || confined == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	if (st == STATUS_OK)
		st = hook_decide(hook, confine, confined, err);
	if (st != STATUS_OK || confined->decision.privileges.untouched)
		return st;
	st = process_open(hook->state.pid, &process, err);
	/* a workload may be quicker than we are */
	if (st == STATUS_INVALID)
		return STATUS_OK;
	return st == STATUS_OK ? attest(hook, confine, confined, &process, err) : st;
}
