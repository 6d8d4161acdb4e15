/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "oci-spec/base/file.h"

static int open_component(int dirfd, const char *name, bool is_last)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW;
	int fd = openat(dirfd, name, flags);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	/* another start may make it at this moment: then it is there */
	if (mkdirat(dirfd, name, is_last ? 0700 : 0755) != 0 && errno != EEXIST)
		return -1;
	return openat(dirfd, name, flags);
}

static enum status check_own(int fd, struct error *err)
{
	struct stat about;

	if (fstat(fd, &about) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot look at the directory");
	return file_check_owner(&about, err);
}

enum status dir_open_own(const char *path, int *ret_fd, struct error *err)
{
	AUTO(file_close) int fd = open("/", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	struct text rest = text_of(path);
	char name[NAME_MAX + 1];
	enum status st;

	if (fd < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot open the directory '/'");
	while (rest.len > 0) {
		struct text component = text_cut(&rest, '/');
		int next;

		if (component.len == 0)
			continue;
		if (component.len > NAME_MAX)
			return error_set(err, STATUS_INVALID, ENAMETOOLONG, "cannot open");
		memcpy(name, component.ptr, component.len);
		name[component.len] = '\0';
		next = open_component(fd, name, rest.len == 0);
		if (next < 0 && (errno == ELOOP || errno == ENOTDIR))
			return error_set(err, STATUS_INVALID, 0,
					 "'%s' on its way is no directory, or a link", name);
		if (next < 0)
			return error_set(err, STATUS_SYSTEM, errno,
					 "cannot open or make the directory '%s'", name);
		(void)close(fd);
		fd = next;
	}
	st = check_own(fd, err);
	if (st != STATUS_OK)
		return st;
	*ret_fd = fd;
	fd = -1;
	return STATUS_OK;
}
