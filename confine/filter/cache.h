/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_CACHE_H
#define CONFINE_FILTER_CACHE_H

#include "confine/filter/bpf.h"

/*
 * Compiled filters in a store (store.h). An entry is only ever what this program would make
 * again: its key is the profile as ruleset_write() writes it, which has architectures and flags
 * in it, the program's version, libseccomp's, the kernel's release and its machine.
 */
enum status filter_cache_key(struct text profile, struct arena *arena, struct text *ret_key,
			     struct error *err) MUST_CHECK;

/* The directory; -1 when there is none that is ours alone, or dir is NULL. */
int filter_cache_open(const char *dir);

/* False when there is no entry that the kernel would take. */
bool filter_cache_get(int dirfd, struct text key, struct arena *arena, struct bpf *ret_bpf);

void filter_cache_put(int dirfd, struct text key, const struct bpf *bpf);

#endif
