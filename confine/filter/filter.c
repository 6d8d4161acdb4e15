/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/filter.h"

#include "confine/filter/cache.h"
#include "confine/filter/make.h"
#include "confine/seccomp/merge.h"
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

enum status filter_get(const struct ruleset *seccomp, const struct filter_options *options,
		       struct arena *arena, struct filter *ret_filter, struct error *err)
{
	AUTO(file_close) int dirfd = filter_cache_open(options->cache_dir);
	struct buffer out = BUFFER_INIT(arena);
	struct text profile, key;
	struct bpf bpf;
	bool was_cached;
	enum status st;

	ruleset_write(seccomp, &out);
	st = buffer_text(&out, &profile, err);
	if (st == STATUS_OK)
		st = filter_cache_key(profile, arena, &key, err);
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
				       bpf_gives(&bpf, SECCOMP_RET_USER_NOTIF), was_cached };
	return STATUS_OK;
}
