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
	if (st == STATUS_OK && findings->count > 0)
		st = error_set(err, STATUS_DENIED, 0, "not confined as decided: %s%s",
			       findings->list[0].text, findings->count > 1 ? ", and more" : "");
	return st;
}

static enum status decide_and_attest(struct hook *hook, const struct process_handle *process,
				     struct error *err)
{
	struct confine *confine = arena_alloc(&hook->arena, sizeof(*confine));
	struct confined *confined = arena_alloc(&hook->arena, sizeof(*confined));
	enum status st;

	if (confine == NULL || confined == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot start");
	st = hook_decide(hook, confine, confined, err);
	if (st != STATUS_OK || confined->decision.privileges.untouched)
		return st;
	return attest(hook, confine, confined, process, err);
}

/*
 * Not every runtime ends a container whose poststart hook fails (crun 1.8.1 does not), and what
 * nobody could look at may be anything. Where there is no pidfd, or it does not serve, the number
 * that the runtime has just given has to do. False: it has ended by itself.
 */
static bool kill_container(struct hook *hook, const struct process_handle *process, bool is_looser)
{
	long rc;

	if (process->pidfd >= 0 && has_ended(process))
		return false;
	rc = syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
	if (rc != 0 && errno != ESRCH)
		rc = kill(hook->state.pid, SIGKILL);
	if (rc != 0 && errno == ESRCH)
		return false;
	if (rc != 0)
		hook->done = "cannot be killed";
	else
		hook->done = is_looser ? "killed" : "killed, as it could not be looked at";
	return true;
}

enum status hook_attest(struct hook *hook, struct error *err)
{
	AUTO(process_close) struct process_handle process = PROCESS_HANDLE_NONE;
	enum status st = hook_check_pid(&hook->state, err);

	/* in another pid namespace the number may be anybody's */
	if (st != STATUS_OK && err->sys_errno == 0)
		return st;
	if (st == STATUS_OK)
		st = process_open(hook->state.pid, &process, err);
	if (st == STATUS_OK)
		st = decide_and_attest(hook, &process, err);
	if (st == STATUS_OK || kill_container(hook, &process, st == STATUS_DENIED))
		return st;
	return STATUS_OK; /* a workload may be quicker than we are */
}
