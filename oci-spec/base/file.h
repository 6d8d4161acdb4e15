/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_FILE_H
#define OCI_SPEC_BASE_FILE_H

#include <sys/stat.h>
#include <sys/uio.h>

#include "oci-spec/base/arena.h"
#include "oci-spec/base/error.h"
#include "oci-spec/base/text.h"

/* For AUTO(file_close) int fd = -1; */
void file_close(int *fd);

/*
 * Opens a directory, as the base of everything below. Links on the way are followed: the path
 * is an administrator's or an engine's, never a pod's.
 */
enum status file_open_dir(int dirfd, const char *path, int *ret_fd, struct error *err) MUST_CHECK;

/* Opens the directory that `path` lies in; *ret_name is its last component, within path. */
enum status file_open_parent(int dirfd, const char *path, struct arena *arena, int *ret_fd,
			     const char **ret_name, struct error *err) MUST_CHECK;

/*
 * Reads the regular file `name` in dirfd. The last component must not be a link, a FIFO or a
 * device, nor longer than max_bytes: STATUS_INVALID. The text is in the arena and has a NUL
 * behind it that is not counted. ret_stat may be NULL; it describes what was read.
 */
enum status file_read(int dirfd, const char *name, size_t max_bytes, struct arena *arena,
		      struct text *ret_text, struct stat *ret_stat, struct error *err) MUST_CHECK;

/*
 * The same for a path that comes from a pod: it must stay beneath dirfd, without any link
 * (openat2(2) RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS).
 */
enum status file_read_beneath(int dirfd, const char *path, size_t max_bytes, struct arena *arena,
			      struct text *ret_text, struct stat *ret_stat,
			      struct error *err) MUST_CHECK;

/*
 * Whether every directory between dirfd and the file `path` beneath it is the administrator's
 * own too, by file_check_owner(): who can write one could swap the file.
 */
enum status file_check_way(int dirfd, const char *path, struct error *err) MUST_CHECK;

/* Reads an open descriptor to its end. */
enum status file_read_fd(int fd, size_t max_bytes, struct arena *arena, struct text *ret_text,
			 struct error *err) MUST_CHECK;

/*
 * Whether only the administrator can have written it: owned by root (or by the caller, who
 * could replace it anyway) and not writable by group or others. STATUS_INVALID says which.
 */
enum status file_check_owner(const struct stat *st, struct error *err) MUST_CHECK;

/*
 * Replaces `name` in dirfd by the pieces, atomically: a temporary file beside it with the
 * owner and mode of `like`, then rename(2). Killed, out of space or failing at any point, the
 * old file is what remains. Not fsynced: a bundle does not outlive a power cut, and a flush
 * would cost every container start milliseconds.
 */
enum status file_replace(int dirfd, const char *name, const struct iovec *pieces, size_t count,
			 const struct stat *like, struct error *err) MUST_CHECK;

#endif
