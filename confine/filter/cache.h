/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_CACHE_H
#define CONFINE_FILTER_CACHE_H

#include "confine/filter/bpf.h"
#include "confine/seccomp/ruleset.h"
#include "oci-spec/base/hash.h"

/*
 * Compiled filters in a store (store.h). An entry is only ever what this program would make
 * again: its key is the hash of the written profile, which has architectures and flags in it, of
 * the program's version, libseccomp's and the kernel's release.
 */
enum status filter_cache_key(const struct ruleset *ruleset, struct arena *arena,
			     struct hash *ret_key, struct error *err) MUST_CHECK;

/* False when there is no entry that the kernel would take. */
bool filter_cache_get(int dirfd, const struct hash *key, struct arena *arena, struct bpf *ret_bpf);

void filter_cache_put(int dirfd, const struct hash *key, const struct bpf *bpf);

#endif
