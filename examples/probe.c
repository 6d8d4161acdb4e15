/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs inside a container and says what it may do there. Each name on the command line is one
 * system call, made in a child of its own; one line comes out for it:
 *
 *   NAME ok | NAME EPERM | NAME killed
 *
 * The arguments are chosen so that the kernel itself never answers EPERM, with or without
 * capabilities: EPERM, and ENOSYS of clone3, are the filter's. "status" prints the lines of
 * /proc/self/status that are about confinement.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOWHERE ((long)(uintptr_t) "/does/not/exist")
#define BAD_POINTER 1L
#define BAD_FD (-1L)
#define NUMBER_OF_FCHMODAT2 452
#define I386 (1L << 40) /* made by the 32-bit entry of the kernel */
#define I386_KEYCTL 288
#define I386_GETPID 20
#define I386_SOCKET 359
#define FAMILY_VSOCK 40L

static char key_type[] = "user", key_name[] = "oci-confine-probe";

struct probe {
	const char *name;
	long number;
	long args[6];
};

static const struct probe probes[] = {
	/* what every profile lets through */
	{ "getpid", SYS_getpid, { 0 } },
	{ "fchmod", SYS_fchmod, { BAD_FD, 0 } },
	{ "ptrace", SYS_ptrace, { PTRACE_TRACEME, 0, 0, 0 } },
	{ "socket-inet", SYS_socket, { AF_INET, SOCK_DGRAM, 0 } },
	{ "personality-query", SYS_personality, { 0xffffffff } },

	/* what RuntimeDefault closes, and the kernel does not mind */
	{ "unshare-user", SYS_unshare, { CLONE_NEWUSER } },
	{ "clone-user", SYS_clone, { CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0 } },
	{ "clone3", SYS_clone3, { 0, 0 } },
	{ "setns", SYS_setns, { BAD_FD, 0 } },
	{ "mount", SYS_mount, { 0, 0, BAD_POINTER, 0, 0 } },
	{ "keyctl", SYS_keyctl, { 0 /* KEYCTL_GET_KEYRING_ID */, -3, 1 } },
	{ "add_key", SYS_add_key, { (long)key_type, (long)key_name, (long)key_name, 4, -2 } },
	{ "request_key", SYS_request_key, { BAD_POINTER, BAD_POINTER, 0, 0 } },
	{ "userfaultfd", SYS_userfaultfd, { 1 /* UFFD_USER_MODE_ONLY */ } },
	{ "bpf", SYS_bpf, { 0, BAD_POINTER, 1 << 30 } },
	{ "perf_event_open", SYS_perf_event_open, { BAD_POINTER, 0, 0, -1, -1 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 0, 0 } },
	{ "personality-no-aslr", SYS_personality, { 0x0040000 } },
	{ "socket-vsock", SYS_socket, { FAMILY_VSOCK, SOCK_STREAM, 0 } },
	/* the kernel looks at 32 bits of the family only, a filter that compares 64 does not */
	{ "socket-vsock-high", SYS_socket, { FAMILY_VSOCK | 1L << 32, SOCK_STREAM, 0 } },
	{ "socket-vsock-sign", SYS_socket, { FAMILY_VSOCK | (long)(~0UL << 32), SOCK_STREAM, 0 } },

	/* for profiles that a test writes */
	{ "chmod", SYS_chmod, { NOWHERE, 0600 } },
	{ "fchmodat", SYS_fchmodat, { AT_FDCWD, NOWHERE, 0600 } },
	{ "fchmodat2", NUMBER_OF_FCHMODAT2, { AT_FDCWD, NOWHERE, 0600, 0 } },
	{ "mkdir", SYS_mkdir, { NOWHERE, 0700 } },
	{ "chroot", SYS_chroot, { BAD_POINTER } },
	{ "syslog", SYS_syslog, { 3, 0, -1 } },
	{ "umask", SYS_umask, { 022 } },

	/* the second and third ABI of an x86_64 kernel */
	{ "i386-getpid", I386_GETPID | I386, { 0 } },
	{ "i386-keyctl", I386_KEYCTL | I386, { 0, -3, 1 } },
	{ "i386-socket-vsock", I386_SOCKET | I386, { FAMILY_VSOCK, SOCK_STREAM, 0 } },
	{ "x32-keyctl", SYS_keyctl | 0x40000000, { 0, -3, 1 } },
};

#define PROBES (sizeof(probes) / sizeof(probes[0]))

/* The 32-bit entry from 64-bit code: the kernel takes such a call for an i386 one. */
static long call_i386(long number, const long *args)
{
	long result = number & ~I386;

	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"(args[0]), "c"(args[1]), "d"(args[2])
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static int call(const struct probe *p)
{
	const long *a = p->args;
	long result;

	if ((p->number & I386) != 0) {
		result = call_i386(p->number, a);
		return result < 0 ? (int)-result : 0;
	}
	errno = 0;
	result = syscall(p->number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (result == 0 && p->number == SYS_clone)
		_exit(0); /* the new process */
	return result == -1 ? errno : 0;
}

static const char *name_of(int error)
{
	const char *name = error == 0 ? "ok" : strerrorname_np(error);

	return name != NULL ? name : "unknown-errno";
}

/* The child hands its errno over in its exit status: no errno that a test meets is above 255. */
static void run(const struct probe *p)
{
	pid_t child = fork();
	int status = 0;

	if (child < 0) {
		printf("%s cannot-fork\n", p->name);
		return;
	}
	if (child == 0)
		_exit(call(p));
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		printf("%s killed\n", p->name);
	else if (WIFSTOPPED(status))
		printf("%s stopped\n", p->name);
	else
		printf("%s %s\n", p->name, name_of(WEXITSTATUS(status)));
}

static int print_status(void)
{
	static const char *const wanted[] = { "Cap", "NoNewPrivs:", "Seccomp" };
	FILE *file = fopen("/proc/self/status", "re");
	char line[512];

	if (file == NULL) {
		perror("/proc/self/status");
		return 1;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
			if (strncmp(line, wanted[i], strlen(wanted[i])) == 0)
				(void)fputs(line, stdout);
		}
	}
	(void)fclose(file);
	return 0;
}

static bool run_named(const char *name)
{
	for (size_t i = 0; i < PROBES; i++) {
		if (strcmp(probes[i].name, name) == 0) {
			run(&probes[i]);
			(void)fflush(stdout);
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	int failed = 0;

	(void)setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "status") == 0) {
			failed |= print_status();
		} else if (!run_named(argv[i])) {
			(void)fprintf(stderr, "probe: unknown name '%s'\n", argv[i]);
			failed = 2;
		}
	}
	return failed;
}
