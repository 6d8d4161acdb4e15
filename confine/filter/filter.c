/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/filter.h"

#include "confine/filter/cache.h"
#include "confine/filter/compile.h"
#include "confine/filter/judge.h"
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

/* Whatever libseccomp made of the rules, it must deny what they deny. */
static enum status check(const struct ruleset *ruleset, const struct bpf *bpf, struct arena *arena,
			 struct error *err)
{
	struct judgement judgement;
	char looser[200];
	enum status st;

	if (!bpf_is_sound(bpf))
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "libseccomp's filter is none that the kernel takes");
	st = judge_filters(ruleset, bpf, 1, arena, &judgement, err);
	if (st != STATUS_OK || !judgement.is_looser)
		return st;
	judgement_describe(&judgement, looser, sizeof(looser));
	return error_set(err, STATUS_UNSUPPORTED, 0,
			 "libseccomp's filter is looser than the profile: %s", looser);
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

static enum status make(const struct ruleset *ruleset, int dirfd, struct text key,
			struct arena *arena, struct bpf *ret_bpf, struct error *err)
{
	struct bpf bpf;
	enum status st = filter_compile(ruleset, arena, &bpf, err);

	if (st == STATUS_OK)
		st = check(ruleset, &bpf, arena, err);
	if (st != STATUS_OK)
		return st;
	if (dirfd >= 0)
		filter_cache_put(dirfd, key, &bpf);
	*ret_bpf = bpf;
	return STATUS_OK;
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
		st = make(seccomp, dirfd, key, arena, &bpf, err);
	if (st != STATUS_OK)
		return st;
	*ret_filter = (struct filter){ bpf.list, bpf.count, kernel_flags(seccomp),
				       gives_notify(&bpf), was_cached };
	return STATUS_OK;
}
