/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/seccomp/merge.h"

#include <errno.h>

#include "confine/seccomp/anchor.h"
#include "confine/seccomp/boundary.h"
#include "confine/seccomp/merge_call.h"
#include "confine/seccomp/multiplex.h"
#include "confine/seccomp/shared_blocks.h"

/*
 * Cube operations, where a usual merge takes 2,000, and these take 15 ms. One call may take half of
 * what is left, so that a hostile one does not take the exact answer from the
 * others. Repeated merges have as much each, as long as there is enough for a whole one: a call
 * that was merged exactly must not fall back in the next round.
 */
#define MERGE_STEPS_MAX 50000
#define ALL_MERGES_STEPS_MAX 100000

/* Most that the merge of one call takes of a usual profile; each call gives it back. */
#define SCRATCH_SIZE ((size_t)32 * 1024)

/* What all merges of one start share. */
struct work {
	struct budget budget;  /* of the merge at hand */
	struct arena *scratch; /* what one call is merged in */
};

/*
 * The kernel takes 4096 instructions (BPF_MAXINSNS). All calls without conditions need some 1000
 * for three ABIs, a condition on 64 bits up to 6, and half of that again where x86 is listed. The
 * limit is lower still: libseccomp's binary tree, which runc 1.3 turns on, has been seen to jump
 * wrong over some 1500 of them.
 */
#define CONDITION_INSTRUCTIONS 6
#define CONDITIONS_INSTRUCTIONS_MAX 1000

/* Merging a merge again is stable after one round or two. */
#define REMERGES_MAX 8

static enum status merge_listener(const struct ruleset *a, const struct ruleset *b,
				  struct ruleset *merged, struct error *err)
{
	if (a->listener_path.len > 0 && b->listener_path.len > 0 &&
	    !text_equal(a->listener_path, b->listener_path))
		return error_set(
			err, STATUS_DENIED, 0,
			"two seccomp profiles name a listenerPath each ('%.*s' and '%.*s'), "
			"but a container can have one listener only",
			TEXT_ARG(a->listener_path), TEXT_ARG(b->listener_path));
	merged->listener_path = a->listener_path.len > 0 ? a->listener_path : b->listener_path;
	merged->listener_metadata = a->listener_path.len > 0 ? a->listener_metadata
							     : b->listener_metadata;
	return STATUS_OK;
}

/*
 * LOG when any input asks for it. SPEC_ALLOW, which gives up a speculation barrier, only when
 * all have it; an input without "flags" gets it from the runtime. So SPEC_ALLOW alone is said
 * by no "flags" at all, which runc 1.1 takes, too.
 */
static void merge_flags(const struct ruleset *a, const struct ruleset *b, struct ruleset *merged)
{
	uint32_t fa = a->flags_given ? a->flags : FLAG_SPEC_ALLOW;
	uint32_t fb = b->flags_given ? b->flags : FLAG_SPEC_ALLOW;
	uint32_t flags = ((fa | fb) & ~(uint32_t)FLAG_SPEC_ALLOW) | (fa & fb & FLAG_SPEC_ALLOW);

	merged->flags_given = flags != FLAG_SPEC_ALLOW;
	merged->flags = merged->flags_given ? flags : 0;
}

/* runc 1.1, libcontainer/specconv/spec_linux.go: any flag is an error. */
static void note_flags(const struct ruleset *merged, struct notes *notes, struct arena *arena)
{
	if (merged->flags != 0)
		notes_add(notes, arena,
			  "seccomp: a profile sets flags; runc before 1.2 refuses the container then "
			  "('seccomp flags are not yet supported')");
}

static void note_precision(enum precision precision, unsigned call, struct notes *notes,
			   struct arena *arena)
{
	switch (precision) {
	case PRECISION_EXACT:
		break;
	case PRECISION_LOW_ONLY:
		notes_add(
			notes, arena,
			"seccomp: the conditions on %.*s cannot be said exactly while a 32-bit ABI is "
			"listed, so arguments of 2^32 and more get the default action",
			TEXT_ARG(syscall_name(call)));
		break;
	case PRECISION_STRICTEST:
		notes_add(
			notes, arena,
			"seccomp: the conditions on %.*s cannot be merged exactly, so its strictest "
			"action now holds for all arguments",
			TEXT_ARG(syscall_name(call)));
		break;
	}
}

struct last_pair {
	const struct rule *first, *second;
	struct rule *merged;
};

/* The floor's own conditions come out of the next merge as they are; others may not. */
static bool is_reshaped(const struct rule *merged, struct call_rules first)
{
	return merged != NULL && merged->cond_count > 0 && !rules_equal(merged, first.rules);
}

static size_t instructions(const struct rule *rules)
{
	size_t count = 0;

	for (const struct rule *r = rules; r != NULL; r = r->next)
		count += r->cond_count * (size_t)CONDITION_INSTRUCTIONS;
	return count;
}

/* One call, with half of the steps that are left. */
static enum status merge_within(const struct merge_context *context, struct call_rules first,
				struct call_rules second, struct rule **ret_rules,
				enum precision *ret_precision, struct error *err)
{
	size_t had = context->budget->steps, kept = had - had / 2;
	enum status st;

	context->budget->steps -= kept;
	st = merge_call(context, first, second, ret_rules, ret_precision, err);
	context->budget->steps += kept;
	return st;
}

static enum status merge_two(const struct ruleset *a, const struct ruleset *b, struct work *work,
			     struct arena *arena, struct notes *notes, struct ruleset *ret_merged,
			     struct error *err)
{
	struct outcome fallback = outcome_pick((struct outcome){ a->default_verdict, false },
					       (struct outcome){ b->default_verdict, false });
	struct ruleset merged = { .calls = NULL };
	struct merge_context context = {
		.arena = arena,
		.scratch = work->scratch,
		.default_verdict = fallback.verdict,
		.has_32bit = (a->arches & b->arches & ARCHES_32BIT) != 0,
		.budget = &work->budget,
	};
	struct last_pair last = { NULL, NULL, NULL };
	size_t left = CONDITIONS_INSTRUCTIONS_MAX;
	enum status st = ruleset_init(&merged, fallback.verdict, arena, err);

	if (st == STATUS_OK)
		st = merge_listener(a, b, &merged, err);
	if (st != STATUS_OK)
		return st;
	merged.arches = a->arches & b->arches;
	merge_flags(a, b, &merged);
	/* most calls share one rule of each input with the call before: ask once */
	for (unsigned call = 0; call < syscall_count() && st == STATUS_OK; call++) {
		struct call_rules first = { a->calls[call], a->default_verdict };
		struct call_rules second = { b->calls[call], b->default_verdict };
		enum precision precision;

		if (first.rules == NULL && second.rules == NULL)
			continue;
		if (first.rules == last.first && second.rules == last.second) {
			merged.calls[call] = last.merged;
			continue;
		}
		st = merge_within(&context, first, second, &merged.calls[call], &precision, err);
		if (st == STATUS_OK && instructions(merged.calls[call]) > left) {
			precision = PRECISION_STRICTEST;
			st = merge_call_strictest(&context, first, second, &merged.calls[call],
						  err);
		}
		left -= instructions(merged.calls[call]);
		merged.reshaped = merged.reshaped || is_reshaped(merged.calls[call], first);
		if (precision == PRECISION_EXACT)
			last = (struct last_pair){ first.rules, second.rules, merged.calls[call] };
		note_precision(precision, call, notes, arena);
		arena_reset(work->scratch);
	}
	*ret_merged = merged;
	return st;
}

/*
 * A call that the runtime's libseccomp may not know is one it silently leaves out of the
 * filter: harmless where the default is at least as strict, an open door where it is not.
 */
static enum status check_newer_calls(const struct ruleset *merged, struct error *err)
{
	for (unsigned call = 0; call < syscall_count(); call++) {
		if (!syscall_is_newer(call))
			continue;
		for (const struct rule *r = merged->calls[call]; r != NULL; r = r->next) {
			if (r->verdict.action < merged->default_verdict.action)
				return error_set(
					err, STATUS_UNSUPPORTED, 0,
					"'%.*s' must be denied while the default is %s, but "
					"libseccomp %s does not know this call and the "
					"runtime would leave the rule out",
					TEXT_ARG(syscall_name(call)),
					action_name(merged->default_verdict.action),
					syscall_table_version());
		}
	}
	return STATUS_OK;
}

static enum status merge_once(const struct ruleset *inputs, size_t count, struct work *work,
			      struct arena *arena, struct notes *notes, struct ruleset *ret_merged,
			      struct error *err)
{
	struct ruleset merged = inputs[0];
	enum status st = STATUS_OK;

	if (count == 1) {
		/* merged with a profile that allows all, only to bring it to the normal form */
		struct ruleset all;

		st = ruleset_init(&all, (struct verdict){ ACTION_ALLOW, 0 }, arena, err);
		if (st != STATUS_OK)
			return st;
		all.arches = ARCH_ALL;
		st = merge_two(&all, &inputs[0], work, arena, notes, &merged, err);
	}
	for (size_t i = 1; i < count && st == STATUS_OK; i++) {
		struct ruleset before = merged;

		st = merge_two(&before, &inputs[i], work, arena, notes, &merged, err);
	}
	if (st == STATUS_OK)
		st = shared_blocks_avoid(&merged, arena, notes, err);
	if (st == STATUS_OK)
		st = multiplex_merge(inputs, count, arena, notes, &merged, err);
	if (st == STATUS_OK)
		st = boundary_merge(inputs, count, arena, notes, &merged, err);
	if (st == STATUS_OK)
		st = anchor_merge(&merged, arena, err);
	if (st == STATUS_OK)
		st = check_newer_calls(&merged, err);
	if (st == STATUS_OK)
		*ret_merged = merged;
	return st;
}

static bool rulesets_equal(const struct ruleset *a, const struct ruleset *b)
{
	if (!verdict_equal(a->default_verdict, b->default_verdict) || a->arches != b->arches)
		return false;
	for (unsigned call = 0; call < syscall_count(); call++) {
		if (!rules_equal(a->calls[call], b->calls[call]))
			return false;
	}
	return true;
}

/* What a runtime and the next merge read: named is what has a rule. */
static enum status as_input(struct ruleset *merged, struct arena *arena, struct error *err)
{
	uint8_t *named = arena_alloc(arena, syscall_count());

	if (named == NULL)
		return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles");
	for (unsigned call = 0; call < syscall_count(); call++)
		named[call] = merged->calls[call] != NULL;
	merged->named = named;
	return STATUS_OK;
}

enum status merge_around(const struct ruleset *inputs, size_t count, size_t own,
			 struct arena *arena, struct notes *notes, struct ruleset *ret_merged,
			 struct error *err)
{
	struct ruleset *again = arena_array(arena, count + 1, sizeof(*again)), merged;
	size_t behind = own < count ? own + 1 : own, left = ALL_MERGES_STEPS_MAX;
	AUTO(arena_done) struct arena scratch = arena_within(arena, SCRATCH_SIZE);
	struct work work = { { MERGE_STEPS_MAX }, &scratch };
	enum status st =
		again == NULL ? error_set(err, STATUS_SYSTEM, ENOMEM, "cannot merge the profiles")
			      : merge_once(inputs, count, &work, arena, notes, &merged, err);

	for (unsigned round = 0; round < REMERGES_MAX && st == STATUS_OK && merged.reshaped;
	     round++) {
		struct notes repeated = { .count = 0 };
		struct ruleset next;

		left -= MERGE_STEPS_MAX - work.budget.steps;
		if (left < MERGE_STEPS_MAX)
			break;
		work.budget.steps = MERGE_STEPS_MAX;
		st = as_input(&merged, arena, err);
		if (st != STATUS_OK)
			break;
		/* what the next start would find: the merge in the place of the container's own */
		memcpy(again, inputs, own * sizeof(*again));
		again[own] = merged;
		memcpy(again + own + 1, inputs + behind, (count - behind) * sizeof(*again));
		st = merge_once(again, own + 1 + count - behind, &work, arena, &repeated, &next,
				err);
		if (st != STATUS_OK || rulesets_equal(&merged, &next))
			break;
		for (size_t i = 0; i < repeated.count; i++)
			notes_add_once(notes, arena, repeated.list[i]);
		merged = next;
	}
	if (st != STATUS_OK)
		return st;
	note_flags(&merged, notes, arena);
	*ret_merged = merged;
	return STATUS_OK;
}

enum status merge_profiles(const struct ruleset *inputs, size_t count, struct arena *arena,
			   struct notes *notes, struct ruleset *ret_merged, struct error *err)
{
	return merge_around(inputs, count, count > 1 ? 1 : 0, arena, notes, ret_merged, err);
}
