/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_FILTER_H
#define CONFINE_FILTER_FILTER_H

#include <linux/filter.h>

#include "confine/seccomp/ruleset.h"

/*
 * The program that the kernel runs for a merged profile: what seccomp(2) takes. Made once for
 * each distinct profile, checked against it point by point, and kept (cache.h).
 */
struct filter {
	const struct sock_filter *code; /* in the arena */
	size_t count;			/* at most BPF_MAXINSNS */
	uint32_t flags;			/* SECCOMP_FILTER_FLAG_* that go with it */
	bool needs_listener;		/* some call gets NOTIFY: ENOSYS without a listener */
	bool was_cached;
};

/* Where compiled filters are kept: tmpfs, and gone with the kernel that they were made for. */
#define FILTER_CACHE_DIR "/run/oci-confine/filters"

struct filter_options {
	const char *cache_dir; /* absolute path; NULL: nothing is read and nothing kept */
};

/*
 * The filter for a ruleset, from the cache or made anew. A cache that cannot be read, written
 * or trusted costs time only: it is never an error.
 *
 * It is what runc makes of the profile that ruleset_write() writes: its rules on the
 * architectures that this kernel runs, KILL_THREAD for all others, and ENOSYS for calls above
 * the highest one that the profile names (boundary.h), whichever runtime the container has.
 *
 * STATUS_UNSUPPORTED: libseccomp refuses the rules, makes something looser of them, or more
 * than the kernel takes; the container must not start. STATUS_SYSTEM: no memory.
 */
enum status filter_get(const struct ruleset *seccomp, const struct filter_options *options,
		       struct arena *arena, struct filter *ret_filter,
		       struct error *err) MUST_CHECK;

#endif
