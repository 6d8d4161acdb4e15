/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OCI_SPEC_BASE_STORE_H
#define OCI_SPEC_BASE_STORE_H

#include "oci-spec/base/text.h"

/*
 * A cache on disk: a directory of ours (dir.h) with a file for each key, which is whatever makes
 * the content what it is, in full. The file is named by the key's fingerprint and holds the key
 * itself, which is compared byte for byte: keys that share a fingerprint, by chance or made so,
 * take the place from each other and never each other's content. Lengths and a fingerprint of
 * the content show damage; who could have written the file is checked as for every file of ours.
 *
 * A file is whole or not there: it is written aside and renamed. What is not sound is as good as
 * not there. Nobody waits for anybody: who writes an entry that another writes at the same time
 * replaces the same by the same.
 */
#define STORE_ENTRIES_MAX 512 /* of these the oldest makes room for a new one */

/* False when there is no sound entry. The content is in the arena, aligned for any type. */
bool store_get(int dirfd, struct text key, size_t max_bytes, struct arena *arena,
	       struct text *ret_content);

/* False when it could not be kept, which costs no more than time. */
bool store_put(int dirfd, struct text key, struct text content);

#endif
