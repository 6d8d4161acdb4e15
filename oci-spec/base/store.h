/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_STORE_H
#define OCI_SPEC_BASE_STORE_H

#include <sys/uio.h>

#include "oci-spec/base/hash.h"

/*
 * A cache on disk: a directory of ours (dir.h) with files that are each named by the hash of
 * what they were made from. A file is whole or not there: it is written aside and renamed, and
 * carries its key and the hash of its content, which are checked when it is read. What is not
 * sound is as good as not there. Nobody waits for anybody: who writes an entry that another
 * writes at the same time replaces the same by the same.
 */
#define STORE_ENTRIES_MAX 512 /* of these the oldest makes room for a new one */
#define STORE_HEADER_BYTES 80 /* before the content, which is then aligned for any type */

/* False when there is no sound entry. The content is in the arena. */
bool store_get(int dirfd, const struct hash *key, size_t max_bytes, struct arena *arena,
	       struct text *ret_content);

/* False when it could not be kept, which costs no more than time. */
bool store_put(int dirfd, const struct hash *key, struct text content);

#endif
