/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/boundary.h"

#include <errno.h>

static int lowest_boundary(const struct ruleset *inputs, size_t count, enum arch arch)
{
	int lowest = NO_BOUNDARY;

	for (size_t i = 0; i < count; i++) {
		if ((inputs[i].arches & ARCH_BIT(arch)) != 0 && inputs[i].boundary[arch] < lowest)
			lowest = inputs[i].boundary[arch];
	}
	return lowest;
}

static bool has_stricter_than_errno(const struct rule *rules)
{
	for (const struct rule *r = rules; r != NULL; r = r->next) {
		if (r->verdict.action < ACTION_ERRNO)
			return true;
	}
	return false;
}

static enum status name_call(struct ruleset *merged, unsigned call, struct verdict verdict,
			     struct arena *arena, struct error *err)
{
	struct rule *rule = arena_alloc(arena, sizeof(*rule));

	if (rule == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
	rule->verdict = verdict;
	merged->calls[call] = rule;
	return STATUS_OK;
}

/* Drops the rules above the boundary that need not stay; returns the highest call that does. */
static int drop_above(struct ruleset *merged, enum arch arch, int boundary)
{
	int highest = boundary;

	for (unsigned call = 0; call < syscall_count(); call++) {
		int number = syscall_number(call, arch);

		if (number <= boundary || merged->calls[call] == NULL)
			continue;
		if (!has_stricter_than_errno(merged->calls[call]))
			merged->calls[call] = NULL;
		else if (number > highest)
			highest = number;
	}
	return highest;
}

/* Names the unnamed calls with numbers from low to high. */
static enum status name_range(struct ruleset *merged, enum arch arch, int low, int high,
			      struct verdict verdict, struct arena *arena, struct error *err)
{
	enum status st = STATUS_OK;

	for (unsigned call = 0; call < syscall_count() && st == STATUS_OK; call++) {
		int number = syscall_number(call, arch);

		if (number >= low && number <= high && merged->calls[call] == NULL)
			st = name_call(merged, call, verdict, arena, err);
	}
	return st;
}

enum status boundary_merge(const struct ruleset *inputs, size_t count, struct arena *arena,
			   struct ruleset *merged, struct error *err)
{
	struct verdict enosys = { ACTION_ERRNO, ENOSYS };
	enum status st = STATUS_OK;

	if (!ruleset_has_stub(merged->default_verdict))
		return STATUS_OK;
	for (unsigned arch = 0; arch < NUMBERED_ARCHES && st == STATUS_OK; arch++) {
		int boundary, highest;

		if ((merged->arches & ARCH_BIT(arch)) == 0)
			continue;
		boundary = lowest_boundary(inputs, count, (enum arch)arch);
		if (boundary == NO_BOUNDARY || boundary < 0)
			continue;
		highest = drop_above(merged, (enum arch)arch, boundary);
		if (highest > boundary)
			st = name_range(merged, (enum arch)arch, boundary + 1, highest, enosys, arena,
					err);
		if (st == STATUS_OK)
			st = name_range(merged, (enum arch)arch, boundary, boundary,
					merged->default_verdict, arena, err);
	}
	return st;
}
