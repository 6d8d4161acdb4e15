/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_JUDGE_H
#define CONFINE_FILTER_JUDGE_H

#include "confine/filter/bpf.h"
#include "confine/filter/decided.h"

/*
 * Holds filters, as the kernel would run them one on the other, against what a ruleset decides:
 * every call of every architecture that runs here, the numbers without a name too, with arguments
 * that rules and filters may trip over (points.h). A call whose arguments neither looks at needs
 * one run and is then known for certain.
 */
struct judgement {
	bool is_looser;
	/* the first call that the filters answer more loosely than decided; valid when is_looser */
	struct numbered_call call;
	uint64_t args[PROFILE_ARGS_MAX];
	answer_t decided, found;

	uint64_t points; /* tried */
	/* of them, answered more strictly than decided, where libseccomp could say what is */
	uint64_t tighter;
};

/*
 * Takes some 20 ms at most, whatever the rules: with many conditions fewer arguments are tried for
 * each call. STATUS_UNSUPPORTED: a filter cannot be run. STATUS_SYSTEM: no memory.
 */
enum status judge_filters(const struct ruleset *ruleset, const struct bpf *filters, size_t count,
			  struct arena *arena, struct judgement *ret_judgement,
			  struct error *err) MUST_CHECK;

/*
 * A looser point as a sentence: "x86_64 unshare(0x10000000): the kernel would allow it, decided:
 * errno 1".
 */
void judgement_describe(const struct judgement *judgement, char *text, size_t size);

#endif
