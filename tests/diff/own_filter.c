/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/own_filter.h"

#include <errno.h>
#include <seccomp.h>

#include "confine/filter/judge.h"
#include "confine/filter/make.h"

static bool is_looser(const struct ruleset *merged, const struct bpf *bpf, struct arena *arena,
		      char *wrong, size_t wrong_size)
{
	struct judgement judgement;
	struct error err = { 0 };

	if (judge_filters(merged, bpf, 1, arena, &judgement, &err) != STATUS_OK) {
		(void)snprintf(wrong, wrong_size, "the check fails: %s", err.what);
		return true;
	}
	if (judgement.is_looser)
		judgement_describe(&judgement, wrong, wrong_size);
	return judgement.is_looser;
}

/* runc: libcontainer/seccomp/patchbpf/enosys_linux.go, findLastSyscalls() */
static void find_boundary(const struct profile *written, enum arch arch, struct own_filter *filter)
{
	int highest = 0;

	for (size_t i = 0; i < written->rule_count; i++) {
		for (size_t n = 0; n < written->rules[i].name_count; n++) {
			char name[80];
			int number;

			(void)snprintf(name, sizeof(name), "%.*s",
				       TEXT_ARG(written->rules[i].names[n]));
			number = seccomp_syscall_resolve_name_arch(calls_token(arch), name);
			highest = number > highest ? number : highest;
		}
	}
	/* one at an ARM's private call is left out: only get_tls is above it */
	filter->has_boundary[arch] = highest > 0 && (arch != ARCH_ARM || highest < 2000);
	filter->boundary[arch] = (uint32_t)highest;
}

static void find_boundaries(const struct ruleset *merged, const struct profile *written,
			    struct own_filter *filter)
{
	answer_t fallback = answer_of(merged->default_verdict);

	if (!answer_is_stricter(fallback, SECCOMP_RET_TRACE) ||
	    fallback == (SECCOMP_RET_ERRNO | ENOSYS))
		return;
	for (unsigned a = 0; a < ARCH_COUNT_; a++) {
		if ((merged->arches & calls_arches() & ARCH_BIT(a)) != 0)
			find_boundary(written, (enum arch)a, filter);
	}
}

bool own_filter_make(const struct ruleset *merged, const struct profile *written,
		     const struct bpf *runtimes, struct arena *arena, struct own_filter *ret_filter,
		     char *wrong, size_t wrong_size)
{
	struct error err = { 0 };

	*ret_filter = (struct own_filter){ .bpf = { NULL, 0 } };
	if (filter_make(merged, arena, &ret_filter->bpf, &err) != STATUS_OK) {
		(void)snprintf(wrong, wrong_size, "%s", err.what);
		return false;
	}
	find_boundaries(merged, written, ret_filter);
	return !is_looser(merged, runtimes, arena, wrong, wrong_size);
}

bool own_filter_agrees(const struct own_filter *filter, const struct call *call,
		       const struct seccomp_data *data, answer_t theirs, answer_t *ret_ours)
{
	if (!bpf_run(&filter->bpf, data, ret_ours))
		return false;
	if (filter->has_boundary[call->arch] && (uint32_t)call->nr > filter->boundary[call->arch])
		theirs = SECCOMP_RET_ERRNO | ENOSYS;
	return *ret_ours == theirs;
}
