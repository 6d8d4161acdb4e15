/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act ACTION...: does each in turn and prints a line "ACTION: ok", "ACTION: EACCES" or what it
 * read. Runs in containers that AppArmor confines, so that a test sees what holds in there.
 *
 *   label            the AppArmor label of this process
 *   kill-child       kills a child of its own                  trace-child   ptraces one
 *   signal=PID       sends SIGCONT                             trace=PID   ptraces, lets go
 *   inspect=PID      reads /proc/PID/environ, a ptrace read
 *   mount            mounts a tmpfs on /tmp                    unix   connects to itself
 *   read=FILE        opens for reading, reads a byte           write=FILE   opens for writing
 *   create=FILE      makes a file
 *   attr=TEXT        writes TEXT to its /proc/thread-self/attr/apparmor/current
 *   onexec=TEXT      writes TEXT to .../exec and executes itself with "label"
 *                    (in both "_" stands for a space)
 *   wait             prints "wait: ready" and stays until it is killed
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ATTR "/proc/thread-self/attr/apparmor/"

/* All return 0 or the error. */
static int open_and_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error = 0;
	ssize_t n;

	if (fd < 0)
		return errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		error = errno;
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	close(fd);
	return error;
}

static int open_and_write(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0644), error = 0;

	if (fd < 0)
		return errno;
	if (text && write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

/* A child that waits. It ends by itself, as AppArmor may keep everyone else from ending it. */
static pid_t fork_waiting(void)
{
	pid_t child = fork();

	if (child == 0) {
		(void)close(STDOUT_FILENO);
		(void)close(STDERR_FILENO);
		alarm(2);
		for (;;)
			pause();
	}
	return child;
}

static int kill_child(void)
{
	pid_t child = fork_waiting();
	int status, error = 0;

	if (child < 0)
		return errno;
	if (kill(child, SIGKILL) != 0)
		error = errno;
	else if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
		error = ECHILD;
	return error;
}

static int trace(pid_t pid)
{
	int status, error = 0;

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) != 0)
		return errno;
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		error = ECHILD;
	(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return error;
}

static int trace_child(void)
{
	pid_t child = fork_waiting();
	int error = child < 0 ? errno : trace(child);

	if (child > 0)
		(void)kill(child, SIGKILL);
	return error;
}

static int inspect(const char *pid)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	return open_and_read(path, text, sizeof(text));
}

static int connect_to_itself(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "\0act" };
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
	int pair[2];

	if (server < 0 || client < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return errno;
	if (bind(server, (struct sockaddr *)&name, sizeof(name)) != 0 || listen(server, 1) != 0 ||
	    connect(client, (struct sockaddr *)&name, sizeof(name)) != 0 ||
	    write(client, "x", 1) != 1)
		return errno;
	return 0;
}

static int write_attr(const char *path, const char *words)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", words);
	for (char *c = text; *c; c++) {
		if (*c == '_')
			*c = ' ';
	}
	return open_and_write(path, 0, text);
}

static int exec_with(const char *words, char *self)
{
	char label[] = "label", *argv[] = { self, label, NULL };
	int error = write_attr(ATTR "exec", words), status;
	pid_t child;

	if (error)
		return error;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		(void)execv("/proc/self/exe", argv);
		_exit(errno);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return ECHILD;
	return WEXITSTATUS(status);
}

/* The part behind `name`, NULL when the action is another one. */
static const char *value_of(const char *action, const char *name)
{
	size_t n = strlen(name);

	return strncmp(action, name, n) == 0 ? action + n : NULL;
}

static int act(const char *action, char *self, char *text, size_t size)
{
	const char *value;

	if (strcmp(action, "label") == 0)
		return open_and_read(ATTR "current", text, size);
	if (strcmp(action, "kill-child") == 0)
		return kill_child();
	if (strcmp(action, "trace-child") == 0)
		return trace_child();
	if (strcmp(action, "mount") == 0)
		return mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0 ? 0 : errno;
	if (strcmp(action, "unix") == 0)
		return connect_to_itself();
	if ((value = value_of(action, "signal=")))
		return kill(atoi(value), SIGCONT) == 0 ? 0 : errno;
	if ((value = value_of(action, "trace=")))
		return trace(atoi(value));
	if ((value = value_of(action, "inspect=")))
		return inspect(value);
	if ((value = value_of(action, "read=")))
		return open_and_read(value, (char[2]){ 0 }, 2);
	if ((value = value_of(action, "write=")))
		return open_and_write(value, 0, NULL);
	if ((value = value_of(action, "create=")))
		return open_and_write(value, O_CREAT, "x");
	if ((value = value_of(action, "attr=")))
		return write_attr(ATTR "current", value);
	if ((value = value_of(action, "onexec=")))
		return exec_with(value, self);
	return EINVAL;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char text[1024] = "ok";
		int error;

		if (strcmp(argv[i], "wait") == 0) {
			puts("wait: ready");
			fflush(stdout);
			for (;;)
				pause();
		}
		error = act(argv[i], argv[0], text, sizeof(text));
		printf("%s: %s\n", argv[i], error ? strerrorname_np(error) : text);
		fflush(stdout);
	}
	return 0;
}
