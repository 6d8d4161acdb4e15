/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/apparmor/parser.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

#define ADDRESS_SPACE_MAX ((rlim_t)2 << 30)

/* Its three descriptors, in memory: no pipe can fill up, and none can block. */
struct streams {
	int fds[3];
};

static void streams_close(struct streams *streams)
{
	for (int i = 0; i < 3; i++)
		file_close(&streams->fds[i]);
}

static enum status streams_open(struct streams *streams, struct text input, struct error *err)
{
	size_t done = 0;

	for (int i = 0; i < 3; i++) {
		streams->fds[i] = memfd_create("apparmor_parser", MFD_CLOEXEC);
		if (streams->fds[i] < 0)
			return error_set(err, STATUS_SYSTEM, errno, "cannot run apparmor_parser");
	}
	while (done < input.len) {
		ssize_t n = write(streams->fds[0], input.ptr + done, input.len - done);

		if (n < 0 && errno != EINTR)
			return error_set(err, STATUS_SYSTEM, errno, "cannot run apparmor_parser");
		done += n > 0 ? (size_t)n : 0;
	}
	if (lseek(streams->fds[0], 0, SEEK_SET) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot run apparmor_parser");
	return STATUS_OK;
}

static char *const *arguments(enum apparmor_parser_job job)
{
	static const char name[] = "apparmor_parser";
	static const char *const names[] = { name, "-q", "-N", NULL };
	static const char *const preprocess[] = { name, "-q", "-p", NULL };
	static const char *const compile[] = { name, "-q", "-Q", "-K", "-S", NULL };
	static const char *const complain[] = { name, "-q", "-Q", "-K", "-S", "-C", NULL };
	const char *const *chosen = compile;

	switch (job) {
	case APPARMOR_PARSER_NAMES:
		chosen = names;
		break;
	case APPARMOR_PARSER_PREPROCESS:
		chosen = preprocess;
		break;
	case APPARMOR_PARSER_COMPILE:
		chosen = compile;
		break;
	case APPARMOR_PARSER_COMPILE_COMPLAIN:
		chosen = complain;
		break;
	}
	/* execve(2) takes them as if it could change them */
	return (char *const *)(uintptr_t)chosen;
}

static void limit_resources(void)
{
	const struct rlimit seconds = { APPARMOR_PARSER_SECONDS, APPARMOR_PARSER_SECONDS };
	const struct rlimit bytes = { APPARMOR_BLOB_BYTES_MAX, APPARMOR_BLOB_BYTES_MAX };
	const struct rlimit memory = { ADDRESS_SPACE_MAX, ADDRESS_SPACE_MAX };

	(void)setrlimit(RLIMIT_CPU, &seconds);
	(void)setrlimit(RLIMIT_FSIZE, &bytes);
	(void)setrlimit(RLIMIT_AS, &memory);
}

/* In the child. It never returns. */
static _Noreturn void become_parser(enum apparmor_parser_job job, const struct streams *streams)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
						   NULL };
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	limit_resources();
	if (chdir("/") == 0 && dup2(streams->fds[0], 0) == 0 && dup2(streams->fds[1], 1) == 1 &&
	    dup2(streams->fds[2], 2) == 2 && syscall(SYS_close_range, 3, ~0U, 0) == 0)
		(void)execve(APPARMOR_PARSER_PATH, arguments(job),
			     (char *const *)(uintptr_t)environment);
	_exit(127);
}

/* Waits for the child, not for ever. False: it had to be killed. */
static bool wait_in_time(pid_t child, int *ret_status)
{
	struct pollfd ended = { .events = POLLIN };
	bool in_time;

	ended.fd = (int)syscall(SYS_pidfd_open, child, 0);
	in_time = ended.fd >= 0 && poll(&ended, 1, APPARMOR_PARSER_SECONDS * 1000) == 1;
	if (!in_time)
		(void)kill(child, SIGKILL);
	file_close(&ended.fd);
	while (waitpid(child, ret_status, 0) < 0 && errno == EINTR)
		;
	return in_time;
}

/* The last line of its complaints, which says where and why. */
static struct text last_line(int fd, struct arena *arena)
{
	struct text text = TEXT_NONE, line, last = TEXT_NONE;
	struct error ignored;

	if (lseek(fd, 0, SEEK_SET) != 0 ||
	    file_read_fd(fd, APPARMOR_BLOB_BYTES_MAX, arena, &text, &ignored) != STATUS_OK)
		return TEXT("no reason given");
	while (text.len > 0) {
		line = text_trim(text_cut(&text, '\n'));
		last = line.len > 0 ? line : last;
	}
	return last.len > 0 ? last : TEXT("no reason given");
}

static enum status judge(int status, const struct streams *streams, struct arena *arena,
			 struct error *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return STATUS_OK;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return error_set(err, STATUS_SYSTEM, 0, "cannot run " APPARMOR_PARSER_PATH);
	if (WIFSIGNALED(status))
		return error_set(err, STATUS_SYSTEM, 0,
				 "apparmor_parser was ended by signal %d (it may use %d s and 2 "
				 "GiB)",
				 WTERMSIG(status), APPARMOR_PARSER_SECONDS);
	return error_set(err, STATUS_INVALID, 0, "apparmor_parser refuses it: %.*s",
			 TEXT_ARG(last_line(streams->fds[2], arena)));
}

static enum status run_child(enum apparmor_parser_job job, const struct streams *streams,
			     struct arena *arena, struct error *err)
{
	int status = 0;
	bool in_time;
	pid_t child = fork();

	if (child < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot run apparmor_parser");
	if (child == 0)
		become_parser(job, streams);
	in_time = wait_in_time(child, &status);
	if (!in_time)
		return error_set(err, STATUS_SYSTEM, 0, "apparmor_parser took more than %d s",
				 APPARMOR_PARSER_SECONDS);
	return judge(status, streams, arena, err);
}

enum status apparmor_parser_run(enum apparmor_parser_job job, struct text input,
				struct arena *arena, struct text *ret_output, struct error *err)
{
	AUTO(streams_close) struct streams streams = { { -1, -1, -1 } };
	struct sigaction normal = { .sa_handler = SIG_DFL }, before;
	enum status st;

	if (access(APPARMOR_PARSER_PATH, X_OK) != 0)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "there is no " APPARMOR_PARSER_PATH
				 " to compile AppArmor profiles (Debian: package apparmor)");
	st = streams_open(&streams, input, err);
	if (st != STATUS_OK)
		return st;
	/* a caller that ignores SIGCHLD would take the child's status away from us */
	if (sigaction(SIGCHLD, &normal, &before) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot run apparmor_parser");
	st = run_child(job, &streams, arena, err);
	(void)sigaction(SIGCHLD, &before, NULL);
	if (st == STATUS_OK && lseek(streams.fds[1], 0, SEEK_SET) != 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot run apparmor_parser");
	if (st == STATUS_OK)
		st = file_read_fd(streams.fds[1], APPARMOR_BLOB_BYTES_MAX, arena, ret_output, err);
	return st;
}
