/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "oci-spec/base/size_signal.h"

/* O_NONBLOCK: a FIFO planted under this name must not hang us. O_NOCTTY: nor a terminal bind us. */
#define READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/* What a hook's state fits into. */
#define FIRST_READ ((size_t)4 * 1024)

void file_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

enum status file_open_dir(int dirfd, const char *path, int *ret_fd, struct error *err)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

	if (fd < 0)
		return error_set(err, errno == ENOTDIR ? STATUS_INVALID : STATUS_SYSTEM, errno,
				 "cannot open the directory '%s'", path);
	*ret_fd = fd;
	return STATUS_OK;
}

enum status file_open_parent(int dirfd, const char *path, struct arena *arena, int *ret_fd,
			     const char **ret_name, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char *dir;

	if (slash == NULL) {
		*ret_name = path;
		return file_open_dir(dirfd, ".", ret_fd, err);
	}
	dir = text_dup(arena, (struct text){ path, slash == path ? 1 : (size_t)(slash - path) });
	if (dir == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot open its directory");
	*ret_name = slash + 1;
	return file_open_dir(dirfd, dir, ret_fd, err);
}

/*
 * Reads fd into the arena. expect: the length that fstat(2) gave, so that one read(2) usually
 * does; 0 when there is none, as for a pipe, which is read until nothing comes.
 */
static enum status read_all(int fd, size_t expect, size_t max_bytes, struct arena *arena,
			    struct text *ret_text, struct error *err)
{
	size_t size = expect != 0 ? expect + 1 : FIRST_READ, len = 0;
	char *ptr = arena_alloc(arena, size + 1);

	for (;;) {
		ssize_t n;

		if (ptr == NULL)
			return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot read");
		n = read(fd, ptr + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, STATUS_SYSTEM, errno, "cannot read");
		len += (size_t)n;
		if (len > max_bytes)
			return error_set(err, STATUS_INVALID, 0, "is larger than %zu bytes",
					 max_bytes);
		/* one byte less than there was room for, and as long as expected: that was all */
		if (n == 0 || (len == expect && expect != 0))
			break;
		if (len == size) {
			size_t bigger = size * 2;

			ptr = arena_grow(arena, ptr, size + 1, bigger + 1);
			size = bigger;
		}
	}
	ptr[len] = '\0';
	*ret_text = (struct text){ ptr, len };
	return STATUS_OK;
}

static enum status read_regular(int fd, size_t max_bytes, struct arena *arena,
				struct text *ret_text, struct stat *ret_stat, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot look at the file");
	if (!S_ISREG(st.st_mode))
		return error_set(err, STATUS_INVALID, 0, "is not a regular file");
	if (st.st_size < 0 || (uintmax_t)st.st_size > max_bytes)
		return error_set(err, STATUS_INVALID, 0, "is larger than %zu bytes", max_bytes);
	if (ret_stat != NULL)
		*ret_stat = st;
	return read_all(fd, (size_t)st.st_size, max_bytes, arena, ret_text, err);
}

static enum status open_failed(struct error *err)
{
	if (errno == ELOOP)
		return error_set(err, STATUS_INVALID, 0,
				 "is a symbolic link, which is not followed");
	if (errno == EXDEV)
		return error_set(err, STATUS_INVALID, 0, "leaves its directory");
	if (errno == ENXIO)
		return error_set(err, STATUS_INVALID, 0, "is not a regular file");
	return error_set(err, STATUS_SYSTEM, errno, "cannot open");
}

enum status file_read(int dirfd, const char *name, size_t max_bytes, struct arena *arena,
		      struct text *ret_text, struct stat *ret_stat, struct error *err)
{
	AUTO(file_close) int fd = openat(dirfd, name, READ_FLAGS);

	if (fd < 0)
		return open_failed(err);
	return read_regular(fd, max_bytes, arena, ret_text, ret_stat, err);
}

/* openat2(2) that neither leaves dirfd nor follows a link. */
static int open_beneath(int dirfd, const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
}

static enum status check_directory(int dirfd, const char *path, struct error *err)
{
	AUTO(file_close) int fd = open_beneath(dirfd, path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	struct stat about;
	enum status st;

	if (fd < 0 || fstat(fd, &about) != 0)
		return open_failed(err);
	st = file_check_owner(&about, err);
	return st == STATUS_OK ? st : error_where(err, "its directory %s", path);
}

enum status file_check_way(int dirfd, const char *path, struct error *err)
{
	char prefix[PATH_MAX];
	const char *slash = path;
	enum status st = STATUS_OK;

	while (st == STATUS_OK && (slash = strchr(slash, '/')) != NULL) {
		size_t n = (size_t)(slash - path);

		if (n >= sizeof(prefix))
			return error_set(err, STATUS_INVALID, ENAMETOOLONG, "cannot open");
		memcpy(prefix, path, n);
		prefix[n] = '\0';
		st = check_directory(dirfd, prefix, err);
		slash++;
	}
	return st;
}

enum status file_read_beneath(int dirfd, const char *path, size_t max_bytes, struct arena *arena,
			      struct text *ret_text, struct stat *ret_stat, struct error *err)
{
	AUTO(file_close) int fd = open_beneath(dirfd, path, READ_FLAGS);

	if (fd < 0 && errno == ENOSYS)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "cannot be opened safely: this kernel has no openat2 (Linux 5.6)");
	if (fd < 0)
		return open_failed(err);
	return read_regular(fd, max_bytes, arena, ret_text, ret_stat, err);
}

enum status file_read_fd(int fd, size_t max_bytes, struct arena *arena, struct text *ret_text,
			 struct error *err)
{
	return read_all(fd, 0, max_bytes, arena, ret_text, err);
}

/*
 * In a user namespace (rootless podman) the host's root shows as the overflow uid; the user's
 * own container is all that is at stake there.
 */
static bool is_unmapped_owner(uid_t uid)
{
	AUTO(file_close) int fd = -1;
	char map[64];
	ssize_t n;

	if (uid != 65534)
		return false;
	fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, map, sizeof(map) - 1);
	if (n <= 0)
		return false;
	map[n] = '\0';
	return strstr(map, "4294967295") == NULL;
}

enum status file_check_owner(const struct stat *st, struct error *err)
{
	if (st->st_uid != 0 && st->st_uid != geteuid() && !is_unmapped_owner(st->st_uid))
		return error_set(err, STATUS_INVALID, 0, "is owned by uid %u, must be root's",
				 (unsigned)st->st_uid);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(err, STATUS_INVALID, 0,
				 "is writable by group or others (mode %04o)",
				 (unsigned)st->st_mode & 07777u);
	return STATUS_OK;
}

static enum status write_all(int fd, const struct iovec *pieces, size_t count, struct error *err)
{
	struct iovec batch[64];
	size_t done = 0, skip = 0; /* whole pieces written, bytes of the next one */

	while (done < count) {
		size_t n = 0, before = done;
		ssize_t wrote;

		while (n < 64 && done + n < count) {
			batch[n] = pieces[done + n];
			n++;
		}
		/* cppcheck-suppress uninitvar ; done < count: there is one at least */
		batch[0].iov_base = (char *)batch[0].iov_base + skip;
		batch[0].iov_len -= skip;
		wrote = writev(fd, batch, (int)n);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return error_set(
				err, STATUS_SYSTEM, errno, "%s",
				errno == EFBIG
					? "cannot write: past RLIMIT_FSIZE, or what the disk takes"
					: "cannot write");
		for (skip += (size_t)wrote; done < count && skip >= pieces[done].iov_len; done++)
			skip -= pieces[done].iov_len;
		/* a file system that takes nothing, and does not say why, would keep us for ever */
		if (wrote == 0 && done == before)
			return error_set(err, STATUS_SYSTEM, EIO, "cannot write");
	}
	return STATUS_OK;
}

static enum status write_unkilled(int fd, const struct iovec *pieces, size_t count,
				  struct error *err)
{
	struct sigaction before;
	enum status st = size_signal_ignore(&before, err);

	if (st != STATUS_OK)
		return st;
	st = write_all(fd, pieces, count, err);
	return size_signal_give_back(&before, st, err);
}

/* A new file ".NAME.oci-confine-XXXXXXXX"; the name is random so that no leftover is ever met. */
static enum status create_beside(int dirfd, const char *name, char *temp, size_t size, int *ret_fd,
				 struct error *err)
{
	uint64_t token = 0;
	int n, fd;

	if (getrandom(&token, sizeof(token), 0) != (ssize_t)sizeof(token))
		return error_set(err, STATUS_SYSTEM, errno, "cannot get random bytes");
	n = snprintf(temp, size, ".%s.oci-confine-%016llx", name, (unsigned long long)token);
	if (n < 0 || (size_t)n >= size)
		return error_set(err, STATUS_INVALID, ENAMETOOLONG, "cannot be replaced");
	fd = openat(dirfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot create a file beside it");
	*ret_fd = fd;
	return STATUS_OK;
}

static enum status fill(int fd, const struct iovec *pieces, size_t count, const struct stat *like,
			struct error *err)
{
	struct stat now;
	enum status st = write_unkilled(fd, pieces, count, err);

	if (st != STATUS_OK)
		return st;
	if (fstat(fd, &now) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot look at the new file");
	if ((now.st_uid != like->st_uid || now.st_gid != like->st_gid) &&
	    fchown(fd, like->st_uid, like->st_gid) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot keep the owner");
	if (((now.st_mode ^ like->st_mode) & 07777) != 0 && fchmod(fd, like->st_mode & 07777) != 0)
		return error_set(err, STATUS_SYSTEM, errno, "cannot keep the mode");
	return STATUS_OK;
}

enum status file_replace(int dirfd, const char *name, const struct iovec *pieces, size_t count,
			 const struct stat *like, struct error *err)
{
	AUTO(file_close) int fd = -1;
	char temp[NAME_MAX + 1];
	enum status st;

	st = create_beside(dirfd, name, temp, sizeof(temp), &fd, err);
	if (st != STATUS_OK)
		return st;
	st = fill(fd, pieces, count, like, err);
	if (st == STATUS_OK && renameat(dirfd, temp, dirfd, name) != 0)
		st = error_set(err, STATUS_SYSTEM, errno, "cannot be replaced");
	if (st != STATUS_OK)
		(void)unlinkat(dirfd, temp, 0);
	return st;
}
