/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/directory.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

int fuzz_directory(const char *name, struct text content)
{
	char path[] = "/tmp/oci-confine-fuzz-XXXXXX";
	int dirfd, fd;

	fuzz_require(mkdtemp(path) != NULL);
	dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	fuzz_require(fd >= 0);
	fuzz_require(write(fd, content.ptr, content.len) == (ssize_t)content.len);
	fuzz_require(close(fd) == 0);
	return dirfd;
}

void fuzz_directory_done(int dirfd, const char *name)
{
	char link[40], path[PATH_MAX];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	n = readlink(link, path, sizeof(path) - 1);
	fuzz_require(n > 0);
	path[n] = '\0';
	fuzz_require(unlinkat(dirfd, name, 0) == 0 && rmdir(path) == 0 && close(dirfd) == 0);
}
