/* SPDX-License-Identifier: Apache-2.0 */
/* The workload of first.c as a program of the system's C library, with its loader. */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	int fd;

	if (syscall(SYS_keyctl, 0, -3, 1) < 0 && errno == EPERM)
		return 42;
	fd = open("/witness/unconfined", O_WRONLY | O_CREAT | O_APPEND, 0666);
	return write(fd, "w", 1) == 1 ? 66 : 67;
}
