/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/anchor.h"

#include "confine/seccomp/multiplex.h"

#include <errno.h>

/* Never implemented, or gone for good: sys_ni_syscall in every table that has a number for them. */
static const char candidates[][16] = { "afs_syscall", "getpmsg", "putpmsg", "nfsservctl" };
#define CANDIDATES (sizeof(candidates) / sizeof(candidates[0]))

/* libseccomp makes one program of x86_64 and x32. */
static const uint32_t groups[] = {
	ARCH_BIT(ARCH_X86),
	ARCH_BIT(ARCH_X86_64) | ARCH_BIT(ARCH_X32),
	ARCH_BIT(ARCH_ARM),
	ARCH_BIT(ARCH_AARCH64),
};
#define GROUPS (sizeof(groups) / sizeof(groups[0]))

bool anchor_is_candidate(unsigned call)
{
	for (size_t i = 0; i < CANDIDATES; i++) {
		if (text_is(syscall_name(call), candidates[i]))
			return true;
	}
	return false;
}

/* A rule that a runtime hands to libseccomp: those equal to the default it skips. */
static bool is_handed_over(const struct rule *rule, struct verdict default_verdict)
{
	return !verdict_equal(rule->verdict, default_verdict);
}

static void drop_numberless(struct ruleset *merged)
{
	for (unsigned call = 0; call < syscall_count(); call++) {
		bool on_x86 = (merged->arches & ARCH_BIT(ARCH_X86)) != 0;

		if (merged->calls[call] != NULL && (syscall_arches(call) & merged->arches) == 0 &&
		    !(on_x86 && multiplex_covers(call)))
			merged->calls[call] = NULL;
	}
}

static bool is_anchored(const struct ruleset *merged, uint32_t group)
{
	for (unsigned call = 0; call < syscall_count(); call++) {
		const struct rule *rules = merged->calls[call];

		/* a call that libseccomp does not know is not handed over either */
		if (rules != NULL && rules->cond_count == 0 && !syscall_is_newer(call) &&
		    is_handed_over(rules, merged->default_verdict) &&
		    (syscall_arches(call) & group) != 0)
			return true;
	}
	return false;
}

static bool has_rules(const struct ruleset *merged)
{
	for (unsigned call = 0; call < syscall_count(); call++) {
		for (const struct rule *r = merged->calls[call]; r != NULL; r = r->next) {
			if (is_handed_over(r, merged->default_verdict))
				return true;
		}
	}
	return false;
}

/* A rule that is handed over for a call that the group has, or has not. */
static const struct rule *find_rule(const struct ruleset *set, uint32_t group, bool has_call,
				    unsigned *ret_call)
{
	for (unsigned call = 0; call < syscall_count(); call++) {
		bool has = (syscall_arches(call) & group) != 0 ||
			   ((group & ARCH_BIT(ARCH_X86)) != 0 && syscall_direct_number(call) >= 0);

		if (syscall_is_newer(call) || has != has_call)
			continue;
		for (const struct rule *r = set->calls[call]; r != NULL; r = r->next) {
			if (is_handed_over(r, set->default_verdict)) {
				*ret_call = call;
				return r;
			}
		}
	}
	return NULL;
}

uint32_t anchor_missing(const struct ruleset *set, const struct rule **ret_rule, unsigned *ret_call)
{
	/* of one architecture alone libseccomp does not keep rules without a number */
	bool several = (set->arches & (set->arches - 1)) != 0;

	for (size_t i = 0; i < GROUPS && several; i++) {
		uint32_t group = set->arches & groups[i];

		if (group == 0 || is_anchored(set, group))
			continue;
		if (find_rule(set, group, true, ret_call) == NULL)
			continue; /* nothing to lose */
		*ret_rule = find_rule(set, group, false, ret_call);
		if (*ret_rule != NULL)
			return group;
	}
	return 0;
}

/* No looser than the default, and not equal to it. False when there is none. */
static bool anchor_verdict(struct verdict default_verdict, struct verdict *ret_verdict)
{
	if (default_verdict.action == ACTION_KILL_PROCESS)
		return false;
	if (default_verdict.action < ACTION_ERRNO)
		*ret_verdict = (struct verdict){ ACTION_KILL_PROCESS, 0 };
	else if (verdict_equal(default_verdict, (struct verdict){ ACTION_ERRNO, ENOSYS }))
		*ret_verdict = (struct verdict){ ACTION_ERRNO, EPERM };
	else
		*ret_verdict = (struct verdict){ ACTION_ERRNO, ENOSYS };
	return true;
}

static enum status add_anchor(struct ruleset *merged, uint32_t group, struct verdict verdict,
			      struct arena *arena, struct error *err)
{
	for (size_t i = 0; i < CANDIDATES; i++) {
		unsigned call;
		struct rule *rule;

		if (!syscall_find(text_of(candidates[i]), &call) ||
		    (syscall_arches(call) & group) == 0 || merged->calls[call] != NULL)
			continue;
		rule = arena_alloc(arena, sizeof(*rule));
		if (rule == NULL)
			return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
		rule->verdict = verdict;
		merged->calls[call] = rule;
		merged->reshaped = true;
		return STATUS_OK;
	}
	return error_set(err, STATUS_UNSUPPORTED, 0,
			 "libseccomp cannot make a right filter of rules with conditions alone");
}

enum status anchor_merge(struct ruleset *merged, struct arena *arena, struct error *err)
{
	struct verdict verdict;
	enum status st = STATUS_OK;

	drop_numberless(merged);
	/* under a default of KILL_PROCESS dead rules only tighten */
	if (!has_rules(merged) || !anchor_verdict(merged->default_verdict, &verdict))
		return STATUS_OK;
	for (size_t i = 0; i < GROUPS && st == STATUS_OK; i++) {
		uint32_t group = merged->arches & groups[i];

		if (group != 0 && !is_anchored(merged, group))
			st = add_anchor(merged, group, verdict, arena, err);
	}
	return st;
}
