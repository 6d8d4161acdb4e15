/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/program.h"

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
#include "oci-spec/base/size_signal.h"

/* Its three descriptors, in memory: no pipe can fill up, and none can block. */
struct streams {
	int fds[3];
};

static void streams_close(struct streams *streams)
{
	for (int i = 0; i < 3; i++)
		file_close(&streams->fds[i]);
}

static enum status write_input(int fd, struct text input, struct error *err)
{
	size_t done = 0;

	while (done < input.len) {
		ssize_t n = write(fd, input.ptr + done, input.len - done);

		if (n < 0 && errno != EINTR)
			return error_set(err, STATUS_SYSTEM, errno, "cannot run another program");
		done += n > 0 ? (size_t)n : 0;
	}
	return STATUS_OK;
}

static enum status streams_open(struct streams *streams, struct text input, struct error *err)
{
	struct sigaction before;
	enum status st;

	for (int i = 0; i < 3; i++) {
		streams->fds[i] = memfd_create("oci-confine-program", MFD_CLOEXEC);
		if (streams->fds[i] < 0)
			return error_set(err, STATUS_SYSTEM, errno, "cannot run another program");
	}
	st = size_signal_ignore(&before, err);
	if (st != STATUS_OK)
		return st;
	st = write_input(streams->fds[0], input, err);
	st = size_signal_give_back(&before, st, err);
	if (st == STATUS_OK && lseek(streams->fds[0], 0, SEEK_SET) != 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot run another program");
	return st;
}

static void limit_resources(const struct program *program)
{
	const struct rlimit seconds = { program->seconds, program->seconds };
	const struct rlimit bytes = { program->output_max, program->output_max };
	const struct rlimit memory = { program->memory_max, program->memory_max };

	(void)setrlimit(RLIMIT_CPU, &seconds);
	(void)setrlimit(RLIMIT_FSIZE, &bytes);
	if (program->memory_max != 0)
		(void)setrlimit(RLIMIT_AS, &memory);
}

/* In the child. It never returns. */
static _Noreturn void become(const struct program *program, const struct streams *streams)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
						   NULL };
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	limit_resources(program);
	/* execve(2) takes argv and environment as if it could change them */
	if (chdir("/") == 0 && dup2(streams->fds[0], 0) == 0 && dup2(streams->fds[1], 1) == 1 &&
	    dup2(streams->fds[2], 2) == 2 && syscall(SYS_close_range, 3, ~0U, 0) == 0)
		(void)execve(program->path, (char *const *)(uintptr_t)program->argv,
			     (char *const *)(uintptr_t)environment);
	_exit(127);
}

/* Waits for the child, not for ever. False: it had to be killed. */
static bool wait_in_time(pid_t child, unsigned seconds, int *ret_status)
{
	struct pollfd ended = { .events = POLLIN };
	bool in_time;

	ended.fd = (int)syscall(SYS_pidfd_open, child, 0);
	in_time = ended.fd >= 0 && poll(&ended, 1, (int)seconds * 1000) == 1;
	if (!in_time)
		(void)kill(child, SIGKILL);
	file_close(&ended.fd);
	while (waitpid(child, ret_status, 0) < 0 && errno == EINTR)
		;
	return in_time;
}

/* The last line of its complaints, which says where and why. */
static struct text last_line(int fd, size_t max, struct arena *arena)
{
	struct text text = TEXT_NONE, line, last = TEXT_NONE;
	struct error ignored;

	if (lseek(fd, 0, SEEK_SET) != 0 ||
	    file_read_fd(fd, max, arena, &text, &ignored) != STATUS_OK)
		return TEXT("no reason given");
	while (text.len > 0) {
		line = text_trim(text_cut(&text, '\n'));
		last = line.len > 0 ? line : last;
	}
	return last.len > 0 ? last : TEXT("no reason given");
}

static enum status judge(const struct program *program, int status, const struct streams *streams,
			 struct arena *arena, struct error *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return STATUS_OK;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return error_set(err, STATUS_SYSTEM, 0, "cannot run %.200s", program->path);
	if (WIFSIGNALED(status))
		return error_set(err, STATUS_SYSTEM, 0,
				 "%.60s was ended by signal %d (it may use %u s and %zu MiB of "
				 "output)",
				 program->argv[0], WTERMSIG(status), program->seconds,
				 program->output_max >> 20);
	return error_set(err, STATUS_INVALID, 0, "%.60s refuses it: %.*s", program->argv[0],
			 TEXT_ARG(last_line(streams->fds[2], program->output_max, arena)));
}

static enum status run_child(const struct program *program, const struct streams *streams,
			     struct arena *arena, struct error *err)
{
	int status = 0;
	bool in_time;
	/* one thread, and a child that calls the system only: no handlers to run, none to link */
	pid_t child = _Fork();

	if (child < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot run %.200s", program->path);
	if (child == 0)
		become(program, streams);
	in_time = wait_in_time(child, program->seconds, &status);
	if (!in_time)
		return error_set(err, STATUS_SYSTEM, 0, "%.60s took more than %u s",
				 program->argv[0], program->seconds);
	return judge(program, status, streams, arena, err);
}

enum status program_run(const struct program *program, struct text input, struct arena *arena,
			struct text *ret_output, struct error *err)
{
	AUTO(streams_close) struct streams streams = { { -1, -1, -1 } };
	struct sigaction normal = { .sa_handler = SIG_DFL }, before;
	enum status st;

	if (access(program->path, X_OK) != 0)
		return error_set(err, STATUS_UNSUPPORTED, errno, "cannot run %.200s",
				 program->path);
	st = streams_open(&streams, input, err);
	if (st != STATUS_OK)
		return st;
	/* a caller that ignores SIGCHLD would take the child's status away from us */
	if (sigaction(SIGCHLD, &normal, &before) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot run %.200s", program->path);
	st = run_child(program, &streams, arena, err);
	/* or the runtime would inherit it */
	if (sigaction(SIGCHLD, &before, NULL) != 0 && st == STATUS_OK)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot give SIGCHLD back");
	if (st == STATUS_OK && lseek(streams.fds[1], 0, SEEK_SET) != 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot read what %.60s says",
			       program->argv[0]);
	if (st == STATUS_OK)
		st = file_read_fd(streams.fds[1], program->output_max, arena, ret_output, err);
	return st;
}
