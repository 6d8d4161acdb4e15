/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/filter/make.h"

#include "confine/filter/compile.h"
#include "confine/filter/judge.h"

/* Whatever libseccomp made of the rules, it must deny what they deny. */
static enum status check(const struct ruleset *ruleset, const struct bpf *bpf, struct arena *arena,
			 uint64_t *ret_tighter, struct error *err)
{
	struct judgement judgement;
	char looser[200];
	enum status st;

	if (!bpf_is_sound(bpf))
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "libseccomp's filter is none that the kernel takes");
	st = judge_filters(ruleset, bpf, 1, arena, &judgement, err);
	if (st == STATUS_OK && judgement.is_looser) {
		judgement_describe(&judgement, looser, sizeof(looser));
		st = error_set(err, STATUS_UNSUPPORTED, 0,
			       "libseccomp's filter is looser than the profile: %s", looser);
	}
	if (st == STATUS_OK)
		*ret_tighter = judgement.tighter;
	return st;
}

static enum status try_shape(const struct ruleset *ruleset, enum filter_shape shape,
			     struct arena *arena, struct bpf *ret_bpf, uint64_t *ret_tighter,
			     struct error *err)
{
	enum status st = filter_compile(ruleset, shape, arena, ret_bpf, err);

	return st == STATUS_OK ? check(ruleset, ret_bpf, arena, ret_tighter, err) : st;
}

/*
 * The tree first: it is a little longer, but the kernel, which tries every call's number when a
 * filter is put on (seccomp_cache_prepare(), kernel/seccomp.c), has put it on in less than half
 * the time, and every call that it is run for is quicker. Where neither of the two says exactly
 * what the rules say, the one that is at fewer points stricter does.
 */
enum status filter_make(const struct ruleset *ruleset, struct arena *arena, struct bpf *ret_bpf,
			struct error *err)
{
	struct bpf tree = { NULL, 0 }, chain = { NULL, 0 };
	uint64_t tree_tighter = 0, chain_tighter = 0;
	struct error ignored;
	bool has_tree, has_chain = false;

	has_tree = try_shape(ruleset, FILTER_TREE, arena, &tree, &tree_tighter, &ignored) ==
		   STATUS_OK;
	if (!has_tree || tree_tighter > 0)
		has_chain = try_shape(ruleset, FILTER_CHAIN, arena, &chain, &chain_tighter, err) ==
			    STATUS_OK;
	if (!has_tree && !has_chain)
		return err->status;
	*ret_bpf = has_chain && (!has_tree || chain_tighter < tree_tighter) ? chain : tree;
	return STATUS_OK;
}
