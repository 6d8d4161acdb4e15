/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_CACHE_H
#define CONFINE_FILTER_CACHE_H

#include "confine/filter/bpf.h"
#include "confine/seccomp/ruleset.h"

/*
 * Compiled filters in a store (store.h). An entry is only ever what this program would make
 * again: its key is the written profile, which has architectures and flags in it, the program's
 * version, libseccomp's, the kernel's release and its machine.
 */
enum status filter_cache_key(const struct ruleset *ruleset, struct arena *arena,
			     struct text *ret_key, struct error *err) MUST_CHECK;

/* False when there is no entry that the kernel would take. */
bool filter_cache_get(int dirfd, struct text key, struct arena *arena, struct bpf *ret_bpf);

void filter_cache_put(int dirfd, struct text key, const struct bpf *bpf);

#endif
