/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/boundary.h"

#include <errno.h>
#include <limits.h>

#include "confine/seccomp/anchor.h"
#include "confine/seccomp/multiplex.h"

#define NO_BOUNDARY INT_MAX

/*
 * Whether runc answers calls above the highest named one with ENOSYS under this default:
 * libcontainer/seccomp/patchbpf/enosys_linux.go.
 */
static bool has_stub(struct verdict v)
{
	return v.action != ACTION_ALLOW && v.action != ACTION_LOG && v.action != ACTION_TRACE &&
	       !(v.action == ACTION_ERRNO && v.data == ENOSYS);
}

/* One of ARM's private calls: above all others, so that runc finds its boundary there. */
static bool is_private(unsigned call, enum arch arch)
{
	return (syscall_arches(call) & ARCH_BIT(arch)) != 0 && syscall_number(call, arch) < 0;
}

bool boundary_of(const struct ruleset *ruleset, enum arch arch, int *ret_number)
{
	size_t count;
	const uint16_t *calls;

	if (!has_stub(ruleset->default_verdict) || !syscall_arch_is_numbered(arch))
		return false;
	for (unsigned call = 0; call < syscall_count() && arch == ARCH_ARM; call++) {
		if (ruleset->calls[call] != NULL && is_private(call, arch))
			return false;
	}
	calls = syscall_by_number(arch, &count);
	for (size_t i = 0; i < count; i++) {
		if (ruleset->calls[calls[i]] == NULL || syscall_is_newer(calls[i]))
			continue;
		*ret_number = syscall_number(calls[i], arch);
		return true;
	}
	return false;
}

static int highest_named(const struct ruleset *input, enum arch arch)
{
	size_t count;
	const uint16_t *calls = syscall_by_number(arch, &count);

	for (unsigned call = 0; call < syscall_count() && arch == ARCH_ARM; call++) {
		if (input->named[call] && is_private(call, arch))
			return NO_BOUNDARY;
	}
	for (size_t i = 0; i < count; i++) {
		/* what the merge before named for libseccomp's sake is no boundary */
		if (input->named[calls[i]] && !anchor_is_candidate(calls[i]))
			return syscall_number(calls[i], arch);
	}
	return NO_BOUNDARY;
}

static int lowest_boundary(const struct ruleset *inputs, size_t count, enum arch arch)
{
	int lowest = NO_BOUNDARY;

	for (size_t i = 0; i < count; i++) {
		int boundary = has_stub(inputs[i].default_verdict) ? highest_named(&inputs[i], arch)
								   : NO_BOUNDARY;

		lowest = boundary < lowest ? boundary : lowest;
	}
	return lowest;
}

/*
 * A call is judged on one architecture only, the native one if it is there: its numbers differ
 * between architectures, and what is above one's boundary can be below another's.
 */
static bool is_judged_on(unsigned call, enum arch arch, uint32_t arches)
{
	uint32_t on = syscall_arches(call) & arches;

	if ((on & ARCH_BIT(ARCH_NATIVE)) != 0)
		return arch == ARCH_NATIVE;
	return on != 0 && arch == (enum arch)__builtin_ctz(on);
}

/*
 * Whether a rule says more than ENOSYS does, or than the default where that is looser: without
 * the rule crun, which has no answer above the boundary, would ask a listener.
 */
static bool must_stay(const struct rule *rules, struct verdict default_verdict)
{
	enum action limit = default_verdict.action == ACTION_NOTIFY ? ACTION_NOTIFY : ACTION_ERRNO;

	for (const struct rule *r = rules; r != NULL; r = r->next) {
		if (r->verdict.action < limit)
			return true;
	}
	return false;
}

/*
 * Drops the rules above the boundary that need not stay; returns the highest call that does.
 * *ret_dropped: a rule went.
 */
static int drop_above(struct ruleset *merged, enum arch arch, int boundary, bool *ret_dropped)
{
	int highest = boundary;
	size_t count;
	const uint16_t *calls = syscall_by_number(arch, &count);

	for (size_t i = 0; i < count && syscall_number(calls[i], arch) > boundary; i++) {
		struct rule **rules = &merged->calls[calls[i]];

		/* a rule on socketcall also holds down what the single calls would open there */
		if (*rules == NULL || anchor_is_candidate(calls[i]) ||
		    multiplex_is_multiplexer(calls[i]) ||
		    !is_judged_on(calls[i], arch, merged->arches))
			continue;
		if (!must_stay(*rules, merged->default_verdict)) {
			*rules = NULL;
			merged->reshaped = true;
			*ret_dropped = true;
		} else if (highest == boundary)
			highest = syscall_number(calls[i], arch);
	}
	return highest;
}

/* Gives the calls numbered low to high that have no rule one. */
static enum status name_range(struct ruleset *merged, enum arch arch, int low, int high,
			      struct verdict verdict, struct arena *arena, struct error *err)
{
	size_t count;
	const uint16_t *calls = syscall_by_number(arch, &count);
	struct rule *rule = arena_alloc(arena, sizeof(*rule));

	if (rule == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
	rule->verdict = verdict;
	for (size_t i = 0; i < count && syscall_number(calls[i], arch) >= low; i++) {
		if (syscall_number(calls[i], arch) <= high && merged->calls[calls[i]] == NULL &&
		    is_judged_on(calls[i], arch, merged->arches)) {
			merged->calls[calls[i]] = rule;
			merged->reshaped = true;
		}
	}
	return STATUS_OK;
}

enum status boundary_merge(const struct ruleset *inputs, size_t count, struct arena *arena,
			   struct notes *notes, struct ruleset *merged, struct error *err)
{
	static const struct verdict enosys = { ACTION_ERRNO, ENOSYS };
	bool harsh = merged->default_verdict.action < ACTION_ERRNO, lost = false;
	enum status st = STATUS_OK;

	if (!has_stub(merged->default_verdict))
		return STATUS_OK;
	for (unsigned a = 0; a < ARCH_COUNT_ && st == STATUS_OK; a++) {
		enum arch arch = (enum arch)a;
		int boundary, highest;

		if ((merged->arches & ARCH_BIT(arch)) == 0 || !syscall_arch_is_numbered(arch))
			continue;
		boundary = lowest_boundary(inputs, count, arch);
		if (boundary == NO_BOUNDARY)
			continue;
		highest = drop_above(merged, arch, boundary, &lost);
		lost = lost || highest > boundary;
		if (highest > boundary && !harsh)
			st = name_range(merged, arch, boundary + 1, highest, enosys, arena, err);
		if (st == STATUS_OK && (!harsh || highest == boundary))
			st = name_range(merged, arch, boundary, boundary, merged->default_verdict,
					arena, err);
	}
	if (harsh && lost)
		notes_add(
			notes, arena,
			"seccomp: system calls newer than a profile knows get %s, not ENOSYS, under "
			"crun or below a call that is denied by name",
			action_name(merged->default_verdict.action));
	return st;
}
