/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/filter.h"

#include "confine/filter/cache.h"
#include "confine/filter/make.h"
#include "oci-spec/base/dir.h"
#include "oci-spec/base/file.h"

static uint32_t kernel_flags(const struct ruleset *ruleset)
{
	/* runc and crun take a missing list for this, seccomp_profile.h */
	uint32_t given = ruleset->flags_given ? ruleset->flags : FLAG_SPEC_ALLOW, flags = 0;

	flags |= (given & FLAG_TSYNC) != 0 ? SECCOMP_FILTER_FLAG_TSYNC : 0;
	flags |= (given & FLAG_LOG) != 0 ? SECCOMP_FILTER_FLAG_LOG : 0;
	flags |= (given & FLAG_SPEC_ALLOW) != 0 ? SECCOMP_FILTER_FLAG_SPEC_ALLOW : 0;
	flags |= (given & FLAG_WAIT_KILLABLE_RECV) != 0 ? SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
							: 0;
	return flags;
}

/* The directory, or -1: without one nothing is kept. */
static int open_cache(const struct filter_options *options)
{
	struct error ignored;
	int fd = -1;

	if (options->cache_dir == NULL ||
	    dir_open_own(options->cache_dir, &fd, &ignored) != STATUS_OK)
		return -1;
	return fd;
}

static bool gives_notify(const struct bpf *bpf)
{
	for (size_t i = 0; i < bpf->count; i++) {
		if (bpf->list[i].code == (BPF_RET | BPF_K) &&
		    answer_action(bpf->list[i].k) == SECCOMP_RET_USER_NOTIF)
			return true;
	}
	return false;
}

enum status filter_get(const struct ruleset *seccomp, const struct filter_options *options,
		       struct arena *arena, struct filter *ret_filter, struct error *err)
{
	AUTO(file_close) int dirfd = open_cache(options);
	struct text key;
	struct bpf bpf;
	bool was_cached;
	enum status st = filter_cache_key(seccomp, arena, &key, err);

	if (st != STATUS_OK)
		return st;
	was_cached = dirfd >= 0 && filter_cache_get(dirfd, key, arena, &bpf);
	if (!was_cached)
		st = filter_make(seccomp, arena, &bpf, err);
	if (st != STATUS_OK)
		return st;
	if (!was_cached && dirfd >= 0)
		filter_cache_put(dirfd, key, &bpf);
	*ret_filter = (struct filter){ bpf.list, bpf.count, kernel_flags(seccomp),
				       gives_notify(&bpf), was_cached };
	return STATUS_OK;
}
