/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_DIR_H
#define OCI_SPEC_BASE_DIR_H

#include "oci-spec/base/error.h"

/*
 * Opens a directory of ours for good: a cache, below a place that only the administrator can
 * write, as /run or /var/cache. Missing directories of the path are made, the last with mode
 * 0700. No component may be a link, and the last one must be root's or the caller's own and not
 * writable by others: STATUS_INVALID. path is absolute.
 */
enum status dir_open_own(const char *path, int *ret_fd, struct error *err) MUST_CHECK;

#endif
